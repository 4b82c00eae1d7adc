"""Lesson 5: what random deep networks do to one signal, to pairs of images, and to images in convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, repeat
from math import prod, sqrt
from statistics import NormalDist

import numpy as np

from heinit_lab import networks
from heinit_lab.digits import digits
from heinit_lab.drivers import Answer, Driver, driver, fallbacks
from heinit_lab.layer_norm import Place, flow
from heinit_lab.networks import draw, forward, moments, relu, unit_shares
from heinit_lab.race import Race, race

CONVOLUTION = (16, 16, 3, 3)
EXAMPLE = np.ones((2, 2)), [np.ones((3, 2))]


def carried(
    width: int, depth: int, networks: int = 2000, *, linear: bool = False, orthogonal: bool = False
) -> np.ndarray:
    """q_l / q_0 of one input in many He networks, shape (networks, depth + 1); exact, and without a matrix.

    Given h, the entries of W h are independent N(0, 2 |h|^2 / n): all that the next layer sees of h is its
    length. So a layer multiplies q by (2/n) sum relu(g_i)^2, with fresh normal g. For linear layers, which
    have half the variance, that is (1/n) sum g_i^2. An orthogonal W turns h to any direction alike and makes
    its length certain: then the factor is divided by the mean of g_i^2.
    """
    rng = np.random.default_rng(0)
    fresh = (rng.standard_normal((networks, 1, width), dtype=np.float32) for _ in range(depth))
    factors = []
    for g in fresh:
        length, kept = moments([g, relu(g)]).T
        factors.append((length if linear else 2 * kept) / (length if orthogonal else 1))
    return np.vstack([np.ones(networks), np.cumprod(factors, axis=0)]).T


def kinds_of_draw(width: int, depth: int) -> tuple[dict[str, np.ndarray], dict[str, float]]:
    """`carried` by independent and by orthogonal matrices, with ReLU and without, by name.

    Second, the variance of a layer's factor: E[g^4] = 3 for a normal g, and 3 / (n (n + 2)) for an entry of a
    vector of length 1 and random direction, whose n entries have squares that add up to 1.
    """
    variances = {
        "independent, ReLU": 5 / width,
        "orthogonal, ReLU": 3 / (width + 2),
        "independent, linear": 2 / width,
        "orthogonal, linear": 0.0,
    }
    kinds = {name: {"linear": "linear" in name, "orthogonal": "orthogonal" in name} for name in variances}
    return {name: carried(width, depth, **kind) for name, kind in kinds.items()}, variances


def biased(
    c: float, bias: float, width: int = 64, depth: int = 30, networks: int = 1000
) -> tuple[np.ndarray, np.ndarray]:
    """q_l of one input of second moment 1 where all biases are equal, shape (networks, depth + 1).

    Second, in infinitely wide layers, (depth + 1,). There z is N(b, s^2) with s^2 = c q, and with a unit
    normal's density phi and distribution Phi, E[relu(z)^2] = (b^2 + s^2) Phi(b/s) + b s phi(b/s).
    """
    rng = np.random.default_rng(0)
    q, wide = [np.ones(networks)], [1.0]
    for _ in range(depth):
        g = rng.standard_normal((networks, width), dtype=np.float32)
        q.append(np.mean(relu(np.sqrt(c * q[-1])[:, None] * g + bias) ** 2, axis=1))
        s = sqrt(c * wide[-1])
        normal = NormalDist(bias, s)
        wide.append((bias**2 + s**2) * (1 - normal.cdf(0)) + bias * s**2 * normal.pdf(0))
    return np.array(q).T, np.array(wide)


def constant_biases() -> tuple[dict[str, tuple[np.ndarray, np.ndarray]], dict[str, np.ndarray]]:
    """`biased` by rule and bias, and shares of dead units in He's networks by bias."""
    signals = {f"He, b = {b:g}": biased(2.0, b) for b in (0.0, 0.01, 0.1)}
    signals["Xavier, b = 0.01"] = biased(1.0, 0.01)
    return signals, {f"b = {b:g}": dead_by_bias(b) for b in (0.0, 0.01, 0.1)}


