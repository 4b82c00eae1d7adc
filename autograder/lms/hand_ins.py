"""What students handed in, out of a platform's archives.

How it works. Each archive is read as the platform wrote it (platforms.py), the gradebook says who is meant
(class_list.py), and of each student the newest hand-in counts: by the platform's times where all have one,
else by those of the archives. Archives among its files are opened, the lesson is chosen among all of them by
content (repair/candidates.py) and gets the lesson's name; the other files come along. Where there is no
notebook, what there was is a hand-in all the same: grading calls that hand-in ungradable, so nobody is
called missing who handed something in.

Times in a path are those of the platform's clock, in `zone`. A file of a student's decides neither whose it
is nor when it was handed in: platforms.py says why, and a student's own timestamp.txt is left out.
"""

import posixpath
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from zoneinfo import ZoneInfo

from autograder.lms.class_list import ClassList, NobodyError
from autograder.lms.platforms import (
    DRIVE,
    FOLDER,
    PLATFORMS,
    PlatformFile,
    read_path,
    read_paths,
    read_submitters,
    utc_time,
)
from autograder.repair.candidates import choose
from autograder.repair.released import ReleasedLesson
from autograder.submissions.archives import (
    MOST_UNPACKED,
    ArchiveError,
    Member,
    Time,
    expanded,
    is_junk,
    opened,
)
from autograder.submissions.plain_files import EXCHANGE_FILES, MOST_FILES
from autograder.text import printable

UNREADABLE = "not-collected.txt"  # in a student's folder, where nothing else could be laid
LARGEST_LIST = 16 * 2**20  # bytes of a platform's own list of students
LONGEST_PART = 120  # characters of a file's name that are kept
_NOTEBOOKS = re.compile(r"\.(?:ipynb|zip|gz|tgz|tar|7z|rar)(?:\.\w+)?$", re.I)  # or archives of them
_VERSION = re.compile(r"(.*?)/Version (\d{1,9})/", re.S)  # of Teams


@dataclass(frozen=True)
class HandIn:
    """What a student handed in last, as it is laid down.

    archive: the name of its archive. files: by their paths in the student's folder. when: in UTC, where the
    platform says so. notes: what the instructor should know. has_notebook: whether the lesson is there.
    known: the content of every file of this and of earlier hand-ins.
    """

    student: str
    archive: str
    platform: str
    files: dict[str, bytes]
    when: datetime | None = None
    notes: tuple[str, ...] = ()
    has_notebook: bool = True
    known: frozenset[bytes] = frozenset()


@dataclass
class _Attempt:
    """The files of one hand-in. made_at: its archive's time. when: it was handed in, in UTC, if known."""

    archive: str
    made_at: Time
    when: datetime | None
    files: list[tuple[PlatformFile, Member]] = field(default_factory=list)


_Attempts = dict[str, dict[tuple[str, datetime | None], _Attempt]]


