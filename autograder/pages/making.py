"""Make the feedback pages of a course directory: read the gradebook once, draw each page, write by rename."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import MissingEntry

from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.pages.feedback import feedback_page, made_from
from autograder.pages.grades import read_grades

# Without these `nbgrader release_feedback` does not know whose submission a page belongs to.
EXCHANGE = ("timestamp.txt", "submission_secret.txt")
HEAD = 2000  # bytes of a page in which it says what it was made from


@dataclass(frozen=True)
class Made:
    """What became of one page; `asdict` of it is a line of `heinit feedback --json`.

    status: made, unchanged or failed. page: its path in the course directory.
    """

    student: str
    lesson: str
    status: str
    page: str
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Making:
    """A run over a course directory: which notebooks are graded, and a page for each in turn.

    root: the course directory. names: only these lessons. student: only this student.
    force: also make the pages whose notebook and grades are what they were made from.
    Raises UsageError where the directory, a lesson or the student does not exist.
    """

    def __init__(
        self, root: Path, names: Iterable[str] = (), student: str | None = None, force: bool = False
    ) -> None:
        self._api = nbgrader_api(root)
        self.root, self.force, wanted = root, force, set(names)
        lessons = sorted(self._api.get_source_assignments())
        for name in sorted(wanted - set(lessons)):
            raise UsageError(f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(lessons)}.")
        if student is not None and not (root / "submitted" / student).is_dir():
            raise UsageError(f"{root / 'submitted'} has no folder of a student called {student!r}.")
        self.graded = [
            path
            for path in sorted((root / "autograded").glob("*/*/*.ipynb"))
            if path.stem == path.parent.name
            and (student is None or path.parent.parent.name == student)
            and (not wanted or path.stem in wanted)
        ]

    def __iter__(self) -> Iterator[Made]:
        with self._api.gradebook as gradebook:
            for path in self.graded:
                yield self._make(path, gradebook)

    def _make(self, path: Path, gradebook: Any) -> Made:
        student, lesson = path.parent.parent.name, path.stem
        page = self.root / "feedback" / student / lesson / f"{lesson}.html"
        relative = page.relative_to(self.root).as_posix()
        try:
            grades = read_grades(gradebook, lesson, student)
            notebook = nbformat.read(path, as_version=4)
        except MissingEntry:
            reason = f"the gradebook does not have it. Run: heinit grade {self.root} --student {student}"
            return Made(student, lesson, "failed", relative, reason)
        except Exception as error:
            reason = f"{path.relative_to(self.root)} cannot be read ({error}). Grade it again with --force."
            return Made(student, lesson, "failed", relative, reason)
        if not self.force and _says(page, made_from(notebook, grades)):
            return Made(student, lesson, "unchanged", relative)
        page.parent.mkdir(parents=True, exist_ok=True)
        fresh = page.with_name(f".{page.name}.new")
        fresh.write_text(feedback_page(notebook, grades), encoding="utf-8")
        fresh.replace(page)
        for name in EXCHANGE:
            if (path.parent / name).is_file():
                shutil.copyfile(path.parent / name, page.parent / name)
        return Made(student, lesson, "made", relative)


def _says(page: Path, content: str) -> bool:
    """Whether a page is there and was made from this."""
    if not page.is_file():
        return False
    with page.open("rb") as file:
        return content.encode() in file.read(HEAD)
