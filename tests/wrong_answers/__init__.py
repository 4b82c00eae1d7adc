"""Wrong answers that students gave, as data: a file for each lesson, with a table for each exercise.

believes: what the student believed. answer: the cell. says: what the check is to say to it, the name of a
mistake (or of two, with a comma between them) or words of the message; '' where nobody has decided yet.
"""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from autograder.lessons import lessons
from heinit_lab.checking.check import report_on
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report
from heinit_lab.exercises import EXERCISES

FOLDER = Path(__file__).parent
FILES = sorted(FOLDER.glob("*_*.toml"))  # one for each lesson


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer to an exercise, and what the check says to it."""

    exercise: str
    believes: str
    answer: str
    says: str = ""

    @cached_property
    def function(self) -> Function:
        """The answer, defined after the right answers to all other exercises."""
        names = namespace() | {"np": np}
        exec(self.answer, names)
        function: Function = names[self.exercise]
        return function

    @cached_property
    def _judged(self) -> tuple[tuple[str, ...], Report, str]:
        exercise = EXERCISES[self.exercise]
        message = report_on(exercise, exercise.probe(self.function))
        names = tuple(m.name for m in exercise.misconceptions if m.hint in message.lines)
        return names, message, "" if names or message.mark == "✓" else " ".join(message.lines)

    @property
    def names(self) -> tuple[str, ...]:
        """The mistakes that the message has a hint for."""
        return self._judged[0]

    @property
    def message(self) -> Report:
        """What the student reads."""
        return self._judged[1]

    @property
    def pattern(self) -> str:
        """What is said below the headline where no mistake is named: above all the pattern."""
        return self._judged[2]

    @property
    def by_name(self) -> bool:
        """Whether the name of a mistake is to be said."""
        return {mistake.name for mistake in EXERCISES[self.exercise].misconceptions}.issuperset(self._said)

    @property
    def _said(self) -> tuple[str, ...]:
        """The names to be said: two where an answer makes two mistakes."""
        return tuple(self.says.split(", "))

    @property
    def fault(self) -> str:
        """What is wrong with the message, or ''."""
        if not self.says:
            return "nobody has decided what is to be said"
        if self.message.mark == "✓":
            return "passes"
        if self.by_name:
            return "" if self.names == self._said else f"is given {', '.join(self.names) or 'no name'}"
        if self.names:
            return f"is given {', '.join(self.names)}"
        return "" if self.says in self.message.plain else f"reads: {self.message.plain}"


@cache
def namespace() -> dict[str, Any]:
    """What the cells of a solved course define, and what its answers import."""
    names: dict[str, Any] = {}
    for lesson in lessons():
        names |= {name: value for name, value in vars(lesson.solutions).items() if not name.startswith("__")}
    return names


def read(path: Path) -> Iterator[WrongAnswer]:
    """The wrong answers of a file: TOML as in this folder, or a JSON list of {exercise, answer, mistake}."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        for entry in json.loads(text):
            yield WrongAnswer(entry["exercise"], entry["mistake"], entry["answer"])
        return
    for exercise, entries in tomllib.loads(text).items():
        for entry in entries:
            yield WrongAnswer(exercise, **entry)


# formulas that would give an answer away

_FORMULAS = tomllib.loads((FOLDER / "formulas.toml").read_text(encoding="utf-8"))
FORMULAS: dict[str, list[str]] = _FORMULAS["secret"]
PRINTED: dict[str, list[str]] = _FORMULAS["printed"]
_SPELLINGS = (
    (r"\*\*", "^"),
    (r"\bnp\.|\bmath\.|[`$*·×\s]", " "),  # products are read over
    ("√", " sqrt "),
    ("²", " ^2"),
    (r"sqrt *\(([^()]*)\)", r"sqrt \1"),
    (r"sqrt *\(((?:[^()]|\([^()]*\))*)\)", r"sqrt \1"),
    (r"\b(?:n|fan|fan_in)\b", "n_in"),
    (r"\b(?:m|fan_out)\b", "n_out"),
    ("σ", "sigma"),
    ("π", "pi"),
)


def signs(text: str) -> list[str]:
    """A text or a formula as a list of its signs: names, numbers, operators and brackets, spelled alike."""
    for spelling, sign in _SPELLINGS:
        text = re.sub(spelling, sign, text)
    return re.findall(r"[^\W\d]\w*|\d+(?:\.\d+)?|[^\w\s]", text)


def _one_apart(a: list[str], b: list[str]) -> bool:
    """Whether at most one sign must be changed, left out or added to make b of a."""
    same = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    rest = (a[same:], b[same:])
    return any(rest[0][i:] == rest[1][j:] for i, j in ((0, 0), (1, 1), (1, 0), (0, 1)))


def _without_printed(exercise: str, words: list[str]) -> list[str]:
    """The signs, with what the statement prints as a single one."""
    for printed in map(signs, PRINTED.get(exercise, ())):
        for i in range(len(words) - len(printed), -1, -1):
            if words[i : i + len(printed)] == printed:
                words[i : i + len(printed)] = [" ".join(printed)]
    return words


def gives_away(exercise: str, text: str) -> str:
    """The formula that a text spells but for one sign, a short one in full; or ''."""
    words = _without_printed(exercise, signs(text))
    for formula in FORMULAS.get(exercise, ()):
        sought = _without_printed(exercise, signs(formula))
        lengths = range(len(sought) - 1, len(sought) + 2) if len(sought) > 3 else (len(sought),)
        windows = (words[i : i + length] for length in lengths for i in range(len(words) - length + 1))
        if any(_one_apart(window, sought) if len(sought) > 3 else window == sought for window in windows):
            return formula
    return ""
