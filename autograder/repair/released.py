"""The cells of a lesson as its author made them, by which a submission is repaired."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.repair.parsing import imports, read_code

HIDDEN = re.compile(r"^### BEGIN HIDDEN TESTS$.*?^### END HIDDEN TESTS$\n?", re.M | re.S)
SCHEMA = 3  # of nbgrader's metadata


@dataclass(frozen=True)
class Original:
    """One cell that nbgrader knows: a solution, a test, a read-only cell or a task.

    source: as graded, with hidden checks; the stub of a solution. points: None where it has none.
    demo: it only shows something, and no exercise needs it.
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
    def released(self) -> str:
        """The text that students get."""
        return HIDDEN.sub("", self.source)

    @cached_property
    def function(self) -> str | None:
        """The function that a solution cell asks for; None where it asks for none."""
        if not self.solution or self.cell_type != "code":
            return None
        names = list(read_code(self.source).binds)
        return self.name if self.name in names else next(reversed(names), None)

    def metadata(self) -> dict[str, Any]:
        """The cell's metadata, as nbgrader writes it."""
        meta: dict[str, Any] = {
            "schema_version": SCHEMA,
            "grade_id": self.name,
            "grade": self.grade,
            "solution": self.solution,
            "locked": self.locked,
            "task": self.task,
            "cell_type": self.cell_type,
        }
        if self.points is not None:
            meta["points"] = self.points
        if self.checksum is not None:
            meta["checksum"] = self.checksum
        locks = {"deletable": False, "editable": False} if self.locked else {"deletable": False}
        return {**locks, **({"tags": ["demo"]} if self.demo else {}), "nbgrader": meta}


@dataclass(frozen=True)
class Originals:
    """The cells of one lesson.

    cells: those that nbgrader knows, by name. places: the name or cell id of every cell, in the
    lesson's order; empty where the order is not known. imports: what the plain cells import,
    each name with its line.
    """

    cells: dict[str, Original]
    places: tuple[str, ...] = ()
    imports: dict[str, str] = field(default_factory=dict)

    def solutions(self) -> list[Original]:
        """The cells that students fill in, in order."""
        return [cell for cell in self.cells.values() if cell.solution]

    def fixed(self) -> list[Original]:
        """The cells that students do not fill in: tests, read-only cells and tasks, in order."""
        return [cell for cell in self.cells.values() if not cell.solution]

    def above(self, name: str) -> list[Original]:
        """The cells above a cell in the lesson, nearest first; none where the order is not known."""
        names = list(self.cells)
        return [self.cells[n] for n in reversed(names[: names.index(name)])] if self.places else []

    def solution_of(self, test: str) -> Original | None:
        """The solution cell that a test cell belongs to: by its name, or the nearest above."""
        named = self.cells.get(test.removeprefix("test-"))
        if named is not None and named.solution:
            return named
        return next((cell for cell in self.above(test) if cell.solution), None)


def originals(gradebook: Any, notebook: str, assignment: str, source: Path | None = None) -> Originals:
    """What the gradebook knows of a released lesson.

    source: the instructor's version, which knows the order of all cells and the imports.
    Raises nbgrader's MissingEntry where the lesson was not released.
    """
    entry = gradebook.find_notebook(notebook, assignment)
    graded = {cell.name: cell.max_score for cell in entry.grade_cells}
    tasks = {cell.name: cell.max_score for cell in entry.task_cells}
    solutions = {cell.name for cell in entry.solution_cells}
    found = {
        cell.name: Original(
            name=cell.name,
            cell_type=cell.cell_type,
            source=cell.source or "",
            checksum=cell.checksum,
            locked=cell.locked,
            grade=cell.name in graded,
            solution=cell.name in solutions,
            task=cell.name in tasks,
            points=graded.get(cell.name, tasks.get(cell.name)),
        )
        for cell in entry.source_cells
    }
    cells = nbformat.read(source, as_version=4).cells if source is not None and source.is_file() else []
    return _in_order(found, cells)


def _in_order(found: dict[str, Original], cells: list[NotebookNode]) -> Originals:
    """Put the gradebook's cells, which it lists in no certain order, in the order of the lesson."""
    places = tuple(name_of(cell) for cell in cells)
    if not set(found) <= set(places):
        return Originals(found)
    demos = {name_of(cell) for cell in cells if "demo" in cell.metadata.get("tags", [])}
    ordered = {name: replace(found[name], demo=name in demos) for name in places if name in found}
    lines: dict[str, str] = {}
    for cell in cells:
        if cell.cell_type == "code" and name_of(cell) not in found:
            lines.update(imports(cell.source))
    return Originals(ordered, places, lines)


def name_of(cell: NotebookNode) -> str:
    """The name of an author's cell: its grade_id, or its id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", ""))
