"""Init: the first process of a box, which makes the box, watches it, and ends it.

How it works. The warm parent forks init for each submission (zygote.py). Init does one of these, and
never runs a line of a submission:

- With namespaces, init is process 1 of a PID namespace: when init ends, the kernel ends every process in the
  box, also those that changed session or hid. Init creates a mount and an IPC namespace that no other
  submission shares, with an empty tmpfs on /tmp and /box, and a /proc of the box's own processes.
- With Landlock, init makes a folder for the box and becomes the parent of all orphans in it, so that the
  processes of the box are the descendants of init, whatever they do. Init ends them itself: it stops each
  process that it finds until it finds no other, and then kills all. As root, init gives the box a user of
  its own.

Then init waits until the sandbox has set the limits of the box, and forks the solver, which

1. closes every descriptor except the socket of its orders and the pipe of its answers,
2. sets its limits, gives up every capability and forbids itself new ones,
3. without namespaces: puts the fence of Landlock around itself (landlock.py),
4. puts the filter of system calls around itself (syscalls.py); only then does it run cells (work.py).

The solver cannot trace init, which is not dumpable and has more rights; nor can it signal init: process 1
gets from inside its namespace only the signals that it has a handler for, and Landlock, the filter or the
other user stop signals where there is no namespace.

Init waits until the judge hangs up, and ends the box. If the solver ends first, init closes a pipe
that only init holds, so that the judge sees it: forks of the solver may keep the others open.

The watch. Where no control group limits the memory of the box, init adds up the memory of its processes about
thirty times a second, and kills the largest while the sum is too large. Without namespaces, init also counts
the processes of the box and the bytes of its folder, which nothing else bounds, and ends a box that has too
many of either.
"""

import contextlib
import ctypes
import itertools
import os
import pathlib
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
from collections.abc import Iterator

from . import landlock
from .messages import BoxOrder, Ready, send_message
from .pipes import PipeEnd
from .process_limits import set_limit
from .session import Session
from .syscalls import check_call, forbid_calls
from .work import fork_for_test, work

CLONE_NEWNS, CLONE_NEWIPC = 0x20000, 0x8000000
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 2, 4, 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 47, 4
CAPABILITY_VERSION_3, CAP_SETUID = 0x20080522, 7

# what a submission makes none of: each is memory, or rights, that no limit of a process counts
NONE = "user_namespaces", "inotify_instances", "fanotify_groups"
WATCH = 30  # milliseconds between two looks at a box
DISK = 4  # looks at the memory for one at the folder
ENTRIES = 4096  # in the folder of a box
NO_NODES = landlock.MAKE_CHAR | landlock.MAKE_BLOCK | landlock.MAKE_SOCK  # in a box's folder
USERS = 1 << 29  # the user of a box has this number plus the process number of the box's init
FEW_USERS = 20_000, 40_000  # the lowest such number, and how many, in a container with fewer users

libc = ctypes.CDLL(None, use_errno=True)


def run_init(
    judge: socket.socket, answers: PipeEnd, life: PipeEnd, order: BoxOrder, session: Session
) -> None:
    """Create the box of a submission, and end it when the judge is done.

    judge: where orders come from. answers: what the solver writes to. life: closed when the solver ends.
    The first byte carries this process's credentials, which the kernel translates. So the sandbox
    learns the process's number on the host, and sets limits on it before it answers.
    """
    if order.kind == "namespaces":
        _unshare(order)
    elif order.kind == "landlock":
        libc.prctl(PR_SET_CHILD_SUBREAPER, 1)
        libc.prctl(PR_SET_DUMPABLE, 0)
    credentials = struct.pack("iii", os.getpid(), os.getuid(), os.getgid())
    judge.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, credentials)])
    if judge.recv(1) != b"!":
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans in the box leave no zombies
    home = "/box" if order.kind == "namespaces" else tempfile.mkdtemp(dir=order.directory)
    user = spare_user() if order.kind == "landlock" and "user" in order.walls else None
    if user is not None:
        os.chown(home, user, user)
    solver = os.fork()
    if solver == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        life.close()
        try:
            _become_solver(judge, answers, home, user, order)
        except Exception as error:  # nothing of the submission has run, so that nothing of it is to blame
            send_message(answers, Ready(str(error) or repr(error)))
        else:
            work(judge, answers, session, fork_for_test)
        os._exit(0)
    box = _Box(order, home)
    try:
        answers.close()
        hung_up = select.poll()
        hung_up.register(judge.fileno(), select.POLLHUP | select.POLLRDHUP)
        pid = os.pidfd_open(solver)
        hung_up.register(pid, select.POLLIN)
        if any(fd == pid for fd, _ in box.events(hung_up)):  # the solver ended; its forks live on
            life.close()
            hung_up.unregister(pid)
            box.events(hung_up)
    finally:
        box.end(solver)


