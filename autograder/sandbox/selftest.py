"""Prove at the start, on this machine, that the walls stand; or say which one does not.

How it works. In a world with small limits a probe tries what a hostile notebook would: it looks
for files, talks to a socket that listens on this machine, looks for processes, asks for rights
and namespaces, and uses more memory, processes and disk than it may. It prints what it found;
anything but a refusal is an error here. The probe is our own code, so its word can be taken.
"""

from __future__ import annotations

import json
import socket
from contextlib import closing
from pathlib import Path

from autograder.sandbox.bubblewrap import Sandbox, SandboxError
from autograder.sandbox.limits import Limits
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import CellRan, RunCell, from_wire, to_wire
from autograder.solver.syscalls import denied

SECONDS = 60
MEBI = 2**20
# what a finding means, for the sentence; the probe's findings have these names
WALLS = {
    "files": "students' code could read {0}",
    "writes": "students' code could write to {0}",
    "network": "students' code could reach the network",
    "processes": "students' code could signal processes outside",
    "ipc": "students' code could use the shared memory of others",
    "calls": "students' code could use system calls that it is denied ({0})",
    "rights": "students' code would have rights of its own ({0})",
    "namespaces": "students' code could make namespaces of its own",
    "memory": "students' code could use more memory than it may",
    "forks": "students' code could start more processes than it may",
    "disk": "students' code could write more than it may",
}
PROBE = """
import ctypes, json, os, select, socket, sys
asked, found = json.loads({asked!r}), {{}}

def refused(attempt, *errors):
    try:
        attempt()
    except errors or OSError:
        return True
    return False

def write(folder):
    os.close(os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))

seen = [path for path in asked["paths"] if os.path.lexists(path)]
if seen: found["files"] = seen[0]
folders = ["/", "/dev", "/etc", "/usr", "/course", "/course/solver", sys.prefix]
open_to = [folder for folder in folders if not refused(lambda: write(folder))]
if open_to: found["writes"] = open_to[0]
names = [name for _, name in socket.if_nameindex()]
reached = not refused(lambda: socket.create_connection(("127.0.0.1", asked["port"]), 1))
if reached or names not in ([], ["lo"]): found["network"] = True
if not refused(lambda: os.kill(-1, 0), ProcessLookupError): found["processes"] = True
if os.readlink("/proc/self/ns/ipc") == asked["ipc"]: found["ipc"] = True
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
rights = [k for k in ("CapEff", "CapPrm", "CapBnd", "CapAmb", "CapInh") if int(status[k], 16)]
rights += [k for k in ("NoNewPrivs",) if status[k].strip() != "1"]
if rights or os.getuid() == 0: found["rights"] = ", ".join(rights) or "root"
libc = ctypes.CDLL(None, use_errno=True)
for name, number in asked["calls"].items():
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 38: found["calls"] = name
if 0 in (libc.unshare(0x10000000), libc.unshare(0x20000)): found["namespaces"] = True

def crowd(count, work):
    # how many children do their work and are there at the same time
    read, hold = os.pipe()
    told, tell = os.pipe()
    children = set()
    try:
        for _ in range(count):
            child = os.fork()
            if child == 0:
                try:
                    os.close(hold)
                    work()
                    os.write(tell, b"!")
                    os.read(read, 1)
                finally:
                    os._exit(0)
            children.add(child)
    except OSError:
        pass
    there = 0
    while there < len(children):
        if select.select([told], [], [], 0.005)[0]:
            there += len(os.read(told, 1))
        children -= {{c for c in children if os.waitpid(c, os.WNOHANG)[0]}}
    os.close(hold)
    for child in children:
        os.waitpid(child, 0)
    return there

def fill():
    with open("/proc/self/oom_score_adj", "w") as file: file.write("1000")
    return b"x" * asked["fill"]

if crowd(asked["fills"], fill) == asked["fills"]: found["memory"] = True
if crowd(asked["forks"], bool) == asked["forks"]: found["forks"] = True
if not refused(lambda: open("/box/probe", "wb").write(b"x" * asked["disk"])): found["disk"] = True
print(json.dumps(found))
"""


def prove(sandbox: Sandbox, secrets: tuple[Path, ...] = ()) -> None:
    """Raise SandboxError where a wall does not stand.

    secrets: further paths that must not be seen, such as a course directory.
    """
    summed = sandbox.control.summed
    memory = 96 * MEBI if summed else 1024 * MEBI
    limits = Limits(memory=memory, disk=MEBI, processes=12, cell_seconds=SECONDS, seconds=SECONDS)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        asked = {
            "paths": [str(path) for path in (*_secrets(), *secrets)],
            "ipc": str(Path("/proc/self/ns/ipc").readlink()),
            "calls": denied(hoards=not summed),
            "port": server.getsockname()[1],
            "fills": 3 if summed else 1,
            "fill": memory // 2 if summed else 2 * memory,
            "forks": 40,
            "disk": 2 * MEBI,
        }
        found = _ask(sandbox, limits, PROBE.format(asked=json.dumps(asked)))
    for name, sentence in WALLS.items():
        if name in found:
            raise SandboxError(
                "the sandbox does not hold on this machine, so nothing is graded: "
                f"{sentence.format(found[name])}."
            )


def _ask(sandbox: Sandbox, limits: Limits, probe: str) -> dict[str, str]:
    try:
        with sandbox.world(limits) as world:
            send(world.sock, to_wire(RunCell(probe, SECONDS)), seconds=SECONDS)
            outputs = from_wire(receive(world.sock, seconds=SECONDS), CellRan).outputs
        (output,) = outputs
        found: dict[str, str] = json.loads(output["text"])
    except (ChannelError, ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"the sandbox's self-test did not finish, so nothing is graded: {error}") from None
    return found


def _secrets() -> list[Path]:
    """Paths that hold what a submission must not see."""
    package = Path(__file__).resolve().parent.parent
    hidden = [package / "hidden" / "grade.py", package.parent / "heinit_solutions", Path("/etc/shadow")]
    home = Path.home()
    return [*hidden, *(home / name for name in (".ssh", ".bashrc", ".profile")), Path("/sys")]
