"""CSV that is text in a spreadsheet."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.lms import spreadsheet

cells = st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.none())


def written(cell: object) -> str:
    """A cell as it stands in a file, beside another one."""
    ((first, _),) = csv.reader(io.StringIO(spreadsheet.csv_text([[cell, "x"]]), newline=""))
    return first


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1", "--"])
def test_what_a_spreadsheet_would_run_is_guarded(text):
    assert written(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["", "-", "a=1", "1-relu", "anna+ben@he.org", -1.5, 3, None])
def test_what_a_spreadsheet_would_not_run_is_left_alone(cell):
    assert written(cell) == ("" if cell is None else str(cell))


@given(st.lists(st.lists(cells, min_size=2, max_size=4), min_size=1, max_size=6))
def test_every_row_comes_back_and_no_text_is_a_formula(rows):
    back = list(csv.reader(io.StringIO(spreadsheet.csv_text(rows), newline="")))
    assert [len(row) for row in back] == [len(row) for row in rows]
    for row, read in zip(rows, back, strict=True):
        for cell, text in zip(row, read, strict=True):
            guard = "'" if spreadsheet.is_formula(cell) else ""
            assert text == ("" if cell is None else f"{guard}{cell}")
            assert not (isinstance(cell, str) and spreadsheet.is_formula(text))
