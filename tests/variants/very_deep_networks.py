"""Lesson 5: other ways to be right and wrong."""

from __future__ import annotations

import functools
import itertools
import math
import operator

import numpy as np


def conv_fan_in_unpacked(shape):
    _out, into, height, width = shape
    return int(into * height * width)


def init_by_entry(sizes, c, rng):
    network = []
    for layer in range(1, len(sizes)):
        sigma = math.sqrt(c / sizes[layer - 1])
        network.append(
            np.array([[rng.normal(0, sigma) for _ in range(sizes[layer - 1])] for _ in range(sizes[layer])])
        )
    return network


def init_in_single_precision(sizes, c, rng):
    return tuple(
        rng.standard_normal((b, a), dtype=np.float32) * np.float32(math.sqrt(c / a))
        for a, b in itertools.pairwise(sizes)
    )


def init_last_layer_first(sizes, c, rng):
    drawn = []
    for a, b in list(itertools.pairwise(sizes))[::-1]:
        drawn.insert(0, np.sqrt(c / a) * rng.standard_normal((a, b)).T)
    return drawn


def moments_by_example(x, Ws):
    sums = [0.0] * (len(Ws) + 1)
    sizes = [x.shape[1]] + [len(W) for W in Ws]
    for example in x:
        h = example
        sums[0] += float(h @ h)
        for i, W in enumerate(Ws, 1):
            h = np.array([max(0.0, float(row @ h)) for row in W])
            sums[i] += float(h @ h)
    return [s / (len(x) * n) for s, n in zip(sums, sizes, strict=True)]


def moments_in_single_precision(x, Ws):
    h = x.astype(np.float32)
    moments = [np.mean(h * h)]
    for W in Ws:
        h = h @ W.astype(np.float32).T
        h[h < 0] = 0
        moments.append(np.mean(h * h))
    return np.array(moments)


def moments_on_columns(x, Ws):
    h = x.T.copy()
    q = np.empty(len(Ws) + 1)
    q[0] = (h**2).mean()
    for i in range(len(Ws)):
        h = Ws[i] @ h
        np.maximum(h, 0, out=h)
        q[i + 1] = np.linalg.norm(h) ** 2 / h.size
    return q


def backward_by_recursion(x, Ws, g):
    if not Ws:
        return g
    z = Ws[0] @ x
    rest = backward_by_recursion(np.maximum(z, 0), Ws[1:], g)
    return Ws[0].T @ np.where(z > 0, rest, 0)


def backward_by_the_jacobian(x, Ws, g):
    h, J = x, np.eye(len(x))
    for W in Ws:
        z = W @ h
        J = np.diag((z > 0).astype(float)) @ W @ J
        h = np.maximum(z, 0)
    return g @ J


def backward_in_single_precision(x, Ws, g):
    layers = [x.astype(np.float32)]
    for W in Ws:
        layers.append(np.maximum(W.astype(np.float32) @ layers[-1], 0))
    g = g.astype(np.float32).copy()
    for i in reversed(range(len(Ws))):
        g[layers[i + 1] == 0] = 0
        g = g @ Ws[i].astype(np.float32)
    return g


def calibrate_on_columns(x, Ws):
    h = x.T
    scaled = []
    for W in Ws:
        z = W @ h
        s = math.sqrt(z.size / np.sum(z[z > 0] ** 2))
        scaled.append(W * s)
        h = np.where(z > 0, s * z, 0)
    return scaled


def calibrate_by_passing_again(x, Ws):
    scaled = [W.copy() for W in Ws]
    for i in range(len(scaled)):
        h = x
        for W in scaled[: i + 1]:
            h = np.maximum(h @ W.T, 0)
        scaled[i] /= np.sqrt(np.mean(h**2))
    return tuple(scaled)


def calibrate_in_single_precision(x, Ws):
    h, scaled = x.astype(np.float32), []
    for W in Ws:
        h = np.maximum(h @ W.astype(np.float32).T, 0)
        s = np.float32(1) / np.sqrt(np.mean(h * h))
        h *= s
        scaled.append(s * W.astype(np.float32))
    return scaled


def calibrate_from_the_first_pass(x, Ws):
    """Right, though it measures once: ReLU is homogeneous, so the scale of layer l is sqrt(q_(l-1) / q_l)."""
    h, q, scaled = x, 1.0, []
    for W in Ws:
        h = np.maximum(h @ W.T, 0)
        now = np.mean(h**2)
        scaled.append(W * np.sqrt(q / now))
        q = now
    return scaled


