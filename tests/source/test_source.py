"""Every statement of the source is taught in a cell and held by a measurement."""

from __future__ import annotations

import hashlib
import re
import tomllib
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.lessons import lessons
from heinit_lab.plots import worked_examples
from heinit_lab.source import PRINTED, PRINTED_LARGE
from heinit_solutions.worked_examples import sample_report
from tests.source import measures

Statement = dict[str, str]
STATEMENTS: list[Statement] = tomllib.loads(Path(__file__).with_name("statements.toml").read_text())[
    "statement"
]
CELLS = {
    (lesson.name, cell.id): cell.source
    for lesson in lessons()
    for cell in nbformat.read(lesson.path, as_version=4).cells
}
IDS = [statement["words"][:50] for statement in STATEMENTS]
# The words of the source, frozen: what the course must teach does not change by an edit of the map.
WORDS = "d8aa1ceb72517190"


def numbers(words: str) -> list[str]:
    """The numbers of a statement as printed, signs included; names such as n_in have none."""
    return [n.replace("−", "-") for n in re.findall(r"(?<![\w.])-?\d+(?:\.\d+)?(?=$|[^\d])", words)]


def problems(statement: Statement, cells: dict[tuple[str, str], str]) -> list[str]:
    """What is wrong with a statement's place in the course; nothing where all is well."""
    place = statement["lesson"], statement["cell"]
    wrong = []
    if place not in cells:
        wrong.append(f"there is no cell {place}")
    elif statement["teaches"] not in cells[place]:
        wrong.append(f"the cell {place} no longer says {statement['teaches']!r}")
    if not hasattr(measures, statement["measure"]):
        wrong.append(f"there is no measure {statement['measure']}")
    elif (measured := numbers_of(statement["measure"])) != numbers(statement["words"]):
        wrong.append(f"measured {measured}, the source says {numbers(statement['words'])}")
    return wrong


@cache
def numbers_of(measure: str) -> list[str]:
    """The numbers that a measure gives; measured once."""
    measured: list[str] = getattr(measures, measure)()
    return measured


def other_digit(text: str, match: re.Match[str]) -> str:
    """`text` with the last digit of a number in it altered."""
    digit = str((int(match.group()[-1]) + 1) % 10)
    return text[: match.end() - 1] + digit + text[match.end() :]


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_a_statement_of_the_source_is_taught_and_holds(statement):
    assert problems(statement, CELLS) == []


def digest(statements: list[Statement]) -> str:
    words = "\n".join(statement["words"] for statement in statements)
    return hashlib.sha256(words.encode()).hexdigest()[:16]


def test_the_sources_words_are_the_sources_words():
    assert digest(STATEMENTS) == WORDS


def test_the_slide_stands_whole_at_the_start_with_every_word_and_number_of_every_statement():
    slide = CELLS["1-relu-half-killing", "slide"]
    words, printed = {w.lower() for w in re.findall(r"[A-Za-z]+", slide)}, numbers(slide)
    written = {"sigma", "sqrt", "n", "in", "x"}  # in letters in the map, as signs on the slide
    for statement in STATEMENTS:
        missing = {w.lower() for w in re.findall(r"[A-Za-z]+", statement["words"])} - words - written
        assert not missing, statement["words"]
        assert set(numbers(statement["words"])) <= set(printed), statement["words"]


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_altering_the_lesson_is_noticed(statement):
    altered = dict(CELLS)
    place = statement["lesson"], statement["cell"]
    altered[place] = altered[place].replace(statement["teaches"], "something else")
    assert problems(statement, altered) != []


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_altering_any_number_in_the_map_is_noticed(statement):
    for match in re.finditer(r"(?<![\w.])\d+(?:\.\d+)?", statement["words"]):
        altered = {**statement, "words": other_digit(statement["words"], match)}
        if numbers(altered["words"]) != numbers(statement["words"]):
            assert problems(altered, CELLS) != [], altered["words"]


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_altering_any_number_of_it_in_the_lesson_is_noticed(statement):
    place = statement["lesson"], statement["cell"]
    for match in re.finditer(r"\d+(?:\.\d+)?", statement["teaches"]):
        altered = CELLS[place].replace(statement["teaches"], other_digit(statement["teaches"], match))
        assert problems(statement, CELLS | {place: altered}) != [], match.group()


@pytest.mark.parametrize("statement", STATEMENTS, ids=IDS)
def test_altering_any_word_in_the_map_is_noticed(statement):
    for word in re.findall(r"[A-Za-z]+", statement["words"]):
        altered = [
            {**other, "words": other["words"].replace(word, "another")} if other is statement else other
            for other in STATEMENTS
        ]
        assert digest(altered) != WORDS, word


@pytest.mark.parametrize("name", ["PRINTED", "PRINTED_LARGE"])
def test_altering_any_printed_weight_is_noticed_and_the_lesson_draws_them_all(name, monkeypatch):
    printed, measure, drawn = {
        "PRINTED": (PRINTED, measures.printed_matrix, worked_examples.printed_example),
        "PRINTED_LARGE": (
            PRINTED_LARGE,
            measures.printed_rows,
            lambda: worked_examples.printed_large(sample_report),
        ),
    }[name]
    printed_numbers = next(numbers(s["words"]) for s in STATEMENTS if s["measure"] == measure.__name__)
    for at in np.ndindex(printed.shape):
        altered = printed.copy()
        altered[at] += 0.001
        monkeypatch.setattr(measures, name, altered)
        assert measure() != printed_numbers, at
    fig, _ = drawn()
    shown = [text.get_text().replace("\u2212", "-") for ax in fig.axes for text in ax.texts]
    assert [f"{w:.3f}" for w in printed.ravel() if f"{w:.3f}" not in shown] == []
