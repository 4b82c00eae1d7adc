"""What cannot be graded is refused before it costs anything, with a reason in one harmless line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from autograder.repair.parsing import read_code
from autograder.submissions import notebook_file
from autograder.submissions import submission as submissions
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import Submission, UngradableError

EMPTY = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}


def test_a_file_that_is_too_large_is_not_read(tmp_path, monkeypatch):
    path = tmp_path / "lesson.ipynb"
    path.write_text(json.dumps(EMPTY))
    assert read_notebook(Submission("anna", "lesson", path).read()).notebook.cells == []
    monkeypatch.setattr(submissions, "LARGEST_NOTEBOOK", 10)
    with pytest.raises(UngradableError, match="larger than"):
        Submission("anna", "lesson", path).read()


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes among files")
def test_a_pipe_in_the_place_of_a_notebook_is_not_waited_for(tmp_path):
    path = tmp_path / "lesson.ipynb"
    os.mkfifo(path)
    with pytest.raises(UngradableError, match="no file that can be read"):
        Submission("anna", "lesson", path).read()


def test_a_notebook_of_endless_parts_is_refused_and_one_of_endless_outputs_is_not(monkeypatch):
    monkeypatch.setattr(notebook_file, "MOST_PARTS", 10_000)
    many = [{"a": {}}] * 5_000
    cell = {"cell_type": "code", "source": "1", "metadata": {}, "execution_count": None, "outputs": many}
    assert read_notebook(json.dumps({**EMPTY, "cells": [cell]}).encode()).notebook.cells[0].source == "1"
    for place in (
        {**EMPTY, "metadata": {"x": many}},
        {**EMPTY, "cells": [{**cell, "metadata": {"x": many}}]},
    ):
        with pytest.raises(UngradableError, match="more parts than any notebook needs"):
            read_notebook(json.dumps(place).encode())


def test_a_reason_is_one_short_line_without_controls():
    reason = str(UngradableError("first\nsecond \x1b[31m red \x07" + "x" * 1000))
    assert reason.startswith(r"first\nsecond \x1b[31m red \x07")
    assert len(reason) == 500


def test_the_name_of_a_file_beside_cannot_steer_a_terminal(tmp_path: Path):
    (tmp_path / "\x1b]0;evil\x07.ipynb").touch()
    with pytest.raises(UngradableError) as caught:
        Submission("anna", "lesson", tmp_path / "lesson.ipynb").read()
    assert "\x1b" not in str(caught.value)


def test_of_a_student_with_endless_folders_some_are_told(tmp_path: Path):
    for name in (
        "source/2-lesson",
        "submitted/anna/2-lesson",
        *(f"submitted/anna/{i:04}" for i in range(99)),
    ):
        (tmp_path / name).mkdir(parents=True)
    found = [submission.lesson for submission in submissions.submitted(tmp_path)]
    assert found == [*(f"{i:04}" for i in range(submissions.MOST_STRANGE)), "2-lesson"]


def test_a_line_of_blanks_is_read_as_what_it_is():
    assert read_code(" " * 99_000 + "x").parses is False
    assert read_code("if True:\n" + " " * 90_000 + "x").parses
