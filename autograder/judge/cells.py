"""A notebook's cells as pages read them: well formed whatever the notebook holds, and still not trusted."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from autograder.repair.notebook import OURS

KINDS = ("code", "markdown", "raw")
_GRADE_ID = re.compile(r"[\w.-]{1,100}", re.ASCII)


@dataclass(frozen=True)
class PageCell:
    """A cell. grade_id: '' where nbgrader has not marked the cell. solution, grade, task: nbgrader's marks.

    note: whether the repair of the notebook added this cell, to say what was repaired.
    """

    kind: str
    source: str
    grade_id: str = ""
    solution: bool = False
    grade: bool = False
    task: bool = False
    points: float = 0.0
    demo: bool = False
    note: bool = False
    count: int | None = None
    outputs: list[Mapping[str, Any]] = field(default_factory=list)
    attachments: Mapping[str, Any] = field(default_factory=dict)

    @property
    def check(self) -> bool:
        """Whether this is a test cell, which the lesson brings and no student writes."""
        return self.grade and not self.solution


def page_cells(notebook: Mapping[str, Any]) -> Iterator[PageCell]:
    """The cells of a notebook, in order."""
    cells = notebook.get("cells")
    for cell in filter(mapping, cells) if isinstance(cells, list) else []:
        metadata = mapping(cell.get("metadata"))
        marks = mapping(metadata.get("nbgrader"))
        if not _GRADE_ID.fullmatch(str(marks.get("grade_id"))):
            marks = {}
        outputs, count, tags = cell.get("outputs"), cell.get("execution_count"), metadata.get("tags")
        points = marks.get("points")
        yield PageCell(
            kind=str(cell.get("cell_type")) if cell.get("cell_type") in KINDS else "raw",
            source=text_of(cell.get("source")),
            grade_id=str(marks.get("grade_id", "")),
            **{name: marks.get(name) is True for name in ("solution", "grade", "task")},
            points=float(points) if isinstance(points, (int, float)) and abs(points) < 1e6 else 0.0,
            demo="demo" in tags if isinstance(tags, list) else False,
            note=metadata.get(OURS) == "note",
            count=count if type(count) is int else None,
            outputs=[o for o in outputs if isinstance(o, Mapping)] if isinstance(outputs, list) else [],
            attachments=mapping(cell.get("attachments")),
        )


def mapping(value: Any) -> Mapping[str, Any]:
    """A value of a notebook where it is a dictionary, otherwise an empty dictionary."""
    return value if isinstance(value, Mapping) else {}


def text_of(value: Any) -> str:
    """A text of a notebook: a string, a list of lines, or, in a damaged notebook, anything."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""
