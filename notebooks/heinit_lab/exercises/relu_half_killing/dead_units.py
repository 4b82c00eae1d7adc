"""`dead_units`: which units are off for every example."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array, real_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.relu_half_killing._shown import (
    asks_one_question,
    has_a_limit,
    is_right_but_for_its_shape,
)


def _not_positive(Z: np.ndarray) -> Any:
    return Z <= 0


def _of_the_first_unit(Z: np.ndarray) -> Any:
    return _not_positive(Z[:, 0]).all()


def _after_relu_in_place(Z: np.ndarray) -> Any:
    Z[Z < 0] = 0
    return Z.sum(axis=0) == 0


def _gives_positions(trials: Trials) -> bool:
    """Every value holds the places of the dead units, in whatever shape, or their number or share."""
    pairs = []
    for trial in trials:
        value = trial.call.value
        got = real_array(sorted(value) if isinstance(value, set) else value)
        if got is None:
            return False
        pairs.append((got.ravel(), trial.case.want))
    totals = (np.flatnonzero, lambda dead: [np.sum(dead)], lambda dead: [np.mean(dead)])
    return any(all(np.array_equal(got, total(dead)) for got, dead in pairs) for total in totals)


def _all_below(Z: np.ndarray, limit: float) -> Any:
    return np.all(limit >= Z, axis=0)


def _limit_on_activity(trials: Trials) -> float:
    """The share of examples from which on a unit is called alive, or 0 where there is no such share.

    The right answer has none: it calls a unit alive that is on at all.
    """
    dead, alive = [0.0], [1.0]
    for trial in trials:
        got, on = as_array(trial.call.value), np.mean(trial.case.args[0] > 0, axis=0)
        if got is None or got.dtype != bool or got.shape != on.shape:
            return 0.0
        dead.extend(on[got])
        alive.extend(on[~got])
    return min(alive) if 0 < max(dead) < min(alive) else 0.0


def _calls_the_rare_ones_dead(trials: Trials) -> bool:
    """A unit is called dead that is on for less than some share of the examples, below one half."""
    return 0 < _limit_on_activity(trials) < 0.5


def _calls_half_of_them_dead(trials: Trials) -> bool:
    """Dead is what is off for half of the examples, or a little more or less, or in the median."""
    medians = (_median_not_positive, lambda Z: np.median(Z, axis=0) < 0)
    return 0.5 <= _limit_on_activity(trials) < 1 or any(map(trials.behaves_like, medians))


def _median_not_positive(Z: np.ndarray) -> Any:
    return np.median(Z, axis=0) <= 0


BARELY_ON = np.array([[-1.0, -2.0, 3e-13, -0.5], [5e-7, -1.0, -3.0, 0.0]])
RARE = np.eye(1500, 3) - [0.5, 1.0, 0.5]  # the first and the last unit are each on for one example

EXERCISE = exercise(
    "dead_units",
    Cases(
        Case(np.array([[-1.0, 2.0]]), want=np.array([True, False]), kind="one example"),
        Case(np.array([[-1.0, -2.0], [1.0, -3.0]]), want=np.array([False, True])),
        Case(
            np.array([[-1.0, 0.5, 0.0], [-2.0, 3.0, 0.0], [-3.0, -4.0, -1.0]]),
            want=np.array([True, False, True]),
            kind="units at exactly 0",
        ),
        Case(
            np.array([[-1.0, 2.0, -0.5, 1.0], [-2.0, -0.5, -1.0, -1.0], [0.0, -1.0, -2.0, 2.0]]),
            want=np.array([True, False, True, False]),
        ),
        Case(
            np.array([[1.0, -1.0, 0.0], [-0.5, -2.0, -3.0], [2.0, 0.0, -1.0], [-1.0, -1.0, 0.25]]),
            want=np.array([False, True, False]),
        ),
        Case(
            np.array([[0.0, 0.0, -1.0], [0.0, 4.0, -2.0]]),
            want=np.array([True, False, True]),
            kind="units at exactly 0",
        ),
        Case(np.array([[0.5], [2.0]]), want=np.array([False]), kind="one unit"),
        Case(BARELY_ON, want=np.array([False, True, False, True]), kind="units that are barely on"),
        Case(
            RARE,
            want=np.array([False, True, False]),
            kind="units that one of very many examples switches on",
            code="np.eye(1500, 3) - [0.5, 1.0, 0.5]",
        ),
    ),
    mistakes={
        "any-for-all": (lambda Z: _not_positive(Z).any(axis=0), lambda Z: (Z < 0).any(axis=0)),
        "examples-for-units": (
            lambda Z: _not_positive(Z).all(axis=1),
            lambda Z: _not_positive(Z).any(axis=1),
            lambda Z: (Z > 0).any(axis=1),
            lambda Z: (Z > 0).all(axis=1),
            lambda Z: (Z < 0).all(axis=1),
            lambda Z: [bool(np.all(Z[:, j] <= 0)) for j in range(len(Z))],
        ),
        "half-off-for-dead": (
            lambda Z: _not_positive(Z).mean(axis=0) >= 0.5,
            lambda Z: _not_positive(Z).mean(axis=0) > 0.5,
            _median_not_positive,
        ),
        "rare-counts-as-dead": (
            lambda Z: np.mean(Z > 0, axis=0) < 0.01,
            lambda Z: np.mean(Z > 0, axis=0) < 0.3,
        ),
        "nearly-zero-counts-as-off": (lambda Z: Z.max(axis=0) <= 1e-9, lambda Z: Z.max(axis=0) < 1e-6),
        "zero-counts-as-active": lambda Z: (Z < 0).all(axis=0),
        "complement": lambda Z: (Z > 0).any(axis=0),
        "always-on": (lambda Z: (Z > 0).all(axis=0), lambda Z: (Z >= 0).all(axis=0)),
        "exactly-zero-for-off": (
            lambda Z: Z.max(axis=0) == 0,
            lambda Z: (Z == 0).all(axis=0),
            lambda Z: (Z == 0).any(axis=0),
            lambda Z: Z.sum(axis=0) == 0,
            lambda Z: np.isclose(Z.max(axis=0), 0),
        ),
        "average-for-every": (lambda Z: Z.mean(axis=0) <= 0, lambda Z: Z.mean(axis=0) < 0),
        "one-example-only": (lambda Z: Z[0] <= 0, lambda Z: Z[-1] <= 0),
        "entries-for-units": (_not_positive, lambda Z: Z > 0),
        "one-answer-for-all": (
            lambda Z: _not_positive(Z).all(),
            lambda Z: _not_positive(Z).any(),
            _of_the_first_unit,
        ),
        "one-question-for-all": lambda Z: not (Z > 0).any(axis=0),
        "axis-too-many": (
            lambda Z: [_not_positive(Z).all(axis=0)],
            lambda Z: _not_positive(Z).all(axis=0).reshape(-1, 1),
        ),
        "changes-its-input": _after_relu_in_place,
        "how-often-for-whether": (
            lambda Z: (Z > 0).sum(axis=0),
            lambda Z: (Z > 0).mean(axis=0),
            lambda Z: _not_positive(Z).sum(axis=0),
            lambda Z: _not_positive(Z).mean(axis=0),
        ),
        "number-for-boolean": lambda Z: _not_positive(Z).all(axis=0).astype(float),
        "positions-for-mask": (
            lambda Z: np.flatnonzero(_not_positive(Z).all(axis=0)),
            lambda Z: np.sum(_not_positive(Z).all(axis=0)),
            lambda Z: np.where(_not_positive(Z).all(axis=0)),
            lambda Z: np.mean(_not_positive(Z).all(axis=0)),
        ),
    },
    shown_by={
        "nearly-zero-counts-as-off": lambda trials: has_a_limit(trials, _all_below, below=1.5),
        "one-question-for-all": asks_one_question,
        "axis-too-many": is_right_but_for_its_shape,
        "positions-for-mask": _gives_positions,
        "half-off-for-dead": _calls_half_of_them_dead,
        "rare-counts-as-dead": _calls_the_rare_ones_dead,
    },
    hidden=3,
    hints="arrays",
    prompt=Prompt(2, "A batch: `Z = [[-1, 0.5, 0], [-2, 3, 0], [-3, -4, -1]]`. Which units are dead?"),
)
