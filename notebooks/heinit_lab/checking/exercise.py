"""An exercise, its named mistakes, and the evidence by which an answer is judged."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from heinit_lab.checking.compare import type_name
from heinit_lab.checking.observe import Call, Function
from heinit_lab.checking.report import Report

SLOW = 0.5  # seconds of processor time of one call from which a right answer is called slow


class Evidence(ABC):
    """The calls of an answer, and what they show. A subclass for each kind of check."""

    FASTER: str  # advice for an answer that is right and slow

    @property
    @abstractmethod
    def calls(self) -> Sequence[Call]:
        """Every call, in the order of the check."""

    @property
    @abstractmethod
    def count(self) -> int:
        """How many things the check looks at."""

    @property
    @abstractmethod
    def finding(self) -> Report | None:
        """The first thing that is wrong, or None where all is right."""

    @property
    @abstractmethod
    def about(self) -> str:
        """What the finding is about: values, shape, purity or randomness, or '' where all is right."""

    @abstractmethod
    def behaves_like(self, wrong: Function) -> bool:
        """Whether the answer makes the mistake that `wrong` makes, and nothing speaks against it."""

    def right_parts(self, parts: Sequence[str]) -> tuple[str, ...]:
        """Those parts of the value that are right in every call; see `Exercise`."""
        return () if self.finding else tuple(parts)

    def share(self, parts: Sequence[str]) -> float:
        """The share of the points that the answer earns, from 0 to 1."""
        return 0.0 if self.finding else 1.0

    @abstractmethod
    def pattern(self, parts: Sequence[str] = ()) -> str:
        """A sentence that is true of a wrong answer on all calls, or ''. parts: as in an Exercise."""

    @property
    @abstractmethod
    def wrong_kinds(self) -> str:
        """A sentence on the kinds of case of which all are wrong, without a number of any case, or ''."""

    @property
    def unsolved(self) -> bool:
        """Whether the stub is still there: a stub is no mistake."""
        return self.finding is not None and "NotImplementedError" in self.finding.headline

    @property
    def remark(self) -> str:
        """A sentence for an answer that is right and slow, or ''."""
        slowest = max(call.seconds for call in self.calls)
        if slowest < SLOW:
            return ""
        return f"It is right, and slow: one call took {slowest:.1f} s. {self.FASTER}"


def fault(headline: str, detail: str = "") -> Report:
    """A finding. headline: what happened, on the smallest case. detail: how it differs from what is right."""
    return Report("✗", headline, (detail,) if detail else ())


def raised(text: str, call: Call, more: str = "") -> Report:
    """The finding that a call, written as `text`, raised an error, or never came to an end."""
    line, kind = f" ({call.where})" if call.where else "", type_name(call.error)
    words = f"{call.error}{line}".strip().removesuffix(".") + f".{more}"
    return fault(f"{text} raises {kind}.", words) if kind else fault(f"{text} gives no answer: {words}")


@dataclass(frozen=True)
class Misconception:
    """A mistake with a name.

    name: words joined by hyphens; hints, feedback and reports use this name and no other.
    hint: what the student reads: the mistake, never the answer's code.
    deeper: what the student reads at the second and the third try with the same mistake; never the answer.
    wrong: small implementations that make the mistake, written in different ways.
    shown_by: recognises the mistake in the evidence of the exercise's check. By default, an answer shows
        the mistake by behaving like one of `wrong` wherever `wrong` is wrong.
    """

    name: str
    hint: str
    wrong: tuple[Function, ...]
    shown_by: Callable[[Any], bool] | None = None
    deeper: tuple[str, ...] = ()

    def at(self, tries: int) -> str:
        """What the student reads at so many tries, from 1, that make the mistake one after the other."""
        return (self.hint, *self.deeper)[: max(1, tries)][-1]

    def is_shown_by(self, evidence: Evidence) -> bool:
        if self.shown_by is not None:
            return self.shown_by(evidence)
        return any(evidence.behaves_like(wrong) for wrong in self.wrong)


class Prompt(NamedTuple):
    """What the reading edition asks its readers.

    case: which case of the check, counted from 0.
    words: the question, in Markdown; '' shows the case as a call.
    """

    case: int = 0
    words: str = ""


FIRST_CASE = Prompt()


@dataclass(frozen=True)
class Exercise:
    """One function that a student fills in.

    name: the function's name, and the grade_id of its cell.
    check: the public check: calls an answer, whose name it is given, on stored inputs.
    misconceptions: the mistakes that have a name here, the most telling first.
    hidden: how many further checks run when the exercise is graded.
    prompt: what the reading edition asks; None where no case can be read at a glance.
    parts: names of the parts of a value, each with its share of the points: the keys of a dict, or words
        for the places of a tuple; none where a value is one thing.
    """

    name: str
    check: Callable[[str, Function], Evidence]
    misconceptions: tuple[Misconception, ...]
    hidden: int
    prompt: Prompt | None = FIRST_CASE
    parts: tuple[str, ...] = ()

    def probe(self, function: Function) -> Evidence:
        """The evidence of the public check of an answer."""
        return self.check(self.name, function)

    def named(self, evidence: Evidence) -> list[Misconception]:
        """The misconceptions that the evidence shows; none where nothing is wrong."""
        if evidence.finding is None:
            return []
        return [m for m in self.misconceptions if m.is_shown_by(evidence)]