@dataclass(eq=False)
class Collection:
    """What archives hold: a hand-in of each student, one after the other.

    sources: archives, folders and single files. name: of the lesson. zone: of the times in paths; by default
    that of this machine. After the first hand-in, `nobodys` says why it is not known whose a file is, by its
    archive's name and its path, and `problems` what could not be read at all.
    """

    sources: Sequence[Path]
    class_list: ClassList
    lesson: ReleasedLesson
    name: str
    zone: ZoneInfo | None = None
    nobodys: dict[str, str] = field(default_factory=dict, init=False)
    problems: list[str] = field(default_factory=list, init=False)

    def __iter__(self) -> Iterator[HandIn]:
        attempts: _Attempts = defaultdict(dict)
        with ExitStack() as stack:
            for source in self.sources:
                try:
                    members = stack.enter_context(opened(source, whole=self._is_somebodys(source.name)))
                except ArchiveError as error:
                    self.problems.append(f"{printable(source.name)} cannot be opened: {error}.")
                    continue
                self._sort(source.name, members, attempts)
            for student, of_student in sorted(attempts.items()):
                *earlier, last = _by_age(list(of_student.values()))
                hand_in = _hand_in(student, last, self.lesson, self.name, self.class_list)
                known = {content for attempt in earlier for content in _read(attempt, [])[0].values()}
                yield replace(hand_in, known=frozenset(known | set(hand_in.files.values())))

    def _is_somebodys(self, name: str) -> bool:
        """Whether an archive among the sources is a student's by its name, and no platform's."""
        file = read_paths([name])[name] if self.class_list.is_there else None
        try:
            return file is not None and bool(self.class_list.owners(file))
        except NobodyError:
            return False

    def _sort(self, archive: str, members: Sequence[Member], attempts: _Attempts) -> None:
        """Put the files of an archive to the hand-ins of their owners."""
        made_at = max((member.changed_at for member in members), default=())
        times, submitters = _own_lists(members)
        for member, file in self._files(archive, members):
            try:
                owners = self.class_list.owners(file, submitters.get(file.who, ()))
            except NobodyError as error:
                self.nobodys[f"{archive}: {member.path}"] = str(error)
                continue
            when = times.get(file.who)
            if when is None and file.when is not None:
                when = file.when.replace(tzinfo=self.zone).astimezone(UTC).replace(tzinfo=None)
            for student in owners:
                attempt = attempts[student].setdefault((archive, when), _Attempt(archive, made_at, when))
                attempt.files.append((file, member))

    def _files(self, archive: str, members: Sequence[Member]) -> Iterator[tuple[Member, PlatformFile]]:
        """The files of an archive, as a platform names them, or in the folder of a student's name."""
        read = read_paths([member.path for member in members])
        written = any(file is not None for file in read.values())
        top = _common_folder([member.path for member in members])
        last = _last_versions(members)
        for member in members:
            version = _VERSION.match(member.path)
            file = read[member.path] or _in_folder_of_student(member.path.removeprefix(top), self.class_list)
            versioned = version and file is not None and file.platform.name in ("Teams", FOLDER.name)
            if version and versioned and int(version[2]) < last[version[1]]:
                continue
            if file is not None and not file.own and not is_junk(file.file):
                yield member, file
            elif file is None and (_NOTEBOOKS.search(member.path) or (not written and "/" in member.path)):
                forms = ", ".join(platform.name for platform in PLATFORMS)
                self.nobodys[f"{archive}: {member.path}"] = (
                    f"its name has no form of {forms}, and no folder above it has the name of a student "
                    "(an upload to Google Classroom says nobody's name)"
                    + ("" if self.class_list.is_there else "; import the roster first")
                )


def _by_age(attempts: Sequence[_Attempt]) -> list[_Attempt]:
    """Hand-ins, the newest last: by their own times where all have one, else by those of their archives."""
    timed = all(attempt.when for attempt in attempts)
    return sorted(attempts, key=lambda a: (() if timed else a.made_at, a.when or datetime.min, a.archive))


def _in_folder_of_student(path: str, class_list: ClassList) -> PlatformFile | None:
    """A file in a folder of a student's name, or called NAME - TITLE; None where it is nobody's."""
    parts = PurePosixPath(path).parts
    for at, part in enumerate(parts[:-1]):
        if class_list.anybody(part) or (at == 0 and not class_list.is_there):
            return PlatformFile(FOLDER, part, "/".join(parts[at + 1 :]))
    file = read_path(path, DRIVE)
    if file is not None and class_list.anybody(file.who):
        return file
    stem = parts[-1].partition(".")[0]
    return PlatformFile(FOLDER, stem, parts[-1]) if class_list.anybody(stem) else None


def _last_versions(members: Sequence[Member]) -> dict[str, int]:
    """The last of the folders `Version N` in each folder."""
    last: dict[str, int] = {}
    for match in filter(None, (_VERSION.match(member.path) for member in members)):
        last[match[1]] = max(last.get(match[1], 0), int(match[2]))
    return last


def _common_folder(paths: Sequence[str]) -> str:
    """The leading folders, with / at the end, shared by all paths that have a further folder below."""
    above = [path.rsplit("/", 2)[0] for path in paths if path.count("/") > 1]
    common = posixpath.commonpath(above) if len(above) > 1 else ""
    return f"{common}/" if common else ""


