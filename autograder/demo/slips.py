"""Wrong answers as students write them: the body of each function, by the mistake's name.

None is taken from the checks. The most common mistake of an exercise stands first.
"""

from __future__ import annotations

SLIPS: dict[str, dict[str, str]] = {
    "relu": {
        "max-over-an-axis": "return np.max(x, 0)",
        "changes-its-input": "x[x < 0] = 0\nreturn x",
        "one-question-for-all": "if x > 0:\n    return x\nelse:\n    return 0",
        "drops-entries": "return x[x > 0]",
        "gate-for-value": "return np.where(x > 0, 1, 0)",
    },
    "zero_share": {
        "complement": "return np.count_nonzero(H) / H.size",
        "count-for-share": "return np.sum(H == 0)",
        "negatives-for-zeros": "killed = H < 0\nreturn killed.mean()",
        "rows-for-entries": "return (H == 0).sum() / len(H)",
    },
    "activity": {
        "axes-swapped": "on = Z > 0\nreturn on.mean(axis=0), on.mean(axis=1)",
        "zero-counts-as-active": "on = Z >= 0\nreturn np.mean(on, axis=1), np.mean(on, axis=0)",
        "count-for-share": "return np.sum(Z > 0, axis=1), np.sum(Z > 0, axis=0)",
        "activation-for-share": "A = np.maximum(Z, 0)\nreturn A.mean(axis=1), A.mean(axis=0)",
    },
    "dead_units": {
        "any-for-all": "A = np.maximum(Z, 0)\nreturn np.any(A == 0, axis=0)",
        "examples-for-neurons": "return np.all(Z <= 0, axis=1)",
        "half-off-for-dead": "off = np.mean(Z <= 0, axis=0)\nreturn off > 0.5",
        "zero-counts-as-active": "return Z.max(axis=0) < 0",
    },
    "energy_kept": {
        "count-for-energy": "return np.mean(np.maximum(y, 0) > 0)",
        "variance-for-second-moment": "kept = np.maximum(y, 0)\nreturn np.var(kept) / np.var(y)",
        "square-missing": "return np.sum(np.maximum(y, 0)) / np.sum(np.abs(y))",
        "not-normalised": "return np.sum(np.maximum(y, 0) ** 2)",
    },
    "second_moment": {
        "variance-for-second-moment": "return np.var(x, axis=axis)",
        "square-of-the-mean": "return np.mean(x, axis=axis) ** 2",
        "ignores-the-axis": "return np.mean(x ** 2)",
        "root-mean-square": "return np.sqrt(np.mean(x ** 2, axis=axis))",
    },
    "relu_moments": {
        "second-moment-for-variance": (
            "mean = sigma / np.sqrt(2 * np.pi)\nvariance = sigma**2 / 2\nreturn mean, variance, sigma**2 / 2"
        ),
        "mean-zero": "return 0.0, sigma**2 / 2, sigma**2 / 2",
        "sigma-for-variance": (
            "mean = sigma / np.sqrt(2 * np.pi)\nsecond = sigma / 2\nreturn mean, second - mean**2, second"
        ),
    },
    "preact_variance": {
        "variance-for-second-moment": "n = len(x)\nreturn n * var_w * np.var(x)",
        "fan-missing": "return var_w * np.mean(x**2)",
        "std-taken-for-variance": "total = 0\nfor xi in x:\n    total += (var_w * xi) ** 2\nreturn total",
    },
    "weight_variance": {
        "slope-not-squared": "return 2 / ((1 + slope) * fan)",
        "std-for-variance": "return np.sqrt(2 / ((1 + slope**2) * fan))",
        "minus-for-plus": "return 2 / (fan * (1 - slope**2)) if slope != 1 else np.inf",
    },
    "gain": {
        "too-coarse": (
            "z = np.random.default_rng(1).standard_normal(20_000)\n"
            "return 1 / np.mean(ACTIVATIONS[name](z, a) ** 2)"
        ),
        "another-density": "z = np.linspace(-5, 5, 2001)\nreturn 1 / np.mean(ACTIVATIONS[name](z, a) ** 2)",
        "share-for-its-inverse": (
            "z = np.linspace(-8, 8, 4001)\np = np.exp(-(z**2) / 2)\n"
            "return np.sum(p * ACTIVATIONS[name](z, a) ** 2) / np.sum(p)"
        ),
        "relu-for-any": "return 2 / (1 + a**2)",
    },
    "he_std": {
        "variance-for-std": "return 2 / n_in",
        "root-of-two-over-n": "return np.sqrt(2) / n_in",
        "xavier-for-he": "return 1 / np.sqrt(n_in)",
        "rounded": "return round(np.sqrt(2 / n_in), 2)",
    },
    "he_normal": {
        "variance-for-std": "return rng.normal(0, 2 / n_in, (n_out, n_in))",
        "transposed": "return rng.normal(0, np.sqrt(2 / n_in), (n_in, n_out))",
        "fan-out-for-fan-in": "return rng.standard_normal((n_out, n_in)) * np.sqrt(2 / n_out)",
        "fixed-seed": "rng = np.random.default_rng(0)\nreturn rng.normal(0, (2 / n_in)**0.5, (n_out, n_in))",
        "global-state": "return np.random.randn(n_out, n_in) * np.sqrt(2 / n_in)",
    },
    "he_uniform": {
        "sigma-for-bound": "s = np.sqrt(2 / n_in)\nreturn rng.uniform(-s, s, (n_out, n_in))",
        "one-sided": "return rng.random((n_out, n_in)) * np.sqrt(6 / n_in)",
        "normal-for-uniform": "return rng.normal(0, np.sqrt(2 / n_in), (n_out, n_in))",
    },
    "sample_report": {
        "ddof-swapped": (
            "m2 = np.mean(W**2)\nse = var * np.sqrt(2 / W.size)\n"
            'return {"m2": m2, "var0": np.var(W, ddof=1), "var1": np.var(W), "se": se, "z": (m2 - var) / se}'
        ),
        "two-missing": (
            "m2 = np.mean(W**2)\nse = var / np.sqrt(W.size)\n"
            'return {"m2": m2, "var0": np.var(W), "var1": np.var(W, ddof=1), "se": se, "z": (m2 - var) / se}'
        ),
        "rows-for-entries": (
            "m2 = np.mean(W**2)\nse = var * np.sqrt(2 / len(W))\n"
            'return {"m2": m2, "var0": np.var(W), "var1": np.var(W, ddof=1), "se": se, "z": (m2 - var) / se}'
        ),
    },
    "draws_needed": {
        "fraction-of-a-draw": "return 2 * (z / rel) ** 2",
        "rounded-down": "return int(2 * (z / rel) ** 2)",
        "two-missing": "return int(np.ceil((z / rel) ** 2))",
    },
    "log_lr": {
        "log-determinant-missing": "return np.sum(W**2) / 2 * (1 / var_b - 1 / var_a)",
        "mean-for-sum": "return np.mean(0.5 * np.log(var_b / var_a) - W**2 / 2 * (1 / var_a - 1 / var_b))",
        "variance-taken-for-std": (
            "la = -np.log(var_a) - W**2 / (2 * var_a**2)\nlb = -np.log(var_b) - W**2 / (2 * var_b**2)\n"
            "return np.sum(la - lb)"
        ),
    },
    "xavier_std": {
        "variance-for-std": "return 1 / n_in",
        "he-for-xavier": "return np.sqrt(2 / n_in)",
    },
    "glorot_std": {
        "one-fan-only": "return np.sqrt(1 / n_in)",
        "two-missing": "return np.sqrt(1 / (n_in + n_out))",
        "variance-for-std": "return 2 / (n_in + n_out)",
    },
    "he_over_glorot": {
        "constant-root-two": "return np.sqrt(2)",
        "ratio-inverted": "return np.sqrt(n_in / (n_in + n_out))",
        "variance-for-std": "return (n_in + n_out) / n_in",
    },
    "compare_table": {
        "transposed": (
            "n = np.array(ns, dtype=float)\nx = 1 / np.sqrt(n)\nh = np.sqrt(2 / n)\n"
            "return np.array([n, x, h, h / x])"
        ),
        "rounded": (
            "rows = []\nfor n in ns:\n    x, h = (1 / n) ** 0.5, (2 / n) ** 0.5\n"
            "    rows.append([n, round(x, 3), round(h, 3), 1.41])\nreturn np.array(rows)"
        ),
        "ratio-inverted": (
            "rows = []\nfor n in ns:\n    x, h = (1 / n) ** 0.5, (2 / n) ** 0.5\n"
            "    rows.append([n, x, h, x / h])\nreturn np.array(rows)"
        ),
    },
    "layer_backward": {
        "mask-missing": "return W.T @ g",
        "mask-on-the-wrong-side": "return (W.T @ g) * (z > 0)",
        "activation-for-its-slope": "return W.T @ (g * np.maximum(z, 0))",
        "changes-its-input": "g[z <= 0] = 0\nreturn W.T @ g",
        "zero-counts-as-active": "return W.T @ np.where(z >= 0, g, 0)",
    },
    "conv_fan_in": {
        "fan-out-for-fan-in": "return shape[0] * shape[2] * shape[3]",
        "kernel-missing": "return shape[1]",
        "all-weights": "return int(np.prod(shape))",
    },
    "init_network": {
        "transposed": (
            "Ws = []\nfor a, b in zip(sizes[:-1], sizes[1:]):\n"
            "    Ws.append(rng.normal(0, np.sqrt(c / a), (a, b)))\nreturn Ws"
        ),
        "last-layer-missing": (
            "return [rng.normal(0, np.sqrt(c / sizes[k]), (sizes[k + 1], sizes[k])) "
            "for k in range(len(sizes) - 2)]"
        ),
        "ignores-c": (
            "return [rng.normal(0, np.sqrt(2 / a), (b, a)) for a, b in zip(sizes[:-1], sizes[1:])]"
        ),
    },
    "forward_moments": {
        "pre-activation-for-activation": (
            "h = x\nout = [np.mean(x**2)]\nfor W in Ws:\n    z = h @ W.T\n    out.append(np.mean(z**2))\n"
            "    h = np.maximum(z, 0)\nreturn np.array(out)"
        ),
        "input-left-out": (
            "h, out = x, []\nfor W in Ws:\n    h = np.maximum(h @ W.T, 0)\n    out.append(np.mean(h**2))\n"
            "return np.array(out)"
        ),
        "variance-for-second-moment": (
            "h, out = x, [x.var()]\nfor W in Ws:\n    h = np.maximum(h @ W.T, 0)\n    out.append(h.var())\n"
            "return np.array(out)"
        ),
    },
    "backward": {
        "mask-missing": "for W in reversed(Ws):\n    g = W.T @ g\nreturn g",
        "mask-off-by-one": (
            "hs = [x]\nfor W in Ws:\n    hs.append(np.maximum(W @ hs[-1], 0))\n"
            "for k in reversed(range(len(Ws))):\n    g = (Ws[k].T @ g) * (hs[k] > 0)\nreturn g"
        ),
        "activation-for-its-slope": (
            "hs = [x]\nfor W in Ws:\n    hs.append(np.maximum(W @ hs[-1], 0))\n"
            "for k in reversed(range(len(Ws))):\n    g = Ws[k].T @ (g * hs[k + 1])\nreturn g"
        ),
    },
    "calibrate": {
        "scaled-from-the-first-pass": (
            "h, new = x, []\nfor W in Ws:\n    h = np.maximum(h @ W.T, 0)\n"
            "    new.append(W / np.sqrt(np.mean(h**2)))\nreturn new"
        ),
        "root-missing": (
            "h, new = x, []\nfor W in Ws:\n    z = np.maximum(h @ W.T, 0)\n    s = 1 / np.mean(z**2)\n"
            "    new.append(s * W)\n    h = s * z\nreturn new"
        ),
        "changes-its-input": (
            "h = x\nfor W in Ws:\n    h = np.maximum(h @ W.T, 0)\n    s = 1 / np.sqrt(np.mean(h**2))\n"
            "    W *= s\n    h = s * h\nreturn Ws"
        ),
    },
}

