"""Two runs in one course: the second says who has it, and waits."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbgrader.converters import Autograde, NbGraderException

from autograder import lock
from autograder.cli import main as cli
from autograder.course import nbgrader_api
from autograder.errors import HeinitError
from tests.autograder.grading.conftest import ONE

VERBS = {
    "course": ["--renew"],
    "collect": [ONE.name],
    "grade": [],
    "feedback": [],
    "report": [],
    "export": ["--to", "csv"],
}
STEPS = {
    "autograde": (ONE.name, "student001"),
    "generate_feedback": (ONE.name,),
    "generate_assignment": (ONE.name,),
    "collect": (ONE.name,),
}
HOLD = """
import sys, time
from pathlib import Path
from autograder.lock import course_lock
with course_lock(Path(sys.argv[1]), "heinit grade"):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released_course, tmp_path / "he101"))


@contextmanager
def held(root: Path, run: str):
    """The lock of a course, as if another process had it."""
    with (root / lock.LOCK).open("w+") as file:
        since = "2026-03-01T14:02:03+01:00"
        file.write(json.dumps({"run": run, "pid": 4711, "host": "elsewhere", "since": since}))
        file.flush()
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def heinit(*arguments: str):
    return CliRunner().invoke(cli, arguments)


def test_a_second_run_of_every_pair_of_verbs_says_who_has_the_course(course, monkeypatch):
    monkeypatch.setattr(lock, "PATIENCE", 0)
    before = sorted(path for path in course.rglob("*") if path.name != lock.LOCK)
    for first in [f"heinit {verb}" for verb in VERBS] + ["nbgrader autograde", "formgrader, autograde"]:
        with held(course, first):
            for second, options in VERBS.items():
                result = heinit(second, str(course), *options)
                who = f"`{first}` since 14:02:03 on 01 March (process 4711 on elsewhere) has it"
                assert result.stderr == (
                    f"heinit: {course} is in use: {who}. Try again when that has ended.\n"
                ), (first, second)
                assert result.exit_code == 1
    assert sorted(path for path in course.rglob("*") if path.name != lock.LOCK) == before


def test_every_verb_that_writes_holds_the_lock_while_it_runs_and_frees_it(course, monkeypatch):
    runs = []
    monkeypatch.setattr(lock, "_sign", lambda place, run: runs.append(run))
    for verb, options in VERBS.items():
        assert "Traceback" not in heinit(verb, str(course), *options).output
    assert runs == [f"heinit {verb}" for verb in VERBS]
    with held(course, ""):  # nobody else has it
        pass


def test_nbgraders_steps_wait_too_and_a_button_does_not_wait_for_long(course, monkeypatch):
    monkeypatch.setattr(lock, "BUTTON", 0)
    monkeypatch.setattr(lock, "PATIENCE", 0)
    exchange = course.parent / "exchange"
    exchange.mkdir()
    api = nbgrader_api(course, Exchange={"root": str(exchange)})
    with held(course, "heinit grade"):
        for step, arguments in STEPS.items():
            result = getattr(api, step)(*arguments)
            assert not result["success"], step
            assert "is in use: `heinit grade` since 14:02:03" in result["error"], step
        with pytest.raises(NbGraderException, match="is in use"):
            Autograde(coursedir=api.coursedir, parent=None).start()
    assert api.generate_assignment(ONE.name)["success"]
    assert lock.holder(course / lock.LOCK).startswith("`formgrader, generate_assignment` since")


def test_a_lock_that_cannot_be_had_is_a_sentence_and_whoever_only_reads_goes_on(course, monkeypatch):
    def refused(*_: object, **__: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr(lock, "_acquire", refused)
    result = heinit("export", str(course), "--to", "csv")
    assert (result.exit_code, "gives no locks (No locks available)" in result.stderr) == (1, True)
    access = os.access  # a course that may only be read
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK and access(path, mode))
    assert "cannot be opened" in heinit("report", str(course)).stderr
    assert heinit("export", str(course), "--to", "csv", "--out", str(course.parent / "g.csv")).exit_code == 0


def test_what_lies_in_the_place_of_the_lock_is_named(course):
    for make in (lambda place: place.mkdir(), lambda place: place.symlink_to(course.parent / "elsewhere")):
        place = course / lock.LOCK
        place.unlink(missing_ok=True)
        make(place)
        result = heinit("report", str(course))
        assert (result.exit_code, "is no plain file" in result.stderr) == (1, True)
        if not place.is_symlink():
            place.rmdir()
    assert not (course.parent / "elsewhere").exists()


def test_no_lock_is_left_in_a_folder_that_is_no_course(tmp_path):
    with pytest.raises(HeinitError), lock.course_lock(tmp_path, "heinit grade"):
        raise HeinitError
    assert list(tmp_path.iterdir()) == []


def test_a_run_waits_until_another_is_killed(course):
    first = subprocess.Popen([sys.executable, "-c", HOLD, course], stdout=subprocess.PIPE)
    assert first.stdout.readline() == b"held\n"
    command = [Path(sysconfig.get_path("scripts")) / "heinit", "export", str(course), "--to", "csv"]
    second = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    says = second.stderr.readline()
    assert "is in use: `heinit grade` since" in says
    assert says.endswith(f"(process {first.pid}) has it. Waiting until that has ended.\n")
    assert second.poll() is None
    first.send_signal(signal.SIGKILL)
    first.wait()
    first.stdout.close()
    assert second.wait(60) == 0
    second.stderr.close()
    assert (course / "grades.csv").is_file()
