"""CSV files that a spreadsheet opens as text, and not as a program."""

import csv
import io
from collections.abc import Iterable, Sequence

RUNS = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run as a formula


def is_formula(cell: object) -> bool:
    """Whether a spreadsheet would run this cell. Numbers are no formulas, and neither is a lone dash."""
    return isinstance(cell, str) and cell != "-" and cell.lstrip(" \n").startswith(RUNS)


def csv_text(rows: Iterable[Sequence[object]]) -> str:
    """The rows as CSV (RFC 4180). A formula gets an apostrophe before it; None is an empty cell."""
    content = io.StringIO(newline="")
    csv.writer(content).writerows([f"'{cell}" if is_formula(cell) else cell for cell in row] for row in rows)
    return content.getvalue()
