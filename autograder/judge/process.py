"""The judge's own process: takes a notebook's cells, gives back their outputs."""

from __future__ import annotations

import os
import re
import socket
import sys
import time
import warnings
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import autograder.hidden_tests  # noqa: F401  warm: test cells import it
from autograder.hidden_tests.grade import SEED
from autograder.judge.judged import Judged
from autograder.judge.proxy import Line, NoAnswerError
from autograder.judge.solving import Solving
from autograder.sandbox.bubblewrap import Sandbox, SandboxError
from autograder.sandbox.limits import Limits
from autograder.sandbox.selftest import prove
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.session import Session

UNJUDGED = {
    "output_type": "error",
    "ename": "NotJudged",
    "evalue": "this test cell was not run to its end",
    "traceback": ["\x1b[31mNotJudged\x1b[0m: this test cell was not run to its end"],
}


def main(fd: int) -> None:
    """Take notebooks on the socket `fd` until it is closed."""
    caller = socket.socket(fileno=fd)
    try:
        order = receive(caller)
        sandbox = Sandbox(Limits(**order["limits"]), order["sandboxed"], order["without"])
        if order["sandboxed"] and not order["without"]:
            prove(sandbox)
    except ChannelError:
        return
    except SandboxError as error:
        send(caller, {"ready": False, "why": str(error)})
        return
    session = Session()
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    warnings.simplefilter("ignore")  # of odd values in checks; nbgrader would take all points for one
    send(caller, {"ready": True})
    while True:
        try:
            notebook = receive(caller)
        except ChannelError:
            sandbox.close()
            return
        os.environ[SEED] = notebook["seed"]
        try:
            judged = judge(notebook["cells"], notebook["declared"], session, sandbox)
        except SandboxError as error:
            _answer(caller, {"failed": str(error)})
        else:
            _answer(caller, asdict(judged))


def _answer(caller: socket.socket, answer: dict[str, Any]) -> None:
    """Send an answer, or why it cannot be sent. A caller that is gone is found out at the next notebook."""
    try:
        send(caller, answer)
    except ChannelError as error:
        with suppress(ChannelError):
            send(caller, {"failed": f"its outputs are not taken: {error}"})


def judge(cells: list[dict[str, Any]], declared: list[str], session: Session, sandbox: Sandbox) -> Judged:
    """The outputs and number of every cell, and what they cost.

    cells: each with `source` and `kind`: student or test.
    declared: the names that the released solution cells define; test cells may ask for them.
    """
    solving = Solving(sandbox, cells)
    judged = Judged()
    session.begin()
    try:
        ran = solving.run()
        for i, cell in enumerate(cells):
            if cell["kind"] == "test":
                ran[i] = _test(i, cell["source"], declared, session, solving, judged), None
    finally:
        solving.close()
    judged.work["cells"] = solving.work
    found = [ran.get(i, ([], None)) for i in range(len(cells))]
    judged.results = [{"outputs": outputs, "count": count} for outputs, count in found]
    return judged


def _test(
    i: int, source: str, declared: list[str], session: Session, solving: Solving, judged: Judged
) -> list[Any]:
    asked = [name for name in declared if re.search(rf"\b{re.escape(name)}\b", source)]
    line, names = _bound(i, asked, solving)
    if line is None:
        return [UNJUDGED]
    session.forget()
    session.namespace.update(names)
    start = time.process_time()
    outputs = [_told(output) for output in session.run(source, solving.limits.check_seconds)]
    judged.work["checks"] += time.process_time() - start
    judged.work["answers"] += line.work
    judged.entropy |= line.entropy
    line.close()
    session.forget()
    failed = any(output["output_type"] == "error" for output in outputs)
    return outputs if failed or session.whole else [UNJUDGED]


def _told(output: dict[str, Any]) -> dict[str, Any]:
    """An output of a test cell; of an error its name and message, as its frames show hidden checks."""
    if output["output_type"] != "error":
        return output
    return {**output, "traceback": [f"\x1b[31m{output['ename']}\x1b[0m: {output['evalue']}"]}


def _bound(i: int, asked: list[str], solving: Solving) -> tuple[Line | None, dict[str, Any]]:
    """The line to the fork of test cell i, and what the names mean there.

    A fork that another exercise's answer has ended, or what it has ended with it, is made again.
    """
    while (line := solving.line(i)) is not None:
        try:
            return line, line.bind(asked)
        except NoAnswerError:
            if not solving.again():
                return line, {}
    return None, {}


if __name__ == "__main__":
    main(int(sys.argv[1]))
