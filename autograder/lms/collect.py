"""Whose notebook is this? The files of a platform's archive, for `nbgrader zip_collect`.

    downloaded/LESSON/archive/whatever.zip      as the platform gave it, one or several
    nbgrader zip_collect LESSON

Three forms are known:

    Canvas       adalovelace_12345_67890_3-worked-examples-1.ipynb    with _LATE before the user's id
    Moodle       Ada Lovelace_12345_assignsubmission_file_/3-worked-examples.ipynb
    Blackboard   Lesson 3_ada_attempt_2026-03-01-15-00-00_3-worked-examples.ipynb

A student is found in the gradebook, so import a roster first: by the LMS user ID (Canvas), by the
id (Blackboard), by the full name (Moodle, whose number means nothing outside one assignment). Nobody
is guessed: a name that two have, or nobody, is skipped and named. Without any roster, Canvas's
number or the platform's name becomes the student.

How a student called the file does not count, and of several the newest does. Only Blackboard says
when a file was handed in: from the others no timestamp.txt is made, and Canvas's late ones are named.
"""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.gradebook import Student, read_students

CANVAS = re.compile(
    r"(?:(?!LATE_).+?_)?(?P<late>LATE_)?(?P<user>\d+|anon_[A-Za-z0-9]+)_(?P<order>\d+)_(?P<file>.+)"
)
MOODLE = re.compile(r"(?P<name>[^/]+)_\d+_assignsubmission_file(?:_|_?/(?:.*/)?)(?P<file>[^/]+)$")
BLACKBOARD = re.compile(r"(?:.*_)?(?P<user>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?")
ROSTER = "Import the roster with heinit course DIR --roster FILE"


@dataclass(frozen=True)
class Found:
    """What a file's place says.

    who: a user's id, or a full name where `named`. file: how the student called it. order: the
    larger, the newer, among files of one archive. late: the platform says so. when: it was handed in.
    """

    who: str
    file: str
    named: bool = False
    order: int = 0
    late: bool = False
    when: datetime | None = None


def parse(place: str) -> Found | None:
    """Read a file's path in an archive, with / between its parts; None where its form is not known."""
    stem = place.removesuffix(".ipynb")
    name = stem.rpartition("/")[2]
    if match := MOODLE.search(stem):
        return Found(match["name"], match["file"], named=True)
    if match := BLACKBOARD.fullmatch(name):
        when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S")
        return Found(match["user"], match["file"] or "", when=when)
    if match := CANVAS.fullmatch(name):
        return Found(match["user"], match["file"], order=int(match["order"]), late=bool(match["late"]))
    return None


class PlatformCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Collects what Canvas, Moodle and Blackboard name. With `named_regexp` set, that alone decides."""

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """The student and lesson of a file; None, with a word in the log, where it is left out."""
        if self.named_regexp:
            given: dict[str, Any] | None = super().collect(submitted_file)
            return given
        path = Path(submitted_file)
        if path.suffix not in self.valid_ext or path not in self._files:
            return None
        place, found = path.relative_to(self._extracted).as_posix(), self._files[path]
        student = self._student(found) if found else None
        if found is None:
            self.log.warning("%s: the name has no form of Canvas, Moodle or Blackboard.", place)
        elif student is None:
            many = len(self._by_name[_plain(found.who)])
            self.log.warning(
                "%s: %s called %s in the gradebook. %s, or put the file into submitted/STUDENT/%s/ yourself.",
                *(
                    place,
                    f"there are {many}" if many > 1 else "there is nobody",
                    found.who,
                    ROSTER,
                    self._lesson,
                ),
            )
        elif path != self._newest[student]:
            self.log.info("%s: there is a newer one of %s.", place, student)
        else:
            if found.late:
                self.log.warning(
                    "%s: late, says Canvas, but not when. If it counts, write the time into timestamp.txt.",
                    student,
                )
            when = {"timestamp": found.when.isoformat(" ")} if found.when else {}
            return {"student_id": student, "file_id": self._lesson, **when}
        return None

    @property
    def _lesson(self) -> str:
        return str(self.parent.coursedir.assignment_id)

    @cached_property
    def _extracted(self) -> Path:
        return Path(self.parent._format_collect_path(self.parent.extracted_directory))

    @cached_property
    def _files(self) -> dict[Path, Found | None]:
        """What each extracted notebook's place says; a copy that an editor keeps is none."""
        paths = sorted(path for path in self._extracted.rglob("*.ipynb") if path.is_file())
        return {
            path: parse(path.relative_to(self._extracted).as_posix())
            for path in paths
            if ".ipynb_checkpoints" not in path.parts
        }

    @cached_property
    def _newest(self) -> dict[str, Path]:
        """For each student the file that counts: of the newest archive, named as the lesson, newest."""
        ranked: dict[str, tuple[tuple[Any, ...], Path]] = {}
        for path, found in self._files.items():
            student = found and self._student(found)
            if found and student:
                named = found.file.casefold().startswith(self._lesson.casefold())
                rank = (found.when or self._made(path), named, found.order, path)
                ranked[student] = max(ranked.get(student, (rank, path)), (rank, path))
        return {student: path for student, (_, path) in ranked.items()}

    def _made(self, path: Path) -> datetime:
        """When the archive was made that a file comes from: the time of its newest entry."""
        return self._archives.get(path.relative_to(self._extracted).parts[0], datetime.min)

    @cached_property
    def _archives(self) -> dict[str, datetime]:
        folder = Path(self.parent._format_collect_path(self.parent.archive_directory))
        return {path.stem: _newest_entry(path) for path in folder.glob("*.zip")}

    def _student(self, found: Found) -> str | None:
        """The student of a file, if exactly one may be meant."""
        if not self._rostered:
            return _folder(found.who)
        if found.named:
            alike = self._by_name[_plain(found.who)]
            return alike[0] if len(alike) == 1 else None
        return self._by_id.get(found.who)

    @cached_property
    def _students(self) -> list[Student]:
        course = self.parent.coursedir
        with Gradebook(course.db_url, course.course_id) as gradebook:
            return read_students(gradebook)

    @cached_property
    def _rostered(self) -> bool:
        """Whether there is a roster: the students that nbgrader itself adds have nothing but an id."""
        return any(s.first_name or s.last_name or s.email or s.lms_user_id for s in self._students)

    @cached_property
    def _by_name(self) -> defaultdict[str, list[str]]:
        found = defaultdict(list)
        for student in self._students:
            found[_plain(student.name)].append(student.id)
        return found

    @cached_property
    def _by_id(self) -> dict[str, str]:
        own = {student.id: student.id for student in self._students}
        return {**own, **{s.lms_user_id: s.id for s in self._students if s.lms_user_id}}


def _newest_entry(path: Path) -> datetime:
    with zipfile.ZipFile(path) as archive:
        return datetime(
            *max([entry.date_time for entry in archive.infolist()], default=(1980, 1, 1, 0, 0, 0))
        )


def _plain(name: str) -> str:
    """A name whatever its order, capitals, accents and signs, which platforms treat as they like."""
    spread = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(c for c in spread if not unicodedata.combining(c))
    return " ".join(sorted(re.sub(r"[\W_]+", " ", letters).split()))


def _folder(name: str) -> str:
    """A name as a student's folder."""
    return re.sub(r"[^\w.@-]+", "-", name).strip("-.") or "nobody"
