"""A sandbox that does not start says why, and gives the advice that belongs to the cause."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.diagnosis import (
    IN_A_CONTAINER,
    NO_SANDBOX,
    NOT_INSTALLED,
    NOT_LINUX,
    SETTINGS,
    WAYS,
    Machine,
    container,
    diagnosis,
    landlock_missing,
    last_line,
    no_sandbox,
    this_machine,
)
from autograder.sandbox.sandbox import Sandbox, SandboxError
from tests.tools import system_tool

PACKAGES = "into one virtual environment"
NAMESPACES = "does not let it make namespaces"
CAUSES = {
    "bwrap: execvp /usr/local/python3: No such file or directory": PACKAGES,
    "bwrap: Can't find source path /usr/local/course: Permission denied": PACKAGES,
    "ModuleNotFoundError: No module named 'numpy'": PACKAGES,
    "ImportError: libopenblas.so.0: cannot open shared object file: No such file or directory": PACKAGES,
    "python3: error while loading shared libraries: libpython3.12.so.1.0: cannot open": PACKAGES,
    "ModuleNotFoundError: No module named 'encodings'": PACKAGES,
    "PermissionError: [Errno 13] Permission denied: '/usr/local/numpy/__init__.py'": PACKAGES,
    "bwrap: No permissions to create new namespace, likely because the kernel does not allow": NAMESPACES,
    "bwrap: Creating new namespace failed: Operation not permitted": NAMESPACES,
    "bwrap: Creating new namespace failed: nesting depth or max_*_namespaces exceeded (ENOSPC)": NAMESPACES,
    "bwrap: setting up uid map: Permission denied": NAMESPACES,
    "bwrap: loopback: Failed RTM_NEWADDR: Operation not permitted": NAMESPACES,
    "bwrap: Can't mount proc on /newroot/proc: Operation not permitted": NAMESPACES,
    "PermissionError: [Errno 1] unshare": NAMESPACES,
    "OSError: [Errno 1] unshare: Operation not permitted": NAMESPACES,
    "bwrap: Unknown option --cap-add": "does not start (bwrap: Unknown option --cap-add)",
    "": "gave no reason",
}


MISSING = [  # machines, and what their sandbox of Landlock lacks
    (Machine(), ""),
    (Machine(container="container"), ""),
    (Machine(landlock=errno.ENOSYS, kernel=(5, 10)), "came with Linux 5.13"),
    (Machine(landlock=errno.ENOSYS, kernel=(5, 10), container="kubernetes"), "came with Linux 5.13"),
    (Machine(landlock=errno.ENOSYS), "CONFIG_SECURITY_LANDLOCK"),
    (Machine(landlock=errno.ENOSYS, container="container"), "Update the container engine"),
    (Machine(landlock=errno.EPERM, container="kubernetes"), "Update the container engine"),
    (Machine(landlock=errno.EPERM), "a filter has to allow landlock_create_ruleset"),
    (Machine(landlock=errno.EOPNOTSUPP), "administrator of this machine adds landlock to"),
    (Machine(landlock=errno.EOPNOTSUPP, container="container"), "administrator of the container's host"),
    (Machine(seccomp=False), "no filters of system calls (seccomp)"),
    (Machine(processor="riscv64"), "for this processor (riscv64)"),
    (Machine("darwin"), "This is macOS"),
    (Machine("win32"), "WSL 2"),
    (Machine("freebsd14"), NOT_LINUX),
]
FORBIDDEN = "bwrap: setting up uid map: Permission denied"
CONTAINERS = {  # what lies in a machine's root, or stands in the environment, and the kind of container
    (".dockerenv", "", ""): "container",
    ("run/.containerenv", "", ""): "container",
    ("proc/1/cgroup", "0::/system.slice/docker-0123.scope", ""): "container",
    ("proc/1/cgroup", "11:memory:/kubepods/besteffort/pod0123", ""): "kubernetes",
    ("proc/1/cgroup", "0::/init.scope", ""): "",
    ("proc/1/environ", "HOME=/root\0container=podman\0", ""): "container",
    ("proc/1/environ", "HOME=/root\0", ""): "",
    (".dockerenv", "", "KUBERNETES_SERVICE_HOST"): "kubernetes",
    ("etc/hostname", "", "container"): "container",
}


def test_each_cause_has_its_own_advice_and_only_a_missing_bubblewrap_is_to_be_installed():
    for line, advice in CAUSES.items():
        sentences = diagnosis(line, ["/usr", "/usr/local"], Machine())
        assert advice in sentences
        assert line.rstrip(".") in sentences
        assert "apt install" not in sentences
        assert (PACKAGES in sentences) + (NAMESPACES in sentences) <= 1


def test_what_forbids_namespaces_is_named_with_what_allows_them_and_a_container_with_its_own_lines():
    for name, (value, way) in SETTINGS.items():
        sentences = diagnosis(FORBIDDEN, [], Machine(settings={name: value}))
        assert way in sentences
        assert "container" not in sentences
        other = diagnosis(FORBIDDEN, [], Machine(settings={name: str(1 - int(value))}))
        assert way not in other
        assert name in other  # to ask an administrator about
    for kind, lines in IN_A_CONTAINER.items():
        assert lines in diagnosis(FORBIDDEN, [], Machine(container=kind, landlock=errno.ENOSYS))
        assert "--wall landlock" not in diagnosis(
            FORBIDDEN, [], Machine(container=kind, landlock=errno.ENOSYS)
        )
        assert "None are needed with --wall landlock" in diagnosis(FORBIDDEN, [], Machine(container=kind))
        way = diagnosis(FORBIDDEN, [], Machine(container=kind, settings={"user.max_user_namespaces": "0"}))
        assert lines in way
        assert "sysctl user.max_user_namespaces" in way


def test_what_landlock_lacks_is_named_with_how_to_get_it():
    for machine, advice in MISSING:
        sentences = landlock_missing(machine)
        assert advice in sentences, machine
        assert bool(advice) == bool(sentences)


def test_a_container_is_known_by_what_engines_leave_there(tmp_path: Path):
    for i, ((mark, text, variable), kind) in enumerate(CONTAINERS.items()):
        root = tmp_path / str(i)
        (root / mark).parent.mkdir(parents=True)
        (root / mark).write_text(text)
        assert container(root, {variable: "x"} if variable else {}) == kind, mark


def test_a_machine_is_what_its_files_say(tmp_path: Path):
    for name, (value, _) in SETTINGS.items():
        place = tmp_path / "proc/sys" / name.replace(".", "/")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(f"{value}\n")
    machine = this_machine(tmp_path, {})
    assert machine.settings == {name: value for name, (value, _) in SETTINGS.items()}
    assert not machine.seccomp
    assert this_machine().kernel > (2, 6)


def test_where_nothing_stands_each_reason_is_given_once_and_unsandboxed_is_the_last_word():
    reason = WAYS["darwin"]
    assert no_sandbox({"namespaces": reason, "landlock": reason}).count("macOS") == 1
    sentences = no_sandbox({"namespaces": NOT_INSTALLED, "landlock": "this kernel is old."})
    assert "namespaces: bubblewrap is not installed" in sentences
    assert "landlock: this kernel is old. To run" in sentences
    assert ".." not in sentences
    assert sentences.endswith(NO_SANDBOX.rpartition("}")[2])
    assert sentences.endswith("--unsandboxed.")


def test_packages_that_lie_where_the_sandbox_does_not_look_are_not_a_missing_bubblewrap(monkeypatch):
    system_tool("bwrap")
    binds = bubblewrap.binds
    monkeypatch.setattr(bubblewrap, "binds", lambda: [b for b in binds() if b[1] != "/course/solver"])
    with pytest.raises(SandboxError, match=f"bubblewrap works.*solver.*{PACKAGES}"):
        Sandbox()


def test_without_what_windows_lacks_the_grader_says_what_to_do_and_leaves_nothing(tmp_path):
    program = f"""
import sys, tempfile
tempfile.tempdir = {str(tmp_path)!r}
sys.modules |= dict.fromkeys(("pwd", "grp", "fcntl", "resource", "termios"))
from autograder.sandbox.choice import open_sandbox
from autograder.sandbox.limits import Limits
sys.platform = "win32"
open_sandbox(Limits())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "SandboxError" in done.stderr, done.stderr
    assert WAYS["win32"] in done.stderr, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_last_line_of_errors_is_what_is_diagnosed():
    assert last_line(b"Traceback\n  File\nOSError: no\xff\n\n") == "OSError: no\ufffd"
    assert last_line(b"") == ""
