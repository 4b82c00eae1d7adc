"""One submission: run its cells in order, and fork for each test cell.

The process that runs this has no rights left and runs the student's code. It takes orders
(messages.py) from the judge over a socket, and answers through a pipe:

    PutFiles     write the files that were handed in beside the notebook
    RunCell      run a student's cell, and send its outputs
    ForkForTest  with two ends of pipes: fork. The fork waits for the judge's questions on the first,
                 answers through the second, and ends. After the last test cell of a notebook no
                 cell comes, so that the session itself answers
"""

import math
import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import invalidate_caches
from pathlib import Path
from typing import Any, NoReturn

from .answer import serve
from .channel import ChannelError, receive, send
from .messages import CellRan, ForkForTest, PutFiles, Ready, RunCell, from_wire, to_wire
from .pipes import PipeEnd
from .randomness import watch
from .session import Session


def work(orders: socket.socket, answers: PipeEnd, session: Session) -> None:
    """Take orders until there are no more. session: one in which nothing was run."""
    watch()
    import_from_here()
    send(answers, to_wire(Ready()))
    while True:
        try:
            order: Any = from_wire(receive(orders), PutFiles, RunCell, ForkForTest)
        except ChannelError:
            return
        if isinstance(order, PutFiles):
            put(order.files)
            continue
        if isinstance(order, RunCell):
            ran(session, order, answers)
            continue
        _, fds, _, _ = socket.recv_fds(orders, 1, 2)
        with PipeEnd(fds[0]) as questions, PipeEnd(fds[1]) as replies:
            serving = partial(_serve, questions, replies, (orders, answers), session, order.cpu_seconds)
            if order.last:
                send(answers, to_wire(Ready()))
                serving()
            send(answers, to_wire(Ready(_fork(serving))))


def ran(session: Session, order: RunCell, answers: PipeEnd) -> None:
    """Run a cell, and send what it showed."""
    invalidate_caches()  # cells follow each other faster than a folder's time changes
    start = time.thread_time()
    outputs = session.run(order.source, order.cpu_seconds)
    seconds = time.thread_time() - start
    count = session.shell.execution_count - 1
    try:
        send(answers, to_wire(CellRan(outputs, count, seconds)))
    except ChannelError as error:
        send(answers, to_wire(CellRan([_left_out(error)], count, seconds)))


def import_from_here() -> None:
    """Let cells import from the working directory: after the standard library, as in a kernel of Jupyter."""
    packages = (i for i, path in enumerate(sys.path) if Path(path).name in ("site-packages", "dist-packages"))
    sys.path.insert(next(packages, 0), "")


def put(files: dict[str, bytes]) -> None:
    """Write files into the working directory; a file for which there is no room or no place is left out."""
    for path, content in files.items():
        with suppress(OSError):
            place = Path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def _fork(serving: Callable[[], NoReturn]) -> bool | str:
    """Leave a fork that waits for one test cell's questions: True, or why there is none."""
    try:
        child = os.fork()
    except OSError as error:  # the student's code has as many processes as it may, or this machine has
        return str(error)
    if child == 0:
        serving()
    return True


def _serve(
    questions: PipeEnd,
    replies: PipeEnd,
    session_ends: tuple[socket.socket, PipeEnd],
    session: Session,
    cpu_seconds: float,
) -> NoReturn:
    """Answer one test cell's questions, and end. cpu_seconds: of processor time that the answers may take."""
    import resource  # which does not exist in WebAssembly

    try:
        for end in session_ends:
            end.close()
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        most = min(hard, math.ceil(time.process_time() + cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        serve(questions, replies, session.namespace)
    finally:
        os._exit(0)


def _left_out(error: ChannelError) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": f"[the output is left out: {error}]\n"}
