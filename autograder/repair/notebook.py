"""Take a submitted notebook apart into cells whose fields are well formed, and put it together again."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.repair.released import ReleasedCell
from autograder.submissions.submission import ASK, UngradableError
from autograder.text import storable

TYPES = ("code", "markdown", "raw")
OURS = "heinit"  # the key of the autograder's own metadata
NOTE = "repairs"  # the id of the cell that lists the repairs
MOST_CELLS, MOST_TEXT = 1000, 2_000_000  # cells, and characters in them; a lesson has 100 and 50,000
LARGEST = 10_000  # bytes of one entry of metadata, as JSON
MINOR = 5  # of nbformat 4: the version whose cells have ids
PASSING = ("checksum", "points")  # of nbgrader's marks: an instructor may change the points at any time
ID = re.compile(r"[\w-]{1,64}", re.ASCII)


@dataclass(eq=False)
class SubmittedCell:
    """One cell of a submitted notebook.

    marked_as: the released cell that the cell's marks or id name. stands_for: the released cell whose
    place the cell takes in the repaired notebook. pieces: the sources that run in place of the cell's own,
    one after the other, where a line that fails must not stop the next; else empty.
    """

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)
    marked_as: ReleasedCell | None = None
    stands_for: ReleasedCell | None = None
    pieces: list[str] = field(default_factory=list)

    @property
    def marks(self) -> dict[str, Any]:
        """nbgrader's metadata of the cell, without the passing; empty where it is not a dictionary."""
        marks = self.metadata.get("nbgrader")
        return {k: v for k, v in marks.items() if k not in PASSING} if isinstance(marks, dict) else {}

    def take_place_of(self, cell: ReleasedCell) -> bool:
        """Take the place of a released cell, with its metadata. Returns whether the marks changed."""
        marks = self.marks
        self.marked_as = self.stands_for = cell
        self.kind, self.metadata, self.attachments = cell.cell_type, cell.metadata(), {}
        return marks != self.marks

    def own_lines(self, cell: ReleasedCell) -> list[str]:
        """The lines that are not in a released cell."""
        released = {line.strip() for line in cell.source.splitlines()}
        return [line for line in self.source.splitlines() if line.strip() and line.strip() not in released]

    def is_part_of(self, cell: ReleasedCell) -> bool:
        """Whether the cell is unmarked, and each of its lines is in a released cell."""
        return self.marked_as is None and bool(self.source.strip()) and not self.own_lines(cell)

    def is_end_of(self, cell: ReleasedCell) -> bool:
        """Whether the cell is part of a released cell and ends with its last line."""
        last = cell.released.strip().splitlines()[-1:]
        return self.is_part_of(cell) and self.source.strip().splitlines()[-1:] == last


def take_apart(notebook: NotebookNode) -> list[SubmittedCell]:
    """The cells of a notebook, without their outputs.

    Raises UngradableError where there are more cells, or more text, than anybody could have written.
    """
    cells = [_submitted_cell(node) for node in notebook.get("cells", [])]
    if len(cells) > MOST_CELLS or sum(len(cell.source) for cell in cells) > MOST_TEXT:
        raise UngradableError(
            f"it has more than {MOST_CELLS:,} cells, or {MOST_TEXT // 10**6} million characters in "
            f"them. {ASK}"
        )
    return cells


def put_together(cells: list[SubmittedCell], metadata: dict[str, Any]) -> NotebookNode:
    """A valid notebook with these cells. Raises nbformat.ValidationError where that is impossible.

    metadata: of the submitted notebook.
    """
    give_ids(cells)
    notebook = _notebook(cells, {k: v for k, v in small_entries(metadata).items() if k != OURS})
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError:  # then without anything that grading does not need
        for cell in cells:
            cell.attachments = {}
            cell.metadata = cell.metadata if cell.stands_for else {}
        notebook = _notebook(cells, {})
        nbformat.validate(notebook)
    return notebook


