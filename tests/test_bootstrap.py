"""`./heinit` on a machine that has only Python: what it installs, when, and what it says where it cannot."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import autograder
from autograder.cli import VERBS
from tests.tools import system_tool

ROOT = Path(__file__).resolve().parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="the stand-in for uv is a script")

# A stand-in for uv that makes a real .venv, installs a `heinit` that tells its arguments, and
# writes down its arguments. While a file `hold` exists it waits; a file `fail` is its error. A shell
# starts it: the line `#!` takes no interpreter whose path holds a space.
UV = """\
#!/bin/sh
'''exec' '{python}' "$0" "$@"
' '''
import pathlib, subprocess, sys, time

here, arguments = pathlib.Path(__file__).parent, sys.argv[1:]
with open(here / "calls", "a") as file:
    print(*arguments, file=file)
while (here / "hold").exists():
    time.sleep(0.02)
if (here / "fail").exists():
    sys.exit((here / "fail").read_text())
if arguments[0] == "venv":
    subprocess.run([{python!r}, "-m", "venv", "--without-pip", arguments[-1]], check=True)
elif "-e" in arguments:
    python = pathlib.Path(arguments[arguments.index("--python") + 1])
    command = python.with_name("heinit")
    command.write_text("#!" + str(python) + chr(10) + {echo!r})
    command.chmod(0o755)
"""
ECHO = """\
import os, sys
print('ran', *sys.argv[1:], *(name for name in ('PYTHONPATH', 'PYTHONSTARTUP') if name in os.environ))
sys.exit(7 if 'seven' in sys.argv else 0)
"""


@dataclass
class Machine:
    """A fresh checkout, an empty home, and nothing on PATH but the system and a stand-in for uv."""

    base: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def checkout(self) -> Path:
        return self.base / "checkout"

    @property
    def tools(self) -> Path:
        return self.base / "tools"

    @property
    def calls(self) -> list[str]:
        """The installer's command lines so far, in order."""
        log = self.tools / "calls"
        return log.read_text().splitlines() if log.exists() else []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, str(self.checkout / "heinit"), *arguments],
            env=self.environment,
            cwd=self.base,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=900)
        assert "Traceback" not in err, err
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def hide(self, code: str) -> None:
        """Run this code at the start of every Python, to make it look like another one."""
        (self.tools / "sitecustomize.py").write_text(textwrap.dedent(code))
        self.environment["PYTHONPATH"] = str(self.tools)


# What `heinit` reads before the packages are there.
READ = (
    *("heinit", "autograder/cli.py", "pyproject.toml", "requirements.lock", "tests/requirements.lock"),
    *("notebooks/pyproject.toml", "notebooks/heinit_lab/__init__.py"),
)


def copy_read(target: Path) -> None:
    for name in READ:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)


def copy_tracked(target: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)


