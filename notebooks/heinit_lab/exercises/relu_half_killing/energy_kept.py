"""`energy_kept`: the share of the sum of squares that ReLU keeps."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array, same
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.relu_half_killing._shown import (
    asks_one_question,
    fits_some_numbers_of_axes,
    says_each_entry,
)

SPREAD_OUT = np.array([[2.0, -1.0, 0.5], [-0.5, 3.0, -1.5]])
STACK = np.array([[[1.0, -2.0]], [[-4.0, 2.0]]])


def _relu(y: np.ndarray) -> Any:
    return np.maximum(y, 0)


def _left(y: np.ndarray) -> Any:
    """The squares that ReLU leaves, which wrong answers compare wrongly."""
    return _relu(y) ** 2


def _with_relu_in_place(y: np.ndarray) -> Any:
    y[y < 0] = 0
    return np.sum(y**2) / np.sum(y**2)


def _squared_first(y: np.ndarray) -> Any:
    return np.sum(_relu(y**2)) / np.sum(y**2)


def _left_over_itself(y: np.ndarray) -> Any:
    return np.sum(_left(y)) / np.sum(_left(y))


def _before_relu_in_place(y: np.ndarray) -> Any:
    whole = np.sum(y**2)
    y[y < 0] = 0
    return np.sum(y**2) / whole


def _writes_carets(trials: Trials) -> bool:
    return all("bitwise_xor" in str(trial.call.error) for trial in trials)


def _compares_what_is_left_with_itself(trials: Trials) -> bool:
    """Each share is 1, and y itself has changed before the second sum; where nothing was left, 0 / 0."""
    ones = all(trial.case.want == 0 or same(trial.call.value, 1.0) for trial in trials)
    wrong = [trial for trial in trials if not trial.right]
    return bool(wrong) and ones and all(trial.call.changed for trial in wrong)


def _gives_one(trials: Trials) -> bool:
    """Each share is 1, and y stays as it is."""
    changed = any(trial.call.changed for trial in trials)
    return not changed and any(map(trials.behaves_like, (_squared_first, _left_over_itself)))


def _adds_a_small_number(trials: Trials) -> bool:
    """One number is added to the sum below the line, or to both sums, so that neither is ever 0."""
    sums = [(np.sum(_left(t.case.args[0])), np.sum(t.case.args[0] ** 2)) for t in trials]
    shares = [as_array(trial.call.value) for trial in trials]
    if any(share is None or share.size != 1 for share in shares) or all(trial.right for trial in trials):
        return False
    kept, whole = np.transpose(sums)
    got = np.array([float(np.real(share).item()) for share in shares if share is not None])
    k = int(np.argmin(whole))  # where a small number shows most
    with np.errstate(all="ignore"):
        below, both = kept[k] / got[k] - whole[k], (kept[k] - got[k] * whole[k]) / (got[k] - 1)
        return bool(0 < below < np.inf and np.allclose(got, kept / (whole + below))) or bool(
            0 < both < np.inf and np.allclose(got, (kept + both) / (whole + both))
        )


EXERCISE = exercise(
    "energy_kept",
    Cases(
        Case(np.array([1.0, -2.0]), want=0.2),
        Case(np.array([3.0, -1.0, -1.0]), want=9 / 11),
        Case(np.array([2.0, -2.0, 1.0, -1.0]), want=0.5, kind="numbers that are balanced around 0"),
        Case(np.array([1.0, 4.0, 2.0, -2.0]), want=0.84),
        Case(SPREAD_OUT, want=13.25 / 16.75),
        Case(np.array([0.1, 0.2, -0.5, 0.0]), want=1 / 6, kind="an entry that is 0"),
        Case(STACK, want=0.2, kind="an array with three axes"),
        Case(np.array([-0.5, -2.0]), want=0.0, kind="numbers that are all below 0"),
        Case(np.array([1.5, 0.5, 2.5]), want=1.0, kind="numbers that are all above 0"),
        Case(np.array([1e-5, -2e-5, 3e-5]), want=10 / 14, kind="numbers that are very small"),
    ),
    mistakes={
        "count-for-energy": (lambda y: np.mean(y > 0), lambda y: np.mean(y >= 0)),
        "mean-of-ratios": (
            lambda y: np.mean(_relu(y) ** 2 / y**2),
            lambda y: np.nanmean(_relu(y) / y),
            lambda y: np.sum(y > 0) / np.count_nonzero(y),
            lambda y: np.sum(_relu(y) ** 2 / y**2),
        ),
        "variance-for-second-moment": (
            lambda y: np.var(_relu(y)) / np.var(y),
            lambda y: np.std(_relu(y)) / np.std(y),
            lambda y: np.var(_relu(y)) / np.mean(y**2),
            lambda y: np.mean(_left(y)) / np.var(y),
        ),
        "not-normalised": (
            lambda y: np.sum(_left(y)),
            lambda y: np.mean(_left(y)),
            lambda y: np.sum(_left(y)) / len(y),
            lambda y: np.mean(y[y > 0] ** 2),
        ),
        "difference-for-share": (
            lambda y: np.sum(y**2) - np.sum(_left(y)),
            lambda y: np.sum(_left(y)) - np.sum(y**2),
            lambda y: np.mean(y**2) - np.mean(_left(y)),
        ),
        "mean-over-sum": (
            lambda y: np.mean(_left(y)) / np.sum(y**2),
            lambda y: np.sum(_left(y)) / np.mean(y**2),
        ),
        "square-missing": (
            lambda y: np.sum(np.maximum(y, 0)) / np.sum(np.abs(y)),
            lambda y: float(np.sum(np.maximum(y, 0))) / float(np.sum(y)),
        ),
        "one-side-squared": (
            lambda y: np.sum(_left(y)) / np.sum(np.abs(y)),
            lambda y: np.sum(_left(y)) / np.sum(y),
            lambda y: np.sum(_relu(y)) / np.sum(y**2),
            lambda y: np.sum(_relu(y) * 2) / np.sum(y**2),
            lambda y: np.sum(_left(y)) / np.sum(y * 2),
        ),
        "added-before-squaring": (
            lambda y: np.sum(_relu(y)) ** 2 / np.sum(y) ** 2,
            lambda y: float(np.sum(_relu(y))) ** 2 / float(np.sum(y)) ** 2,
            lambda y: np.sum(_relu(y)) ** 2 / np.sum(np.abs(y)) ** 2,
            lambda y: np.sum(_relu(y)) ** 2 / np.sum(y**2),
            lambda y: np.mean(_relu(y)) ** 2 / np.mean(y**2),
            lambda y: np.sum(y) ** 2 / np.sum(_relu(y)) ** 2,
            lambda y: np.sum(_left(y)) / np.sum(y) ** 2,
            lambda y: np.mean(_left(y)) / np.mean(y) ** 2,
        ),
        "root-of-the-share": lambda y: np.sqrt(np.sum(_left(y)) / np.sum(y**2)),
        "only-the-active": (
            lambda y: np.mean(y[y > 0] ** 2) / np.mean(y**2),
            lambda y: np.mean(y[y >= 0] ** 2) / np.mean(y**2),
            lambda y: sum(y[y > 0] ** 2) / len(y[y > 0]) / np.mean(y**2),
        ),
        "constant-half": lambda y: 0.5,
        "always-one": (_squared_first, lambda y: 1.0, _left_over_itself),
        "complement": lambda y: 1 - np.sum(_left(y)) / np.sum(y**2),
        "ratio-inverted": (
            lambda y: np.sum(y**2) / np.sum(_left(y)),
            lambda y: float(np.sum(y**2)) / float(np.sum(_left(y))),
        ),
        "kept-over-lost": (
            lambda y: np.sum(_left(y)) / np.sum(np.minimum(y, 0) ** 2),
            lambda y: float(np.sum(_left(y))) / float(np.sum(np.minimum(y, 0) ** 2)),
        ),
        "one-axis-only": (
            lambda y: np.sum(_left(y), axis=0) / np.sum(y**2, axis=0),
            lambda y: sum(_left(y)) / sum(y**2),
            lambda y: (_relu(y) @ _relu(y)) / (y @ y),
            lambda y: sum(v**2 for v in y if v > 0) / sum(v**2 for v in y),
        ),
        "epsilon-added": (
            lambda y: np.sum(_left(y)) / (np.sum(y**2) + 1e-8),
            lambda y: (np.sum(_left(y)) + 1e-8) / (np.sum(y**2) + 1e-8),
        ),
        "entries-for-share": (
            lambda y: _left(y) / np.sum(y**2),
            lambda y: _left(y) / y**2,
            lambda y: np.sum(_left(y)) / y**2,
        ),
        "one-question-for-all": lambda y: 1 if y > 0 else 0,
        "caret-for-power": lambda y: np.sum(_relu(y) ^ 2) / np.sum(y ^ 2),
        "integer-division": lambda y: np.sum(_left(y)) // np.sum(y**2),
        "changes-its-input": _before_relu_in_place,
        "percent-for-share": lambda y: 100 * np.sum(_left(y)) / np.sum(y**2),
        "input-overwritten": _with_relu_in_place,
        "rounded": lambda y: round(float(np.sum(_left(y)) / np.sum(y**2)), 3),
    },
    shown_by={
        "always-one": _gives_one,
        "input-overwritten": _compares_what_is_left_with_itself,
        "epsilon-added": _adds_a_small_number,
        "entries-for-share": says_each_entry,
        "one-question-for-all": asks_one_question,
        "caret-for-power": _writes_carets,
        "one-axis-only": fits_some_numbers_of_axes,
    },
    hidden=3,
    hints="arrays",
    prompt=Prompt(3, "Which share of the energy of [1, 4, 2, −2] is left after ReLU?"),
)
