"""What nbgrader's gradebook holds of the submissions: the points of each cell, who gave them, and lateness.

Everything that tells somebody a grade reads it here, so that all say the same number. A score that a person
gave in formgrader counts before that of the checks.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from nbgrader import api
from sqlalchemy import Select, select

from autograder.grading.result import ExerciseScore, Result
from autograder.times import span


@dataclass(frozen=True)
class CellGrade:
    """What the gradebook holds of one cell. auto, manual: None where not given; a manual score counts."""

    max_score: float
    auto: float | None = None
    manual: float | None = None
    extra: float = 0.0
    needs_manual: bool = False

    @property
    def by_hand(self) -> bool:
        """Whether a person decided these points."""
        return self.manual is not None or bool(self.extra)

    @property
    def score(self) -> float:
        """The points that count, with extra credit."""
        return ((self.auto if self.manual is None else self.manual) or 0.0) + self.extra


@dataclass(frozen=True)
class Grades:
    """What the gradebook holds of one submitted notebook. penalty: points off, as nbgrader counts lateness.

    name: the student's, '' where the gradebook has none. cells, comments: by grade_id. late: seconds after
    the due date with its extension, 0 where the work came in time or nothing says when.
    """

    student: str
    lesson: str
    name: str = ""
    penalty: float = 0.0
    cells: dict[str, CellGrade] = field(default_factory=dict)
    comments: dict[str, str] = field(default_factory=dict)
    handed_in: datetime | None = None
    late: float = 0.0

    @property
    def scored(self) -> bool:
        """Whether the grader or an instructor has given a score to any cell."""
        return any(cell.auto is not None or cell.manual is not None for cell in self.cells.values())

    @property
    def checked(self) -> bool:
        """Whether the checks have given a score to any cell."""
        return any(cell.auto is not None for cell in self.cells.values())

    @property
    def decided(self) -> bool:
        """Whether a person has given the points of every cell that has points, and none waits."""
        cells = [cell for cell in self.cells.values() if cell.max_score]
        return bool(cells) and all(c.manual is not None and not c.needs_manual for c in cells)

    @property
    def stands(self) -> bool:
        """Whether there is a grade: of the checks, or of a person, who has then looked at everything."""
        return self.checked or self.decided

    @property
    def by_hand(self) -> list[str]:
        """The exercises of which a person decided the points, in order."""
        return sorted(name.removeprefix("test-") for name, cell in self.cells.items() if cell.by_hand)

    @property
    def score(self) -> float:
        """The points after the penalty."""
        return after_penalty(sum(cell.score for cell in self.cells.values()), self.penalty)

    @property
    def max_score(self) -> float:
        """The points that the notebook's cells can earn."""
        return sum(cell.max_score for cell in self.cells.values())


def late_by(handed_in: datetime | None, due: datetime | None, extension: timedelta | None) -> float:
    """How many seconds after the due date something was handed in; 0 where that is not known."""
    if handed_in is None or due is None:
        return 0.0
    return max(0.0, (handed_in - due - (extension or timedelta(0))).total_seconds())


def after_penalty(score: float, penalty: float) -> float:
    """The points that remain after a penalty, never below 0."""
    return max(0.0, score - penalty)


def points(value: float) -> str:
    """Points in words, with at most two digits after the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def read_grades(gradebook: Any, lesson: str, student: str, notebook: str | None = None) -> Grades:
    """The grades of one submission. notebook: the notebook's name, by default the lesson's.

    Raises nbgrader.api.MissingEntry where the gradebook has no such submission.
    """
    entry = gradebook.find_submission_notebook(notebook or lesson, lesson, student)
    return next(iter(all_grades(gradebook, [entry.id])))


def all_grades(gradebook: Any, notebooks: Collection[str] | None = None) -> Iterable[Grades]:
    """The grades of all submissions, or of some notebooks: three queries, however many students."""
    entry, assignment = api.SubmittedNotebook, api.SubmittedAssignment

    def rows(query: Select[Any]) -> Iterable[Any]:
        result: Iterable[Any] = gradebook.db.execute(
            query if notebooks is None else query.where(entry.id.in_(notebooks))
        )
        return result

    grades = {
        key: Grades(
            *(student, lesson, " ".join(filter(None, names)), penalty or 0.0),
            handed_in=handed_in,
            late=late_by(handed_in, due, extension),
        )
        for key, student, lesson, penalty, handed_in, due, extension, *names in rows(
            select(
                *(entry.id, assignment.student_id, api.Assignment.name, entry.late_submission_penalty),
                *(assignment.timestamp, api.Assignment.duedate, assignment.extension),
                *(api.Student.first_name, api.Student.last_name),
            )
            .join(assignment, entry.assignment_id == assignment.id)
            .join(api.Assignment, assignment.assignment_id == api.Assignment.id)
            .join(api.Student, assignment.student_id == api.Student.id)
        )
    }
    cell, base = api.Grade, api.BaseCell
    for key, name, max_score, auto, manual, extra, by_hand in rows(
        select(
            *(entry.id, base.name, cell.max_score, cell.auto_score, cell.manual_score),
            *(cell.extra_credit, cell.needs_manual_grade),
        )
        .join(cell, cell.notebook_id == entry.id)
        .join(base, cell.cell_id == base.id)
    ):
        grades[key].cells[name] = CellGrade(
            float(max_score or 0), auto, manual, float(extra or 0), bool(by_hand)
        )
    comment = api.Comment
    for key, name, text in rows(
        select(entry.id, base.name, comment.comment)
        .join(comment, comment.notebook_id == entry.id)
        .join(base, comment.cell_id == base.id)
    ):
        if text:
            grades[key].comments[name] = text
    return grades.values()


def as_it_counts(result: Result, grades: Grades | None) -> Result:
    """The result with the points that count, and who decided them. grades: what the gradebook has of it.

    Of an ungradable one these are the points of an earlier version, which stand, or a person's.
    """
    if grades is None or not grades.stands:
        return result
    cells = dict(result.cells)
    for grade_id, cell in grades.cells.items():
        name = grade_id.removeprefix("test-")
        given = cell.auto is not None or cell.manual is not None
        kept: ExerciseScore = cells.get(name, {"score": None, "max_score": 0.0, "misconceptions": []})
        cells[name] = {**kept, "score": cell.score if given else None, "max_score": cell.max_score}
    return replace(
        result,
        status="unchanged" if result.status == "ungradable" and grades.decided else result.status,
        score=sum(cell.score for cell in grades.cells.values()),
        max_score=grades.max_score,
        penalty=grades.penalty,
        final=grades.score,
        late=grades.late,
        by_hand=grades.by_hand,
        cells=cells,
    )


def remarks(late: float, penalty: float, by_hand: Iterable[str]) -> str:
    """What is to be said of a grade besides its points, as a clause; '' where there is nothing."""
    taken = f"{points(penalty)} points off" if penalty else "no points off"
    said = [f"{span(late, 2)} late, {taken}"] if late else [taken] if penalty else []
    if names := list(by_hand):
        said.append(f"by hand: {', '.join(names)}")
    return "; ".join(said)