RIGHT = {
    "conv_fan_in": (
        conv_fan_in_unpacked,
        lambda shape: np.prod(shape[1:]),
        lambda shape: math.prod(shape) // shape[0],
        lambda shape: np.zeros(shape, np.uint8)[0].size,
        lambda shape: float(functools.reduce(operator.mul, shape[1:])),
    ),
    "init_network": (
        init_by_entry,
        init_in_single_precision,
        init_last_layer_first,
        lambda sizes, c, rng: [
            rng.normal(scale=(c / sizes[i]) ** 0.5, size=(sizes[i + 1], sizes[i]))
            for i in range(len(sizes) - 1)
        ],
    ),
    "forward_moments": (moments_by_example, moments_in_single_precision, moments_on_columns),
    "backward": (backward_by_recursion, backward_by_the_jacobian, backward_in_single_precision),
    "calibrate": (
        calibrate_on_columns,
        calibrate_by_passing_again,
        calibrate_in_single_precision,
        calibrate_from_the_first_pass,
    ),
}


def draw(sizes, std, rng):
    return [rng.normal(0, std(a, b), (b, a)) for a, b in itertools.pairwise(sizes)]


def seeded_globally(sizes, c, rng):
    np.random.seed(1)
    return [np.random.normal(0, np.sqrt(c / a), (b, a)) for a, b in itertools.pairwise(sizes)]


def drawn_from_global_state(sizes, c, rng):
    return [np.random.randn(b, a) * np.sqrt(c / a) for a, b in itertools.pairwise(sizes)]


def one_square_matrix(sizes, c, rng):
    W = rng.normal(0, math.sqrt(c / sizes[0]), (sizes[1], sizes[0]))
    return [W.copy() for _ in sizes[1:]]


def moments(x, Ws, measure, relu=True, before=False, first=True, last=True):
    found, h = [measure(x)] if first else [], x
    for i, W in enumerate(Ws):
        z = np.einsum("ei,oi->eo", h, W)
        h = z * (z > 0) if relu else z
        if last or i + 1 < len(Ws):
            found.append(measure(z if before else h))
    return found


def mean_square(h):
    return float((h * h).mean())


def untransposed_moments(x, Ws):
    q, h = [mean_square(x)], x
    for W in Ws:
        h = np.maximum(0, np.dot(h, W))
        q.append(mean_square(h))
    return np.array(q)


def moments_each_from_the_input(x, Ws):
    return [mean_square(x)] + [mean_square(np.maximum(x @ W.T, 0)) for W in Ws]


def through(x, Ws):
    zs, h = [], x
    for W in Ws:
        zs.append(W @ h)
        h = np.maximum(zs[-1], 0)
    return zs


def back_without_gates(x, Ws, g):
    for W in Ws[::-1]:
        g = g @ W
    return g


def back_with_the_gates_below(x, Ws, g):
    inputs = [x, *through(x, Ws)]
    for i in range(len(Ws) - 1, -1, -1):
        g = np.where(inputs[i] > 0, g @ Ws[i], 0)
    return g


def back_with_gates_after(x, Ws, g):
    for W, z in zip(Ws[::-1], through(x, Ws)[::-1], strict=True):
        g = np.dot(W.T, g) * np.heaviside(z, 0)
    return g


def back_untransposed(x, Ws, g):
    for W, z in zip(Ws[::-1], through(x, Ws)[::-1], strict=True):
        g = W @ np.where(z > 0, g, 0)
    return g


def back_in_forward_order(x, Ws, g):
    for i, z in enumerate(through(x, Ws)):
        g = np.where(z > 0, g, 0) @ Ws[i]
    return g


def back_with_the_last_gate(x, Ws, g):
    z = through(x, Ws)[-1]
    for W in Ws[::-1]:
        g = (g * np.heaviside(z, 0)) @ W
    return g


def back_with_zero_open(x, Ws, g):
    for W, z in zip(Ws[::-1], through(x, Ws)[::-1], strict=True):
        g = np.where(z < 0, 0, g) @ W
    return g


def back_with_activations(x, Ws, g):
    for W, z in zip(Ws[::-1], through(x, Ws)[::-1], strict=True):
        g = (np.maximum(z, 0) * g) @ W
    return g


def rescale(x, Ws, scale):
    h, found = x, []
    for W in Ws:
        z = h @ W.T
        s = scale(z, np.maximum(z, 0), W)
        found.append(W * s)
        h = np.maximum(z * s, 0)
    return found


def calibrated_without_handing_on(x, Ws):
    h, found = x, []
    for W in Ws:
        h = np.maximum(h @ W.T, 0)
        found.append(W / np.linalg.norm(h) * np.sqrt(h.size))
    return found


def calibrated_in_place(x, Ws):
    h = x
    for i in range(len(Ws)):
        Ws[i] /= np.sqrt(np.mean(np.maximum(h @ Ws[i].T, 0) ** 2))
        h = np.maximum(h @ Ws[i].T, 0)
    return [W.copy() for W in Ws]


def calibrated_with_one_scale(x, Ws):
    h = x
    for W in Ws:
        h = np.maximum(h @ W.T, 0)
    s = np.exp(-np.log(np.mean(h**2)) / (2 * len(Ws)))
    return [s * W for W in Ws]


