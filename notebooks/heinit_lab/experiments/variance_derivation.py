"""Lesson 2: leaky layers by four laws; gradients on their way down, and what is expected of one of them."""

import numpy as np

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.drivers import Answer, driver
from heinit_lab.mean_field import kept
from heinit_lab.networks import backward, draw, forward, moments, relu, unit_normal


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


def leaky_layers(law: str, weight_variance: Answer, depth: int = 10) -> np.ndarray:
    """Second moments of 300 leaky networks whose weights follow one law: (networks, depth + 1).

    weight_variance: the student's answer, asked for the variance of the weights.
    """
    n, slope, rng = 64, 0.5, np.random.default_rng(6)

    def own(fan: int, slope: float = 0.0) -> float:
        return 1 / (fan * kept("leaky", slope))

    variance = driver("weight_variance", weight_variance, own, 1).function
    x, c = unit_normal(n, rng, 300), n * variance(n, slope)
    Ws = draw([n] * (depth + 1), c, rng, networks=300, law=law)
    return np.asarray(moments(forward(x, Ws, lambda z: ACTIVATIONS["leaky"](z, np.float32(slope)))[1]))


def ones_expected(depth: int, n: int, relu_moments: Answer) -> np.ndarray:
    """E[mean(g^2)] below l = 1 .. depth He layers of n units for a vector of ones at the top; l = 0 is 1.

    relu_moments: the student's answer. A row's part along the layer's input h is normal, and the gate leaves
    what ReLU leaves of it: its mean, squared, is what two rows have in common.

    g has a part along the layer's input h and a part across. ReLU is homogeneous, so the sum of g h is the
    same in every layer, and the part along h keeps its size. The gate spares that part, since h is 0 where
    the gate is shut; so it adds twice as much to the part across as a random g would.
    """
    moments_of = driver("relu_moments", relu_moments, _own_relu_moments, 1.0).function
    mean = float(moments_of(np.sqrt(2 / n))[0])
    along = 1 / n + (n - 1) * mean**2
    across = [1 - 1 / n]
    for _ in range(depth - 1):
        across.append(2 * (1 - 1 / n) * along + (1 - 2 / n) * across[-1])
    return np.array([1.0, *(along + part for part in across)])


def _own_relu_moments(sigma: float) -> tuple[float, float, float]:
    """By sums over a grid of the normal density."""
    z = np.linspace(-8, 8, 1601)
    mean, second = (np.average(relu(sigma * z) ** k, weights=np.exp(-(z**2) / 2)) for k in (1, 2))
    return mean, second - mean**2, second
