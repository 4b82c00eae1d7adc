"""The judge's own process: takes a notebook's cells, gives back their outputs."""

import os
import signal
import socket
import sys
import warnings
from contextlib import suppress
from dataclasses import replace

import autograder.hidden_tests  # noqa: F401  warm: test cells import it
from autograder.hidden_tests.grade import SEED
from autograder.judge.examination import Examination
from autograder.judge.follow_through import follow_through
from autograder.judge.messages import (
    CellOrder,
    CellResult,
    Judged,
    JudgeFailed,
    JudgeReady,
    JudgeStart,
    NotebookOrder,
)
from autograder.judge.solving import Solving
from autograder.lifeline import end_with_caller
from autograder.sandbox.choice import open_sandbox
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import Sandbox, SandboxError
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import from_wire, to_wire
from autograder.solver.session import Session


def main(fd: int) -> None:
    """Take notebooks on the socket `fd` until it is closed."""
    end_with_caller()
    if sys.platform != "win32":  # a worker of a run on many cores blocks it, and students' code inherits that
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    caller = socket.socket(fileno=fd)
    try:
        start: JudgeStart = from_wire(receive(caller), JudgeStart)
        sandbox = open_sandbox(Limits(**start.limits), start.wall, start.without)
    except ChannelError:
        return
    except SandboxError as error:
        send(caller, to_wire(JudgeFailed(str(error))))
        return
    session = Session()
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    warnings.simplefilter("ignore")  # of odd values in checks; nbgrader would take all points for one
    send(caller, to_wire(JudgeReady(sandbox.kind)))
    while True:
        try:
            order: NotebookOrder = from_wire(receive(caller), NotebookOrder)
        except ChannelError:
            sandbox.close()
            return
        SEED.set(order.seed)
        try:
            judged = judge(order, session, sandbox)
        except SandboxError as error:
            _send(caller, JudgeFailed(str(error)))
        else:
            _send(caller, replace(judged, results=[to_wire(result) for result in judged.results]))


def _send(caller: socket.socket, answer: Judged | JudgeFailed) -> None:
    """Send an answer, or why it cannot be sent. A caller that is gone is noticed at the next notebook."""
    try:
        send(caller, to_wire(answer))
    except ChannelError as error:
        with suppress(ChannelError):
            send(caller, to_wire(JudgeFailed(f"its outputs are not taken: {error}")))


def judge(order: NotebookOrder, session: Session, sandbox: Sandbox) -> Judged:
    """The result of every cell, and what they cost."""
    cells = [from_wire(cell, CellOrder) for cell in order.cells]
    solving = Solving(sandbox, cells, order.files)
    session.begin()
    tests = {
        i: Examination(i, cell.source, order.declared, solving, session)
        for i, cell in enumerate(cells)
        if cell.kind == "test"
    }
    try:
        results = solving.run()
        for test in tests.values():
            test.run_public()
        for test in tests.values():
            test.run_hidden()
        again = follow_through(tests, order.declared, solving, session)
    finally:
        solving.close()
        for test in tests.values():
            test.line.close()
    results |= {i: CellResult(test.outputs) for i, test in tests.items()}
    ran = [*tests.values(), *again]
    work = {
        "cells": solving.work,
        "answers": sum(test.line.work for test in ran),
        "checks": sum(test.seconds for test in ran),
    }
    entropy = any(test.line.entropy for test in ran)
    return Judged([results.get(i, CellResult([])) for i in range(len(cells))], work, entropy)


if __name__ == "__main__":
    main(int(sys.argv[1]))
