"""Bombs: whatever a submission holds, its readers come to an end, and nobody else loses anything."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.feedback import formgrader, worker
from autograder.feedback.formgrader import SafeNotebook
from autograder.feedback.html import safe
from autograder.feedback.html.markdown import render_code, render_markdown
from autograder.feedback.html.outputs import render_output
from autograder.feedback.html.safe import MOST, MOST_TAGS, ROOM
from autograder.feedback.page import feedback_page
from autograder.feedback.worker import PageJob, PageTask
from autograder.gradebook import Status, read_cohort
from autograder.grades import Grades
from autograder.grading.job import Refusal
from autograder.lessons import lessons
from autograder.limited_process import LimitedProcess, OverLimitError
from autograder.repair import reading
from autograder.repair.released import ReleasedCell, ReleasedLesson
from autograder.repair.rules import repair
from autograder.report.similarity import structure
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import UngradableError
from autograder.text import printable, storable
from tests.autograder import bombs
from tests.autograder.classroom import hand_in
from tests.autograder.feedback.test_safe import DOT

LESSON = lessons()[2]
# Those that grow, for whole pages.
LARGE = [bombs.MARKDOWN[name] for name in ("tables", "attached", "mcschema", "heading")]
WIDE = [bombs.HTML[name] for name in ("reopened-in-each", "spans", "styles")]
LONG = [bombs.TEXTS[name] for name in ("markup", "accents", "colours-on", "controls")]
CODE = ("dicts", "magics", "f-strings", "open-string", "calls")  # of the sources
HEAD = "def f(x):\n y = 0\n"
RELEASED = ReleasedLesson(
    {"f": ReleasedCell("f", "code", "def f(x):\n    ...", None, False, False, True, False, None)}, ("f",)
)


@pytest.fixture(scope="module")
def process() -> LimitedProcess:
    """Limits much lower than those of a grader."""
    return LimitedProcess(memory=2**30, cpu_seconds=8)


def notebook(*cells: dict[str, Any]) -> nbformat.NotebookNode:
    plain: dict[str, Any] = {"metadata": {}, "source": "", "outputs": [], "execution_count": None}
    full = [{**plain, "cell_type": "code", "id": f"c{i}", **cell} for i, cell in enumerate(cells)]
    made: nbformat.NotebookNode = nbformat.from_dict(
        {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": full}
    )
    return made


def display(kind: str, content: str) -> dict[str, Any]:
    return {"output_type": "display_data", "data": {kind: content}, "metadata": {}}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def test_every_cell_is_read_repaired_and_compared(process):
    for name, source in bombs.SOURCES.items():
        handed = notebook({"source": HEAD, "metadata": {"nbgrader": {"grade_id": "f"}}}, {"source": source})
        repaired = process.call(repair, handed, RELEASED)
        assert repaired.cells, name
        json.dumps(repaired, ensure_ascii=False).encode()
        assert process.call(structure, source), name


def test_every_file_is_read_or_refused_with_a_reason(process):
    read = set()
    for name, content in bombs.FILES.items():
        try:
            process.call(read_notebook, content.encode())
            read.add(name)
            process.call(reading._repaired, content.encode(), RELEASED, [])
        except UngradableError as reason:
            assert str(reason).count(" ") > 5, name
            assert "()" not in str(reason), name
        except OverLimitError:
            assert name == "lists", name
    assert {"good", "surrogates", "metadata", "three", "three-minor-text", "three-minor-list", "two"} <= read


@pytest.mark.full
def test_every_piece_of_a_page_is_of_bounded_size(process):
    attached = {"a": {"image/png": bombs.PICTURES["giant"][1], "image/gif": DOT}}
    pieces = [(name, render_markdown, text) for name, text in bombs.MARKDOWN.items()]
    pieces += [(name, render_code, bombs.SOURCES[name]) for name in CODE]
    shown = [(name, "text/html", text) for name, text in bombs.HTML.items()]
    shown += [(name, "text/markdown", bombs.MARKDOWN["mcschema"]) for name in ("fence",)]
    shown += [(name, kind, content) for name, (kind, content) in bombs.PICTURES.items()]
    outputs = [*(display(kind, text) for _, kind, text in shown), *map(stream, bombs.TEXTS.values())]
    for name, function, text in pieces:
        more = {"attachments": attached} if function is render_markdown else {}
        made = process.call(function, text, **more)
        assert len(made) <= MOST + 6 * len(text), name
        assert made.count("<") <= MOST_TAGS, name
        assert made.count("data:image") <= 1, name
    for output in outputs:
        made = process.call(render_output, output)
        assert made, output
        assert len(made) <= MOST + 2_000_000
        assert made.count("<") <= MOST_TAGS
        assert not re.search(r"""(?:col|row)span="\d{4}|data:image""", made)


