"""One submission: run its cells in order, and fork for each test cell.

The process that runs this has no rights left and runs the student's code. It takes orders
(messages.py) from the judge over a socket:

    RunCell      run a student's cell, and send its outputs
    ForkForTest  with a socket: fork. The fork waits for the judge's questions on that socket,
                 answers them, and ends. After the last test cell of a notebook no cell comes, so
                 that the session itself answers
"""

import math
import os
import resource
import socket
import time
from typing import NoReturn

from .answer import serve
from .channel import ChannelError, receive, send
from .messages import CellRan, ForkForTest, Ready, RunCell, from_wire, to_wire
from .randomness import watch
from .session import Session


def work(sock: socket.socket, session: Session) -> None:
    """Take orders until there are no more. session: one in which nothing was run."""
    watch()
    while True:
        try:
            order: RunCell | ForkForTest = from_wire(receive(sock), RunCell, ForkForTest)
        except ChannelError:
            return
        if isinstance(order, RunCell):
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
