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

A student may name the file freely, and put it into a zip; of several files the newest counts. So a
name decides nothing behind the platform's own part of it. That part is read from the left, and one
archive has one platform: the form that most of its entries have. (Each entry has the form of its own
platform, whatever students append; where another form fits as often, its part ends further right.)
Only an entry without that form, which an instructor added, is read as another platform's.

Only Blackboard says when a file was handed in; for the other platforms there is no timestamp.txt, and
a warning names the files that Canvas calls late.
"""

import re
import shutil
import tarfile
import zipfile
from collections import defaultdict
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from nbgrader.utils import unzip

from autograder.database import gradebook_in_words
from autograder.errors import HeinitError
from autograder.gradebook import letters, read_students
from autograder.text import printable

Time = tuple[int, ...]  # year, month, day, hour, minute, second
MOST_UNPACKED, BLOCK = 64 * 2**20, 4096  # bytes of an archive that a student made, and of any file
ARCHIVES = (".zip", ".tar.gz", ".gz")  # which nbgrader opens, also inside one another
# each matches an entry's path from the left, up to what the student called the file
PLATFORMS = {
    "Moodle": re.compile(
        r"(?:.*/)??(?P<who>[^/]+?)_\d+_assignsubmission_file(?:_(?=[^/])|_?/(?:.*/)?)(?P<file>[^/]+)",
        re.S,
    ),
    "Canvas": re.compile(
        r"(?:.*/)?(?:(?!LATE_)[^/]+?_)??(?P<late>LATE_)?"
        r"(?P<who>\d+|anon_[A-Za-z0-9]+)_(?P<order>\d+)_(?P<file>[^/]+)",
        re.S,
    ),
    "Blackboard": re.compile(
        r"(?:.*/)?(?:(?P<title>[^/]*?)_)??(?P<who>[^_/]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})"
        r"(?:[_.](?P<file>[^/]+))?",
        re.S,
    ),
}


@dataclass(frozen=True)
class PlatformFile:
    """What the path of an entry in an archive says.

    who: a user's id, or a full name where `named`. file: the student's name for the file. order: the
    larger, the newer, among files of one archive. late: the platform says so. when: it was handed in.
    title: stands before the id, and may hold the beginning of an id with a _ in it.
    end: where the platform's part ends.
    """

    who: str
    file: str
    named: bool = False
    order: int = 0
    late: bool = False
    when: datetime | None = None
    title: str = ""
    end: int = 0


def parse(place: str, platform: str) -> PlatformFile | None:
    """Read an entry's path, with / between its parts, as a platform writes it; None where it does not."""
    match = PLATFORMS[platform].fullmatch(place.removesuffix(".ipynb"))
    if match is None:
        return None
    parts = match.groupdict("")
    when = parts.get("when")
    try:
        time = datetime.strptime(when, "%Y-%m-%d-%H-%M-%S") if when else None
    except ValueError:  # a date that no platform writes
        return None
    return PlatformFile(
        who=parts["who"],
        file=parts["file"],
        named=platform == "Moodle",
        order=int(parts.get("order", 0)),
        late=bool(parts.get("late")),
        when=time,
        title=parts.get("title", ""),
        end=match.start("file") if parts["file"] else match.end(),
    )


def has_a_form(place: str) -> bool:
    """Whether any platform writes such a path."""
    return any(parse(place, platform) for platform in PLATFORMS)


def read_all(places: Collection[str]) -> dict[str, PlatformFile | None]:
    """What the paths of an archive's entries say, all read as of the platform that wrote it."""

    def fits(platform: str) -> tuple[int, int]:
        files = [file for place in places if (file := parse(place, platform))]
        # Canvas gives each file a number of its own; in another platform's titles they would repeat
        distinct = {file.order for file in files} if platform == "Canvas" else files
        return len(distinct), -sum(file.end for file in files)

    platforms = sorted(PLATFORMS, key=fits, reverse=True)
    return {
        place: next((file for platform in platforms if (file := parse(place, platform))), None)
        for place in places
    }


