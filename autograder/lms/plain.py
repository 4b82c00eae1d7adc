"""A plain table of grades: nbgrader's own columns, and what each empty grade means."""

from __future__ import annotations

from collections.abc import Iterable

from autograder.gradebook import Class
from autograder.lms.exporter import Exporter, Row

COLUMNS = (
    *("assignment", "student_id", "last_name", "first_name", "email", "lms_user_id", "timestamp", "status"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "reason"),
)


class PlainExporter(Exporter):
    """Grades as a table, a row for each student and lesson."""

    def rows(self, of: Class) -> Iterable[Row]:
        yield COLUMNS
        for lesson, most in of.lessons.items():
            for student in of.students.values():
                record = of.records[student.id, lesson]
                graded = record.score is not None
                yield (
                    lesson,
                    student.id,
                    student.last_name,
                    student.first_name,
                    student.email,
                    student.lms_user_id,
                    record.handed_in,
                    record.status.value,
                    record.score,
                    record.penalty if graded else None,
                    self.cell(record),
                    most,
                    record.reason,
                )
