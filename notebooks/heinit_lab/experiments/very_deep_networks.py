"""Lesson 5: what random deep networks do to one signal, to pairs of images, and to images in convolutions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from heinit_lab.checking.report import Report
from heinit_lab.digits import digits
from heinit_lab.networks import backward, draw, forward, moments, relu
from heinit_lab.race import Race, race


def carried(width: int, depth: int, networks: int = 2000, seed: int = 0) -> np.ndarray:
    """q_l / q_0 of one input in many He networks, shape (networks, depth + 1); exact, and without a matrix.

    Given h, the entries of W h are independent N(0, 2 |h|^2 / n): all that the next layer sees of h is its
    length. So a layer multiplies q by (2/n) sum relu(g_i)^2, with fresh normal g.
    """
    rng = np.random.default_rng(seed)
    fresh = (rng.standard_normal((networks, 1, width), dtype=np.float32) for _ in range(depth))
    factors = 2 * moments(relu(g) for g in fresh)
    return np.hstack([np.ones((networks, 1)), factors.cumprod(axis=1)])


def signal_and_gradients(c: float, depth: int = 30, width: int = 64, networks: int = 10) -> np.ndarray:
    """Signal, gradient and weight gradient at every layer: mean squares, shape (3, networks, depth).

    Signal: what enters layer l. Gradient: at the layer's outputs, for an independent normal gradient at the
    top. Weight gradient: of one entry of W_l. The input's and the top gradient's mean squares are about 1.
    """
    rows = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        Ws = list(draw([width] * (depth + 1), c, rng, dtype=np.float64))
        zs, hs = forward(digits().train[:64].astype(float), Ws)
        gates = [z > 0 for z in zs]
        gs = backward(rng.standard_normal(hs[-1].shape), Ws, gates)
        # a weight's gradient for one image is the one number that arrives times the one that enters
        single = [
            np.mean(((g * gate) ** 2).T @ h**2) / len(h)
            for g, gate, h in zip(gs[1:], gates, hs[:-1], strict=True)
        ]
        rows.append([moments(hs[:-1]), moments(gs[1:]), single])
    return np.array(rows).swapaxes(0, 1)


def mean_cosines(width: int = 64, depth: int = 40, networks: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Mean cosine of 200 images by layer: measured (networks, depth + 1), and predicted (depth + 1,).

    The prediction is that of infinitely wide ReLU layers (Cho and Saul 2009).
    """
    x, measured = digits().train[:200], []
    for seed in range(networks):
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


def conv_moments(
    fan: int, padding: str, channels: int = 16, depth: int = 10, networks: int = 20
) -> np.ndarray:
    """q_l / q_0 of stacked 3 x 3 convolutions, variance 2 / fan, on 8 x 8 inputs: (networks, depth + 1)."""
    q = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        hs = [rng.standard_normal((4, channels, 8, 8), dtype=np.float32)]
        for _ in range(depth):
            W = rng.standard_normal((channels, channels, 3, 3), dtype=np.float32)
            hs.append(relu(convolve(hs[-1], W * np.float32(np.sqrt(2 / fan)), padding)))
        q.append([float(np.mean(h**2)) for h in hs])
    return np.asarray(np.divide(q, np.array(q)[:, :1]))


def residual_moments(blocks: int, scale: float, networks: int = 20) -> np.ndarray:
    """q / q_0 along residual blocks h + scale W2 relu(W1 h) of width 64, shape (networks, blocks + 1)."""
    q = []
    for seed in range(networks):
        rng = np.random.default_rng(seed)
        hs = [rng.standard_normal((8, 64))]
        for _ in range(blocks):
            W1, W2 = draw([64, 64, 64], [2, 1], rng, dtype=np.float64)
            hs.append(hs[-1] + scale * relu(hs[-1] @ W1.T) @ W2.T)
        q.append(moments(hs))
    return np.asarray(np.divide(q, np.array(q)[:, :1]))


def calibrated_race(
    init_network: Callable[[Sequence[int], float, np.random.Generator], list[np.ndarray]],
    calibrate: Callable[[np.ndarray, list[np.ndarray]], Any],
    seed: int,
    depth: int = 30,
) -> Race | None:
    """A race from 1/n matrices that the student's `calibrate` has rescaled on 256 training images.

    Where one of the two functions is not solved, says so and gives None.
    """
    try:
        Ws = init_network([64] * depth + [10], 1.0, np.random.default_rng(seed))
        weights = calibrate(digits().train[:256], Ws)
    except NotImplementedError:
        words = ("Your own networks run this race. Solve both exercises, then run this cell again.",)
        headline = "This race is waiting for your `init_network` and `calibrate`."
        from IPython.display import display

        display(Report("○", headline, words).bundle(), raw=True)
        return None
    return race(depth, seed=seed, weights=weights)
