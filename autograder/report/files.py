"""Make the report of a course directory: a page, a table beside it, and its data to compare with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.files import write_atomically
from autograder.gradebook import Cohort, Pair, Status, read_cohort
from autograder.limited_process import OverLimitError, limited
from autograder.lms import spreadsheet
from autograder.report.compare import Changes, Snapshot, changes, load, to_json
from autograder.report.page import TABLE, page
from autograder.report.similarity import SimilarGroup, groups, structures
from autograder.settings import DAY

PAGE, DATA = "index.html", "report.json"
COLUMNS = (
    *("student", "first_name", "last_name", "lesson", "status", "exercise", "score", "max_score"),
    *("misconceptions", "lesson_score", "late_penalty", "late_days", "by_hand"),
    *("section", "blank", "repairs", "reason"),
)


@dataclass(frozen=True)
class ClassReport:
    """A report that was made. changed: what changed since the last report; None where there was none.

    blank: the students and lessons in which nothing was filled in. damaged: why the last report's data could
    not be read, and where they are kept; '' where they could be read.
    """

    folder: Path
    made_at: datetime
    cohort: Cohort
    blank: set[Pair]
    groups: list[SimilarGroup]
    changed: Changes | None
    damaged: str = ""

    @property
    def page(self) -> Path:
        return self.folder / PAGE


def make_report(root: Path, compare: Path | None = None) -> ClassReport:
    """Write the report of a course directory to its folder `report`; the last report's data is kept.

    compare: an earlier report, its folder or its data; by default, the last report, whose data goes
        to report/earlier/.
    Data of the last report that are damaged go there too, and nothing is compared with them.
    Raises UsageError where the directory is no course, or there is no report to compare with.
    """
    api = nbgrader_api(root)
    folder = root / "report"
    last = folder / DATA  # the data of the last report, which are put aside under their own time
    made_at = datetime.now(UTC).replace(microsecond=0)
    before, previous, damaged = load(compare) if compare else None, None, ""
    if last.exists():
        try:
            previous = load(last)
        except UsageError as error:
            damaged = str(error)
    with api.gradebook as gradebook:
        cohort = read_cohort(gradebook, root, api.coursedir.course_id or root.resolve().name)
    written = answers(root, cohort)
    similar = [
        group
        for lesson in cohort.lessons
        for group in groups(lesson, {pair[0]: texts for pair, texts in written.items() if pair[1] == lesson})
    ]
    blank = {pair for pair, texts in written.items() if not texts}
    before = before or previous
    changed = changes(before, cohort) if before else None
    folder.mkdir(exist_ok=True)
    if last.exists():
        name = f"{previous.made_at if previous else made_at:%Y-%m-%dT%H-%M-%SZ}"
        kept = folder / "earlier" / f"{name}{'-damaged' if damaged else ''}.json"
        kept.parent.mkdir(exist_ok=True)
        last.replace(kept)
        damaged = damaged and f"{damaged} It is kept as {kept}, and nothing is compared with it."
    write_atomically(folder / TABLE, spreadsheet.csv_text(report_rows(cohort, blank)))
    write_atomically(last, to_json(Snapshot(made_at, cohort)))
    write_atomically(folder / PAGE, page(cohort, made_at, blank, similar, changed))
    return ClassReport(folder, made_at, cohort, blank, similar, changed, damaged)


def answers(root: Path, cohort: Cohort) -> dict[Pair, dict[str, str]]:
    """For each graded student and lesson, the structures of the answers that were filled in.

    They come from autograded/, where copied and moved cells are repaired. A notebook that is
    not there, or cannot be read, is left out: nobody knows whether it was filled in.
    """
    filled_in: dict[Pair, dict[str, str]] = {}
    for (student, lesson), record in cohort.records.items():
        if record.status is not Status.GRADED or record.reason:  # a person graded what cannot be read
            continue
        path = root / "autograded" / student / lesson / f"{lesson}.ipynb"
        try:
            filled = limited(structures, path.read_bytes(), set(cohort.exercises[lesson]))
        except (OSError, OverLimitError):
            continue
        if filled is not None:
            filled_in[student, lesson] = filled
    return filled_in


def report_rows(cohort: Cohort, blank: set[Pair]) -> Iterator[Sequence[object]]:
    """The rows of the CSV, the header first: one row for each exercise, or for a lesson without any."""
    yield COLUMNS
    for pair, record in cohort.records.items():
        student = cohort.students[record.student]
        head = (student.id, student.first_name, student.last_name, record.lesson, record.status.value)
        empty = "yes" if pair in blank else None
        grade = (record.final, record.penalty or None, round(record.late / DAY, 2) or None)
        tail = (cohort.sections.get(student.id), empty, " ".join(record.repairs))
        for name, cell in record.cells.items():
            counts = (name, cell.score, cell.max_score, " ".join(cell.misconceptions))
            by_hand = "yes" if name in record.by_hand else None
            yield (*head, *counts, *grade, by_hand, *tail, record.reason or cell.why)
        if not record.cells:
            yield (*head, None, None, record.max_score, None, *grade, None, *tail, record.reason)
