"""An author edits an unlocked copy; what is kept is its canonical form, and nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.lessons import NOTEBOOKS, Lesson, lessons
from autograder.lessons.author import AuthorSession
from autograder.lessons.canonical import text
from autograder.lessons.compose import checked_function, solution_function
from autograder.lessons.gaps import gaps
from tests.servers import serving

NAME = lessons()[-1].name


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """A lesson of a course of our own."""
    shutil.copytree(NOTEBOOKS / NAME, tmp_path / "notebooks" / NAME)
    monkeypatch.setattr("autograder.lessons.NOTEBOOKS", tmp_path / "notebooks")
    return Lesson(NAME)


@pytest.fixture
def messages() -> list[str]:
    return []


@pytest.fixture
def session(lesson: Lesson, messages: list[str], tmp_path: Path) -> AuthorSession:
    return AuthorSession(lesson, messages.append, tmp_path / "scratch")


def edit(session: AuthorSession) -> NotebookNode:
    return nbformat.read(session.copy, as_version=4)


def save(session: AuthorSession, notebook: NotebookNode) -> None:
    session.copy.write_text(text(notebook), encoding="utf-8")
    session.write_back()


def graded(notebook: NotebookNode, name: str = "") -> NotebookNode:
    """The first test cell, or the one of that name."""
    return next(c for c in notebook.cells if checked_function(c) and name in ("", checked_function(c)))


def test_every_cell_of_the_copy_can_be_edited(session):
    assert all(cell.metadata.get("editable", True) for cell in edit(session).cells)
    assert all(cell.metadata.get("deletable", True) for cell in edit(session).cells)


def test_saving_without_a_change_writes_nothing(session, lesson, messages):
    before = lesson.path.stat()
    save(session, edit(session))
    assert lesson.path.stat().st_mtime_ns == before.st_mtime_ns
    assert messages == []


def test_a_change_is_written_in_canonical_form_with_one_line(session, lesson, messages):
    notebook = edit(session)
    graded(notebook).source += "\n# locked again"
    run = next(c for c in notebook.cells if c.cell_type == "code")
    run.outputs, run.execution_count = [nbformat.v4.new_output("stream", text="noise")], 3
    notebook.metadata["signature"] = "noise"
    save(session, notebook)
    assert len(messages) == 1 and messages[0].startswith("Wrote ")
    kept = nbformat.read(lesson.path, as_version=4)
    assert graded(kept).source.endswith("# locked again")
    assert graded(kept).metadata.editable is False
    assert all(not cell.get("outputs") for cell in kept.cells)
    assert set(kept.metadata) == {"kernelspec", "language_info"}
    assert lesson.path.read_text() == text(kept)


def test_new_cells_are_named_by_their_first_words(session, lesson):
    notebook = edit(session)
    for number, words in enumerate(("## The *half* that ReLU kills", "## The half that is left", "$$x^2$$")):
        notebook.cells.append(new_markdown_cell(words, id=f"0123456{number}"))
    save(session, notebook)
    save(session, edit(session))
    ids = [cell.id for cell in nbformat.read(lesson.path, as_version=4).cells[-3:]]
    assert ids == ["the-half-that-relu", "the-half-that-is", "x-2"]


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", '{"cells": [', '{"cells": 1, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}'],
)
def test_a_half_saved_notebook_writes_nothing_and_says_so(session, lesson, messages, content):
    before = lesson.path.read_bytes()
    session.copy.write_text(content)
    session.saved()
    assert lesson.path.read_bytes() == before
    assert len(messages) == 1 and messages[0].endswith("Nothing was written.")


def test_two_exercises_of_one_name_write_nothing(session, lesson, messages):
    before = lesson.path.read_bytes()
    notebook = edit(session)
    twin = nbformat.from_dict(graded(notebook))
    twin.id = "twin"
    notebook.cells.append(twin)
    save(session, notebook)
    assert lesson.path.read_bytes() == before
    assert "Two cells have the ID" in messages[0]


def test_a_lesson_that_changed_meanwhile_is_left_as_it_is(session, lesson, messages):
    lesson.path.write_text(lesson.path.read_text() + "\n")
    before = lesson.path.read_bytes()
    notebook = edit(session)
    notebook.cells.append(new_markdown_cell("Mine"))
    save(session, notebook)
    assert lesson.path.read_bytes() == before
    assert "changed on disk" in messages[0] and session.copy.name in messages[0]


def test_what_could_not_be_written_is_set_aside_by_the_next_session(session, lesson, messages, tmp_path):
    session.copy.write_text("{ half")
    AuthorSession(lesson, messages.append, tmp_path / "scratch")
    aside = session.copy.with_name(f"{NAME}-1.ipynb")
    assert aside.read_text() == "{ half"
    assert aside.name in messages[0]


def test_an_exercise_that_is_complete_lacks_nothing():
    for whole in lessons():
        assert gaps(whole, nbformat.read(whole.path, as_version=4)) == []


def test_an_author_is_told_all_that_a_new_exercise_lacks(session, messages):
    notebook = edit(session)
    answer = nbformat.from_dict(next(c for c in notebook.cells if solution_function(c)))
    answer.id = answer.metadata.nbgrader.grade_id = "brand_new"
    answer.source = "def brand_new(x):\n    return x"
    notebook.cells.append(answer)
    session.copy.write_text(text(notebook))
    session.saved()
    output = "\n".join(messages[1:])
    for part in ("has no stub", "no cell checks it", "heinit_solutions/", "exercises/", "hidden_tests/"):
        assert part in output
    assert output.count("brand_new: ") == 5


def test_points_that_differ_from_those_of_the_hidden_checks_are_told():
    whole = lessons()[-1]
    notebook = nbformat.read(whole.path, as_version=4)
    graded(notebook).metadata.nbgrader.points = 99
    (output,) = gaps(whole, notebook)
    assert "is worth 99 points" in output


def test_a_test_cell_without_its_exercise_is_told():
    whole = lessons()[-1]
    notebook = nbformat.read(whole.path, as_version=4)
    name = checked_function(graded(notebook))
    notebook.cells = [cell for cell in notebook.cells if solution_function(cell) != name]
    (output,) = gaps(whole, notebook)
    assert output.startswith(f"{name}: no cell asks for it")


@pytest.mark.full
def test_saving_in_jupyterlab_writes_the_lesson(tmp_path):
    """In a course of its own, so that the real lessons are safe."""
    root = NOTEBOOKS.parent
    for folder in ("autograder", "heinit_solutions", "notebooks"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    (tmp_path / "heinit").touch()  # marks a checkout
    (tmp_path / "home").mkdir()
    kept = tmp_path / "notebooks" / NAME / f"{NAME}.ipynb"
    own = os.pathsep.join([str(tmp_path), str(tmp_path / "notebooks")])
    with serving("author", NAME, home=tmp_path / "home", cwd=tmp_path, PYTHONPATH=own) as server:
        assert f"/lab/tree/{NAME}.ipynb?" in server.url
        notebook = json.loads(server.get(f"api/contents/{NAME}.ipynb"))["content"]
        notebook["cells"].append(new_code_cell("1 + 1", id="a-sum"))
        server.put(f"{NAME}.ipynb", json.dumps({"type": "notebook", "content": notebook}).encode())
        server.hear("Wrote .*" + NAME)
        assert nbformat.read(kept, as_version=4).cells[-1].id == "a-sum"
        # an edit that JupyterLab did not see is written when it ends
        copy = tmp_path / ".authoring" / NAME / f"{NAME}.ipynb"
        copy.write_text(copy.read_text().replace("1 + 1", "1 + 2"))
    assert "1 + 2" in kept.read_text()
    assert "Traceback" not in "".join(server.said)
