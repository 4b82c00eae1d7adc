"""Kill it anywhere and run it again: the same scores, nothing graded twice, nothing lost."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sysconfig
import time
from pathlib import Path

import psutil
import pytest

import autograder.grading.writer as writer
from autograder.errors import HeinitError
from autograder.grading import run
from autograder.grading.run import Grading, Submission
from tests.autograder.grading.conftest import MOMENTS, ONE, scores
from tests.tools import system_tool


def start(course: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [Path(sysconfig.get_path("scripts")) / "heinit", "grade", str(course), "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


@pytest.mark.parametrize("moment", range(MOMENTS))
def test_a_run_that_is_killed_at_any_moment_is_finished_by_running_it_again(course, finished, moment):
    rng = random.Random(moment)
    process = start(course, f"--workers={1 + moment % 2}")
    children: list[psutil.Process] = []
    # a state, then a random step into it: nothing begun, some graded, some saved
    seen = rng.choice((0, 1, 4))
    for _ in range(seen):
        assert process.stdout.readline()
    children = psutil.Process(process.pid).children(recursive=True)
    time.sleep(rng.uniform(0, 1.5))
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    _, alive = psutil.wait_procs(children, timeout=60)
    assert alive == []  # workers, judges and sandboxes end with it
    finished(course)


def test_nothing_is_graded_twice_and_a_change_is(course, reference, monkeypatch):
    first = list(Grading(course))
    graded = {r.student for r in first if r.status == "graded"}
    second = {r.student: r for r in Grading(course)}
    assert {s for s, r in second.items() if r.status == "unchanged"} == graded
    student = sorted(graded)[0]
    path = course / "submitted" / student / ONE.name / "timestamp.txt"
    path.write_text("2027-01-01 00:00:00 UTC\n")
    third = {r.student: r.status for r in Grading(course)}
    assert third[student] == "graded"
    assert all(third[s] == "unchanged" for s in graded - {student})
    assert {r.status for r in Grading(course, student=student)} == {"unchanged"}
    monkeypatch.setattr(run, "environment_hash", lambda: "another NumPy, say")
    assert {r.status for r in Grading(course, student=student)} == {"graded"}


def test_a_submission_that_changes_while_it_is_graded_is_graded_as_it_was_read(course, monkeypatch):
    student = next(r.student for r in Grading(course) if r.score == 15)
    path = course / "submitted" / student / ONE.name / f"{ONE.name}.ipynb"
    read = Submission.read

    def read_and_change(self):
        content = read(self)
        if self.path == path:
            path.write_bytes(ONE.path.read_bytes())  # the blank lesson
        return content

    with monkeypatch.context() as patch:
        patch.setattr(Submission, "read", read_and_change)
        (then,) = Grading(course, student=student, force=True)
    (now,) = Grading(course, student=student)
    assert (then.score, now.score, now.status) == (15, 0, "graded")


def test_a_locked_gradebook_is_waited_for_and_then_named(course, reference, finished, monkeypatch):
    list(Grading(course, student=sorted(s for s, _ in reference[1])[0]))  # the gradebook's tables are there
    monkeypatch.setattr(writer, "PATIENCE", 0.5)
    lock = sqlite3.connect(course / "gradebook.db", isolation_level=None)
    lock.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(HeinitError, match=r"cannot be used .database is locked"):
            list(Grading(course, force=True))
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    finished(course)


@pytest.mark.full
@pytest.mark.parametrize("room", [0.0, 0.3, 0.7])
def test_a_full_disk_is_named_and_costs_nothing_that_is_graded(course, reference, finished, tmp_path, room):
    """On a real file system that is too small; room: for how much of what is to be written."""
    small, back = tmp_path / "small", tmp_path / "back"
    small.mkdir()
    there = sum(pages(path) for path in course.rglob("*"))
    wanted = sum(pages(path) for path in reference[0].rglob("*")) - there
    size = ["--size", str(PAGE * int(there + room * wanted)), "--tmpfs", str(small)]
    heinit = Path(sysconfig.get_path("scripts")) / "heinit"
    # the small file system is gone with the last process in it, so the shell brings back what is there
    shell = 'cp -a "$1/." "$2" && "$3" grade "$2" 2>&1; code=$?; cp -a "$2/." "$4"; exit $code'
    walls = [system_tool("bwrap"), "--dev-bind", "/", "/", *size, "--"]
    command = [*walls, "sh", "-c", shell, "sh", course, small, heinit, back]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "is full. What is graded so far is kept" in done.stdout
    assert "Traceback" not in done.stdout
    finished(back)


PAGE = 4096


def pages(path: Path) -> int:
    """What a file or folder takes on a tmpfs."""
    return 1 if path.is_dir() else -(-path.stat().st_size // PAGE)


def test_an_ungradable_submission_is_tried_again_and_keeps_its_reason(course, reference):
    list(Grading(course))
    again = scores(r for r in Grading(course) if r.status == "ungradable")
    assert again
    assert again == {key: graded for key, graded in reference[1].items() if graded[0] is None}
