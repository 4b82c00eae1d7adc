"""What a user is told to type next, as it works in their shell."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

import pytest

from autograder import command_lines
from autograder.lessons import NOTEBOOKS

pytestmark = pytest.mark.skipif(os.name == "nt", reason="quotes as a POSIX shell does")
CHECKOUT = NOTEBOOKS.parent


@pytest.fixture
def bare(monkeypatch, tmp_path):
    """A user who started by the bootstrap: neither heinit nor jupyter is on their PATH."""
    monkeypatch.setattr(command_lines, "PATH", str(tmp_path))
    return tmp_path


def program(path: Path, target: Path | None = None) -> None:
    path.symlink_to(target or sys.executable)


def test_who_has_no_heinit_is_told_its_bootstrap_by_a_path_that_works_from_there(bare, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    assert command_lines.heinit("grade", "he101") == "./heinit grade he101"
    monkeypatch.chdir(bare)
    assert shlex.split(command_lines.heinit("grade", "he101")) == [f"{CHECKOUT}/heinit", "grade", "he101"]


def test_who_has_heinit_is_told_its_name(bare):
    program(bare / "heinit")
    assert command_lines.heinit("grade", "he101") == "heinit grade he101"


def test_jupyter_is_told_by_its_name_only_where_that_finds_ours(bare):
    program(bare / "jupyter")  # somebody else's
    hint = command_lines.jupyter_lab(Path("he101"))
    assert shlex.split(hint)[3].endswith("/jupyter") and Path(shlex.split(hint)[3]).is_absolute()
    (bare / "jupyter").unlink()
    program(bare / "jupyter", Path(shlex.split(hint)[3]))
    assert command_lines.jupyter_lab(Path("he101")) == "cd he101 && jupyter lab"


def test_a_folder_with_a_space_is_quoted(bare):
    program(bare / "heinit")
    assert shlex.split(command_lines.heinit("grade", Path("my course"))) == ["heinit", "grade", "my course"]
    assert shlex.split(command_lines.jupyter_lab(Path("my course")))[:3] == ["cd", "my course", "&&"]


def test_a_folder_that_begins_as_an_option_does_is_none(bare):
    program(bare / "heinit")
    assert shlex.split(command_lines.heinit("grade", Path("-n"), "--force")) == [
        "heinit",
        "grade",
        "./-n",
        "--force",
    ]
