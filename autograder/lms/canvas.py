"""A file for Canvas: Gradebook, Import.

Its columns are those of Canvas's own export: Student, ID, SIS User ID, SIS Login ID, Section, then a
column for each assignment, headed "title (id)", and a row "Points Possible" below the header. Canvas
finds a student by ID, then by SIS User ID, SIS Login ID and name, and an assignment by the id in its
heading, then by its title. Canvas asks about whatever it does not find before it changes anything.
"""

from collections.abc import Iterable

from traitlets import Dict, Unicode

from autograder.gradebook import Cohort
from autograder.lms.exporter import Exporter, Row


class CanvasExporter(Exporter):
    """Grades for Canvas."""

    platform = "Canvas"
    default = "grades-canvas.csv"

    assignments = Dict(
        value_trait=Unicode(),
        help="Canvas's heading for a lesson where it is not the lesson's name: "
        '{"3-worked-examples": "Worked examples (4711)"}.',
    ).tag(config=True)

    def rows(self, cohort: Cohort) -> Iterable[Row]:
        headings = [self.assignments.get(lesson, lesson) for lesson in cohort.lessons]
        yield ("Student", "ID", "SIS User ID", "SIS Login ID", "Section", *headings)
        yield ("    Points Possible", "", "", "", "", *(f"{most:g}" for most in cohort.lessons.values()))
        students = cohort.students.values()
        for student in students:
            grades = self.cells(cohort, student)
            first, last = student.first_name, student.last_name
            name = f"{last}, {first}" if last and first else student.name
            yield (name, student.lms_user_id, "", student.id, cohort.sections.get(student.id, ""), *grades)
        unknown = [student.id for student in students if not student.lms_user_id]
        if unknown:
            self.notes.append(
                "Without a Canvas ID; Canvas looks for them by login and name, and asks where it finds "
                f"nobody: {', '.join(unknown)}. "
                "A roster from Canvas brings the IDs: heinit course DIR --roster FILE."
            )
