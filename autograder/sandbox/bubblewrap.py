"""The sandbox: bubblewrap around one warm parent, which forks a box for each submission.

How it works. `Sandbox` starts `autograder.solver.zygote`, the warm parent, under bubblewrap. The
warm parent sees an empty root, into which bubblewrap binds, read-only, the interpreter, its
packages, the system's libraries, the solver and heinit_lab. It has a private /tmp and /box, and
no network, no processes and no IPC of the host. The answers, the hidden checks, the gradebook and
the other submissions do not exist in this root. (A folder with answers or checks that lies inside
a bound folder, as in an installed package, is covered by an empty one.)

Root does not run bubblewrap as root: launch.py first becomes an unprivileged user of the host.

`Sandbox.box` asks the warm parent for a `Box`: a process with namespaces of its own, in which one
submission's solver runs (see zygote.py). selftest.py proves at the start that the walls stand.

SECURITY.md says what each wall stops, and what no wall stops.
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
from autograder.sandbox.cgroups import ControlGroups, remove_groups
from autograder.sandbox.diagnosis import NO_SANDBOX, NOT_INSTALLED, NOT_LINUX, diagnosis, last_line
from autograder.sandbox.limits import ONE_THREAD, Limits
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import BoxOrder, to_wire
from autograder.solver.pipes import PipeEnd, pipe

NOBODY = 65534
FRESH = ("/tmp", "/box", "/dev/shm")  # where a submission may write; each box has its own
# Only tests leave out a wall, to show what that wall stops.
WALLS = frozenset(
    {"files", "root", "environment", "network", "loopback", "processes", "ipc", "mounts", "rights", "calls"}
    | {"streams", "descriptors"}
)
RLIMITS = {  # of a single process
    "RLIMIT_CPU": 600,
    "RLIMIT_FSIZE": 64 * 2**20,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
}
START = 120  # seconds that the warm parent may take to import everything
END = 20  # seconds that a box may take to end
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
FILES = ("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime")


class SandboxError(HeinitError):
    """There are no walls, or they do not stand."""


class Box:
    """The sandbox of one submission.

    orders: the socket where its solver takes orders; nothing comes back through it. answers: what the
    solver says. life: a pipe that is open as long as the solver lives. init: a descriptor of process 1
    of the box, or None without a sandbox. groups: the control groups of its processes.
    """

    def __init__(self, orders: socket.socket, answers: PipeEnd, life: PipeEnd, limits: Limits) -> None:
        self.orders, self.answers, self.limits = orders, answers, limits
        self._life = life
        self.init: int | None = None
        self.groups: list[Path] = []

    def close(self) -> None:
        """End every process in the box and wait until the last one has ended: no two boxes overlap."""
        self.orders.close()  # without a sandbox, this alone ends the solver
        if self.init is not None:
            with suppress(ProcessLookupError, PermissionError):
                signal.pidfd_send_signal(self.init, signal.SIGKILL)
            ended = select.poll()
            ended.register(self.init, select.POLLIN)
            ended.poll(1000 * END)
            os.close(self.init)
        self.answers.close()
        self._life.close()
        remove_groups(self.groups)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sandbox:
    """The warm parent and its walls. `box` gives a fresh box for one submission.

    sandboxed: False runs solvers with the caller's own rights, where the instructor asked for that.
    without: walls to leave out, for tests.
    Raises SandboxError where this machine allows no sandbox.
    """

    def __init__(
        self, limits: Limits | None = None, sandboxed: bool = True, without: Collection[str] = ()
    ) -> None:
        self.limits, self.sandboxed = limits or Limits(), sandboxed
        self.walls = WALLS.difference(without)
        self.control_groups = ControlGroups()
        self._fresh: list[str] = []
        self._directory = None if sandboxed else tempfile.TemporaryDirectory(prefix="heinit-")
        ours, theirs = socket.socketpair()
        program = [sys.executable, "-s", "-P", "-m", "solver.zygote", str(theirs.fileno())]
        self._process = subprocess.Popen(
            self._command(program) if sandboxed else program,
            pass_fds=(theirs.fileno(),),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
        )
        theirs.close()
        self._orders = ours
        stderr = self._process.stderr
        assert stderr is not None
        try:
            receive(ours, seconds=START)
        except ChannelError:
            self.close()
            why = diagnosis(last_line(stderr.read()), [place for _, place in _binds()[:-1]])
            raise SandboxError(NO_SANDBOX.format(why=why)) from None
        finally:
            stderr.close()

    def box(self, limits: Limits | None = None) -> Box:
        """A fresh box. Raises SandboxError where the warm parent has ended or cannot make a box."""
        limits = limits or self.limits
        rlimits = {**RLIMITS, **self.control_groups.rlimits(limits.memory, limits.processes)}
        order = BoxOrder(
            isolate=self.sandboxed,
            walls=sorted(self.walls),
            disk=limits.disk,
            fresh=self._fresh,
            directory=self._directory.name if self._directory else "",
            rlimits=rlimits,
            watch=0 if self.control_groups.parents else limits.memory,
        )
        orders, theirs = socket.socketpair()
        life, alive = pipe()
        answers, writes = pipe(life)
        box = Box(orders, answers, life, limits)
        try:
            with theirs, alive, writes:
                send(self._orders, to_wire(order), seconds=START)
                descriptors = [end.fileno() for end in (theirs, writes, alive)]
                orders.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                socket.send_fds(self._orders, [b"f"], descriptors)
            orders.settimeout(START)
            reply, ancillary, _, _ = orders.recvmsg(500, socket.CMSG_SPACE(struct.calcsize("iii")))
            if reply != b"!" or not ancillary:
                raise OSError(reply.decode(errors="replace") or "the warm parent has ended")
            pid, _, _ = struct.unpack("iii", ancillary[0][2])
            box.init = os.pidfd_open(pid) if self.sandboxed else None
            box.groups = self.control_groups.limit(pid, limits.memory, limits.processes)
            if "descriptors" in self.walls:  # from here on, the other end belongs to a student
                orders.shutdown(socket.SHUT_RD)
            orders.sendall(b"!")
        except (ChannelError, OSError) as error:
            box.close()
            raise SandboxError(f"the sandbox could not make a box for a submission: {error}") from None
        return box

    def close(self) -> None:
        """End the warm parent, and with it every box."""
        self._orders.close()
        self._process.kill()
        self._process.wait()
        if self._directory is not None:
            self._directory.cleanup()

    def _command(self, program: list[str]) -> list[str]:
        """The command that runs the warm parent under bubblewrap."""
        bwrap = shutil.which("bwrap")
        if sys.platform != "linux" or bwrap is None:
            why = NOT_INSTALLED if sys.platform == "linux" else NOT_LINUX
            raise SandboxError(NO_SANDBOX.format(why=why))
        spaces = {"network": "--unshare-net", "processes": "--unshare-pid", "ipc": "--unshare-ipc"}
        options = ["--unshare-user", "--unshare-uts", "--unshare-cgroup-try"]
        options += [option for wall, option in spaces.items() if wall in self.walls]
        options += ["--die-with-parent", "--new-session"]
        options += ["--clearenv"] if "environment" in self.walls else []
        options += ["--cap-add", "ALL"]  # in the warm parent's user namespace; solvers give them all up
        for name, value in INSIDE.items():
            options += ["--setenv", name, value]
        options += ["BINDS"]
        for path in SYSTEM:
            if Path(path).is_symlink():
                options += ["--symlink", str(Path(path).readlink()), path]
        binds = _binds()
        # a folder that holds the interpreter must stay visible, even if it is /tmp
        self._fresh = [f for f in FRESH if not any(place.startswith(f + "/") for _, place in binds)]
        for path in _masks(binds):
            options += ["--tmpfs", path, "--remount-ro", path]
        options += ["--proc", "/proc", "--dev", "/dev"]
        for path in self._fresh:
            options += ["--tmpfs", path]
        if "root" in self.walls:  # otherwise a submission could leave modules for the next one to import
            options += ["--remount-ro", "/dev", "--remount-ro", "/"]
        options += ["--chdir", "/box", "--", *program]
        options += ["apart"] if "processes" in self.walls else []
        options += ["silent"] if {"network", "loopback"} <= self.walls else []
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

    def _environment(self) -> dict[str, str]:
        """The environment that bubblewrap starts with, which it then clears: a wall behind a wall."""
        if not self.sandboxed:
            return {**os.environ, **ENVIRONMENT, "PYTHONPATH": self._course()}
        return INSIDE if "environment" in self.walls else {**os.environ, **INSIDE}

    def _course(self) -> str:
        """For runs without a sandbox: a folder that holds what /course holds inside the sandbox."""
        assert self._directory is not None
        course = Path(self._directory.name, "course")
        course.mkdir()
        for source, place in _own():
            (course / Path(place).name).symlink_to(source)
        return str(course)


# Matrices of some megabytes come and go. Memory that is returned to the kernel must be cleared again.
KEEP = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(64 << 20)}
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
INSIDE = {**ENVIRONMENT, "PYTHONPATH": "/course"}  # the sandbox's whole environment


def _own() -> list[tuple[str, str]]:
    """The course's own code that the solver needs, and its place in the sandbox."""
    solver = Path(__file__).resolve().parent.parent / "solver"
    lab = Path(heinit_lab.__file__).resolve().parent
    return [(str(solver), "/course/solver"), (str(lab), "/course/heinit_lab"), *_fonts()]