def _unshare(order: BoxOrder) -> None:
    """Give the box namespaces of its own, and fresh folders in them."""
    if "rights" in order.walls:
        for kind in NONE:
            with contextlib.suppress(OSError):  # an older kernel does not count the last
                pathlib.Path("/proc/sys/user", f"max_{kind}").write_text("0", encoding="ascii")
    spaces = (CLONE_NEWIPC, "ipc"), (CLONE_NEWNS, "mounts")
    check_call(libc.unshare(sum(flag for flag, wall in spaces if wall in order.walls)), "unshare")
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(PR_SET_DUMPABLE, 0)
    if "mounts" in order.walls:
        _mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        space = f"mode=0700,size={order.disk},nr_inodes={ENTRIES}".encode()
        for place in order.fresh:
            _mount(b"tmpfs", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, space)
        if "processes" in order.walls:
            _mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None)


def _become_solver(
    judge: socket.socket, answers: PipeEnd, home: str, user: int | None, order: BoxOrder
) -> None:
    """Give up everything that a student's code must not have."""
    os.setsid()
    os.chdir(home)
    if "streams" in order.walls:
        kept = sorted((judge.fileno(), answers.fileno()))
        for first, last in itertools.pairwise((2, *kept, 1024)):
            os.closerange(first + 1, last)
    _limit(order, user)
    if "rights" in order.walls:  # what capabilities could come from, while there is a right to drop it
        for capability in range(64):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails for a number that is no capability
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # which a change of the user takes off
    if "rights" in order.walls:
        _give_up_rights()
    filters = ["solver"]  # the last, for it denies further ones
    if order.kind == "landlock":
        os.environ |= {"HOME": home, "TMPDIR": home, "MPLCONFIGDIR": f"{home}/matplotlib"}
        tempfile.tempdir = None
        libc.prctl(PR_SET_DUMPABLE, 1)  # so that init may read how much memory it has
        # where memory is short, the kernel ends this process and its forks, and never init
        pathlib.Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
        if "files" in order.walls:
            landlock.fence(libc, [*order.places, (home, -1 & ~NO_NODES)])
        seen = landlock.version(libc) if "files" in order.walls else 0
        unseen = {
            "attributes": True,
            "truncation": seen < landlock.TRUNCATION,
            "signals": seen < landlock.SIGNALS,
        }
        filters = [*(name for name, needed in unseen.items() if needed), *filters]
    if "calls" in order.walls:
        forbid_calls(libc, filters)


class _Box:
    """The processes of a box and its folder, as init sees them from outside."""

    def __init__(self, order: BoxOrder, home: str) -> None:
        self._order, self._home = order, home
        self._inherited = _own_memory(os.getpid())
        # without namespaces of processes and mounts, /proc would show the processes of others
        alone = order.kind == "landlock" or {"processes", "mounts"} <= set(order.walls)
        self._memory = order.watch if alone else 0
        self._watched = self._memory > 0 or order.kind == "landlock"

    def events(self, awaited: select.poll) -> list[tuple[int, int]]:
        """Wait for an event, and watch the box meanwhile."""
        for look in itertools.count(1):
            events = awaited.poll(WATCH if self._watched else None)
            if events:
                return events
            if self._memory:
                self._keep_memory_below()
            if self._order.kind == "landlock" and (
                len(list(self._members())) > self._order.processes
                or (look % DISK == 0 and _held_on_disk(self._home, self._order.disk) > self._order.disk)
            ):
                self._kill_all()
        raise AssertionError("a wait without end has ended")

    def end(self, solver: int) -> None:
        """End every process of the box, and remove its folder. With namespaces, the kernel does both."""
        if self._order.kind == "landlock":
            self._kill_all()
        else:
            with contextlib.suppress(OSError):  # without namespaces, nothing else ends its children
                os.killpg(solver, signal.SIGKILL)
        if self._order.kind != "namespaces":
            _remove(self._home)

    def _members(self) -> Iterator[int]:
        """The processes of the box, except init."""
        if self._order.kind == "namespaces":
            yield from (
                int(p.name) for p in pathlib.Path("/proc").glob("[0-9]*") if int(p.name) != os.getpid()
            )
            return
        processes = [os.getpid()]
        for pid in processes:
            for thread in pathlib.Path(f"/proc/{pid}/task").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    children = [int(child) for child in (thread / "children").read_text().split()]
                    processes += children
                    yield from children

    def _keep_memory_below(self) -> None:
        """Kill the largest process while all of them together have too much memory."""
        held = {}
        for pid in self._members():
            with contextlib.suppress(OSError, IndexError):  # the process has ended
                held[pid] = _memory(pid, self._inherited)
        while sum(held.values()) > self._memory:
            largest = max(held, key=lambda pid: held[pid])
            with contextlib.suppress(ProcessLookupError):
                os.kill(largest, signal.SIGKILL)
            del held[largest]

    def _kill_all(self) -> None:
        """Kill every process of the box, faster than they can fork: what is stopped starts nothing."""
        met: set[int] = set()
        while more := set(self._members()) - met:
            _signal(more, signal.SIGSTOP)
            met |= more
        while left := set(self._members()):  # the kernel's list may miss one while another ends
            _signal(left, signal.SIGKILL)
            select.select([], [], [], 0.002)
            with contextlib.suppress(ChildProcessError):  # whom init traces, nobody else takes away
                os.waitpid(-1, os.WNOHANG)