def test_a_page_of_bombs_is_a_page_and_says_what_it_leaves_out(process, monkeypatch):
    monkeypatch.setattr(formgrader, "limited", process.call)
    cells = [{"cell_type": "markdown", "source": text} for text in LARGE]
    outputs = [*(display("text/html", html) for html in WIDE), *map(stream, LONG)]
    graded = notebook(*cells, {"outputs": outputs, "source": bombs.SOURCES["lists"]})
    page = process.call(feedback_page, graded, Grades("\x1b[31manna\0", LESSON.name))
    assert len(page) < ROOM
    assert "Shown as it is written, since a page cannot hold what this becomes." in page
    assert not re.search("[\0\x07\x1b\ud800-\udfff]", page)
    safe, _ = SafeNotebook().preprocess(graded, {})
    assert len(safe.cells) == len(graded.cells)
    assert sum(len(json.dumps(cell)) for cell in safe.cells) < 2 * ROOM


def test_pieces_beyond_what_a_page_holds_are_named(monkeypatch):
    monkeypatch.setattr(safe, "ROOM", 10_000)
    graded = notebook(*({"outputs": [stream("x" * 3_000)]} for _ in range(5)))
    page = feedback_page(graded, Grades("anna", LESSON.name))
    assert page.count("x" * 3_000) == 3
    assert page.count("Not shown, since the page is full") > 2


def test_a_page_that_cannot_be_drawn_costs_that_page_alone(process, monkeypatch):
    monkeypatch.setattr(worker, "limited", process.call)

    def stopped(*_: Any) -> Any:
        raise OverLimitError("it takes more than 2 GiB of memory")

    content = nbformat.writes(notebook({"source": "1"})).encode()
    assert isinstance(PageJob().do(PageTask(Grades("anna", LESSON.name), content)), bytes)
    monkeypatch.setattr(worker, "limited", stopped)
    monkeypatch.setattr(formgrader, "limited", stopped)
    refusal = PageJob().do(PageTask(Grades("anna", LESSON.name), content))
    assert isinstance(refusal, Refusal)
    assert "more than 2 GiB" in refusal.reason
    shown, _ = SafeNotebook().preprocess(notebook({"source": "1"}), {})
    assert "cannot be shown: it takes more than 2 GiB" in shown.cells[0].source


def test_hand_ins_that_nobody_can_read_stop_neither_report_nor_export(released_course: Path, tmp_path: Path):
    course = Path(shutil.copytree(released_course, tmp_path / "he101"))
    odd = {
        "digits": "UNGRADED",
        "three-minor-text": "UNGRADED",
        "surrogates": "UNGRADED",
        "empty": "UNGRADABLE",
    }
    for name in odd:
        hand_in(course, name, LESSON, bombs.FILES[name])
    hand_in(course, "\x1b[31mred\udcff", LESSON, bombs.FILES["good"])
    hand_in(course, "l" * 200, LESSON, bombs.FILES["good"])
    api = nbgrader_api(course)
    with api.gradebook as gradebook:
        records = read_cohort(gradebook, course).records
    for name, status in odd.items():
        assert records[name, LESSON.name].status is Status[status], name
    misnamed = records[r"\x1b[31mred\xff", LESSON.name]
    assert "Rename it" in misnamed.reason
    assert records["l" * 127 + "…", LESSON.name].reason == misnamed.reason
    for command in (["report", "--json"], ["export", "--to", "csv"], ["export", "--to", "canvas"]):
        done = CliRunner().invoke(main, [command[0], str(course), *command[1:]])
        assert done.exit_code in (0, 1), done.output
        assert "\x1b" not in done.output
        assert "Traceback" not in done.output
    for path in (course / "report" / "report.csv", course / "report" / "index.html", course / "grades.csv"):
        assert "\x1b" not in path.read_text(encoding="utf-8")


def test_text_that_no_file_holds_is_mended_and_kept():
    assert storable({"a\ud83d\ude00": ["\ud800", "\0", 1]}) == {"a😀": ["\ufffd", "\ufffd", 1]}
    assert printable("a\x1b[31m\n\x9b\u202e\udcff é ‌x") == r"a\x1b[31m\n\x9b\u202e\udcff é ‌x"
