"""The judge's side of a solver: run a student's cells, and hold a line to each test cell's fork.

All of a student's cells run before any question is asked. At the place of each test cell the
solver forks, and the fork waits; when the last cell has run, the session ends, and only then
are the forks asked, one after the other. (Where the last cell is a test cell, the session itself
waits as its fork would.) So a fork may do what it likes with what the checks' inputs teach it
(write files, fill shared memory, signal others): no cell is left to show it.

A solver that dies or hangs is replaced by a fresh one in which the earlier cells are run again,
without the one that ended it: that costs its exercise, not the others. All of a notebook's
cells together, with whatever is run again, have so much wall time and no more.
"""

from __future__ import annotations

import socket
import time
from typing import Any

from autograder.judge.outputs import MAX_NOTEBOOK, Output, clean, number
from autograder.judge.proxy import Line, told_seconds
from autograder.sandbox.bubblewrap import Box, Sandbox
from autograder.solver.channel import ChannelClosed, ChannelError, ChannelTimeout, receive, send

MAX_RESTARTS = 3


class Solving:
    """One submission's solver.

    cells: as `autograder.judge.process.judge` takes them. work: seconds of processor time that
    the student's cells took so far, as the solver tells it.
    """

    def __init__(self, sandbox: Sandbox, cells: list[dict[str, Any]]) -> None:
        self._sandbox, self._cells, self.limits = sandbox, cells, sandbox.limits
        self._until = time.monotonic() + self.limits.notebook_seconds
        self._box: Box | None = None
        self._lines: dict[int, socket.socket] = {}
        self._fatal: dict[int, str] = {}
        ran = [i for i, cell in enumerate(cells) if cell["kind"] in ("student", "test")]
        self._last = ran[-1] if ran else -1
        self._restarts = 0
        self._room = MAX_NOTEBOOK
        self.work = 0.0

    def run(self) -> dict[int, tuple[list[Output], int | None]]:
        """Run the student's cells, a fork for each test cell among them; each cell's outputs and number."""
        while self._restarts <= MAX_RESTARTS and self._seconds():
            self.close()
            self._box = self._sandbox.box()
            self._room = MAX_NOTEBOOK
            ran: dict[int, tuple[list[Output], int | None]] = {}
            for i, cell in enumerate(self._cells):
                try:
                    if cell["kind"] == "student" and i not in self._fatal:
                        ran[i] = self._run(self._box, cell["source"])
                    elif cell["kind"] == "test":
                        self._fork(self._box, i)
                except ChannelError as error:
                    self._restarts += 1
                    if cell["kind"] == "student":
                        why = "took too long" if isinstance(error, ChannelTimeout) else "ended the session"
                        self._fatal[i] = f"this cell {why} ({error}); the cells below run without it"
                    break
            else:
                return {**{i: ([_error(why)], None) for i, why in self._fatal.items()}, **ran}
        self.close()
        why = "the notebook ended its session too often, or took too long in all"
        students = [i for i, cell in enumerate(self._cells) if cell["kind"] == "student"]
        return {i: ([_error(self._fatal.get(i, why))], None) for i in students}

    def line(self, i: int) -> Line | None:
        """The line to the fork that was made at test cell i; None where there is none."""
        ours = self._lines.pop(i, None)
        return None if ours is None else Line(ours, self._seconds())

    def again(self) -> bool:
        """Make a fresh session and fresh forks, where the old ones are gone; whether that was possible."""
        self._restarts += 1
        return bool(self._restarts <= MAX_RESTARTS and self._seconds() and self.run() and self._box)

    def _run(self, box: Box, source: str) -> tuple[list[Output], int | None]:
        order = {"op": "run", "source": source, "cpu_seconds": box.limits.cell_seconds}
        send(box.sock, order, seconds=self._seconds())
        answer = receive(box.sock, seconds=self._seconds())
        if not isinstance(answer, dict):
            raise ChannelError("its answer was malformed")
        self.work += told_seconds(answer)
        outputs, size = clean(answer.get("outputs"), self._room)
        self._room -= size
        return outputs, number(answer.get("count"))

    def _fork(self, box: Box, i: int) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                order = {
                    "op": "test",
                    "last": i == self._last,
                    "cpu_seconds": box.limits.cell_seconds,
                }
                send(box.sock, order, seconds=self._seconds())
                socket.send_fds(box.sock, [b"f"], [theirs.fileno()])
                answer = receive(box.sock, seconds=self._seconds())
            except OSError as error:
                ours.close()
                raise ChannelClosed(str(error)) from None
            except ChannelError:
                ours.close()
                raise
        if isinstance(answer, dict) and answer.get("ready") is True:
            self._lines[i] = ours
        else:
            ours.close()

    def _seconds(self) -> float:
        """Of wall time that the next answer may take."""
        return max(0.0, min(self.limits.seconds, self._until - time.monotonic()))

    def close(self) -> None:
        """End the solver and all that it started."""
        for ours in self._lines.values():
            ours.close()
        self._lines.clear()
        if self._box is not None:
            self._box.close()
            self._box = None


def _error(message: str) -> Output:
    line = f"\x1b[31mSolverDied\x1b[0m: {message}"
    return {"output_type": "error", "ename": "SolverDied", "evalue": message, "traceback": [line]}
