"""CSV files that a spreadsheet opens as text, and not as a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

RUNS = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run as a formula


def is_formula(cell: object) -> bool:
    """Whether a spreadsheet would run this cell. Numbers are no formulas, and neither is a lone dash."""
    return isinstance(cell, str) and cell != "-" and cell.lstrip(" \n").startswith(RUNS)


def guarded(cell: object) -> object:
    """The cell as it may be written: a text that would be run gets an apostrophe before it."""
    return f"'{cell}" if is_formula(cell) else cell


def text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV (RFC 4180), every cell guarded; None is an empty cell."""
    written = io.StringIO(newline="")
    csv.writer(written).writerows(map(guarded, row) for row in rows)
    return written.getvalue()


def write(path: Path, content: str) -> None:
    """Write a file in one step: whoever reads it sees the old one or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    new.write_text(content, encoding="utf-8", newline="")
    new.replace(path)
