"""The judge's side of a solver: run a student's cells, and hold a line to each test cell's fork.

All of a student's cells run before any question is sent. At the place of each test cell the
solver forks, and the fork waits; when the last cell has run, the session ends, and only then
does the judge question the forks, one after the other. (Where the last cell is a test cell, the
session itself waits as its fork would.) The questions of what students see come first, then the
hidden ones (examination.py). So a fork may do what it likes with what the hidden tests' inputs
teach it (write files, fill shared memory, signal others): nothing is left to show it.

The files that were handed in beside the notebook go to each solver before its first cell, and stay in
its box: the judge passes them on as bytes and keeps them off every path from which it imports.

A solver that dies or hangs is replaced by a fresh solver, in which the earlier cells run again
without the cell that ended the first: that costs its exercise, not the others. A box that cannot be made, or
that has no room for its forks before a line of the submission has run, is this machine's fault: it ends in a
SandboxError and costs nobody points. All of a notebook's cells together, with whatever runs again, have so
much wall time and no more.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack

from autograder.judge.messages import CellOrder, CellResult
from autograder.judge.outputs import MAX_NOTEBOOK, cell_number, clean, error_output
from autograder.judge.proxy import Line, seconds_of
from autograder.sandbox.sandbox import Box, Sandbox, no_box
from autograder.solver.channel import ChannelError, ChannelTimeout
from autograder.solver.messages import (
    CellRan,
    ForkForTest,
    PutFiles,
    Ready,
    RunCell,
    receive_message,
    send_message,
)
from autograder.solver.pipes import PipeEnd, pipe

MAX_RESTARTS = 3  # of a session that a cell has ended
MAX_RENEWALS = 6  # of a session whose forks an answer has ended


class Solving:
    """One submission's solver. work: seconds of processor time of its cells so far, as the solver says."""

    def __init__(self, sandbox: Sandbox, cells: Sequence[CellOrder], files: dict[str, bytes]) -> None:
        self._sandbox, self._cells, self._files, self.limits = sandbox, cells, files, sandbox.limits
        self._until = time.monotonic() + self.limits.notebook_seconds
        self._box: Box | None = None
        self._lines: dict[int, tuple[PipeEnd, PipeEnd]] = {}  # for questions, and for their answers
        self._fatal: dict[int, CellResult] = {}
        self._unforked, self._proven = "", False
        self._restarts = self._renewals = 0
        self._room = MAX_NOTEBOOK
        self.work = 0.0

    def run(self) -> dict[int, CellResult]:
        """Run the student's cells, with a fork for each test cell among them; the cells' results.

        Raises SandboxError where this machine has no room for them.
        """
        while self._restarts <= MAX_RESTARTS and self.seconds():
            self.close()
            self._box = self._sandbox.box()
            self._room = MAX_NOTEBOOK
            results = dict(self._fatal)
            for i, cell in enumerate(self._cells):
                try:
                    if i == 0 and self._files:
                        send_message(self._box.orders, PutFiles(self._files), seconds=self.seconds())
                    if cell.kind == "test":
                        self._fork(self._box, i)
                    elif i not in self._fatal:
                        results[i] = self._run(self._box, cell.source)
                except ChannelError as error:
                    self._restarts += 1
                    if cell.kind == "student":
                        why = "took too long" if isinstance(error, ChannelTimeout) else "ended the session"
                        self._fatal[i] = _died(f"this cell {why} ({error}); the cells below run without it")
                    break
            else:
                if self._proven or not self._unforked:
                    return results
                self._prove_forks()
        self.close()
        given_up = _died("the notebook ended its session too often, or took too long in all")
        students = (i for i, cell in enumerate(self._cells) if cell.kind == "student")
        return {i: self._fatal.get(i, given_up) for i in students}

    def connect(self, i: int, line: Line) -> bool:
        """Connect the line to the fork of test cell i; whether there is a fork."""
        ends = self._lines.pop(i, None)
        if ends is not None:
            line.connect(*ends)
        return ends is not None

    def again(self) -> bool:
        """Replace a session and forks that are gone by fresh ones; whether that was possible."""
        self._renewals += 1
        return bool(self._renewals <= MAX_RENEWALS and self.seconds() and self.run() and self._box)

    def _run(self, box: Box, source: str) -> CellResult:
        send_message(box.orders, RunCell(source, box.limits.cell_seconds), seconds=self.seconds())
        answer: CellRan = receive_message(box.answers, CellRan, seconds=self.seconds())
        self.work += seconds_of(answer.seconds)
        outputs, size = clean(answer.outputs, self._room)
        self._room -= size
        return CellResult(outputs, cell_number(answer.count))

    def _fork(self, box: Box, i: int) -> None:
        order = ForkForTest(i == len(self._cells) - 1, box.limits.cell_seconds)
        reads, questions = pipe()
        answers, writes = pipe()
        with ExitStack() as ours, reads, writes:
            ours.enter_context(questions)
            ours.enter_context(answers)
            theirs = [reads.fileno(), writes.fileno()]
            send_message(box.orders, order, seconds=self.seconds(), fds=theirs)
            ready: Ready = receive_message(box.answers, Ready, seconds=self.seconds())
            if ready.ready is True:
                self._lines[i] = questions, answers
                ours.pop_all()
            else:
                self._unforked = str(ready.ready)

    def _prove_forks(self) -> None:
        """Fork for each test cell in a box where nothing of the submission runs.

        Where that works, the submission has used up its processes itself, and runs once more to show it.
        """
        self.close()
        self._unforked, self._proven = "", True
        try:
            self._box = self._sandbox.box()
            for i in [i for i, cell in enumerate(self._cells) if cell.kind == "test"]:
                self._fork(self._box, i)
        except ChannelError as error:
            self._unforked = str(error)
        self.close()
        if self._unforked:
            raise no_box(f"there is no room for its processes ({self._unforked})")

    def seconds(self) -> float:
        """Of wall time that the next answer may take."""
        return max(0.0, min(self.limits.seconds, self._until - time.monotonic()))

    def close(self) -> None:
        """End the solver and all that it started."""
        for questions, answers in self._lines.values():
            questions.close()
            answers.close()
        self._lines.clear()
        if self._box is not None:
            self._box.close()
            self._box = None


def _died(message: str) -> CellResult:
    return CellResult([error_output("SolverDied", message)])
