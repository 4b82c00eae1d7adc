"""The caller's side of the judge: hand over a notebook, take back its outputs."""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace

import nbformat
from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.judge.cells import page_cells
from autograder.judge.messages import (
    CellOrder,
    CellResult,
    JudgedNotebook,
    JudgeFailed,
    JudgeReady,
    JudgeStart,
    NotebookOrder,
)
from autograder.judge.points import rescale
from autograder.judge.stops import Stop, stops
from autograder.lifeline import start_connected
from autograder.repair.notebook import OURS, add_repairs
from autograder.sandbox.kinds import WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.sandbox.places import KEEP
from autograder.sandbox.sandbox import SandboxError
from autograder.sandbox.webassembly import CACHE, prepare
from autograder.solver.channel import ChannelError, ChannelTimeout
from autograder.solver.messages import receive_message, send_message
from autograder.surroundings import inherited

GRACE = 5  # seconds for an idle judge to end by itself
NOTHING: Mapping[str, bytes] = {}  # beside a notebook
RAN_ON = "The lesson's set-up and the other lines of the cell ran all the same."
START = 180  # seconds for the judge and the sandbox to import everything


class JudgeError(HeinitError):
    """The judge did not finish; nothing is known about the notebook.

    retry: whether another attempt may end otherwise. It may not where the judge had all its time.
    """

    def __init__(self, sentence: str, retry: bool = True) -> None:
        super().__init__(sentence)
        self.retry = retry


