"""Whose notebook is this? The files of a platform's archive, for `nbgrader zip_collect`.

    downloaded/LESSON/archive/whatever.zip      as the platform gave it, one or several
    nbgrader zip_collect LESSON

Three forms are known:

    Canvas       adalovelace_12345_67890_3-worked-examples-1.ipynb    with _LATE before the user's id
    Moodle       Ada Lovelace_12345_assignsubmission_file_/3-worked-examples.ipynb
    Blackboard   Lesson 3_ada_attempt_2026-03-01-15-00-00_3-worked-examples.ipynb

The gradebook says who the student is, so import a roster first: by the LMS user ID (Canvas), by the
id (Blackboard), by the full name (Moodle, whose number means nothing outside one assignment). Nobody
is guessed: a file whose name two students have, or none, is skipped with a warning. Without any
roster, Canvas's number or the platform's name becomes the student.

A student may name the file freely, and of several files the newest counts. Only Blackboard says when
a file was handed in; for the other platforms there is no timestamp.txt, and a warning names the files
that Canvas calls late.
"""

import re
import zipfile
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import FileNameCollectorPlugin

from autograder.database import gradebook_in_words
from autograder.errors import HeinitError
from autograder.gradebook import letters, read_students

CANVAS = re.compile(
    r"(?:(?!LATE_).+?_)?(?P<late>LATE_)?(?P<user>\d+|anon_[A-Za-z0-9]+)_(?P<order>\d+)_(?P<file>.+)"
)
MOODLE = re.compile(r"(?P<name>[^/]+)_\d+_assignsubmission_file(?:_|_?/(?:.*/)?)(?P<file>[^/]+)$")
BLACKBOARD = re.compile(r"(?:.*_)?(?P<user>[^_]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})(?:_(?P<file>.+))?")


@dataclass(frozen=True)
class PlatformFile:
    """What the path of a file in an archive says.

    who: a user's id, or a full name where `named`. file: the student's name for the file. order: the
    larger, the newer, among files of one archive. late: the platform says so. when: it was handed in.
    """

    who: str
    file: str
    named: bool = False
    order: int = 0
    late: bool = False
    when: datetime | None = None


def parse(place: str) -> PlatformFile | None:
    """Read a file's path in an archive, with / between its parts; None where its form is not known."""
    stem = place.removesuffix(".ipynb")
    name = stem.rpartition("/")[2]
    if match := MOODLE.search(stem):
        return PlatformFile(match["name"], match["file"], named=True)
    if match := BLACKBOARD.fullmatch(name):
        when = datetime.strptime(match["when"], "%Y-%m-%d-%H-%M-%S")
        return PlatformFile(match["user"], match["file"] or "", when=when)
    if match := CANVAS.fullmatch(name):
        late = bool(match["late"])
        return PlatformFile(match["user"], match["file"], order=int(match["order"]), late=late)
    return None


class PlatformCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Collects what Canvas, Moodle and Blackboard name. With `named_regexp` set, that alone decides."""

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """The student and lesson of a file; None, with a line in the log, where the file is left out."""
        if self.named_regexp:
            return super().collect(submitted_file)  # type: ignore[no-any-return]
        path = Path(submitted_file)
        if path.suffix not in self.valid_ext or path not in self._files:
            return None
        place, file = path.relative_to(self._extracted).as_posix(), self._files[path]
        if file is None:
            self.log.warning("%s: the name has no form of Canvas, Moodle or Blackboard.", place)
            return None
        students = self._students(file)
        if len(students) != 1:
            number = f"there are {len(students)}" if students else "there is nobody"
            self.log.warning(
                f"{place}: {number} called {file.who} in the gradebook. Import the roster with heinit course "
                f"DIR --roster FILE, or put the file into submitted/STUDENT/{self._lesson}/ yourself."
            )
            return None
        if path != self._newest[students[0]]:
            self.log.info("%s: there is a newer one of %s.", place, students[0])
            return None
        if file.late:
            self.log.warning(
                "%s: late, says Canvas, but not when. If it counts, write the time into timestamp.txt.",
                students[0],
            )
        when = {"timestamp": file.when.isoformat(" ")} if file.when else {}
        return {"student_id": students[0], "file_id": self._lesson, **when}

    @property
    def _lesson(self) -> str:
        return str(self.parent.coursedir.assignment_id)

    @cached_property
    def _extracted(self) -> Path:
        return Path(self.parent._format_collect_path(self.parent.extracted_directory))

    @cached_property
    def _files(self) -> dict[Path, PlatformFile | None]:
        """What the path of each extracted notebook says; an editor's copies do not count."""
        return {
            path: parse(path.relative_to(self._extracted).as_posix())
            for path in sorted(self._extracted.rglob("*.ipynb"))
            if path.is_file() and ".ipynb_checkpoints" not in path.parts
        }

    @cached_property
    def _newest(self) -> dict[str, Path]:
        """For each student the file that counts: of the newest archive, named as the lesson, newest."""
        folder = Path(self.parent._format_collect_path(self.parent.archive_directory))
        archives = {path.stem: _newest_entry(path) for path in folder.glob("*.zip")}
        ranked: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for path, file in self._files.items():
            if file and len(students := self._students(file)) == 1:
                made_at = archives.get(path.relative_to(self._extracted).parts[0], datetime.min)
                named = file.file.casefold().startswith(self._lesson.casefold())
                ranked[students[0]].append((file.when or made_at, named, file.order, path))
        return {student: max(files)[-1] for student, files in ranked.items()}

    def _students(self, file: PlatformFile) -> list[str]:
        """The students whom a file's name may mean; without a roster, a student of that name."""
        if self._known is None:
            return [re.sub(r"[^\w.@-]+", "-", file.who).strip("-.") or "nobody"]
        return self._known.get((file.named, _plain(file.who) if file.named else file.who), [])

    @cached_property
    def _known(self) -> dict[tuple[bool, str], list[str]] | None:
        """The students of the roster by name (True) and by id (False); None where there is no roster."""
        course = self.parent.coursedir
        try:
            with gradebook_in_words(), Gradebook(course.db_url, course.course_id) as gradebook:
                students = read_students(gradebook)
        except HeinitError as error:
            self.parent.fail(str(error))  # nbgrader's word for the end
        # the students that nbgrader itself adds have nothing but an id
        if not any(s.first_name or s.last_name or s.email or s.lms_user_id for s in students):
            return None
        known: dict[tuple[bool, str], list[str]] = {(False, s.id): [s.id] for s in students}
        known |= {(False, s.lms_user_id): [s.id] for s in students if s.lms_user_id}
        for student in students:
            known.setdefault((True, _plain(student.name)), []).append(student.id)
        return known


def _newest_entry(path: Path) -> datetime:
    """The time of an archive's newest entry, which is when the archive was made."""
    with zipfile.ZipFile(path) as archive:
        times = [entry.date_time for entry in archive.infolist()]
    return datetime(*max(times, default=(1980, 1, 1, 0, 0, 0)))


def _plain(name: str) -> str:
    """A name whatever its order, capitals, accents and signs, which platforms treat as they like."""
    return " ".join(sorted(re.sub(r"[\W_]+", " ", letters(name)).split()))