def _fonts() -> list[tuple[str, str]]:
    """Matplotlib's list of fonts. The import writes it once on this machine, which takes seconds."""
    import matplotlib.font_manager

    lists = Path(matplotlib.get_cachedir()).glob("fontlist-*.json")
    return [(str(path), f"/course/fonts/{path.name}") for path in lists]


def _masks(binds: list[tuple[str, str]]) -> list[str]:
    """The secret folders that lie inside a bound folder, as in an installed package or under /usr."""
    secret = set()
    for name in ("autograder", "heinit_solutions"):
        spec = importlib.util.find_spec(name)
        for folder in (spec and spec.submodule_search_locations) or ():
            secret.add(Path(folder).resolve())
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "notebooks").is_dir():  # all of it is secret, except what is bound by name
        secret.update(p for p in checkout.iterdir() if p.is_dir() and not sys.prefix.startswith(str(p)))
    bound = [Path(source).resolve() for source, _ in binds]
    return sorted(str(p) for p in secret if any(p.is_relative_to(b) and p != b for b in bound))


def _binds() -> list[tuple[str, str]]:
    """What is bound and where: the system's libraries, the interpreter, its packages, our own code."""
    system = [(path, path) for path in SYSTEM if Path(path).is_dir() and not Path(path).is_symlink()]
    files = [(path, path) for path in FILES if Path(path).exists()]
    executable = Path(sys.executable)
    folders = {sys.prefix, sys.base_prefix, sys.base_exec_prefix, sysconfig.get_path("purelib")}
    folders |= {str(p.parent.parent) for p in (executable, executable.resolve())}
    outside = sorted(f for f in folders if not f.startswith("/usr/") and f not in ("/usr", "/"))
    # a folder inside another that is bound already needs no bind of its own
    needed = [f for f in outside if not any(f != g and f.startswith(g + "/") for g in outside)]
    return [*system, *files, *((f, f) for f in needed), *_own()]
