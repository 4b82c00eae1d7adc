"""What students hand in, and archives of it, for tests of collecting and of folders."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from functools import cache

from autograder.lessons import lessons
from autograder.lessons.canonical import text
from autograder.lessons.compose import solution_function
from autograder.submissions.archives import MOST_UNPACKED
from tests.autograder.classroom import released, solved

LESSON = lessons()[2]
NAME = LESSON.name
OWN = f"{NAME}.ipynb"
MONDAY, TUESDAY = (2026, 3, 2, 9, 0, 0), (2026, 3, 3, 9, 0, 0)
FILES = {
    "photo": b"\0\0\0\x18ftypheic",
    "pdf": b"%PDF-1.4",
    "mac": b"\0\5\x16\7 what macOS keeps",
    "PK": b"PK\3\4 damaged",
}


@cache
def content(kind: str) -> bytes:
    """A file of a kind; of no kind, the text itself."""
    match kind:
        case "solved":
            return text(solved(LESSON)).encode()
        case "half":
            return with_answers(2)
        case "half again":
            return with_answers(2) + b"\n"
        case "blank":
            return LESSON.path.read_bytes()
        case "another lesson":
            return lessons()[0].path.read_bytes()
        case "bomb":
            return b" " * (MOST_UNPACKED + 1)
    return FILES.get(kind, kind.encode())


def with_answers(count: int) -> bytes:
    """The lesson, of which the first answers are written."""
    notebook, blank = solved(LESSON), {cell.id: cell.source for cell in released(LESSON).cells}
    for cell in [cell for cell in notebook.cells if solution_function(cell)][count:]:
        cell.source = blank[cell.id]
    return text(notebook).encode()


def named(place: str) -> str:
    return place.replace("LESSON", NAME)


def packed(files: Mapping[str, object], made: tuple[int, ...] = MONDAY) -> bytes:
    """An archive. files: the kind of each, or the files of an archive in it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for place, kind in files.items():
            data = packed(kind) if isinstance(kind, Mapping) else content(str(kind))
            archive.writestr(zipfile.ZipInfo(named(place), made), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()
