"""Random networks: the lines behind every figure of the course that has one.

Layer l turns the activations h_{l-1} of the layer before into pre-activations z_l, and those into its own
activations h_l; for ReLU, f(z) = max(0, z):

    z_l = W_l h_{l-1} + b_l,    h_l = f(z_l),    h_0 = x          (He et al. 2015, equation 5)

The gradient comes back through the same matrices, and through the gates d_l, 1 where z_l > 0 and else 0:

    g_{l-1} = W_l^T (d_l * g_l)                                   (He et al. 2015, equation 11)

What the course follows is the second moment, the mean of the squares, q_l = mean(h_l^2).

    Ws = draw([64, 256, 256], 2, rng)       # three numbers of units, two matrices
    zs, hs = forward(x, Ws)
    q = moments(hs)

Shapes: a matrix is (n_out, n_in), a batch (examples, units). Many networks at once have one axis more, the
first: (networks, n_out, n_in), and (networks, examples, units). Signals, gradients and weights have no unit.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import Any

import numpy as np

Array = Any  # NumPy types its products and its functions of an array as Any, and so do these
Law = Callable[[np.random.Generator, tuple[int, ...], Any], Array]

TRUNCATED_STD = 0.87962566103423978
"""Standard deviation of a unit normal whose draws beyond 2 in size are drawn again."""


def _truncated(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Array:
    draws = rng.standard_normal(shape, dtype=dtype)
    while np.any(far := np.abs(draws) > 2):
        draws[far] = rng.standard_normal(int(far.sum()), dtype=dtype)
    return draws


def _orthogonal(rng: np.random.Generator, shape: tuple[int, ...], dtype: Any) -> Array:
    *networks, n_out, n_in = shape
    most, least = max(n_out, n_in), min(n_out, n_in)
    Q, R = np.linalg.qr(rng.standard_normal((*networks, most, least), dtype=dtype))
    signs = np.sign(np.diagonal(R, axis1=-2, axis2=-1))[..., None, :]  # with them, Q is as likely as -Q
    Q = dtype(np.sqrt(most)) * Q * signs
    return Q if n_out >= n_in else Q.swapaxes(-1, -2)


LAWS: dict[str, Law] = {
    "normal": lambda rng, shape, dtype: rng.standard_normal(shape, dtype=dtype),
    "uniform": lambda rng, shape, dtype: dtype(np.sqrt(3)) * (2 * rng.random(shape, dtype=dtype) - 1),
    "signs": lambda rng, shape, dtype: (2 * rng.integers(0, 2, shape, dtype=np.int8) - 1).astype(dtype),
    "truncated": _truncated,
    "corrected": lambda rng, shape, dtype: _truncated(rng, shape, dtype) / dtype(TRUNCATED_STD),
    "orthogonal": _orthogonal,
}
"""Draws of mean 0, by name. All have variance 1, except `truncated`, which was not corrected.

They are independent, except in an `orthogonal` matrix: its rows or its columns, whichever are fewer, are at
right angles and equally long (Saxe and others 2014).
"""


def relu(z: Array) -> Array:
    """max(0, z), entry by entry."""
    return np.maximum(z, 0)


def draw(
    sizes: Sequence[int] | Array,
    c: float | Sequence[float] | Array,
    rng: np.random.Generator,
    *,
    networks: int | None = None,
    law: str = "normal",
    dtype: Any = np.float32,
) -> Iterator[Array]:
    """Draw the weight matrices of a network, layer by layer: variance c / n_in, mean 0.

    sizes: the number of units of each layer, the input's first. c: one number, or one for each matrix;
    2 is He's rule (He et al. 2015, equation 10), 1 is Xavier's. networks: how many to draw at once.
    law: a name in `LAWS`. dtype: numpy.float32 or numpy.float64.
    """
    for (n_in, n_out), c_l in zip(pairwise(sizes), np.broadcast_to(c, len(sizes) - 1), strict=True):
        shape = (n_out, n_in) if networks is None else (networks, n_out, n_in)
        yield LAWS[law](rng, shape, dtype) * dtype(np.sqrt(c_l / n_in))


def forward(
    x: Array, Ws: Iterable[Array], f: Callable[[Array], Array] = relu, biases: Iterable[Any] = repeat(0)
) -> tuple[list[Array], list[Array]]:
    """Send a batch through a network: the pre-activations z_1 .. z_L, and the activations h_0 = x .. h_L.

    f: the activation. biases: for each layer, what is added to its sums.
    """
    zs: list[Array] = []
    hs = [x]
    for W, b in zip(Ws, biases, strict=False):
        zs.append(hs[-1] @ W.swapaxes(-1, -2) + b)
        hs.append(f(zs[-1]))
    return zs, hs


def backward(g: Array, Ws: Sequence[Array], gates: Sequence[Array]) -> list[Array]:
    """Send a gradient back through a ReLU network: the gradients with respect to h_0 .. h_L.

    g: the gradient with respect to h_L. gates: True where z_l > 0, for l = 1 .. L.
    """
    gs = [g]
    for W, gate in zip(reversed(Ws), reversed(gates), strict=True):
        gs.append((gs[-1] * gate) @ W)
    return gs[::-1]


def moments(layers: Iterable[Array]) -> Array:
    """The second moment of each layer, the mean of the squares over its examples and units.

    Returns an array of as many numbers as layers, or, for many networks at once, (networks, layers).
    """
    means = [np.mean(np.square(h, dtype=float), axis=(-2, -1)) for h in layers]
    return np.stack(np.broadcast_arrays(*means), axis=-1)


def unit_normal(n: int, rng: np.random.Generator, networks: int) -> Array:
    """One normal vector for each network, an input or a gradient, scaled to second moment 1.

    Returns an array (networks, 1, n).
    """
    x = rng.standard_normal((networks, 1, n), dtype=np.float32)
    return x / np.sqrt(np.mean(x**2, axis=-1, keepdims=True))


def unit_shares(zs: Iterable[Array]) -> Array:
    """Three shares of each layer's units: never on in the batch, always on, and on, on average.

    zs: pre-activations (examples, units); a unit is on where z > 0. Returns an array (3, layers).
    """
    on = [(z > 0).mean(axis=0) for z in zs]
    return np.array([[np.mean(u == 0), np.mean(u == 1), np.mean(u)] for u in on]).T
