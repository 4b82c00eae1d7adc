"""Checks of an answer that has one right value for each input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Any

import numpy as np

from heinit_lab.checking import patterns
from heinit_lab.checking.compare import as_array, cause, gap, listed, same, short
from heinit_lab.checking.exercise import Evidence, fault, raised
from heinit_lab.checking.forms import Pair, is_table
from heinit_lab.checking.observe import Call, Function, observe, observe_each
from heinit_lab.checking.report import Report
from heinit_lab.checking.written import written

VALUES, PURITY, BOTH = ("values",), ("purity",), ("values", "purity")  # what a check may look at


LISTED = (
    "It is right, and it is a list. The question asks for an array, with which one can go on calculating."
)


class Case:
    """One input and its right value: `Case(4, want=0.7071)`, or with keywords.

    kind: what kind of input this is, for the sentence "Wrong for KIND": "a layer of one unit".
    code: the arguments of a large input, as a student may write them: "np.full((64, 128), 0.02), 0.5".
    """

    def __init__(self, *args: Any, want: Any = None, kind: str = "", code: str = "", **kwargs: Any) -> None:
        self.args, self.kwargs, self.want, self.kind, self.code = args, kwargs, want, kind, code
        self._mistaken: dict[Function, Call] = {}

    def under(self, mistake: Function) -> Call:
        """The call of a mistaken function on this input; every answer is compared with the same call."""
        if mistake not in self._mistaken:
            self._mistaken[mistake] = observe(mistake, *self.args, **self.kwargs)
        return self._mistaken[mistake]

    def text(self, name: str) -> str:
        """The call as a student would write it, to be pasted where `np` is NumPy: `he_std(4)`."""
        parts = [written(arg) for arg in self.args]
        parts += [f"{key}={written(value)}" for key, value in self.kwargs.items()]
        return f"{name}({self.code or ', '.join(parts)})"


@dataclass(frozen=True)
class Trial:
    """One case, and the call of an answer on it. rtol, whole: as in Cases."""

    case: Case
    call: Call
    rtol: float
    whole: bool = False

    @cached_property
    def right(self) -> bool:
        return self.call.error is None and self.gives(self.case.want) and not self.is_float

    @property
    def is_float(self) -> bool:
        """Whether the value is no int, where it is to be one."""
        number = as_array(self.call.value)
        return self.whole and (number is None or number.dtype.kind not in "iu")

    @property
    def pair(self) -> Pair:
        """The value beside the right one."""
        return Pair(
            self.case, self.call.value, self.case.want, self.right, self.call.error is not None, self.rtol
        )

    def gives(self, value: Any) -> bool:
        """Whether the call returned this value, up to rounding."""
        return same(self.call.value, value, self.rtol)


class Cases:
    """A check: calls an answer on every case, the smallest first.

    rtol: relative tolerance of the values.
    new: whether the value must not share memory with an argument.
    whole: whether the value must be an int, as `range` and `size` want it.
    looks_at: VALUES, PURITY or BOTH.
    least: the share of the cases on which the value, or a part of it, must be right.
    """

    def __init__(
        self,
        *cases: Case,
        rtol: float = 1e-5,
        new: bool = False,
        whole: bool = False,
        looks_at: tuple[str, ...] = BOTH,
        least: float = 1.0,
    ) -> None:
        self.cases, self.rtol, self.new, self.whole, self.looks_at = cases, rtol, new, whole, looks_at
        self.least = least

    def __call__(self, name: str, function: Function) -> Trials:
        calls = observe_each(function, [(case.args, case.kwargs) for case in self.cases])
        pairs = zip(self.cases, calls, strict=True)
        return Trials(name, self, tuple(Trial(case, call, self.rtol, self.whole) for case, call in pairs))


@dataclass(frozen=True)
class Trials(Evidence):
    """The calls of an answer on the cases of a check."""

    name: str
    check: Cases
    trials: tuple[Trial, ...]

    FASTER = "NumPy can do the whole array at once."

    def __iter__(self) -> Iterator[Trial]:
        return iter(self.trials)

    @property
    def calls(self) -> Sequence[Call]:
        return [trial.call for trial in self.trials]

    @property
    def count(self) -> int:
        return len(self.trials)

    @cached_property  # every name and every point asks for it
    def finding(self) -> Report | None:
        wrong_values = [trial for trial in self.trials if not trial.right]
        if len(wrong_values) > self._spare and "values" in self.check.looks_at:
            return self._wrong_value(wrong_values[0])
        for trial in self.trials if "purity" in self.check.looks_at else ():
            call, text = trial.call, trial.case.text(self.name)
            if call.changed:
                return fault(
                    f"{text} changes its argument.",
                    "The value is right, but what was passed in is different after the call: "
                    "this function changes it, or one that it calls.",
                )
            if self.check.new and call.shares:
                return fault(
                    f"{text} returns its argument's own memory.",
                    "The value is right, but it is not a new array: change one and the other changes.",
                )
            if call.global_rng:
                return fault(f"{text} changes NumPy's global random state.")
        return None

    @property
    def _spare(self) -> int:
        """On how many cases a value may be wrong."""
        return int((1 - self.check.least) * self.count + 1e-9)

    @property
    def about(self) -> str:
        if self.finding is None:
            return ""
        return "purity" if sum(not trial.right for trial in self.trials) <= self._spare else "values"

    def right_parts(self, parts: Sequence[str]) -> tuple[str, ...]:
        by_name = isinstance(self.trials[0].case.want, dict)
        return tuple(
            part
            for key, part in zip(parts if by_name else range(len(parts)), parts, strict=True)
            if sum(not trial.pair.part(key).right for trial in self.trials) <= self._spare
        )

    def share(self, parts: Sequence[str]) -> float:
        """All, or the share of the parts that are right; half where the parts have changed places."""
        if self.finding is None or self.about != "values" or not parts:
            return super().share(parts)
        return len(self.right_parts(parts)) / len(parts) or 0.5 * bool(self.order(len(parts)))

    def order(self, count: int) -> tuple[int, ...]:
        """The order in which every value holds the right parts, and nothing else; () where there is none."""
        wants = [trial.case.want for trial in self.trials]
        if not all(isinstance(want, tuple) or is_table(want) for want in wants):
            return ()

        def holds(order: tuple[int, ...]) -> bool:
            return all(
                trial.gives(want[:, list(order)] if is_table(want) else tuple(want[place] for place in order))
                for trial, want in zip(self.trials, wants, strict=True)
            )

        return next(filter(holds, permutations(range(count))), ())

    def pattern(self, parts: Sequence[str] = ()) -> str:
        return patterns.of_values(self, parts)

    @property
    def wrong_kinds(self) -> str:
        right = {trial.case.kind for trial in self.trials if trial.right}
        wrong = dict.fromkeys(trial.case.kind for trial in self.trials if not trial.right)
        kinds = [kind for kind in wrong if kind and kind not in right]
        return f"Wrong for {listed(kinds)}." if kinds else ""

    def _wrong_value(self, first: Trial) -> Report:
        call, want, text = first.call, first.case.want, first.case.text(self.name)
        right = sum(trial.right for trial in self.trials)
        others = f" Right on {right} of {self.count} cases." if right else ""
        if call.error is not None:
            refused = [
                k for k in first.case.kwargs if f"unexpected keyword argument '{k}'" in str(call.error)
            ]
            names = f" The question calls this argument `{refused[0]}`." if refused else ""
            return raised(text, call, names + others)
        if first.gives(want):
            return fault(f"{text} is a float, {float(np.ravel(call.value)[0])}; expected the int {want}.")
        difference, (got, expected) = gap(call.value, want), _distinct(call.value, want)
        return fault(
            f"{text} is {got}; expected {expected}{f' ({difference})' if difference else ''}.",
            f"{cause(call.value)}{others}".strip(),
        )

    @property
    def remark(self) -> str:
        """Also a sentence for right numbers in a list where the question asks for an array."""
        in_a_list = any(
            isinstance(t.case.want, np.ndarray) and isinstance(t.call.value, (list, tuple))
            for t in self.trials
        )
        return super().remark or (LISTED if in_a_list else "")

    def behaves_like(self, wrong: Function) -> bool:
        """Same values as `wrong` on every case where `wrong` misses the value.

        Where `wrong` is right, or raises, the answer gives no other wrong value. Effects do not count: a
        mistake that lies in these is recognised by them.
        """
        alike = 0
        for trial in self.trials:
            call, mistaken = trial.call, trial.case.under(wrong)
            if mistaken.error is not None:
                if not trial.right and _may_be_right(call.value, trial.case.want):
                    return False
                continue
            if not same(mistaken.value, trial.case.want, trial.rtol):
                if call.error is not None or not trial.gives(mistaken.value):
                    return False
                alike += 1
            elif call.error is None and not trial.gives(trial.case.want):
                return False
        return alike >= min(2, self.count)


def _may_be_right(value: Any, want: Any) -> bool:
    """Whether a value has the right shape and finite numbers, and so does not stand for an error."""
    got, right = as_array(value), as_array(want)
    if got is None or right is None:
        return False
    return got.shape == right.shape and bool(np.all(np.isfinite(got)))


def _distinct(got: Any, want: Any) -> tuple[str, str]:
    """Both values on one line, with as many digits as it takes to see that they differ."""
    for digits in (4, 6, 9, 12):
        texts = short(got, digits), short(want, digits)
        if texts[0] != texts[1]:
            break
    return texts
