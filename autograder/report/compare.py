"""A report's data, kept to compare with, and what changed since an earlier report."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TypedDict

from autograder.errors import UsageError
from autograder.files import parse_json, typed
from autograder.gradebook import Cohort, Record, Status, Student
from autograder.report.class_statistics import SPREAD, ExerciseStatistics, exercise_statistics, mistake_counts

FORMAT = 1
MOVED = 0.05  # an exercise's mean share has moved when it differs by this much


@dataclass(frozen=True)
class Snapshot:
    """A class as it stood when a report was made."""

    made_at: datetime
    cohort: Cohort


class SnapshotJSON(TypedDict):
    """A snapshot as its file keeps it. heinit_report: the version of this form."""

    heinit_report: int
    made_at: datetime
    course: str
    lessons: dict[str, float]
    exercises: dict[str, dict[str, float]]
    students: list[Student]
    records: list[Record]


@dataclass(frozen=True)
class Changes:
    """What changed between two snapshots of a course. Pairs are before and now.

    graded: by lesson, the students whose hand-in was not graded before. scores: grades that differ.
    ungradable, mended: records that became ungradable, and records that no longer are.
    joined, left: students. moved: exercises whose mean share moved. mistakes: exercise, name, and how
    many students made the mistake before and now.
    """

    since: datetime
    graded: dict[str, tuple[str, ...]]
    scores: list[tuple[Record, Record]]
    ungradable: list[Record]
    mended: list[Record]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    moved: list[tuple[ExerciseStatistics, ExerciseStatistics]]
    mistakes: list[tuple[str, str, int, int]]

    @property
    def nothing(self) -> bool:
        return not any(value for name, value in vars(self).items() if name != "since")


def to_json(snapshot: Snapshot) -> str:
    """The snapshot as text; `from_json` gives the snapshot back."""
    cohort = asdict(snapshot.cohort)
    listed = {name: list(cohort[name].values()) for name in ("students", "records")}
    data = {"heinit_report": FORMAT, "made_at": snapshot.made_at, **cohort, **listed}
    return json.dumps(data, default=datetime.isoformat, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Snapshot:
    """The snapshot that `to_json` made this text of. Raises ValueError for any other text."""
    data = typed(SnapshotJSON, parse_json(text))
    if data["heinit_report"] != FORMAT:
        raise ValueError(f"format {data['heinit_report']!r}")
    students = {student.id: student for student in data["students"]}
    pairs = {(record.student, record.lesson): record for record in data["records"]}
    cohort = Cohort(data["course"], data["lessons"], data["exercises"], students, pairs)
    if any((student, lesson) not in pairs for student in students for lesson in cohort.lessons):
        raise ValueError("records are missing")
    return Snapshot(data["made_at"], cohort)


def load(path: Path) -> Snapshot:
    """The snapshot in a file, in a report's folder or in a course. Raises UsageError where there is none."""
    file = path
    if path.is_dir():
        file = next((path / p for p in ("report.json", "report/report.json") if (path / p).is_file()), path)
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, IsADirectoryError):
        raise UsageError(f"{path} holds no earlier report: there is no report.json.") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read ({error.strerror}).") from None
    except ValueError as error:
        raise UsageError(f"{file} is not the data of a report ({error}).") from None


def changes(before: Snapshot, now: Cohort) -> Changes:
    """What changed between an earlier snapshot and now."""
    old = before.cohort
    pairs = [(old.records.get(pair), record) for pair, record in now.records.items()]
    both = [(was, record) for was, record in pairs if was]

    def newly(status: Status) -> list[Record]:
        return [r for was, r in pairs if r.status is status and (was is None or was.status is not status)]

    graded: dict[str, tuple[str, ...]] = {}
    for record in newly(Status.GRADED):
        graded[record.lesson] = (*graded.get(record.lesson, ()), record.student)
    scored = [(was, r) for was, r in both if was.final is not None and r.final is not None]
    known = {(e.lesson, e.name): e for e in exercise_statistics(old)}
    compared = [(known.get((e.lesson, e.name)), e) for e in exercise_statistics(now)]
    earlier, latest = ({(m.exercise, m.name): len(m.students) for m in mistake_counts(c)} for c in (old, now))
    counts = [
        (*mistake, earlier.get(mistake, 0), latest.get(mistake, 0)) for mistake in {**earlier, **latest}
    ]
    return Changes(
        since=before.made_at,
        graded=graded,
        scores=[(was, r) for was, r in scored if abs((was.final or 0) - (r.final or 0)) > SPREAD],
        ungradable=newly(Status.UNGRADABLE),
        mended=[
            r for was, r in both if was.status is Status.UNGRADABLE and r.status is not Status.UNGRADABLE
        ],
        joined=tuple(student for student in now.students if student not in old.students),
        left=tuple(student for student in old.students if student not in now.students),
        moved=[
            (was, e) for was, e in compared if was and abs(was.difficulty - e.difficulty) >= MOVED - SPREAD
        ],
        mistakes=sorted((c for c in counts if c[2] != c[3]), key=lambda c: (-abs(c[3] - c[2]), c[:2])),
    )
