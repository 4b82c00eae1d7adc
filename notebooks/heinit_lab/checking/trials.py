"""Evidence from calls with one right value each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from heinit_lab.checking.compare import NO_RETURN, describe, gap, same, short
from heinit_lab.checking.exercise import Finding
from heinit_lab.checking.observe import Call, Function, observe, observe_each

SLOW = 0.5  # seconds of one call from which a right answer is told that it is slow


class Case:
    """One stored input and its right value: `Case(4, want=0.7071)`, or with keywords."""

    def __init__(self, *args: Any, want: Any, **kwargs: Any) -> None:
        self.args, self.kwargs, self.want = args, kwargs, want
        self._mistaken: dict[Function, Call] = {}

    def under(self, wrong: Function) -> Call:
        """What a mistake makes of this input; asked once for all answers that it is held against."""
        if wrong not in self._mistaken:
            self._mistaken[wrong] = observe(wrong, *self.args, **self.kwargs)
        return self._mistaken[wrong]


@dataclass(frozen=True)
class Trial:
    """One case, and the call of an answer on it."""

    name: str
    case: Case
    call: Call
    rtol: float

    @cached_property
    def right(self) -> bool:
        return self.call.error is None and same(self.call.value, self.case.want, self.rtol)

    @property
    def text(self) -> str:
        """The call as a student would write it: `he_std(4)`."""
        parts = [short(arg) for arg in self.case.args]
        parts += [f"{key}={short(value)}" for key, value in self.case.kwargs.items()]
        return f"{self.name}({', '.join(parts)})"


@dataclass(frozen=True)
class Trials:
    """Calls of an answer on cases, the smallest first, and what they show.

    new: whether the value must not share memory with an argument.
    looks_at: the behaviours that count here: values, purity, or both.
    """

    name: str
    trials: tuple[Trial, ...]
    new: bool = False
    looks_at: tuple[str, ...] = ("values", "purity")

    @property
    def count(self) -> int:
        return len(self.trials)

    @property
    def remark(self) -> str:
        slowest = max(trial.call.seconds for trial in self.trials)
        if slowest < SLOW:
            return ""
        return f"It is right, and slow: one call took {slowest:.1f} s. NumPy can do the whole array at once."

    @property
    def finding(self) -> Finding | None:
        wrong = [trial for trial in self.trials if not trial.right]
        if wrong and "values" in self.looks_at:
            return self._wrong_value(wrong[0])
        for trial in self.trials if "purity" in self.looks_at else ():
            if trial.call.changed:
                return Finding(
                    "purity",
                    f"{trial.text} changes its argument.",
                    "The value is right, but the array that was passed in is different after the call.",
                )
            if self.new and trial.call.shares:
                return Finding(
                    "purity",
                    f"{trial.text} returns its argument's own memory.",
                    "The value is right, but it is not a new array: change one and the other changes.",
                )
            if trial.call.global_rng:
                return Finding("purity", f"{trial.text} changes NumPy's global random state.")
        return None

    def _wrong_value(self, first: Trial) -> Finding:
        call, want = first.call, first.case.want
        right = [t for t in self.trials if t.right]
        others = f" Right on {len(right)} of {self.count} cases." if right else ""
        if call.error is not None:
            where = f" ({call.where})" if call.where else ""
            return Finding(
                "values",
                f"{first.text} raises {type(call.error).__name__}.",
                f"{call.error}{where}".strip() + f".{others}",
            )
        detail, (got, expected) = gap(call.value, want), _told_apart(call.value, want)
        shapes = (
            ""
            if np.ndim(_plain(want)) == 0
            else f" Yours: {describe(call.value)}. Expected: {describe(want)}."
        )
        return Finding(
            "values",
            f"{first.text} is {got}; expected {expected}{f' ({detail})' if detail else ''}.",
            f"{NO_RETURN if call.value is None else 'This is the first case that is wrong.'}{shapes}{others}",
        )

    def behaves_like(self, wrong: Function) -> bool:
        """Same values as `wrong` on every case where `wrong` misses the value; else, same effects.

        Where `wrong` is right, the answer gives no other wrong value: that would be another mistake.
        """
        told = 0
        for trial in self.trials:
            other = trial.case.under(wrong)
            if other.error is not None:
                continue
            if not same(other.value, trial.case.want, trial.rtol):
                if trial.call.error is not None or not same(trial.call.value, other.value, trial.rtol):
                    return False
                told += 1
            elif trial.call.error is None and not trial.right:
                return False
            elif other.changed or (self.new and other.shares):
                if trial.call.changed != other.changed or (self.new and trial.call.shares != other.shares):
                    return False
                told += 1
        return told >= min(2, self.count)


def trials(
    name: str,
    function: Function,
    cases: Iterable[Case],
    *,
    rtol: float = 1e-5,
    new: bool = False,
    looks_at: tuple[str, ...] = ("values", "purity"),
) -> Trials:
    """Call `function` on every case and keep what happened.

    rtol: relative tolerance of the values. new, looks_at: see `Trials`.
    """
    asked = list(cases)
    calls = observe_each(function, [(case.args, case.kwargs) for case in asked])
    made = (Trial(name, case, call, rtol) for case, call in zip(asked, calls, strict=True))
    return Trials(name, tuple(made), new, looks_at)


def cases(name: str, *stored: Case, rtol: float = 1e-5, new: bool = False) -> Callable[[Function], Trials]:
    """The public check of an exercise with stored inputs and values, the smallest first."""
    return lambda function: trials(name, function, stored, rtol=rtol, new=new)


def _told_apart(got: Any, want: Any) -> tuple[str, str]:
    """Both on one line, with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 12):
        texts = short(got, digits), short(want, digits)
        if texts[0] != texts[1]:
            break
    return texts


def _plain(value: Any) -> Any:
    return value if not isinstance(value, (dict, tuple, list)) else 0.0