def _own_lists(members: Sequence[Member]) -> tuple[dict[str, datetime], dict[str, list[dict[str, str]]]]:
    """What a platform's own files in an archive say: times by student, and students by submission."""
    times: dict[str, datetime] = {}
    submitters: dict[str, list[dict[str, str]]] = {}
    for member in members:
        name = member.path.rpartition("/")[2]
        if name not in ("timestamp.txt", "submission_metadata.yml") or member.size > LARGEST_LIST:
            continue
        file = read_paths([member.path])[member.path]
        if file is None or file.own != name:
            continue
        try:
            text = member.read(LARGEST_LIST).decode("utf-8-sig", "replace")
        except ArchiveError:
            continue
        if name == "timestamp.txt":
            if (time := utc_time(text)) is not None:
                times[file.who] = time
            continue
        submitters |= read_submitters(text)
        for number, students in submitters.items():
            if students and (time := utc_time(students[0].get("created_at", ""))):
                times[number] = time
    return times, submitters


def _read(attempt: _Attempt, problems: list[str]) -> tuple[dict[str, bytes], dict[str, int]]:
    """The files of a hand-in, archives among them opened, and in which order they were uploaded."""
    files: dict[str, bytes] = {}
    order: dict[str, int] = {}
    room = MOST_UNPACKED
    uploads = [(file, member) for file, member in attempt.files if not file.is_text]
    for file, member in uploads or attempt.files:  # typed text counts only where no file was uploaded
        path = "/".join(printable(part)[-LONGEST_PART:] for part in file.file.split("/"))
        while path in files:
            path = f"again-{path}"
        if len(files) == MOST_FILES:
            problems.append(f"more than {MOST_FILES} files were handed in; the others are left out.")
            break
        try:
            if member.size > room:
                raise ArchiveError(f"more than {MOST_UNPACKED // 2**20} MiB were handed in")
            content = member.read(room)
        except ArchiveError as error:
            problems.append(f"{path} cannot be read: {error}.")
            continue
        room = max(0, room - len(content))
        files[path], order[path] = content, file.order
    contents, unopened = expanded(files)
    problems += [f"{path} cannot be opened: {why}." for path, why in unopened.items()]
    contents |= {path: files[path] for path in unopened if path in files}
    for path in contents:
        archive = next((p for p in files if path == p or path.startswith(f"{p}/")), path)
        order[path] = order.get(archive, 0)
    return contents, order


def _hand_in(
    student: str, attempt: _Attempt, lesson: ReleasedLesson, name: str, class_list: ClassList
) -> HandIn:
    """A hand-in as it is laid down: the lesson under its name, the other files around it."""
    notes: list[str] = []
    contents, order = _read(attempt, notes)
    own = f"{name}.ipynb"
    choice = choose(contents, lesson, own, order)
    taken = choice.path if choice is not None else _likeliest(contents, order, name)
    if choice is not None and len(contents) > 1:
        notes += choice.notes
    above = taken.rpartition("/")[0] + "/" if "/" in taken else ""
    files: dict[str, bytes] = {}
    for path, content in contents.items():
        place = own if path == taken else path.removeprefix(above)
        if path != taken and "/" not in place and place.lower().endswith(".ipynb"):
            place = f"not-taken/{place}"  # nbgrader grades every notebook that lies beside the lesson
        if place not in EXCHANGE_FILES:
            files[path if place in files else place] = content
    platform = attempt.files[0][0].platform.name
    if any(file.late for file, _ in attempt.files):
        notes.append(f"late, says {platform}, but not when. If it counts, write the time into timestamp.txt.")
    if any(class_list.may_be_a_group(file, student) for file, _ in attempt.files):
        notes.append(
            f"{platform} calls it {printable(attempt.files[0][0].before)}, which is another name than the "
            "student's. Where a group handed in, the platform names one member: give --groups FILE."
        )
    if not taken:
        typed = all(file.is_text for file, _ in attempt.files)
        there = "a text was typed" if typed else f"there is {', '.join(files) or 'nothing readable'}"
        notes.append(f"no notebook was handed in, but {there}: ungradable, which is not a zero.")
    if not files:
        files[UNREADABLE] = "\n".join(notes).encode()
    return HandIn(
        student, attempt.archive, platform, files, attempt.when, tuple(map(printable, notes)), bool(taken)
    )


def _likeliest(contents: dict[str, bytes], order: dict[str, int], name: str) -> str:
    """The notebook among files of which none is surely the lesson; '' where none is a notebook."""
    notebooks = [path for path in contents if path.lower().endswith(".ipynb")]
    named = {path for path in notebooks if path.rpartition("/")[2].casefold().startswith(name.casefold())}
    return min(notebooks, key=lambda path: (path not in named, -order[path], path), default="")
