"""How wrong answers of several exercises of this lesson show themselves."""

from collections.abc import Callable
from itertools import groupby
from typing import Any

import numpy as np

from heinit_lab.checking.compare import as_array, long_as, same
from heinit_lab.checking.trials import Trial, Trials


def fits_some_numbers_of_axes(trials: Trials) -> bool:
    """Right for one number of axes; for another, an error, or many numbers for the one asked.

    An answer that is never right shows the mistake where it gives many numbers. One that is right for tables
    may give anything for more axes.
    """
    groups = [list(group) for _, group in groupby(sorted(trials, key=_axes), key=_axes)]
    right = [all(trial.right for trial in group) for group in groups]
    tables = any(r and _axes(group[0]) == 2 for r, group in zip(right, groups, strict=True))
    unfit = [all(_is_unfit(trial, tables) for trial in group) for group in groups]
    fits = all(r or u for r, u in zip(right, unfit, strict=True))
    return fits and any(unfit) and (any(right) or any(trial.call.error is None for trial in trials))


def _axes(trial: Trial) -> int:
    return np.ndim(trial.case.args[0])


def _is_unfit(trial: Trial, fits_tables: bool) -> bool:
    if trial.call.error is not None:
        refused = (IndexError, TypeError, ValueError, AttributeError)
        return isinstance(trial.call.error, refused) or lacks_an_axis(trial)
    got = as_array(trial.call.value)
    many = got is not None and got.size > 1 and np.ndim(trial.case.want) == 0 and _axes(trial) > 1
    return many or (fits_tables and _axes(trial) > 2 and not trial.right)


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


def is_right_but_for_its_shape(trials: Trials) -> bool:
    """Every number, or every yes and no, is right and in its turn, and some array has another shape."""
    parts = [pair for trial in trials for pair in _parts(trial.call.value, trial.case.want)]
    return any(got is not None and got.shape != want.shape for got, want in parts) and all(
        got is not None and got.size == want.size and same(got.ravel(), want.ravel()) for got, want in parts
    )


def _parts(value: Any, want: Any) -> list[tuple[np.ndarray | None, np.ndarray]]:
    if not isinstance(want, tuple):
        return [(as_array(value), np.asarray(want))]
    if not long_as(want, value):
        return [(None, want[0])]
    return [(as_array(v), w) for v, w in zip(value, want, strict=True)]


def tests_a_whole_array(trial: Trial) -> bool:
    """Whether `if` or `max` asked one question of several entries."""
    return isinstance(trial.call.error, ValueError) and "truth value" in str(trial.call.error)


def asks_one_question(trials: Trials) -> bool:
    """Every array of several entries met an `if`, a `not` or a `max` that can ask about one alone."""
    return all(tests_a_whole_array(trial) or np.size(trial.case.args[0]) < 3 for trial in trials) and any(
        map(tests_a_whole_array, trials)
    )


def says_each_entry(trials: Trials) -> bool:
    """Every value has an entry for each entry of the input."""
    shapes = [(np.shape(trial.case.args[0]), as_array(trial.call.value)) for trial in trials]
    return all(got is not None and got.shape == shape for shape, got in shapes)
