"""Prove at the start that the walls stand on this machine, or name the wall that does not.

How it works. In a box with small limits a probe tries what a hostile notebook would try: it looks
for files, opens sockets, looks for processes, tries to get rights and namespaces, makes system calls that
are denied, and uses more memory and processes than it may. The probe prints each attempt that succeeded, and
`prove` raises an error that names them. The probe is our own code, so what it prints can be believed. A
second box fills its disk; where the box has no disk of its own, a box that does so is to be ended.
"""

import errno
import json
import os
import platform
import socket
import tomllib
from contextlib import closing
from pathlib import Path

from autograder.sandbox.limits import Limits
from autograder.sandbox.places import INSIDE
from autograder.sandbox.sandbox import Sandbox, SandboxError
from autograder.solver.channel import ChannelClosed, ChannelError
from autograder.solver.messages import CellRan, RunCell, receive_message, send_message
from autograder.solver.syscalls import MACHINES

SECONDS = 60  # of wall time for a probe, and of processor time for a cell of it
MEBI = 2**20
# what it means that an attempt of the probe succeeded
BREACHES = {
    "files": "students' code could read {0}",
    "writes": "students' code could write to {0}",
    "attributes": "students' code could change files of others ({0})",
    "environment": "students' code could read the grader's environment ({0})",
    "network": "students' code could reach the network",
    "loopback": "students' code could connect to itself, and keep memory that no limit counts",
    "descriptors": "students' code could send descriptors to the judge",
    "processes": "students' code could signal processes outside",
    "ipc": "students' code could use the shared memory of others",
    "calls": "students' code could use system calls that it is denied ({0})",
    "rights": "students' code would have rights of its own ({0})",
    "memory": "students' code could use more memory than it may",
    "forks": "students' code could start more processes than it may",
    "disk": "students' code could write more than it may",
}
PROBE = """
import ctypes, json, os, select, socket, stat, sys, tempfile
settings, breaches = json.loads({settings!r}), {{}}
home = os.getcwd()

def refused(attempt, *errors):
    try:
        attempt()
    except errors or OSError:
        return True
    return False

def read(path):
    os.listdir(path) if os.path.isdir(path) else open(path, "rb").close()

def write(folder):
    os.close(os.open(folder + "/probe", os.O_CREAT | os.O_WRONLY))

hidden = settings["hidden"]  # whether others' files have no name at all here
visible = [p for p in settings["paths"] if os.path.lexists(p) and (hidden or not refused(lambda: read(p)))]
if visible: breaches["files"] = visible[0]
folders = ["/", "/dev", "/etc", "/usr", "/course", "/course/solver", sys.prefix, *settings["folders"]]
writable = [folder for folder in folders if not refused(lambda: write(folder))]
if writable: breaches["writes"] = writable[0]
if settings["victim"]:
    os.chmod(settings["victim"], 0o777)
    if os.stat(settings["victim"]).st_mode & 0o777 == 0o777: breaches["attributes"] = "chmod"
    if not refused(lambda: os.truncate(settings["victim"], 0)): breaches["attributes"] = "truncate"
foreign = sorted(set(os.environ) - set(settings["environment"]))
if foreign: breaches["environment"] = foreign[0]
reached = not refused(lambda: socket.create_connection(("127.0.0.1", settings["port"]), 1))
names = []
if os.access("/proc/net/dev", os.R_OK) and not refused(lambda: open("/proc/net/dev").close()):
    names = [line.partition(":")[0].strip() for line in open("/proc/net/dev") if ":" in line]
if reached or hidden and names not in ([], ["lo"]): breaches["network"] = True
def call_itself():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), 1).close()
if not refused(call_itself): breaches["loopback"] = True
for fd in range(3, 64):
    if not refused(lambda: os.fstat(fd)) and stat.S_ISSOCK(os.fstat(fd).st_mode):
        with socket.socket(fileno=os.dup(fd)) as judge:
            if not refused(lambda: socket.send_fds(judge, [b"!"], [0])): breaches["descriptors"] = True
others = [-1] if hidden else [1, os.getppid(), settings["judge"]]
if not all(refused(lambda: os.kill(other, 0)) for other in others): breaches["processes"] = True
if hidden and os.readlink("/proc/self/ns/ipc") == settings["ipc"]: breaches["ipc"] = True
libc = ctypes.CDLL(None, use_errno=True)
class Header(ctypes.Structure): _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]
held = (ctypes.c_uint32 * 6)()
libc.capget(ctypes.byref(Header(0x20080522, 0)), held)
rights = ["capabilities"] * any(held) + ["new privileges"] * (libc.prctl(39, 0, 0, 0, 0) != 1)
# who never had a capability cannot drop one from the bounding set, and no_new_privs makes that needless
rights += ["capabilities to be had"] * any(hidden and libc.prctl(23, n, 0, 0, 0) == 1 for n in range(64))
if rights or (hidden and os.getuid() == 0): breaches["rights"] = ", ".join(rights) or "root"
for name, number, arguments, refusal in settings["calls"]:
    done = libc.syscall(number, *(ctypes.c_long(a) for a in arguments))
    if done != -1 or ctypes.get_errno() != refusal: breaches["calls"] = name

def crowd(count, work):
    # the number of children that have done their work, and live on when all of them have
    read, hold = os.pipe()
    done, report = os.pipe()
    children = set()
    try:
        for _ in range(count):
            child = os.fork()
            if child == 0:
                try:
                    os.close(hold)
                    kept = work()  # until all are counted
                    os.write(report, b"!")
                    if os.read(read, 1):
                        os.write(report, b"?")
                finally:
                    os._exit(0)
            children.add(child)
    except OSError:
        pass
    told = 0
    while told < len(children):
        if select.select([done], [], [], 0.005)[0]:
            told += len(os.read(done, 1))
        children -= {{c for c in children if os.waitpid(c, os.WNOHANG)[0]}}
    os.write(hold, b"!" * len(children))
    os.close(hold)
    for child in children:
        os.waitpid(child, 0)
    os.close(report)
    return os.read(done, count + 1).count(b"?")

def fill():
    refused(lambda: open("/proc/self/oom_score_adj", "w").write("1000"))
    return b"x" * settings["fill"]

if crowd(settings["fills"], fill) == settings["fills"]: breaches["memory"] = True
if settings["forks"] and crowd(settings["forks"], bool) == settings["forks"]: breaches["forks"] = True
print(json.dumps(breaches))
"""
# too much of something that the box's init watches, and time for it to see that
OVERDRAWS = {
    "disk": "open('probe', 'wb').write(b'x' * {bytes})",
    "forks": "import os, signal\nfor _ in range({processes}):\n    if os.fork() == 0: signal.pause()",
}
LONG_ENOUGH = "\nimport time\ntime.sleep({seconds})"


