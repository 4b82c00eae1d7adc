"""`second_moment`: the mean of squares, along an axis or over all."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.source import PRINTED

ROW = PRINTED[0]
GRID = np.array([[1.0, 2.0, -2.0], [0.0, 4.0, 3.0]])
CUBE = np.array([[[1, 2], [0, -3], [5, 1]], [[2, 2], [4, 0], [-1, 3]]])

_VECTOR, _MATRIX = "a vector", "a matrix without an axis"
_ALONG, _CUBE = "a matrix with an axis", "an array of three axes"


def _squared_in_place(x, axis=None):  # type: ignore[no-untyped-def]
    x *= x
    return np.mean(x, axis=axis)


def _for_vectors_alone(trials: Trials) -> bool:
    """Every vector is right, and every array of more axes ends in an error."""
    return all(trial.right if np.ndim(trial.case.args[0]) == 1 else trial.call.error for trial in trials)


def _fails_along_an_axis(trials: Trials) -> bool:
    """Right without an axis; with one, `float` or its like refuses an array."""
    refusals = ("scalar", "real number")
    return all(
        any(words in str(trial.call.error) for words in refusals)
        if "axis" in trial.case.kwargs
        else trial.right
        for trial in trials
    )


def _along_the_other_axis(trials: Trials) -> bool:
    """Right without an axis; of a matrix, the mean along the axis that was not asked for."""
    for trial in trials:
        (x,), axis = trial.case.args, trial.case.kwargs.get("axis")
        if axis is None and not trial.right:
            return False
        if axis is not None and x.ndim == 2 and not trial.gives(np.mean(x**2, axis=1 - axis)):
            return False
    return True


EXERCISE = exercise(
    "second_moment",
    Cases(
        Case(np.array([3.0, -4.0]), want=12.5, kind=_VECTOR),
        Case(ROW, want=0.3839755, kind=_VECTOR),
        Case(np.array([2, 2, 2]), want=4.0, kind=_VECTOR),
        Case(GRID, want=34 / 6, kind=_MATRIX),
        Case(GRID, axis=0, want=np.array([0.5, 10.0, 6.5]), kind=_ALONG),
        Case(GRID, axis=1, want=np.array([3.0, 25 / 3]), kind=_ALONG),
        Case(CUBE, want=74 / 12, kind=_CUBE),
        Case(CUBE, axis=0, want=np.array([[2.5, 4.0], [8.0, 4.5], [13.0, 5.0]]), kind=_CUBE),
        Case(CUBE, axis=-1, want=np.array([[2.5, 4.5, 13.0], [4.0, 8.0, 5.0]]), kind=_CUBE),
        Case(np.array([0.003, -0.001]), want=5e-6, kind=_VECTOR),
    ),
    mistakes={
        "variance-for-second-moment": (
            lambda x, axis=None: np.var(x, axis=axis),
            lambda x, axis=None: np.var(x, axis=axis, ddof=1),
            lambda x, axis=None: np.var(x),
        ),
        "square-of-the-mean": (
            lambda x, axis=None: np.mean(x, axis=axis) ** 2,
            lambda x, axis=None: np.sum(x, axis=axis) ** 2,
            lambda x, axis=None: np.sum(x, axis=axis) ** 2 / np.size(x),
            lambda x, axis=None: np.mean(np.abs(x), axis=axis) ** 2,
        ),
        "square-missing": (
            lambda x, axis=None: np.mean(x, axis=axis),
            lambda x, axis=None: np.mean(x * 2, axis=axis),
            lambda x, axis=None: np.sum(x, axis=axis),
        ),
        "absolute-for-square": (
            lambda x, axis=None: np.mean(np.abs(x), axis=axis),
            lambda x, axis=None: np.sum(np.abs(x), axis=axis),
        ),
        "ignores-the-axis": lambda x, axis=None: np.mean(x**2),
        "root-mean-square": (
            lambda x, axis=None: np.sqrt(np.mean(x**2, axis=axis)),
            lambda x, axis=None: np.sqrt(np.sum(x**2, axis=axis)),
            lambda x, axis=None: np.sqrt(np.mean(x**2)),
            lambda x, axis=None: np.linalg.norm(x),
        ),
        "standard-deviation": (
            lambda x, axis=None: np.std(x, axis=axis),
            lambda x, axis=None: np.std(x, axis=axis, ddof=1),
        ),
        "sum-for-mean": (
            lambda x, axis=None: np.sum(x**2, axis=axis),
            lambda x, axis=None: np.sum(x**2),
            lambda x, axis=None: x @ x,
            lambda x, axis=None: np.mean(x**2, axis=axis) * len(x),
        ),
        "mean-missing": lambda x, axis=None: x**2,
        "rows-for-entries": (
            lambda x, axis=None: np.sum(x**2, axis=axis) / len(x),
            lambda x, axis=None: np.sum(x**2, axis=axis) / x.shape[-1],
            lambda x, axis=None: np.sum(x**2, axis=axis) / np.size(x),
        ),
        "divides-by-one-less": (
            lambda x, axis=None: np.sum(x**2, axis=axis) / (np.size(x) - 1),
            lambda x, axis=None: np.sum(x**2, axis=axis) / (np.size(x, axis) - 1),
            lambda x, axis=None: np.sum(x**2, axis=axis) / (len(x) - 1),
        ),
        "an-axis-for-all": (
            lambda x, axis=None: np.mean(x**2, axis=0),
            lambda x, axis=None: np.mean(x**2, axis=0 if axis is None else axis),
            lambda x, axis=None: np.mean(x**2, axis=-1),
            lambda x, axis=None: np.mean(x**2, axis=-1 if axis is None else axis),
        ),
        "other-axis": (
            lambda x, axis=None: np.mean(x**2, axis=None if axis is None else x.ndim - 1 - axis % x.ndim),
            lambda x, axis=None: np.mean(x**2, axis=None if axis is None else (axis + 1) % x.ndim),
        ),
        "zero-counts-as-none": (
            lambda x, axis=None: np.mean(x**2, axis=axis) if axis else np.mean(x**2),
            lambda x, axis=None: np.mean(x**2, axis=axis or None),
        ),
        "always-a-float": lambda x, axis=None: float(np.mean(x**2, axis=axis)),
        "keeps-the-axis": lambda x, axis=None: np.mean(x**2, axis=axis, keepdims=True),
        "vectors-only": (
            lambda x, axis=None: x @ x / len(x),
            lambda x, axis=None: sum(float(value) ** 2 for value in x) / len(x),
        ),
        "positive-part-only": (
            lambda x, axis=None: np.mean(np.maximum(x, 0) ** 2, axis=axis),
            lambda x, axis=None: np.mean(x[x > 0] ** 2),
        ),
        "mean-put-back-wrongly": (
            lambda x, axis=None: np.var(x, axis=axis) + np.mean(x, axis=axis),
            lambda x, axis=None: np.var(x, axis=axis) - np.mean(x, axis=axis) ** 2,
            lambda x, axis=None: np.std(x, axis=axis) + np.mean(x, axis=axis) ** 2,
        ),
        "integer-division": (
            lambda x, axis=None: np.sum(x**2, axis=axis) // np.size(x, axis),
            lambda x, axis=None: np.mean(np.asarray(x, int) ** 2, axis=axis),
        ),
        "rounded": lambda x, axis=None: np.round(np.mean(x**2, axis=axis), 3),
        "changes-its-input": _squared_in_place,
    },
    shown_by={
        "vectors-only": _for_vectors_alone,
        "always-a-float": _fails_along_an_axis,
        "other-axis": _along_the_other_axis,
    },
    hidden=2,
    prompt=Prompt(3, "What is the second moment of the six entries of [[1, 2, −2], [0, 4, 3]]?"),
)
