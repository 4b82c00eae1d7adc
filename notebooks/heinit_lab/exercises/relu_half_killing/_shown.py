"""How wrong answers of several exercises of this lesson show themselves."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trial, Trials


def fits_some_numbers_of_axes(trials: Trials) -> bool:
    """Right for one number of axes; for another, an error, or many numbers for the one asked.

    An answer that is never right shows the mistake where it gives many numbers.
    """
    groups = [list(group) for _, group in groupby(sorted(trials, key=_axes), key=_axes)]
    right = [all(trial.right for trial in group) for group in groups]
    unfit = [all(map(_is_unfit, group)) for group in groups]
    fits = all(r or u for r, u in zip(right, unfit, strict=True))
    return fits and any(unfit) and (any(right) or any(trial.call.error is None for trial in trials))


def _axes(trial: Trial) -> int:
    return np.ndim(trial.case.args[0])


def _is_unfit(trial: Trial) -> bool:
    if trial.call.error is not None:
        refused = (IndexError, TypeError, ValueError, AttributeError)
        return isinstance(trial.call.error, refused) or lacks_an_axis(trial)
    got = as_array(trial.call.value)
    return got is not None and got.size > 1 and np.ndim(trial.case.want) == 0 and _axes(trial) > 1


def lacks_an_axis(trial: Trial) -> bool:
    """Whether the call asked for an axis that its array has not."""
    return "axis" in str(trial.call.error) and "out of bounds" in str(trial.call.error)


def has_a_limit(trials: Trials, answer: Callable[[np.ndarray, float], Any], below: float = 0.01) -> bool:
    """Whether one small number stands in the place of 0: each value is the answer for one and the same limit.

    answer: takes an input and the limit. below: what a limit is less than.
    """
    entries = np.concatenate([np.abs(trial.case.args[0]).ravel() for trial in trials])
    return any(
        all(trial.gives(answer(trial.case.args[0], limit)) for trial in trials)
        for limit in np.unique(entries[(entries > 0) & (entries < below)])
    )


def tests_a_whole_array(trial: Trial) -> bool:
    """Whether `if` or `max` asked one question of several entries."""
    return isinstance(trial.call.error, ValueError) and "truth value" in str(trial.call.error)


def numbers(value: Any) -> np.ndarray | None:
    """A value as an array of real numbers, or None where it is none."""
    array = as_array(value)
    return array if array is not None and array.dtype.kind in "iuf" else None
