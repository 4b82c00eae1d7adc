"""`dead_units`: which units are off for every example."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise


def _not_positive(Z: np.ndarray) -> Any:
    return Z <= 0


def _gives_positions(trials: Trials) -> bool:
    """Every value holds the places of the dead units, in whatever shape, or says how many they are."""
    pairs = []
    for trial in trials:
        value = trial.call.value
        got = as_array(sorted(value) if isinstance(value, set) else value)
        if got is None or got.dtype.kind not in "iuf":
            return False
        pairs.append((got.ravel(), np.flatnonzero(trial.case.want)))
    return all(np.array_equal(got, places) for got, places in pairs) or all(
        np.array_equal(got, [places.size]) for got, places in pairs
    )


EXERCISE = exercise(
    "dead_units",
    Cases(
        Case(np.array([[-1.0, 2.0]]), want=np.array([True, False])),
        Case(np.array([[-1.0, -2.0], [1.0, -3.0]]), want=np.array([False, True])),
        Case(
            np.array([[-1.0, 0.5, 0.0], [-2.0, 3.0, 0.0], [-3.0, -4.0, -1.0]]),
            want=np.array([True, False, True]),
        ),
        Case(
            np.array([[-1.0, 2.0, -0.5, 1.0], [-2.0, -0.5, -1.0, -1.0], [0.0, -1.0, -2.0, 2.0]]),
            want=np.array([True, False, True, False]),
        ),
        Case(
            np.array([[1.0, -1.0, 0.0], [-0.5, -2.0, -3.0], [2.0, 0.0, -1.0], [-1.0, -1.0, 0.25]]),
            want=np.array([False, True, False]),
        ),
    ),
    mistakes={
        "any-for-all": lambda Z: _not_positive(Z).any(axis=0),
        "examples-for-neurons": (
            lambda Z: _not_positive(Z).all(axis=1),
            lambda Z: _not_positive(Z).any(axis=1),
        ),
        "half-off-for-dead": (
            lambda Z: _not_positive(Z).mean(axis=0) >= 0.5,
            lambda Z: _not_positive(Z).mean(axis=0) > 0.5,
        ),
        "zero-counts-as-active": lambda Z: (Z < 0).all(axis=0),
        "complement": lambda Z: (Z > 0).any(axis=0),
        "average-for-every": (lambda Z: Z.mean(axis=0) <= 0, lambda Z: Z.mean(axis=0) < 0),
        "number-for-boolean": lambda Z: _not_positive(Z).all(axis=0).astype(float),
        "positions-for-mask": (
            lambda Z: np.flatnonzero(_not_positive(Z).all(axis=0)),
            lambda Z: np.sum(_not_positive(Z).all(axis=0)),
            lambda Z: np.where(_not_positive(Z).all(axis=0)),
        ),
    },
    shown_by={"positions-for-mask": _gives_positions},
    hidden=3,
    prompt=Prompt(2, "A batch: `Z = [[-1, 0.5, 0], [-2, 3, 0], [-3, -4, -1]]`. Which units are dead?"),
)
