"""A limit of the machine's that is lower than a session needs is named, and costs nobody points."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from pathlib import Path

import pytest

from autograder.judge.client import Judge, JudgeError
from autograder.judge.messages import CellOrder
from autograder.lessons import lessons
from autograder.sandbox.kinds import UNSANDBOXED
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import MachineLimitError, Sandbox, SandboxError
from tests.autograder.classroom import hand_in, run, solved
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("sandbox")

# the hard limit of each kind, and how the sentence shows it
LOW = {
    "RLIMIT_AS": (700_000 * 1024, "`ulimit -v`) is 700000 here"),
    "RLIMIT_DATA": (700_000 * 1024, "`ulimit -d`) is 700000 here"),
    "RLIMIT_NPROC": (20, "`ulimit -u`) is 20 here"),
    "RLIMIT_NOFILE": (60, "`ulimit -n`) is 60 here"),
    "RLIMIT_CPU": (3, "`ulimit -t`) is 3 here, and 600 is needed"),
    "RLIMIT_FSIZE": (1000 * 1024, "`ulimit -f`) is 1000 here, and 65536 is needed"),
    "RLIMIT_STACK": (64 * 1024, "`ulimit -s`) is 64 here, and 8192 is needed"),
}


def test_each_limit_that_a_session_sets_is_named_where_the_machines_is_lower(monkeypatch):
    actual = resource.getrlimit
    for name, (hard, shown) in LOW.items():
        low = {getattr(resource, name): (hard, hard)}
        monkeypatch.setattr(resource, "getrlimit", lambda kind, low=low: low.get(kind) or actual(kind))
        with pytest.raises(MachineLimitError) as refused:
            Sandbox(kind=UNSANDBOXED)
        assert str(refused.value).startswith(f"nothing is graded: {name} ({shown}"), name
    sandbox = Sandbox.__new__(Sandbox)
    sandbox.control_groups = type("NoGroups", (), {"rlimits": staticmethod(lambda *_: {})})()
    assert set(sandbox._rlimits(Limits())) - set(LOW) == {"RLIMIT_CORE"}, "a limit without a row here"


def test_a_class_under_a_low_limit_gets_a_sentence_and_no_points(tmp_path: Path, released_course: Path):
    course = shutil.copytree(released_course, tmp_path / "course")
    hand_in(course, "right", lessons()[0], solved(lessons()[0]))
    start = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_AS, (2 * 10**9, 2 * 10**9))"
    start += "; os.execvp(sys.argv[1], sys.argv[1:])"
    done = run("python", "-c", start, "heinit", "grade", ".", cwd=course)
    assert done.returncode == 1
    assert "RLIMIT_AS (`ulimit -v`) is 1953125 here, and " in done.stderr
    assert "Traceback" not in done.stderr
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        assert gradebook.execute("SELECT count(*) FROM submitted_assignment").fetchone() == (0,)


@pytest.mark.full
def test_a_session_that_ends_before_its_first_cell_blames_no_answer_and_is_tried_again():
    right = [CellOrder("student", "def f(x): return x"), CellOrder("test", "assert f(1) == 1")]
    judge = Judge(wall=UNSANDBOXED)
    try:
        judge.start()
        children = Path(f"/proc/{judge._process.pid}/task/{judge._process.pid}/children")
        (warm_parent,) = map(int, children.read_text().split())
        resource.prlimit(warm_parent, resource.RLIMIT_NOFILE, (60, 60))
        with pytest.raises(JudgeError, match=r"RLIMIT_NOFILE \(`ulimit -n`\) is 60 here") as ended:
            judge.run(right, ["f"])
        assert ended.value.retry
        assert [result.outputs for result in judge.run(right, ["f"]).results] == [[], []]
    finally:
        judge.close()


def test_the_self_test_judges_a_notebook_under_the_limits_of_a_session():
    system_tool("bwrap")
    with pytest.raises(SandboxError, match="there is no room for its processes"):
        Judge(Limits(processes=2), "namespaces").start()
