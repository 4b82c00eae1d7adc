"""Cells that only demonstrate: no exercise depends on one, so a grader may leave them out."""

from __future__ import annotations

import re
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.lessons import Lesson, lessons
from autograder.lessons.compose import checked_function, solve
from heinit_lab.checking.check import examine

LESSONS = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)


def is_demo(cell: NotebookNode) -> bool:
    return "demo" in cell.metadata.get("tags", [])


def solved(lesson: Lesson) -> NotebookNode:
    return solve(nbformat.read(lesson.path, as_version=4), lesson.solutions)


def run_without_demos(notebook: NotebookNode) -> dict[str, str]:
    """The marks of all exercises, with the cells run in their order but for the demo cells."""
    names: dict[str, Any] = {}
    marks: dict[str, str] = {}
    for cell in notebook.cells:
        if cell.cell_type != "code" or is_demo(cell):
            continue
        if name := checked_function(cell):
            marks[name] = examine(name, names.get(name)).mark
        else:
            exec(compile(cell.source, cell.id, "exec"), names)
    return marks


@LESSONS
def test_every_exercise_passes_without_the_demo_cells(lesson):
    notebook = solved(lesson)
    assert any(map(is_demo, notebook.cells))
    marks = run_without_demos(notebook)
    assert len(marks) >= 5
    assert set(marks.values()) == {"✓"}


@LESSONS
def test_a_demo_cell_is_locked_and_earns_nothing(lesson):
    for cell in filter(is_demo, nbformat.read(lesson.path, as_version=4).cells):
        meta = cell.metadata.nbgrader
        assert meta.locked, cell.id
        assert not (meta.grade or meta.solution), cell.id


@LESSONS
def test_what_draws_or_moves_is_a_demo(lesson):
    for cell in nbformat.read(lesson.path, as_version=4).cells:
        if cell.cell_type == "code" and re.search(
            r"\bshow\(|_explorer\(|\bprogress\(\)|\brace\(", cell.source
        ):
            assert is_demo(cell), cell.id


@LESSONS
def test_an_exercise_that_did_depend_on_a_demo_cell_would_be_noticed(lesson):
    """With the first cell's imports called a demonstration, nothing that needs NumPy is left standing."""
    notebook = solved(lesson)
    next(cell for cell in notebook.cells if cell.id == "setup").metadata["tags"] = ["demo"]
    assert set(run_without_demos(notebook).values()) != {"✓"}
