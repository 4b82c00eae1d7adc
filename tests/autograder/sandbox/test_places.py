"""What a submission may see, and what becomes of the options that show it no more."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from autograder.sandbox import places
from autograder.sandbox.choice import open_sandbox
from autograder.sandbox.folder import LOCK, SandboxFolder
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import SandboxError
from autograder.solver.landlock import READ_FILE
from tests.tools import system_tool

DROP = """#!/bin/sh
for argument in "$@"; do
    shift
    if [ ${{skip:-0}} -gt 0 ]; then skip=$((skip - 1)); continue; fi
    case "$argument" in
        {cases}
        *) set -- "$@" "$argument" ;;
    esac
done
exec {bwrap} "$@"
"""
AGAIN = (
    "--unshare-user",
    "--unshare-net",
    "--unshare-pid",
    "--unshare-ipc",
    "--unshare-uts",
    "--new-session",
)
AGAIN += ("--clearenv", "--die-with-parent")
# options of bubblewrap's, each with the number of its arguments, and what the self-test says without them
OPTIONS: dict[str, tuple[dict[str, int], str]] = {
    "rights to make boxes": ({"--cap-add": 1}, "does not let it make namespaces"),
    "what is read-only": ({"--remount-ro": 1}, "could write to"),
    "a folder of its own": ({"--tmpfs": 1}, "does not"),
    # bubblewrap itself, the warm parent or init make these namespaces again; the environment is ours before
    # bubblewrap clears it; the judge ends the warm parent in order
    "what another wall holds": (dict.fromkeys(AGAIN, 0), ""),
}


@pytest.mark.parametrize("what", OPTIONS)
def test_without_an_option_of_bubblewrap_another_wall_holds_or_nothing_is_graded(what, monkeypatch):
    bwrap = system_tool("bwrap")
    dropped, says = OPTIONS[what]
    cases = "\n".join(f"{option}) skip={arguments} ;;" for option, arguments in dropped.items())
    with tempfile.TemporaryDirectory() as folder:  # bubblewrap is started by another user
        wrapper = Path(folder, "bwrap")
        wrapper.write_text(DROP.format(cases=cases, bwrap=bwrap))
        for path in (wrapper.parent, wrapper):
            path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
        if says:
            with pytest.raises(SandboxError, match=says):
                open_sandbox(Limits(), "namespaces")
        else:
            open_sandbox(Limits(), "namespaces").close()


def test_landlock_opens_no_way_to_what_is_secret_and_every_way_to_its_neighbours(tmp_path, monkeypatch):
    for path in (
        "lib/site/numpy/core.py",
        "lib/site/grader/hidden/checks.py",
        "lib/site/grader/solver/work.py",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "lib64").symlink_to("lib")
    secret, own = tmp_path / "lib/site/grader", tmp_path / "lib/site/grader/solver"
    monkeypatch.setattr(places, "own", lambda: [(str(own), "/course/solver")])
    monkeypatch.setattr(places, "binds", lambda: [(str(tmp_path), str(tmp_path)), *places.own()])
    monkeypatch.setattr(places, "masks", lambda visible: [str(secret)])
    opened = [Path(place) for place, rights in places.landlock_places("/nowhere") if rights & READ_FILE]
    assert [path for path in opened if (secret / "hidden/checks.py").is_relative_to(path.resolve())] == []
    for neighbour in (tmp_path / "lib/site/numpy/core.py", own / "work.py"):
        assert any(neighbour.is_relative_to(path) for path in opened)


def test_the_folder_of_a_killed_judge_is_swept_and_that_of_a_living_one_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living, killed = SandboxFolder(), SandboxFolder()
    os.close(killed._lock)  # as the kernel does for a process that ends
    third = SandboxFolder()
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(f.path.name for f in (living, third))
    assert (living.path / LOCK).exists()
    for folder in (living, third):
        folder.remove()
    assert list(tmp_path.iterdir()) == []
