"""Layer normalisation in deep random networks: the signal on its way forward, the gradient on its way back.

Layer normalisation gives each example mean 0 and variance 1 over the units (Ba, Kiros and Hinton 2016). It
stands in three places; f(h) = V relu(W h) is a branch, and s its factor:

    plain   h' = relu(norm(W h))
    pre     h' = h + s f(norm(h))
    post    h' = norm(h + s f(h))

W has variance c / n, and V has c / (2 n), so that a branch makes v = c^2 / 4 of a second moment of 1. Shapes:
as in `heinit_lab.networks`, (networks, examples, units). Nothing has a unit.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from heinit_lab.networks import Array, draw, moments, relu, unit_normal

Place = Literal["plain", "pre", "post"]
InputBackward = Callable[[Array], Array]
"""From the gradient behind a layer to that before it."""


def norm(h: Array) -> tuple[Array, InputBackward]:
    """Mean 0 and variance 1 over the last axis, and the way back through that."""
    centred = h - h.mean(axis=-1, keepdims=True)
    spread = np.sqrt(np.mean(centred**2, axis=-1, keepdims=True))
    unit = centred / spread

    def pull(g: Array) -> Array:
        both = g.mean(axis=-1, keepdims=True) + unit * (g * unit).mean(axis=-1, keepdims=True)
        return (g - both) / spread

    return unit, pull


def flow(
    place: Place, c: float, depth: int, scale: float = 1.0, width: int = 64, networks: int = 10, seed: int = 0
) -> tuple[Array, Array]:
    """Second moments by layer, of signals that start at 1 and of gradients that end at 1, a row a network.

    depth: how many layers, or branches. scale: the factor s. Returns two arrays (networks, depth + 1).
    """
    rng = np.random.default_rng(seed)
    hs, pulls = [unit_normal(width, rng, networks)], []
    for _ in range(depth):
        W, V = draw([width] * 3, [c, c / 2], rng, networks=networks)
        h, pull = _layer(place, hs[-1], W, V, np.float32(scale))
        hs.append(h)
        pulls.append(pull)
    gs = [unit_normal(width, rng, networks)]
    for pull in reversed(pulls):
        gs.append(pull(gs[-1]))
    return moments(hs), moments(reversed(gs))


def _layer(place: Place, h: Array, W: Array, V: Array, s: Array) -> tuple[Array, InputBackward]:
    if place == "plain":
        unit, through = norm(h @ W.swapaxes(-1, -2))
        return relu(unit), lambda g: through(g * (unit > 0)) @ W
    if place == "pre":
        unit, through = norm(h)
        branch, back = _branch(unit, W, V, s)
        return h + branch, lambda g: g + through(back(g))
    branch, back = _branch(h, W, V, s)
    unit, through = norm(h + branch)
    return unit, lambda g: (inner := through(g)) + back(inner)


def _branch(h: Array, W: Array, V: Array, s: Array) -> tuple[Array, InputBackward]:
    z = h @ W.swapaxes(-1, -2)
    return s * relu(z) @ V.swapaxes(-1, -2), lambda g: s * ((g @ V) * (z > 0)) @ W
