"""The warm parent (zygote): it imports what notebooks import, and forks a box for each submission.

How it works. The sandbox starts this program once, in an empty root and without a network. Its
capabilities are valid only in its own user namespace. The warm parent imports NumPy, Matplotlib
and IPython, never runs a line of a submission, and waits for orders. For each order:

1. The warm parent forks init into a new PID namespace. Init is process 1 of the box: when init
   ends, the kernel ends every process in the box, also those that changed session or hid.
2. Init creates a mount and an IPC namespace that no other submission shares, with an empty tmpfs
   on /tmp and /box, and a /proc that shows only the processes of the box.
3. Init waits until the sandbox has set the limits of the box, and forks the solver.
4. The solver closes every descriptor except the socket of its orders and the pipe of its answers,
   sets its limits, gives up every capability, forbids itself new ones and the system calls listed
   in syscalls.py. Only then does it run a student's cells (see work.py). Init never does.
5. Init waits until the judge hangs up, and ends the box. If the solver ends first, init closes a pipe
   that only init holds, so that the judge sees it: forks of the solver may keep the others open.

The solver cannot trace init, which is not dumpable and has more rights, and cannot signal init:
process 1 gets from inside its namespace only the signals that it has a handler for.

Network. The loopback is down: what TCP keeps for a reader that does not read is memory of no process,
so no limit of a process holds it.

PID namespaces. A process enters a new PID namespace only by being forked into it, and can return
only to a namespace that its own user namespace owns. So the warm parent first moves into a PID
namespace that it creates itself. For each fork it selects a new namespace, forks, and returns.

Memory. Most of the cost of a box is the fork, so the warm parent moves its memory into huge pages
where the kernel has them: a fork then copies short page tables. Where no control group limits the
memory of the box, init adds up the memory of its processes about thirty times a second, and kills
the largest while the sum is too large. System calls that allocate memory outside any process,
which init could not see, are then denied.

Only Linux has these calls, and Python 3.11 has no functions for them, so they go through ctypes.
"""

import contextlib
import ctypes
import gc
import importlib
import itertools
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
import tempfile

from .channel import ChannelError, receive, send
from .messages import BoxOrder, Ready, from_wire, to_wire
from .pipes import PipeEnd
from .session import Session
from .syscalls import forbid_calls
from .work import work

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWPID, CLONE_NEWNET = 0x20000, 0x8000000, 0x20000000, 0x40000000
MS_NOSUID, MS_NODEV, MS_REC, MS_PRIVATE = 2, 4, 0x4000, 0x40000
PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_SET_PDEATHSIG = 4, 38, 1
PR_CAPBSET_DROP, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL = 24, 47, 4
CAPABILITY_VERSION_3 = 0x20080522

MADV_COLLAPSE = 25  # since Linux 6.1; fails on an older kernel, where pages stay small
HUGE = 2**21  # bytes of a huge page
# what a submission makes none of: each is memory, or rights, that no limit of a process counts
NONE = "user_namespaces", "inotify_instances", "fanotify_groups"
WATCH = 30  # milliseconds between two looks at the memory of a box

libc = ctypes.CDLL(None, use_errno=True)


