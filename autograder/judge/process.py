"""The judge's own process: takes a notebook's cells, gives back their outputs."""

import os
import signal
import socket
import sys
import warnings
from contextlib import ExitStack, suppress

import autograder.hidden_tests  # noqa: F401  warm: test cells import it
from autograder.hidden_tests.grade import SEED
from autograder.judge.examination import Examination
from autograder.judge.follow_through import follow_through
from autograder.judge.messages import (
    CellOrder,
    CellResult,
    JudgedNotebook,
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
from autograder.solver.channel import ChannelError
from autograder.solver.messages import receive_message, send_message, send_or_instead
from autograder.solver.session import Session

# What `rehearse` judges: a file, NumPy, and more forks than a lesson has test cells.
RIGHT = "import numpy as np\n\ndef total(x):\n    return np.sum(x) + int(open('beside.txt').read())"
CHECKED = "assert total([1.0, 2.0]) == 6.0"
FORKS = 8
NOT_RIGHT = (
    "nothing is graded: a notebook that is right, judged as a self-test, is not found right here. See that "
    "this machine has memory, processes and room on its disk to spare, and run this again. The reason: {why}"
)


def main(fd: int) -> None:
    """Take notebooks on the socket `fd` until it is closed."""
    end_with_caller()
    if sys.platform != "win32":  # workers on many cores block SIGINT, and students' code would inherit that
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    caller = socket.socket(fileno=fd)
    with suppress(ChannelError), ExitStack() as stack:
        try:
            start: JudgeStart = receive_message(caller, JudgeStart)
            sandbox = open_sandbox(Limits(**start.limits), start.wall, start.without)
            stack.callback(sandbox.close)
            session = Session()
            os.environ["NBGRADER_EXECUTION"] = "autograde"
            warnings.simplefilter("ignore")  # odd values in checks: nbgrader gives 0 points for a warning
            rehearse(session, sandbox)
        except SandboxError as error:
            send_message(caller, JudgeFailed(str(error)))
            return
        send_message(caller, JudgeReady(sandbox.kind))
        while True:
            order: NotebookOrder = receive_message(caller, NotebookOrder)
            SEED.set(order.seed)
            try:
                answer: JudgedNotebook | JudgeFailed = judge_notebook(order, session, sandbox)
            except SandboxError as error:
                answer = JudgeFailed(str(error))
            send_or_instead(caller, answer, lambda error: JudgeFailed(f"its outputs are not taken: {error}"))


def rehearse(session: Session, sandbox: Sandbox) -> None:
    """Judge a notebook that is right, as every notebook is judged: under the limits of a session.

    Raises SandboxError where it is not found right: then nobody's answers would be.
    """
    cells = [CellOrder("student", RIGHT), *[CellOrder("test", CHECKED)] * FORKS]
    order = NotebookOrder(cells, ["total"], "", {"beside.txt": b"3"})
    try:
        results = judge_notebook(order, session, sandbox).results
    except SandboxError as error:
        raise SandboxError(NOT_RIGHT.format(why=error)) from None
    for output in (output for result in results for output in result.outputs):
        if output["output_type"] == "error":
            raise SandboxError(NOT_RIGHT.format(why=f"{output['ename']}: {output['evalue']}"))


def judge_notebook(order: NotebookOrder, session: Session, sandbox: Sandbox) -> JudgedNotebook:
    """The result of every cell, and what they cost."""
    cells = [CellOrder(*cell) for cell in order.cells]
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
    return JudgedNotebook([results.get(i, CellResult([])) for i in range(len(cells))], work, entropy)


if __name__ == "__main__":
    main(int(sys.argv[1]))
