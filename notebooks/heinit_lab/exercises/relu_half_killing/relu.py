"""`relu`: every entry below 0 becomes 0."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array, real_array
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises._shared import exercise, is_rounded
from heinit_lab.exercises.relu_half_killing._shown import (
    fits_some_numbers_of_axes,
    has_a_limit,
    is_right_but_for_its_shape,
    lacks_an_axis,
    tests_a_whole_array,
)
from heinit_lab.source import PRINTED

ROW = PRINTED[0]
TABLE = np.array([[0.5, -2.0, 1.25], [-0.75, 3.5, 0.0]])
STACK = np.array([[[1.5, -0.5], [-2.0, 0.25]], [[-3.0, 4.0], [0.75, -1.25]]])
EVERY_SIZE = np.array([-8.0, 0.04321, 2.5e-5, -1e-4, 320.0])


def _positives(x: np.ndarray) -> np.ndarray:
    return x[x > 0]


def _drops_entries(trials: Trials) -> bool:
    """Wherever some entries are negative, fewer come back, all entries of the input; a table may raise."""
    telling = 0
    for trial in trials:
        x = trial.case.args[0]
        got = as_array(trial.call.value)
        if np.all(x > 0) or (trial.call.error is not None and x.ndim > 1):
            continue
        if got is None or got.ndim != 1 or got.size >= x.size:
            return False
        if not set(_positives(x)) <= set(got) <= set(x[x >= 0]):
            return False
        telling += 1
    return telling > 0


def _asks_one_question(trials: Trials) -> bool:
    """Every wrong case raised because `if` or `max` tested a whole array, or a row of one.

    Or the question was put with `all` or `any`: each array comes back whole, or as zeros.
    """
    wrong = [trial for trial in trials if not trial.right]
    if wrong and all(map(tests_a_whole_array, wrong)):
        return True
    pairs = [(trial.case.args[0], real_array(trial.call.value)) for trial in trials]
    whole = [got is not None and np.array_equal(got, x) for x, got in pairs]
    gone = [got is not None and got.size in (1, x.size) and not got.any() for x, got in pairs]
    return any(whole) and any(gone) and all(w or g for w, g in zip(whole, gone, strict=True))


def _takes_the_largest(trials: Trials) -> bool:
    """Every value is the largest entry along an axis, or of all; what has no such axis raises.

    Or `np.max` was given 0 and x, as two arguments or in a list.
    """
    refused = ("only integer scalar arrays", "inhomogeneous")
    if all(_says_max(t) and any(words in str(t.call.error) for words in refused) for t in trials):
        return True
    telling = 0
    for trial in trials:
        x, got = trial.case.args[0], as_array(trial.call.value)
        if trial.call.error is not None and x.ndim != 2:
            if not (isinstance(trial.call.error, (TypeError, ValueError)) or lacks_an_axis(trial)):
                return False
            continue  # an axis that this array has not, or a loop over the entries of a number
        largest = [np.max(x), *(np.max(x, axis=axis) for axis in range(x.ndim))]
        if got is None or not any(
            got.size == np.size(most) and np.allclose(got.ravel(), np.ravel(clipped))
            for most in largest
            for clipped in (most, np.maximum(most, 0))
        ):
            return False
        telling += 1
    return telling > 1


def _says_max(trial: Trial) -> bool:
    return "max(" in (trial.call.where or "max(")


def _entries(trials: Trials) -> list[tuple[np.ndarray, np.ndarray]]:
    """The entries of each input, and those of its value; none at all where a value has another shape."""
    pairs = [(trial.case.args[0], real_array(trial.call.value)) for trial in trials]
    fitting = [(x.ravel(), got.ravel()) for x, got in pairs if got is not None and got.shape == x.shape]
    return fitting if len(fitting) == len(pairs) else []


def _leaks(trials: Trials) -> bool:
    """What is negative is multiplied by one slope between 0 and 1; what is positive is right."""
    slopes: list[np.ndarray] = [np.array([])]
    for x, got in _entries(trials):
        if got.dtype.kind != "f" or not np.allclose(got[x >= 0], x[x >= 0]):
            return False
        slopes.append(got[x < 0] / x[x < 0])
    each = np.concatenate(slopes)
    return each.size > 1 and bool(0 < each.min() < 1) and bool(np.allclose(each, each[0]))


def _has_a_ceiling(trials: Trials) -> bool:
    """ReLU, with everything above one number cut down to that number."""
    pairs = _entries(trials)
    ceiling = max((got.max() for _, got in pairs), default=0.0)
    some = any(np.any(got < x) for x, got in pairs)
    return ceiling > 0 and some and all(np.allclose(got, np.clip(x, 0, ceiling)) for x, got in pairs)


def _has_a_threshold(trials: Trials) -> bool:
    return has_a_limit(trials, lambda x, limit: np.where(x > limit, x, 0), below=1.5)


def _is_rounded(trials: Trials) -> bool:
    return is_rounded(trials) and not _has_a_threshold(trials)


def _gives_x_back(trials: Trials) -> bool:
    """Every array comes back as it was, or met an `if` that asks about one entry alone."""
    back = [np.array_equal(trial.call.value, trial.case.args[0]) for trial in trials]
    return sum(back) > 1 and all(b or tests_a_whole_array(t) for b, t in zip(back, trials, strict=True))


def _gives_one_number(trials: Trials) -> bool:
    """A row gives one number, and a table one, or an error."""
    if _takes_the_largest(trials) or _asks_one_question(trials):
        return False
    sizes = [
        0 if t.call.error else np.size(t.call.value) for t in trials if as_array(t.call.value) is not None
    ]
    rows = [trial for trial in trials if trial.case.args[0].ndim == 1]
    return set(sizes) == {1} and all(trial.call.error is None for trial in rows)


def _has_another_floor(trials: Trials) -> bool:
    """ReLU, but what is not above 0, or not above some number, becomes that number, which is not 0."""
    pairs = _entries(trials)
    floor = pairs[0][1][0] if pairs else 0.0  # the first entry of the first case is below 0
    return floor != 0 and any(
        all(np.allclose(got, function(x), equal_nan=True) for x, got in pairs)
        for function in (lambda x: np.where(x > 0, x, floor), lambda x: np.maximum(x, floor))
    )


def _assumes_a_shape(trials: Trials) -> bool:
    return fits_some_numbers_of_axes(trials) and not _asks_one_question(trials)


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
        Case(np.array([0.25, 0.5]), want=np.array([0.25, 0.5]), kind="entries that are all above 0"),
        Case(STACK, want=STACK * (STACK > 0), kind="an array with three axes"),
        Case(EVERY_SIZE, want=EVERY_SIZE * (EVERY_SIZE > 0), kind="very large and very small entries"),
        new=True,
    ),
    mistakes={
        "max-over-an-axis": (
            lambda x: np.max(x, 0),
            lambda x: np.max(x, -1),
            lambda x: np.max(x),
            lambda x: max(0.0, np.max(x)),
            lambda x: np.max(0, x),
        ),
        "one-question-for-all": (
            lambda x: max(x, 0),
            lambda x: x if x > 0 else 0 * x,
            lambda x: x if (x > 0).all() else 0,
        ),
        "drops-entries": (_positives, lambda x: x[x >= 0]),
        "changes-its-input": (_relu_in_place, _relu_of_a_spoilt_input),
        "input-unchanged": (lambda x: x, lambda x: x.copy()),
        "one-number-for-all": (lambda x: np.sum(np.maximum(x, 0)), lambda x: np.mean(np.maximum(x, 0))),
        "reshaped": (
            lambda x: np.maximum(x, 0).ravel(),
            lambda x: [max(0.0, v) for v in x.flatten()],
            lambda x: np.maximum(x, 0).reshape(-1, 1),
        ),
        "shape-assumed": (
            lambda x: np.array([[max(0.0, v) for v in row] for row in x]),
            lambda x: np.array([max(0.0, x[i, j]) for i, j in np.ndindex(*x.shape)]).reshape(x.shape),
        ),
        "absolute-value": np.abs,
        "doubled": (lambda x: x + np.abs(x), lambda x: 2 * np.maximum(x, 0)),
        "gate-for-value": (
            lambda x: x > 0,
            lambda x: (x > 0).astype(float),
            lambda x: x >= 0,
            lambda x: 1.0 * (x >= 0),
            np.sign,
            lambda x: (np.sign(x) + 1) / 2,
        ),
        "fraction-dropped": (
            lambda x: np.vectorize(lambda v: max(0, v))(x),
            lambda x: np.maximum(x, 0).astype(int),
            lambda x: np.round(np.maximum(x, 0)),
            lambda x: np.ceil(np.maximum(x, 0)),
            lambda x: np.maximum(x.astype(int), 0),
        ),
        "negative-half": (lambda x: np.minimum(x, 0), lambda x: np.maximum(-x, 0)),
        "leaky-for-relu": (lambda x: np.maximum(x, 0.01 * x), lambda x: np.maximum(x, 0.1 * x)),
        "ceiling": (lambda x: np.clip(x, 0, 1), lambda x: np.minimum(np.maximum(x, 0), 6)),
        "threshold-above-zero": (lambda x: np.where(x > 1e-3, x, 0), lambda x: x * (x >= 1)),
        "floor-not-zero": (lambda x: np.maximum(x, 1), lambda x: np.where(x > 0, x, -1)),
        "another-activation": (
            lambda x: 1 / (1 + np.exp(-x)),
            np.tanh,
            lambda x: np.log1p(np.exp(x)),
            lambda x: x / (1 + np.exp(-x)),
            lambda x: np.where(x > 0, x, np.exp(x) - 1),
            lambda x: np.clip(x, -1, 1),
            lambda x: np.exp(x) / np.sum(np.exp(x)),
        ),
        "rounded": lambda x: np.round(np.maximum(x, 0), 2),
    },
    shown_by={
        "max-over-an-axis": _takes_the_largest,
        "one-question-for-all": _asks_one_question,
        "drops-entries": _drops_entries,
        "input-unchanged": _gives_x_back,
        "one-number-for-all": _gives_one_number,
        "reshaped": is_right_but_for_its_shape,
        "floor-not-zero": _has_another_floor,
        "shape-assumed": _assumes_a_shape,
        "leaky-for-relu": _leaks,
        "ceiling": _has_a_ceiling,
        "threshold-above-zero": _has_a_threshold,
        "rounded": _is_rounded,
    },
    hidden=3,
    prompt=Prompt(0, "One unit is at −1.5, another at 2.5. What does ReLU make of [−1.5, 2.5]?"),
)
