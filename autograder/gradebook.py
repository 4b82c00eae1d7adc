"""Where a class stands: one record for each student and lesson, read from the gradebook.

Scores are the gradebook's, so that a hand in formgrader counts; misconceptions, repairs and reasons
are the receipts'. Everything that is told about a class, in the report or to a learning platform,
is read here.
"""

from __future__ import annotations

import json
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import inspect, select

from autograder.grading.receipts import RECEIPTS
from autograder.submissions import Submission, UngradableError, parse, submitted


class Status(StrEnum):
    """What became of a student's lesson."""

    GRADED = "graded"
    UNGRADABLE = "ungradable"  # handed in, and cannot be graded: that is not a zero
    UNGRADED = "not graded"  # handed in, and nobody has graded it yet
    MISSING = "missing"  # not handed in


@dataclass(frozen=True)
class Student:
    """One student, as the gradebook knows them. Only `id` is always there."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    enrolled: bool = True  # False: handed in, but the gradebook does not know them

    @property
    def name(self) -> str:
        """First and last name, or the id where there is none."""
        return f"{self.first_name} {self.last_name}".strip() or self.id


@dataclass(frozen=True)
class Cell:
    """The points of one exercise, and the names of the mistakes in it."""

    score: float
    max_score: float
    misconceptions: tuple[str, ...] = ()

    @property
    def share(self) -> float:
        """Points earned, as a share of those that there are; 0 where there are none."""
        return self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Record:
    """What a student has for a lesson.

    score: points before a penalty; None where nothing was graded. Where the newest submission is
        ungradable and an earlier one was graded, the earlier grade stands, and this is it.
    penalty: points taken off for lateness, as nbgrader counts them.
    """

    student: str
    lesson: str
    status: Status
    score: float | None = None
    max_score: float = 0.0
    penalty: float = 0.0
    reason: str = ""
    cells: dict[str, Cell] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    sandboxed: bool = True
    handed_in: datetime | None = None

    @property
    def final(self) -> float | None:
        """Points after the penalty, never below 0; None where there is no score."""
        return None if self.score is None else max(0.0, self.score - self.penalty)

    @property
    def share(self) -> float:
        """The points after the penalty as a share of the lesson's; 0 where there are none."""
        return (self.final or 0.0) / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Class:
    """A class: its lessons with their points and exercises, its students, a record for each pair."""

    course: str
    lessons: dict[str, float]
    exercises: dict[str, dict[str, float]]
    students: dict[str, Student]
    records: dict[tuple[str, str], Record]

    def of(self, lesson: str) -> list[Record]:
        """The records of a lesson, one for each student."""
        return [self.records[student, lesson] for student in self.students]


def read_class(gradebook: Any, root: Path | None = None, course: str = "") -> Class:
    """All that is known about a class.

    gradebook: an open nbgrader Gradebook. root: the course directory; without it, what is
    submitted and not graded is not seen.
    """
    lessons = {a.name: float(a.max_score) for a in gradebook.assignments}
    handed = {(s.student, s.lesson): s for s in submitted(root)} if root else {}
    grades, told = _grades(gradebook), _receipts(gradebook)
    students = {s.id: s for s in read_students(gradebook)}
    for student in sorted({student for student, _ in {*handed, *told}} - set(students)):
        students[student] = Student(student, enrolled=False)
    return Class(
        course=course,
        lessons=dict(sorted(lessons.items())),
        exercises={name: _exercises(gradebook, name) for name in sorted(lessons)},
        students=students,
        records={
            (student, lesson): _record(
                student,
                lesson,
                lessons[lesson],
                grades.get((student, lesson)),
                told.get((student, lesson), {}),
                handed.get((student, lesson)),
                root and root / "source" / lesson / f"{lesson}.ipynb",
            )
            for student in students
            for lesson in lessons
        },
    )


@dataclass
class _Graded:
    """What the gradebook holds of a submission."""

    handed_in: datetime | None
    penalty: float = 0.0
    points: dict[str, tuple[float, float]] = field(default_factory=dict)


def _record(
    student: str,
    lesson: str,
    most: float,
    graded: _Graded | None,
    told: dict[str, Any],
    handed: Submission | None,
    source: Path | None,
) -> Record:
    ungradable = told.get("status") == "ungradable"
    if graded is None and not ungradable:
        return _waiting(student, lesson, most, handed, source)
    named = {name: tuple(cell["misconceptions"]) for name, cell in told.get("cells", {}).items()}
    points = graded.points if graded else {}
    return Record(
        student,
        lesson,
        Status.UNGRADABLE if ungradable else Status.GRADED,
        score=sum(score for score, _ in points.values()) if graded else None,
        max_score=most,
        penalty=graded.penalty if graded else 0.0,
        reason=told.get("reason", ""),
        cells={name: Cell(*pair, named.get(name, ())) for name, pair in points.items()},
        repairs=tuple(told.get("repairs", ())),
        sandboxed=bool(told.get("sandboxed", True)),
        handed_in=graded.handed_in if graded else None,
    )


