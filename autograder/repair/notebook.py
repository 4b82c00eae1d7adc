"""A submitted notebook taken apart into cells that are surely well formed, and put together again."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.repair.released import Original
from autograder.submissions import ASK, UngradableError

TYPES = ("code", "markdown", "raw")
OURS = "heinit"  # the key of our own metadata
MOST_CELLS, MOST_TEXT = 1000, 2_000_000  # cells, and characters in them; a lesson has 100 and 50,000
KEPT = 10_000  # characters of metadata that a cell may keep
MINOR = 5  # of nbformat 4: the version whose cells have ids


@dataclass(eq=False)
class Cell:
    """One cell of a submission.

    claim: the lesson's cell that it says it is, or ''. held: the one that it is found to be.
    stale: its marks are not those of the lesson's cell.
    """

    kind: str
    source: str
    id: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    attachments: dict[str, Any] = field(default_factory=dict)
    claim: str = ""
    held: str = ""
    stale: bool = False

    @property
    def marks(self) -> dict[str, Any]:
        """What nbgrader's metadata says of the cell, or nothing where it is no dictionary."""
        found = self.metadata.get("nbgrader")
        return dict(found) if isinstance(found, dict) else {}

    def become(self, original: Original) -> None:
        """Take the place of a cell of the lesson, with its marks."""
        wanted = original.metadata()
        unstamped = {k: v for k, v in wanted["nbgrader"].items() if k != "checksum"}
        self.stale = {k: v for k, v in self.marks.items() if k != "checksum"} != unstamped
        self.held, self.metadata, self.attachments = original.name, wanted, {}
        self.kind = original.cell_type


def take_apart(notebook: NotebookNode) -> list[Cell]:
    """The cells of a notebook, without outputs and whatever else is not theirs.

    Raises UngradableError where there are more than anybody could have written.
    """
    cells = [_cell(node) for node in notebook.get("cells", [])]
    if len(cells) > MOST_CELLS or sum(len(cell.source) for cell in cells) > MOST_TEXT:
        raise UngradableError(
            f"it has more than {MOST_CELLS:,} cells, or {MOST_TEXT // 10**6} million characters in "
            f"them. {ASK}"
        )
    return cells


def put_together(cells: Iterable[Cell], metadata: dict[str, Any], ours: dict[str, Any]) -> NotebookNode:
    """A valid notebook of these cells. Raises nbformat.ValidationError where there is none.

    metadata: of the submitted notebook. ours: what we say about it, or nothing.
    """
    cells = list(cells)
    name_apart(cells)
    kept = {key: value for key, value in metadata.items() if key != OURS and _short(value)}
    notebook = _build(cells, kept, ours)
    try:
        nbformat.validate(notebook)
    except nbformat.ValidationError:
        for cell in cells:
            cell.attachments = {}
            cell.metadata = cell.metadata if cell.held else {}
        notebook = _build(cells, {}, ours)
        nbformat.validate(notebook)
    return notebook


def name_apart(cells: list[Cell]) -> None:
    """Give each cell an id of its own; a cell of the lesson gets that of the lesson."""
    taken = {cell.held for cell in cells if cell.held}
    for number, cell in enumerate(cells):
        if cell.held:
            cell.id = cell.held
            continue
        valid = 0 < len(cell.id) <= 64 and cell.id.isascii() and cell.id.replace("-", "_").isidentifier()
        digits = 0 < len(cell.id) <= 64 and cell.id.isascii() and cell.id.replace("-", "").isalnum()
        if cell.id in taken or not (valid or digits):
            cell.id = f"cell-{number}"
            while cell.id in taken:
                cell.id += "-"
        taken.add(cell.id)


def heavy(cells: Iterable[Cell], metadata: dict[str, Any]) -> bool:
    """Whether some metadata is too large to be kept."""
    return not all(_short(value) for cell in cells for value in cell.metadata.values()) or not all(
        _short(value) for value in metadata.values()
    )


def own_lines(cell: Cell, original: Original) -> list[str]:
    """The lines of a cell that are not the lesson's."""
    lesson = {line.strip() for line in original.source.splitlines()}
    return [line for line in cell.source.splitlines() if line.strip() and line.strip() not in lesson]


def is_piece_of(cell: Cell, original: Original) -> bool:
    """Whether an unmarked cell holds lines of a cell of the lesson, and nothing else."""
    return not cell.claim and bool(cell.source.strip()) and not own_lines(cell, original)


def is_text_of(cell: Cell, original: Original) -> bool:
    """Whether an unmarked cell holds what a cell of the lesson does: its last line, and no other."""
    last = original.released.strip().splitlines()[-1:]
    return is_piece_of(cell, original) and cell.source.strip().splitlines()[-1:] == last


def _build(cells: Iterable[Cell], metadata: dict[str, Any], ours: dict[str, Any]) -> NotebookNode:
    built: NotebookNode = nbformat.from_dict(
        {
            "nbformat": 4,
            "nbformat_minor": MINOR,
            "metadata": {**metadata, **({OURS: ours} if ours else {})},
            "cells": [_node(cell) for cell in cells],
        }
    )
    return built


def _node(cell: Cell) -> dict[str, Any]:
    metadata = {key: value for key, value in cell.metadata.items() if cell.held or key != "nbgrader"}
    metadata = {key: value for key, value in metadata.items() if _short(value)}
    if not cell.held and cell.claim:  # a copy of one of the lesson's cells is the student's own
        metadata = {key: metadata[key] for key in metadata if key not in ("deletable", "editable", "tags")}
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


def _cell(node: Any) -> Cell:
    kind, source = node.get("cell_type"), node.get("source", "")
    if isinstance(source, list):
        source = "".join(map(str, source))
    elif not isinstance(source, str):
        source = json.dumps(source)
    # half a surrogate pair is legal JSON, and cannot be written to a file
    source = source.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    metadata, attachments = node.get("metadata"), node.get("attachments")
    return Cell(
        kind=kind if kind in TYPES else "markdown" if kind == "heading" else "raw",
        source=source,
        id=str(node.get("id") or ""),
        metadata=dict(metadata) if isinstance(metadata, dict) else {},
        attachments=dict(attachments) if isinstance(attachments, dict) else {},
    )


def _short(value: Any) -> bool:
    try:
        return len(json.dumps(value, default=str, ensure_ascii=False).encode()) <= KEPT
    except (UnicodeEncodeError, RecursionError):
        return False
