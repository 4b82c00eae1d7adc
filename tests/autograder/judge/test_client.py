"""The judge ends when its caller says so, whatever it waits for, and with its caller."""

from __future__ import annotations

import io
import os
import signal
import socket
import subprocess
import sys
import time
from itertools import product
from pathlib import Path

import pytest

from autograder.attacks.run import descendants
from autograder.judge import client
from autograder.judge.client import Judge, JudgeError
from autograder.judge.messages import CellOrder
from autograder.sandbox.limits import Limits
from tests.tools import FULL, system_tool

pytestmark = pytest.mark.xdist_group("solver")
SETTLE = 60  # seconds at most for processes to appear or to be gone
WALLS_UNDER_TEST = ("namespaces", "landlock")
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGKILL)
ENDS = [*product(SIGNALS, WALLS_UNDER_TEST)][:: 1 if FULL else 5]
# leaves processes of other sessions in the box; then the judge is busy in C code, and runs no line of Python
CROWD = """
import os, time
if os.fork() == 0:
    for _ in range(2):
        os.fork()
        os.setsid() if os.getpid() != os.getsid(0) else None
    while True:
        time.sleep(1)
"""
BUSY = "import pathlib, re\npathlib.Path({mark!r}).touch()\nre.match('(a|a)*b', 'a' * 60)"
GRADES = """
from autograder.judge.client import Judge
from autograder.judge.messages import CellOrder
cells = [CellOrder("student", {crowd!r}), CellOrder("test", {busy!r})]
Judge(wall={wall!r}, without=["streams"]).run(cells, [])
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
    system_tool("bwrap")
    assert Limits(notebook_seconds=100, check_seconds=10).judge_seconds < 200
    judge = Judge(without=["streams"])
    judge.start()
    assert judge._process is not None
    processes = {judge._process.pid, *descendants(judge._process.pid)}
    assert len(processes) > 3
    os.kill(judge._process.pid, signal.SIGSTOP)
    monkeypatch.setattr(Limits, "judge_seconds", 0.5)
    with pytest.raises(JudgeError, match=r"ended after 0.5 seconds.* by hand") as late:
        judge.run([CellOrder("test", "1")], [])
    assert not late.value.retry
    assert gone(processes)


@pytest.mark.parametrize(("end", "wall"), ENDS)
def test_whoever_ends_the_grader_ends_judge_sandbox_and_submission(wall, end, tmp_path):
    system_tool("bwrap")
    mark = tmp_path / "busy"
    program = GRADES.format(wall=wall, crowd=CROWD, busy=BUSY.format(mark=str(mark)))
    grader = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + SETTLE
        processes: dict[int, str] = {}
        while not (mark.exists() and len(processes) >= 6) and time.monotonic() < until:
            time.sleep(0.02)
            processes = descendants(grader.pid)
        assert mark.exists()
        assert len(processes) >= 6, "judge, warm parent, init, and several of the submission"
        if end == signal.SIGKILL:
            os.kill(min(processes), signal.SIGSTOP)  # the judge
        grader.send_signal(end)
        grader.wait(SETTLE)
        assert gone(processes)
    finally:
        grader.kill()


@pytest.mark.parametrize("wall", WALLS_UNDER_TEST if FULL else WALLS_UNDER_TEST[1:])
def test_a_warm_parent_that_ends_leaves_nothing_and_costs_the_next_notebook_nothing(wall):
    system_tool("bwrap")
    judge = Judge(wall=wall, without=["streams"])
    judge.start()
    assert judge._process is not None
    processes = {judge._process.pid, *descendants(judge._process.pid)}
    os.kill(max(processes), signal.SIGKILL)
    with pytest.raises(JudgeError, match="did not finish") as ended:
        judge.run([CellOrder("student", "1")], [])
    assert ended.value.retry
    assert gone(processes)
    assert judge.run([CellOrder("student", "print(2)")], []).results[0].outputs[0]["text"] == "2\n"
    processes = {judge._process.pid, *descendants(judge._process.pid)}
    judge._process.kill()
    assert gone(processes)
    judge.close()


def test_an_answer_that_comes_after_an_interrupt_is_no_other_notebook_s(monkeypatch):
    ours, theirs = socket.socketpair()
    judge = Judge()
    judge._sock = ours

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(client, "receive_message", interrupted)
    with theirs, pytest.raises(KeyboardInterrupt):
        judge.run([CellOrder("student", "1")], [])
    assert judge._sock is None
    assert ours.fileno() == -1


def test_nobody_waits_for_a_process_that_the_kernel_cannot_end_yet():
    class Stuck:
        """A process in a wait that no signal ends."""

        stdin = io.BytesIO()
        kills = 0

        def wait(self, seconds: float) -> None:
            raise subprocess.TimeoutExpired("judge", seconds)

        def kill(self) -> None:
            self.kills += 1

    judge, stuck = Judge(), Stuck()
    judge._process = stuck  # type: ignore[assignment]
    judge.close()
    assert stuck.kills == 1
    assert stuck.stdin.closed
