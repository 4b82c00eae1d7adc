"""A plain table of grades: nbgrader's own columns, and what each empty grade means."""

from collections.abc import Iterable

from autograder.gradebook import Cohort
from autograder.grades import points
from autograder.lms.exporter import Exporter, Row
from autograder.settings import DAY

COLUMNS = (
    *("assignment", "student_id", "last_name", "first_name", "email", "lms_user_id", "timestamp", "status"),
    *("raw_score", "late_submission_penalty", "score", "max_score", "reason"),
    *("late_days", "by_hand", "section", "weight"),
)


class PlainExporter(Exporter):
    """Grades as a table, a row for each student and lesson."""

    def rows(self, cohort: Cohort) -> Iterable[Row]:
        yield COLUMNS
        for lesson, max_score in cohort.lessons.items():
            for s in cohort.students.values():
                record = cohort.records[s.id, lesson]
                penalty = None if record.score is None else record.penalty
                late = round(record.late / DAY, 2) or None
                yield (
                    *(lesson, s.id, s.last_name, s.first_name, s.email, s.lms_user_id, record.handed_in),
                    *(record.status.value, record.score, penalty, self.cell(record), max_score),
                    *(record.reason, late, " ".join(record.by_hand)),
                    *(cohort.sections.get(s.id), cohort.weights.get(lesson, 1.0)),
                )
        if any(cohort.weights.get(lesson, 1.0) != 1 for lesson in cohort.lessons):
            yield from self._totals(cohort)

    def _totals(self, cohort: Cohort) -> Iterable[Row]:
        """For each student, the weighted points of the lessons that have a grade in the file."""
        for s in cohort.students.values():
            whose = s.last_name, s.first_name, s.email, s.lms_user_id
            counts = [
                (float(grade), cohort.lessons[lesson], cohort.weights.get(lesson, 1.0))
                for lesson in cohort.lessons
                if (grade := self.cell(cohort.records[s.id, lesson]))
            ]
            score = points(sum(weight * grade for grade, _, weight in counts)) if counts else ""
            most = sum(weight * max_score for _, max_score, weight in counts)
            numbers = f"{len(counts)} graded", None, None, score, most
            yield ("total", s.id, *whose, None, *numbers, *[None] * 3, cohort.sections.get(s.id), None)
