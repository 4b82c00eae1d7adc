"""`forward_moments`: the second moment of every layer's output."""

from collections.abc import Callable
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import (
    KINDS,
    NETWORKS,
    A,
    B,
    Matrices,
    before_relu,
    last_linear,
    passed,
)
from heinit_lab.networks import relu

MOMENTS = [
    [5.0, 18.0],
    [3.75, 12.75],
    [3.75, 12.75, 107.5],
    [1.958333333, 11.041666667, 82.166666667],
    [1.75, 5.333333333, 26.666666667, 133.333333333],
    [1.958333333, 9.65625, 22.61328125],
]
_X = np.array([[1.0, 2.0], [3.0, 1.0]])


def _squares(layers: Matrices) -> np.ndarray:
    return np.array([np.square(layer).mean() for layer in layers])


def _measured(measure: Callable[[np.ndarray], Any]) -> Callable[[np.ndarray, Matrices], list[Any]]:
    """An answer that measures something else of each layer than its second moment."""
    return lambda x, Ws: [measure(h) for h in passed(x, Ws)]


def _over_units_that_are_on(h: np.ndarray) -> float:
    return float(np.square(h[h > 0]).mean())


def _relu_first(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    layers = [x]
    for W in Ws:
        layers.append(relu(layers[-1]) @ W.T)
    return layers


def _computed(x: np.ndarray, Ws: Matrices) -> np.ndarray:
    """What the formula of lesson 2 makes of the weights' second moments."""
    factors = [W.shape[1] * np.square(W).mean() / 2 for W in Ws]
    return np.asarray(np.square(x).mean() * np.cumprod([1.0, *factors]))


def _used_up(x: np.ndarray, Ws: list[np.ndarray]) -> np.ndarray:
    moments = _squares(passed(x, Ws))
    Ws.clear()
    return moments


EXERCISE = exercise(
    "forward_moments",
    Cases(
        *(
            Case(x, Ws, want=np.array(m), kind=kind)
            for (x, Ws), m, kind in zip(NETWORKS, MOMENTS, KINDS, strict=True)
        ),
        Case(_X, [], want=np.array([3.75]), kind="a network without a layer"),
        Case(_X, [-np.abs(A), B], want=np.array([3.75, 0.0, 0.0]), kind="a layer without a unit that is on"),
        Case(1e-3 * _X, [A, 1e3 * B], want=np.array([3.75e-6, 1.875e-5, 137.5]), kind="very small numbers"),
    ),
    mistakes={
        "input-left-out": lambda x, Ws: _squares(passed(x, Ws)[1:]),
        "last-layer-missing": (
            lambda x, Ws: _squares(passed(x, Ws)[:-1]),
            lambda x, Ws: _squares([x, *passed(x, Ws)[1:-1]]),
        ),
        "layers-between-missing": (
            lambda x, Ws: _squares([x, passed(x, Ws)[-1]]),
            lambda x, Ws: _squares([x, *passed(x, Ws)[1:][-1:]]),
            lambda x, Ws: _squares(passed(x, Ws)[-1:]),
            lambda x, Ws: _squares(passed(x, Ws))[-1],
        ),
        "returned-in-the-loop": lambda x, Ws: _squares(passed(x, Ws)[:2]),
        "last-layer-first": lambda x, Ws: _squares(passed(x, Ws)[::-1]),
        "variance-for-second-moment": (_measured(np.var), _measured(lambda h: h.var(ddof=1))),
        "deviation-for-second-moment": (
            _measured(np.std),
            lambda x, Ws: [h.std(ddof=1) for h in passed(x, Ws)],
        ),
        "square-of-the-mean": (
            _measured(lambda h: h.mean() ** 2),
            _measured(lambda h: np.abs(h).mean() ** 2),
        ),
        "square-missing": (_measured(np.mean), _measured(lambda h: np.abs(h).mean())),
        "pre-activation-for-activation": lambda x, Ws: _squares(before_relu(x, Ws)),
        "last-layer-linear": lambda x, Ws: _squares(last_linear(x, Ws)),
        "relu-on-the-input": (
            lambda x, Ws: _squares(passed(np.clip(x, 0, None), Ws)),
            lambda x, Ws: _squares([np.clip(x, 0, None), *passed(x, Ws)[1:]]),
        ),
        "units-that-are-off-left-out": (
            lambda x, Ws: [np.square(x).mean(), *map(_over_units_that_are_on, passed(x, Ws)[1:])],
            _measured(_over_units_that_are_on),
            _measured(lambda h: np.square(h[h != 0]).mean()),
        ),
        "without-relu": (
            lambda x, Ws: _squares(passed(x, Ws, lambda z: z)),
            lambda x, Ws: _squares([x, *map(relu, passed(x, Ws, lambda z: z)[1:])]),
        ),
        "relu-before-the-matrix": lambda x, Ws: _squares(_relu_first(x, Ws)),
        "negative-part-kept": lambda x, Ws: _squares(passed(x, Ws, lambda z: np.clip(z, None, 0))),
        "size-for-relu": lambda x, Ws: _squares(passed(x, Ws, np.abs)),
        "matrix-for-its-transpose": lambda x, Ws: _squares(passed(x, [W.T for W in Ws])),
        "batch-in-columns": lambda x, Ws: _squares(passed(x.T, Ws)),
        "sum-for-mean": (
            _measured(lambda h: np.square(h).sum()),
            _measured(lambda h: np.square(h).sum(axis=1).mean()),
            _measured(lambda h: np.square(h).sum(axis=0).mean()),
        ),
        "mean-along-one-axis": (
            _measured(lambda h: np.square(h).mean(axis=1)),
            _measured(lambda h: np.square(h).mean(axis=0)),
        ),
        "examples-averaged-first": lambda x, Ws: _squares([x, *passed(x.mean(axis=0), Ws)[1:]]),
        "activations-for-moments": (
            lambda x, Ws: passed(x, Ws),
            lambda x, Ws: passed(x, Ws)[-1],
            lambda x, Ws: [np.square(h) for h in passed(x, Ws)],
        ),
        "first-example-only": _measured(lambda h: np.square(h[0]).mean()),
        "root-mean-square": lambda x, Ws: np.sqrt(_squares(passed(x, Ws))),
        "length-for-second-moment": (
            _measured(np.linalg.norm),
            _measured(lambda h: np.linalg.norm(h, axis=1).mean()),
        ),
        "relative-to-the-input": (
            lambda x, Ws: _squares(passed(x, Ws)) / np.square(x).mean(),
            lambda x, Ws: _squares(passed(x, Ws))[1:] / np.square(x).mean(),
        ),
        "half-taken-for-granted": lambda x, Ws: [
            np.square(x).mean(),
            *(_squares(before_relu(x, Ws)[1:]) / 2),
        ],
        "weights-for-activations": (lambda x, Ws: _squares([x, *Ws]), _computed),
        "input-for-every-layer": lambda x, Ws: _squares([x, *(passed(x, [W])[1] for W in Ws)]),
        "rounded": lambda x, Ws: _squares(passed(x, Ws)).round(3),
        "changes-its-input": _used_up,
    },
    hidden=3,
    prompt=Prompt(
        1, "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`. Which are the two moments?"
    ),
)