def add_repairs(notebook: NotebookNode, sentences: Iterable[str]) -> None:
    """Name repairs in the notebook's metadata, and in a cell at its top."""
    repairs = list(dict.fromkeys([*repairs_of(notebook), *sentences]))
    if not repairs:
        return
    notebook.metadata[OURS] = {**notebook.metadata.get(OURS, {}), "repairs": repairs}
    lines = ["**This notebook was repaired before it was graded.**", "", *(f"- {r}" for r in repairs)]
    note = SubmittedCell("markdown", "\n".join(lines), id=NOTE, metadata={OURS: "note"})
    cells = [cell for cell in notebook.cells if cell.metadata.get(OURS) != "note"]
    while any(cell.id == note.id for cell in cells):
        note.id += "-"
    notebook.cells = [nbformat.from_dict(_node(note)), *cells]


def repairs_of(notebook: NotebookNode) -> Sequence[str]:
    """The repairs that a repaired notebook names, a sentence each."""
    repairs: Sequence[str] = notebook.metadata.get(OURS, {}).get("repairs", [])
    return repairs


def in_backticks(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    return ", ".join(f"`{name}`" for name in names)


def give_ids(cells: list[SubmittedCell]) -> None:
    """Give each cell a valid id of its own; a cell that stands for a released cell gets that name."""
    taken = {cell.stands_for.name for cell in cells if cell.stands_for}
    for number, cell in enumerate(cells):
        if cell.stands_for:
            cell.id = cell.stands_for.name
            continue
        if cell.id in taken or not ID.fullmatch(cell.id):
            cell.id = f"cell-{number}"
            while cell.id in taken:
                cell.id += "-"
        taken.add(cell.id)


def small_entries(metadata: dict[str, Any]) -> dict[str, Any]:
    """The entries of metadata that are small enough to be kept."""
    return {key: value for key, value in metadata.items() if _json_size(value) <= LARGEST}


def _json_size(value: Any) -> float:
    try:
        return len(json.dumps(value, default=str, ensure_ascii=False).encode())
    except RecursionError:
        return float("inf")


def _notebook(cells: Iterable[SubmittedCell], metadata: dict[str, Any]) -> NotebookNode:
    notebook: NotebookNode = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": MINOR,
            "metadata": metadata,
            "cells": [_node(cell) for cell in cells],
        }
    )
    return notebook


def _node(cell: SubmittedCell) -> dict[str, Any]:
    dropped: tuple[str, ...] = ()
    if not cell.stands_for:  # a copy of a released cell is an ordinary cell of the student's
        dropped = ("nbgrader", "deletable", "editable", "tags") if cell.marked_as else ("nbgrader",)
    metadata = {k: v for k, v in small_entries(cell.metadata).items() if k not in dropped}
    if cell.pieces:
        metadata[OURS] = {"pieces": cell.pieces}
    node: dict[str, Any] = {
        "cell_type": cell.kind,
        "id": cell.id,
        "metadata": metadata,
        "source": cell.source,
    }
    if cell.kind == "code":
        node.update(outputs=[], execution_count=None)
    elif cell.attachments:
        node["attachments"] = cell.attachments
    return node


def _submitted_cell(cell: Any) -> SubmittedCell:
    node = storable(cell)
    kind, source = node.get("cell_type"), node.get("source", "")
    if isinstance(source, list):
        source = "".join(map(str, source))
    elif not isinstance(source, str):
        source = json.dumps(source)
    metadata, attachments = node.get("metadata"), node.get("attachments")
    return SubmittedCell(
        kind=kind if kind in TYPES else "markdown" if kind == "heading" else "raw",
        source=source,
        id=str(node.get("id") or ""),
        metadata=dict(metadata) if isinstance(metadata, dict) else {},
        attachments=dict(attachments) if isinstance(attachments, dict) else {},
    )
