"""A check's score in the points that its cell has.

The hidden checks count in points of their own, of which a lesson's author has given each behaviour some. An
instructor may give the exercise other points: then an answer has the same share of these.
"""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from nbformat import NotebookNode

from heinit_lab.checking.report import VERDICT_MIME

COUNT = "{} (they count as {:g} of {:g} here)"


def rescale(cell: NotebookNode) -> None:
    """Give a test cell that was run its score in the points of the cell."""
    points = cell.metadata.get("nbgrader", {}).get("points")
    most = sum(verdict["max_score"] for verdict in verdicts(cell))
    if not most or not isinstance(points, (int, float)) or points == most:
        return
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "execute_result":
            with suppress(ValueError):  # nbgrader gives all points for a value that is no number
                data["text/plain"] = repr(float(data["text/plain"]) / most * points)
        elif verdict := data.get(VERDICT_MIME):
            total = f"{verdict['score']:g} of {verdict['max_score']:g} points"
            scale = points / most
            counts = COUNT.format(total, verdict["score"] * scale, verdict["max_score"] * scale)
            for kind in ("text/plain", "text/html"):
                data[kind] = data[kind].replace(total, counts, 1)


def share_of_points(cell: NotebookNode, score: float | None) -> float | None:
    """The share of its points that a graded cell has; None where nothing says so."""
    if points := cell.metadata.nbgrader.points:
        return None if score is None else score / points
    most = sum(verdict["max_score"] for verdict in verdicts(cell))
    return sum(verdict["score"] for verdict in verdicts(cell)) / most if most else None


def verdicts(cell: NotebookNode) -> Iterator[dict[str, Any]]:
    """What the hidden checks left in a test cell's outputs."""
    outputs = (output.get("data", {}) for output in cell.get("outputs", []))
    return (data[VERDICT_MIME] for data in outputs if VERDICT_MIME in data)