class Judge:
    """A judge's process, started when it is first needed and again after it was ended.

    wall: the kind of sandbox that the instructor demands, '' for the first that stands, UNSANDBOXED for none;
    from the start on, the kind that stands. without: walls to leave out, for tests.
    """

    def __init__(self, limits: Limits | None = None, wall: str = "", without: Collection[str] = ()) -> None:
        self.limits, self.wall, self._without = limits or Limits(), wall, list(without)
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self._busy = False
        atexit.register(self.close)

    def execute(
        self,
        notebook: NotebookNode,
        declared: list[str],
        seed: str = "",
        files: Mapping[str, bytes] = NOTHING,
    ) -> JudgedNotebook:
        """Run a notebook's cells, and put their outputs and numbers into the notebook.

        Demonstrations and empty cells are skipped. declared, seed, files: as in `NotebookOrder`.
        Raises SandboxError where there are no walls, JudgeError where no answer comes.
        """
        cells = [(cell, _orders(cell)) for cell in notebook.cells if cell.cell_type == "code"]
        judged = self.run([order for _, orders in cells for order in orders], declared, seed, files)
        results, failures = iter(judged.results), []
        for cell, orders in cells:
            ran = [next(results) for _ in orders]
            cell.outputs = [nbformat.from_dict(output) for result in ran for output in result.outputs]
            cell.execution_count = ran[-1].number if ran else None
            if kind_of(cell) == "test":
                rescale(cell)
            failures += [f"{stop} {RAN_ON}" for stop in _overcome(cell, ran)]
        add_repairs(notebook, failures)
        notebook.metadata[OURS] = {**notebook.metadata.get(OURS, {}), "wall": self.wall}
        return judged

    def run(
        self,
        cells: Sequence[CellOrder],
        declared: list[str],
        seed: str = "",
        files: Mapping[str, bytes] = NOTHING,
    ) -> JudgedNotebook:
        """The results of these cells. Raises as `execute` does."""
        sock = self.start()
        seconds = self.limits.judge_seconds
        until = time.monotonic() + seconds
        order = NotebookOrder(list(cells), declared, seed, dict(files))
        try:
            self._busy = True
            send_message(sock, order, seconds=seconds)
            left = max(0.0, until - time.monotonic())
            answer: JudgedNotebook | JudgeFailed = receive_message(
                sock, JudgedNotebook, JudgeFailed, seconds=left
            )
        except BaseException as error:  # a late answer would be taken for the next notebook's
            self.close()
            if isinstance(error, ChannelTimeout):
                late = f"the judge was ended after {seconds:g} seconds. Grade this notebook by hand"
                raise JudgeError(late, retry=False) from None
            if isinstance(error, ChannelError):
                raise JudgeError(f"the judge did not finish ({error})") from None
            raise
        self._busy = False
        if isinstance(answer, JudgeFailed):  # its sandbox may have ended: the next notebook gets a new one
            self.close()
            raise JudgeError(f"the judge did not finish: {answer.reason.rstrip('.')}")
        return replace(answer, results=[CellResult(*result) for result in answer.results])

    def start(self) -> socket.socket:
        """The socket to the judge's process, which is started where it does not run yet.

        Raises SandboxError where there are no walls, JudgeError where it does not start.
        """
        if self._sock is not None:
            return self._sock
        if self.wall == WEBASSEMBLY:
            prepare()
        self._busy = True
        self._process, self._sock = start_connected(
            lambda fd: [sys.executable, "-P", "-m", "autograder.judge.process", fd],
            stdin=subprocess.PIPE,  # so that it ends with this process
            env=self._environment(),
            cwd=os.sep,
            start_new_session=True,  # a terminal's signal reaches the caller alone, which ends the judge
        )
        try:
            send_message(self._sock, JudgeStart(asdict(self.limits), self.wall, self._without))
            answer: JudgeReady | JudgeFailed = receive_message(
                self._sock, JudgeReady, JudgeFailed, seconds=START
            )
        except BaseException as error:
            self.close()
            if isinstance(error, ChannelError):
                raise JudgeError(f"the judge did not start ({error})") from None
            raise
        if isinstance(answer, JudgeFailed):
            self.close()
            raise SandboxError(answer.reason)
        self._busy, self.wall = False, answer.wall
        return self._sock

    def _environment(self) -> dict[str, str]:
        """The judge's environment; with the caller's, where a test leaves out the wall that hides that."""
        caller = os.environ if "environment" in self._without else {}
        kept = CACHE if self.wall == WEBASSEMBLY else ()
        return {**caller, **inherited(*kept), **KEEP}

    def close(self) -> None:
        """End the judge, and with it the sandbox."""
        process, sock, idle = self._process, self._sock, not self._busy
        self._process = self._sock = None
        self._busy = False
        if process is not None and not idle:
            process.kill()
        if sock is not None:
            sock.close()  # hanging up ends an idle judge, which then takes its sandbox down in order
        if process is None:
            return
        assert process.stdin is not None
        try:
            process.wait(GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            with suppress(subprocess.TimeoutExpired):  # where the kernel cannot end it yet, nobody waits
                process.wait(GRACE)
        finally:
            process.stdin.close()


_shared: dict[tuple[Limits, str, str], Judge] = {}


def shared(limits: Limits, wall: str) -> Judge:
    """The judge with these limits and wall, for this thread and for later threads of the same name."""
    key = limits, wall, threading.current_thread().name
    if key not in _shared:
        _shared[key] = Judge(limits, wall)
    return _shared[key]


def close_shared() -> None:
    """End the judges of this process."""
    while _shared:
        _shared.popitem()[1].close()


def _overcome(cell: NotebookNode, ran: list[CellResult]) -> list[Stop]:
    """The errors in a cell that ran in pieces, of which one would not have run in the whole cell."""
    failed = [any(output["output_type"] == "error" for output in result.outputs) for result in ran]
    if len(ran) < 2 or (len(ran) > 2 and not any(failed[:-1])):
        return []
    return [stop for page in page_cells({"cells": [cell]}) for stop in stops(page)]


def _orders(cell: NotebookNode) -> list[CellOrder]:
    """What runs of a cell: nothing, the cell, or the pieces that the repair has cut the cell in."""
    kind, ours = kind_of(cell), cell.metadata.pop(OURS, None)
    if kind is None:
        return []
    pieces = ours.get("pieces") if isinstance(ours, dict) and kind == "student" else None
    return [CellOrder(kind, source) for source in pieces or [cell.source]]


def kind_of(cell: NotebookNode) -> str | None:
    """The kind of a cell's CellOrder; None where the cell is skipped."""
    meta = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code":
        return None
    if meta.get("grade") and not meta.get("solution"):
        return "test"  # before anything that a student can write into a cell's metadata
    demo = "demo" in cell.metadata.get("tags", []) and not meta.get("solution")
    return None if demo or not cell.source.strip() else "student"
