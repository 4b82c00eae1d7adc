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
from dataclasses import replace
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

from .answer import answer_questions
from .channel import ChannelError, End
from .entropy import count_entropy
from .messages import (
    CellRan,
    ForkForTest,
    PutFiles,
    Ready,
    RunCell,
    receive_message,
    send_message,
    send_or_instead,
)
from .pipes import PipeEnd
from .session import Session

# forks with the ends of the session and its order; gives what the session's Ready says
Fork = Callable[[Any, PipeEnd, Session, ForkForTest], bool | str]


def work(orders: End, answers: PipeEnd, session: Session, fork: Fork) -> None:
    """Take orders until there are no more. session: one that has run nothing. fork: as `fork_for_test`."""
    count_entropy()
    _import_from_here()
    send_message(answers, Ready())
    while True:
        try:
            order: Any = receive_message(orders, PutFiles, RunCell, ForkForTest)
        except ChannelError:
            return
        if isinstance(order, PutFiles):
            _put(order.files)
        elif isinstance(order, RunCell):
            _run(session, order, answers)
        else:
            send_message(answers, Ready(fork(orders, answers, session, order)))


def _run(session: Session, order: RunCell, answers: PipeEnd) -> None:
    """Run a cell, and send what it showed."""
    invalidate_caches()  # cells follow each other faster than a folder's time changes
    start = time.thread_time()
    outputs = session.run(order.source, order.cpu_seconds)
    seconds = time.thread_time() - start
    ran = CellRan(outputs, session.shell.execution_count - 1, seconds)
    send_or_instead(answers, ran, lambda error: replace(ran, outputs=[_left_out(error)]))


def _left_out(error: ChannelError) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": f"[the output is left out: {error}]\n"}


def _import_from_here() -> None:
    """Let cells import from the working directory: after the standard library, as in a kernel of Jupyter."""
    packages = (i for i, path in enumerate(sys.path) if Path(path).name in ("site-packages", "dist-packages"))
    sys.path.insert(next(packages, 0), "")


def _put(files: dict[str, bytes]) -> None:
    """Write files into the working directory; a file for which there is no room or no place is left out."""
    for path, content in files.items():
        with suppress(OSError):
            place = Path(path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)


def fork_for_test(
    orders: socket.socket, answers: PipeEnd, session: Session, order: ForkForTest
) -> bool | str:
    """Leave a fork that waits for one test cell's questions: True, or why there is none.

    After the last test cell, this process is the fork, and says itself that it is ready.
    """
    _, fds, _, _ = socket.recv_fds(orders, 1, 2)
    with PipeEnd(fds[0]) as questions, PipeEnd(fds[1]) as replies:
        try:
            child = 0 if order.last else os.fork()
        except OSError as error:  # the student's code has as many processes as it may, or this machine has
            return str(error)
        if child:
            return True
        try:
            import resource  # which does not exist in WebAssembly

            if order.last:
                send_message(answers, Ready())
            orders.close()
            answers.close()
            _, hard = resource.getrlimit(resource.RLIMIT_CPU)
            most = min(hard, math.ceil(time.process_time() + order.cpu_seconds))
            resource.setrlimit(resource.RLIMIT_CPU, (most, most))
            answer_questions(questions, replies, session.namespace)
        finally:
            os._exit(0)
