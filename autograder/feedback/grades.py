"""What the gradebook says of one submission, read apart from drawing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class CellGrade:
    """The points of one cell. auto, manual: None where there are none; manual ones count."""

    most: float
    auto: float | None = None
    manual: float | None = None
    extra: float = 0.0
    needs_manual: bool = False

    @property
    def score(self) -> float:
        given = self.auto if self.manual is None else self.manual
        return (given or 0.0) + self.extra


@dataclass(frozen=True)
class Grades:
    """What a feedback page tells from the gradebook.

    name: how the student is called. late: points taken off for being late.
    cells, comments: by grade_id.
    """

    student: str
    lesson: str
    name: str = ""
    late: float = 0.0
    cells: dict[str, CellGrade] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return sum(cell.score for cell in self.cells.values()) - self.late

    @property
    def most(self) -> float:
        return sum(cell.most for cell in self.cells.values())


def read_grades(gradebook: Any, lesson: str, student: str, notebook: str | None = None) -> Grades:
    """Read an open gradebook. notebook: the notebook's name, by default the lesson's.

    Raises nbgrader.api.MissingEntry where the submission is not graded.
    """
    found = gradebook.find_submission_notebook(notebook or lesson, lesson, student)
    about = found.student
    return Grades(
        student=student,
        lesson=lesson,
        name=" ".join(part for part in (about.first_name, about.last_name) if part),
        late=float(found.late_submission_penalty or 0.0),
        cells={
            grade.name: CellGrade(
                most=float(grade.max_score or 0.0),
                auto=grade.auto_score,
                manual=grade.manual_score,
                extra=float(grade.extra_credit or 0.0),
                needs_manual=bool(grade.needs_manual_grade),
            )
            for grade in found.grades
        },
        comments={one.name: one.comment for one in found.comments if one.comment},
    )
