"""The sandbox: its walls, its limits, and what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.sandbox import cgroups, selftest
from autograder.sandbox.choice import open_sandbox
from autograder.sandbox.kinds import KINDS
from autograder.sandbox.limits import Limits
from autograder.sandbox.places import masks
from autograder.sandbox.sandbox import Box, Sandbox, SandboxError
from autograder.sandbox.selftest import prove
from autograder.solver import landlock
from autograder.solver.channel import ChannelClosed, receive, send
from autograder.solver.init import libc
from autograder.solver.messages import CellRan, RunCell, from_wire, to_wire
from tests.tools import missing, system_tool

pytestmark = pytest.mark.xdist_group("sandbox")

SECONDS = 120.0


def there_is(kind: str) -> None:
    """Skip where this machine lacks what this kind of sandbox is made of."""
    if kind == "namespaces":
        system_tool("bwrap")
    else:
        try:
            landlock.version(libc)
        except OSError:
            missing("this kernel has no Landlock (a Linux of 5.13 or newer has it)")


@pytest.fixture(scope="module", params=KINDS)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    there_is(request.param)
    sandbox = Sandbox(kind=request.param)
    yield sandbox
    sandbox.close()


def run(box: Box, source: str) -> str:
    """What a cell prints, or the name of the error that it ends in."""
    send(box.orders, to_wire(RunCell(source, SECONDS)))
    outputs = from_wire(receive(box.answers, seconds=SECONDS), CellRan).outputs
    return "".join(output.get("text") or output.get("ename") or "" for output in outputs)


def test_every_wall_stands_on_this_machine(sandbox):
    prove(sandbox)


NAMED = {
    "files": "could read /",
    "attributes": "could change files of others",
    "root": "could write to",
    "environment": "the grader's environment",
    "network": "could reach the network",
    "loopback": "could connect to itself",
    "descriptors": "could send descriptors to the judge",
    "processes": "could signal processes outside",
    "ipc": "could use the shared memory of others",
    "rights": "would have rights of its own",
    "mounts": "could write more than it may",
    "calls": "could use system calls",
}
SEVERAL = "root environment descriptors ipc network loopback mounts calls"


@pytest.mark.parametrize(
    ("kind", "walls", "named"),
    [
        ("namespaces", SEVERAL, SEVERAL),
        ("namespaces", "processes", "processes"),
        ("namespaces", "rights", "rights"),
        (
            "landlock",
            "environment descriptors rights calls",
            "environment descriptors rights calls attributes",
        ),
        ("landlock", "files", "files root"),
    ],
)
def test_the_self_test_names_the_walls_that_are_missing(kind, walls, named):
    there_is(kind)
    sandbox = Sandbox(kind=kind, without=walls.split())
    try:
        with pytest.raises(SandboxError) as found:
            prove(sandbox)
    finally:
        sandbox.close()
    sentence = str(found.value)
    assert {wall for wall, text in NAMED.items() if text in sentence} == set(named.split()), sentence


def test_the_self_test_names_a_file_that_could_be_read(sandbox, monkeypatch):
    monkeypatch.setattr(selftest, "_secrets", lambda: [Path("/usr")])
    with pytest.raises(SandboxError, match="could read /usr"):
        prove(sandbox)


def test_the_self_test_looks_for_answers_and_hidden_tests_that_exist():
    package = Path(selftest.__file__).resolve().parents[1]
    secrets = [path for path in selftest._secrets() if path.is_relative_to(package.parent)]
    assert len(secrets) >= 2
    assert all(path.is_file() for path in secrets)


def test_a_submission_has_empty_streams_a_socket_and_a_pipe(sandbox):
    source = """
import contextlib, os, stat
for fd in range(64):
    with contextlib.suppress(OSError):
        status = os.fstat(fd)
        null = os.path.samestat(status, os.stat("/dev/null"))
        print(fd, "null" if null else stat.filemode(status.st_mode)[0])
"""
    with sandbox.box() as box:
        seen = dict(line.split() for line in run(box, source).splitlines())
    assert [seen.pop(stream) for stream in "012"] == ["null"] * 3
    assert sorted(seen.values()) == ["p", "s"]


def test_init_shows_nothing_of_itself(sandbox):
    source = """
import os
for part in ("environ", "mem", "maps", "fd", "root", "cwd", "ns"):
    path = f"/proc/1/{part}"
    try:
        os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(1)
        print(part)
    except OSError:
        pass