def places_of_norm(scales: Sequence[float]) -> dict[str, dict[float, tuple[np.ndarray, np.ndarray]]]:
    """Second moments forward and backward through 30 layers, by where layer normalisation stands and by c."""
    places: dict[str, Place] = {"plain": "plain", "pre-norm": "pre", "post-norm": "post"}
    return {name: {c: flow(place, c, depth=30) for c in scales} for name, place in places.items()}


def dead_by_bias(bias: float) -> np.ndarray:
    """Share of dead units for 64 training images by layer, He networks of width 64, (10 networks, 30)."""
    x, b = digits().train[:64], np.float32(bias)
    drawn = (draw([64] * 31, 2, np.random.default_rng(seed)) for seed in range(10))
    return np.array([unit_shares(forward(x, Ws, biases=repeat(b))[0])[0] for Ws in drawn])


def own_spread(
    init_network: Answer, forward_moments: Answer, width: int = 64, depth: int = 30, networks: int = 100
) -> tuple[np.ndarray, str]:
    """q_l / q_0 of one input in He networks of the student's making, shape (networks, depth + 1).

    Second, which functions are the lesson's own, in words.
    """
    drivers = network_driver(init_network), moments_driver(forward_moments)
    made, measured = (each.function for each in drivers)
    rng, sizes = np.random.default_rng(9), [width] * (depth + 1)
    x = rng.standard_normal((1, width))
    q = np.array([measured(x, list(made(sizes, 2.0, rng))) for _ in range(networks)], dtype=float)
    return q / q[:, :1], fallbacks(*drivers)


