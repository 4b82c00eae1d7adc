"""In a container that forbids namespaces, submissions are graded behind Landlock, with the same scores."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.lessons import lessons
from tests.autograder.classroom import hand_in, mistaken, run, solved
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("container")

# user namespaces can be made no more: as in a container of Docker's, or of a hub
CONTAINER = ["--unshare-user", "--disable-userns", "--bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
ATTACKS = (
    "memory-by-forks",
    "fork-bomb",
    "left-process",
    "signal-others",
    "read-neighbour",
    "network",
    "disk",
)


CLASS = lessons()


def contained(*command: str, cwd: Path) -> Any:
    """Run a command of ours in such a container."""
    bwrap = system_tool("bwrap")
    start = "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])"  # finds our commands as `run` does
    return run("python", "-c", start, bwrap, *CONTAINER, *command, cwd=cwd)


def graded(done: Any) -> dict[tuple[str, str], dict[str, Any]]:
    assert done.returncode == 0, done.stderr[-2000:]
    results = map(json.loads, done.stdout.splitlines())
    return {(result["student"], result["lesson"]): result for result in results}


@pytest.mark.full
def test_a_class_gets_the_scores_of_the_other_wall_cell_for_cell(tmp_path: Path, released_course: Path):
    courses = [tmp_path / "one", tmp_path / "other"]
    for course in courses:
        shutil.copytree(released_course, course)
        for lesson in CLASS:
            hand_in(course, "right", lesson, solved(lesson))
            hand_in(course, "wrong", lesson, mistaken(lesson, 1)[0])
    here = graded(run("heinit", "grade", ".", "--json", "--wall", "namespaces", cwd=courses[0]))
    done = contained("heinit", "grade", ".", "--json", cwd=courses[1])
    assert done.stderr.count("The sandbox is of the kind landlock.") == 1
    there = graded(done)
    assert {result["wall"] for result in there.values()} == {"landlock"}
    assert {result["wall"] for result in here.values()} == {"namespaces"}
    assert len(here) == 2 * len(CLASS)
    assert {who: result["cells"] for who, result in there.items()} == {
        who: result["cells"] for who, result in here.items()
    }
    receipt = contained("heinit", "receipt", ".", "right", lessons()[0].name, cwd=courses[1])
    assert "sandbox: landlock" in receipt.stdout


@pytest.mark.full
def test_attacks_are_held_there(tmp_path: Path):
    cases = [word for name in ATTACKS for word in ("--case", name)]
    done = contained("heinit", "attack", *cases, cwd=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(ATTACKS)} of {len(ATTACKS)} attacks were held" in done.stderr


@pytest.mark.full
def test_a_wall_that_is_demanded_and_does_not_stand_is_an_error(tmp_path: Path, released_course: Path):
    course = tmp_path / "course"
    shutil.copytree(released_course, course)
    hand_in(course, "right", lessons()[0], solved(lessons()[0]))
    done = contained("heinit", "grade", ".", "--wall", "namespaces", cwd=course)
    assert done.returncode != 0
    assert "nothing is graded. bubblewrap is installed, but this container" in done.stderr
    assert not list((course / "autograded").glob("*/*/*.ipynb"))
