"""What was handed in, and whether it can be graded at all.

Submitted files are only read, and only by `plain_files`, which follows no link.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from autograder.errors import UsageError
from autograder.submissions.archives import is_junk, same_form
from autograder.submissions.content import LARGEST_NOTEBOOK
from autograder.submissions.plain_files import (
    EXCHANGE_FILES,
    MOST_ENTRIES,
    NAMED,
    TIMESTAMP,
    Beside,
    NotPlainError,
    is_text,
    opened_folder,
    read_beside,
    read_plain,
)
from autograder.text import printable
from autograder.times import FORM, TimeError, utc

MISNAMED = "the folder's name is too long, is not UTF-8, or has control characters. Rename it."
TWICE = "another folder has the same name, with its accents written in another way. Put the two together."
LONGEST_TIME = 10_000  # bytes of a timestamp.txt
LONGEST_NAME = 128  # characters of a student's name in nbgrader's database
MOST_STRANGE = 20  # folders of a student that are no lesson's, and are told
ASK = "Ask for a new copy, or grade it by hand in formgrader."


class UngradableError(Exception):
    """A submission cannot be graded; its text says why and what to do. That is not a zero.

    The text may hold words of the submission's, and is printed: it is one short line without controls.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(printable(reason)[:500])


@dataclass(frozen=True, order=True)
class Submission:
    """One submitted notebook: `submitted/<student>/<lesson>/<lesson>.ipynb`.

    student: as the gradebook has the name, where the folder has it in another form of Unicode.
    misnamed: why the names of the folders cannot be used, or ''; then `student` and `lesson` are names that
    stand for them. timezone: of the course, whose abbreviations a timestamp.txt may use.
    closed: whether the student's folder cannot be looked into, and may hold any lesson.
    """

    student: str
    lesson: str
    path: Path
    misnamed: str = ""
    timezone: str = ""
    closed: bool = False

    def read(self) -> bytes:
        """The file's content. Raises UngradableError where there is none, too much, or no plain file."""
        if self.misnamed:
            raise UngradableError(self.misnamed)
        try:
            with self._folder() as folder:
                content = read_plain(folder, self.path.name, LARGEST_NOTEBOOK)
        except OSError as error:
            raise self._unreadable(error) from None
        if content is None:
            raise UngradableError(
                f"it is larger than {LARGEST_NOTEBOOK // 2**20} MiB. Ask for a copy without outputs: "
                "in JupyterLab, Edit, Clear Outputs of All Cells."
            )
        return content

    def submitted_at(self) -> datetime | None:
        """The time in the timestamp.txt beside the notebook, in UTC; None where there is none.

        Raises UngradableError where that file holds no time, or is no plain file.
        """
        try:
            with self._folder() as folder:
                content = read_plain(folder, TIMESTAMP, LONGEST_TIME)
            text = "too long" if content is None else content.decode("utf-8-sig").strip()
            return utc(text, self.timezone) if text else None
        except FileNotFoundError:
            return None
        except NotPlainError as error:
            raise UngradableError(f"its {TIMESTAMP} is {error.strerror}. Mend or delete that file.") from None
        except TimeError as error:
            raise UngradableError(f"its {TIMESTAMP} {error}. Mend or delete it.") from None
        except (OSError, UnicodeDecodeError):
            raise UngradableError(
                f"its {TIMESTAMP} holds no time of the form {FORM}. Mend or delete it."
            ) from None

    def beside(self, ignore: Sequence[str] = ()) -> Beside:
        """The files beside the notebook. Raises as `read` does. ignore: as in `read_beside`."""
        try:
            return read_beside(*self._place, ignore=(*ignore, "*.ipynb"))
        except OSError as error:
            raise self._unreadable(error) from None

    def others(self) -> dict[str, bytes]:
        """The files in the folder, besides the notebook, that may be one whatever they are called."""
        known = {self.path.name, *EXCHANGE_FILES}
        try:
            with self._folder() as folder, os.scandir(folder) as entries:
                names = {entry.name for entry in islice(entries, MOST_ENTRIES)}
            if names <= known:  # as nearly always
                return {}
            files = read_beside(*self._place, most=LARGEST_NOTEBOOK).files
        except (OSError, UngradableError):
            return {}
        return {path: content for path, content in files.items() if path not in known}

    @property
    def _place(self) -> tuple[Path, str, str]:
        """The folder of all students, which is the instructor's, and the names of the folders in it."""
        lesson = self.path.parent
        return lesson.parent.parent, lesson.parent.name, lesson.name

    def _folder(self) -> AbstractContextManager[int]:
        root, student, lesson = self._place
        if not is_text(student + lesson):
            raise UngradableError("the name of its folder is not UTF-8. Rename the folder.")
        return opened_folder(root, student, lesson)

    def _unreadable(self, error: OSError) -> UngradableError:
        if isinstance(error, NotPlainError):
            if error.filename != self.path.name:
                return UngradableError(f"its folder is {error.strerror}, and not opened. Put a folder there.")
            return UngradableError(f"{error.filename} is {error.strerror}, no file that can be read. {ASK}")
        if not isinstance(error, FileNotFoundError):
            return UngradableError(f"it cannot be read ({error.strerror}).")
        there: list[str] = []
        with suppress(OSError, UngradableError), self._folder() as folder, os.scandir(folder) as entries:
            names = (entry.name for entry in entries if entry.name not in EXCHANGE_FILES)
            there = sorted(keepable(name) for name in islice(names, MOST_ENTRIES) if not is_junk(name))
        if any(name.lower().endswith(".ipynb") for name in there):
            advice = "rename it if it is the lesson, or ask for the notebook"
        else:
            advice = "ask for the notebook"
        if not there and (self.path.parent.parent / self.path.name).is_file():
            where = f"submitted/{self.student}/{self.lesson}/"
            return UngradableError(f"{self.path.name} lies one folder too high. Put it into {where}")
        holds = ", ".join(there[:NAMED]) + (f" and {len(there) - NAMED:,} more" * (len(there) > NAMED))
        what = f"it holds {holds}" if there else "it is empty"
        return UngradableError(f"the folder has no {self.path.name}; {what}: {advice}.")


