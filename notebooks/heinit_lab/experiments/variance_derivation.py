"""Lesson 2: gradients on their way down, from three starts, and what is expected of one of them."""

import numpy as np

from heinit_lab.networks import backward, draw, forward, moments


def gradients(
    depth: int, n: int, networks: int, rng: np.random.Generator, inputs: np.ndarray, labels: np.ndarray
) -> dict[str, np.ndarray]:
    """Second moments of three gradients on their way down through He layers of n units, by their start.

    "ones": a vector of ones at the top. "random": a standard normal vector. "loss": the gradient of the
    cross-entropy of one of `inputs`, through an output layer of ten units.
    Returns arrays (networks, depth + 1); column l is l layers below the top, over the top's.
    """
    rows = []
    for _ in range(networks):
        Ws = list(draw([n] * (depth + 1), 2, rng))
        (V,) = draw([n, 10], 2, rng, dtype=np.float64)
        example = rng.integers(len(inputs))
        zs, hs = forward(inputs[example], Ws)
        scores = V @ hs[-1]
        p = np.exp(scores - scores.max())
        error = p / p.sum() - np.eye(10)[labels[example]]
        starts = np.stack([np.ones(n), rng.standard_normal(n), error @ V])[:, None]
        rows.append(moments(reversed(backward(starts, Ws, [z > 0 for z in zs]))))
    q = np.array(rows)
    return dict(zip(("ones", "random", "loss"), (q / q[..., :1]).swapaxes(0, 1), strict=True))


def ones_expected(depth: int, n: int) -> np.ndarray:
    """E[mean(g^2)] below l = 1 .. depth He layers of n units for a vector of ones at the top; l = 0 is 1.

    g has a part along the layer's input h and a part across. ReLU is homogeneous, so <g, h> is the same in
    every layer, and the part along h keeps its size. The gate spares that part, since h is 0 where the gate
    is shut; so it adds twice as much to the part across as a random g would.
    """
    along = (1 + (n - 1) / np.pi) / n
    across = [1 - 1 / n]
    for _ in range(depth - 1):
        across.append(2 * (1 - 1 / n) * along + (1 - 2 / n) * across[-1])
    return np.array([1.0, *(along + part for part in across)])
