"""A check's score in the points that its cell has.

The hidden checks count in points of their own, of which a lesson's author has given each behaviour some. An
instructor may give the exercise other points: then an answer has the same share of these.
"""

from collections.abc import Iterator
from typing import Any

from nbformat import NotebookNode

from heinit_lab.checking.report import VERDICT_MIME

COUNT = "{} (they count as {:g} of {:g} here)"


def share(cell: NotebookNode) -> float | None:
    """The share of the hidden checks' points that the answer has; None where they have said nothing."""
    verdicts = list(_verdicts(cell))
    most = sum(verdict["max_score"] for verdict in verdicts)
    return sum(verdict["score"] for verdict in verdicts) / most if most else None


def rescale(cell: NotebookNode) -> None:
    """Give a test cell that was run its score in the points of the cell."""
    earned, points = share(cell), cell.metadata.get("nbgrader", {}).get("points")
    most = sum(verdict["max_score"] for verdict in _verdicts(cell))
    if earned is None or not isinstance(points, (int, float)) or points == most:
        return
    for output in cell.outputs:
        data = output.get("data", {})
        if output.output_type == "execute_result":
            data["text/plain"] = repr(earned * points)
        elif verdict := data.get(VERDICT_MIME):
            total = f"{verdict['score']:g} of {verdict['max_score']:g} points"
            counts = COUNT.format(total, earned * points, points)
            for kind in ("text/plain", "text/html"):
                data[kind] = data[kind].replace(total, counts, 1)


def _verdicts(cell: NotebookNode) -> Iterator[dict[str, Any]]:
    outputs = (output.get("data", {}) for output in cell.get("outputs", []))
    return (data[VERDICT_MIME] for data in outputs if VERDICT_MIME in data)
