"""A machine within this one, for a JupyterHub: it has accounts, homes and processes of its own.

How it works. `unshare` makes a mount and a process namespace. There /etc is a copy, and /home, /srv and /opt
are folders of the test, so accounts and files go by the names that a recipe gives them, and the host's stay
as they are. The first process of the namespace waits for the end of its input: when the test ends, however it
does, the kernel ends every process of the machine. The network is the host's, since the browser is there.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from autograder.sandbox.places import SYSTEM, binds
from tests.tools import missing, system_tool

ROOT = Path(__file__).resolve().parents[2]
OWN = ("etc", "home", "srv", "opt")
STAGE = "/mnt"  # in the machine's own mount namespace, as in autograder/sandbox/launch.py
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


@dataclass
class Machine:
    """first_process: its number on the host. started: what runs on until the machine ends."""

    first_process: int
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def command(self, account: str, script: str) -> list[str]:
        """The command that runs a script of bash as an account, with its login environment."""
        enter = ["nsenter", f"--target={self.first_process}", "--mount", "--pid", "--"]
        return [*enter, "runuser", "-l", account, "-s", "/bin/bash", "-c", f"set -e\n{script}"]

    def run(self, account: str, script: str, given: str = "") -> str:
        """Run a script to its end, and return what it prints. given: its standard input."""
        done = self.attempt(account, script, given)
        assert done.returncode == 0, f"{account}: {script}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def attempt(self, account: str, script: str, given: str = "") -> subprocess.CompletedProcess[str]:
        command = self.command(account, script)
        return subprocess.run(
            command, input=given, capture_output=True, text=True, env=ENVIRONMENT, check=False
        )

    def start(self, account: str, script: str, log: IO[str]) -> subprocess.Popen[bytes]:
        """Start a script that runs on; it ends with the machine."""
        process = subprocess.Popen(
            self.command(account, script), stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=ENVIRONMENT
        )
        self.started.append(process)
        return process


@contextlib.contextmanager
def machine(folder: Path, environments: tuple[str, ...]) -> Iterator[Machine]:
    """A running machine.

    folder: where its files lie. environments: places below /opt that are the tests' own Python environment.
    The test is skipped where there is no root.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        missing("accounts of their own need Linux and root: sudo ./heinit test tests/browser/test_hub.py")
    for program in ("unshare", "nsenter", "runuser", "useradd", "bwrap"):
        system_tool(program)
    shutil.copytree("/etc", folder / "etc", symlinks=True)
    for name in OWN[1:]:
        (folder / name).mkdir(parents=True)
    script = "\n".join(["set -e", *map(shlex.join, _mounts(folder, environments)), "echo ready", "exec cat"])
    unshare = ["unshare", "--mount", "--pid", "--fork", "--mount-proc", "--kill-child"]
    process = subprocess.Popen(
        [*unshare, "sh", "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=ENVIRONMENT,
    )
    with process:  # at the end, closes its input and waits
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", "the namespaces of the machine cannot be made"
        (first,) = psutil.Process(process.pid).children()
        running = Machine(first.pid)
        yield running
    for each in running.started:  # the kernel has ended them
        each.wait(60)


def _mounts(folder: Path, environments: tuple[str, ...]) -> Iterator[list[str]]:
    """The commands that make its file system.

    Students must see the interpreter, which may lie where only root can look: its places are taken aside,
    what hides them is covered by an empty folder, and they are put back.
    """
    places = [s for s, p in binds() if s == p and s not in SYSTEM and not s.startswith(("/usr/", "/etc/"))]
    places.append(str(ROOT))
    yield ["mount", "-t", "tmpfs", "tmpfs", STAGE]
    for place in places:
        yield ["mkdir", "-p", STAGE + place]
        yield ["mount", "--rbind", place, STAGE + place]
    for name in OWN:
        yield ["mount", "--bind", str(folder / name), f"/{name}"]
    yield ["mount", "-t", "tmpfs", "-o", "mode=1777", "tmpfs", "/tmp"]
    for closed in sorted({"/root", *filter(None, map(_closed, places))}):
        yield ["mkdir", "-p", closed]
        yield ["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", closed]
    for place in places:
        yield ["mkdir", "-p", place]
        yield ["mount", "--rbind", STAGE + place, place]
    for name in environments:
        yield ["mkdir", f"/opt/{name}"]
        yield ["mount", "--bind", sys.prefix, f"/opt/{name}"]


def _closed(place: str) -> str:
    """The outermost folder above a place that only its owner may enter, or ''."""
    for folder in reversed(Path(place).parents):
        if not folder.is_relative_to("/tmp") and not folder.stat().st_mode & stat.S_IXOTH:
            return str(folder)
    return ""
