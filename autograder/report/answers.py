"""The answers that students wrote, read from the graded notebooks. No answer is run."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.gradebook import Cohort, Pair, Status
from autograder.repair.parsing import Answer, answer

Answers = dict[str, str]  # the text of each exercise's cell


def answers(root: Path, cohort: Cohort) -> dict[Pair, Answers]:
    """For each graded student and lesson, the text of the cells that were filled in.

    The texts come from autograded/, where copied and moved cells are repaired. A notebook that is
    not there, or cannot be read, has no answers.
    """
    return {
        (student, lesson): _filled(
            root / "autograded" / student / lesson / f"{lesson}.ipynb", set(cohort.exercises[lesson])
        )
        for (student, lesson), record in cohort.records.items()
        if record.status is Status.GRADED
    }


def _filled(path: Path, names: set[str]) -> Answers:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError):
        return {}
    filled = {}
    for cell in cells:
        name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
        text = "".join(cell.get("source", ""))
        if name in names and answer(text, "code", name) > Answer.STUB:
            filled[name] = text
    return filled
