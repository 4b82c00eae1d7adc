"""A file for Moodle: Grades, Import, CSV file.

One column names the user, and its heading says which field of Moodle's to map the column to: "Email
address", "ID number" or "Username". A lesson's column is headed by the lesson's name; map it to the
grade item once. Moodle stops the whole import at a user whom it does not know, and fills an empty field
with the value of the line above, so students without the field are left out and named. "-" is no grade.
(https://docs.moodle.org/en/Grade_import)
"""

from collections import Counter
from collections.abc import Iterable

from traitlets import Enum

from autograder.gradebook import Cohort, Student
from autograder.lms.exporter import Exporter, Row

# The headings of Moodle's fields, and the attribute of a student that each of them holds.
FIELDS = {
    "email": ("Email address", "email"),
    "idnumber": ("ID number", "lms_user_id"),
    "username": ("Username", "id"),
}


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

    def rows(self, cohort: Cohort) -> Iterable[Row]:
        students = list(cohort.students.values())
        heading, attribute = FIELDS[self.by if self.by != "auto" else self._best(students)]
        values = {student.id: getattr(student, attribute) for student in students}
        times = Counter(values.values())
        yield ("First name", "Last name", heading, *cohort.lessons)
        for student in students:
            if (value := values[student.id]) and times[value] == 1:
                grades = self.cells(cohort, student, nothing="-")
                yield (student.first_name, student.last_name, value, *grades)
        self.leave_out([s for s in students if not values[s.id]], f"they have no {heading.lower()}")
        doubles = [s for s in students if values[s.id] and times[values[s.id]] > 1]
        self.leave_out(doubles, f"another one has the same {heading.lower()}")
        self.notes.append(f"In Moodle, map from {heading!r} to the user field of that name.")

    def _best(self, students: list[Student]) -> str:
        """The field that most students have; the username where nobody has another."""
        emails, numbers = sum(bool(s.email) for s in students), sum(bool(s.lms_user_id) for s in students)
        if not emails and not numbers:
            return "username"
        return "email" if emails >= numbers else "idnumber"