@pytest.fixture
def bare(tmp_path: Path) -> Machine:
    """A machine without uv, with what of the checkout `heinit` reads."""
    machine = Machine(tmp_path)
    copy_read(machine.checkout)
    machine.tools.mkdir()
    (tmp_path / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "UV_", "SSL_"))}
    kept |= {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    path = [d for d in os.get_exec_path() if not (Path(d) / "uv").exists()]
    machine.environment = {
        **kept,
        "HOME": str(tmp_path / "home"),
        "PATH": os.pathsep.join([str(machine.tools), *path]),
    }
    return machine


@pytest.fixture
def machine(bare: Machine) -> Machine:
    """A machine with the stand-in for uv."""
    uv = bare.tools / "uv"
    uv.write_text(UV.format(python=sys.executable, echo=ECHO))
    uv.chmod(0o755)
    return bare


def until(condition, *processes: subprocess.Popen[str]) -> None:
    """Wait for a state; a process that ends before it is a failure."""
    while not condition():
        for process in processes:
            assert process.poll() is None, process.communicate()
        time.sleep(0.02)


def sentence(result: subprocess.CompletedProcess[str]) -> str:
    """The one sentence on standard error."""
    assert result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if not line.endswith("a minute or two.")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("heinit: ")
    return lines[0]


def test_an_old_python_can_parse_it():
    ast.parse((ROOT / "heinit").read_text(), feature_version=(3, 7))
    assert "annotations" not in re.findall(r"from __future__ import (\w+)", (ROOT / "heinit").read_text())


def test_help_needs_no_installation_and_names_the_verbs_of_the_command(machine):
    result = machine.run("--help")
    assert result.returncode == 0
    verbs = dict(re.findall(r"^  (\w+) +(.+)$", result.stdout, re.MULTILINE))
    assert verbs == VERBS
    assert not (machine.checkout / ".venv").exists()
    assert machine.run().returncode == 2


def test_a_wrong_verb_installs_nothing_and_lists_the_verbs(machine):
    result = machine.run("lba")
    assert result.returncode == 2
    assert "'lba'" in sentence(result) and "lab, author" in sentence(result)
    assert machine.calls == []


def test_an_old_python_is_told_which_one_is_needed(machine):
    machine.hide("import sys; sys.version_info = (3, 8, 10, 'final', 0)")
    result = machine.run("lab")
    assert result.returncode == 1
    assert "3.11 or newer" in sentence(result) and "Python 3.8" in sentence(result)


@posix
def test_an_old_python_names_a_newer_one_that_is_there_with_the_line_to_type(machine):
    machine.hide("import sys; sys.version_info = (3, 8, 10, 'final', 0)")
    machine.environment["PATH"] = str(machine.tools)
    assert (
        f"Install a newer one, then run it by its name: python3.12 {machine.checkout}/heinit lab"
        in sentence(machine.run())
    )
    (machine.tools / "python3.13").symlink_to(sys.executable)
    error = sentence(machine.run("lab", "--port", "9"))
    assert error.endswith(f"run it by its name: python3.13 {machine.checkout}/heinit lab --port 9")


@posix
@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_is_told_the_line_that_installs_it(bare, module):
    bare.hide(f"import sys; sys.modules[{module!r}] = None")
    result = bare.run("lab")
    assert result.returncode == 1
    assert "`apt install python3-venv`" in sentence(result)
    assert not (bare.checkout / ".venv").exists()


@posix
def test_the_first_start_installs_by_hash_and_the_next_ones_install_nothing(machine):
    machine.environment |= {"PYTHONPATH": str(machine.tools), "PYTHONSTARTUP": "start.py"}  # not for .venv
    first = machine.run("lab", "--port", "9", "seven")
    assert (first.returncode, first.stdout) == (7, "ran lab --port 9 seven\n")
    packages, projects = machine.calls[1:]
    assert "--require-hashes --no-deps" in packages and packages.endswith("requirements.lock")
    assert "--no-deps --no-build-isolation" in projects
    again = machine.run("lab")
    assert (again.returncode, again.stdout, again.stderr) == (0, "ran lab\n", "")
    assert len(machine.calls) == 3


@posix
@pytest.mark.parametrize("verb", ["test", pytest.param("bench", marks=pytest.mark.full)])
def test_tests_and_benchmarks_add_their_own_packages_once(machine, verb):
    machine.run("lab")
    machine.run(verb)
    added = [line for line in machine.calls if line.endswith("tests/requirements.lock")]
    assert len(added) == 1
    count = len(machine.calls)
    assert machine.run("lab").stderr == machine.run(verb).stderr == ""
    assert len(machine.calls) == count


@posix
def test_a_changed_lock_is_installed_into_the_same_environment(machine):
    machine.run("lab")
    with (machine.checkout / "requirements.lock").open("a") as lock:
        lock.write("# another version\n")
    assert "packages have changed" in machine.run("lab").stderr
    assert [line.split()[0] for line in machine.calls] == ["venv", "pip", "pip", "pip", "pip"]


@posix
def test_an_installation_that_was_killed_is_made_again(machine):
    (machine.tools / "hold").touch()
    process = machine.start("lab")
    until(lambda: machine.calls, process)
    process.kill()
    process.communicate()
    (machine.tools / "hold").unlink()
    (machine.checkout / ".venv" / "half").touch()
    result = machine.run("lab")
    assert (result.returncode, result.stdout) == (0, "ran lab\n")
    assert not (machine.checkout / ".venv" / "half").exists()
    assert not (machine.checkout / ".venv.old").exists()


@posix
def test_one_that_was_stopped_ends_its_installer_and_says_how_to_go_on(machine):
    (machine.tools / "hold").touch()
    process = machine.start("lab")
    until(lambda: machine.calls, process)
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate()
    assert process.returncode == 130
    assert err.splitlines()[-1].startswith("heinit: stopped.")


@posix
def test_of_two_at_once_one_installs_and_the_other_waits(machine):
    (machine.tools / "hold").touch()
    first = machine.start("lab")
    until(lambda: machine.calls, first)
    second = machine.start("grade")
    assert "waiting" in second.stderr.readline()
    (machine.tools / "hold").unlink()
    assert (first.communicate()[0], second.communicate()[0]) == ("ran lab\n", "ran grade\n")
    assert len(machine.calls) == 3


@posix
def test_a_checkout_that_was_moved_is_installed_anew(machine):
    machine.run("lab")
    machine.checkout.rename(machine.base / "moved")
    (machine.base / "moved").rename(machine.checkout)
    assert machine.run("lab").stderr == ""
    other = Machine(machine.base / "elsewhere", machine.environment)
    other.base.mkdir()
    machine.checkout.rename(other.checkout)
    assert other.run("lab").stdout == "ran lab\n"
    assert len(machine.calls) == 6


@posix
def test_an_environment_whose_interpreter_is_gone_is_made_anew(machine):
    machine.run("lab")
    python = machine.checkout / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to(machine.base / "python3.10")
    assert machine.run("lab").stdout == "ran lab\n"
    assert len(machine.calls) == 6


@posix
def test_an_environment_that_somebody_made_by_hand_is_filled_and_not_thrown_away(machine):
    own = machine.checkout / ".venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(own)], check=True)
    (own / "theirs").touch()
    assert machine.run("lab").stdout == "ran lab\n"
    assert (own / "theirs").exists()


@posix
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("error: Failed to fetch: `x`\n  Caused by: dns error", "network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", "hash"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("error: nobody knows", "error: nobody knows"),
    ],
)
def test_an_installer_that_fails_is_one_sentence(machine, message, expected):
    (machine.tools / "fail").write_text(message)
    result = machine.run("lab")
    assert result.returncode == 1
    assert expected in sentence(result)
    (machine.tools / "fail").unlink()
    assert machine.run("lab").stdout == "ran lab\n"