def _signal(processes: set[int], number: int) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def spare_user() -> int | None:
    """A user that nobody has, for this box, or None where this process cannot become another user."""
    status = pathlib.Path("/proc/self/status").read_text(encoding="ascii")
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    if not effective >> CAP_SETUID & 1:
        return None
    mapped = [line.split() for line in pathlib.Path("/proc/self/uid_map").read_text().splitlines()]
    most = max(int(first) + int(count) for first, _, count in mapped)
    first, count = FEW_USERS
    if most > USERS + (1 << 22):  # above which no process has a number
        return USERS + os.getpid()
    return first + os.getpid() % count if most > first + count else None


def _memory(pid: int, inherited: int) -> int:
    """The bytes of a process. Shared memory is divided among its users, where init may see that.

    Otherwise what each process of a box has inherited from the warm parent counts for nothing.
    """
    place = pathlib.Path(f"/proc/{pid}")
    try:
        text = (place / "smaps_rollup").read_text(encoding="ascii")
        return 1024 * int(text.partition("\nPss:")[2].split()[0])
    except PermissionError:
        return max(0, _own_memory(pid) - inherited)


def _own_memory(pid: int) -> int:
    """The bytes of a process that lie in no file."""
    _, resident, shared, *_ = pathlib.Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    return (int(resident) - int(shared)) * resource.getpagesize()


def _held_on_disk(folder: str, enough: int) -> int:
    """The bytes that a folder takes; more than `enough` where it has more than ENTRIES."""
    total, entries, folders = 0, 0, [folder]
    for place in folders:
        with contextlib.suppress(OSError), os.scandir(place) as listing:
            for entry in listing:
                entries += 1
                if entries > ENTRIES:
                    return enough + 1
                with contextlib.suppress(OSError):
                    total += 512 * entry.stat(follow_symlinks=False).st_blocks
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
    return total


def _remove(folder: str) -> None:
    """Remove the folder of a box, however deep it is and whoever may read it."""
    shutil.rmtree(folder, ignore_errors=True)
    if os.path.lexists(folder):
        for command in ("chmod", "-R", "u+rwX"), ("rm", "-rf"):
            subprocess.run([*command, "--", folder], stderr=subprocess.DEVNULL, check=False)


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    check_call(libc.mount(source, target, kind, flags, data), f"mount {target.decode()}")


def _limit(order: BoxOrder, user: int | None) -> None:
    """Set the limits of a single process. The sandbox sets those of the whole box from outside."""
    for name, value in order.rlimits.items():
        if name == "RLIMIT_NPROC" and order.kind == "landlock" and user is None:
            value += _running()  # the kernel counts all that this user runs
        set_limit(name, value)


def _running() -> int:
    """How many processes and threads this process's user runs."""
    count = 0
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if place.stat().st_uid == os.getuid():
                count += sum(1 for _ in (place / "task").iterdir())
    return count


def _give_up_rights() -> None:
    """Drop every capability for ever: ambient set, and the sets in force."""
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    check_call(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "forbid new privileges")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    check_call(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")
