"""`forward_moments`: the second moment of every layer's output."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Prompt
from heinit_lab.exercises._shared import mistakes
from heinit_lab.exercises.very_deep_networks._shared import (
    PAIR,
    TWO,
    X2,
    X3,
    A,
    B,
    Matrices,
    P,
    Q,
    R,
    S,
    before_relu,
    passed,
)


def _linear(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    layers = [x]
    for W in Ws:
        layers.append(layers[-1] @ W.T)
    return layers


def _untransposed(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    return passed(x, [W.T for W in Ws])


def _squares(layers: Matrices) -> np.ndarray:
    return np.array([np.square(layer).mean() for layer in layers])


EXERCISE = Exercise(
    "forward_moments",
    Cases(
        Case(PAIR, [TWO], want=np.array([5.0, 18.0])),
        Case(X2, [A], want=np.array([3.75, 12.75])),
        Case(X2, [A, B], want=np.array([3.75, 12.75, 107.5])),
        Case(X3, [P, Q], want=np.array([1.958333333, 11.041666667, 82.166666667])),
        Case(X3[:1], [P, Q, P.copy()], want=np.array([1.75, 5.333333333, 26.666666667, 133.333333333])),
        Case(X3, [R, S], want=np.array([1.958333333, 9.65625, 22.61328125])),
    ),
    misconceptions=mistakes(
        "forward_moments",
        {
            "input-left-out": lambda x, Ws: _squares(passed(x, Ws)[1:]),
            "last-layer-missing": lambda x, Ws: _squares(passed(x, Ws)[:-1]),
            "variance-for-second-moment": (
                lambda x, Ws: np.array([h.var() for h in passed(x, Ws)]),
                lambda x, Ws: np.array([h.var(ddof=1) for h in passed(x, Ws)]),
            ),
            "pre-activation-for-activation": lambda x, Ws: _squares(before_relu(x, Ws)),
            "without-relu": lambda x, Ws: _squares(_linear(x, Ws)),
            "matrix-for-its-transpose": lambda x, Ws: _squares(_untransposed(x, Ws)),
            "sum-for-mean": (
                lambda x, Ws: np.array([np.square(h).sum() for h in passed(x, Ws)]),
                lambda x, Ws: np.array([np.square(h).sum(axis=1).mean() for h in passed(x, Ws)]),
                lambda x, Ws: np.array([np.square(h).sum(axis=0).mean() for h in passed(x, Ws)]),
            ),
            "root-mean-square": lambda x, Ws: np.sqrt(_squares(passed(x, Ws))),
            "input-for-every-layer": lambda x, Ws: _squares([x, *(passed(x, [W])[1] for W in Ws)]),
        },
    ),
    hidden=3,
    prompt=Prompt(
        1, "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`. Which are the two moments?"
    ),
)
