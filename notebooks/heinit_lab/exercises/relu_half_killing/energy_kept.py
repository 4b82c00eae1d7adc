"""`energy_kept`: the share of the sum of squares that ReLU keeps."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import same
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise

SPREAD_OUT = np.array([[2.0, -1.0, 0.5], [-0.5, 3.0, -1.5]])


def _left(y: np.ndarray) -> Any:
    """The squares that ReLU leaves, which wrong answers compare wrongly."""
    return np.maximum(y, 0) ** 2


def _with_relu_in_place(y: np.ndarray) -> Any:
    y[y < 0] = 0
    return np.sum(y**2) / np.sum(y**2)


def _compares_what_is_left_with_itself(trials: Trials) -> bool:
    """Each share is 1, and y itself has changed before the second sum."""
    return all(same(trial.call.value, 1.0) and trial.call.changed for trial in trials)


EXERCISE = exercise(
    "energy_kept",
    Cases(
        Case(np.array([1.0, -2.0]), want=0.2),
        Case(np.array([3.0, -1.0, -1.0]), want=9 / 11),
        Case(np.array([2.0, -2.0, 1.0, -1.0]), want=0.5),
        Case(np.array([1.0, 4.0, 2.0, -2.0]), want=0.84),
        Case(SPREAD_OUT, want=13.25 / 16.75),
        Case(np.array([0.1, 0.2, -0.5, 0.0]), want=1 / 6),
    ),
    mistakes={
        "count-for-energy": (lambda y: np.mean(y > 0), lambda y: np.mean(y >= 0)),
        "variance-for-second-moment": lambda y: np.var(np.maximum(y, 0)) / np.var(y),
        "not-normalised": (lambda y: np.sum(_left(y)), lambda y: np.mean(_left(y))),
        "square-missing": (
            lambda y: np.sum(np.maximum(y, 0)) / np.sum(np.abs(y)),
            lambda y: float(np.sum(np.maximum(y, 0))) / float(np.sum(y)),
        ),
        "root-of-the-share": lambda y: np.sqrt(np.sum(_left(y)) / np.sum(y**2)),
        "only-the-active": (
            lambda y: np.mean(y[y > 0] ** 2) / np.mean(y**2),
            lambda y: np.mean(y[y >= 0] ** 2) / np.mean(y**2),
        ),
        "constant-half": lambda y: 0.5,
        "complement": lambda y: 1 - np.sum(_left(y)) / np.sum(y**2),
        "ratio-inverted": lambda y: np.sum(y**2) / np.sum(_left(y)),
        "percent-for-share": lambda y: 100 * np.sum(_left(y)) / np.sum(y**2),
        "input-overwritten": _with_relu_in_place,
        "rounded": lambda y: round(float(np.sum(_left(y)) / np.sum(y**2)), 3),
    },
    shown_by={"input-overwritten": _compares_what_is_left_with_itself},
    hidden=3,
    prompt=Prompt(3, "Which share of the energy of [1, 4, 2, −2] is left after ReLU?"),
)
