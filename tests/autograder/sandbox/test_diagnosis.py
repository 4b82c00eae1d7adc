"""A sandbox that does not start says why, and gives the advice that belongs to the cause."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.sandbox import bubblewrap
from autograder.sandbox.diagnosis import SETTINGS, diagnosis, last_line
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


def test_each_cause_has_its_own_advice_and_only_a_missing_bubblewrap_is_to_be_installed(tmp_path: Path):
    for line, advice in CAUSES.items():
        sentences = diagnosis(line, ["/usr", "/usr/local"], settings=tmp_path)
        assert advice in sentences
        assert line.rstrip(".") in sentences
        assert "apt install" not in sentences
        assert (PACKAGES in sentences) + (NAMESPACES in sentences) <= 1


def test_a_setting_that_forbids_namespaces_is_named_with_what_allows_them(tmp_path: Path):
    line = "bwrap: setting up uid map: Permission denied"
    assert "Docker" in diagnosis(line, [], settings=tmp_path)
    for name, (value, way) in SETTINGS.items():
        place = tmp_path / name.replace(".", "/")
        place.parent.mkdir(exist_ok=True)
        place.write_text(f"{value}\n")
        sentences = diagnosis(line, [], settings=tmp_path)
        assert way in sentences
        assert "Docker" not in sentences
        place.write_text(f"{1 - int(value)}\n")


def test_packages_that_lie_where_the_sandbox_does_not_look_are_not_a_missing_bubblewrap(monkeypatch):
    system_tool("bwrap", "apt install bubblewrap")
    binds = bubblewrap.binds
    monkeypatch.setattr(bubblewrap, "binds", lambda: [b for b in binds() if b[1] != "/course/solver"])
    with pytest.raises(SandboxError, match=f"bubblewrap works.*solver.*{PACKAGES}"):
        Sandbox()


def test_the_last_line_of_errors_is_what_is_diagnosed():
    assert last_line(b"Traceback\n  File\nOSError: no\xff\n\n") == "OSError: no\ufffd"
    assert last_line(b"") == ""
