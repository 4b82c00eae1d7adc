"""The sandbox: one bubblewrap, one warm parent in it, one world for each submission.

How it works. `Sandbox` starts `autograder.solver.zygote` under bubblewrap: an empty root with
read-only binds of the interpreter, its packages, the system's libraries, the solver and
heinit_lab; a private /tmp and /box; no network, no host processes, no host IPC. Answers,
hidden checks, the gradebook and other submissions are not hidden there: they are not there.
(Where they lie inside a folder that is bound, as in an installed package, it is masked.)
Started by root, it becomes an unprivileged user of the host first (see launch.py). For each
submission the warm parent makes a world with namespaces of its own (see zygote.py), and
selftest.py proves at the start that all of this holds on this machine.

What a wall stops, and what is left, is written in SECURITY.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import heinit_lab
from autograder.errors import HeinitError
from autograder.sandbox.cgroups import Control, Group, control
from autograder.sandbox.limits import Limits
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import BoxOrder, to_wire

NOBODY = 65534
FRESH = ("/tmp", "/box", "/dev/shm")  # where a submission may write; new for each
# Tests take single walls away, to show what each one stops; nothing else does.
WALLS = ("files", "root", "network", "processes", "ipc", "world", "rights", "calls", "streams")
RLIMITS = {  # of one process
    "RLIMIT_CPU": 600,
    "RLIMIT_FSIZE": 64 * 2**20,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
}
START = 120  # seconds that the warm parent may take to import everything
END = 20  # seconds that a world may take to end
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")
MISSING = "there is no sandbox here, so nothing is graded: {why}. " + (
    "On Debian or Ubuntu: apt install bubblewrap. To run students' code with your own rights all the "
    "same, say --unsandboxed."
    if sys.platform == "linux"
    else "Grade on Linux: a virtual machine, or a container that allows user namespaces."
)


class SandboxError(HeinitError):
    """There are no walls, or they do not stand."""


class World:
    """One submission's world. sock: where its solver takes orders."""

    def __init__(
        self, sock: socket.socket, limits: Limits, walls: frozenset[str], keeper: int | None, group: Group
    ) -> None:
        self.sock, self.limits, self.walls = sock, limits, walls
        self._keeper, self._group = keeper, group

    def close(self) -> None:
        """End every process in the world, and wait until the last is gone: no two worlds overlap."""
        self.sock.close()
        if self._keeper is not None:  # process 1 of the world; without a sandbox, hanging up must do
            with suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self._keeper, signal.SIGKILL)
            ended = select.poll()
            ended.register(self._keeper, select.POLLIN)
            ended.poll(1000 * END)
            os.close(self._keeper)
        self._group.close()

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sandbox:
    """The warm parent and its walls; `world()` gives a fresh world for one submission.

    sandboxed: False runs solvers with the caller's own rights, which is the instructor's explicit word.
    without: walls to leave out, for tests.
    Raises SandboxError where there can be no sandbox.
    """

    def __init__(
        self, limits: Limits | None = None, sandboxed: bool = True, without: Collection[str] = ()
    ) -> None:
        self.limits, self.sandboxed = limits or Limits(), sandboxed
        self.walls = frozenset(WALLS).difference(without)
        self.control: Control = control()
        self._fresh: list[str] = []
        self._directory = None if sandboxed else tempfile.TemporaryDirectory(prefix="heinit-")
        ours, theirs = socket.socketpair()
        command = self._command(theirs.fileno()) if sandboxed else self._bare(theirs.fileno())
        self._process = subprocess.Popen(
            command,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=None if sandboxed else {**os.environ, **ENVIRONMENT, "PYTHONPATH": self._course()},
        )
        theirs.close()
        self._orders = ours
        stderr = self._process.stderr
        assert stderr is not None
        try:
            receive(ours, seconds=START)
        except ChannelError:
            self.close()
            said = stderr.read().decode(errors="replace").strip().splitlines()
            raise SandboxError(MISSING.format(why=said[-1] if said else "bubblewrap ended at once")) from None
        finally:
            stderr.close()

    def world(self, limits: Limits | None = None) -> World:
        """A fresh world. Raises SandboxError where the warm parent is gone or the world cannot be made."""
        limits = limits or self.limits
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        rlimits = {**RLIMITS, **self.control.rlimits(limits.memory, limits.processes)}
        order = BoxOrder(
            isolate=self.sandboxed,
            walls=sorted(self.walls),
            disk=limits.disk,
            fresh=self._fresh,
            directory=self._directory.name if self._directory else "",
            rlimits=rlimits,
            watch=0 if self.control.summed else limits.memory,
        )
        keeper = None
        try:
            send(self._orders, to_wire(order), seconds=START)
            socket.send_fds(self._orders, [b"f"], [theirs.fileno()])
            theirs.close()
            ours.settimeout(START)
            said, ancillary, _, _ = ours.recvmsg(500, socket.CMSG_SPACE(struct.calcsize("iii")))
            if said != b"!" or not ancillary:
                why = said.decode(errors="replace") or "the warm parent has ended"
                raise SandboxError(f"the sandbox could not make a world for a submission: {why}")
            pid, _, _ = struct.unpack("iii", ancillary[0][2])
            keeper = os.pidfd_open(pid) if self.sandboxed else None
            group = self.control.group(pid, limits.memory, limits.processes)
            ours.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0)
            ours.settimeout(None)
            ours.sendall(b"!")
        except (ChannelError, OSError) as error:
            ours.close()  # whatever was made of it ends
            theirs.close()
            if keeper is not None:
                os.close(keeper)
            raise SandboxError(f"the sandbox could not make a world for a submission: {error}") from None
        return World(ours, limits, self.walls, keeper, group)

    def close(self) -> None:
        """End the warm parent, and with it every world."""
        self._orders.close()
        self._process.kill()
        self._process.wait()
        if self._directory is not None:
            self._directory.cleanup()

    def _command(self, fd: int) -> list[str]:
        bwrap = shutil.which("bwrap")
        if sys.platform != "linux" or bwrap is None:
            raise SandboxError(MISSING.format(why="bubblewrap is not installed"))
        spaces = {"network": "--unshare-net", "processes": "--unshare-pid", "ipc": "--unshare-ipc"}
        options = ["--unshare-user", "--unshare-uts", "--unshare-cgroup-try"]
        options += [option for wall, option in spaces.items() if wall in self.walls]
        options += ["--die-with-parent", "--new-session", "--clearenv"]
        options += ["--cap-add", "ALL"]  # of its own user namespace; solvers give them all up
        for name, value in {**ENVIRONMENT, "PYTHONPATH": "/course"}.items():
            options += ["--setenv", name, value]
        options += ["BINDS"]
        for path in SYSTEM:
            if Path(path).is_symlink():
                options += ["--symlink", str(Path(path).readlink()), path]
        binds = _binds()
        # where the interpreter lies in /tmp, that must stay as it is
        self._fresh = [f for f in FRESH if not any(place.startswith(f + "/") for _, place in binds)]
        for path in _masks(binds):
            options += ["--tmpfs", path, "--remount-ro", path]
        options += ["--proc", "/proc", "--dev", "/dev"]
        for path in self._fresh:
            options += ["--tmpfs", path]
        if "root" in self.walls:  # or a submission could leave files for the next, on its import path
            options += ["--remount-ro", "/dev", "--remount-ro", "/"]
        options += ["--chdir", "/box", "--", sys.executable, "-s", "-P", "-m", "solver.zygote", str(fd)]
        options += ["apart"] if "processes" in self.walls else []
        if "files" not in self.walls:
            binds.append(("/", "/host"))
        order = {
            "binds": binds,
            "writable": [] if "files" in self.walls else ["/host"],
            "uid": NOBODY,
            "argv": [bwrap, *options],
        }
        launch = Path(__file__).with_name("launch.py")
        return [sys.executable, "-I", str(launch), json.dumps(order)]

    def _bare(self, fd: int) -> list[str]:
        return [sys.executable, "-s", "-P", "-m", "solver.zygote", str(fd)]

    def _course(self) -> str:
        """A folder in which the solver lies as it does inside the sandbox."""
        assert self._directory is not None
        course = Path(self._directory.name, "course")
        course.mkdir()
        for source, place in _own():
            (course / Path(place).name).symlink_to(source)
        return str(course)


