"""What was handed in, and whether it can be graded at all. Submitted files are only read."""

import io
import stat
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.utils import parse_utc

from autograder.content import LARGEST, UnreadableError, read_content
from autograder.errors import UsageError

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
        """The file's content. Raises UngradableError where there is none, or too much."""
        try:
            about = self.path.stat()
            if not stat.S_ISREG(about.st_mode) and not self.path.is_dir():
                raise UngradableError(f"{self.path.name} is no file that can be read. {ASK}")
            if about.st_size > LARGEST:
                raise UngradableError(
                    f"it is larger than {LARGEST // 2**20} MiB. Ask for a copy without outputs: "
                    "in JupyterLab, Edit, Clear Outputs of All Cells."
                )
            return self.path.read_bytes()
        except (FileNotFoundError, IsADirectoryError):
            others = sorted(p.name for p in self.path.parent.glob("*.ipynb") if p.is_file())
            advice = f"it holds {', '.join(others)}: rename it" if others else "ask for the notebook"
            raise UngradableError(f"the folder has no {self.path.name}; {advice}.") from None
        except OSError as error:
            raise UngradableError(f"it cannot be read ({error.strerror}).") from None

    def submitted_at(self) -> datetime | None:
        """The time in the timestamp.txt beside the notebook, in UTC; None where there is none.

        Raises UngradableError where that file holds no time.
        """
        path = self.path.with_name("timestamp.txt")
        try:
            with path.open(encoding="utf-8") if path.is_file() else io.StringIO() as file:
                text = file.read(200).strip()
            time: datetime | None = parse_utc(text) if text else None
        except Exception:  # the parser stumbles in many ways, and the file is the student's
            raise UngradableError(f"its {path.name} holds no time. Mend or delete that file.") from None
        return time


def submitted(root: Path, names: Iterable[str] = (), student: str | None = None) -> Iterator[Submission]:
    """The submissions in a course directory, in order of student and lesson.

    names: only these lessons. student: only this student.
    """
    wanted = set(names)
    for folder in sorted((root / "submitted").glob("*/*")):
        owner, lesson = folder.parent.name, folder.name
        if not folder.is_dir() or owner.startswith(".") or lesson.startswith("."):
            continue
        if (student is None or owner == student) and (not wanted or lesson in wanted):
            yield Submission(owner, lesson, folder / f"{lesson}.ipynb")


def check_selection(
    root: Path, lessons: Iterable[str], names: Iterable[str], student: str | None = None
) -> None:
    """Raise UsageError where a course directory has no such lesson or student. lessons: those that it has."""
    for name in sorted(set(names) - set(lessons)):
        raise UsageError(f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(lessons)}.")
    if student is not None and not (root / "submitted" / student).is_dir():
        raise UsageError(f"{root / 'submitted'} has no folder of a student called {student!r}.")


@dataclass(frozen=True)
class Submitted:
    """What a submitted file holds. repairs: what was wrong with the file, a sentence each.

    cut_off: whether the file ends within its cells, so that the last of them are missing.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...] = ()
    cut_off: bool = False


def parse(data: bytes) -> NotebookNode:
    """The notebook of `read_notebook`, alone."""
    return read_notebook(data).notebook


def read_notebook(data: bytes) -> Submitted:
    """The submitted notebook, as it is; `autograder.repair` makes it a notebook that nbgrader can grade.

    Raises UngradableError with the reason where there is no notebook that could be repaired.
    """
    try:
        read = read_content(data)
    except UnreadableError as error:
        raise UngradableError(f"{error}. {ASK}") from None
    content, repairs = read.value, read.repairs
    version = content.get("nbformat") if isinstance(content, dict) else None
    if isinstance(content, dict) and isinstance(content.get("cells"), list):
        if version in (None, "4", 4.0):
            if version is None:
                repairs.append("The file did not say what version of the notebook format it has.")
            version = content["nbformat"] = 4
        for cell in content["cells"] if version == 4 else ():
            if isinstance(cell, dict):
                cell.pop("outputs", None)  # grading makes them anew
    if not isinstance(version, int):
        raise UngradableError(f"it is JSON, but not a notebook (no nbformat). {ASK}")
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
        line = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise UngradableError(f"it is a damaged notebook ({line}). {ASK}") from None
    return Submitted(notebook, tuple(dict.fromkeys(repairs)), read.cut_off)


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
