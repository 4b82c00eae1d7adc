"""`second_moment`: the mean of squares, along an axis or over all."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise
from heinit_lab.source import PRINTED

ROW = PRINTED[0]
GRID = np.array([[1.0, 2.0, -2.0], [0.0, 4.0, 3.0]])


def _squared_in_place(x, axis=None):  # type: ignore[no-untyped-def]
    x *= x
    return np.mean(x, axis=axis)


EXERCISE = exercise(
    "second_moment",
    Cases(
        Case(np.array([3.0, -4.0]), want=12.5),
        Case(ROW, want=0.3839755),
        Case(np.array([2, 2, 2]), want=4.0),
        Case(GRID, want=34 / 6),
        Case(GRID, axis=0, want=np.array([0.5, 10.0, 6.5])),
        Case(GRID, axis=1, want=np.array([3.0, 25 / 3])),
    ),
    mistakes={
        "variance-for-second-moment": (
            lambda x, axis=None: np.var(x, axis=axis),
            lambda x, axis=None: np.var(x, axis=axis, ddof=1),
        ),
        "square-of-the-mean": lambda x, axis=None: np.mean(x, axis=axis) ** 2,
        "ignores-the-axis": lambda x, axis=None: np.mean(x**2),
        "root-mean-square": lambda x, axis=None: np.sqrt(np.mean(x**2, axis=axis)),
        "sum-for-mean": lambda x, axis=None: np.sum(x**2, axis=axis),
        "rows-for-entries": (
            lambda x, axis=None: np.sum(x**2, axis=axis) / len(x),
            lambda x, axis=None: np.sum(x**2, axis=axis) / x.shape[-1],
        ),
        "rounded": lambda x, axis=None: np.round(np.mean(x**2, axis=axis), 3),
        "changes-its-input": _squared_in_place,
    },
    hidden=2,
    prompt=Prompt(3, "What is the second moment of the six entries of [[1, 2, −2], [0, 4, 3]]?"),
)
