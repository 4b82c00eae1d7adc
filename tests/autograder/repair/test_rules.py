"""Whatever is done to a solved notebook, repair neither fails nor loses what the student wrote."""

from __future__ import annotations

import copy
from functools import lru_cache
from typing import Any

import nbformat
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from autograder.lessons import lesson as lesson_called
from autograder.lessons.compose import checked_function, compose, solution_function
from autograder.repair.notebook import repairs_of
from autograder.repair.parsing import (
    AnswerState,
    answer,
    definition_in_text,
    read_code,
    runs_alone,
    without_definition,
)
from autograder.repair.released import HIDDEN, ReleasedCell, ReleasedLesson, name_of
from autograder.repair.rules import repair
from autograder.repair.splitting import joined
from autograder.submissions.submission import UngradableError
from tests.autograder.classroom import solved
from tests.tools import FULL

NAMES = ("xavier_std", "glorot_std", "he_over_glorot", "compare_table", "layer_backward")
LESSON = lesson_called("4-xavier-comparison")
CALLS = {name: f"def {name}(*arguments):\n    return {name!r} + TAIL" for name in NAMES}
# one answer calls two others: its check must run below theirs
CALLS["he_over_glorot"] = """def he_over_glorot(*arguments):
    assert glorot_std() and xavier_std()
    return 'he_over_glorot' + TAIL"""


@lru_cache
def known() -> ReleasedLesson:
    """The lesson, as the gradebook of a course would tell it."""
    made = compose(nbformat.read(LESSON.path, as_version=4), LESSON.solutions)
    stubs = {cell.id: cell.source for cell in nbformat.read(LESSON.path, as_version=4).cells}
    cells = {}
    for cell in made.cells:
        if marks := cell.metadata.get("nbgrader"):
            name = marks.grade_id
            cells[name] = ReleasedCell(
                name=name,
                cell_type=cell.cell_type,
                source=stubs[name] if marks.solution else cell.source,
                checksum="0" * 32,
                locked=marks.locked,
                grade=marks.grade,
                solution=marks.solution,
                task=False,
                points=marks.get("points"),
                demo="demo" in cell.metadata.get("tags", []),
            )
    return ReleasedLesson(
        cells, tuple(name_of(cell) for cell in made.cells), {"TAIL": "from string import digits as TAIL"}
    )


@lru_cache
def start() -> NotebookNode:
    notebook = solved(LESSON)
    notebook.cells = [c for c in notebook.cells if "demo" not in c.metadata.get("tags", [])]
    for cell in notebook.cells:
        if (name := solution_function(cell)) is not None:
            cell.source = f"{CALLS[name]}\n# mine: {name}"
        elif cell.id == "setup":
            cell.source = "from string import digits as TAIL"
        elif cell.cell_type == "code" and checked_function(cell) is None:
            cell.source = f"mine_{cell.id.replace('-', '_')} = 1"
    return notebook


PLACE = st.integers(0, 60)
STEP = st.one_of(
    st.tuples(st.just("copy"), PLACE, PLACE),
    st.tuples(st.just("delete"), PLACE, PLACE),
    st.tuples(st.just("move"), PLACE, PLACE),
    st.tuples(st.just("retype"), PLACE, st.sampled_from(["code", "markdown", "raw"])),
    st.tuples(st.just("unmark"), PLACE, st.booleans()),
    st.tuples(st.just("scribble"), PLACE, st.sampled_from(["scribbled = 1", "scribbled ("])),
    st.tuples(st.just("stub"), st.sampled_from(NAMES), PLACE),
)
# at the end, since what is cut and then dragged apart is not whole any more
CUT = st.none() | st.tuples(PLACE, st.integers(1, 3), st.booleans())


def damaged(steps: list[tuple[str, Any, Any]], cut: tuple[int, int, bool] | None) -> NotebookNode:
    notebook = copy.deepcopy(start())
    for step, at, more in steps:
        if step == "stub":
            stub = next(c for c in nbformat.read(LESSON.path, as_version=4).cells if c.id == at)
            stub.id = f"stub-{len(notebook.cells)}-{more}"
            notebook.cells.insert(more % (len(notebook.cells) + 1), stub)
        elif notebook.cells:
            change(notebook, step, at % len(notebook.cells), more)
    if cut is not None and notebook.cells:
        at, line, marked = cut[0] % len(notebook.cells), *cut[1:]
        head = notebook.cells[at]
        lines = head.source.split("\n")
        if head.cell_type == "code" and 0 < line < len(lines):
            tail = copy.deepcopy(head)
            head.source, tail.source, tail.id = "\n".join(lines[:line]), "\n".join(lines[line:]), "tail"
            tail.metadata = tail.metadata if marked else nbformat.from_dict({})
            notebook.cells.insert(at + 1, tail)
    return notebook