MISTAKES = {
    "conv_fan_in": {
        "kernel-missing": (lambda shape: int(np.array(shape)[1]),),
        "channels-missing": (lambda shape: int(np.prod(shape[-2:])),),
        "fan-out-for-fan-in": (lambda shape: np.prod(shape) // shape[1],),
        "all-weights": (lambda shape: np.empty(shape).size,),
        "square-kernel-assumed": (lambda shape: shape[2] * shape[2] * shape[1],),
        "one-kernel-side": (lambda shape: np.prod(shape[1:3]),),
        "channels-last": (lambda shape: np.prod(shape[:-1]),),
    },
    "init_network": {
        "one-matrix-reused": (one_square_matrix,),
        "last-layer-missing": (lambda sizes, c, rng: draw(sizes, lambda a, b: (c / a) ** 0.5, rng)[:-1],),
        "transposed": (
            lambda sizes, c, rng: [W.T for W in draw(sizes, lambda a, b: (c / a) ** 0.5, rng)],
            lambda sizes, c, rng: [
                rng.normal(0, np.sqrt(c / sizes[i]), (sizes[i], sizes[i + 1])) for i in range(len(sizes) - 1)
            ],
        ),
        "fan-out-for-fan-in": (lambda sizes, c, rng: draw(sizes, lambda a, b: (c / b) ** 0.5, rng),),
        "first-fan-for-all": (lambda sizes, c, rng: draw(sizes, lambda a, b: (c / sizes[0]) ** 0.5, rng),),
        "fan-off-by-one": (lambda sizes, c, rng: draw(sizes, lambda a, b: math.sqrt(c / (1 + a)), rng),),
        "variance-for-std": (lambda sizes, c, rng: draw(sizes, lambda a, b: c / a, rng),),
        "root-of-two-over-n": (lambda sizes, c, rng: draw(sizes, lambda a, b: c**0.5 / a, rng),),
        "ignores-c": (lambda sizes, c, rng: draw(sizes, lambda a, b: np.sqrt(2 / a), rng),),
        "not-scaled": (lambda sizes, c, rng: draw(sizes, lambda a, b: 1, rng),),
        "uniform-for-normal": (
            lambda sizes, c, rng: [
                rng.uniform(-math.sqrt(3 * c / a), math.sqrt(3 * c / a), (b, a))
                for a, b in itertools.pairwise(sizes)
            ],
        ),
        "global-state": (seeded_globally, drawn_from_global_state),
        "fresh-rng": (
            lambda sizes, c, rng: draw(sizes, lambda a, b: (c / a) ** 0.5, np.random.default_rng()),
        ),
        "fixed-seed": (
            lambda sizes, c, rng: draw(sizes, lambda a, b: (c / a) ** 0.5, np.random.default_rng(42)),
        ),
    },
    "forward_moments": {
        "input-left-out": (lambda x, Ws: moments(x, Ws, mean_square, first=False),),
        "last-layer-missing": (lambda x, Ws: moments(x, Ws, mean_square, last=False),),
        "variance-for-second-moment": (lambda x, Ws: moments(x, Ws, np.var),),
        "pre-activation-for-activation": (lambda x, Ws: moments(x, Ws, mean_square, before=True),),
        "without-relu": (lambda x, Ws: moments(x, Ws, mean_square, relu=False),),
        "matrix-for-its-transpose": (untransposed_moments,),
        "sum-for-mean": (
            lambda x, Ws: moments(x, Ws, lambda h: np.linalg.norm(h) ** 2),
            lambda x, Ws: moments(x, Ws, lambda h: (h**2).sum() / len(h)),
        ),
        "root-mean-square": (lambda x, Ws: moments(x, Ws, lambda h: mean_square(h) ** 0.5),),
        "input-for-every-layer": (moments_each_from_the_input,),
    },
    "backward": {
        "mask-missing": (back_without_gates,),
        "mask-off-by-one": (back_with_the_gates_below,),
        "mask-on-the-wrong-side": (back_with_gates_after,),
        "matrix-for-its-transpose": (back_untransposed,),
        "layers-in-forward-order": (back_in_forward_order,),
        "last-mask-for-all": (back_with_the_last_gate,),
        "zero-counts-as-active": (back_with_zero_open,),
        "activation-for-its-slope": (back_with_activations,),
    },
    "calibrate": {
        "scaled-from-the-first-pass": (calibrated_without_handing_on,),
        "variance-for-second-moment": (lambda x, Ws: rescale(x, Ws, lambda z, h, W: np.var(h) ** -0.5),),
        "pre-activation-for-activation": (
            lambda x, Ws: rescale(x, Ws, lambda z, h, W: np.mean(z * z) ** -0.5),
        ),
        "root-missing": (lambda x, Ws: rescale(x, Ws, lambda z, h, W: 1 / np.mean(h * h)),),
        "scale-inverted": (lambda x, Ws: rescale(x, Ws, lambda z, h, W: np.mean(h * h) ** 0.5),),
        "weights-for-activations": (
            lambda x, Ws: [W * np.sqrt(2 / W[0].size) / np.sqrt(np.mean(W**2)) for W in Ws],
        ),
        "one-scale-for-all": (calibrated_with_one_scale,),
        "changes-its-input": (calibrated_in_place,),
    },
}