def submitted(
    root: Path,
    names: Iterable[str] = (),
    student: str | None = None,
    students: Iterable[str] = (),
    timezone: str = "",
) -> Iterator[Submission]:
    """The submissions in a course directory, in order of student and lesson.

    names: only these lessons. student: only this student. students: the names that the gradebook knows. A
    folder's name and a student's are one where they differ in Unicode's form alone, as macOS writes accents.
    A student's folder that is a link or cannot be read may stand for any lesson, so it counts as a
    submission of each: to read the submission says why it is ungradable. timezone: of the course.
    """
    wanted, forms = set(names), {same_form(name): name for name in students}
    known = [entry.name for entry in _entries(root / "source")]
    taken: set[str] = set()
    for owner in _entries(root / "submitted"):
        form = same_form(owner.name)
        if student is not None and form != same_form(student):
            continue
        folder, name, twice = Path(owner.path), forms.get(form, form), form in taken
        taken.add(form)
        lessons, closed = known, True
        with suppress(OSError):
            if not owner.is_symlink():
                lessons, closed = [entry.name for entry in _entries(folder)], False
        strange = [name for name in lessons if name not in known][:MOST_STRANGE]
        with suppress(OSError):  # a notebook that lies one folder too high is none, and not nothing
            lessons += [
                name for name in known if name not in lessons and (folder / f"{name}.ipynb").is_file()
            ]
        for lesson in lessons:
            if (lesson in known or lesson in strange) and (not wanted or lesson in wanted):
                path = folder / lesson / f"{lesson}.ipynb"
                kept = keepable(owner.name.encode("ascii", "backslashreplace").decode() if twice else name)
                fits = (kept, keepable(lesson)) == (name, lesson)
                why = TWICE if twice else "" if fits else MISNAMED
                yield Submission(kept, keepable(lesson), path, why, timezone, closed)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The folders and links in a folder, by name; hidden names do not count. Raises OSError."""
    try:
        with os.scandir(folder) as listing:
            kept = [e for e in listing if e.name[0] != "." and (e.is_symlink() or e.is_dir())]
    except FileNotFoundError:
        return []
    return sorted(kept, key=lambda entry: entry.name)


def keepable(name: str) -> str:
    """A folder's name as gradebooks and terminals can hold it: an unfit name is escaped, and cut."""
    fit = printable(os.fsencode(name).decode(errors="backslashreplace"))
    return fit if len(fit) <= LONGEST_NAME else f"{fit[: LONGEST_NAME - 1]}…"


def check_selection(
    root: Path, lessons: Iterable[str], names: Iterable[str], student: str | None = None
) -> None:
    """Raise UsageError where a course directory has no such lesson or student. lessons: those that it has."""
    for name in sorted(set(names) - set(lessons)):
        raise UsageError(f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(lessons)}.")
    if student is not None and same_form(student) not in {
        same_form(entry.name) for entry in _entries(root / "submitted")
    }:
        raise UsageError(f"{root / 'submitted'} has no folder of a student called {student!r}.")
