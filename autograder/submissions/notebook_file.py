"""Read the file of a submitted notebook: a notebook as it is, or the reason why it is none."""

import warnings
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.submissions.content import UnreadableError, read_content
from autograder.submissions.submission import ASK, UngradableError

MOST_PARTS = 500_000  # of a notebook, outputs aside; a lesson has some thousand


@dataclass(frozen=True)
class Submitted:
    """What a submitted file holds. repairs: what was wrong with the file, a sentence each.

    cut_off: whether the file ends within its cells, so that the last of them are missing.
    """

    notebook: NotebookNode
    repairs: tuple[str, ...] = ()
    cut_off: bool = False


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
    if isinstance(version, int) and version < 4:
        _join_lines(content)
    if not isinstance(version, int):
        raise UngradableError(f"it is JSON, but not a notebook (no nbformat). {ASK}")
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
    return Submitted(notebook, tuple(dict.fromkeys(repairs)), read.cut_off)


def _join_lines(content: dict[str, Any]) -> None:
    """Make one text of each cell's lines, which format 2 writes without their ends. Outputs are dropped."""
    sheets = content.get("worksheets")
    for sheet in [content, *(sheets if isinstance(sheets, list) else [])]:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else []:
            if not isinstance(cell, dict):
                continue
            cell["outputs"] = []
            for key in ("input", "source"):
                if isinstance(lines := cell.get(key), list):
                    kept = any(str(line).endswith("\n") for line in lines[:-1])
                    cell[key] = ("" if kept else "\n").join(map(str, lines))


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