def main(fd: int, apart: bool, silent: bool) -> None:
    """Take orders on the socket `fd` until it is closed.

    apart: whether each box gets a PID namespace of its own. silent: whether boxes have no loopback.
    """
    if silent:  # in a new network namespace, and ours, the loopback is down
        _check(libc.unshare(CLONE_NEWNET), "unshare")
    home = _enter_own_pid_namespace() if apart else None
    session = _warm_session()
    orders = socket.socket(fileno=fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for init
    send(orders, to_wire(Ready()))
    _close_streams()
    while True:
        try:
            order: BoxOrder = from_wire(receive(orders), BoxOrder)
            _, (judge, answers, alive), _, _ = socket.recv_fds(orders, 1, 3)
        except (ChannelError, ValueError):
            return
        with socket.socket(fileno=judge) as sock, PipeEnd(answers) as replies, PipeEnd(alive) as life:
            init = -1
            try:
                init = _fork(home)
                if init == 0:
                    orders.close()
                    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                    _run_init(sock, replies, life, order, session)
            except OSError as error:
                with contextlib.suppress(OSError):
                    sock.send(str(error).encode()[:400])
            finally:
                if init == 0:
                    os._exit(0)


def _enter_own_pid_namespace() -> int:
    """Continue in a child in a new PID namespace. Returns a descriptor, with which to return to it.

    The calling process stays outside, and ends when the child ends.
    """
    _check(libc.unshare(CLONE_NEWPID), "unshare")
    inner = os.fork()
    if inner:
        os.waitpid(inner, 0)
        os._exit(0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def _fork(home: int | None) -> int:
    """Fork into a new PID namespace, and return to the namespace `home`. Result as from `os.fork`."""
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


def _warm_session() -> Session:
    """Import what notebooks import, and freeze it, so that forks share its memory.

    Returns the session that each fork starts with: to create one takes as long as ten cells.
    """
    with contextlib.suppress(OSError):  # Matplotlib writes into the folder of its list of fonts
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
    """Move this process's memory into huge pages, where the kernel can do so."""
    for line in pathlib.Path("/proc/self/maps").read_text(encoding="ascii").splitlines():
        place, rights, _, _, inode, *_ = line.split()
        start, end = (int(address, 16) for address in place.split("-"))
        if rights == "rw-p" and inode == "0":
            for at in range(-(-start // HUGE) * HUGE, end - HUGE + 1, HUGE):
                libc.madvise(ctypes.c_void_p(at), ctypes.c_size_t(HUGE), MADV_COLLAPSE)


def _run_init(
    judge: socket.socket, answers: PipeEnd, life: PipeEnd, limits: BoxOrder, session: Session
) -> None:
    """Create the box of a submission, and end it when the judge is done.

    judge: where orders come from. answers: what the solver writes to. life: closed when the solver ends.
    The first byte carries this process's credentials, which the kernel translates. So the sandbox
    learns the process's number on the host, and sets limits on it before it answers.
    """
    walls = limits.walls if limits.isolate else ()
    if limits.isolate:
        if "rights" in walls:
            for kind in NONE:
                with contextlib.suppress(OSError):  # an older kernel does not count the last
                    pathlib.Path("/proc/sys/user", f"max_{kind}").write_text("0", encoding="ascii")
        spaces = (CLONE_NEWIPC, "ipc"), (CLONE_NEWNS, "mounts")
        _check(libc.unshare(sum(flag for flag, wall in spaces if wall in walls)), "unshare")
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(PR_SET_DUMPABLE, 0)
    if "mounts" in walls:
        _mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None)
        space = f"mode=0700,size={limits.disk},nr_inodes=4096".encode()
        for place in limits.fresh:
            _mount(b"tmpfs", place.encode(), b"tmpfs", MS_NOSUID | MS_NODEV, space)
        if "processes" in walls:
            _mount(b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None)
    judge.sendmsg([b"!"], [(socket.SOL_SOCKET, socket.SCM_CREDENTIALS, _credentials())])
    if judge.recv(1) != b"!":
        return
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # orphans in the box leave no zombies
    home = "/box" if limits.isolate else tempfile.mkdtemp(dir=limits.directory)
    solver = os.fork()
    if solver == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        os.setsid()
        os.chdir(home)
        life.close()
        if "streams" in walls:
            kept = sorted((judge.fileno(), answers.fileno()))
            for first, last in itertools.pairwise((2, *kept, 1024)):
                os.closerange(first + 1, last)
        _limit(limits)
        if "rights" in walls:
            _give_up_rights()
        if "calls" in walls:
            forbid_calls(libc, detached_memory=bool(limits.watch))
        work(judge, answers, session)
        os._exit(0)
    answers.close()
    hung_up = select.poll()
    hung_up.register(judge.fileno(), select.POLLHUP | select.POLLRDHUP)
    pid = os.pidfd_open(solver)
    hung_up.register(pid, select.POLLIN)
    most = limits.watch if "processes" in walls and "mounts" in walls else 0
    if any(fd == pid for fd, _ in _events(hung_up, most)):  # the solver ended; its forks live on
        life.close()
        hung_up.unregister(pid)
        _events(hung_up, most)
    with contextlib.suppress(OSError):  # without namespaces, nothing else ends its children
        os.killpg(solver, signal.SIGKILL)
    if not limits.isolate:
        shutil.rmtree(home, ignore_errors=True)


def _events(awaited: select.poll, most: int) -> list[tuple[int, int]]:
    """Wait for an event, and keep the memory of the box below `most` bytes, unless that is 0."""
    while not (events := awaited.poll(WATCH if most else None)):
        held = _memory()
        while sum(held.values()) > most:
            largest = max(held, key=lambda pid: held[pid])
            with contextlib.suppress(ProcessLookupError):
                os.kill(largest, signal.SIGKILL)
            del held[largest]
    return events


def _memory() -> dict[int, int]:
    """The bytes of each process in the box except init. Shared memory is divided among its users."""
    held = {}
    for place in pathlib.Path("/proc").glob("[0-9]*"):
        if int(place.name) != os.getpid():
            with contextlib.suppress(OSError, IndexError):  # the process has ended
                text = (place / "smaps_rollup").read_text(encoding="ascii")
                held[int(place.name)] = 1024 * int(text.partition("\nPss:")[2].split()[0])
    return held


def _close_streams() -> None:
    """Replace the standard streams by /dev/null, so that no submission reads or writes them."""
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
    """Set the limits of a single process. The sandbox sets those of the whole box from outside."""
    for name, value in limits.rlimits.items():
        resource.setrlimit(getattr(resource, name), (value, value))


def _give_up_rights() -> None:
    """Drop every capability for ever: bounding set, ambient set, and the sets in force."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails for a number that is no capability
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    _check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "forbid new privileges")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    _check(libc.capset(header, (ctypes.c_uint32 * 6)()), "capset")


if __name__ == "__main__":
    main(int(sys.argv[1]), apart="apart" in sys.argv, silent="silent" in sys.argv)
