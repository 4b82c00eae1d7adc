"""What was handed in, and whether it can be graded at all. Submitted files are only read."""

import io
import json
import stat
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.errors import UsageError
from autograder.text import printable

LARGEST = 32 * 2**20  # bytes of a submitted notebook
LONGEST_NAME = 128  # characters of a student's name in nbgrader's database
MOST_PARTS = 500_000  # of a notebook, outputs aside; a lesson has some thousand


class UngradableError(Exception):
    """A submission cannot be graded; its text says why and what to do. That is not a zero.

    The text may hold words of the submission's, and is printed: it is one short line without controls.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(printable(reason[:500]))


@dataclass(frozen=True, order=True)
class Submission:
    """One submitted notebook: `submitted/<student>/<lesson>/<lesson>.ipynb`.

    misnamed: whether one of the folders has a name that no gradebook can hold; then `student` and
    `lesson` are names that stand for it.
    """

    student: str
    lesson: str
    path: Path
    misnamed: bool = False

    def read(self) -> bytes:
        """The file's content. Raises UngradableError where there is none, or too much."""
        if self.misnamed:
            raise UngradableError("the folder's name is too long or has control characters. Rename it.")
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
        from nbgrader.utils import parse_utc  # late: whoever only parses needs nothing of nbgrader

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
            names_kept = keepable(owner), keepable(lesson)
            yield Submission(*names_kept, folder / f"{lesson}.ipynb", misnamed=names_kept != (owner, lesson))


def keepable(name: str) -> str:
    """A folder's name as gradebooks and terminals can hold it: an unfit name is escaped, and cut."""
    fit = name if printable(name) == name else name.encode("unicode_escape").decode()
    return fit if len(fit) <= LONGEST_NAME else f"{fit[: LONGEST_NAME - 1]}…"


def check_selection(
    root: Path, lessons: Iterable[str], names: Iterable[str], student: str | None = None
) -> None:
    """Raise UsageError where a course directory has no such lesson or student. lessons: those that it has."""
    for name in sorted(set(names) - set(lessons)):
        raise UsageError(f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(lessons)}.")
    if student is not None and not (root / "submitted" / student).is_dir():
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
    except ValueError:
        raise UngradableError(f"it is a damaged notebook (a number in it is too long). {ASK}") from None
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise UngradableError(f"it is JSON, but not a notebook (no nbformat). {ASK}")
    if content["nbformat"] == 4 and isinstance(content.get("cells"), list):
        for cell in content["cells"]:
            if isinstance(cell, dict):
                cell.pop("outputs", None)  # grading makes them anew
    minor = content.get("nbformat_minor")
    if type(minor) is not int or not 0 <= minor < 100:  # the repair needs none
        content["nbformat_minor"] = 0
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
        raise UngradableError(f"it is a damaged notebook ({first_line(error)}). {ASK}") from None
    return notebook


def first_line(error: Exception) -> str:
    """The first line of an error's message, or the error's name where there is no message."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


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
