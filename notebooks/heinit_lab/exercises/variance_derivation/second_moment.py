"""`second_moment`: the mean of squares, along an axis or over all."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises._shared import right_but_changes_its_input
from heinit_lab.source import PRINTED

ROW = PRINTED[0]
GRID = np.array([[1.0, 2.0, -2.0], [0.0, 4.0, 3.0]])


def _squared_in_place(x, axis=None):  # type: ignore[no-untyped-def]
    x *= x
    return np.mean(x, axis=axis)


EXERCISE = Exercise(
    "second_moment",
    Cases(
        Case(np.array([3.0, -4.0]), want=12.5),
        Case(ROW, want=0.3839755),
        Case(np.array([2, 2, 2]), want=4.0),
        Case(GRID, want=34 / 6),
        Case(GRID, axis=0, want=np.array([0.5, 10.0, 6.5])),
        Case(GRID, axis=1, want=np.array([3.0, 25 / 3])),
    ),
    misconceptions=(
        Misconception(
            "variance-for-second-moment",
            "This is the *variance*: the mean has been taken off first. "
            "The second moment keeps it, so three twos give 4, not 0.",
            (lambda x, axis=None: np.var(x, axis=axis), lambda x, axis=None: np.var(x, axis=axis, ddof=1)),
        ),
        Misconception(
            "square-of-the-mean",
            "This squares the mean. The order matters: square every entry first, then average.",
            (lambda x, axis=None: np.mean(x, axis=axis) ** 2,),
        ),
        Misconception(
            "ignores-the-axis",
            "With an axis, this still averages over all the entries: one number where one for each "
            "column (axis 0) or row (axis 1) is asked.",
            (lambda x, axis=None: np.mean(x**2),),
        ),
        Misconception(
            "root-mean-square",
            "This is the root of the second moment. Variances add, roots do not: leave the square on.",
            (lambda x, axis=None: np.sqrt(np.mean(x**2, axis=axis)),),
        ),
        Misconception(
            "sum-for-mean",
            "This adds the squares up; a second moment is their mean.",
            (lambda x, axis=None: np.sum(x**2, axis=axis),),
        ),
        Misconception(
            "changes-its-input",
            "The number is right, and the array that was passed in holds its own squares afterwards. "
            "Square a copy.",
            (_squared_in_place,),
            shown_by=right_but_changes_its_input,
        ),
    ),
    hidden=2,
    prompt=Prompt(3, "What is the second moment of the six entries of [[1, 2, −2], [0, 4, 3]]?"),
)
