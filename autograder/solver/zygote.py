"""The warm parent (zygote): it imports what notebooks import, and forks a box for each submission.

How it works. The sandbox starts this program once: under bubblewrap in an empty root and without a network,
where its capabilities are valid only in its own user namespace; elsewhere as an ordinary process. The warm
parent imports NumPy, Matplotlib and IPython, never runs a line of a submission, and waits for orders.
For each order the warm parent forks init, which makes the box, forks the solver in it, and ends the box
(init.py).

Network. The loopback is down: what TCP keeps for a reader that does not read is memory of no process,
so no limit of a process holds it.

PID namespaces. A process enters a new PID namespace only by being forked into it, and can return
only to a namespace that its own user namespace owns. So the warm parent first moves into a PID
namespace that it creates itself. For each fork it selects a new namespace, forks, and returns.

Memory. Most of the cost of a box is the fork, so the warm parent moves its memory into huge pages
where the kernel has them: a fork then copies short page tables.

Only Linux has these calls, and Python 3.11 has no functions for them, so they go through ctypes.
"""

import contextlib
import ctypes
import os
import pathlib
import shutil
import signal
import socket
import sys

from .channel import ChannelError
from .init import PR_SET_PDEATHSIG, libc, run_init
from .messages import BoxOrder, Ready, receive_message, send_message
from .pipes import PipeEnd
from .session import Session, warm_session
from .syscalls import check_call, warm_filters

CLONE_NEWPID, CLONE_NEWNET = 0x20000000, 0x40000000
MADV_COLLAPSE = 25  # since Linux 6.1; fails on an older kernel, where pages stay small
HUGE = 2**21  # bytes of a huge page


def main(fd: int, apart: bool, silent: bool) -> None:
    """Take orders on the socket `fd` until it is closed.

    apart: whether each box gets a PID namespace of its own. silent: whether boxes have no loopback.
    """
    if silent:  # in a new network namespace, and ours, the loopback is down
        check_call(libc.unshare(CLONE_NEWNET), "unshare")
    home = _enter_own_pid_namespace() if apart else None
    _go_on_without_parent(home)
    session = _warm_up()
    orders = socket.socket(fileno=fd)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for init
    send_message(orders, Ready())
    _close_streams()
    while True:
        try:
            order: BoxOrder = receive_message(orders, BoxOrder)
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
                    _go_on_without_parent(home)
                    run_init(sock, replies, life, order, session)
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
    check_call(libc.unshare(CLONE_NEWPID), "unshare")
    inner = os.fork()
    if inner:
        os.waitpid(inner, 0)
        os._exit(0)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    return os.open("/proc/self/ns/pid", os.O_RDONLY)


def _go_on_without_parent(home: int | None) -> None:
    """Where no namespace ends this process: have the kernel wake it when its parent ends, to end in order."""
    if home is None and sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGCONT)


def _fork(home: int | None) -> int:
    """Fork into a new PID namespace, and return to the namespace `home`. Result as from `os.fork`."""
    if home is None:
        return os.fork()
    check_call(libc.unshare(CLONE_NEWPID), "unshare")
    child = -1
    try:
        child = os.fork()
    finally:
        if child:
            check_call(libc.setns(home, CLONE_NEWPID), "setns")
    return child


def _warm_up() -> Session:
    """Bring into memory all that boxes need. Returns the session that each fork starts with."""
    with contextlib.suppress(OSError):  # Matplotlib writes into the folder of its list of fonts
        fonts = pathlib.Path(os.environ["PYTHONPATH"], "fonts")
        shutil.copytree(fonts, os.environ["MPLCONFIGDIR"], dirs_exist_ok=True)
    warm_filters()
    session = warm_session(Session)
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


def _close_streams() -> None:
    """Replace the standard streams by /dev/null, so that no submission reads or writes them."""
    null = os.open("/dev/null", os.O_RDWR)
    for stream in range(3):
        os.dup2(null, stream)
    os.close(null)


if __name__ == "__main__":
    main(int(sys.argv[1]), apart="apart" in sys.argv, silent="silent" in sys.argv)
