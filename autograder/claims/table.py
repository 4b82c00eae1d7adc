"""The tables of claims, and which numbers of the prose they cover."""

from __future__ import annotations

import importlib
import inspect
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograder.claims.numerals import Numeral, numeral, numerals
from autograder.errors import HeinitError
from autograder.lessons import Lesson

KINDS = ("exact", "here", "range")
STATED = ("cited", "setting")
"""Words whose numbers are no claims: a paper's, and those of an experiment's set-up."""
_FOLDER = Path(__file__).parent


class ClaimError(HeinitError):
    """A row of a table and the lesson do not fit together."""


@dataclass(frozen=True)
class Claim:
    """A row. text: without marks. numbers: those that are measured, in their order.

    run: cells. value: an expression. test: of a, b ... and v, w ..., or '' for the printed digits.
    """

    lesson: str
    cell: str
    kind: str
    text: str
    numbers: tuple[Numeral, ...]
    run: tuple[str, ...]
    value: str
    test: str = ""

    @property
    def key(self) -> str:
        return f"{self.lesson}/{self.cell}/{self.text}"


def prose(lesson: Lesson) -> dict[str, str]:
    """The text cells of a lesson by id."""
    return {cell.id: cell.source for cell in lesson.notebook.cells if cell.cell_type == "markdown"}


def names(lesson: Lesson) -> str:
    """Lines of Python that define what the expressions of a table use beside the names of the cells."""
    return str(_table(lesson).get("names", ""))


@cache
def _table(lesson: Lesson) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{lesson.name}.toml").read_text(encoding="utf-8"))


@cache
def claims(lesson: Lesson) -> tuple[Claim, ...]:
    """The rows of a lesson's table, and one for each call of an answer that the prose works out.

    Raises ClaimError where a row's words do not stand in its cell exactly once.
    """
    rows, cells = [], prose(lesson)
    for cell, section in _table(lesson).items():
        for kind in KINDS if cell != "names" else ():
            for marked, *rest in section.get(kind, []):
                rows.append(_claim(lesson, cell, kind, marked, tuple(section.get("run", ())), *rest))
    rows += [row for cell, source in cells.items() for row in _worked(lesson, cell, source)]
    for row in rows:
        if cells.get(row.cell, "").count(row.text) != 1:
            raise ClaimError(f"the cell {row.cell} of lesson {lesson.name} does not say once: {row.text}")
    return tuple(rows)


def _claim(
    lesson: Lesson, cell: str, kind: str, marked: str, run: tuple[str, ...], value: str, test: str = ""
) -> Claim:
    marks = re.findall(r"«(.+?)»", marked)
    text = re.sub("[«»]", "", marked)
    numbers = tuple(numeral(mark) for mark in marks) if marks else tuple(numerals(text))
    return Claim(lesson.name, cell, kind, text, numbers, run, value, test)


_WORKED = re.compile(r"`(\w+\([^`]*\))` is (`[\[\(][^`]*`|\([^)]*\)|[\d.,-]*\d)")


def _worked(lesson: Lesson, cell: str, source: str) -> Iterator[Claim]:
    """The calls of an answer whose value the prose prints: "`he_std(4)` is 0.7071"."""
    for match in _WORKED.finditer(source):
        numbers = tuple(numerals(match[2].replace("True", "1").replace("False", "0")))
        if numbers and hasattr(lesson.solutions, match[1].partition("(")[0]):
            yield Claim(lesson.name, cell, "exact", match[0], numbers, (), match[1])


# What prints a number and claims none.
EXEMPT = {
    "the slide": r"(?s)\A## The slide\n.*",
    "code": r"(?s)```.*?```|`[^`]+`",
    "address of a link": r"\]\([^)]*\)",
    "heading, or number of a line": r"(?m)^#+ .*$|^\d+\. .*$",
    "minutes, exercises, points": r"About \d+ minutes\.[^\n]*",
    "place in the course or in a paper": r"(?i)\b(?:lesson|exercise|equation|figure|section|step|example"
    r"|layer)s? \d+(?:\.\d+)?(?:(?:, | and | to )\d+(?:\.\d+)?)*",
    "year": r"\b(?:19|20)\d\d\b",
    "shape": r"\d+ (?:×|→) \d+(?: → \d+)*|\$\d+ \\times \d+\$",
    "quotation": r"(?<!\*)\*[^*\n]+\*(?!\*)",
    "share that a band holds": r"8 (?:networks )?in 10\b",
}
_FORMULA = re.compile(r"(?s)\$\$.*?\$\$|\$[^$]*\$")
# A number of things that an experiment was set up with: it stands in the lesson's code too.
_SETTING = re.compile(
    r"[ -](?:\*?\w+\*? )?(?:channels|convolutions|draws|epochs|images|inputs|layers?|matrices|networks"
    r"|outputs|passes|units|weights)\b"
)


def uncovered(lesson: Lesson) -> Iterator[tuple[str, str]]:
    """The numbers of the prose that need a row and are in none: the cell, and some words around each.

    0, 1 and the rule's 2 need none, nor do the indices and exponents of a formula with letters.
    """
    rows, code = claims(lesson), _literals(lesson)
    for cell, source in prose(lesson).items():
        taken = bytearray(len(source))
        words = [text for kind in STATED for text in _table(lesson).get(cell, {}).get(kind, [])]
        words += [row.text for row in rows if row.cell == cell]
        spans = [(at := source.index(text), at + len(text)) for text in words]
        spans += [m.span() for pattern in EXEMPT.values() for m in re.finditer(pattern, source)]
        spans += [m.span() for m in _FORMULA.finditer(source) if _letters(m[0])]
        for start, end in spans:
            taken[start:end] = b"x" * (end - start)
        for number in numerals(source):
            small = number.unit == 1 and abs(number.value) <= 2
            setting = number.value in code and _SETTING.match(source, number.end)
            if not (any(taken[number.start : number.end]) or small or setting):
                yield cell, source[max(0, number.start - 40) : number.end + 30].replace("\n", " ")


def _letters(formula: str) -> bool:
    """Whether a formula speaks of letters, and prints no decimal."""
    return (
        re.search(r"(?<![\\a-zA-Z])[a-zA-Z]", formula) is not None and re.search(r"\d\.\d", formula) is None
    )


def _literals(lesson: Lesson) -> set[float]:
    """The numbers in the lesson's code cells, and in its modules of experiments, explorers and plots."""
    cells = (cell.source for cell in lesson.notebook.cells if cell.cell_type == "code")
    modules = (f"heinit_lab.{kind}.{lesson.module}" for kind in ("experiments", "explorers", "plots"))
    source = "\n".join([*cells, *(inspect.getsource(importlib.import_module(name)) for name in modules)])
    return {float(number.replace("_", "")) for number in re.findall(r"\b\d[\d_]*(?:\.\d+)?", source)}
