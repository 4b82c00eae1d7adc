"""The judge ends when its caller says so, whatever it waits for, and with its caller."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.attacks.run import _descendants
from autograder.judge.client import Judge, JudgeError
from autograder.judge.messages import CellOrder
from autograder.sandbox.limits import Limits
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("solver")
SETTLE = 60  # seconds at most for processes to appear or to be gone
CROWD = """
import os, time
for _ in range(3):
    os.fork()
    os.setsid() if os.getpid() != os.getsid(0) else None
while True:
    time.sleep(1)
"""
GRADES = f"""
from autograder.judge.client import Judge
from autograder.judge.messages import CellOrder
Judge(without=["streams"]).run([CellOrder("student", {CROWD!r})], [])
"""


def gone(processes: set[int]) -> bool:
    """Whether the processes have ended, or do so soon."""
    until = time.monotonic() + SETTLE
    while any(map(_runs, processes)) and time.monotonic() < until:
        time.sleep(0.01)
    return not any(map(_runs, processes))


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_judge_that_does_not_answer_is_ended_with_its_sandbox_when_its_time_is_up(monkeypatch):
    system_tool("bwrap", "apt install bubblewrap")
    assert Limits(notebook_seconds=100, check_seconds=10).judge_seconds < 200
    judge = Judge(without=["streams"])
    judge.start()
    assert judge._process is not None
    processes = {judge._process.pid, *_descendants(judge._process.pid)}
    assert len(processes) > 3
    os.kill(judge._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(Limits, "judge_seconds", 0.5)
    with pytest.raises(JudgeError, match=r"ended after 0.5 seconds.* by hand") as late:
        judge.run([CellOrder("test", "1")], [])
    assert not late.value.retry
    assert gone(processes)


def test_whoever_ends_the_grader_ends_judge_sandbox_and_submission():
    system_tool("bwrap", "apt install bubblewrap")
    grader = subprocess.Popen([sys.executable, "-c", GRADES], stderr=subprocess.DEVNULL)
    processes: set[int] = set()
    until = time.monotonic() + SETTLE
    while len(processes) < 13 and time.monotonic() < until:
        processes = _descendants(grader.pid)
        time.sleep(0.05)
    assert len(processes) >= 13, "judge, bubblewrap, two warm parents, init, and eight of the submission"
    grader.kill()
    grader.wait()
    assert gone(processes)
