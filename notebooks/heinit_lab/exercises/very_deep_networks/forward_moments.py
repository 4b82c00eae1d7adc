"""`forward_moments`: the second moment of every layer's output."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.very_deep_networks._shared import (
    NETWORKS,
    Matrices,
    before_relu,
    last_linear,
    passed,
)

MOMENTS = [
    [5.0, 18.0],
    [3.75, 12.75],
    [3.75, 12.75, 107.5],
    [1.958333333, 11.041666667, 82.166666667],
    [1.75, 5.333333333, 26.666666667, 133.333333333],
    [1.958333333, 9.65625, 22.61328125],
]


def _linear(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    layers = [x]
    for W in Ws:
        layers.append(layers[-1] @ W.T)
    return layers


def _squares(layers: Matrices) -> np.ndarray:
    return np.array([np.square(layer).mean() for layer in layers])


EXERCISE = exercise(
    "forward_moments",
    Cases(*(Case(x, Ws, want=np.array(m)) for (x, Ws), m in zip(NETWORKS, MOMENTS, strict=True))),
    mistakes={
        "input-left-out": lambda x, Ws: _squares(passed(x, Ws)[1:]),
        "last-layer-missing": lambda x, Ws: _squares(passed(x, Ws)[:-1]),
        "variance-for-second-moment": (
            lambda x, Ws: np.array([h.var() for h in passed(x, Ws)]),
            lambda x, Ws: np.array([h.var(ddof=1) for h in passed(x, Ws)]),
        ),
        "pre-activation-for-activation": lambda x, Ws: _squares(before_relu(x, Ws)),
        "last-layer-linear": lambda x, Ws: _squares(last_linear(x, Ws)),
        "without-relu": lambda x, Ws: _squares(_linear(x, Ws)),
        "matrix-for-its-transpose": lambda x, Ws: _squares(passed(x, [W.T for W in Ws])),
        "sum-for-mean": (
            lambda x, Ws: np.array([np.square(h).sum() for h in passed(x, Ws)]),
            lambda x, Ws: np.array([np.square(h).sum(axis=1).mean() for h in passed(x, Ws)]),
            lambda x, Ws: np.array([np.square(h).sum(axis=0).mean() for h in passed(x, Ws)]),
        ),
        "root-mean-square": lambda x, Ws: np.sqrt(_squares(passed(x, Ws))),
        "input-for-every-layer": lambda x, Ws: _squares([x, *(passed(x, [W])[1] for W in Ws)]),
        "rounded": lambda x, Ws: _squares(passed(x, Ws)).round(3),
    },
    hidden=3,
    prompt=Prompt(
        1, "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`. Which are the two moments?"
    ),
)
