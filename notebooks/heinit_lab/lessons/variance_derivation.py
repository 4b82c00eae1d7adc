"""Lesson 2: second moments in many random networks at once, forward and backward, and their figures.

A row of a result is one random network, a column one depth: column l is the second moment
after l layers, over that at the start. A figure comes with the sentence that says what it
shows: `show(*lab.bias_figure(q, bias))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from heinit_lab.figures import COLOURS, figure, label_line

Draw = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]
Told = tuple[Figure, str]
"""A figure, and its alt text."""

TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of a unit normal whose draws beyond 2 in size are drawn again."""


def _truncated(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    draws = rng.standard_normal(shape, dtype=np.float32)
    while np.any(far := np.abs(draws) > 2):
        draws[far] = rng.standard_normal(int(far.sum()), dtype=np.float32)
    return draws


LAWS: dict[str, Draw] = {
    "normal": lambda rng, shape: rng.standard_normal(shape, dtype=np.float32),
    "uniform": lambda rng, shape: np.float32(np.sqrt(3)) * (2 * rng.random(shape, dtype=np.float32) - 1),
    "signs": lambda rng, shape: (2 * rng.integers(0, 2, shape, dtype=np.int8) - 1).astype(np.float32),
    "truncated": _truncated,
    "corrected": lambda rng, shape: _truncated(rng, shape) / np.float32(TRUNCATED_STD),
}
"""Draws of mean 0. All have variance 1, except `truncated`, which was not corrected."""


def second_moments(
    depth: int,
    n: int,
    networks: int,
    rng: np.random.Generator,
    *,
    c: float = 2.0,
    law: str = "normal",
    bias: Sequence[float] = (0.0,),
    tied: bool = False,
) -> np.ndarray:
    """Second moments of ReLU layers of n units, weights of variance c / n, one normal input a network.

    bias: standard deviations of the biases, each of which is tried with the same weights.
    tied: whether all layers of a network share one matrix.
    Returns an array (len(bias), networks, depth + 1); the input's second moment is 1.
    """
    x = rng.standard_normal((networks, n, 1), dtype=np.float32)
    h = np.repeat(x / np.sqrt(np.mean(x**2, axis=1, keepdims=True)), len(bias), axis=2)
    q = [np.mean(h**2, axis=1, dtype=float)]
    W = np.empty(0)
    for layer in range(depth):
        if layer == 0 or not tied:
            W = LAWS[law](rng, (networks, n, n)) * np.float32(np.sqrt(c / n))
        z = W @ h
        if any(bias):
            z += np.array(bias, np.float32) * rng.standard_normal((networks, n, 1), dtype=np.float32)
        h = np.maximum(z, 0)
        q.append(np.mean(h**2, axis=1, dtype=float))
    return np.stack(q, axis=-1).transpose(1, 0, 2)


def gradients(
    depth: int, n: int, networks: int, rng: np.random.Generator, inputs: np.ndarray, labels: np.ndarray
) -> dict[str, np.ndarray]:
    """Second moments of three gradients on their way down through He layers, by cotangent.

    "ones": a vector of ones at the top. "random": a standard normal vector. "loss": the gradient
    of the cross-entropy of one of `inputs`, through an output layer of ten units.
    Returns arrays (networks, depth + 1); column l is l layers below the top.
    """
    found: dict[str, list[np.ndarray]] = {"ones": [], "random": [], "loss": []}
    for _ in range(networks):
        W = rng.standard_normal((depth, n, n), dtype=np.float32) * np.float32(np.sqrt(2 / n))
        V = rng.standard_normal((10, n)) * np.sqrt(2 / n)
        example = rng.integers(len(inputs))
        h, gates = inputs[example], []
        for layer in W:
            z = layer @ h
            gates.append(z > 0)
            h = np.maximum(z, 0)
        logits = V @ h
        p = np.exp(logits - logits.max())
        p /= p.sum()
        p[labels[example]] -= 1
        G = np.stack([np.ones(n), rng.standard_normal(n), V.T @ p], axis=1)
        q: list[np.ndarray] = [np.mean(G**2, axis=0)]
        for layer, gate in zip(W[::-1], gates[::-1], strict=True):
            G = layer.T @ (G * gate[:, None])
            q.append(np.mean(G**2, axis=0))
        for name, column in zip(found, np.array(q).T, strict=True):
            found[name].append(column / column[0])
    return {name: np.array(rows) for name, rows in found.items()}


def ones_expected(depth: int, n: int) -> np.ndarray:
    """E[mean(g^2)] below l = 1 .. depth He layers of n units for a vector of ones at the top; l = 0 is 1.

    g has a part along the layer's input h and a part across. ReLU is homogeneous, so <g, h>
    is the same in every layer and the part along keeps its size; the gate spares it, since h is
    0 where the gate is shut, so it adds twice as much to the part across as a random g would.
    """
    along = (1 + (n - 1) / np.pi) / n
    across = [1 - 1 / n]
    for _ in range(depth - 1):
        across.append(2 * (1 - 1 / n) * along + (1 - 2 / n) * across[-1])
    return np.array([1.0, *(along + part for part in across)])


def tapered(
    sizes: Sequence[int], fan: str, networks: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Second moments up and down a network of these sizes, with weights of variance 2 / fan.

    fan: "in" or "out". Returns (forward, backward), arrays (networks, len(sizes)): column l
    is layer l, over the input forward and over the output backward; the cotangent is random.
    """
    h = rng.standard_normal((networks, sizes[0], 1), dtype=np.float32)
    up: list[np.ndarray] = [h]
    weights, gates = [], []
    for n_in, n_out in pairwise(sizes):
        v = 2 / (n_in if fan == "in" else n_out)
        W = rng.standard_normal((networks, n_out, n_in), dtype=np.float32) * np.float32(np.sqrt(v))
        z = W @ up[-1]
        weights.append(W)
        gates.append(z > 0)
        up.append(np.maximum(z, 0))
    down: list[np.ndarray] = [rng.standard_normal(up[-1].shape, dtype=np.float32)]
    for W, gate in zip(weights[::-1], gates[::-1], strict=True):
        down.append(W.transpose(0, 2, 1) @ (down[-1] * gate))
    forward = np.stack([np.mean(h**2, axis=(1, 2)) for h in up], axis=1)
    backward = np.stack([np.mean(g**2, axis=(1, 2)) for g in down[::-1]], axis=1)
    return forward / forward.mean(axis=0)[0], backward / backward.mean(axis=0)[-1]


def moments_figure(values: Mapping[str, float], theory: Mapping[str, float], guess: float) -> Told:
    """Bars of the measured moments, a tick where each is expected, and a line at the guess."""
    fig, ax = figure(6, 2.6)
    names = list(values)
    ax.barh(names, [values[k] for k in names], height=0.5, color=COLOURS["sky"])
    ax.axvline(guess, color=COLOURS["accent"], lw=1.5, ls=":", marker="none")
    ax.text(
        guess + 0.012, -0.62, f"your variance, {guess:g}", color=COLOURS["accent"], fontsize=9, va="bottom"
    )
    for row, name in enumerate(names):
        ax.plot([theory[name]] * 2, [row - 0.34, row + 0.34], "--", color=COLOURS["theory"], marker="none")
        at = (max(values[name], theory[name]), row)
        box = {"facecolor": "#FDFDFB", "edgecolor": "none", "pad": 1}
        ax.annotate(
            f"{values[name]:.3f}", at, xytext=(8, 0), textcoords="offset points", va="center", bbox=box
        )
    ax.set(xlim=(0, max(1.05, 1.1 * guess)), ylim=(-0.65, len(names) - 0.5), title="A unit normal after ReLU")
    ax.grid(axis="y", visible=False)
    each = ", ".join(f"{name} {value:.3f} (expected {theory[name]:.3f})" for name, value in values.items())
    return fig, f"Bars, measured on the draws: {each}. Your guess for the variance: {guess:g}."


_LAW_STYLE = {"normal": ("he", "o"), "uniform": ("glorot", "^"), "signs": ("warm", "s")}


def through_weights_figure(rows: Sequence[tuple[str, float, float, Mapping[str, float]]]) -> Told:
    """Measured variances of a pre-activation, in a row for each input, beside two predictions.

    rows: (name of the input, n v mean(x^2), n v Var[x], measured by law of the weights).
    """
    fig, ax = figure(6, 3.1)
    top = len(rows) - 1
    for i, (_, right, wrong, measured) in enumerate(rows):
        ax.plot([right] * 2, [i - 0.36, i + 0.36], "--", color=COLOURS["theory"], marker="none")
        ax.plot(wrong, i, "x", color=COLOURS["xavier"], ms=9, mew=2)
        for k, (law, value) in enumerate(measured.items()):
            colour, marker = _LAW_STYLE[law]
            ax.plot(value, i + 0.22 * (k - 1), marker, color=COLOURS[colour], ms=6)
            if i == top:
                label_line(ax, value, i + 0.22 * (k - 1), law, COLOURS[colour])
    style = {"textcoords": "offset points", "fontsize": 9, "va": "center"}
    ax.annotate("n v Var[x]", (rows[top][2], top), xytext=(10, 0), color=COLOURS["xavier"], **style)
    ax.annotate(
        "n v mean(x²)", (rows[0][1], -0.36), xytext=(0, -9), color=COLOURS["theory"], ha="center", **style
    )
    ax.set_yticks(range(len(rows)), [row[0] for row in rows])
    ax.set(xlim=(-0.15, 2.75), ylim=(-0.75, top + 0.5), xlabel="variance of z over the draw of the weights")
    ax.set_title("One unit, three inputs, three laws of the weights")
    ax.grid(axis="y", visible=False)
    each = "; ".join(
        f"{name}: {min(m.values()):.2f} to {max(m.values()):.2f} by law, {right:.2f} by the second moment, "
        f"{wrong:.2f} by the variance of the input"
        for name, right, wrong, m in rows
    )
    return fig, f"Variance of z for three inputs, measured and predicted. {each}."


def kept_figure(n: np.ndarray, shares: Mapping[str, Sequence[float]]) -> Told:
    """Share of the second moment that ReLU keeps, against the number of inputs of a unit."""
    fig, ax = figure(6, 3.1)
    styles = {"symmetric": ("he", "o", -6), "skewed": ("xavier", "s", 4)}
    for name, values in shares.items():
        colour, marker, lift = styles[name]
        ax.plot(n, values, color=COLOURS[colour], marker=marker)
        label_line(ax, n[-1], values[-1], f"{name} weights", COLOURS[colour], lift=lift)
    ax.axhline(0.5, ls="--", color=COLOURS["theory"], lw=1.3, marker="none")
    ax.set_xscale("log", base=2)
    ax.set_xticks(n, [str(k) for k in n])
    ax.set(ylim=(0.4, 0.8), xlabel="inputs of the unit", ylabel="share kept by ReLU")
    ax.set_title("Half is exact for symmetric weights alone")
    each = "; ".join(
        f"{k} weights: {v[0]:.3f} with one input, {v[-1]:.3f} with {n[-1]}" for k, v in shares.items()
    )
    return fig, f"Share of the second moment that ReLU keeps. {each}."


def ties_figure(flow: Mapping[str, np.ndarray]) -> Told:
    """Independent layers beside one matrix used again and again: the middle network, and 8 in 10."""
    fig, ax = _depth_figure("One matrix for every layer breaks A3", height=3.3)
    styles = {"independent": ("he", "o", 5), "one matrix": ("xavier", "s", -9)}
    told = []
    for name, q in flow.items():
        colour, marker, lift = styles[name]
        low, middle, high = np.percentile(q, (10, 50, 90), axis=0)
        ax.fill_between(np.arange(len(middle)), low, high, color=COLOURS[colour], alpha=0.15, lw=0)
        ax.plot(middle, color=COLOURS[colour], marker=marker, markevery=3)
        label_line(ax, len(middle) - 1, middle[-1], name, COLOURS[colour], lift=lift)
        told.append(f"{name}: {middle[-1]:.2g}, 8 in 10 between {low[-1]:.1g} and {high[-1]:.2g}")
    ax.axhline(1, ls="--", color=COLOURS["theory"], lw=1.3, marker="none")
    return fig, f"Second moment against depth, the middle of many networks. At the end, {'; '.join(told)}."


def bias_figure(q: np.ndarray, bias: Sequence[float]) -> Told:
    """Mean second moment against depth for several biases, +- 2 standard errors, theory dashed."""
    fig, ax = figure(6, 3.3)
    colours, markers = ("he", "warm", "xavier"), ("o", "^", "s")
    x = np.arange(q.shape[-1])
    for rows, s, colour, marker in zip(q, bias, colours, markers, strict=True):
        mean, error = rows.mean(axis=0), 2 * rows.std(axis=0) / np.sqrt(len(rows))
        ax.fill_between(x, mean - error, mean + error, color=COLOURS[colour], alpha=0.15, lw=0)
        ax.plot(x, mean, color=COLOURS[colour], marker=marker, markevery=2)
        ax.plot(x, 1 + x * s**2 / 2, "--", color=COLOURS["theory"], lw=1.3, marker="none")
        label_line(ax, x[-1], mean[-1], f"s² = {s**2:g}", COLOURS[colour])
    ax.set(ylim=(0, None), xlabel="layer", ylabel="second moment", title="Biases add, layer by layer")
    ax.set_xticks(x[::5])
    each = ", ".join(
        f"s² = {s**2:g} ends at {rows[:, -1].mean():.1f}, expected {1 + x[-1] * s**2 / 2:.0f}"
        for rows, s in zip(q, bias, strict=True)
    )
    return (
        fig,
        f"Mean second moment over {x[-1]} layers, a straight line for each variance of the biases: {each}.",
    )


def backward_figure(flow: Mapping[str, np.ndarray], expected: np.ndarray, guess: float) -> Told:
    """Gradients against the layers they have come down through, with two predictions and a guess for ones."""
    fig, ax = _depth_figure("Gradients of He layers, from the top down", "second moment of the gradient")
    ax.set_xlabel("layers below the top")
    x = np.arange(len(expected))
    _depth_line(ax, flow["ones"], "ones", COLOURS["xavier"], "s", expected)
    _depth_line(ax, flow["loss"], "a loss", COLOURS["glorot"], "^", band=None, lift=6)
    _depth_line(ax, flow["random"], "random", COLOURS["he"], "o", np.ones(len(x)), band=None, lift=-6)
    guess = min(max(guess, 1e-3), 1e9)
    ax.plot(x[-1], guess, "*", color=COLOURS["accent"], ms=11, clip_on=False)
    label_line(ax, x[-1], guess, f"your {guess:g}", COLOURS["accent"])
    ax.set_ylim(min(0.3, 0.5 * guess), max(60, 2 * guess))
    low, high = np.percentile(flow["ones"][:, -1], (10, 90))
    return fig, (
        f"Second moment of the gradient against the layers below the top. {_ends(flow)}. "
        f"Expected: {expected[-1]:.1f} for ones, 1 for random. For ones, 8 in 10 networks end between "
        f"{low:.2g} and {high:.2g}."
    )


def tapered_figure(sizes: Sequence[int], flow: Mapping[str, tuple[np.ndarray, np.ndarray]]) -> Told:
    """Forward and backward second moments along a tapering network, for both fans, theory dashed."""
    fig, axes = figure(7.2, 3.3, ncols=2, sharey=True)
    n = np.array(sizes, float)
    theory = {
        "in": (np.ones(len(n)), n[-1] / n),
        "out": (n[0] / n, np.ones(len(n))),
    }
    styles = {"in": (COLOURS["he"], "o"), "out": (COLOURS["xavier"], "s")}
    for i, (ax, title) in enumerate(zip(axes, ("Forward: activations", "Backward: gradients"), strict=True)):
        for fan, both in flow.items():
            colour, marker = styles[fan]
            mean = both[i].mean(axis=0)
            ax.plot(mean, color=colour, marker=marker)
            ax.plot(theory[fan][i], "--", color=COLOURS["theory"], lw=1.3, marker="none")
            level = (fan, i) in (("in", 0), ("out", 1))
            ax.annotate(
                f"fan_{fan}",
                (2, mean[2]),
                xytext=(0, 10) if level else (-6, 6),
                textcoords="offset points",
                color=colour,
                fontsize=9,
                ha="center" if level else "right",
            )
        ax.set_yscale("log")
        ax.set_xticks(range(len(sizes)), [str(size) for size in sizes])
        ax.set(title=title, xlabel="units in the layer")
    axes[0].set_ylabel("second moment")
    each = "; ".join(
        f"fan_{fan}: activations end at {up.mean(axis=0)[-1]:.2g} times the input's, "
        f"gradients at {down.mean(axis=0)[0]:.2g} times the output's"
        for fan, (up, down) in flow.items()
    )
    return fig, f"Second moments in layers of {sizes[0]} down to {sizes[-1]} units. {each}."


def laws_figure(flow: Mapping[str, np.ndarray]) -> Told:
    """Mean second moment for four laws of the weights, +- 2 standard errors, expected factors dashed."""
    fig, ax = _depth_figure("Four laws, one variance asked for", height=3.3)
    styles = {
        "normal": ("he", "o", 1),
        "uniform": ("glorot", "^", -9),
        "corrected": ("warm", "D", 11),
        "truncated": ("xavier", "s", 4),
    }
    for law, q in flow.items():
        colour, marker, lift = styles[law]
        mean, error = q.mean(axis=0), 2 * q.std(axis=0) / np.sqrt(len(q))
        ax.fill_between(range(len(mean)), mean - error, mean + error, color=COLOURS[colour], alpha=0.15, lw=0)
        factor = TRUNCATED_STD**2 if law == "truncated" else 1.0
        _depth_line(
            ax, q, law, COLOURS[colour], marker, factor ** np.arange(q.shape[1]), band=None, lift=lift
        )
    ax.set_ylim(0.05, 2)
    return fig, f"Second moment against depth. {_ends(flow)}."


def integrands_figure(activations: Mapping[str, Callable[..., np.ndarray]]) -> Told:
    """The function whose integral is E[f(Z)^2], beside that of Z^2, for each activation."""
    fig, axes = figure(7.4, 2.5, ncols=len(activations), sharey=True)
    z = np.linspace(-4, 4, 401)
    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    for ax, (name, f) in zip(axes, activations.items(), strict=True):
        ax.plot(z, z**2 * density, "--", color=COLOURS["theory"], lw=1.2, marker="none")
        ax.fill_between(z, f(z, 0.0) ** 2 * density, color=COLOURS["sky"], alpha=0.6, lw=0)
        ax.plot(z, f(z, 0.0) ** 2 * density, color=COLOURS["he"], marker="none")
        ax.set(title=name, xlabel="z")
        ax.set_xticks([-3, 0, 3])
    axes[0].set_ylabel("f(z)² × density")
    return fig, (
        "Panels of f(z) squared times the normal density, over the dashed outline for z squared, of area 1. "
        "The identity fills it; ReLU fills its right half, GELU rather less of it; tanh makes two low humps."
    )


def _depth_figure(title: str, ylabel: str = "second moment", height: float = 3.5) -> tuple[Figure, Axes]:
    fig, ax = figure(6, height)
    ax.set_yscale("log")
    ax.set(title=title, xlabel="layer", ylabel=ylabel)
    return fig, ax


def _depth_line(
    ax: Axes,
    q: np.ndarray,
    label: str,
    colour: str,
    marker: str,
    theory: np.ndarray | None = None,
    band: tuple[float, float] | None = (10, 90),
    lift: float = 0,
) -> None:
    """The mean over networks, a band of percentiles, theory dashed, a label at the end, lifted by points."""
    x, mean = np.arange(q.shape[1]), q.mean(axis=0)
    if band is not None:
        low, high = np.percentile(q, band, axis=0)
        ax.fill_between(x, low, high, color=colour, alpha=0.15, lw=0)
    ax.plot(x, mean, color=colour, marker=marker, markevery=max(1, len(x) // 10))
    if theory is not None:
        ax.plot(x, theory, "--", color=COLOURS["theory"], lw=1.3, marker="none")
    label_line(ax, x[-1], mean[-1], label, colour, lift=lift)


def _ends(flow: Mapping[str, np.ndarray]) -> str:
    """The mean at the last layer and its standard error, for each line."""
    return ", ".join(
        f"{name} ends at {q[:, -1].mean():.2g} ± {q[:, -1].std() / np.sqrt(len(q)):.1g}"
        for name, q in flow.items()
    )


def networks_of(depth: int, n: int, networks: int, rng: np.random.Generator) -> Iterator[np.ndarray]:
    """The matrices of many networks, layer by layer: (networks, n, n), entries of variance 1 / n."""
    for _ in range(depth):
        yield rng.standard_normal((networks, n, n), dtype=np.float32) / np.float32(np.sqrt(n))
