"""The warm parent: it has imported what notebooks import, and forks one solver a submission.

How it works. The sandbox starts this program once, in an empty root, without a network, with
capabilities that reach nothing but its own user namespace. It imports NumPy, Matplotlib and
IPython, never a line of a submission, and waits for orders. For each submission it makes a world:

1. a fork into a new PID namespace, where it is process 1: the keeper of this world. When it
   ends, the kernel ends every process in it, whatever it forked or hid;
2. in it, a mount and an IPC namespace that no other submission shares, fresh tmpfs on /tmp and
   /box, a fresh /proc that shows these processes alone;
3. a second fork: the solver. It keeps no descriptor but the socket to the judge, gives up every
   capability, forbids itself new ones and the system calls in calls.py, sets its limits, and
   only then runs a student's cell. The keeper never does.

A process enters a new PID namespace only by being forked into it, and may go back only to one
that is its user namespace's own. So the warm parent begins in one that it made itself, steps
aside for the fork of a keeper, and comes back; a keeper that waits for a keeper is not needed.

Forks are most of what this costs, so the warm memory is kept in huge pages where the kernel has
them: a fork then copies short page tables.

Where no control group limits the memory of all these processes together, the keeper does: it looks
at their sum some thirty times a second, and ends the largest while that is too much. Calls that hold
memory which belongs to no process are denied there.

The keeper cannot be traced by the solver (it is not dumpable and has more rights), nor
signalled (process 1 gets no signal from inside that it does not ask for). It waits for the
judge to hang up, and ends the world. Where the solver ends before, it tells the judge so.

Linux alone has these calls, and Python 3.11 has no names for them: they go through ctypes.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import os
import pathlib
import pkgutil
import resource
import select
import shutil
import signal
import socket
import struct
import sys

from .channel import ChannelError, receive, send
from .messages import BoxOrder, Ready, from_wire, to_wire
from .session import Session
from .syscalls import forbid_calls
from .work import work

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID = 0x20000, 0x8000000, 0x20000000
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 2, 4, 0x4000, 0x40000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG = 4, 38, 1
PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 47, 4
CAPABILITY_VERSION_3 = 0x20080522

MADV_COLLAPSE = 25  # since Linux 6.1; where the kernel knows it not, pages stay small

HUGE = 2**21  # bytes of a huge page
WATCH = 30  # milliseconds

libc = ctypes.CDLL(None, use_errno=True)


def main(fd: int, apart: bool) -> None:
    """Take orders on the socket `fd` until it is closed.

    apart: whether each submission gets a PID namespace of its own.
    """
    home = _own_processes() if apart else None
    session = _warm()
    orders = socket.socket(fileno=fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # keepers are not waited for
    send(orders, to_wire(Ready()))
    _no_streams()
    while True:
        try:
            order: BoxOrder = from_wire(receive(orders), BoxOrder)
            _, (judge,), _, _ = socket.recv_fds(orders, 1, 1)
        except (ChannelError, ValueError):
            return
        with socket.socket(fileno=judge) as sock:
            keeper = -1
            try:
                keeper = _fork(home)
                if keeper == 0:
                    orders.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _keep(sock, order, session)
            except OSError as error:
                with contextlib.suppress(OSError):
                    sock.send(str(error).encode()[:400])
            finally:
                if keeper == 0:
                    os._exit(0)


def _own_processes() -> int:
    """Go on in a PID namespace of this user namespace's own; its descriptor, by which to come back to it.

    The process that calls this stays outside, and ends when the one that goes on does.
    """
    _check(libc.unshare(CLONE_NEWPID), "unshare")
    inner = os.fork()
    if inner:
        os.waitpid(inner, 0)
        os._exit(0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def _fork(home: int | None) -> int:
    """Fork; the child's number, or 0 in it. home: the PID namespace to come back to from a new one."""
    if home is None:
        return os.fork()
    _check(libc.unshare(CLONE_NEWPID), "unshare")
    child = -1
    try:
        child = os.fork()
    finally:
        if child:
            _check(libc.setns(home, CLONE_NEWPID), "setns")
    return child


def _warm() -> Session:
    """Import what notebooks import, and freeze it, so that forks share its memory.

    Returns the session that each of them begins with: making one takes as long as ten cells.
    """
    with contextlib.suppress(OSError):  # Matplotlib wants to write where its list of fonts lies
        shutil.copytree("/course/fonts", os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    import matplotlib.pyplot
    import numpy

    import heinit_lab

    for module in pkgutil.walk_packages(heinit_lab.__path__, "heinit_lab."):
        importlib.import_module(module.name)
    del matplotlib, numpy, heinit_lab
    session = Session()
    session.warm()
    gc.collect()
    gc.freeze()
    _collapse()
    return session


def _collapse() -> None:
    """Put this process's memory into huge pages where the kernel can."""
    for line in pathlib.Path("/proc/self/maps").read_text(encoding="ascii").splitlines():
        place, rights, _, _, inode, *_ = line.split()
        start, end = (int(address, 16) for address in place.split("-"))
        if rights == "rw-p" and inode == "0":
            for at in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
                libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(HUGE), MADV_COLLAPSE)


