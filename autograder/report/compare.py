"""A report's data, kept to compare with, and what changed since an earlier one."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from autograder.errors import UsageError
from autograder.gradebook import Cell, Class, Record, Status, Student
from autograder.report.numbers import SPREAD, Exercise, exercises, mistakes

FORMAT = 1
MOVED = 0.05  # an exercise's mean share has moved when it differs by this much


@dataclass(frozen=True)
class Snapshot:
    """A class as it stood when a report was made."""

    made_at: datetime
    of: Class


@dataclass(frozen=True)
class Changes:
    """What changed between two snapshots of a course. Pairs are before and now.

    graded: lessons that were not graded before, by lesson. scores: grades that differ.
    ungradable, mended: those who became ungradable, and those who no longer are.
    joined, left: students. moved: exercises whose mean share moved. mistakes: by exercise and
    name, how many made them.
    """

    since: datetime
    graded: dict[str, tuple[str, ...]]
    scores: list[tuple[Record, Record]]
    ungradable: list[Record]
    mended: list[Record]
    joined: tuple[str, ...]
    left: tuple[str, ...]
    moved: list[tuple[Exercise, Exercise]]
    mistakes: list[tuple[str, str, int, int]]

    @property
    def nothing(self) -> bool:
        """Whether nothing changed."""
        return not any(value for name, value in vars(self).items() if name != "since")


def to_json(snapshot: Snapshot) -> str:
    """The snapshot as text; `from_json` gives it back."""
    of = snapshot.of
    data = {
        "heinit_report": FORMAT,
        "made_at": snapshot.made_at.isoformat(),
        "course": of.course,
        "lessons": of.lessons,
        "exercises": of.exercises,
        "students": [asdict(student) for student in of.students.values()],
        "records": [asdict(record) for record in of.records.values()],
    }
    return json.dumps(data, default=datetime.isoformat, ensure_ascii=False, indent=1) + "\n"


def from_json(text: str) -> Snapshot:
    """The snapshot of which `to_json` made this text. Raises ValueError where it did not."""
    try:
        data = json.loads(text)
        if data["heinit_report"] != FORMAT:
            raise ValueError(f"format {data['heinit_report']!r}")
        students = [Student(**student) for student in data["students"]]
        records = [_record(record) for record in data["records"]]
        of = Class(
            data["course"],
            data["lessons"],
            data["exercises"],
            {student.id: student for student in students},
            {(record.student, record.lesson): record for record in records},
        )
        return Snapshot(datetime.fromisoformat(data["made_at"]), of)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(str(error)) from error


def _record(data: dict[str, Any]) -> Record:
    cells = {
        name: Cell(**{**cell, "misconceptions": tuple(cell["misconceptions"])})
        for name, cell in data["cells"].items()
    }
    when = datetime.fromisoformat(data["handed_in"]) if data["handed_in"] else None
    kept = {"status": Status(data["status"]), "repairs": tuple(data["repairs"])}
    return Record(**{**data, **kept, "cells": cells, "handed_in": when})


def load(path: Path) -> Snapshot:
    """The snapshot in a file or in a report's folder. Raises UsageError where there is none."""
    file = path / "report.json" if path.is_dir() else path
    if path.is_dir() and not file.is_file():
        file = path / "report" / "report.json"
    try:
        return from_json(file.read_text(encoding="utf-8"))
    except OSError:
        raise UsageError(f"{path} holds no earlier report: there is no {file}.") from None
    except ValueError as error:
        raise UsageError(f"{file} is not the data of a report ({error}).") from None


def changes(before: Snapshot, now: Class) -> Changes:
    """What changed between an earlier snapshot and now."""
    old = before.of
    pairs = [(old.records.get(key), record) for key, record in now.records.items()]
    graded: dict[str, tuple[str, ...]] = {}
    for was, record in pairs:
        if record.status is Status.GRADED and (was is None or was.status is not Status.GRADED):
            graded[record.lesson] = (*graded.get(record.lesson, ()), record.student)
    return Changes(
        before.made_at,
        graded,
        [(was, r) for was, r in pairs if was and _differ(was.final, r.final)],
        [r for was, r in pairs if _ungradable(r) and not (was and _ungradable(was))],
        [r for was, r in pairs if was and _ungradable(was) and not _ungradable(r)],
        tuple(student for student in now.students if student not in old.students),
        tuple(student for student in old.students if student not in now.students),
        _moved(exercises(old), exercises(now)),
        _mistakes(old, now),
    )


def _differ(was: float | None, now: float | None) -> bool:
    return was is not None and now is not None and abs(was - now) > SPREAD


def _ungradable(record: Record) -> bool:
    return record.status is Status.UNGRADABLE


def _moved(before: list[Exercise], now: list[Exercise]) -> list[tuple[Exercise, Exercise]]:
    known = {(exercise.lesson, exercise.name): exercise for exercise in before}
    pairs = [(known.get((exercise.lesson, exercise.name)), exercise) for exercise in now]
    return [(was, e) for was, e in pairs if was and abs(was.difficulty - e.difficulty) >= MOVED - SPREAD]


def _mistakes(before: Class, now: Class) -> list[tuple[str, str, int, int]]:
    old = {(m.exercise, m.name): len(m.students) for m in mistakes(before)}
    new = {(m.exercise, m.name): len(m.students) for m in mistakes(now)}
    found = [(*key, old.get(key, 0), new.get(key, 0)) for key in {**old, **new}]
    return sorted((m for m in found if m[2] != m[3]), key=lambda m: (-abs(m[3] - m[2]), m[:2]))
