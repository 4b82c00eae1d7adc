"""The one reader of a course's gradebook: scores, penalties, comments, receipts and totals.

Scores are the gradebook's, so a grade that an instructor gives in formgrader counts; misconceptions,
repairs and reasons come from the receipts. The report, the feedback pages and the files for learning
platforms take everything that they say about a student from here.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import inspect, select

from autograder.grades import Grades, after_penalty, all_grades
from autograder.grading.receipts import RECEIPTS
from autograder.grading.result import Result
from autograder.repair.candidates import choose_notebook
from autograder.repair.reading import check_file
from autograder.repair.released import ReleasedLesson, released_lesson
from autograder.sandbox.kinds import UNSANDBOXED
from autograder.settings import read_settings
from autograder.submissions.submission import Submission, UngradableError, submitted

NO_LESSONS = "the student's folder holds what is no lesson's: {}. Rename it if it is a lesson, or delete it."
Pair = tuple[str, str]  # a student's id and a lesson's name


class Status(StrEnum):
    """What became of a student's lesson."""

    GRADED = "graded"
    UNGRADABLE = "ungradable"  # handed in, but cannot be graded: that is not a zero
    UNGRADED = "not graded"  # handed in, and nobody has graded it yet
    MISSING = "missing"  # not handed in


@dataclass(frozen=True)
class Student:
    """A student, as the gradebook knows them. Only `id` is always there."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""
    enrolled: bool = True  # False: handed in, but the gradebook does not know them

    @property
    def name(self) -> str:
        """First and last name, or the id where there is no name."""
        return f"{self.first_name} {self.last_name}".strip() or self.id


@dataclass(frozen=True)
class ExerciseGrade:
    """The points of one exercise, the names of the mistakes in the answer. why: it could not run, or ''."""

    score: float
    max_score: float
    misconceptions: tuple[str, ...] = ()
    why: str = ""

    @property
    def share(self) -> float:
        """The points earned, as a share of those to earn; 0 where there are none to earn."""
        return self.score / self.max_score if self.max_score else 0.0


@dataclass(frozen=True)
class Record:
    """What a student has for a lesson.

    score: points before the penalty; None where nothing was graded. Where the newest submission is
        ungradable and an earlier submission was graded, `score` is the earlier grade, which stands.
    stopped: the student's cells that stopped with an error, a sentence each.
    penalty: points taken off for lateness, as nbgrader counts them. late: seconds after the due date.
    by_hand: the exercises of which a person decided the points.
    uncertain: whether nobody knows that it was handed in, since the student's folder cannot be looked into,
        or holds what is no lesson's.
    """

    student: str
    lesson: str
    status: Status
    score: float | None = None
    max_score: float = 0.0
    penalty: float = 0.0
    reason: str = ""
    cells: dict[str, ExerciseGrade] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    stopped: tuple[str, ...] = ()
    sandboxed: bool = True
    handed_in: datetime | None = None
    late: float = 0.0
    by_hand: tuple[str, ...] = ()
    uncertain: bool = False

    @property
    def final(self) -> float | None:
        """The points after the penalty; None where there is no score."""
        return None if self.score is None else after_penalty(self.score, self.penalty)


@dataclass(frozen=True)
class Cohort:
    """The students of a course: its lessons and exercises with their points, and a record for each pair.

    weights: how many times the points of a lesson count, by default once. sections: of the students in one.
    """

    course: str
    lessons: dict[str, float]
    exercises: dict[str, dict[str, float]]
    students: dict[str, Student]
    records: dict[Pair, Record]
    weights: dict[str, float] = field(default_factory=dict)
    sections: dict[str, str] = field(default_factory=dict)

    def of(self, lesson: str) -> list[Record]:
        """The records of a lesson, one for each student."""
        return [self.records[student, lesson] for student in self.students]

    def graded(self, lesson: str) -> list[Record]:
        """The records of a lesson that stand as graded."""
        return [record for record in self.of(lesson) if record.status is Status.GRADED]

    def handed_in(self, lesson: str) -> bool:
        """Whether it is certain that any student has handed this lesson in."""
        return any(r.status is not Status.MISSING and not r.uncertain for r in self.of(lesson))


def read_cohort(gradebook: Any, root: Path, course: str = "") -> Cohort:
    """Everything that is known about the students of a course.

    gradebook: an open nbgrader Gradebook. root: the course directory. course: its name.
    """
    settings = read_settings(root)
    lessons = {
        a.name: float(a.max_score)
        for a in sorted(gradebook.assignments, key=lambda a: str(a.name))
        if settings.lesson(a.name).counts_at_all
    }
    students = {student.id: student for student in read_students(gradebook)}
    handed = submitted(root, students=students, timezone=settings.timezone)
    waiting = {(s.student, s.lesson): s for s in handed}
    strange: dict[str, list[str]] = {}
    for student, lesson in waiting:
        if lesson not in lessons and not (root / "source" / lesson).is_dir():
            strange.setdefault(student, []).append(lesson)
    receipts = _receipts(gradebook)
    grades: dict[Pair, Grades] = {}
    for part in all_grades(gradebook):  # an assignment of nbgrader's can have several notebooks
        before = grades.get((part.student, part.lesson), Grades(part.student, part.lesson))
        penalty, cells = before.penalty + part.penalty, {**before.cells, **part.cells}
        grades[part.student, part.lesson] = replace(part, penalty=penalty, cells=cells)
    grades = {pair: whole for pair, whole in grades.items() if whole.scored}
    for student in sorted({student for student, _ in {*waiting, *receipts}} - set(students)):
        students[student] = Student(student, enrolled=False)

    @cache
    def release(lesson: str) -> ReleasedLesson:
        try:
            return released_lesson(gradebook, lesson, lesson)
        except api.MissingEntry:  # then files are known by their names alone
            return ReleasedLesson({})

    records = {}
    for pair in ((student, lesson) for student in students for lesson in lessons):
        result = receipts.get(pair)
        if pair in grades or (result and result.status == Status.UNGRADABLE):
            record = _graded(pair, grades.get(pair), result)
        else:
            released = (root / "source" / pair[1] / f"{pair[1]}.ipynb").is_file()
            record = _ungraded(pair, waiting.get(pair) if released else None, release)
        if record.status is Status.MISSING and pair[0] in strange:
            reason = NO_LESSONS.format(", ".join(strange[pair[0]]))
            record = replace(record, status=Status.UNGRADABLE, reason=reason, uncertain=True)
        elif pair in waiting and waiting[pair].closed:
            record = replace(record, uncertain=record.score is None)
        records[pair] = replace(record, max_score=lessons[pair[1]])
    exercises = {name: _exercises(gradebook, name) for name in lessons}
    weights = {name: settings.lesson(name).weight for name in lessons}
    sections = {student: section for student in students if (section := settings.section(student))}
    return Cohort(course, lessons, exercises, students, records, weights, sections)


def _graded(pair: Pair, grades: Grades | None, result: Result | None) -> Record:
    """The record of what was graded, or found ungradable; the latter may have earlier grades.

    result: as the receipt keeps it; None where heinit has not graded it.
    """
    record = Record(*pair, Status.GRADED)
    if result is not None:
        record = Record(
            *pair,
            Status.UNGRADABLE if result.status == Status.UNGRADABLE else Status.GRADED,
            reason=result.reason,
            repairs=tuple(result.repairs),
            stopped=tuple(result.stopped),
            sandboxed=result.wall != UNSANDBOXED,
        )
    if grades is None or not (grades.stands or result is None):
        return record
    cells = {}
    for grade_id, cell in grades.cells.items():
        if not cell.max_score and not cell.score:  # the exercise does not count
            continue
        name = grade_id.removeprefix("test-")
        kept = result.cells.get(name) if result else None
        mistakes, why = (tuple(kept["misconceptions"]), kept.get("why", "")) if kept else ((), "")
        cells[name] = ExerciseGrade(cell.score, cell.max_score, mistakes, why)
    score = sum(cell.score for cell in cells.values())
    # a person may grade what the checks could not
    status = Status.GRADED if grades.decided else record.status
    return replace(
        record,
        status=status,
        score=score,
        penalty=grades.penalty,
        cells=cells,
        handed_in=grades.handed_in,
        late=grades.late,
        by_hand=tuple(grades.by_hand),
    )


def _ungraded(pair: Pair, submission: Submission | None, release: Callable[[str], ReleasedLesson]) -> Record:
    """The record of what nobody has graded: is it handed in, and could it be graded?"""
    if submission is None:
        return Record(*pair, Status.MISSING)
    try:
        check_file(choose_notebook(submission, release(pair[1])).content)
    except UngradableError as reason:
        return Record(*pair, Status.UNGRADABLE, reason=str(reason))
    except Exception as error:  # whatever is in one notebook, the others are reported
        sentence = UngradableError(f"it cannot be read ({error!r:.200}). Grade it by hand.")
        return Record(*pair, Status.UNGRADABLE, reason=str(sentence))
    return Record(*pair, Status.UNGRADED)


def read_students(gradebook: Any) -> list[Student]:
    """The students in the gradebook, by name."""
    row = api.Student
    rows = gradebook.db.execute(select(row.id, row.first_name, row.last_name, row.email, row.lms_user_id))
    students = (
        Student(key, first or "", last or "", email or "", lms or "") for key, first, last, email, lms in rows
    )
    return sorted(students, key=lambda s: (letters(s.last_name), letters(s.first_name), s.id))


def letters(text: str) -> str:
    """A text in small letters without accents, by which names are compared."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _exercises(gradebook: Any, lesson: str) -> dict[str, float]:
    """The exercises of a lesson that count, with their points, in the order of the course."""
    from heinit_lab.exercises import EXERCISES

    rows = gradebook.db.execute(
        select(api.GradeCell.name, api.GradeCell.max_score)
        .join(api.Notebook, api.GradeCell.notebook_id == api.Notebook.id)
        .join(api.Assignment, api.Notebook.assignment_id == api.Assignment.id)
        .where(api.Assignment.name == lesson)
    )
    cells = {name.removeprefix("test-"): float(max_score) for name, max_score in rows}
    return {name: cells[name] for name in [*EXERCISES, *cells] if cells.get(name)}


def _receipts(gradebook: Any) -> dict[Pair, Result]:
    """The results that grading kept, but for damaged ones; none where heinit has graded nothing."""
    if not inspect(gradebook.engine).has_table(RECEIPTS.name):
        return {}
    columns = RECEIPTS.c
    rows = gradebook.db.execute(select(columns.student, columns.lesson, columns.result))
    read = {(student, lesson): Result.from_json(result) for student, lesson, result in rows}
    return {pair: result for pair, result in read.items() if result is not None}
