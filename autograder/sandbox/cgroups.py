"""Limits on the memory and the processes of a whole submission.

Where the user may write control groups (as root, or in a delegated group), each submission gets a
group of its own, and the kernel limits the sum over its processes. Elsewhere each process has limits
of its own, and init, the first process of the box, watches the sum (see autograder/solver/init.py).
"""

import itertools
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
SHARED = 2**30  # bytes of address space that every process shares with the warm parent
FEW = 24  # processes, where there is no control group: init, the solver, and a fork for each test cell
FILES = 64  # open files of a process, where there is no control group: each may be a full buffer
OPTIONAL = {"memory.swap.max", "memory.memsw.limit_in_bytes"}  # missing on a kernel without swap accounting
_number = itertools.count(1)


class ControlGroups:
    """The control groups in which this user can limit submissions.

    parents: where a submission's groups are created, each with the files that hold its limits. That is
    one group of the unified hierarchy, or a group of each older one, or none where none is writable.
    """

    def __init__(self, root: Path = CGROUPS) -> None:
        self.parents = _unified(root) or _older(root)
        for parent in self.parents:  # a grader that was killed left its groups
            for group in parent.glob("heinit-*-*"):
                if not Path("/proc", group.name.split("-")[1]).exists():
                    _remove(group)

    def rlimits(self, memory: int, processes: int) -> dict[str, int]:
        """The limits of a single process. They are loose where a group limits the sum."""
        space = memory + SHARED if self.parents else memory // 2
        most = {"RLIMIT_AS": space, "RLIMIT_DATA": space}
        if self.parents:
            return {**most, "RLIMIT_NPROC": 4 * processes}
        return {**most, "RLIMIT_NPROC": min(processes, FEW), "RLIMIT_NOFILE": FILES}

    def limit(self, pid: int, memory: int, processes: int) -> list[Path]:
        """Limit the process `pid` of the host and all that it will fork.

        Returns the groups, which `remove_groups` removes. Raises OSError.
        """
        limits = {
            "memory.max": memory,
            "memory.swap.max": 0,
            "memory.limit_in_bytes": memory,
            "memory.memsw.limit_in_bytes": memory,  # of memory and swap together
            "pids.max": processes,
        }
        name = f"heinit-{os.getpid()}-{next(_number)}"
        for parent, files in self.parents.items():
            group = parent / name
            group.mkdir()
            for file in files:
                if file not in OPTIONAL or (group / file).exists():
                    (group / file).write_text(str(limits[file]))
        for parent in self.parents:
            (parent / name / "cgroup.procs").write_text(str(pid))
        return [parent / name for parent in self.parents]


def remove_groups(groups: list[Path]) -> None:
    """Remove the groups of a submission whose processes have ended, and end those that are left."""
    for group in groups:
        with suppress(OSError):
            for pid in (group / "cgroup.procs").read_text().split():
                os.kill(int(pid), signal.SIGKILL)
        for _ in range(500):  # the kernel frees a group a moment after its last process has ended
            if _remove(group):
                break
            time.sleep(0.002)


def _remove(group: Path) -> bool:
    """Remove a group. Returns False where the kernel refuses, as it does while processes are in it."""
    with suppress(OSError):
        group.rmdir()
    return not group.exists()


def _unified(root: Path) -> dict[Path, tuple[str, ...]]:
    """The nearest group of the unified hierarchy, from our own upwards, that may have children.

    A group that holds processes, as ours does, may have none, but for the topmost group.
    """
    try:
        own = root / Path("/proc/self/cgroup").read_text().split("0::", 1)[1].splitlines()[0].strip("/")
    except (OSError, IndexError):
        return {}
    for group in (own, *own.parents):
        try:
            enabled = (group / "cgroup.subtree_control").read_text().split()
        except OSError:
            continue
        writable = os.access(group, os.W_OK) and os.access(group / "cgroup.procs", os.W_OK)
        if group.is_relative_to(root) and writable and {"memory", "pids"} <= set(enabled):
            return {group: ("memory.max", "memory.swap.max", "pids.max")}
    return {}


def _older(root: Path) -> dict[Path, tuple[str, ...]]:
    """The topmost groups of the older hierarchies, one for each controller."""
    parents = {
        root / "memory": ("memory.limit_in_bytes", "memory.memsw.limit_in_bytes"),
        root / "pids": ("pids.max",),
    }
    writable = all((p / "cgroup.procs").is_file() and os.access(p, os.W_OK) for p in parents)
    return parents if writable else {}
