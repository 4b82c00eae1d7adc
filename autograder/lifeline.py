"""End a process with the process that started it, whatever either of them is doing.

How it works. The caller starts the process with `stdin=subprocess.PIPE` and never writes there. When the
caller ends, however it ends, the kernel closes its end of the pipe. On Linux the kernel then kills the
process itself: also one that is stopped, or that is busy in C code and runs no line of Python. Elsewhere a
thread sees to that.
"""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any


def start_connected(
    command: Callable[[str], list[str]], **options: Any
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """Start a program that talks to this process over a socket.

    command: gives the command, which takes the number of the socket's descriptor there. options: of Popen.
    """
    ours, theirs = socket.socketpair()
    with theirs:
        fd = theirs.fileno()
        process = subprocess.Popen(command(str(fd)), pass_fds=(fd,), stdout=subprocess.DEVNULL, **options)
    return process, ours


def end_with_caller() -> None:
    """Have this process ended when the other end of its standard input is closed."""
    if sys.platform == "linux":
        import fcntl

        fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(0, fcntl.F_SETSIG, signal.SIGKILL)  # in the place of SIGIO
        fcntl.fcntl(0, fcntl.F_SETFL, os.O_ASYNC)
    threading.Thread(target=_wait, daemon=True).start()  # sees it too where the caller has ended already


def _wait() -> None:
    os.read(0, 1)
    os._exit(1)
