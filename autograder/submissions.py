"""What was handed in, and whether it can be graded at all.

Submitted files are only read, and only by `plain_files`, which follows no link.
"""

import json
import os
import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from autograder.errors import UsageError
from autograder.plain_files import (
    NAMED,
    TIMESTAMP,
    Beside,
    NotPlainError,
    is_text,
    opened_folder,
    read_beside,
    read_plain,
)
from autograder.printable import printable

LARGEST = 32 * 2**20  # bytes of a submitted notebook
LONGEST_TIME = 10_000  # bytes of a timestamp.txt
MOST_STRANGE = 20  # folders of a student that are no lesson's, and are told
MOST_PARTS = 500_000  # of a notebook, outputs aside; a lesson has some thousand


class UngradableError(Exception):
    """A submission cannot be graded; its text says why and what to do. That is not a zero.

    The text may hold words of the submission's, and is printed: it is one short line without controls.
    """

    def __init__(self, reason: str) -> None:
        super().__init__("".join(c if c.isprintable() else "?" for c in reason[:500]))


@dataclass(frozen=True, order=True)
class Submission:
    """One submitted notebook: `submitted/<student>/<lesson>/<lesson>.ipynb`."""

    student: str
    lesson: str
    path: Path

    def read(self) -> bytes:
        """The file's content. Raises UngradableError where there is none, too much, or no plain file."""
        content = self._read(self.path.name, LARGEST)
        if content is None:
            raise UngradableError(
                f"it is larger than {LARGEST // 2**20} MiB. Ask for a copy without outputs: "
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
            text = "too long" if content is None else content.decode().strip()
            time: datetime | None = parse_utc(text) if text else None
        except FileNotFoundError:
            return None
        except NotPlainError as error:
            raise UngradableError(f"its {TIMESTAMP} is {error.strerror}. Mend or delete that file.") from None
        except Exception:  # the parser stumbles in many ways, and the file is the student's
            raise UngradableError(f"its {TIMESTAMP} holds no time. Mend or delete that file.") from None
        return time

    def beside(self, ignore: Sequence[str] = ()) -> Beside:
        """The files beside the notebook. Raises as `read` does. ignore: as in `read_beside`."""
        try:
            return read_beside(*self._place, ignore=ignore)
        except OSError as error:
            raise self._unreadable(error) from None

    def _read(self, name: str, most: int) -> bytes | None:
        try:
            with self._folder() as folder:
                return read_plain(folder, name, most)
        except OSError as error:
            raise self._unreadable(error) from None

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
        others: list[str] = []
        with suppress(OSError), self._folder() as folder, os.scandir(folder) as entries:
            names = (
                e.name for e in entries if e.name.endswith(".ipynb") and e.is_file(follow_symlinks=False)
            )
            others = sorted(islice(names, NAMED))
        advice = f"it holds {', '.join(others)}: rename it" if others else "ask for the notebook"
        return UngradableError(f"the folder has no {self.path.name}; {advice}.")


def submitted(root: Path, names: Iterable[str] = (), student: str | None = None) -> Iterator[Submission]:
    """The submissions in a course directory, in order of student and lesson.

    names: only these lessons. student: only this student.
    A student's folder that is a link or cannot be read may stand for any lesson, so it counts as a
    submission of each: to read the submission says why it is ungradable.
    """
    wanted = set(names)
    known = [entry.name for entry in _entries(root / "source")]
    for owner in _entries(root / "submitted"):
        if student is not None and owner.name != student:
            continue
        folder = Path(owner.path)
        try:
            lessons = known if owner.is_symlink() else [entry.name for entry in _entries(folder)]
        except OSError:
            lessons = known
        strange = [name for name in lessons if name not in known][:MOST_STRANGE]
        for lesson in lessons:
            if (lesson in known or lesson in strange) and (not wanted or lesson in wanted):
                path = folder / lesson / f"{lesson}.ipynb"
                yield Submission(_text(owner.name), _text(lesson), path)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    """The folders and links in a folder, by name; hidden names do not count. Raises OSError."""
    try:
        with os.scandir(folder) as found:
            kept = [e for e in found if e.name[0] != "." and (e.is_symlink() or e.is_dir())]
    except FileNotFoundError:
        return []
    return sorted(kept, key=lambda entry: entry.name)


def _text(name: str) -> str:
    return name if is_text(name) else printable(name)


def check_selection(
    root: Path, lessons: Iterable[str], names: Iterable[str], student: str | None = None
) -> None:
    """Raise UsageError where a course directory has no such lesson or student. lessons: those that it has."""
    for name in sorted(set(names) - set(lessons)):
        raise UsageError(f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(lessons)}.")
    if student is not None and not any(entry.name == student for entry in _entries(root / "submitted")):
        raise UsageError(f"{root / 'submitted'} has no folder of a student called {student!r}.")


def parse(data: bytes) -> NotebookNode:
    """The submitted notebook, as it is; `autograder.repair` makes it a notebook that nbgrader can grade.

    Raises UngradableError with the reason where there is no notebook that could be repaired.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise UngradableError(f"it is not a notebook (byte {error.start} is no text). {ASK}") from None
    except json.JSONDecodeError as error:
        raise UngradableError(f"it is not a notebook (no JSON on line {error.lineno}). {ASK}") from None
    except RecursionError:
        raise UngradableError(f"it is not a notebook (nested too deeply). {ASK}") from None
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise UngradableError(f"it is JSON, but not a notebook (no nbformat). {ASK}")
    if content["nbformat"] == 4 and isinstance(content.get("cells"), list):
        for cell in content["cells"]:
            if isinstance(cell, dict):
                cell.pop("outputs", None)  # grading makes them anew
    if _parts_exceed(content, MOST_PARTS):
        raise UngradableError(f"it has more parts than any notebook needs. {ASK}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cell ids, which are repaired
            node = nbformat.from_dict(content)
            # all minor versions of 4 are alike to the repair, which validates its result
            notebook: NotebookNode = node if node.nbformat == 4 else nbformat.convert(node, 4)
            cells = notebook.get("cells")
            if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
                raise ValueError("it has no list of cells")
    except Exception as error:
        line = str(error).strip().splitlines()[0]
        raise UngradableError(f"it is a damaged notebook ({line}). {ASK}") from None
    return notebook


def _parts_exceed(value: Any, most: int) -> bool:
    """Whether a JSON value has more than `most` values in it; each byte of them can cost a hundred."""
    todo = [value]
    while todo and most >= 0:
        part = todo.pop()
        most -= 1
        if isinstance(part, (dict, list)):
            most -= len(part)
            inner = part.values() if isinstance(part, dict) else part
            todo += [value for value in inner if isinstance(value, (dict, list))]
    return most < 0


ASK = "Ask for a new copy, or grade it by hand in formgrader."
