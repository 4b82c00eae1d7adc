"""The judge's own process: takes a notebook's cells, gives back their outputs."""

import os
import re
import socket
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import replace
from typing import Any

import autograder.hidden_tests  # noqa: F401  warm: test cells import it
from autograder.hidden_tests.grade import SEED
from autograder.judge.messages import CellOrder, CellResult, Judged, JudgeFailed, JudgeStart, NotebookOrder
from autograder.judge.outputs import Output, error_output
from autograder.judge.proxy import Line, NoAnswerError
from autograder.judge.solving import Solving
from autograder.sandbox.bubblewrap import Sandbox, SandboxError
from autograder.sandbox.limits import Limits
from autograder.sandbox.selftest import prove
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import Ready, from_wire, to_wire
from autograder.solver.session import Session

NOT_JUDGED = error_output("NotJudged", "this test cell was not run to its end")


def main(fd: int) -> None:
    """Take notebooks on the socket `fd` until it is closed."""
    caller = socket.socket(fileno=fd)
    try:
        start: JudgeStart = from_wire(receive(caller), JudgeStart)
        sandbox = Sandbox(Limits(**start.limits), start.sandboxed, start.without)
        if start.sandboxed and not start.without:
            prove(sandbox)
    except ChannelError:
        return
    except SandboxError as error:
        send(caller, to_wire(JudgeFailed(str(error))))
        return
    session = Session()
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    warnings.simplefilter("ignore")  # of odd values in checks; nbgrader would take all points for one
    send(caller, to_wire(Ready()))
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
    work, entropy = {"cells": 0.0, "answers": 0.0, "checks": 0.0}, False
    session.begin()
    try:
        results = solving.run()
        for i, cell in enumerate(cells):
            if cell.kind == "test":
                names = [name for name in order.declared if re.search(rf"\b{re.escape(name)}\b", cell.source)]
                line, bound = _bind(i, names, solving)
                if line is None:
                    results[i] = CellResult([NOT_JUDGED])
                    continue
                start = time.process_time()
                results[i] = CellResult(_test(cell.source, bound, session, solving.limits.check_seconds))
                work["checks"] += time.process_time() - start
                work["answers"] += line.work
                entropy |= line.entropy
                line.close()
    finally:
        solving.close()
    work["cells"] = solving.work
    return Judged([results.get(i, CellResult([])) for i in range(len(cells))], work, entropy)


def _test(source: str, names: dict[str, Any], session: Session, cpu_seconds: float) -> list[Output]:
    """The outputs of a test cell, run with these names alone."""
    session.forget()
    session.namespace.update(names)
    outputs = session.run(source, cpu_seconds)
    session.forget()
    errors = [output for output in outputs if output["output_type"] == "error"]
    for error in errors:  # its frames show hidden checks
        error.update(error_output(error["ename"], error["evalue"]))
    return outputs if errors or session.whole else [NOT_JUDGED]


def _bind(i: int, names: list[str], solving: Solving) -> tuple[Line | None, dict[str, Any]]:
    """The line to the fork of test cell i, and what the names mean there.

    Where another exercise's answer has ended this fork, a fresh session makes a new one.
    """
    while (line := solving.line(i)) is not None:
        try:
            return line, line.bind(names)
        except NoAnswerError:
            if not solving.again():
                return line, {}
    return None, {}


if __name__ == "__main__":
    main(int(sys.argv[1]))