"""
    with sandbox.box() as box:
        assert run(box, source) == ""


def test_a_submission_sees_no_environment_but_the_sandbox_s(sandbox, monkeypatch):
    with sandbox.box() as box:
        seen = run(box, "import os\nprint(*sorted(os.environ))").split()
    assert not [name for name in seen if "HEINIT" in name or "TOKEN" in name or "USER" in name]


def test_limits_that_the_kernel_keeps_are_the_submission_s(sandbox):
    source = """
import os, resource, socket
try:
    kept = [socket.socketpair() for _ in range(1000)]
except OSError: print("descriptors")
print(resource.getrlimit(resource.RLIMIT_CORE)[1])
try:
    resource.setrlimit(resource.RLIMIT_NOFILE, (100_000, 100_000))
except (OSError, ValueError): print("kept")
"""
    with sandbox.box() as box:
        assert run(box, source).split() == ["descriptors", "0", "kept"]


def test_a_submission_has_so_many_files_and_no_more(sandbox):
    source = """
import os, signal
try:
    for i in range(10_000): os.close(os.open(f"f{i}", os.O_CREAT | os.O_WRONLY))
except OSError: print("no more")
"""
    if sandbox.kind == "namespaces":
        with sandbox.box() as box:
            assert run(box, source) == "no more\n"
    else:  # init sees it a moment later, and ends the box
        with sandbox.box() as box, pytest.raises(ChannelClosed):
            run(box, f"{source}\nsignal.pause()")


def test_closing_a_box_ends_every_process_in_it(sandbox):
    alone = len(_processes(sandbox))
    box = sandbox.box()
    run(
        box,
        "import os, signal\nfor _ in range(5):\n    if os.fork() == 0:\n        os.setsid(); signal.pause()",
    )
    assert len(_processes(sandbox)) > alone + 5
    box.close()
    until = time.monotonic() + 60  # /proc forgets an ended process a moment later
    while len(_processes(sandbox)) > alone and time.monotonic() < until:
        time.sleep(0.005)
    assert len(_processes(sandbox)) == alone


def _processes(sandbox: Sandbox) -> list[Path]:
    return [path for path in Path("/proc").glob("[0-9]*/cmdline") if _ours(path, sandbox)]


def _ours(cmdline: Path, sandbox: Sandbox) -> bool:
    try:
        return (
            b"solver.zygote" in cmdline.read_bytes()
            and b"bwrap" not in cmdline.read_bytes()
            and _above(int(cmdline.parent.name), sandbox._process.pid)
        )
    except OSError:
        return False


def _above(pid: int, ancestor: int) -> bool:
    while pid > 1:
        if pid == ancestor:
            return True
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return False


def test_boxes_leave_no_descriptor_process_or_group(sandbox):
    with sandbox.box() as box:
        run(box, "1")
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(30):
        with sandbox.box() as box:
            run(box, "1")
    assert len(list(Path("/proc/self/fd").iterdir())) <= before
    assert list(cgroups.CGROUPS.glob(f"*/heinit-{os.getpid()}-*")) == []


def test_a_box_that_cannot_be_made_says_why(sandbox):
    if sandbox.kind != "namespaces":
        return  # which alone give a box a disk of its own
    with pytest.raises(SandboxError, match=r"could not make a box.*mount"):
        sandbox.box(Limits(disk=-1))
    with sandbox.box() as box:  # the next one can
        assert run(box, "print(1)") == "1\n"


def test_a_warm_parent_that_has_ended_is_named():
    system_tool("bwrap")
    sandbox = Sandbox()
    sandbox._process.kill()
    sandbox._process.wait()
    with pytest.raises(SandboxError, match="could not make a box"):
        sandbox.box()
    sandbox.close()


def test_without_bubblewrap_a_sentence_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SandboxError, match=r"nothing is graded.*apt install bubblewrap.*--unsandboxed"):
        open_sandbox(Limits(), "namespaces")


def test_packages_in_a_folder_that_is_bound_are_masked():
    checkout = Path(cgroups.__file__).resolve().parents[2]
    masked = masks([(str(checkout), str(checkout))])
    assert str(checkout / "autograder") in masked
    assert str(checkout / "heinit_solutions") in masked
    assert masks([("/usr", "/usr")]) == []


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root can become somebody else")
def test_an_ordinary_user_has_the_same_walls(tmp_path):
    system_tool("bwrap")
    probe = "from autograder.sandbox.sandbox import Sandbox\nfrom autograder.sandbox.selftest import prove\n"
    probe += "s = Sandbox()\nprove(s)\nprint(len(s.control_groups.parents))\ns.close()"
    env = {
        **os.environ,
        "HOME": str(tmp_path),
        "MPLCONFIGDIR": str(tmp_path),
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    tmp_path.chmod(0o777)
    done = (
        subprocess.run(
            [sys.executable, "-c", probe],
            env=env,
            cwd="/",
            user=12345,
            group=12345,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        if _readable(Path(sys.executable))
        else None
    )
    if done is None:
        pytest.skip("the interpreter or the checkout lies where only root may look")
    assert done.stdout == "0\n", done.stderr


ALLOCATE = """
import os

