"""`relu`: every entry below 0 becomes 0."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises._shared import right_but_changes_its_input
from heinit_lab.source import PRINTED

ROW = PRINTED[0]
TABLE = np.array([[0.5, -2.0, 1.25], [-0.75, 3.5, 0.0]])


def _positives(x: np.ndarray) -> np.ndarray:
    return x[x > 0]


def _drops_entries(trials: Trials) -> bool:
    """Wherever some entries are negative, fewer come back, and all are entries of the input."""
    told = 0
    for trial in trials:
        x = trial.case.args[0]
        got = as_array(trial.call.value)
        if np.all(x > 0) or _tests_a_whole_array(trial):
            continue
        if got is None or got.ndim != 1 or got.size >= x.size:
            return False
        if not set(_positives(x)) <= set(got) <= set(x[x >= 0]):
            return False
        told += 1
    return told > 0


def _tests_a_whole_array(trial: Trial) -> bool:
    return isinstance(trial.call.error, ValueError) and "truth value" in str(trial.call.error)


def _asks_one_question(trials: Trials) -> bool:
    """Every wrong case raised because `if` or `max` tested a whole array, or a row of one."""
    wrong = [trial for trial in trials if not trial.right]
    return bool(wrong) and all(map(_tests_a_whole_array, wrong))


def _takes_the_largest(trials: Trials) -> bool:
    """Every value is the largest entry along an axis, or of all; what has no such axis raises."""
    told = 0
    for trial in trials:
        x, got = trial.case.args[0], as_array(trial.call.value)
        if isinstance(trial.call.error, (TypeError, ValueError)) and x.ndim == 1:
            continue  # an axis that a row of numbers has not, or a loop over the entries of a number
        largest = [np.max(x), *(np.max(x, axis=axis) for axis in range(x.ndim))]
        if got is None or not any(
            got.size == np.size(most) and np.allclose(got.ravel(), np.ravel(clipped))
            for most in largest
            for clipped in (most, np.maximum(most, 0))
        ):
            return False
        told += 1
    return told > 1


def _leaks(trials: Trials) -> bool:
    """What is negative is multiplied by one slope between 0 and 1; what is positive is right."""
    slopes: list[np.ndarray] = []
    for trial in trials:
        x, got = trial.case.args[0], as_array(trial.call.value)
        if got is None or got.shape != x.shape or got.dtype.kind != "f":
            return False
        if not np.allclose(got[x >= 0], x[x >= 0]):
            return False
        slopes.append(got[x < 0] / x[x < 0])
    each = np.concatenate(slopes)
    return each.size > 1 and bool(0 < each.min() < 1) and bool(np.allclose(each, each[0]))


def _relu_in_place(x: np.ndarray) -> np.ndarray:
    x[x < 0] = 0
    return x


def _relu_of_a_spoilt_input(x: np.ndarray) -> np.ndarray:
    x *= x > 0
    return x.copy()


EXERCISE = Exercise(
    "relu",
    Cases(
        Case(np.array([-1.5, 2.5]), want=np.array([0.0, 2.5])),
        Case(ROW, want=np.array([0.423, 0.0, 0.156, 0.734])),
        Case(TABLE, want=np.array([[0.5, 0.0, 1.25], [0.0, 3.5, 0.0]])),
        Case(-TABLE, want=np.array([[0.0, 2.0, 0.0], [0.75, 0.0, 0.0]])),
        Case(np.array([0.25, 0.5]), want=np.array([0.25, 0.5])),
        new=True,
    ),
    misconceptions=(
        Misconception(
            "max-over-an-axis",
            "`np.max` looks for the largest entry *of an array*. ReLU compares each entry with 0, "
            "on its own, and gives back as many as came in.",
            (
                lambda x: np.max(x, 0),
                lambda x: np.max(x, -1),
                lambda x: np.max(x),
                lambda x: max(0.0, np.max(x)),
            ),
            shown_by=_takes_the_largest,
        ),
        Misconception(
            "one-question-for-all",
            "Python's `max` and `if` ask one question, larger or not, and an array has as many answers "
            "as entries. NumPy has functions that ask each entry.",
            (lambda x: max(x, 0), lambda x: x if x > 0 else 0 * x),
            shown_by=_asks_one_question,
        ),
        Misconception(
            "drops-entries",
            "The negative entries are gone. A unit that is off keeps its place: its output is 0.",
            (_positives, lambda x: x[x >= 0]),
            shown_by=_drops_entries,
        ),
        Misconception(
            "changes-its-input",
            "The value is right, and the array that was passed in is not what it was. "
            "The layer's z will be wanted again: leave it, and make a new array.",
            (_relu_in_place, _relu_of_a_spoilt_input),
            shown_by=right_but_changes_its_input,
        ),
        Misconception(
            "absolute-value",
            "A negative entry comes back positive here. ReLU does not fold the number line, it cuts it off.",
            (np.abs,),
        ),
        Misconception(
            "gate-for-value",
            "These say *whether* a unit is on. ReLU gives its value: a unit at 2.5 answers 2.5.",
            (lambda x: x > 0, lambda x: (x > 0).astype(float), lambda x: x >= 0, lambda x: 1.0 * (x >= 0)),
        ),
        Misconception(
            "fraction-dropped",
            "The values have become whole numbers: an integer array cannot hold 2.5. `np.vectorize` makes "
            "one where the first entry gives an integer.",
            (
                lambda x: np.vectorize(lambda v: max(0, v))(x),
                lambda x: np.maximum(x, 0).astype(int),
                lambda x: np.round(np.maximum(x, 0)),
                lambda x: np.maximum(x.astype(int), 0),
            ),
        ),
        Misconception(
            "negative-half",
            "The wrong half survives: the negative entries are kept, the positive ones are 0.",
            (lambda x: np.minimum(x, 0),),
        ),
        Misconception(
            "leaky-for-relu",
            "Negative entries are made small, not 0. That is a *leaky* ReLU; it comes in lesson 2.",
            (lambda x: np.maximum(x, 0.01 * x), lambda x: np.maximum(x, 0.1 * x)),
            shown_by=_leaks,
        ),
    ),
    hidden=3,
    prompt=Prompt(0, "One unit is at −1.5, another at 2.5. What does ReLU make of [−1.5, 2.5]?"),
)