def mean_cosines(width: int, depth: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean cosine of 200 images by layer: measured, (10 networks, depth + 1), and predicted, (depth + 1,).

    The prediction is that of infinitely wide ReLU layers (Cho and Saul 2009).
    """
    x, measured = digits().train[:200], []
    for seed in range(10):
        _, hs = forward(x, draw([64] + [width] * depth, 2, np.random.default_rng(seed)))
        measured.append([cosines(h).mean() for h in hs])
    predicted = [cosines(x)]
    for _ in range(depth):
        cosine = np.clip(predicted[-1], -1, 1)
        predicted.append((np.sqrt(1 - cosine**2) + cosine * (np.pi - np.arccos(cosine))) / np.pi)
    return np.array(measured), np.mean(predicted, axis=1)


def cosines(h: np.ndarray) -> np.ndarray:
    """Cosines of all pairs of rows."""
    unit = h / np.linalg.norm(h, axis=1, keepdims=True)
    return np.asarray((unit @ unit.T)[np.triu_indices(len(h), 1)])


def convolve(h: np.ndarray, W: np.ndarray, padding: str) -> np.ndarray:
    """A 3 x 3 convolution of (images, C_in, height, width); padding: "zero" or "circular"."""
    rows, columns = h.shape[2:]
    border = ((0, 0), (0, 0), (1, 1), (1, 1))
    padded = np.pad(h, border, mode="wrap" if padding == "circular" else "constant")
    patches = [padded[:, :, i : i + rows, j : j + columns] for i in range(3) for j in range(3)]
    flat = np.stack(patches, axis=2).reshape(len(h), -1, rows * columns)
    return np.asarray(W.reshape(len(W), -1) @ flat).reshape(len(h), len(W), rows, columns)


def conv_moments(fan: float, padding: str) -> np.ndarray:
    """q_l / q_0 of ten stacked convolutions, variance 2 / fan, on 8 x 8 inputs, (20 networks, 11)."""
    q = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hs = [rng.standard_normal((4, CONVOLUTION[1], 8, 8), dtype=np.float32)]
        for _ in range(10):
            W = rng.standard_normal(CONVOLUTION, dtype=np.float32)
            hs.append(relu(convolve(hs[-1], W * np.float32(np.sqrt(2 / fan)), padding)))
        q.append([float(np.mean(h**2)) for h in hs])
    return np.asarray(np.divide(q, np.array(q)[:, :1]))


def conv_stacks(conv_fan_in: Answer) -> tuple[dict[str, dict[str, np.ndarray]], str]:
    """`conv_moments` by the student's count of inputs and by that of channels alone, for both paddings.

    Second, which functions are the lesson's own, in words.
    """

    def counted(shape: Sequence[int]) -> float:
        if not (fan := float(conv_fan_in(shape))) > 0:
            raise ValueError(f"a fan-in of {fan}")
        return fan

    count = driver("conv_fan_in", counted, lambda shape: float(prod(shape[1:])), CONVOLUTION)
    fans = {"your count": count.function(CONVOLUTION), "channels alone": float(CONVOLUTION[1])}
    return {
        f"{name}, 2/{fan:g}": {padding: conv_moments(fan, padding) for padding in ("circular", "zero")}
        for name, fan in fans.items()
    }, fallbacks(count)


def residual_moments(blocks: int, scale: float) -> np.ndarray:
    """q / q_0 along residual blocks h + scale W2 relu(W1 h) of width 64, (20 networks, blocks + 1)."""
    q = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hs = [rng.standard_normal((8, 64))]
        for _ in range(blocks):
            W1, W2 = draw([64, 64, 64], [2, 1], rng, dtype=np.float64)
            hs.append(hs[-1] + scale * relu(hs[-1] @ W1.T) @ W2.T)
        q.append(moments(hs))
    return np.asarray(np.divide(q, np.array(q)[:, :1]))


def calibrated_race(init_network: Answer, calibrate: Answer, seed: int) -> tuple[Race, str]:
    """A race from thirty 1/n matrices that the student's `calibrate` has rescaled on 256 training images.

    Second, which functions are the lesson's own, in words.
    """
    drivers = network_driver(init_network), driver("calibrate", calibrate, _own_calibrated, *EXAMPLE)
    made, rescaled = (each.function for each in drivers)
    Ws = made([64] * 30 + [10], 1.0, np.random.default_rng(seed))
    return race(30, seed=seed, weights=rescaled(digits().train[:256], Ws)), fallbacks(*drivers)


def network_driver(init_network: Answer) -> Driver:
    """(sizes, c, rng) to a list of matrices."""

    def own(sizes: Sequence[int], c: float, rng: np.random.Generator) -> list[np.ndarray]:
        return list(draw(sizes, c, rng, dtype=np.float64))

    return driver("init_network", init_network, own, [2, 3], 1.0, np.random.default_rng(0))


def moments_driver(forward_moments: Answer) -> Driver:
    """(x, Ws) to the second moments of h_0 .. h_L."""
    return driver("forward_moments", forward_moments, lambda x, Ws: moments(forward(x, Ws)[1]), *EXAMPLE)


def gradient_driver(backward: Answer) -> Driver:
    """(x, Ws, g) to the gradient at x."""

    def own(x: np.ndarray, Ws: list[np.ndarray], g: np.ndarray) -> np.ndarray:
        gates = [z[0] > 0 for z in forward(x[None], Ws)[0]]
        return np.asarray(networks.backward(g, Ws, gates)[0])

    return driver("backward", backward, own, np.ones(2), EXAMPLE[1], np.ones(3))


def _own_calibrated(x: np.ndarray, Ws: list[np.ndarray]) -> list[np.ndarray]:
    """By a single pass: ReLU is homogeneous, so each scale is a ratio of two layers' moments."""
    q = [1.0, *moments(forward(x, Ws)[1][1:])]
    return [W * np.sqrt(a / b) for W, (a, b) in zip(Ws, pairwise(q), strict=True)]
