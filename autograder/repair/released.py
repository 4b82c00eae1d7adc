"""The released version of a lesson: the cells that a submission is repaired with."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.repair.parsing import pieces, read_code, without_comments

HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS$.*?^### END HIDDEN TESTS$\n?", re.M | re.S)
SCHEMA = 3  # version of nbgrader's metadata
MAY_FAIL = "raises-exception"  # Jupyter's tag of cells at whose errors *Run All* goes on


@dataclass(frozen=True)
class ReleasedCell:
    """One cell that nbgrader's gradebook knows: a solution cell, a test, a read-only cell or a task.

    source: for a solution cell the stub that students get; for a test, hidden tests included.
    points: None where the cell has none. demo: whether the cell is a demonstration, which no
    exercise needs.
    """

    name: str
    cell_type: str
    source: str
    checksum: str | None
    locked: bool
    grade: bool
    solution: bool
    task: bool
    points: float | None
    demo: bool = False

    @property
    def is_test(self) -> bool:
        """Whether the cell is a test cell, and not an answer that is graded by hand."""
        return self.grade and not self.solution

    @property
    def released(self) -> str:
        """The source that students get."""
        return HIDDEN.sub("", self.source)

    @cached_property
    def function(self) -> str | None:
        """The function that a solution cell asks students to write, if any."""
        if not self.solution or self.cell_type != "code":
            return None
        names = list(read_code(self.source).binds)
        return self.name if self.name in names else next(reversed(names), None)

    def metadata(self) -> dict[str, Any]:
        """The cell's metadata, as nbgrader writes it."""
        keys = ("grade", "solution", "locked", "task", "cell_type", "points", "checksum")
        marks = {key: value for key in keys if (value := getattr(self, key)) is not None}
        locks = {"deletable": False, "editable": False} if self.locked else {"deletable": False}
        tag = "demo" if self.demo else MAY_FAIL if may_fail(vars(self)) else ""
        tags = {"tags": [tag]} if tag else {}
        return {**locks, **tags, "nbgrader": {"schema_version": SCHEMA, "grade_id": self.name, **marks}}


def may_fail(marks: Mapping[str, Any]) -> bool:
    """Whether a cell with these marks fails in unfinished work: an answer or a test, which runs as code.

    In JupyterLab, *Run All* then goes on to the cells below; nbgrader sees the error as before.
    """
    return marks.get("cell_type") == "code" and bool(marks.get("solution") or marks.get("grade"))


@dataclass(frozen=True)
class ReleasedLesson:
    """The released version of a lesson.

    cells: the cells that nbgrader knows, by name. places: the name or id of every cell in the order
    of the lesson; empty where the order is not known. setup: for each name that the lesson's ordinary
    cells bind (an import, a constant, a helper), the statement that does so, in order.
    """

    cells: dict[str, ReleasedCell]
    places: tuple[str, ...] = ()
    setup: dict[str, str] = field(default_factory=dict)

    def solutions(self) -> list[ReleasedCell]:
        """The cells that students fill in, in order."""
        return [cell for cell in self.cells.values() if cell.solution]

    def fixed(self) -> list[ReleasedCell]:
        """The cells that students do not fill in (tests, read-only cells and tasks), in order."""
        return [cell for cell in self.cells.values() if not cell.solution]

    def above(self, name: str) -> list[ReleasedCell]:
        """The cells above the cell `name`, nearest first. Empty where the order is not known."""
        names = list(self.cells)
        return [self.cells[n] for n in reversed(names[: names.index(name)])] if self.places else []

    def solution_of(self, test: str) -> ReleasedCell | None:
        """The solution cell that a test is for: the one in the test's name, or else the nearest above."""
        named = self.cells.get(test.removeprefix("test-"))
        if named is not None and named.solution:
            return named
        return next((cell for cell in self.above(test) if cell.solution), None)

    def title(self, cell: ReleasedCell) -> str:
        """How a sentence about the cell begins."""
        solution = self.solution_of(cell.name) if cell.is_test else None
        return f"The check of `{solution.name}`" if solution else f"The cell `{cell.name}`"


def released_lesson(
    gradebook: Any, notebook: str, assignment: str, source: Path | None = None
) -> ReleasedLesson:
    """Read the released version of a lesson from nbgrader's gradebook.

    source: the instructor's notebook, which adds the order of all cells, the demonstrations and the
    set-up. Raises nbgrader's MissingEntry where the lesson was not released.
    """
    entry = gradebook.find_notebook(notebook, assignment)
    points = {cell.name: cell.max_score for cell in (*entry.task_cells, *entry.grade_cells)}
    grades, solutions, tasks = (
        {cell.name for cell in cells} for cells in (entry.grade_cells, entry.solution_cells, entry.task_cells)
    )
    known = {cell.name for cell in entry.source_cells}
    authored = nbformat.read(source, as_version=4).cells if source is not None and source.is_file() else []
    places = tuple(map(name_of, authored))
    if not known <= set(places):  # the instructor's notebook is missing, or from another version
        authored, places = [], ()
    demos = {name_of(cell) for cell in authored if "demo" in cell.metadata.get("tags", [])}
    cells = {
        cell.name: ReleasedCell(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum,
            locked=cell.locked,
            grade=cell.name in grades,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=points.get(cell.name),
            demo=cell.name in demos,
        )
        for cell in entry.source_cells
    }
    statements: dict[str, str] = {}
    for cell in authored:
        if cell.cell_type == "code" and name_of(cell) not in known:
            for piece in pieces(cell.source):
                statements |= dict.fromkeys(read_code(piece).binds, without_comments(piece))
    # the gradebook lists cells in no particular order
    return ReleasedLesson(
        {name: cells[name] for name in places if name in cells} or cells, places, statements
    )


def name_of(cell: NotebookNode) -> str:
    """The name of a cell in the instructor's notebook: its grade_id, or else its id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", ""))