def change(notebook: NotebookNode, step: str, at: int, more: Any) -> None:
    cell = notebook.cells[at]
    if step in ("delete", "move"):
        del notebook.cells[at]
    if step in ("copy", "move"):
        moved = copy.deepcopy(cell)
        moved.id = cell.id if step == "move" else f"copy-{len(notebook.cells)}-{at}-{more}"
        notebook.cells.insert(more % (len(notebook.cells) + 1), moved)
    elif step == "retype":
        cell.cell_type = more
    elif step == "unmark":
        cell.metadata = nbformat.from_dict({})
        cell.id = f"bare-{at}" if more else cell.id
    elif step == "scribble" and solution_function(cell) is None:  # in an answer it would be a new answer
        cell.source += f"\n{more}"


def run(notebook: NotebookNode) -> dict[str, bool]:
    """For each check, whether it meets a function that answers."""
    namespace: dict[str, Any] = {}
    answered = {}
    for cell in notebook.cells:
        name = checked_function(cell)
        if name is not None:
            try:
                answered[name] = namespace[name]() == f"{name}0123456789"
            except Exception:
                answered[name] = False
        elif cell.cell_type == "code" and "demo" not in cell.metadata.get("tags", []):
            try:
                exec(compile(cell.source, cell.id, "exec"), namespace)
            except Exception:
                continue
    return answered


@settings(deadline=None, max_examples=200 if FULL else 30, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=14), CUT)
def test_no_sequence_of_steps_breaks_the_repair_or_costs_a_point_or_a_line(steps, cut):
    notebook = damaged(steps, cut)
    text = "\n".join(cell.source for cell in notebook.cells)
    defined = {name for name in NAMES if f"def {name}(*" in text}
    before = copy.deepcopy(notebook)
    try:
        repaired = repair(notebook, known())
    except UngradableError:
        assert not any(f"def {name}(" in text for name in NAMES)
        return
    assert notebook == before  # what was handed in is not changed
    nbformat.validate(repaired)
    CheckCellMetadata().preprocess(repaired, {})
    after = {line for cell in repaired.cells for line in cell.source.splitlines()}
    after |= {line.removeprefix("# ") for line in after}
    lesson = {line for cell in known().cells.values() for line in cell.source.splitlines()}
    assert {line for line in text.splitlines() if line.strip()} <= after | lesson
    needs = {name: {name} for name in NAMES} | {
        "he_over_glorot": {"he_over_glorot", "glorot_std", "xavier_std"}
    }
    assert run(repaired) == {name: needs[name] <= defined for name in NAMES}
    assert not repairs_of(repair(repaired, known()))


@settings(deadline=None, max_examples=150 if FULL else 60)
@given(st.text(alphabet="def f(n):\n  raise=%!?@'\"x1#", max_size=80))
def test_any_text_can_be_read(text):
    reading = read_code(text)
    runs_alone(text)
    joined([text, f"    {text}", text], "f")
    parts = definition_in_text(f"{text}\ndef f(n):\n    return n\n{text}", "f")
    if parts is not None:
        assert answer(parts[1], "code", "f") is AnswerState.FILLED
    if reading.parses and answer(text, "code", "f") is AnswerState.STUB:
        assert "f" not in read_code(without_definition(text, "f")).binds


def test_magics_are_read_as_ipython_would():
    assert (
        answer("%matplotlib inline\nfiles = !ls\nf?\ndef f(n):\n    return n", "code", "f")
        is AnswerState.FILLED
    )
    assert answer("%%time\ndef f(n):\n    return n", "code", "f") is AnswerState.FILLED
    assert answer("%%writefile f.py\ndef f(n):\n    return n", "code", "f") is not AnswerState.FILLED
    assert answer("if True:\n    f = lambda n: n", "code", "f") is AnswerState.FILLED
    assert answer("class A:\n    def f(n): return n", "code", "f") is AnswerState.NONE
    assert answer("def f(n):\n    '''Says much.'''\n    ...", "code", "f") is AnswerState.STUB


def test_a_cell_too_large_or_too_deep_is_not_parsed_and_stops_nothing():
    for text in (
        "(" * 100_000,
        "a" + ".b" * 90_000,
        "x = 1\n" * 200_000,
        "\n" * 150_000 + "(",
        " " * 150_000 + "(",
    ):
        assert answer(text, "code", "f") is AnswerState.NONE


def test_hidden_checks_are_no_part_of_what_students_got():
    for cell in known().cells.values():
        assert "HIDDEN" not in cell.released
        assert HIDDEN.sub("", cell.released) == cell.released
