"""The sandbox: one warm parent behind walls, which forks a box for each submission.

How it works. `Sandbox` starts `autograder.solver.zygote`, the warm parent, which imports what notebooks
import and never runs a line of a submission. `Sandbox.box` asks the warm parent for a `Box`: a process, init,
with walls of its own, in which one submission's solver runs (autograder/solver/init.py). There are two kinds:

- **namespaces**: bubblewrap (bubblewrap.py) starts the warm parent in an empty root, without the network, the
  processes and the IPC of the host; each box gets further namespaces.
- **landlock**, for containers that forbid namespaces: the warm parent is an ordinary process. Each box is
  fenced in by Landlock, by stricter filters of system calls, by a user of its own where the grader is root
  and the interpreter lies where all may read, and by init, which watches and ends it.

Every kind has the filter of system calls, the limits, and no rights. selftest.py proves at the start that the
walls stand; choice.py takes the first kind that does. SECURITY.md says what each wall stops, and what no wall
stops.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path

from autograder.errors import HeinitError
from autograder.lifeline import start_connected
from autograder.sandbox import bubblewrap
from autograder.sandbox.cgroups import ControlGroups, remove_groups
from autograder.sandbox.diagnosis import NOT_INSTALLED, diagnosis, landlock_missing, last_line, this_machine
from autograder.sandbox.folder import SandboxFolder
from autograder.sandbox.kinds import KINDS, UNSANDBOXED, WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.sandbox.places import ENVIRONMENT, INSIDE, binds, closed_to_others, landlock_places, own
from autograder.solver.channel import ChannelError
from autograder.solver.messages import BoxOrder, Ready, receive_message, send_message
from autograder.solver.pipes import PipeEnd, pipe
from autograder.solver.process_limits import RAISE, LowLimitError, low_limits, reach

# Only tests leave out a wall, to show what that wall stops.
WALLS = frozenset(
    {"files", "root", "environment", "network", "loopback", "processes", "ipc", "mounts", "rights", "calls"}
    | {"streams", "descriptors", "user"}
)
RLIMITS = {  # of a single process
    "RLIMIT_CPU": 600,
    "RLIMIT_FSIZE": 64 * 2**20,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
    "RLIMIT_STACK": 8 * 2**20,
}
START = 120  # seconds that the warm parent may take to import everything
END = 20  # seconds that a box may take to end


class SandboxError(HeinitError):
    """There are no walls, or they do not stand."""


class MachineLimitError(SandboxError):
    """A limit of this machine is lower than a session needs, whatever the kind of sandbox."""


class Box:
    """The sandbox of one submission.

    orders: the socket where its solver takes orders; nothing comes back through it. answers: what the
    solver says. life: a pipe that is open as long as the solver lives. init: a descriptor that says when the
    box's first process has ended, or None without a sandbox. groups: the control groups of its processes.
    kills: whether the box ends with init, which then is killed; otherwise init ends the box when orders end.
    """

    def __init__(
        self, orders: socket.socket, answers: PipeEnd, life: PipeEnd, limits: Limits, kills: bool
    ) -> None:
        self.orders, self.answers, self.life = orders, answers, life
        self.limits, self.kills = limits, kills
        self.init: int | None = None
        self.groups: list[Path] = []

    def close(self) -> None:
        """End every process in the box and wait until the last one has ended: no two boxes overlap."""
        self.orders.close()
        if self.init is not None:
            if self.kills:
                with suppress(ProcessLookupError, PermissionError):
                    signal.pidfd_send_signal(self.init, signal.SIGKILL)
            ended = select.poll()
            ended.register(self.init, select.POLLIN)
            ended.poll(1000 * END)
            os.close(self.init)
        self.answers.close()
        self.life.close()
        remove_groups(self.groups)

    def __enter__(self) -> Box:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Sandbox:
    """The warm parent and its walls. `box` gives a fresh box for one submission.

    kind: one of KINDS, or UNSANDBOXED, which runs solvers with the caller's own rights.
    without: walls to leave out, for tests.
    Raises SandboxError where this machine allows no sandbox of this kind.
    """

    def __init__(
        self, limits: Limits | None = None, kind: str = KINDS[0], without: Collection[str] = ()
    ) -> None:
        self.limits, self.kind = limits or Limits(), kind
        self.walls = WALLS.difference(without)
        self.control_groups = ControlGroups()
        reach_limits(self._rlimits(self.limits))
        if kind == "landlock" or (kind == "namespaces" and sys.platform != "linux"):
            if missing := landlock_missing(this_machine()):
                raise SandboxError(missing)
        self._directory = None if kind == "namespaces" else SandboxFolder()
        self._places: list[tuple[str, int]] = []
        self._process, self._orders = start_connected(
            lambda fd: self._command([sys.executable, "-s", "-P", "-m", "solver.zygote", fd]),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            env=self._environment(),
        )
        stderr = self._process.stderr
        assert stderr is not None
        try:
            receive_message(self._orders, Ready, seconds=START)
        except ChannelError:
            self.close()
            line = last_line(stderr.read())
            if kind != "namespaces":
                raise SandboxError(f"the solver's Python does not start ({line}).") from None
            visible = [place for source, place in binds() if Path(source).is_dir()]
            raise SandboxError(diagnosis(line, visible, this_machine())) from None
        finally:
            stderr.close()

    def box(self, limits: Limits | None = None) -> Box:
        """A fresh box, whose solver is ready. Raises SandboxError where there can be none."""
        limits = limits or self.limits
        orders, theirs = socket.socketpair()
        life, alive = pipe()
        answers, writes = pipe(life)
        box = Box(orders, answers, life, limits, kills=self.kind == "namespaces")
        try:
            with theirs, alive, writes:
                if self.kind != WEBASSEMBLY:  # which macOS has as well, and credentials only Linux
                    orders.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
                fds = [end.fileno() for end in (theirs, writes, alive)]
                send_message(self._orders, self._order(limits), seconds=START, fds=fds)
            orders.settimeout(START)
            self._admit(box)
            # nothing of a submission has run until then: what goes wrong before is no fault of the submission
            ready: Ready = receive_message(answers, Ready, seconds=START)
            if ready.ready is not True:
                raise OSError(ready.ready)
        except (ChannelError, OSError) as error:
            box.close()
            raise no_box(error) from None
        return box

    def _order(self, limits: Limits) -> BoxOrder:
        """What the warm parent is told of a box."""
        return BoxOrder(
            kind=self.kind,
            walls=[] if self.kind == UNSANDBOXED else sorted(self.walls),
            disk=limits.disk,
            fresh=bubblewrap.fresh() if self.kind == "namespaces" else [],
            directory=self.folder,
            places=self._places,
            rlimits=self._rlimits(limits),
            watch=0 if self.control_groups.parents else limits.memory,
            processes=limits.processes,
        )

    def _admit(self, box: Box) -> None:
        """Let the solver of a box begin, when init is there and has its limits. Raises OSError."""
        reply, ancillary, _, _ = box.orders.recvmsg(500, socket.CMSG_SPACE(struct.calcsize("iii")))
        if reply != b"!" or not ancillary:
            raise OSError(reply.decode(errors="replace") or "the warm parent has ended")
        pid, _, _ = struct.unpack("iii", ancillary[0][2])
        box.init = None if self.kind == UNSANDBOXED else os.pidfd_open(pid)
        box.groups = self.control_groups.limit(pid, box.limits.memory, box.limits.processes)
        if "descriptors" in self.walls:  # from here on, the other end belongs to a student
            box.orders.shutdown(socket.SHUT_RD)
        box.orders.sendall(b"!")

    def _rlimits(self, limits: Limits) -> dict[str, int]:
        """The limits of a single process of a box."""
        return {**RLIMITS, **self.control_groups.rlimits(limits.memory, limits.processes)}

    @property
    def folder(self) -> str:
        """The sandbox's own folder, where there is no other root: with what /course holds, and the boxes."""
        return str(self._directory.path) if self._directory else ""

    def close(self) -> None:
        """End the warm parent, and with it every box."""
        self._orders.close()
        if self.kind == "landlock":  # then the warm parent ends, and init ends each box that there is
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END)
        self._process.kill()
        self._process.wait()
        if self._directory is not None:
            self._directory.remove()

    def _command(self, program: list[str]) -> list[str]:
        """The command that starts the warm parent. Raises SandboxError where that cannot be."""
        if self.kind == UNSANDBOXED:
            return program
        if self.kind == "namespaces":
            command = bubblewrap.command(program, self.walls)
            if command is None:
                raise SandboxError(NOT_INSTALLED)
            return command
        Path(self.folder).chmod(0o711)
        if closed_to_others():
            self.walls -= {"user"}  # a user of its own could not enter the interpreter's folder
        self._places = landlock_places(self.folder)
        return program

    def _environment(self) -> dict[str, str]:
        """The environment that the warm parent, or bubblewrap before it, starts with."""
        if self.kind == "namespaces":  # bubblewrap clears it: a wall behind a wall
            return INSIDE if "environment" in self.walls else {**os.environ, **INSIDE}
        own_places = dict.fromkeys(("HOME", "TMPDIR"), self.folder)
        own_places |= {"MPLCONFIGDIR": f"{self.folder}/matplotlib", "PYTHONPATH": self._course()}
        inherited = os.environ if self.kind == UNSANDBOXED or "environment" not in self.walls else {}
        return {**inherited, **ENVIRONMENT, **own_places}

    def _course(self) -> str:
        """A folder that holds what /course holds inside bubblewrap's root."""
        course = Path(self.folder, "course")
        course.mkdir()
        for source, place in own():
            link = course / Path(place).relative_to("/course")
            link.parent.mkdir(exist_ok=True)
            link.symlink_to(source)
        return str(course)


def reach_limits(rlimits: Mapping[str, int]) -> None:
    """See that a box may have these limits. Raises MachineLimitError where this machine's are lower."""
    try:
        reach(rlimits)
    except LowLimitError as error:
        raise MachineLimitError(f"nothing is graded: {error}. {RAISE}") from None


def no_box(why: object) -> SandboxError:
    """What to say where a submission gets no box, or none with room for its processes."""
    return SandboxError(f"the sandbox could not make a box for a submission: {why}.{low_limits(str(why))}")
