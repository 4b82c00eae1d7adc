"""Lesson 4: hidden checks."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import Behaviour
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case, Trials, trials
from heinit_solutions.xavier_comparison import (
    compare_table,
    glorot_std,
    he_over_glorot,
    layer_backward,
    xavier_std,
)

Layer = tuple[np.ndarray, np.ndarray, np.ndarray]


def _widths(rng: np.random.Generator, *shape: int) -> Any:
    """Layer sizes from a few units to a few thousand, as plain integers, none of a public case."""
    return rng.integers(6, 5000, size=shape).tolist()


def _xavier_std_values(answer: Function, rng: np.random.Generator) -> Trials:
    return trials("xavier_std", answer, [Case(n, want=xavier_std(n)) for n in _widths(rng, 20)])


def _xavier_std_edges(answer: Function, rng: np.random.Generator) -> Trials:
    return trials("xavier_std", answer, [Case(n, want=xavier_std(n)) for n in (2, 3, 10**9)])


def _glorot_std_values(answer: Function, rng: np.random.Generator) -> Trials:
    layers = _widths(rng, 20, 2)
    return trials("glorot_std", answer, [Case(n, m, want=glorot_std(n, m)) for n, m in layers])


def _glorot_std_edges(answer: Function, rng: np.random.Generator) -> Trials:
    layers = [(2, 1), (2, 3), (1, 10**6), (10**6, 3), (7, 7)]
    return trials("glorot_std", answer, [Case(n, m, want=glorot_std(n, m)) for n, m in layers])


def _he_over_glorot_values(answer: Function, rng: np.random.Generator) -> Trials:
    layers = _widths(rng, 20, 2)
    return trials("he_over_glorot", answer, [Case(n, m, want=he_over_glorot(n, m)) for n, m in layers])


def _he_over_glorot_edges(answer: Function, rng: np.random.Generator) -> Trials:
    layers = [(2, 2), (97, 97), (1, 10**6), (10**6, 1)]
    return trials("he_over_glorot", answer, [Case(n, m, want=he_over_glorot(n, m)) for n, m in layers])


def _table_values(answer: Function, rng: np.random.Generator) -> Trials:
    lists = [_widths(rng, k) for k in (2, 5, 4, 9)]
    return trials("compare_table", answer, [Case(ns, want=compare_table(ns)) for ns in lists])


def _table_edges(answer: Function, rng: np.random.Generator) -> Trials:
    """One row; a tuple and an array for a list; a size twice."""
    ns = _widths(rng, 6)
    given: list[Any] = [[ns[0]], tuple(ns), np.array(ns), [ns[1], ns[1]], [2]]
    return trials(
        "compare_table",
        answer,
        [Case(each, want=compare_table(each)) for each in given],
        looks_at=("values",),
    )


def _table_purity(answer: Function, rng: np.random.Generator) -> Trials:
    given = [_widths(rng, 7), np.array(_widths(rng, 3)), np.array(_widths(rng, 4), float)]
    return trials("compare_table", answer, [Case(each, want=compare_table(each)) for each in given], new=True)


def _layer(rng: np.random.Generator, n_in: int, n_out: int) -> Layer:
    """A layer of quarters and a g of sixty-fourths: float32 and any order of adding are exact."""
    W = rng.integers(-12, 13, size=(n_out, n_in)) / 4
    z = rng.choice([-1, 1], size=n_out) * rng.integers(1, 13, size=n_out) / 4
    return W, z, rng.integers(-190, 191, size=n_out) / 64


def _case(layer: Layer) -> Case:
    return Case(*layer, want=layer_backward(*layer))


def _backward_values(answer: Function, rng: np.random.Generator) -> Trials:
    shapes = [(5, 5), (7, 3), (4, 9), *((int(n), int(m)) for n, m in rng.integers(3, 60, size=(12, 2)))]
    layers = [_layer(rng, n, m) for n, m in shapes]
    return trials("layer_backward", answer, [_case(layer) for layer in layers], looks_at=("values",))


def _backward_edges(answer: Function, rng: np.random.Generator) -> Trials:
    """Pre-activations of exactly 0, a layer that is off, one that is on, and layers of one unit."""
    layers = []
    for n, m in ((6, 6), (5, 8), (8, 5)):
        W, z, g = _layer(rng, n, m)
        g = np.where(g == 0, 1.0, g)
        some = z.copy()
        some[:2] = 0.0
        layers += [(W, some, g), (W, -np.abs(z), g), (W, np.abs(z), g), (W, np.zeros(m), g)]
    layers += [_layer(rng, 1, 1), _layer(rng, 1, 6), _layer(rng, 6, 1)]
    return trials("layer_backward", answer, [_case(layer) for layer in layers], looks_at=("values",))


def _backward_purity(answer: Function, rng: np.random.Generator) -> Trials:
    layers = [_layer(rng, n, m) for n, m in ((1, 1), (4, 4), (3, 8), (9, 2))]
    return trials("layer_backward", answer, [_case(layer) for layer in layers], new=True)


HIDDEN = {
    "xavier_std": (
        Behaviour("values", 0.5, "values at 20 widths", _xavier_std_values),
        Behaviour(
            "edge cases", 0.5, "very small and very large layers", _xavier_std_edges, needs=("values",)
        ),
    ),
    "glorot_std": (
        Behaviour("values", 1.5, "values at 20 shapes", _glorot_std_values),
        Behaviour("edge cases", 0.5, "very lopsided and square layers", _glorot_std_edges, needs=("values",)),
    ),
    "he_over_glorot": (
        Behaviour("values", 2, "values at 20 shapes", _he_over_glorot_values),
        Behaviour(
            "edge cases", 1, "square and very lopsided layers", _he_over_glorot_edges, needs=("values",)
        ),
    ),
    "compare_table": (
        Behaviour("values", 2.5, "tables of 2 to 9 rows", _table_values),
        Behaviour(
            "edge cases",
            1,
            "one row, a size named twice, tuples and arrays for lists",
            _table_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "the sizes passed in stay as they are", _table_purity, needs=("values",)),
    ),
    "layer_backward": (
        Behaviour("values", 3, "gradients of 15 layers, square, wide and narrow", _backward_values),
        Behaviour(
            "edge cases",
            1,
            "units at exactly 0, layers all off or all on, layers of one unit",
            _backward_edges,
            needs=("values",),
        ),
        Behaviour(
            "purity",
            1,
            "weights, pre-activations and gradient stay as they are",
            _backward_purity,
            needs=("values",),
        ),
    ),
}
