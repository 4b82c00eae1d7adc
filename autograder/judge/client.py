"""The caller's side of the judge: hand over a notebook, take back its outputs."""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys
from collections.abc import Collection
from dataclasses import asdict
from typing import Any

from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.judge.judged import Judged
from autograder.sandbox.bubblewrap import KEEP, ONE_THREAD, SandboxError
from autograder.sandbox.limits import Limits
from autograder.solver.channel import ChannelError, receive, send

GRACE = 5  # seconds for an idle judge to end by itself
START = 180  # seconds for the judge and the sandbox to import everything


class JudgeError(HeinitError):
    """The judge did not finish; nothing is known about the notebook."""


class Judge:
    """A judge's process, started when it is first needed and again when it was timed out.

    without: walls to leave out, for tests.
    """

    def __init__(
        self, limits: Limits | None = None, sandboxed: bool = True, without: Collection[str] = ()
    ) -> None:
        self.limits, self.sandboxed, self._without = limits or Limits(), sandboxed, list(without)
        self._process: subprocess.Popen[bytes] | None = None
        self._sock: socket.socket | None = None
        self._busy = False
        atexit.register(self.close)

    def run(self, cells: list[dict[str, Any]], declared: list[str], seed: str = "") -> Judged:
        """The outputs of every cell, and what they cost; see `autograder.judge.process.judge`.

        Raises SandboxError where there are no walls, JudgeError where no answer comes.
        """
        sock = self.start()
        seconds = 2 * self.limits.notebook_seconds
        run = [i for i, cell in enumerate(cells) if cell["kind"] != "skip"]
        order = {"cells": [cells[i] for i in run], "declared": declared, "seed": seed}
        try:
            self._busy = True
            send(sock, order, seconds=seconds)
            answer = receive(sock, seconds=seconds)
        except ChannelError as error:
            self.close()
            raise JudgeError(f"the judge did not finish ({error})") from None
        self._busy = False
        if "failed" in answer:
            raise JudgeError(f"the judge did not finish ({answer['failed']})")
        judged = Judged(**answer)
        found = dict(zip(run, judged.results, strict=True))
        judged.results = [found.get(i, {"outputs": [], "count": None}) for i in range(len(cells))]
        return judged

    def start(self) -> socket.socket:
        """The socket to the judge's process, which is started where it does not run yet.

        Raises SandboxError where there are no walls, JudgeError where it does not start.
        """
        if self._sock is not None:
            return self._sock
        ours, theirs = socket.socketpair()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "autograder.judge.process", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **ONE_THREAD, **KEEP},
        )
        theirs.close()
        try:
            send(ours, {"limits": asdict(self.limits), "sandboxed": self.sandboxed, "without": self._without})
            answer = receive(ours, seconds=START)
        except ChannelError as error:
            self.close()
            raise JudgeError(f"the judge did not start ({error})") from None
        if not answer["ready"]:
            self.close()
            raise SandboxError(answer["why"])
        self._sock = ours
        return ours

    def close(self) -> None:
        """End the judge, and with it the sandbox."""
        idle = self._sock is not None and not self._busy
        if self._sock is not None:
            self._sock.close()
            self._sock = None
        if self._process is not None:
            try:  # hanging up ends an idle judge, which then takes its sandbox down in order
                self._process.wait(GRACE if idle else 0)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process.wait()
            self._process = None


_shared: dict[tuple[Limits, bool], Judge] = {}


def shared(limits: Limits, sandboxed: bool) -> Judge:
    """One judge for all notebooks of this process, as long as its limits stay the same."""
    if (limits, sandboxed) not in _shared:
        _shared[limits, sandboxed] = Judge(limits, sandboxed)
    return _shared[limits, sandboxed]


def close_shared() -> None:
    """End the judges of this process."""
    while _shared:
        _shared.popitem()[1].close()


def cells_of(notebook: NotebookNode) -> list[dict[str, Any]]:
    """The cells as the judge takes them: students' cells to run, test cells, and cells to skip."""
    return [{"kind": _kind(cell), "source": cell.source} for cell in notebook.cells]


def _kind(cell: NotebookNode) -> str:
    meta = cell.metadata.get("nbgrader", {})
    if cell.cell_type != "code":
        return "skip"
    if meta.get("grade") and not meta.get("solution"):
        return "test"  # before anything that a student can write into a cell's metadata
    demo = "demo" in cell.metadata.get("tags", []) and not meta.get("solution")
    return "skip" if demo or not cell.source.strip() else "student"
