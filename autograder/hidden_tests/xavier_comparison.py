"""Lesson 4: hidden checks."""

from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import Rng, behaviours, edges, purity, values
from heinit_lab.checking.trials import PURITY, VALUES, Case
from heinit_solutions.xavier_comparison import (
    compare_table,
    glorot_std,
    he_over_glorot,
    layer_backward,
    xavier_std,
)


def _widths(rng: Rng, *shape: int) -> Any:
    """Layer sizes from a few units to a few thousand, as plain integers, none of a public case."""
    return rng.integers(6, 5000, size=shape).tolist()


def _layer_sizes(rng: Rng) -> list[Case]:
    return [Case(n, m) for n, m in _widths(rng, 20, 2)]


def _one_row_other_types_repeated(rng: Rng) -> list[Any]:
    """One row; a tuple and an array for a list; a size twice."""
    ns = _widths(rng, 6)
    return [[ns[0]], tuple(ns), np.array(ns), [ns[1], ns[1]], [2]]


def _list_and_arrays(rng: Rng) -> list[Any]:
    return [_widths(rng, 7), np.array(_widths(rng, 3)), np.array(_widths(rng, 4), float)]


def _layer(rng: Rng, n_in: int, n_out: int) -> Case:
    """A layer of quarters and a g of sixty-fourths: float32 and any order of adding are exact."""
    W = rng.integers(-12, 13, size=(n_out, n_in)) / 4
    z = rng.choice([-1, 1], size=n_out) * rng.integers(1, 13, size=n_out) / 4
    return Case(W, z, rng.integers(-190, 191, size=n_out) / 64)


def _square_wide_and_narrow(rng: Rng) -> list[Case]:
    shapes = [(5, 5), (7, 3), (4, 9), *rng.integers(3, 60, size=(12, 2)).tolist()]
    return [_layer(rng, n, m) for n, m in shapes]


def _units_at_zero(rng: Rng) -> list[Case]:
    """Pre-activations of exactly 0, a layer that is off, one that is on, and layers of one unit."""
    layers = []
    for n, m in ((6, 6), (5, 8), (8, 5)):
        W, z, g = _layer(rng, n, m).args
        g = np.where(g == 0, 1.0, g)
        some = z.copy()
        some[:2] = 0.0
        layers += [Case(W, pre, g) for pre in (some, -np.abs(z), np.abs(z), np.zeros(m))]
    return [*layers, _layer(rng, 1, 1), _layer(rng, 1, 6), _layer(rng, 6, 1)]


SMALL_AND_LARGE = "very small and very large layers"

HIDDEN = {
    "xavier_std": behaviours(
        xavier_std,
        values(0.5, "values at 20 widths", lambda rng: _widths(rng, 20), also=PURITY),
        edges(0.5, SMALL_AND_LARGE, lambda rng: (2, 3, 10**9), also=PURITY),
    ),
    "glorot_std": behaviours(
        glorot_std,
        values(1.5, "values at 20 shapes", _layer_sizes, also=PURITY),
        edges(
            0.5,
            "very lopsided and square layers",
            lambda rng: (Case(2, 1), Case(2, 3), Case(1, 10**6), Case(10**6, 3), Case(7, 7)),
            also=PURITY,
        ),
    ),
    "he_over_glorot": behaviours(
        he_over_glorot,
        values(2, "values at 20 shapes", _layer_sizes, also=PURITY),
        edges(
            1,
            "square and very lopsided layers",
            lambda rng: (Case(2, 2), Case(97, 97), Case(1, 10**6), Case(10**6, 1)),
            also=PURITY,
        ),
    ),
    "compare_table": behaviours(
        compare_table,
        values(
            2.5, "tables of 2 to 9 rows", lambda rng: (_widths(rng, k) for k in (2, 5, 4, 9)), also=PURITY
        ),
        edges(1, "one row, a size named twice, tuples and arrays for lists", _one_row_other_types_repeated),
        purity(0.5, "the sizes passed in stay as they are", _list_and_arrays, new=True, also=VALUES),
    ),
    "layer_backward": behaviours(
        layer_backward,
        values(3, "gradients of 15 layers, square, wide and narrow", _square_wide_and_narrow),
        edges(1, "units at exactly 0, layers all off or all on, layers of one unit", _units_at_zero),
        purity(
            1,
            "weights, pre-activations and gradient stay as they are",
            lambda rng: (_layer(rng, n, m) for n, m in ((1, 1), (4, 4), (3, 8), (9, 2))),
            new=True,
            also=VALUES,
        ),
    ),
}
