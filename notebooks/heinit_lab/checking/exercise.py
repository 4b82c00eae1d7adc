"""What an exercise and a misconception are, and the evidence that speaks of an answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from heinit_lab.checking.observe import Function


@dataclass(frozen=True)
class Finding:
    """The first thing wrong with an answer.

    behaviour: which behaviour failed: values, shape, purity, randomness, edge cases.
    headline: what happened, on the smallest case: "he_std(4) is 0.5; expected 0.7071."
    detail: for a mistake without a name: how the two differ, and what was right.
    """

    behaviour: str
    headline: str
    detail: str = ""


class Evidence(Protocol):
    """What calling an answer has shown."""

    @property
    def finding(self) -> Finding | None:
        """The first thing wrong, or None where all is right."""

    @property
    def count(self) -> int:
        """How many things were looked at."""

    @property
    def remark(self) -> str:
        """What a right answer may still be told, or ''."""

    def behaves_like(self, wrong: Function) -> bool:
        """Whether the answer made the mistake that `wrong` makes, and nothing speaks against it."""


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name.

    name: its one name, everywhere: in hints, feedback and reports. Words with hyphens.
    hint: what the student is told: the mistake, never the answer's code.
    wrong: small implementations that make the mistake, written in different ways.
    shown_by: recognises the mistake in evidence; by default, an answer shows it by behaving
        like one of `wrong` wherever `wrong` is wrong.
    """

    name: str
    hint: str
    wrong: tuple[Function, ...]
    shown_by: Callable[[Evidence], bool] | None = None

    def is_shown_by(self, evidence: Evidence) -> bool:
        if self.shown_by is not None:
            return self.shown_by(evidence)
        return any(evidence.behaves_like(wrong) for wrong in self.wrong)


@dataclass(frozen=True)
class Exercise:
    """One function that a student fills in.

    name: the function's name, and the grade_id of its cell.
    probe: the public check: calls an answer on stored inputs and gives the evidence.
    misconceptions: the mistakes that have a name here, the most telling first.
    hidden: how many further checks run when it is graded.
    """

    name: str
    probe: Callable[[Function], Evidence]
    misconceptions: tuple[Misconception, ...]
    hidden: int

    def named(self, evidence: Evidence) -> list[Misconception]:
        """The misconceptions that the evidence shows; none where nothing is wrong."""
        if evidence.finding is None:
            return []
        return [m for m in self.misconceptions if m.is_shown_by(evidence)]
