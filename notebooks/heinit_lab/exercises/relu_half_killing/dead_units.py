"""`dead_units`: which neurons are off for every example."""

from __future__ import annotations

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials


def _not_positive(Z: np.ndarray) -> Any:
    return Z <= 0


def _gives_positions(trials: Trials) -> bool:
    """Every value holds the places of the dead neurons, in whatever shape, or says how many they are."""
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


EXERCISE = Exercise(
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
    misconceptions=(
        Misconception(
            "any-for-all",
            "A neuron counts as dead here when *one* example leaves it off. Dead is off for every one.",
            (lambda Z: _not_positive(Z).any(axis=0),),
        ),
        Misconception(
            "examples-for-neurons",
            "This has an entry for each *example*: the row is looked at. Each neuron is a column, and the "
            "examples stand below one another.",
            (lambda Z: _not_positive(Z).all(axis=1), lambda Z: _not_positive(Z).any(axis=1)),
        ),
        Misconception(
            "half-off-for-dead",
            "A neuron that is off half the time is as it should be. Dead is off *all* the time.",
            (lambda Z: _not_positive(Z).mean(axis=0) >= 0.5, lambda Z: _not_positive(Z).mean(axis=0) > 0.5),
        ),
        Misconception(
            "zero-counts-as-active",
            "A neuron at z = 0 exactly is taken to be on here. It is off: ReLU gives 0 there.",
            (lambda Z: (Z < 0).all(axis=0),),
        ),
        Misconception(
            "complement",
            "These are the neurons that are *alive*. The question asks for the others.",
            (lambda Z: (Z > 0).any(axis=0),),
        ),
        Misconception(
            "average-for-every",
            "This looks at a neuron's average. One example that switches it on is enough for it to be alive, "
            "however far below 0 the others are.",
            (lambda Z: Z.mean(axis=0) <= 0, lambda Z: Z.mean(axis=0) < 0),
        ),
        Misconception(
            "number-for-boolean",
            "The right neurons, written as 0 and 1. The question asks for `True` and `False`: "
            "only those can select columns.",
            (lambda Z: _not_positive(Z).all(axis=0).astype(float),),
        ),
        Misconception(
            "positions-for-mask",
            "This lists *where* the dead neurons are, or how many. The question asks for `True` or `False` "
            "for each neuron.",
            (
                lambda Z: np.flatnonzero(_not_positive(Z).all(axis=0)),
                lambda Z: np.sum(_not_positive(Z).all(axis=0)),
                lambda Z: np.where(_not_positive(Z).all(axis=0)),
            ),
            shown_by=_gives_positions,
        ),
    ),
    hidden=3,
    prompt=Prompt(2, "A batch: `Z = [[-1, 0.5, 0], [-2, 3, 0], [-3, -4, -1]]`. Which units are dead?"),
)
