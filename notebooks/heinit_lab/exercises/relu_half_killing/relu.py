"""`relu`: every entry below 0 becomes 0."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises._shared import exercise
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


EXERCISE = exercise(
    "relu",
    Cases(
        Case(np.array([-1.5, 2.5]), want=np.array([0.0, 2.5])),
        Case(ROW, want=np.array([0.423, 0.0, 0.156, 0.734])),
        Case(TABLE, want=np.array([[0.5, 0.0, 1.25], [0.0, 3.5, 0.0]])),
        Case(-TABLE, want=np.array([[0.0, 2.0, 0.0], [0.75, 0.0, 0.0]])),
        Case(np.array([0.25, 0.5]), want=np.array([0.25, 0.5])),
        new=True,
    ),
    mistakes={
        "max-over-an-axis": (
            lambda x: np.max(x, 0),
            lambda x: np.max(x, -1),
            lambda x: np.max(x),
            lambda x: max(0.0, np.max(x)),
        ),
        "one-question-for-all": (lambda x: max(x, 0), lambda x: x if x > 0 else 0 * x),
        "drops-entries": (_positives, lambda x: x[x >= 0]),
        "changes-its-input": (_relu_in_place, _relu_of_a_spoilt_input),
        "absolute-value": np.abs,
        "gate-for-value": (
            lambda x: x > 0,
            lambda x: (x > 0).astype(float),
            lambda x: x >= 0,
            lambda x: 1.0 * (x >= 0),
        ),
        "fraction-dropped": (
            lambda x: np.vectorize(lambda v: max(0, v))(x),
            lambda x: np.maximum(x, 0).astype(int),
            lambda x: np.round(np.maximum(x, 0)),
            lambda x: np.maximum(x.astype(int), 0),
        ),
        "negative-half": lambda x: np.minimum(x, 0),
        "leaky-for-relu": (lambda x: np.maximum(x, 0.01 * x), lambda x: np.maximum(x, 0.1 * x)),
    },
    shown_by={
        "max-over-an-axis": _takes_the_largest,
        "one-question-for-all": _asks_one_question,
        "drops-entries": _drops_entries,
        "leaky-for-relu": _leaks,
    },
    hidden=3,
    prompt=Prompt(0, "One unit is at −1.5, another at 2.5. What does ReLU make of [−1.5, 2.5]?"),
)
