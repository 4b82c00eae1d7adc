"""Read what a submission holds in a process of its own, which its caller can end.

How it works. To parse Python, JSON, HTML or Markdown runs no line of a submission, but a short text can
take its parser hours or all memory, and no list of such texts is ever complete. So whatever parses,
repairs or draws a submission is called through `limited`. The call is made in a second process, which works
for this process alone and stays warm. The kernel ends the second process when a call takes more memory or
processor time than it may; the caller ends it when no answer comes for too long. Then the call raises
`OverLimitError`, nothing else is lost, and the next call gets a new process.

The second process runs our own code only, with its caller's rights. (Students' code runs in the sandbox;
see autograder/sandbox.) Functions, arguments and values cross as pickles: the two processes trust each
other. Where the operating system has no such limits, as on Windows, the call is made in the caller's own
process.
"""

import atexit
import pickle
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, ParamSpec, TypeVar

from autograder.lifeline import end_with_caller, start_connected
from autograder.surroundings import inherited

try:
    import resource
except ImportError:
    resource = None  # type: ignore[assignment]

MEMORY = 2 * 2**30  # bytes of address space
CPU_SECONDS = 20  # of one call; an ordinary submission takes 0.1
SECONDS = 300.0  # of wall time of one call, which a busy machine may need
P = ParamSpec("P")
R = TypeVar("R")


class OverLimitError(Exception):
    """A call took more than it may. The text says so, and names no reason that a student must know."""


class LimitedProcess:
    """A process that makes calls, started when it is first needed and again when it has ended.

    memory: bytes. cpu_seconds, seconds: of processor time and of wall time, for one call.
    """

    def __init__(
        self, memory: int = MEMORY, cpu_seconds: int = CPU_SECONDS, seconds: float = SECONDS
    ) -> None:
        self._memory, self._cpu_seconds, self._seconds = memory, cpu_seconds, seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None
        self._turn = threading.RLock()  # of the threads of a server
        atexit.register(self.close)

    def call(self, function: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """The value of a function, or what it raises. Raises OverLimitError where the call takes too much."""
        if resource is None:
            return function(*args, **kwargs)
        try:
            order = pickle.dumps((function, args, kwargs))
        except RecursionError:
            raise OverLimitError("it is nested too deeply to read") from None
        with self._turn:
            try:
                line = self._start()
                line.send_bytes(order)
                if not line.poll(self._seconds):
                    raise TimeoutError
                returned, value = line.recv()
            except BaseException as error:  # a late answer would be taken for the next call's
                self.close()
                if not isinstance(error, (OSError, EOFError)):
                    raise
                memory = f"{_at_most(resource.RLIMIT_AS, self._memory) / 2**30:.2g} GiB of memory"
                raise OverLimitError(
                    f"it takes more than {memory} or {self._cpu_seconds} s of processor time to read"
                ) from None
        if not returned:
            raise value
        result: R = value
        return result

    def close(self) -> None:
        with self._turn:
            if self._line is not None:
                self._line.close()
            if self._process is not None:
                self._process.kill()
                self._process.wait()
                assert self._process.stdin is not None
                self._process.stdin.close()
            self._line = self._process = None

    def _start(self) -> Connection:
        """The line to the process, which is started where none runs."""
        if self._line is not None and self._process is not None and self._process.poll() is None:
            return self._line
        self.close()
        program = f"import {__name__} as own; own.make_calls(%s, {self._memory}, {self._cpu_seconds})"
        self._process, ours = start_connected(
            lambda fd: [sys.executable, "-P", "-c", program % fd],
            stdin=subprocess.PIPE,  # so that it ends with this process
            stderr=subprocess.DEVNULL,
            env=inherited(),
        )
        self._line = Connection(ours.detach())
        return self._line


limited = LimitedProcess().call


def make_calls(fd: int, memory: int, cpu_seconds: int) -> None:
    """The second process: make the calls that come on the socket `fd`, until it is closed."""
    end_with_caller()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal's, which is for the caller
    line = Connection(fd)
    _limit(resource.RLIMIT_AS, memory)
    _limit(resource.RLIMIT_CORE, 0)
    while True:
        try:
            order = line.recv_bytes()
        except EOFError:
            return
        used = resource.getrusage(resource.RUSAGE_SELF)
        _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds)
        answer: tuple[bool, Any]
        try:
            function, args, kwargs = pickle.loads(order)
            answer = True, function(*args, **kwargs)
        except MemoryError:
            return
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = False, error
        line.send(answer)


def _limit(kind: int, most: int) -> None:
    """Lower a limit of this process, whose upper bound stays as it is."""
    _, bound = resource.getrlimit(kind)
    with suppress(ValueError, OSError):  # macOS does not know each of them
        resource.setrlimit(kind, (_at_most(kind, most), bound))


def _at_most(kind: int, most: int) -> int:
    """The limit that can be had: this machine's own may be lower."""
    _, bound = resource.getrlimit(kind)
    return most if bound == resource.RLIM_INFINITY else min(most, bound)
