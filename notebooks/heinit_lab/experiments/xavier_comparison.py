"""Lesson 4: the second moments of many random networks, forward and backward, under any rule for the weights.

One set of draws serves all rules: ReLU commutes with a positive factor, so a rule that makes every weight of
a layer sqrt(c) times larger makes every second moment after that layer c times larger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from heinit_lab.networks import backward, draw, forward, moments, relu, unit_normal


def gains(sizes: Sequence[int]) -> dict[str, np.ndarray]:
    """For each rule, the c of every layer in Var[w] = c / n_in. sizes: units, the input's first."""
    n_in, n_out = np.array(sizes[:-1], float), np.array(sizes[1:], float)
    return {"Xavier": n_in / n_in, "Glorot": 2 * n_in / (n_in + n_out), "He": 2 * n_in / n_in}


@dataclass(frozen=True)
class Flow:
    """Second moments in many random networks with c = 1 / keep: a row for each, L + 1 or L columns."""

    sizes: tuple[int, ...]
    """The L + 1 numbers of units."""
    keep: float
    """The share of its second moment that a layer's activation keeps: 1/2 for ReLU, 1 for the identity."""
    forward: np.ndarray
    """Of the activations h_0 .. h_L, over the input's."""
    backward: np.ndarray
    """Of the gradient with respect to h_0 .. h_L, over that at the output."""
    weights: np.ndarray
    """Of the gradient of each of the L matrices."""

    def under(self, c: np.ndarray) -> Flow:
        """The same draws, with Var[w] = c / n_in in each layer."""
        before, after = _products(c * self.keep)
        weights = self.weights * before[:-1] * after[1:]
        return Flow(self.sizes, self.keep, self.forward * before, self.backward * after, weights)

    def predicted(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The expected forward and backward moments with Var[w] = c / n_in in each layer."""
        factor, n = c * self.keep, np.array(self.sizes)
        return _products(factor)[0], _products(factor * n[1:] / n[:-1])[1]


def _products(factors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Products of all factors before, and of all from, each of the L + 1 positions."""
    before = np.concatenate([[1.0], np.cumprod(factors)])
    return before, np.concatenate([np.cumprod(factors[::-1])[::-1], [1.0]])


def flow(sizes: Sequence[int], rng: np.random.Generator, networks: int = 100, linear: bool = False) -> Flow:
    """Run random networks, each on a normal input and a normal output gradient of its own.

    sizes: units, the input's first. linear: whether units pass on their sums as they are, without ReLU.
    """
    keep = 1.0 if linear else 0.5
    x = unit_normal(sizes[0], rng, networks)
    Ws = list(draw(sizes, 1 / keep, rng, networks=networks))
    zs, hs = forward(x, Ws, (lambda z: z) if linear else relu)
    gates = [np.ones_like(z, bool) if linear else z > 0 for z in zs]
    gs = backward(unit_normal(sizes[-1], rng, networks), Ws, gates)
    arriving = moments(g * gate for g, gate in zip(gs[1:], gates, strict=True))
    return Flow(tuple(sizes), keep, moments(hs), moments(gs), arriving * moments(hs[:-1]))