def _waiting(
    student: str, lesson: str, most: float, handed: Submission | None, source: Path | None
) -> Record:
    """A record where nothing was graded: is it handed in, and could it be graded?"""
    if handed is None or source is None or not source.is_file():
        return Record(student, lesson, Status.MISSING, max_score=most)
    try:
        parse(handed.read())
    except UngradableError as reason:
        return Record(student, lesson, Status.UNGRADABLE, max_score=most, reason=str(reason))
    return Record(student, lesson, Status.UNGRADED, max_score=most)


def read_students(gradebook: Any) -> list[Student]:
    """The students in the gradebook, by name."""
    of = api.Student
    rows = gradebook.db.execute(select(of.id, of.first_name, of.last_name, of.email, of.lms_user_id))
    filled = [[value or "" for value in row] for row in rows]
    found = [Student(key, first, last, email, lms) for key, first, last, email, lms in filled]
    return sorted(found, key=_by_name)


def _by_name(student: Student) -> tuple[str, ...]:
    """Where a student stands in a list: capitals and accents set no letter apart."""
    plain = (
        unicodedata.normalize("NFKD", part.casefold()) for part in (student.last_name, student.first_name)
    )
    return *("".join(c for c in part if not unicodedata.combining(c)) for part in plain), student.id


def _exercises(gradebook: Any, lesson: str) -> dict[str, float]:
    """The exercises of a lesson, in the order of the notebook, with their points."""
    rows = gradebook.db.execute(
        select(api.GradeCell.name, api.GradeCell.max_score)
        .join(api.Notebook, api.GradeCell.notebook_id == api.Notebook.id)
        .join(api.Assignment, api.Notebook.assignment_id == api.Assignment.id)
        .where(api.Assignment.name == lesson)
    ).all()
    cells = {name.removeprefix("test-"): float(points) for name, points in rows}
    return dict(sorted(cells.items(), key=lambda cell: _order().get(cell[0], len(cells))))


def _order() -> dict[str, int]:
    from heinit_lab.exercises import EXERCISES

    return {name: place for place, name in enumerate(EXERCISES)}


def _grades(gradebook: Any) -> dict[tuple[str, str], _Graded]:
    """The submissions with at least one score, by student and lesson: four queries, whatever the class."""
    submission, notebook = api.SubmittedAssignment, api.SubmittedNotebook
    found: dict[str, _Graded] = {}
    owners: dict[str, tuple[str, str]] = {}
    for key, student, lesson, when in gradebook.db.execute(
        select(submission.id, submission.student_id, api.Assignment.name, submission.timestamp).join(
            api.Assignment, submission.assignment_id == api.Assignment.id
        )
    ):
        found[key], owners[key] = _Graded(when), (student, lesson)
    notebooks: dict[str, str] = {}
    for key, owner, penalty in gradebook.db.execute(
        select(notebook.id, notebook.assignment_id, notebook.late_submission_penalty)
    ):
        notebooks[key] = owner
        found[owner].penalty += penalty or 0.0
    scored: dict[str, bool] = defaultdict(bool)
    for key, name, score, most, by_machine, by_hand in gradebook.db.execute(
        select(
            api.Grade.notebook_id,
            api.GradeCell.name,
            api.Grade.score,
            api.GradeCell.max_score,
            api.Grade.auto_score,
            api.Grade.manual_score,
        ).join(api.GradeCell, api.Grade.cell_id == api.GradeCell.id)
    ):
        owner = notebooks[key]
        found[owner].points[name.removeprefix("test-")] = (float(score), float(most))
        scored[owner] |= by_machine is not None or by_hand is not None
    return {owners[key]: graded for key, graded in found.items() if scored[key]}


def _receipts(gradebook: Any) -> dict[tuple[str, str], dict[str, Any]]:
    """The results that grading kept, by student and lesson; none where nothing was graded by heinit."""
    if not inspect(gradebook.engine).has_table(RECEIPTS.name):
        return {}
    columns = RECEIPTS.c
    rows = gradebook.db.execute(select(columns.student, columns.lesson, columns.result))
    return {(student, lesson): json.loads(result) for student, lesson, result in rows}
