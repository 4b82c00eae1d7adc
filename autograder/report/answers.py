"""The answers that students wrote, read from the graded notebooks. Nothing of them is run."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.gradebook import Class, Status
from autograder.repair.parsing import Answer, answer

Answers = dict[str, str]  # the text of each exercise's cell


def answers(root: Path, of: Class) -> dict[tuple[str, str], Answers]:
    """For each graded student and lesson, the text of the cells that were filled in.

    They are read from autograded/, where copied and moved cells are mended. A notebook that is not
    there, or cannot be read, has no answers.
    """
    found = {}
    for (student, lesson), record in of.records.items():
        if record.status is Status.GRADED:
            path = root / "autograded" / student / lesson / f"{lesson}.ipynb"
            found[student, lesson] = _filled(path, set(of.exercises[lesson]))
    return found


def blank(read: dict[tuple[str, str], Answers]) -> set[tuple[str, str]]:
    """The students and lessons in which nothing was filled in."""
    return {key for key, filled in read.items() if not filled}


def _filled(path: Path, names: set[str]) -> Answers:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    filled = {}
    for cell in cells:
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        source = cell.get("source", "")
        text = source if isinstance(source, str) else "".join(source)
        if name in names and answer(text, "code", name) > Answer.STUB:
            filled[name] = text
    return filled
