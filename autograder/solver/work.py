"""One submission: run its cells in order, and fork for each test cell.

The process that runs this has no rights left and runs the student's code. It takes orders
from the judge over a socket:

    run   a cell: run it, give its outputs
    test  with a socket: fork; the fork waits for the judge's questions there, answers, and ends
"""

from __future__ import annotations

import math
import os
import resource
import socket
import time

from .answer import serve
from .channel import ChannelError, receive, send
from .entropy import watch
from .session import Session


def work(sock: socket.socket, session: Session) -> None:
    """Take orders until there are no more. session: one in which nothing was run."""
    watch()
    while True:
        try:
            order = receive(sock)
        except ChannelError:
            return
        if order["op"] == "run":
            start = time.thread_time()
            outputs = session.run(order["source"], order["cpu_seconds"])
            seconds = time.thread_time() - start
            count = session.shell.execution_count - 1
            try:
                send(sock, {"outputs": outputs, "count": count, "seconds": seconds})
            except ChannelError as error:
                send(sock, {"outputs": [_told(str(error))], "count": count, "seconds": seconds})
        elif order["op"] == "test":
            _, (fd,), _, _ = socket.recv_fds(sock, 1, 1)
            questions = socket.socket(fileno=fd)
            with questions:
                send(sock, {"ready": _fork(questions, sock, session, order["cpu_seconds"])})


def _fork(questions: socket.socket, sock: socket.socket, session: Session, cpu_seconds: float) -> bool:
    """Leave a fork that waits for one test cell's questions, answers them, and ends; whether there is one."""
    try:
        child = os.fork()
    except OSError:  # the student's code has as many processes as it may
        return False
    if child == 0:
        try:
            sock.close()
            cpu = math.ceil(cpu_seconds)
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
            serve(questions, session.namespace)
        finally:
            os._exit(0)
    return True


def _told(text: str) -> dict[str, object]:
    return {"output_type": "stream", "name": "stdout", "text": f"[the output is left out: {text}]\n"}
