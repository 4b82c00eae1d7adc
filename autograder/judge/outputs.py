"""Outputs of a student's cell, as a notebook may hold them, from whatever a solver says.

The solver bounds and shapes its outputs, but the solver is the student's process. So the judge
bounds and shapes them again, and leaves out what the notebook format does not know.
"""

import json
import re
from typing import Any

from autograder.solver.session import MAX_OUTPUT
from heinit_lab.checking.report import VERDICT_MIME

MAX_OUTPUTS = 2000  # a cell
MAX_NOTEBOOK = 16 * 2**20  # bytes of all its outputs
Output = dict[str, Any]
_MIME = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
_CUT = (
    f"[the output is cut off here: a cell may show {MAX_OUTPUT // 2**20} MiB, "
    f"and a notebook {MAX_NOTEBOOK // 2**20} MiB]\n"
)


def clean(outputs: Any, most: int = MAX_NOTEBOOK) -> tuple[list[Output], int]:
    """The outputs of one cell, well-formed and of bounded size, and that size in bytes.

    most: what is left for the cell of the notebook's bytes.
    """
    kept: list[Output] = []
    room = left = min(most, 2 * MAX_OUTPUT)  # the solver cuts first, and says where
    for raw in outputs[:MAX_OUTPUTS] if isinstance(outputs, list) else []:
        output = _output(raw) if isinstance(raw, dict) else None
        if output is None:
            continue
        left -= len(json.dumps(output))
        if left < 0:
            kept.append({"output_type": "stream", "name": "stdout", "text": _CUT})
            break
        kept.append(output)
    return kept, room - max(left, 0)


def error_output(name: str, message: str) -> Output:
    """An error of which nothing is shown but its name and message."""
    line = f"\x1b[31m{name}\x1b[0m: {message}"
    return {"output_type": "error", "ename": name, "evalue": message, "traceback": [line]}


def _output(raw: dict[Any, Any]) -> Output | None:
    match raw:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": text}
        case {"output_type": "display_data", "data": dict(data)}:
            return {"output_type": "display_data", "data": _bundle(data), "metadata": {}}
        case {"output_type": "execute_result", "data": dict(data)}:
            count = cell_number(raw.get("execution_count"))
            result = {"output_type": "execute_result", "data": _bundle(data), "metadata": {}}
            return {**result, "execution_count": count}
        case {"output_type": "error", "ename": str(name), "evalue": str(value), "traceback": list(lines)}:
            trace = [line for line in lines if isinstance(line, str)]
            return {"output_type": "error", "ename": name, "evalue": value, "traceback": trace}
    return None


def cell_number(count: Any) -> int | None:
    """A cell's number, or None."""
    return count if type(count) is int and 0 <= count < 2**31 else None


def _bundle(data: dict[Any, Any]) -> dict[str, Any]:
    """What a display holds, by its kinds; never a verdict, which only the judge gives."""
    kept: dict[str, Any] = {}
    for kind, value in data.items():
        if not isinstance(kind, str) or not _MIME.fullmatch(kind) or kind == VERDICT_MIME:
            continue
        if isinstance(value, str):
            kept[kind] = value
        elif kind.endswith("json"):
            try:
                kept[kind] = json.loads(json.dumps(value, allow_nan=False))
            except (TypeError, ValueError, RecursionError):
                continue
    return kept
