"""A file for Moodle: Grades, Import, CSV file.

One column names the user, and its heading says which field to map to: "Email address", "ID number"
or "Username". A lesson's column is headed by its name, to be mapped to its grade item once. Moodle
stops the whole import at a user whom it does not know, and carries an empty field over from the
line above; so whoever lacks the field is left out and named. "-" is no grade.
(https://docs.moodle.org/en/Grade_import)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from traitlets import Enum

from autograder.gradebook import Class, Student
from autograder.lms.exporter import Exporter, Row

FIELDS = {"email": "Email address", "idnumber": "ID number", "username": "Username"}


def _field(student: Student, by: str) -> str:
    return {"email": student.email, "idnumber": student.lms_user_id, "username": student.id}[by]


class MoodleExporter(Exporter):
    """Grades for Moodle."""

    platform = "Moodle"
    default = "grades-moodle.csv"

    by = Enum(
        ["auto", *FIELDS],
        default_value="auto",
        help="Moodle's user field that names a student: email, idnumber (the gradebook's LMS user ID) or "
        "username (the student's name in the course). auto: the first that most students have.",
    ).tag(config=True)

    def rows(self, of: Class) -> Iterable[Row]:
        students = list(of.students.values())
        by = self.by if self.by != "auto" else self._best(students)
        heading = FIELDS[by]
        times = Counter(_field(student, by) for student in students)
        yield ("First name", "Last name", heading, *of.lessons)
        for student in students:
            if _field(student, by) and times[_field(student, by)] == 1:
                grades = (self.cell(of.records[student.id, lesson], nothing="-") for lesson in of.lessons)
                yield (student.first_name, student.last_name, _field(student, by), *grades)
        nameless = [student for student in students if not _field(student, by)]
        self.leave_out(nameless, f"they have no {heading.lower()}")
        doubles = [s for s in students if _field(s, by) and times[_field(s, by)] > 1]
        self.leave_out(doubles, f"another one has the same {heading.lower()}")
        self.notes.append(f"In Moodle, map from {heading!r} to the user field of that name.")

    def _best(self, students: list[Student]) -> str:
        """The field that most students have; the username where nobody has another."""
        have = {by: sum(bool(_field(s, by)) for s in students) for by in ("email", "idnumber")}
        best = max(have, key=have.__getitem__)
        return best if have[best] else "username"
