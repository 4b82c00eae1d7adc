"""In nbgrader's own command, copies of links are taken away, and a linked notebook is refused."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory

from autograder.repair.preprocessor import Repair, clear_autograded
from autograder.submissions.beside import of_nbgrader
from autograder.submissions.submission import UngradableError

ABOUT = {"student": "anna", "assignment": "lesson", "notebook": "lesson"}


@pytest.fixture
def step(tmp_path: Path) -> Repair:
    """The step as nbgrader makes it, in a course where the copies for anna are made already."""
    (tmp_path / "secret.txt").write_text("secret")
    for place in ("submitted", "autograded"):
        folder = tmp_path / place / "anna" / "lesson"
        folder.mkdir(parents=True)
        (folder / "data.csv").write_text("1,2")
        (folder / "link").write_text("what a link showed")
    link = tmp_path / "submitted" / "anna" / "lesson" / "link"
    link.unlink()
    link.symlink_to(tmp_path / "secret.txt")
    autograde = Autograde(coursedir=CourseDirectory(root=str(tmp_path)))
    return Repair(parent=NotebookExporter(parent=autograde))


def test_copies_of_links_are_taken_out_of_autograded(step, tmp_path):
    (tmp_path / "submitted" / "anna" / "lesson" / "lesson.ipynb").write_text("{}")
    assert clear_autograded(*of_nbgrader(step, ABOUT)) == [
        "Left out of what lies beside the notebook: `link` (a symbolic link)."
    ]
    assert [p.name for p in (tmp_path / "autograded" / "anna" / "lesson").iterdir()] == ["data.csv"]


def test_a_notebook_that_is_a_link_is_refused(step, tmp_path):
    notebook = tmp_path / "submitted" / "anna" / "lesson" / "lesson.ipynb"
    notebook.symlink_to(tmp_path / "secret.txt")
    with pytest.raises(UngradableError, match="a symbolic link"):
        step.preprocess(SimpleNamespace(), {"nbgrader": ABOUT})