class PlatformExtractor(ExtractorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Unpacks archives as nbgrader does, and what students packed into them within bounds.

    An archive of a student's that is damaged or too large is named in the log, and costs nobody else.
    """

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack the archives of a folder, and the archives in them, each into a folder of its own name."""
        downloaded, extracted = Path(archive_path), Path(extracted_path)
        for path in sorted(path for path in downloaded.rglob("*") if path.is_file()):
            into = extracted / path.relative_to(downloaded).parent
            into.mkdir(parents=True, exist_ok=True)
            if _unpacked(path):
                unzip(str(path), str(into), self.zip_ext, create_own_folder=True)
            elif not path.is_symlink():
                shutil.copy(path, into)
        room: dict[Path, int] = {}  # bytes for each archive of a student's, with all that are in it
        seen: set[Path] = set()
        while todo := [path for path in sorted(extracted.rglob("*")) if _unpacked(path) and path not in seen]:
            for path in todo:
                seen.add(path)
                owner = next((folder for folder in reversed(path.parents) if folder in room), None)
                if owner is None and has_a_form(path.relative_to(extracted).as_posix()):
                    owner = _unpacked(path)
                try:
                    if owner is not None:
                        room[owner] = room.get(owner, MOST_UNPACKED) - _size(path)
                        if room[owner] < 0:
                            raise ValueError(f"it holds more than {MOST_UNPACKED // 2**20} MiB")
                    unzip(str(path), str(path.parent), self.zip_ext, create_own_folder=True)
                except Exception as error:  # whatever is wrong with it
                    place = printable(path.relative_to(extracted).as_posix())
                    self.log.warning("%s is not unpacked (%s).", place, printable(str(error)))


class PlatformCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Collects what Canvas, Moodle and Blackboard name. With `named_regexp` set, that alone decides."""

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """The student and lesson of a file; None, with a line in the log, where the file is left out."""
        if self.named_regexp:
            return super().collect(submitted_file)  # type: ignore[no-any-return]
        path = Path(submitted_file)
        if path.suffix not in self.valid_ext or path not in self._files:
            return None
        place, file = printable(path.relative_to(self._extracted).as_posix()), self._files[path]
        if file is None:
            self.log.warning("%s: the name has no form of Canvas, Moodle or Blackboard.", place)
            return None
        students = self._students(file)
        if len(students) != 1:
            number = f"there are {len(students)}" if students else "there is nobody"
            self.log.warning(
                f"{place}: {number} called {printable(file.who)} in the gradebook. Import the roster with "
                f"heinit course DIR --roster FILE, or put the file into submitted/STUDENT/{self._lesson}/."
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
    def _archives(self) -> dict[Path, Time]:
        """When each archive was made, as far as it says so, by the folder into which it is unpacked."""
        folder = Path(self.parent._format_collect_path(self.parent.archive_directory))
        archives = {}
        for path in sorted(folder.rglob("*")):
            if root := _unpacked(path):
                archives[root.relative_to(folder)] = _newest_entry(path)
        return archives

    @cached_property
    def _files(self) -> dict[Path, PlatformFile | None]:
        """What the path of each extracted notebook says; an editor's copies do not count."""
        entries: dict[Path, dict[Path, str]] = defaultdict(dict)
        for path in sorted(self._extracted.rglob("*")):
            if path.is_file() and not path.is_symlink() and ".ipynb_checkpoints" not in path.parts:
                archive = self._archive(path)
                entries[archive][path] = self._entry(path, self._extracted / archive)
        files: dict[Path, PlatformFile | None] = {}
        for places in entries.values():
            said = read_all(set(places.values()))
            for path, place in places.items():
                if path.suffix == ".ipynb":
                    file = said[place]
                    inside = file and not place.endswith(".ipynb")  # of an archive that the student made
                    files[path] = replace(file, file=path.stem) if file and inside else file
        return files

    def _archive(self, path: Path) -> Path:
        """The folder into which the archive of a file was unpacked; that of all archives for loose files."""
        inside = path.relative_to(self._extracted)
        return next((p for p in reversed(inside.parents) if p in self._archives), Path())

    def _entry(self, path: Path, root: Path) -> str:
        """The path of an archive's entry: the file, or the archive handed in that the file was in."""
        inside = path.relative_to(root)
        for folder in reversed(inside.parents[:-1]):
            unpacked = any((root / f"{folder}{suffix}").is_file() for suffix in ARCHIVES)
            if unpacked and has_a_form(folder.as_posix()):
                return folder.as_posix()
        return inside.as_posix()

    @cached_property
    def _newest(self) -> dict[str, Path]:
        """For each student the file that counts: of the newest archive, named as the lesson, newest."""
        ranked: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        for path, file in self._files.items():
            if file and len(students := self._students(file)) == 1:
                made_at = self._archives.get(self._archive(path), ())
                named = file.file.casefold().startswith(self._lesson.casefold())
                when = tuple(file.when.timetuple())[:6] if file.when else made_at
                ranked[students[0]].append((when, named, file.order, path))
        return {student: max(files)[-1] for student, files in ranked.items()}

    def _students(self, file: PlatformFile) -> list[str]:
        """The students whom a file's name may mean; without a roster, a student of that name."""
        if self._known is None:
            return [re.sub(r"[^\w.@-]+", "-", file.who).strip("-.") or "nobody"]
        if file.named:
            return self._known.get((True, _plain(file.who)), [])
        parts = [*file.title.split("_"), file.who] if file.title else [file.who]
        ids = ("_".join(parts[i:]) for i in range(len(parts)))  # the longest that there is
        return next((self._known[False, who] for who in ids if (False, who) in self._known), [])

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


def _unpacked(path: Path) -> Path | None:
    """The folder into which nbgrader unpacks an archive; None where the file is none."""
    for suffix in ARCHIVES:
        if path.name.endswith(suffix) and path.is_file():
            return path.with_name(path.name.removesuffix(suffix))
    return None


def _size(path: Path) -> int:
    """The bytes that an archive holds, once it is unpacked; for a small file, a block of the disk."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return sum(max(entry.file_size, BLOCK) for entry in archive.infolist())
    with tarfile.open(path) as archive:
        return sum(max(entry.size, BLOCK) for entry in archive)


def _newest_entry(path: Path) -> Time:
    """The time of an archive's newest entry, which is when the archive was made; () where there is none."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(path) as archive:
        return max((entry.date_time for entry in archive.infolist()), default=())
    return ()


def _plain(name: str) -> str:
    """A name whatever its order, capitals, accents and signs, which platforms treat as they like."""
    return " ".join(sorted(re.sub(r"[\W_]+", " ", letters(name)).split()))
