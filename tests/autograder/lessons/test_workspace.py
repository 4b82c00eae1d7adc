"""A student's workspace is theirs: filled, never overwritten, and served without asking other hosts."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import nbformat
import pytest

from autograder.errors import HeinitError, UsageError
from autograder.lessons import APPENDIX, NOTEBOOKS, lessons
from autograder.lessons.compose import solution_function
from autograder.lessons.workspace import fill_workspace
from tests.servers import HEINIT, busy_port, serving
from tests.tools import FULL

FIRST = f"{lessons()[0].name}/{lessons()[0].name}.ipynb"


def test_it_gets_every_lesson_as_it_is_and_a_readme(tmp_path):
    filled = fill_workspace(tmp_path / "mine")
    assert filled.opens == FIRST
    assert filled.kept == ()
    for lesson in lessons():
        copy = tmp_path / "mine" / lesson.path.relative_to(NOTEBOOKS)
        assert copy.read_bytes() == lesson.path.read_bytes()
    for page in (NOTEBOOKS / "README.md", APPENDIX):
        assert (tmp_path / "mine" / page.relative_to(NOTEBOOKS)).read_bytes() == page.read_bytes()
    assert not [p for p in (tmp_path / "mine").rglob("*") if p.name.startswith(".") or p.suffix == ".py"]


def test_what_is_there_is_kept_and_what_is_missing_comes_back(tmp_path):
    fill_workspace(tmp_path)
    mine = tmp_path / FIRST
    mine.write_text("my work")
    (tmp_path / "README.md").unlink()
    filled = fill_workspace(tmp_path)
    assert mine.read_text() == "my work"
    assert filled.copied == ("README.md",)
    assert FIRST in filled.kept


def test_a_link_that_leads_nowhere_is_theirs_too(tmp_path):
    link = tmp_path / FIRST
    link.parent.mkdir()
    link.symlink_to(tmp_path / "a-disk-that-is-not-mounted")
    assert FIRST in fill_workspace(tmp_path).kept
    assert link.is_symlink()


def test_solved_copies_lie_apart_and_have_every_answer(tmp_path):
    filled = fill_workspace(tmp_path, solved=True)
    assert filled.opens == f"solved/{FIRST}"
    for lesson in lessons():
        solved = nbformat.read(tmp_path / "solved" / lesson.path.relative_to(NOTEBOOKS), as_version=4)
        answers = [cell.source for cell in solved.cells if solution_function(cell)]
        assert answers and not any("raise NotImplementedError()" in answer for answer in answers)
        assert not any(mark in cell.source for cell in solved.cells for mark in ("HIDDEN TESTS", "SOLUTION"))
        assert (tmp_path / lesson.path.relative_to(NOTEBOOKS)).read_bytes() == lesson.path.read_bytes()


def test_the_course_itself_is_no_workspace():
    with pytest.raises(UsageError, match="Name another folder"):
        fill_workspace(NOTEBOOKS / "mine")


def test_a_file_is_no_workspace(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="is a file"):
        fill_workspace(tmp_path / "file")


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / lessons()[0].name).touch()  # where a folder must be
    with pytest.raises(HeinitError, match="cannot be written"):
        fill_workspace(tmp_path)


@pytest.mark.parametrize("home", ["empty", "missing", "unwritable"] if FULL else ["unwritable"])
def test_it_is_served_and_opens_the_first_lesson(tmp_path, home):
    homes = {"empty": tmp_path / "home", "missing": None, "unwritable": tmp_path / "file" / "home"}
    (tmp_path / "file").touch()
    with serving("lab", f"--dir={tmp_path / 'mine'}", home=homes[home], cwd=tmp_path) as server:
        assert f"/lab/tree/{FIRST}?" in server.url
        assert json.loads(server.get(f"api/contents/{FIRST}"))["type"] == "notebook"
        page = server.get(f"lab/tree/{FIRST}").decode()
        settings = json.loads(page.split('id="jupyter-config-data"', 1)[1].split(">", 1)[1].split("<", 1)[0])
        assert settings["news"] == {"disabled": True}
        assert "@jupyter/nbgrader:formgrader" in str(settings["disabledExtensions"])
        assert "validate-assignment" not in str(settings["disabledExtensions"])
        assert json.loads(server.get("lab/api/news"))["news"] == []
        told = json.loads(server.get("lab/api/settings/@jupyterlab/apputils-extension:notification"))
        assert told["schema"]["properties"]["fetchNews"]["default"] == "false"  # no question about news
        assert "cannot" not in "".join(server.said)
    assert server.process.returncode == 0


def test_a_port_in_use_is_one_sentence_and_nothing_is_copied(tmp_path):
    with busy_port() as port:
        result = heinit("lab", f"--port={port}", f"--dir={tmp_path / 'mine'}")
    assert result.returncode == 1
    assert result.stderr.startswith(f"heinit: port {port} is in use.")
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "mine").exists()


def test_without_a_port_the_next_free_one_is_taken_and_told(monkeypatch, capsys):
    from autograder import jupyterlab

    with busy_port() as port:
        monkeypatch.setattr(jupyterlab, "FIRST_PORT", port)
        chosen = jupyterlab.next_free_port()
    assert chosen > port
    assert capsys.readouterr().err == f"Port {port} is in use, so this is port {chosen}.\n"


def heinit(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HEINIT, *arguments], capture_output=True, text=True, check=False, cwd=Path.cwd())
