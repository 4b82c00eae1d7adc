"""The errata say nothing that a lesson does not show."""

from __future__ import annotations

import re

import nbformat
import pytest

from autograder.lessons import NOTEBOOKS

ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (NOTEBOOKS / "ERRATA.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("|")
][2:]
IDS = [row[0][:50] for row in ROWS]


def lesson_of(row: list[str]) -> tuple[str, list[str]]:
    """The text of the lesson that a row points to, and its headings."""
    path = re.search(r"\]\(([^)]+)\)", row[2]).group(1)
    cells = nbformat.read(NOTEBOOKS / path, as_version=4).cells
    headings = [
        h for c in cells if c.cell_type == "markdown" for h in re.findall(r"(?m)^##+ (.+)$", c.source)
    ]
    return "\n".join(cell.source for cell in cells), headings


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_row_points_to_a_section_that_is_there(row):
    _, headings = lesson_of(row)
    sections = re.findall(r"\*([^*]+)\*", row[2])
    assert sections
    assert [s for s in sections if s not in headings] == []


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_every_decimal_number_of_a_row_stands_in_its_lesson(row):
    text, _ = lesson_of(row)
    numbers = re.findall(r"\d+\.\d+|\d{1,3}(?:,\d{3})+", row[1])
    assert [n for n in numbers if n not in text] == []