def prove(sandbox: Sandbox) -> None:
    """Raise SandboxError if a wall does not stand."""
    if platform.machine() not in MACHINES:
        raise SandboxError(f"there is no filter of system calls for {platform.machine()}")
    hidden, column = sandbox.kind == "namespaces", MACHINES.index(platform.machine())
    summed = bool(sandbox.control_groups.parents)  # whether memory is limited in sum
    memory = 96 * MEBI if summed else 1024 * MEBI
    denied = tomllib.loads(Path(__file__).with_name("probed_calls.toml").read_text(encoding="utf-8"))
    limits = Limits(memory=memory, disk=MEBI, processes=12, cell_seconds=SECONDS, seconds=SECONDS)
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        settings = {
            "hidden": hidden,
            "paths": [str(path) for path in _secrets()],
            "folders": [] if hidden else ["/tmp", "/dev/shm", "/run", sandbox.folder, str(home())],
            "victim": "" if hidden else _victim(sandbox),
            "environment": [*INSIDE, "PWD"],
            "ipc": str(Path("/proc/self/ns/ipc").readlink()),
            "judge": os.getpid(),
            "calls": [
                (name, call[column], call[-1], getattr(errno, refusal))
                for refusal, calls in denied.items()
                for name, call in calls.items()
            ],
            "port": server.getsockname()[1],
            "fills": 3 if summed else 1,
            "fill": memory // 2 if summed else 2 * memory,
            "forks": 40 if hidden else 0,
        }
        breaches = _run(sandbox, limits, PROBE.format(settings=json.dumps(settings)))
    for name, source in OVERDRAWS.items():
        if name == "disk" or not hidden:
            source = source.format(bytes=2 * MEBI, processes=40)
            if not _ends_or_fails(
                sandbox, limits, source + ("" if hidden else LONG_ENOUGH.format(seconds=SECONDS))
            ):
                breaches[name] = ""
    open_walls = [sentence.format(breaches[name]) for name, sentence in BREACHES.items() if name in breaches]
    if open_walls:
        raise SandboxError(f"the sandbox does not hold on this machine: {'; '.join(open_walls)}")


def _victim(sandbox: Sandbox) -> str:
    """A file of the grader's that everybody may write, and nobody in a box."""
    path = Path(sandbox.folder, "victim")
    path.write_text("kept", encoding="ascii")
    path.chmod(0o666)
    return str(path)


def _run(sandbox: Sandbox, limits: Limits, probe: str) -> dict[str, str]:
    """Run the probe in a box. Returns its breaches: which attempts succeeded, and on what."""
    outputs = None
    try:
        outputs = run_in_box(sandbox, limits, probe)
        (output,) = outputs
        breaches: dict[str, str] = json.loads(output["text"])
    except (ChannelError, ValueError, KeyError, TypeError) as error:
        shown = f": {outputs[0].get('ename')} {outputs[0].get('evalue')}" if outputs else ""
        raise SandboxError(f"the sandbox's self-test did not finish ({error}{shown})") from None
    return breaches


def _ends_or_fails(sandbox: Sandbox, limits: Limits, source: str) -> bool:
    """Whether a cell ends in an error, or its box is ended."""
    try:
        outputs = run_in_box(sandbox, limits, source)
    except ChannelClosed:
        return True
    except ChannelError:
        return False
    return any(output["output_type"] == "error" for output in outputs)


def run_in_box(
    sandbox: Sandbox, limits: Limits, source: str, seconds: float = SECONDS
) -> list[dict[str, str]]:
    """The outputs of a cell in a box of its own. seconds: of processor time. Raises ChannelError."""
    with sandbox.box(limits) as box:
        send_message(box.orders, RunCell(source, seconds), seconds=SECONDS)
        outputs: list[dict[str, str]] = receive_message(box.answers, CellRan, seconds=SECONDS).outputs
    return outputs


def _secrets() -> list[Path]:
    """Paths that hold what a submission must not see."""
    package = Path(__file__).resolve().parent.parent
    # files, not folders: where a folder is masked, as in an installed package, it is there and empty
    answers = package.parent / "heinit_solutions" / "__init__.py"
    hidden = [package / "hidden_tests" / "grade.py", answers, Path("/etc/shadow")]
    return [*hidden, *(home() / name for name in (".ssh", ".bashrc", ".profile")), Path("/sys")]


def home() -> Path:
    """The home of the user who grades; a judge's own environment names none."""
    import pwd  # which Windows does not have, where the sandbox says what to do instead

    try:
        return Path(pwd.getpwuid(os.getuid()).pw_dir)
    except KeyError:  # in a container, a user may be a number alone
        return Path("/root")
