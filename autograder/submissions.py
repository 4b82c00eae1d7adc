"""What was handed in, and whether it can be graded at all. Submitted files are only read."""

import io
import json
import re
import stat
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import nbformat
from nbformat import NotebookNode

from autograder.errors import UsageError

LARGEST = 32 * 2**20  # bytes of a submitted notebook
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
            with path.open(encoding="utf-8-sig") if path.is_file() else io.StringIO() as file:
                text = file.read(200).strip()
            return utc(text) if text else None
        except Exception:  # the parser stumbles in many ways, and the file is the student's
            raise UngradableError(
                f"its {path.name} holds no time of the form 2026-03-01 15:00:00 UTC. Mend or delete it."
            ) from None


TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:[T ](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?"
    r"(?: ?(?:(?P<offset>Z|[+-]\d\d:?\d\d)|(?P<zone>[A-Za-z]\w*(?:/\w+)*)))?",
    re.ASCII,
)


def utc(text: str) -> datetime:
    """A time of ISO 8601 in UTC, without a zone, as nbgrader keeps it; without a zone, it is taken to be UTC.

    Other forms are refused: 01.03.2026 is the first of March to some, and the third of January to others.
    Raises ValueError, or another error of the parser's, for any other text.
    """
    match = TIME.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r:.40} is no time of ISO 8601")
    time = datetime.fromisoformat(f"{match['date']}T{match['clock'] or '00:00'}{match['offset'] or ''}")
    if time.tzinfo is None:
        time = time.replace(tzinfo=ZoneInfo(match["zone"]) if match["zone"] else UTC)
    return time.astimezone(UTC).replace(tzinfo=None)


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
