"""One submission: run its cells in order, and fork for each test cell.

The process that runs this has no rights left and runs the student's code. It takes orders
(messages.py) from the judge over a socket:

    PutFiles     write the files that were handed in beside the notebook
    RunCell      run a student's cell, and send its outputs
    ForkForTest  with a socket: fork. The fork waits for the judge's questions on that socket,
                 answers them, and ends. After the last test cell of a notebook no cell comes, so
                 that the session itself answers
"""

import math
import os
import resource
import socket
import sys
import time
from contextlib import suppress
from importlib import invalidate_caches
from pathlib import Path
from typing import Any, NoReturn

from .answer import serve
from .channel import ChannelError, receive, send
from .messages import CellRan, ForkForTest, PutFiles, Ready, RunCell, from_wire, to_wire
from .randomness import watch
from .session import Session


def work(sock: socket.socket, session: Session) -> None:
    """Take orders until there are no more. session: one in which nothing was run."""
    watch()
    _import_from_here()
    while True:
        try:
            order: Any = from_wire(receive(sock), PutFiles, RunCell, ForkForTest)
        except ChannelError:
            return
        if isinstance(order, PutFiles):
            _put(order.files)
            continue
        if isinstance(order, RunCell):
            invalidate_caches()  # cells follow each other faster than a folder's time changes
            start = time.thread_time()
            outputs = session.run(order.source, order.cpu_seconds)
            seconds = time.thread_time() - start
            count = session.shell.execution_count - 1
            try:
                send(sock, to_wire(CellRan(outputs, count, seconds)))
            except ChannelError as error:
                send(sock, to_wire(CellRan([_left_out(error)], count, seconds)))
            continue
        _, (fd,), _, _ = socket.recv_fds(sock, 1, 1)
        with socket.socket(fileno=fd) as questions:
            if order.last:
                send(sock, to_wire(Ready()))
                _serve(questions, sock, session, order.cpu_seconds)
            send(sock, to_wire(Ready(_fork(questions, sock, session, order.cpu_seconds))))


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


def _fork(questions: socket.socket, sock: socket.socket, session: Session, cpu_seconds: float) -> bool:
    """Leave a fork that waits for one test cell's questions; whether there is one."""
    try:
        child = os.fork()
    except OSError:  # the student's code has as many processes as it may
        return False
    if child == 0:
        _serve(questions, sock, session, cpu_seconds)
    return True


def _serve(questions: socket.socket, sock: socket.socket, session: Session, cpu_seconds: float) -> NoReturn:
    """Answer one test cell's questions, and end. cpu_seconds: of processor time that the answers may take."""
    try:
        sock.close()
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        most = min(hard, math.ceil(time.process_time() + cpu_seconds))
        resource.setrlimit(resource.RLIMIT_CPU, (most, most))
        serve(questions, session.namespace)
    finally:
        os._exit(0)


def _left_out(error: ChannelError) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": f"[the output is left out: {error}]\n"}