# matrices of some megabytes come and go: memory that is handed back each time is paid for each time
KEEP = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
# a process with threads cannot be forked safely, cores are for other submissions, and how many
# threads there are changes the last digit of a sum
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
ENVIRONMENT = {
    "HOME": "/box",
    "TMPDIR": "/box",
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "MPLCONFIGDIR": "/box/matplotlib",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "NBGRADER_EXECUTION": "autograde",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    **ONE_THREAD,
    **KEEP,
}


def _own() -> list[tuple[str, str]]:
    solver = Path(__file__).resolve().parent.parent / "solver"
    lab = Path(heinit_lab.__file__).resolve().parent
    return [(str(solver), "/course/solver"), (str(lab), "/course/heinit_lab"), *_fonts()]


def _fonts() -> list[tuple[str, str]]:
    """Matplotlib's list of fonts, made once on this machine: looking for them takes seconds each time."""
    import matplotlib.font_manager

    found = Path(matplotlib.get_cachedir()).glob("fontlist-*.json")
    return [(str(path), f"/course/fonts/{path.name}") for path in found]


def _masks(binds: list[tuple[str, str]]) -> list[str]:
    """What must not be seen but lies in a folder that is bound, as in an installed package or under /usr."""
    secret = set()
    for name in ("autograder", "heinit_solutions"):
        spec = importlib.util.find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            secret.add(Path(folder).resolve())
    solver = Path(__file__).resolve().parent.parent.parent
    if (solver / "notebooks").is_dir():  # a checkout: everything in it but what is bound by name
        secret.update(p for p in solver.iterdir() if p.is_dir() and not sys.prefix.startswith(str(p)))
    bound = [Path(source).resolve() for source, _ in binds]
    return sorted(str(p) for p in secret if any(p.is_relative_to(b) and p != b for b in bound))


def _binds() -> list[tuple[str, str]]:
    """What is bound, and where: the system's libraries, the interpreter, its packages, our own."""
    system = [(path, path) for path in SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    files = [(path, path) for path in FILES if Path(path).exists()]
    executable = Path(sys.executable)
    folders = {sys.prefix, sys.base_prefix, sys.base_exec_prefix, sysconfig.get_path("purelib")}
    folders |= {str(p.parent.parent) for p in (executable, executable.resolve())}
    outside = sorted(f for f in folders if not f.startswith("/usr/") and f not in ("/usr", "/"))
    # a folder inside another that is bound already needs no bind of its own
    needed = [f for f in outside if not any(f != g and f.startswith(g + "/") for g in outside)]
    return [*system, *files, *((f, f) for f in needed), *_own()]
