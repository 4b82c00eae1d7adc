"""Courses with a class that was handed in, and what grading it without any accident gives."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.demo.students import MadeUpClass
from autograder.grading.run import Grading
from autograder.lessons import lessons
from tests.conftest import Once
from tests.tools import FULL, system_tool

ONE = lessons()[0]
# to be killed at; `heinit bench faults` asks for more
MOMENTS = int(os.environ.get("HEINIT_FAULTS", "3" if FULL else "1"))
STUDENTS = 8 if FULL else 5
Scores = dict[tuple[str, str], tuple]


def scores(results) -> Scores:
    """What must be the same whichever way a class was graded."""
    return {
        (r.student, r.lesson): (r.score, r.cells, r.reason, r.repairs, r.receipt.get("seed")) for r in results
    }


@pytest.fixture(scope="session")
def handed_in(released_course: Path, once: Once) -> Path:
    """A course of one lesson in which a small class handed in, nothing graded."""

    def fill(folder: Path) -> None:
        root = Path(shutil.copytree(released_course, folder / "he101"))
        list(MadeUpClass(STUDENTS, seed=3).hand_in(root, [ONE]))
        broken = root / "submitted" / f"student{STUDENTS:03}" / ONE.name / f"{ONE.name}.ipynb"
        broken.write_text(broken.read_text()[:500])
        (root / ".heinit-secret").write_text("of this test")

    return once("class", fill) / "he101"


@pytest.fixture(scope="session")
def reference(handed_in: Path, once: Once) -> tuple[Path, Scores]:
    """The class, graded here by one worker without an interruption."""
    system_tool("bwrap")

    def fill(folder: Path) -> None:
        root = Path(shutil.copytree(handed_in, folder / "he101"))
        (folder / "scores").write_bytes(pickle.dumps(scores(Grading(root))))

    graded = once("graded-class", fill)
    return graded / "he101", pickle.loads((graded / "scores").read_bytes())


@pytest.fixture
def course(handed_in: Path, tmp_path: Path) -> Path:
    """A copy of the class to grade."""
    system_tool("bwrap")
    return Path(shutil.copytree(handed_in, tmp_path / "course"))


@pytest.fixture
def finished(reference: tuple[Path, Scores]) -> Callable[[Path], None]:
    """Whether one more run leaves a course exactly as the reference is."""

    def check(root: Path) -> None:
        expected, expected_scores = reference
        assert scores(Grading(root)) == expected_scores
        for path in sorted(expected.glob("autograded/*/*/*")):
            assert (root / path.relative_to(expected)).read_bytes() == path.read_bytes(), path
        assert not list(root.glob("autograded/**/.heinit-*"))
        for path in sorted(expected.glob("submitted/*/*/*")):
            assert (root / path.relative_to(expected)).read_bytes() == path.read_bytes(), path
        assert {r.status for r in Grading(root)} <= {"unchanged", "ungradable"}

    return check
