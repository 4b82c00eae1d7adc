"""Limits on the sum over a submission's processes.

Where this user can write a cgroup (root, or a delegated one), memory and processes are limited
there, for all processes of a submission together. Elsewhere a process's address space is limited,
and their number; their sum is watched from inside the world (see autograder/solver/zygote.py).
"""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path
from typing import Protocol

CGROUPS = Path("/sys/fs/cgroup")
FEW = 24  # processes, where there is no cgroup: the sandbox's own, a fork for each test cell, and some
SHARED = 2**30  # bytes of address space that every process has from the warm parent
_number = itertools.count(1)


class Group(Protocol):
    """The limits of one submission; `close` takes them away."""

    def close(self) -> None: ...


class Control(Protocol):
    """A way to limit a submission. summed: whether memory is limited for all its processes together."""

    summed: bool

    def rlimits(self, memory: int, processes: int) -> dict[str, int]:
        """Limits that a process must set on itself."""

    def group(self, pid: int, memory: int, processes: int) -> Group:
        """Limit the process `pid` of the host and all that it will fork."""


def control() -> Control:
    """The best way that this machine and this user allow."""
    for found in (_Version2(CGROUPS), _Version1(CGROUPS)):
        if found.works():
            return found
    return _Alone()


class _Folders:
    """The folders of one submission's cgroup."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders

    def close(self) -> None:
        for folder in self._folders:
            for _ in range(500):  # the kernel frees a group a moment after its last process is gone
                if _removed(folder):
                    break
                time.sleep(0.002)


def _removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    return True


def _sweep(root: Path) -> None:
    """Remove what a grader left that was killed. A group with processes in it cannot be removed."""
    for folder in root.glob("heinit-*-*"):
        owner = folder.name.split("-")[1]
        if not Path("/proc", owner).exists():
            _removed(folder)


def _name() -> str:
    return f"heinit-{os.getpid()}-{next(_number)}"


class _Version1:
    """The older hierarchy: a tree for each controller."""

    summed = True

    def __init__(self, root: Path) -> None:
        self._roots = (root / "memory", root / "pids")

    def works(self) -> bool:
        found = all((r / "cgroup.procs").is_file() and os.access(r, os.W_OK) for r in self._roots)
        for root in self._roots if found else ():
            _sweep(root)
        return found

    def rlimits(self, memory: int, processes: int) -> dict[str, int]:
        return _loose(memory, processes)

    def group(self, pid: int, memory: int, processes: int) -> Group:
        name = _name()
        folders = [root / name for root in self._roots]
        for folder in folders:
            folder.mkdir()
        (folders[0] / "memory.limit_in_bytes").write_text(str(memory))
        swap = folders[0] / "memory.memsw.limit_in_bytes"  # of memory and swap together
        if swap.exists():
            swap.write_text(str(memory))
        (folders[1] / "pids.max").write_text(str(processes))
        for folder in folders:
            (folder / "cgroup.procs").write_text(str(pid))
        return _Folders(*folders)


class _Version2:
    """The unified hierarchy, in the nearest group above that may have children with both controllers.

    A group that holds processes, as ours does, may have none, but for the topmost one.
    """

    summed = True

    def __init__(self, root: Path) -> None:
        self._root = root

    def works(self) -> bool:
        try:
            own = Path("/proc/self/cgroup").read_text().split("0::", 1)[1].splitlines()[0]
        except (OSError, IndexError):
            return False
        place = self._root / own.strip("/")
        for folder in (place, *place.parents):
            if not folder.is_relative_to(self._root):
                break
            try:
                enabled = (folder / "cgroup.subtree_control").read_text().split()
            except OSError:
                continue
            writable = os.access(folder, os.W_OK) and os.access(folder / "cgroup.procs", os.W_OK)
            if {"memory", "pids"} <= set(enabled) and writable:
                self._home = folder
                _sweep(folder)
                return True
        return False

    def rlimits(self, memory: int, processes: int) -> dict[str, int]:
        return _loose(memory, processes)

    def group(self, pid: int, memory: int, processes: int) -> Group:
        folder = self._home / _name()
        folder.mkdir()
        (folder / "memory.max").write_text(str(memory))
        swap = folder / "memory.swap.max"
        if swap.exists():  # not on a kernel without swap
            swap.write_text("0")
        (folder / "pids.max").write_text(str(processes))
        (folder / "cgroup.procs").write_text(str(pid))
        return _Folders(folder)


def _loose(memory: int, processes: int) -> dict[str, int]:
    """A process's own limits, where the group's are what counts."""
    return {"RLIMIT_AS": memory + SHARED, "RLIMIT_NPROC": 4 * processes}


class _Nothing:
    def close(self) -> None:
        """There is no group to take away."""


class _Alone:
    """No cgroup: what a process may do alone, times how many there may be."""

    summed = False

    def rlimits(self, memory: int, processes: int) -> dict[str, int]:
        return {"RLIMIT_AS": memory // 2, "RLIMIT_NPROC": min(processes, FEW)}

    def group(self, pid: int, memory: int, processes: int) -> Group:
        return _Nothing()