@posix
def test_a_folder_that_cannot_be_written_is_one_sentence(machine):
    bwrap = system_tool("bwrap")
    folder = str(machine.checkout)
    walls = [bwrap, "--dev-bind", "/", "/", "--ro-bind", folder, folder]
    command = [*walls, sys.executable, f"{folder}/heinit", "lab"]
    result = subprocess.run(command, env=machine.environment, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert "Copy the course to a folder of your own" in sentence(result)


def really_installs(machine: Machine) -> None:
    """Install the packages for real, and see that the command and the lessons' package work."""
    copy_tracked(machine.checkout)
    result = machine.run("bench", "no-such-benchmark")
    if "network" in result.stderr and os.environ.get("HEINIT_NO_SKIP") != "1":
        pytest.skip(result.stderr.strip())
    assert result.returncode == 2, result.stderr
    assert "there is no benchmark called 'no-such-benchmark'" in result.stderr
    python = machine.checkout / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    code = "import heinit_lab, autograder, pytest; print(heinit_lab.__file__, autograder.__file__)"
    imported = subprocess.run(
        [python, "-c", code], capture_output=True, text=True, check=True, cwd=machine.base
    )
    assert imported.stdout.count(str(machine.checkout)) == 2


@pytest.mark.xdist_group("installs")
@pytest.mark.full  # it is what CI does before the tests
def test_with_pip_alone_everything_installs_from_the_locks(bare):
    """In CI without uv, the environment of this very run was made so, in a fresh clone a moment ago."""
    if os.environ.get("CI") == "true" and shutil.which("uv") is None:
        installed = json.loads((ROOT / ".venv" / "heinit.json").read_text(encoding="utf-8"))["installed"]
        for lock in ("requirements.lock", "tests/requirements.lock"):
            assert installed[lock] == hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()
        assert Path(str(autograder.__file__)).is_relative_to(ROOT)
    else:
        really_installs(bare)


@pytest.mark.xdist_group("installs")
def test_with_uv_everything_installs_from_the_locks(bare):
    uv = shutil.which("uv")
    if uv is None:
        pytest.skip("uv is not installed")
    (bare.tools / "uv").symlink_to(uv)
    really_installs(bare)
