"""What is kept of a report, and what changed since an earlier one."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from autograder.errors import UsageError
from autograder.gradebook import Record, Status
from autograder.report.compare import Snapshot, changes, from_json, load, to_json
from tests.autograder.report.classes import big_class, class_of, graded

WHEN = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_snapshot_is_kept_whole():
    of = big_class(20, hostile=True)
    record = next(iter(of.records.values()))
    late = Record("late", record.lesson, Status.GRADED, 3.0, 15.0, 1.0, handed_in=datetime(2026, 2, 1, 9))
    of.records["late", record.lesson] = late
    snapshot = Snapshot(WHEN, of)
    assert from_json(to_json(snapshot)) == snapshot


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"heinit_report": 99}', '{"heinit_report": 1, "students": 3}', "null"]
)
def test_what_is_no_snapshot_is_told_so(tmp_path, content):
    file = tmp_path / "old.json"
    file.write_text(content)
    with pytest.raises(UsageError, match="is not the data of a report"):
        load(file)
    with pytest.raises(UsageError, match="holds no earlier report"):
        load(tmp_path)


def test_a_snapshot_is_found_in_its_file_its_folder_and_its_course(tmp_path):
    folder = tmp_path / "he101" / "report"
    folder.mkdir(parents=True)
    snapshot = Snapshot(WHEN, class_of(graded("anna", "1-a", f=(1, 2))))
    (folder / "report.json").write_text(to_json(snapshot))
    for path in (folder / "report.json", folder, tmp_path / "he101"):
        assert load(path) == snapshot


def test_the_same_class_has_not_changed():
    of = big_class(20)
    assert changes(Snapshot(WHEN, of), of).nothing


def test_changes_by_hand():
    before = class_of(
        graded("anna", "1-a", f=(0, 2, "swapped"), g=(1, 1)),
        graded("ben", "1-a", f=(0, 2, "swapped"), g=(1, 1)),
        Record("cleo", "1-a", Status.UNGRADABLE, max_score=3),
        Record("dora", "1-a", Status.MISSING, max_score=3),
    )
    now = class_of(
        graded("anna", "1-a", f=(2, 2), g=(1, 1)),
        graded("ben", "1-a", f=(0, 2, "swapped"), g=(1, 1)),
        graded("cleo", "1-a", f=(2, 2), g=(1, 1)),
        Record("ed", "1-a", Status.UNGRADABLE, max_score=3),
    )
    changed = changes(Snapshot(WHEN, before), now)
    assert changed.since == WHEN
    assert changed.graded == {"1-a": ("cleo",)}
    assert [(was.final, r.student, r.final) for was, r in changed.scores] == [(1.0, "anna", 3.0)]
    assert [r.student for r in changed.ungradable] == ["ed"]
    assert [r.student for r in changed.mended] == ["cleo"]
    assert (changed.joined, changed.left) == (("ed",), ("dora",))
    assert [(was.difficulty, e.difficulty) for was, e in changed.moved] == [(0.0, pytest.approx(2 / 3))]
    assert changed.mistakes == [("f", "swapped", 2, 1)]


def test_the_snapshot_says_which_format_it_has():
    assert json.loads(to_json(Snapshot(WHEN, big_class(2))))["heinit_report"] == 1
