"""Bubblewrap: the command that gives the warm parent an empty root and namespaces of its own.

How it works. Bubblewrap binds what a submission may see (places.py), read-only, into an empty root, with a
private /tmp and /box, and no network, no processes and no IPC of the host. Root does not run bubblewrap as
root: launch.py first becomes an unprivileged user of the host.
"""

import json
import shutil
import sys
from collections.abc import Set
from pathlib import Path

from autograder.sandbox.places import INSIDE, SYSTEM, binds, masks

NOBODY = 65534
FRESH = ("/tmp", "/box", "/dev/shm")  # where a submission may write; each box has its own


def fresh() -> list[str]:
    """The folders of FRESH that can be: one that holds the interpreter must stay visible, even /tmp."""
    return [f for f in FRESH if not any(place.startswith(f + "/") for _, place in binds())]


def command(program: list[str], walls: Set[str]) -> list[str] | None:
    """The command that runs the program behind these walls; None where bubblewrap is not installed."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return None
    spaces = {"network": "--unshare-net", "processes": "--unshare-pid", "ipc": "--unshare-ipc"}
    options = ["--unshare-user", "--unshare-uts", "--unshare-cgroup-try"]
    options += [option for wall, option in spaces.items() if wall in walls]
    options += ["--die-with-parent", "--new-session"]
    options += ["--clearenv"] if "environment" in walls else []
    options += ["--cap-add", "ALL"]  # in the warm parent's user namespace; solvers give them all up
    for name, value in INSIDE.items():
        options += ["--setenv", name, value]
    options += ["BINDS"]
    for path in SYSTEM:
        if Path(path).is_symlink():
            options += ["--symlink", str(Path(path).readlink()), path]
    visible = binds()
    for path in masks(visible):
        options += ["--tmpfs", path, "--remount-ro", path]
    options += ["--proc", "/proc", "--dev", "/dev"]
    for path in fresh():
        options += ["--tmpfs", path]
    if "root" in walls:  # otherwise a submission could leave modules for the next one to import
        options += ["--remount-ro", "/dev", "--remount-ro", "/"]
    options += ["--chdir", "/box", "--", *program]
    options += ["apart"] if "processes" in walls else []
    options += ["silent"] if {"network", "loopback"} <= walls else []
    if "files" not in walls:
        visible.append(("/", "/host"))
    order = {
        "binds": visible,
        "writable": [] if "files" in walls else ["/host"],
        "uid": NOBODY,
        "argv": [bwrap, *options],
    }
    launch = Path(__file__).with_name("launch.py")
    return [sys.executable, "-I", str(launch), json.dumps(order)]