# Answers that make no named mistake: the cell cannot run, the call fails, or nothing comes back.
ACCIDENTS = ("return (", "return undefined_name", "print({first})")

# Right answers to the last lesson that nobody else writes like this: two students hand them in.
OWN_WAY = {
    "conv_fan_in": "fan = 1\nfor side in shape[1:]:\n    fan = fan * side\nreturn fan",
    "init_network": (
        "layers, before = [], sizes[0]\nfor after in sizes[1:]:\n"
        "    layers.append((c / before) ** 0.5 * rng.standard_normal((after, before)))\n"
        "    before = after\nreturn layers"
    ),
    "forward_moments": (
        "signal, kept = x.T, np.zeros(len(Ws) + 1)\nkept[0] = (x * x).mean()\nfor k, W in enumerate(Ws):\n"
        "    signal = np.clip(W @ signal, 0, None)\n    kept[k + 1] = (signal * signal).mean()\nreturn kept"
    ),
    "backward": (
        "signal, masks = x, []\nfor W in Ws:\n    signal = np.clip(W @ signal, 0, None)\n"
        "    masks.insert(0, np.sign(signal))\nfor W, mask in zip(Ws[::-1], masks):\n"
        "    g = (mask * g) @ W\nreturn g"
    ),
    "calibrate": (
        "new, signal = [], x\nfor W in Ws:\n    out = np.clip(signal @ W.T, 0, None)\n"
        "    rms = np.sqrt((out * out).mean())\n    new.append(W / rms)\n    signal = out / rms\nreturn new"
    ),
}
