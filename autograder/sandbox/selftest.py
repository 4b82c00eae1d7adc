"""Prove at the start that the walls stand on this machine, or name the wall that does not.

How it works. In a box with small limits a probe tries what a hostile notebook would try: it looks
for files, connects to a socket that listens on this machine, looks for processes, tries to get
rights and namespaces, and uses more memory, processes and disk than it may. The probe prints each
attempt that succeeded, and `prove` raises an error that names them. The probe is our own code, so
what it prints can be believed.
"""

import json
import socket
from contextlib import closing
from pathlib import Path

from autograder.sandbox.bubblewrap import INSIDE, Sandbox, SandboxError
from autograder.sandbox.limits import Limits
from autograder.solver.channel import ChannelError, receive, send
from autograder.solver.messages import CellRan, RunCell, from_wire, to_wire
from autograder.solver.syscalls import denied

SECONDS = 60
MEBI = 2**20
# what it means that an attempt of the probe succeeded
BREACHES = {
    "files": "students' code could read {0}",
    "writes": "students' code could write to {0}",
    "environment": "students' code could read the grader's environment ({0})",
    "network": "students' code could reach the network",
    "loopback": "students' code could connect to itself, and keep memory that no limit counts",
    "descriptors": "students' code could send descriptors to the judge",
    "watches": "students' code could watch files, and keep memory that no limit counts",
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
import ctypes, json, os, select, socket, stat, sys
settings, breaches = json.loads({settings!r}), {{}}

def refused(attempt, *errors):
    try:
        attempt()
    except errors or OSError:
        return True
    return False

def write(folder):
    os.close(os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))

visible = [path for path in settings["paths"] if os.path.lexists(path)]
if visible: breaches["files"] = visible[0]
folders = ["/", "/dev", "/etc", "/usr", "/course", "/course/solver", sys.prefix]
writable = [folder for folder in folders if not refused(lambda: write(folder))]
if writable: breaches["writes"] = writable[0]
foreign = sorted(set(os.environ) - set(settings["environment"]))
if foreign: breaches["environment"] = foreign[0]
names = [line.partition(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
reached = not refused(lambda: socket.create_connection(("127.0.0.1", settings["port"]), 1))
if reached or names not in ([], ["lo"]): breaches["network"] = True
def call_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), 1).close()
if not refused(call_itself): breaches["loopback"] = True
for fd in range(3, 64):
    if os.path.exists(f"/proc/self/fd/{{fd}}") and stat.S_ISSOCK(os.fstat(fd).st_mode):
        with socket.socket(fileno=os.dup(fd)) as judge:
            if not refused(lambda: socket.send_fds(judge, [b"!"], [0])): breaches["descriptors"] = True
if not refused(lambda: os.kill(-1, 0), ProcessLookupError): breaches["processes"] = True
if os.readlink("/proc/self/ns/ipc") == settings["ipc"]: breaches["ipc"] = True
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
rights = [k for k in ("CapEff", "CapPrm", "CapBnd", "CapAmb", "CapInh") if int(status[k], 16)]
rights += [k for k in ("NoNewPrivs",) if status[k].strip() != "1"]
if rights or os.getuid() == 0: breaches["rights"] = ", ".join(rights) or "root"
libc = ctypes.CDLL(None, use_errno=True)
for name, number in settings["calls"].items():
    if libc.syscall(number, 0, 0, 0, 0, 0) != -1 or ctypes.get_errno() != 38: breaches["calls"] = name
if libc.inotify_init1(0) != -1: breaches["watches"] = True
if 0 in (libc.unshare(0x10000000), libc.unshare(0x20000)): breaches["namespaces"] = True

def crowd(count, work):
    # the number of children that have done their work and are alive at the same time
    read, hold = os.pipe()
    done, report = os.pipe()
    children = set()
    try:
        for _ in range(count):
            child = os.fork()
            if child == 0:
                try:
                    os.close(hold)
                    work()
                    os.write(report, b"!")
                    os.read(read, 1)
                finally:
                    os._exit(0)
            children.add(child)
    except OSError:
        pass
    alive = 0
    while alive < len(children):
        if select.select([done], [], [], 0.005)[0]:
            alive += len(os.read(done, 1))
        children -= {{c for c in children if os.waitpid(c, os.WNOHANG)[0]}}
    os.close(hold)
    for child in children:
        os.waitpid(child, 0)
    return alive

def fill():
    with open("/proc/self/oom_score_adj", "w") as file: file.write("1000")
    return b"x" * settings["fill"]

if crowd(settings["fills"], fill) == settings["fills"]: breaches["memory"] = True
if crowd(settings["forks"], bool) == settings["forks"]: breaches["forks"] = True
if not refused(lambda: open("/box/probe", "wb").write(b"x" * settings["disk"])): breaches["disk"] = True
print(json.dumps(breaches))
"""


def prove(sandbox: Sandbox, secrets: tuple[Path, ...] = ()) -> None:
    """Raise SandboxError if a wall does not stand.

    secrets: further paths that must not be visible, such as a course directory.
    """
    summed = bool(sandbox.control_groups.parents)  # whether memory is limited in sum
    memory = 96 * MEBI if summed else 1024 * MEBI
    limits = Limits(memory=memory, disk=MEBI, processes=12, cell_seconds=SECONDS, seconds=SECONDS)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings = {
            "paths": [str(path) for path in (*_secrets(), *secrets)],
            "environment": [*INSIDE, "PWD"],
            "ipc": str(Path("/proc/self/ns/ipc").readlink()),
            "calls": denied(detached_memory=not summed),
            "port": server.getsockname()[1],
            "fills": 3 if summed else 1,
            "fill": memory // 2 if summed else 2 * memory,
            "forks": 40,
            "disk": 2 * MEBI,
        }
        breaches = _run(sandbox, limits, PROBE.format(settings=json.dumps(settings)))
    open_walls = [sentence.format(breaches[name]) for name, sentence in BREACHES.items() if name in breaches]
    if open_walls:
        raise SandboxError(
            f"the sandbox does not hold on this machine, so nothing is graded: {'; '.join(open_walls)}."
        )


def _run(sandbox: Sandbox, limits: Limits, probe: str) -> dict[str, str]:
    """Run the probe in a box. Returns its breaches: which attempts succeeded, and on what."""
    try:
        with sandbox.box(limits) as box:
            send(box.orders, to_wire(RunCell(probe, SECONDS)), seconds=SECONDS)
            outputs = from_wire(receive(box.answers, seconds=SECONDS), CellRan).outputs
        (output,) = outputs
        breaches: dict[str, str] = json.loads(output["text"])
    except (ChannelError, ValueError, KeyError, TypeError) as error:
        raise SandboxError(f"the sandbox's self-test did not finish, so nothing is graded: {error}") from None
    return breaches


def _secrets() -> list[Path]:
    """Paths that hold what a submission must not see."""
    package = Path(__file__).resolve().parent.parent
    # files, not folders: where a folder is masked, as in an installed package, it is there and empty
    answers = package.parent / "heinit_solutions" / "__init__.py"
    hidden = [package / "hidden_tests" / "grade.py", answers, Path("/etc/shadow")]
    home = Path.home()
    return [*hidden, *(home / name for name in (".ssh", ".bashrc", ".profile")), Path("/sys")]
