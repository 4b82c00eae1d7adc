"""What the grade files share: which students and lessons they hold, which cell is empty, and what to say."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbgrader.plugins import ExportPlugin
from traitlets import Enum

from autograder.files import write_atomically
from autograder.gradebook import Cohort, Record, Status, Student, read_cohort
from autograder.grades import points
from autograder.lms import spreadsheet
from autograder.lms.collect import NOBODYS
from autograder.submissions.archives import same_form
from autograder.submissions.submission import submitted
from autograder.text import printable

Row = Sequence[object]


class Exporter(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """An nbgrader export plugin that writes one file, and names students who are left out or have no grade.

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
        self._unsorted: dict[str, str] = {}  # the lessons of which hand-ins are nobody's, and why

    def export(self, gradebook: Any) -> None:
        """Write the file. Lessons and students that do not exist are named in `notes`."""
        self.notes, self.left_out = [], []
        root = Path(self.parent.coursedir.root)
        cohort = read_cohort(gradebook, root, gradebook.course_id or "")
        self._unsorted = dict(_unsorted(root, cohort))
        cohort = self._chosen(cohort)
        rows = list(self.rows(cohort))
        formulas = sorted({str(cell) for row in rows for cell in row if spreadsheet.is_formula(cell)})
        if formulas:
            self.notes.append(
                "Written with ' before it, since a spreadsheet would run it as a formula: "
                f"{', '.join(formulas)}. Take the ' away before the import."
            )
        self._note_what_is_no_grade(cohort)
        path = Path(self.to or self.default)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, spreadsheet.csv_text(rows))
        for note in self.notes:
            self.log.warning(printable(note))
        self.log.info("Exported grades for %s to %s", self.platform, path)

    def rows(self, cohort: Cohort) -> Iterable[Row]:
        """The rows of the file, the header first; a subclass adds to `notes` and `left_out`."""
        raise NotImplementedError

    def cells(self, cohort: Cohort, student: Student, nothing: str = "") -> list[str]:
        """The grades of a student as the file has them, one for each lesson."""
        return [self.cell(cohort.records[student.id, lesson], nothing) for lesson in cohort.lessons]

    def cell(self, record: Record, nothing: str = "") -> str:
        """A grade as the file has it. What is not graded is `nothing`, and never 0."""
        if record.final is not None:
            return points(record.final)
        zero = self.missing == "zero" and record.lesson not in self._unsorted
        return "0" if record.status is Status.MISSING and zero else nothing

    def leave_out(self, students: Sequence[Student], why: str) -> None:
        """Note students whom the file cannot name."""
        if students:
            self.left_out += [student.id for student in students]
            self.notes.append(f"Not in the file, since {why}: {', '.join(s.id for s in students)}.")

    def _chosen(self, cohort: Cohort) -> Cohort:
        """The cohort with the lessons and students that this file is about."""
        lessons = [str(n) for n in self.assignment]
        forms = {same_form(student): student for student in cohort.students}
        students = [forms.get(same_form(str(s)), str(s)) for s in self.student]
        there = [name for name in cohort.lessons if cohort.handed_in(name)] or list(cohort.lessons)
        unknown = [n for n in lessons if n not in cohort.lessons]
        unknown += [s for s in students if s not in cohort.students]
        self.notes += [f"The gradebook has nothing called {name}." for name in unknown]
        return replace(
            cohort,
            lessons={
                name: max_score for name, max_score in cohort.lessons.items() if name in (lessons or there)
            },
            students={s: known for s, known in cohort.students.items() if not students or s in students},
        )

    def _note_what_is_no_grade(self, cohort: Cohort) -> None:
        """Name the records that are ungradable, not graded or missing."""
        records = [r for n in cohort.lessons for r in cohort.of(n) if r.student not in self.left_out]
        for r in records:
            if r.status is Status.UNGRADABLE:
                empty = r.final is None
                stands = "left empty, which is not a zero" if empty else "the earlier grade stands"
                self.notes.append(f"{r.student}, {r.lesson}: could not be graded; {stands}. {r.reason}")
        by_hand = [f"{r.student} ({r.lesson})" for r in records if r.by_hand]
        if by_hand:
            self.notes.append(f"A person decided points of: {', '.join(by_hand)}.")
        waiting = [f"{r.student} ({r.lesson})" for r in records if r.status is Status.UNGRADED]
        if waiting:
            self.notes.append(f"Handed in and not graded yet, left empty: {', '.join(waiting)}.")
        for lesson in cohort.lessons:
            absent = [r.student for r in records if r.lesson == lesson and r.status is Status.MISSING]
            if absent:
                how = "written as 0" if self.missing == "zero" else "left empty"
                if lesson in self._unsorted:
                    how = f"left empty, since {self._unsorted[lesson]}"
                self.notes.append(f"{lesson}: not handed in, {how}: {', '.join(absent)}.")


def _unsorted(root: Path, cohort: Cohort) -> Iterator[tuple[str, str]]:
    """The lessons that a student who seems to be missing may have handed in, each with the reason."""
    for submission in submitted(root, students=cohort.students):
        if submission.misnamed:
            yield submission.lesson, f"nobody has the name of the folder {submission.student} (rename it)"
    for name in cohort.lessons:
        if (root / NOBODYS.format(name)).is_file():
            yield name, f"{NOBODYS.format(name)} lists what is nobody's (else delete it)"
