"""Checks of an answer that has many right values: what comes of a value is judged, and not the value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from heinit_lab.checking.compare import listed, short
from heinit_lab.checking.exercise import fault, raised
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report
from heinit_lab.checking.trials import VALUES, Case, Cases, Trial, Trials

Outcome = Callable[[Case, Any], str]
"""What is wrong with what comes of a value, in a sentence, or ''."""


class Outcomes(Cases):
    """A check that calls an answer on every case and judges what comes of each value.

    outcome: judges a value of any kind. alike: whether two wrong values make the same mistake.
    A case's `want` is a right value among others.
    """

    def __init__(self, *cases: Case, outcome: Outcome, alike: Callable[[Any, Any], bool]) -> None:
        super().__init__(*cases, looks_at=VALUES)
        self.outcome, self.alike = outcome, alike

    def __call__(self, name: str, function: Function) -> OutcomeTrials:
        trials = super().__call__(name, function)
        judged = tuple(Judgement(t.case, t.call, t.rtol, outcome=self.outcome) for t in trials)
        return OutcomeTrials(name, self, judged)


@dataclass(frozen=True, kw_only=True)
class Judgement(Trial):
    """One case, the call of an answer on it, and what comes of its value."""

    outcome: Outcome

    @cached_property
    def complaint(self) -> str:
        """What is wrong with the value's outcome, or ''. Of a call that raised: the error's name."""
        if self.call.error is not None:
            return type(self.call.error).__name__
        return self.outcome(self.case, self.call.value)

    @cached_property
    def right(self) -> bool:
        return not self.complaint


class OutcomeTrials(Trials):
    """The calls of an answer on the cases of a check, and what comes of them."""

    check: Outcomes
    trials: tuple[Judgement, ...]

    def _wrong_value(self, first: Trial) -> Report:
        assert isinstance(first, Judgement)
        call, text = first.call, first.case.text(self.name)
        right = sum(trial.right for trial in self.trials)
        others = f" Right on {right} of {self.count} cases." if right else ""
        if call.error is not None:
            return raised(text, call, others)
        return fault(f"{text} is {short(call.value)}.", f"{first.complaint}{others}")

    def pattern(self, parts: Sequence[str] = ()) -> str:
        """Which kinds of case are right and which are not, where no kind is both."""
        kinds = {way: {t.case.kind for t in self.trials if t.right is way} for way in (True, False)}
        if kinds[True] & kinds[False] or not all(kinds.values()) or "" in kinds[True] | kinds[False]:
            return ""
        return f"Right for {listed(sorted(kinds[True]))}; wrong for {listed(sorted(kinds[False]))}."

    def behaves_like(self, wrong: Function) -> bool:
        """Wrong like `wrong` wherever that is wrong, and right wherever that is right."""
        alike = 0
        for trial in self.trials:
            mistaken = trial.case.under(wrong)
            fails = mistaken.error is not None or bool(self.check.outcome(trial.case, mistaken.value))
            if fails == trial.right or (fails and trial.call.error is not None):
                return False
            if fails and mistaken.error is None:
                if not self.check.alike(trial.call.value, mistaken.value):
                    return False
                alike += 1
        return alike >= min(2, self.count)
