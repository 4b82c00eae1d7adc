"""Make the report of a course directory: a page, a table beside it, and its data to compare with."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from autograder.course import nbgrader_api
from autograder.files import write_atomically
from autograder.gradebook import Cohort, Pair, Status, read_cohort
from autograder.lms import spreadsheet
from autograder.repair.parsing import Answer, answer
from autograder.report.compare import Changes, Snapshot, changes, load, to_json
from autograder.report.page import page
from autograder.report.similarity import SimilarGroup, groups

PAGE, TABLE, DATA = "index.html", "report.csv", "report.json"
COLUMNS = (
    *("student", "first_name", "last_name", "lesson", "status", "exercise", "score", "max_score"),
    *("misconceptions", "lesson_score", "late_penalty", "blank", "repairs", "reason"),
)


@dataclass(frozen=True)
class ClassReport:
    """A report that was made. changed: what changed since the last report; None where there was none.

    blank: the students and lessons in which nothing was filled in.
    """

    folder: Path
    made_at: datetime
    cohort: Cohort
    blank: set[Pair]
    groups: list[SimilarGroup]
    changed: Changes | None

    @property
    def page(self) -> Path:
        return self.folder / PAGE


def make_report(root: Path, compare: Path | None = None) -> ClassReport:
    """Write the report of a course directory to its folder `report`; the last report's data is kept.

    compare: an earlier report, its folder or its data; by default, the last report, whose data goes
        to report/earlier/.
    Raises UsageError where the directory is no course, or there is no report to compare with.
    """
    api = nbgrader_api(root)
    folder = root / "report"
    last = folder / DATA  # the data of the last report, which are put aside under their own time
    before = load(compare) if compare else load(last) if last.is_file() else None
    with api.gradebook as gradebook:
        cohort = read_cohort(gradebook, root, api.coursedir.course_id or root.resolve().name)
    written = answers(root, cohort)
    similar = [
        group
        for lesson in cohort.lessons
        for group in groups(lesson, {pair[0]: texts for pair, texts in written.items() if pair[1] == lesson})
    ]
    blank = {pair for pair, texts in written.items() if not texts}
    changed = changes(before, cohort) if before else None
    made_at = datetime.now(UTC).replace(microsecond=0)
    folder.mkdir(exist_ok=True)
    if last.is_file():
        kept = folder / "earlier" / f"{load(last).made_at:%Y-%m-%dT%H-%M-%SZ}.json"
        kept.parent.mkdir(exist_ok=True)
        last.replace(kept)
    write_atomically(folder / TABLE, spreadsheet.text(table(cohort, blank)))
    write_atomically(last, to_json(Snapshot(made_at, cohort)))
    write_atomically(folder / PAGE, page(cohort, made_at, blank, similar, changed, table_name=TABLE))
    return ClassReport(folder, made_at, cohort, blank, similar, changed)


def answers(root: Path, cohort: Cohort) -> dict[Pair, dict[str, str]]:
    """For each graded student and lesson, the text of the cells that were filled in. No answer is run.

    The texts come from autograded/, where copied and moved cells are repaired. A notebook that is
    not there, or cannot be read, has no answers.
    """
    found: dict[Pair, dict[str, str]] = {}
    for (student, lesson), record in cohort.records.items():
        if record.status is not Status.GRADED:
            continue
        texts = found[student, lesson] = {}
        try:
            path = root / "autograded" / student / lesson / f"{lesson}.ipynb"
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        except (OSError, ValueError, KeyError):
            continue
        for cell in cells:
            name = cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", "")
            text = "".join(cell.get("source", ""))
            if name in cohort.exercises[lesson] and answer(text, "code", name) > Answer.STUB:
                texts[name] = text
    return found


def table(cohort: Cohort, blank: set[Pair]) -> Iterator[Sequence[object]]:
    """The rows of the CSV, the header first: one row for each exercise, or for a lesson without any."""
    yield COLUMNS
    for pair, record in cohort.records.items():
        student = cohort.students[record.student]
        head = (student.id, student.first_name, student.last_name, record.lesson, record.status.value)
        empty = "yes" if pair in blank else None
        tail = (record.final, record.penalty or None, empty, " ".join(record.repairs))
        for name, cell in record.cells.items():
            yield (
                *head,
                name,
                cell.score,
                cell.max_score,
                " ".join(cell.misconceptions),
                *tail,
                record.reason or cell.why,
            )
        if not record.cells:
            yield (*head, None, None, record.max_score, None, *tail, record.reason)
