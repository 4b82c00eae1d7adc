"""Make the report of a course directory: a page, a table beside it, and its data to compare with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import nbgrader_api
from autograder.gradebook import Class, read_class
from autograder.lms import spreadsheet
from autograder.report import answers
from autograder.report.compare import Changes, Snapshot, changes, load, to_json
from autograder.report.page import page
from autograder.report.similarity import Group, groups

PAGE, TABLE, DATA = "index.html", "report.csv", "report.json"
COLUMNS = (
    *("student", "first_name", "last_name", "lesson", "status", "exercise", "score", "max_score"),
    *("misconceptions", "lesson_score", "late_penalty", "blank", "repairs", "reason"),
)


@dataclass(frozen=True)
class Report:
    """A report that was made. folder: where it lies. changed: None where there was none before."""

    folder: Path
    made_at: datetime
    of: Class
    blank: set[tuple[str, str]]
    groups: list[Group]
    changed: Changes | None

    @property
    def page(self) -> Path:
        """The page to open."""
        return self.folder / PAGE


def make_report(root: Path, compare: Path | None = None) -> Report:
    """Write the report of a course directory to its folder `report`; what was there is kept.

    compare: an earlier report, its folder or its data; by default, the last one. The last one's
    data is kept in report/earlier/.
    Raises UsageError where the directory is no course, or there is no report to compare with.
    """
    api = nbgrader_api(root)
    folder = root / "report"
    before = load(compare) if compare else load(folder) if (folder / DATA).is_file() else None
    with api.gradebook as gradebook:
        of = read_class(gradebook, root, api.coursedir.course_id or root.resolve().name)
    written = answers.answers(root, of)
    made = Report(
        folder,
        datetime.now(UTC).replace(microsecond=0),
        of,
        answers.blank(written),
        [group for lesson in of.lessons for group in groups(lesson, _of_lesson(written, lesson))],
        changes(before, of) if before else None,
    )
    _keep_earlier(folder)
    spreadsheet.write(folder / TABLE, spreadsheet.text(table(of, made.blank)))
    spreadsheet.write(folder / DATA, to_json(Snapshot(made.made_at, of)))
    spreadsheet.write(
        made.page, page(of, made.made_at, made.blank, made.groups, made.changed, table_name=TABLE)
    )
    return made


def _of_lesson(written: dict[tuple[str, str], answers.Answers], lesson: str) -> dict[str, answers.Answers]:
    return {student: filled for (student, of), filled in written.items() if of == lesson}


def _keep_earlier(folder: Path) -> None:
    """Put the data of the last report aside, under its own time."""
    last = folder / DATA
    if last.is_file():
        kept = folder / "earlier" / f"{load(last).made_at:%Y-%m-%dT%H-%M-%SZ}.json"
        kept.parent.mkdir(exist_ok=True)
        last.replace(kept)


def table(of: Class, blank: set[tuple[str, str]]) -> Iterator[Sequence[object]]:
    """The rows of the CSV, its header first: one for each exercise, one for a lesson without any."""
    yield COLUMNS
    for record in of.records.values():
        student = of.students[record.student]
        head = (student.id, student.first_name, student.last_name, record.lesson, record.status.value)
        tail = (
            record.final,
            record.penalty or None,
            "yes" if (record.student, record.lesson) in blank else None,
            " ".join(record.repairs),
            record.reason,
        )
        for name, cell in record.cells.items():
            yield (*head, name, cell.score, cell.max_score, " ".join(cell.misconceptions), *tail)
        if not record.cells:
            yield (*head, None, None, record.max_score, None, *tail)
