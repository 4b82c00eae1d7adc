"""Lesson 4: hidden checks."""

from itertools import starmap
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import Rng, behaviours, edges, layer_widths, purity, values
from heinit_lab.checking.trials import Case
from heinit_lab.exercises.xavier_comparison import _shared as kinds
from heinit_solutions.xavier_comparison import (
    compare_table,
    glorot_std,
    he_over_glorot,
    layer_backward,
    xavier_std,
)


def _layer_sizes(rng: Rng) -> list[Case]:
    """Layers of every size, with many more outputs, many fewer, or about as many."""
    return list(map(kinds.layer_case, layer_widths(rng), _sizes(rng, 20)))


def _sizes(rng: Rng, count: int) -> list[int]:
    """Layer sizes in no order."""
    return [int(n) for n in rng.permutation(layer_widths(rng, count))]


def _one_row_other_types_repeated(rng: Rng) -> list[Case]:
    ns = _sizes(rng, 6)
    return [
        Case([ns[0]], kind="one size"),
        Case(tuple(ns), kind="a tuple"),
        Case(np.array(ns), kind="an array of whole numbers"),
        Case(np.array(ns, float), kind="an array"),
        Case([ns[1], ns[2], ns[1]], kind="a size named twice"),
        Case([2], kind="one size"),
    ]


def _list_and_arrays(rng: Rng) -> list[Any]:
    return [_sizes(rng, 7), np.array(_sizes(rng, 3)), np.array(_sizes(rng, 4), float)]


def _layer(rng: Rng, n_in: int, n_out: int, first: int = 1) -> Case:
    """A layer of quarters and a g of sixty-fourths: float32 and any order of adding are exact.

    first: 1 where the first unit is on, -1 where it is off; the second unit is the opposite.
    """
    W = rng.integers(-12, 13, size=(n_out, n_in)) / 4
    z = rng.choice([-1, 1], size=n_out) * rng.integers(1, 13, size=n_out) / 4
    z[:2] = np.abs(z[:2]) * [first, -first][:n_out]
    g = rng.choice([-1, 1], size=n_out) * rng.integers(1, 191, size=n_out) / 64
    return Case(W, z, g, kind=kinds.ONE_UNIT if n_out == 1 else kinds.shape(n_in, n_out))


def _square_wide_and_narrow(rng: Rng) -> list[Case]:
    shapes = [(5, 5), (7, 3), (4, 9), *rng.integers(3, 60, size=(12, 2)).tolist()]
    return [_layer(rng, n, m) for n, m in shapes]


def _units_at_zero(rng: Rng) -> list[Case]:
    layers = []
    for n, m in ((6, 6), (5, 8), (8, 5)):
        W, z, g = _layer(rng, n, m).args
        some, near = z.copy(), z.copy()
        some[:2], near[:2] = (0.0, -0.0), (2.0**-20, -(2.0**-40))
        layers += [
            Case(W, some, g, kind=kinds.AT_ZERO),
            Case(W, near, g, kind=kinds.NEAR_ZERO),
            Case(W, -np.abs(z), g, kind=kinds.ALL_OFF),
            Case(W, np.abs(z), g, kind=kinds.ALL_ON),
            Case(W, np.zeros(m), g, kind=kinds.AT_ZERO),
        ]
    narrow = [_layer(rng, n, m, first) for n, m in ((1, 1), (6, 1)) for first in (1, -1)]
    return [*layers, *narrow, _layer(rng, 1, 6)]


HIDDEN = {
    "xavier_std": behaviours(
        xavier_std,
        values(1.5, "values at 20 widths", layer_widths),
        edges(0.5, "very small and very large layers", lambda rng: (2, 3, Case(10**9, kind=kinds.LARGE))),
    ),
    "glorot_std": behaviours(
        glorot_std,
        values(1.5, "values at 20 shapes", _layer_sizes),
        edges(
            0.5,
            "very lopsided and square layers",
            lambda rng: starmap(kinds.layer_case, ((2, 1), (2, 3), (1, 10**6), (10**6, 3), (7, 7))),
        ),
    ),
    "he_over_glorot": behaviours(
        he_over_glorot,
        values(2, "values at 20 shapes", _layer_sizes),
        edges(
            1,
            "square and very lopsided layers",
            lambda rng: starmap(kinds.layer_case, ((2, 2), (97, 97), (1, 10**6), (10**6, 1))),
        ),
    ),
    "compare_table": behaviours(
        compare_table,
        values(
            2,
            "tables of 2 to 9 rows",
            lambda rng: (
                Case(sizes, kind="several sizes")  # 11 bits do not hold 4099
                for sizes in (*(_sizes(rng, k) for k in (2, 5, 4, 9)), [4099, *_sizes(rng, 2)])
            ),
        ),
        edges(0.6, "one row, a size named twice, tuples and arrays for lists", _one_row_other_types_repeated),
        purity(0.4, "the sizes passed in stay as they are", _list_and_arrays, new=True),
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
        ),
    ),
}
