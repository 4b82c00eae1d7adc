"""A plain table of grades: nbgrader's own columns, and what each empty grade means."""

from collections.abc import Iterable

from autograder.gradebook import Cohort
from autograder.lms.exporter import Exporter, Row

COLUMNS = (
    *("assignment", "student_id", "last_name", "first_name", "email", "lms_user_id", "timestamp", "status"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "reason"),
)


class PlainExporter(Exporter):
    """Grades as a table, a row for each student and lesson."""

    def rows(self, cohort: Cohort) -> Iterable[Row]:
        yield COLUMNS
        for lesson, max_score in cohort.lessons.items():
            for s in cohort.students.values():
                record = cohort.records[s.id, lesson]
                penalty = None if record.score is None else record.penalty
                yield (
                    *(lesson, s.id, s.last_name, s.first_name, s.email, s.lms_user_id, record.handed_in),
                    *(record.status.value, record.score, penalty, self.cell(record), max_score),
                    record.reason,
                )