full, go = os.pipe(), os.pipe()
children = []
for _ in range({count}):
    children.append(os.fork())
    if children[-1] == 0:
        os.close(go[1])
        kept = b"x" * (100 * 2**20)
        os.write(full[1], b"f")
        os.read(go[0], 1)
        os._exit(0)
if {count} < 10:
    for _ in children:
        os.read(full[0], 1)
    os.close(go[1])
    print([os.waitpid(child, 0)[1] for child in children])
else:
    print([os.wait()[1]])
"""


KERNEL_MEMORY = """
import ctypes, multiprocessing, resource, socket
libc = ctypes.CDLL(None, use_errno=True)
attempts = (libc.msgget, 0, 0o600), (libc.semget, 0, 1, 0o600), (libc.shmget, 0, 4096, 0o600)
attempts += (libc.memfd_create, b"x", 0), (libc.vmsplice, 1, None, 0, 0), (libc.inotify_init1, 0)
one, other = socket.socketpair()
attempts += (libc.bind, one.fileno(), None, 0), (libc.listen, one.fileno(), 1)
attempts += ((libc.setsockopt, one.fileno(), socket.SOL_SOCKET, socket.SO_SNDBUF, None, 0),)
print([name.__name__ for name, *arguments in attempts if name(*arguments) != -1])
print(resource.getrlimit(resource.RLIMIT_NOFILE)[1])
one.sendall(b"x")
with multiprocessing.Pool(2) as pool: print(sum(pool.map(abs, [1, -2])))
"""


def test_where_no_control_group_limits_it_the_memory_of_all_processes_is_watched_and_the_kernel_s_denied(
    monkeypatch,
):
    system_tool("bwrap")
    monkeypatch.setattr(cgroups, "_unified", lambda root: {})
    monkeypatch.setattr(cgroups, "_older", lambda root: {})
    sandbox = Sandbox(Limits(memory=1024 * 2**20))  # each process stays far below what one may have
    try:
        prove(sandbox)
        with sandbox.box() as box:
            assert run(box, KERNEL_MEMORY).split() == ["[]", "64", "3"]
            assert json.loads(run(box, ALLOCATE.format(count=4))) == [0] * 4
        with sandbox.box() as box:  # nobody tells these to go on: one ends since it is ended
            assert json.loads(run(box, ALLOCATE.format(count=12))) == [signal.SIGKILL]
    finally:
        sandbox.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's own processes have no limit of the kernel's")
def test_where_nothing_else_counts_them_the_processes_of_a_box_are_watched(monkeypatch):
    there_is("landlock")
    monkeypatch.setattr(cgroups, "_unified", lambda root: {})
    monkeypatch.setattr(cgroups, "_older", lambda root: {})
    sandbox = Sandbox(Limits(processes=12), "landlock", without=["user"])
    try:
        with sandbox.box() as box, pytest.raises(ChannelClosed):
            run(
                box,
                "import os, time\nfor _ in range(40):\n    if os.fork() == 0: time.sleep(60)\ntime.sleep(60)",
            )
    finally:
        sandbox.close()


def _readable(executable: Path) -> bool:
    paths = [executable, executable.resolve(), Path(__file__).resolve()]
    return all(parent.stat().st_mode & 0o005 == 0o005 for path in paths for parent in path.parents)


def test_a_solver_that_ends_is_a_closed_line(sandbox):
    with sandbox.box() as box, pytest.raises(ChannelClosed):
        run(box, "import os\nos._exit(0)")


def test_the_output_of_a_box_is_data(sandbox):
    with sandbox.box() as box:
        assert json.loads(run(box, "print('{\"a\": 1}')")) == {"a": 1}