def _keep(judge: socket.socket, limits: BoxOrder, session: Session) -> None:
    """Make a submission's world and keep it until the solver or the judge is done.

    The first byte carries this process's credentials, which the kernel translates: so the judge
    learns the process's number on the host, and can set limits on it before it answers "go".
    """
    walls = limits.walls if limits.isolate else ()
    if limits.isolate:
        if "rights" in walls:  # a submission makes no namespaces of its own
            with contextlib.suppress(OSError):
                pathlib.Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")
        spaces = (CLONE_NEWIPC, "ipc"), (CLONE_NEWNS, "world")
        _check(libc.unshare(sum(flag for flag, wall in spaces if wall in walls)), "unshare")
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(PR_SET_DUMPABLE, 0)
    if "world" in walls:
        _mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        space = f"mode=0700,size={limits.disk},nr_inodes=4096".encode()
        for place in limits.fresh:
            _mount(b"tmpfs", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, space)
        if "processes" in walls:
            _mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None)
    judge.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, _credentials())])
    if judge.recv(1) != b"!":
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans of the world leave no zombies
    solver = os.fork()
    if solver == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        os.chdir("/box" if limits.isolate else limits.directory)
        if "streams" in walls:
            os.closerange(3, judge.fileno())
            os.closerange(judge.fileno() + 1, 1024)
        _limit(limits)
        if "rights" in walls:
            _give_up_rights()
        if "calls" in walls:
            forbid_calls(libc, hoards=bool(limits.watch))
        work(judge, session)
        os._exit(0)
    hung_up = select.poll()
    hung_up.register(judge.fileno(), select.POLLHUP | select.POLLRDHUP)
    pid = os.pidfd_open(solver)
    hung_up.register(pid, select.POLLIN)
    most = limits.watch if "processes" in walls and "world" in walls else 0
    if any(fd == pid for fd, _ in _events(hung_up, most)):  # the forks for test cells live on
        with contextlib.suppress(OSError):
            judge.shutdown(socket.SHUT_WR)
        hung_up.unregister(pid)
        _events(hung_up, most)
    with contextlib.suppress(OSError):  # without namespaces, this is all that ends what it started
        os.killpg(solver, signal.SIGKILL)


def _events(awaited: select.poll, most: int) -> list[tuple[int, int]]:
    """Wait for what is awaited; keep the processes of this world below `most` bytes, where that is not 0."""
    while not (events := awaited.poll(WATCH if most else None)):
        held = _memory()
        while sum(held.values()) > most:
            largest = max(held, key=lambda pid: held[pid])
            with contextlib.suppress(ProcessLookupError):
                os.kill(largest, signal.SIGKILL)
            del held[largest]
    return events


def _memory() -> dict[int, int]:
    """The bytes of each process of this world but its keeper's; what several share is shared out."""
    held = {}
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        if int(place.name) != os.getpid():
            with contextlib.suppress(OSError, IndexError):  # it has ended meanwhile
                text = (place / "smaps_rollup").read_text(encoding="ascii")
                held[int(place.name)] = 1024 * int(text.partition("\nPss:")[2].split()[0])
    return held


def _no_streams() -> None:
    """From here on nobody reads a standard stream, and no submission finds another's words in one."""
    null = os.open("/dev/null", os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.close(null)


def _credentials() -> bytes:
    return struct.pack("iii", os.getpid(), os.getuid(), os.getgid())


def _mount(source: bytes, target: bytes, kind: bytes | None, flags: int, data: bytes | None) -> None:
    _check(libc.mount(source, target, kind, flags, data), f"mount {target.decode()}")


def _check(result: int, what: str) -> None:
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, f"{what}: {os.strerror(error)}")


def _limit(limits: BoxOrder) -> None:
    """Limits of one process; those of the whole submission are set from outside."""
    for name, value in limits.rlimits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def _give_up_rights() -> None:
    """Drop every capability for ever: bounding set, ambient set, and the sets in force."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails where there is no such one
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "forbid new privileges")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


if __name__ == "__main__":
    main(int(sys.argv[1]), apart=sys.argv[2:] == ["apart"])
