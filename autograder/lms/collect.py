"""Archives of a learning platform into `submitted/`.

    heinit collect DIR LESSON FILE...           archives, folders or notebooks as the platform gave them
    nbgrader zip_collect LESSON                 the same, of what lies in downloaded/LESSON/archive

Both read everything in downloaded/LESSON/archive, to which `heinit collect` adds a copy of each FILE: so it
does not matter in which order archives are taken in, and nothing is lost. `heinit collect` replaces what it
laid down itself, and nothing else: a submission that came in another way stays, unless it is forced.

What is nobody's is kept in NOBODYS, beside the archives. As long as that file is there, no grade file writes
a zero for that lesson: one of those who seem to be missing may have handed it in.
"""

import filecmp
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Unicode

from autograder.database import gradebook_in_words
from autograder.errors import HeinitError
from autograder.files import fill, write_atomically
from autograder.gradebook import read_students
from autograder.lms.class_list import ClassList
from autograder.lms.hand_ins import Collection, HandIn
from autograder.repair.released import ReleasedLesson, released_lesson
from autograder.submissions.archives import ArchiveError, expanded, opened
from autograder.submissions.plain_files import TIMESTAMP
from autograder.text import printable

ARCHIVES = "downloaded/{}/archive"  # in a course directory, for a lesson; nbgrader's own default
NOBODYS = "downloaded/{}/nobodys.txt"


@dataclass(frozen=True)
class Laid:
    """What became of a hand-in. status: "collected", "replaced", "unchanged" or "kept"."""

    hand_in: HandIn
    status: str


def add_archives(root: Path, lesson: str, files: Sequence[Path]) -> None:
    """Copy archives, folders and notebooks to those of a lesson; one that is there already stays as it is."""
    folder = root / ARCHIVES.format(lesson)
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        if file.resolve().parent == folder.resolve():
            continue
        place, number = folder / file.name, 1
        while place.exists() and not _same(file, place):
            number += 1
            place = folder / f"{file.stem} ({number}){file.suffix}"
        if file.is_dir():
            ignored = shutil.ignore_patterns(".git", ".ipynb_checkpoints")
            shutil.copytree(file, place, symlinks=True, ignore=ignored, dirs_exist_ok=True)
        elif not place.exists():
            shutil.copy2(file, place)


def open_collection(
    coursedir: Any, lesson: str, groups: Mapping[str, Sequence[str]] | None, zone: ZoneInfo | None
) -> Collection:
    """What the archives of a lesson hold. coursedir: nbgrader's. groups: as in `ClassList`.

    Raises HeinitError where the gradebook cannot be used.
    """
    with gradebook_in_words(), Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        class_list = ClassList(read_students(gradebook), groups)
        source = Path(coursedir.format_path(coursedir.source_directory, ".", lesson)) / f"{lesson}.ipynb"
        released = ReleasedLesson({})
        with suppress(MissingEntry):  # of a lesson that is not released, files are known by their names
            released = released_lesson(gradebook, lesson, lesson, source)
    return Collection(sources(Path(coursedir.root), lesson), class_list, released, lesson, zone)


def sources(root: Path, lesson: str) -> list[Path]:
    """The archives, folders and files of a lesson."""
    folder = root / ARCHIVES.format(lesson)
    return sorted(path for path in folder.glob("*") if not path.is_symlink()) if folder.is_dir() else []


def lay_down(root: Path, lesson: str, collection: Collection, force: bool = False) -> Iterator[Laid]:
    """Lay each hand-in into `submitted/`, and keep what is nobody's. force: also over other submissions."""
    for hand_in in collection:
        folder = root / "submitted" / hand_in.student / lesson
        before = {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in (folder.rglob("*") if folder.is_dir() and not folder.is_symlink() else ())
            if path.is_file() and not path.is_symlink() and path != folder / TIMESTAMP
        }
        if before == hand_in.files:
            yield Laid(hand_in, "unchanged")
        elif before and not force and not hand_in.known.issuperset(before.values()):
            yield Laid(hand_in, "kept")
        else:
            write_files(folder, hand_in)
            yield Laid(hand_in, "replaced" if before else "collected")
    place = root / NOBODYS.format(lesson)
    if collection.nobodys or collection.problems:
        lines = [f"{path}: {why}." for path, why in collection.nobodys.items()]
        write_atomically(place, "\n".join(map(printable, [*lines, *collection.problems])) + "\n")
    else:
        place.unlink(missing_ok=True)


def write_files(folder: Path, hand_in: HandIn) -> None:
    """Write a hand-in, and its time where it is known, into a folder, which then holds nothing else."""
    if folder.is_symlink():
        folder.unlink()
    files = dict(hand_in.files)
    if hand_in.when is not None:
        files[TIMESTAMP] = f"{hand_in.when.isoformat(' ')} UTC".encode()
    fill(folder, files)


def _same(file: Path, other: Path) -> bool:
    """Whether two files have the same content; of two folders, the later takes the place of the earlier."""
    return (file.is_dir() and other.is_dir()) or filecmp.cmp(file, other, shallow=False)


class PlatformExtractor(ExtractorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Lays the hand-ins of a lesson's archives into `extracted/STUDENT/`, for PlatformCollector.

    With the collector's `named_regexp` set, it unpacks, within bounds, and leaves the names to that.
    """

    timezone = Unicode("", help="Of the times in Blackboard's and Brightspace's names: Europe/Berlin.").tag(
        config=True
    )

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack the archives of a folder."""
        extracted = Path(extracted_path)
        if self.parent.collector_plugin_inst.named_regexp:
            self._unpack(Path(archive_path), extracted)
            return
        course = self.parent.coursedir
        try:
            collection = open_collection(
                course, course.assignment_id, None, ZoneInfo(self.timezone) if self.timezone else None
            )
        except HeinitError as error:
            self.parent.fail(str(error))  # nbgrader's word for the end
        for hand_in in collection:
            write_files(extracted / hand_in.student, hand_in)
            for note in hand_in.notes:
                self.log.warning("%s: %s", hand_in.student, note)
        for path, why in collection.nobodys.items():
            self.log.warning(
                f"{printable(path)}: {why}. Import the roster with heinit course DIR --roster FILE, or put "
                f"the file into submitted/STUDENT/{course.assignment_id}/."
            )
        for problem in collection.problems:
            self.log.warning(problem)

    def _unpack(self, archives: Path, extracted: Path) -> None:
        for path in sorted(path for path in archives.rglob("*") if path.is_file() and not path.is_symlink()):
            try:
                with opened(path) as members:
                    files = {member.path: member.read(member.size) for member in members}
            except ArchiveError as error:
                self.log.warning("%s is not unpacked (%s).", printable(path.name), error)
                continue
            contents, problems = expanded(files)
            for inside, why in problems.items():
                self.log.warning("%s is not unpacked (%s).", printable(inside), why)
            place = extracted / path.relative_to(archives).parent
            for inside, content in contents.items():
                file = place / (inside if inside == path.name else f"{path.name.partition('.')[0]}/{inside}")
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)


class PlatformCollector(FileNameCollectorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Collects what PlatformExtractor laid out. With `named_regexp` set, that alone decides."""

    def collect(self, submitted_file: str) -> dict[str, Any] | None:
        """The student and the place of a file."""
        if self.named_regexp:
            return super().collect(submitted_file)  # type: ignore[no-any-return]
        extracted = Path(self.parent._format_collect_path(self.parent.extracted_directory))
        student, *inside = Path(submitted_file).relative_to(extracted).parts
        return {"student_id": student, "file_id": "/".join(inside)} if inside else None
