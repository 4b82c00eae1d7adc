"""The WebAssembly wall: a box for each submission, in CPython compiled to WebAssembly.

How it works. A process with the host (wasm_host.py) runs CPython, NumPy and Matplotlib as one module of
WebAssembly, and forks for each submission. The student's code runs as instructions of that module: it has
the memory of its instance and the functions of wasi.py, and reaches neither the host's memory nor a system
call. So this wall needs nothing of the kernel but limits of a process.

`prove` shows at the start that the walls stand, as selftest.py does for the sandbox of Linux.
"""

import json
import os
import select
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from autograder.sandbox.bubblewrap import END, START, SandboxError
from autograder.sandbox.limits import ONE_THREAD, Limits
from autograder.solver.channel import ChannelClosed, ChannelError, receive, send
from autograder.solver.doors import ANSWERS, BOX, CLOCK, FORK, ORDERS
from autograder.solver.messages import BoxOrder, CellRan, RunCell, from_wire, to_wire
from autograder.solver.pipes import PipeEnd, pipe

ENVIRONMENT = {
    "HOME": "/box",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/box/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
}
SHARE = 4  # a guest may take this part of a submission's memory, since each test cell has a guest too
RLIMITS = {"RLIMIT_CPU": 600, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}


class GuestBox:
    """The guest of one submission, as `bubblewrap.Box`."""

    def __init__(self, orders: socket.socket, answers: PipeEnd, life: PipeEnd, limits: Limits) -> None:
        self.orders, self.answers, self.limits = orders, answers, limits
        self._life = life

    def close(self) -> None:
        """End every process of the box and wait until the last one has ended."""
        self.orders.close()
        ended = select.poll()
        ended.register(self._life.fileno(), select.POLLIN)
        ended.poll(1000 * END)
        self.answers.close()
        self._life.close()

    def __enter__(self) -> "GuestBox":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class GuestSandbox:
    """The host and its guest, as `bubblewrap.Sandbox`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        ours, theirs = socket.socketpair()
        self._orders = ours
        self._process = subprocess.Popen(
            [sys.executable, "-s", "-P", "-m", "autograder.sandbox.wasm_host", str(theirs.fileno())],
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={
                "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
                "HOME": os.environ.get("HOME", ""),
                **ONE_THREAD,
            },
        )
        theirs.close()
        try:
            receive(ours, seconds=START)
        except ChannelError as error:
            self.close()
            raise SandboxError(f"the guest did not start: {error}") from None

    def box(self, limits: Limits | None = None) -> GuestBox:
        """A fresh box. Raises SandboxError where the host has ended or cannot make a box."""
        limits = limits or self.limits
        order = BoxOrder(True, [], limits.disk, [], "", RLIMITS, limits.memory // SHARE)
        orders, theirs = socket.socketpair()
        life, alive = pipe()
        answers, writes = pipe(life)
        box = GuestBox(orders, answers, life, limits)
        try:
            with theirs, alive, writes:
                send(self._orders, to_wire(order), seconds=START)
                socket.send_fds(self._orders, [b"f"], [end.fileno() for end in (theirs, writes, alive)])
            orders.settimeout(START)
            if orders.recv(1) != b"!":
                raise OSError("the host has ended")
            orders.settimeout(None)
            orders.shutdown(socket.SHUT_RD)
        except (ChannelError, OSError) as error:
            box.close()
            raise SandboxError(f"the sandbox could not make a box for a submission: {error}") from None
        return box

    def close(self) -> None:
        """End the host, and with it every box."""
        self._orders.close()
        self._process.kill()
        self._process.wait()


PROBE = """
import json, os, socket, sys
settings, breaches = json.loads({settings!r}), []

def refused(attempt, *errors):
    try:
        attempt()
    except (OSError, *errors):
        return True
    return False

def write(path):
    with open(path, "wb") as file:
        file.write(b"x" * settings["disk"])

def call_library():
    import ctypes
    ctypes.CDLL(None).getpid()

if sys.platform != "wasi":
    breaches.append("students' code does not run in WebAssembly")
if any(os.path.lexists(path) for path in settings["paths"]):
    breaches.append("students' code could see files of this machine")
if set(os.environ) - set(settings["environment"]):
    breaches.append("students' code could read the grader's environment")
folders = ["", "/usr", "/course", "/course/solver", os.path.dirname(json.__file__)]
if not all(refused(lambda: write(folder + "/probe")) for folder in folders):
    breaches.append("students' code could change what the next submission runs")
if not refused(lambda: socket.create_connection(("127.0.0.1", settings["port"]), 1), AttributeError):
    breaches.append("students' code could reach the network")
if hasattr(os, "fork") or hasattr(os, "posix_spawn") or not refused(lambda: os.kill(1, 0), AttributeError):
    breaches.append("students' code could start or signal processes")
if not refused(call_library, ImportError, AttributeError, TypeError):
    breaches.append("students' code could call libraries of this machine")
if set(range(4, 4096)) - {{n for n in range(4, 4096) if refused(lambda: os.fstat(n))}} - {{*settings["doors"]}}:
    breaches.append("students' code could reach descriptors of its host")
if not refused(lambda: bytearray(settings["memory"]), MemoryError):
    breaches.append("students' code could use more memory than it may")
if not refused(lambda: write("/box/probe")):
    breaches.append("students' code could write more than it may")
print(json.dumps(breaches))
"""
SECONDS = 60
MEBI = 2**20


def prove(sandbox: GuestSandbox, secrets: tuple[Path, ...] = ()) -> None:
    """Raise SandboxError if a wall does not stand. secrets: further paths that must not be visible."""
    limits = Limits(memory=128 * MEBI, disk=MEBI)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings = {
            "paths": [
                str(path) for path in (Path(__file__), Path("/etc"), Path("/dev"), Path.home(), *secrets)
            ],
            "environment": list(ENVIRONMENT),
            "port": server.getsockname()[1],
            "doors": [ORDERS, ANSWERS, BOX, FORK, CLOCK],
            "memory": 2 * limits.memory,
            "disk": 2 * limits.disk,
        }
        breaches = json.loads(_run(sandbox, limits, PROBE.format(settings=json.dumps(settings))))
    if _run(sandbox, limits, "while True: pass", seconds=0.1) is not None:
        breaches.append("students' code could run for ever")
    if breaches:
        raise SandboxError(
            f"the sandbox does not hold on this machine, so nothing is graded: {'; '.join(breaches)}."
        )


def _run(sandbox: GuestSandbox, limits: Limits, probe: str, seconds: float = SECONDS) -> str | None:
    """What a probe prints in a box; None where the box ends first. seconds: of processor time."""
    with sandbox.box(limits) as box:
        try:
            send(box.orders, to_wire(RunCell(probe, seconds)), seconds=SECONDS)
            (output,) = from_wire(receive(box.answers, seconds=SECONDS), CellRan).outputs
            return str(output["text"])
        except ChannelClosed:
            return None
        except (ChannelError, ValueError, KeyError, TypeError) as error:
            raise SandboxError(
                f"the sandbox's self-test did not finish, so nothing is graded: {error}"
            ) from None
