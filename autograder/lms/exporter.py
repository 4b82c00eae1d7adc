"""What the grade files share: which students and lessons, which cell is empty, and what to say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Enum

from autograder.gradebook import Class, Record, Status, Student, read_class
from autograder.lms import spreadsheet
from autograder.report.numbers import handed_in

Row = Sequence[object]


class Exporter(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """An nbgrader export plugin that writes one file and names who is not in it, or is empty there.

    `to`, `student` and `assignment` are nbgrader's. Without `assignment`, the lessons that nobody
    has handed in are left out, so that a lesson to come is no zero.
    After `export`, `notes` holds the sentences for the instructor, and `left_out` the students
    whom the file could not name.
    """

    platform = "a spreadsheet"
    default = "grades.csv"

    missing = Enum(
        ["empty", "zero"],
        default_value="empty",
        help="What stands for a lesson that a student has not handed in.",
    ).tag(config=True)

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.notes: list[str] = []
        self.left_out: list[str] = []

    def export(self, gradebook: Any) -> None:
        """Write the file. Lessons and students that do not exist are named in `notes`."""
        self.notes, self.left_out = [], []
        of = self._chosen(read_class(gradebook, self._root(), gradebook.course_id or ""))
        rows = list(self.rows(of))
        formulas = sorted({str(cell) for row in rows for cell in row if spreadsheet.is_formula(cell)})
        if formulas:
            self.notes.append(
                "Written with ' before it, since a spreadsheet would run it as a formula: "
                f"{', '.join(formulas)}. Take the ' away before the import."
            )
        self._tell(of)
        path = Path(self.to or self.default)
        spreadsheet.write(path, spreadsheet.text(rows))
        for note in self.notes:
            self.log.warning(note)
        self.log.info("Exported grades for %s to %s", self.platform, path)

    def rows(self, of: Class) -> Iterable[Row]:
        """The rows of the file, the header first; a subclass adds to `notes` and `left_out`."""
        raise NotImplementedError

    def cell(self, record: Record, nothing: str = "") -> str:
        """A grade as it is written. What is not graded is `nothing`, and never 0."""
        if record.final is not None:
            return f"{record.final:.2f}".rstrip("0").rstrip(".")
        return "0" if record.status is Status.MISSING and self.missing == "zero" else nothing

    def leave_out(self, students: Sequence[Student], why: str) -> None:
        """Note students whom the file cannot name."""
        if students:
            self.left_out += [student.id for student in students]
            self.notes.append(f"Not in the file, since {why}: {', '.join(s.id for s in students)}.")

    def _root(self) -> Path | None:
        course = getattr(self.parent, "coursedir", None)
        return Path(course.root) if course is not None else None

    def _chosen(self, of: Class) -> Class:
        lessons, students = [str(n) for n in self.assignment], [str(s) for s in self.student]
        for name in (
            *(n for n in lessons if n not in of.lessons),
            *(s for s in students if s not in of.students),
        ):
            self.notes.append(f"The gradebook has nothing called {name}.")
        kept = {name: of.lessons[name] for name in of.lessons if name in lessons} if lessons else None
        chosen = {s: known for s, known in of.students.items() if not students or s in students}
        return Class(
            of.course,
            {name: most for name, most in of.lessons.items() if handed_in(of, name)}
            if kept is None
            else kept,
            of.exercises,
            chosen,
            of.records,
        )

    def _tell(self, of: Class) -> None:
        """Name what is no grade: not graded, ungradable, missing."""
        records = [r for lesson in of.lessons for r in of.of(lesson) if r.student not in self.left_out]
        for record in records:
            if record.status is Status.UNGRADABLE:
                stands = (
                    "the earlier grade stands"
                    if record.final is not None
                    else "left empty, which is not a zero"
                )
                self.notes.append(
                    f"{record.student}, {record.lesson}: could not be graded; {stands}. {record.reason}"
                )
        waiting = [r for r in records if r.status is Status.UNGRADED]
        if waiting:
            named = ", ".join(f"{r.student} ({r.lesson})" for r in waiting)
            self.notes.append(f"Handed in and not graded yet, left empty: {named}.")
        for lesson in of.lessons:
            absent = [r.student for r in records if r.lesson == lesson and r.status is Status.MISSING]
            if absent:
                how = "written as 0" if self.missing == "zero" else "left empty"
                self.notes.append(f"{lesson}: not handed in, {how}: {', '.join(absent)}.")
