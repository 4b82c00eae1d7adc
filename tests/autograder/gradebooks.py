"""Fill a course's gradebook with grades and receipts as grading leaves them, without grading."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)

from autograder.course import nbgrader_api
from autograder.gradebook import Cohort, Record, Status
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result


def fill(root: Path, cohort: Cohort) -> None:
    """Put a class into the gradebook of a course directory that has its lessons."""
    api = nbgrader_api(root)
    with api.gradebook as gradebook:
        db, receipts = gradebook.db, Receipts(gradebook.engine)
        for student in cohort.students.values():
            if student.enrolled:
                gradebook.update_or_create_student(
                    student.id,
                    first_name=student.first_name or None,
                    last_name=student.last_name or None,
                    email=student.email or None,
                    lms_user_id=student.lms_user_id or None,
                )
        for record in cohort.records.values():
            if record.score is not None:
                _grade(db, record)
        for record in cohort.records.values():
            if record.status in (Status.GRADED, Status.UNGRADABLE):
                receipts.keep(db, _result(record), record.handed_in)
        db.commit()
    for record in cohort.records.values():
        if record.status is Status.UNGRADED:
            path = root / "submitted" / record.student / record.lesson / f"{record.lesson}.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes((root / "release" / record.lesson / path.name).read_bytes())


def _grade(db: Any, record: Record) -> None:
    assignment = db.query(Assignment).filter_by(name=record.lesson).one()
    notebook = db.query(Notebook).filter_by(assignment_id=assignment.id).one()
    student = db.query(Student).filter_by(id=record.student).one()
    submission = SubmittedAssignment(assignment=assignment, student=student, timestamp=record.handed_in)
    submitted = SubmittedNotebook(
        notebook=notebook, assignment=submission, late_submission_penalty=record.penalty or None
    )
    db.add_all([submission, submitted])
    for cell in db.query(GradeCell).filter_by(notebook_id=notebook.id):
        earned = record.cells.get(cell.name.removeprefix("test-"))
        db.add(
            Grade(
                cell=cell,
                notebook=submitted,
                auto_score=earned.score if earned else 0.0,
                needs_manual_grade=False,
            )
        )


def _result(record: Record) -> Result:
    return Result(
        record.student,
        record.lesson,
        record.status.value,
        record.score,
        record.max_score,
        record.reason,
        cells={name: asdict(cell) for name, cell in record.cells.items()},
        repairs=list(record.repairs),
        stopped=list(record.stopped),
        wall="namespaces" if record.sandboxed else "none",
        receipt=dict.fromkeys(("submission", "checks", "environment", "seed"), "0" * 64) | {"versions": {}},
    )
