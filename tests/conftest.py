"""Fixtures for all tests."""

from __future__ import annotations

import gc
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from autograder.course import make_course
from autograder.lessons import lessons
from autograder.site import execute
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.exercises import EXERCISES
from tests.tools import FULL

# What takes longest comes first, so that no worker is left with it at the end.
LONGEST = (
    "tests/browser/test_live",
    "tests/autograder/attacks/test_attacks.py::test_a_class",
    *("tests/test_wheels", "tests/browser/test_hub", "tests/browser/test_site", "tests/browser"),
    *("tests/test_house", "tests/test_contributing"),
    *("tests/autograder/grading", "tests/autograder/watch", "tests/autograder/repair"),
    *("tests/autograder/sandbox", "tests/autograder/test_course", "tests/autograder/judge"),
    *("tests/autograder", "tests/heinit_lab"),
)
# What the named mistakes of these draw is drawn once a worker, and takes seconds: one worker has all tests.
DRAWN = {name for name, exercise in EXERCISES.items() if isinstance(exercise.check, DrawPlan)}
ROOT = Path(__file__).resolve().parents[1]
# in place of `execute.RECORD`
IN_KERNEL = """
import sys
sys.path.insert(0, {root!r})
from tests import lesson_kernel
lesson_kernel.record({notes!r}, {few!r})
"""
Once = Callable[[str, Callable[[Path], object]], Path]

# What a shell starts in the background ignores Ctrl+C, and would hand that on to the programs under test.
signal.signal(signal.SIGINT, signal.default_int_handler)
# How long a test takes says how busy the machine is.
settings.register_profile("heinit", deadline=None, max_examples=100 if FULL else 40)
settings.load_profile("heinit")


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist looks for the groups
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not FULL and (full := [item for item in items if item.get_closest_marker("full")]):
        config.hook.pytest_deselected(items=full)
        items[:] = [item for item in items if item not in full]

    def place(item: pytest.Item) -> int:
        return next((i for i, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))

    items.sort(key=place)
    for item in items:
        given = item.callspec.params if hasattr(item, "callspec") else {}
        drawn = {given.get("name"), given.get("exercise")} & DRAWN
        if item.get_closest_marker("xdist_group") is None:
            # else what the tests of a file share would be made in each worker
            item.add_marker(pytest.mark.xdist_group(drawn.pop() if drawn else str(item.path)))


def pytest_collection_finish() -> None:
    """What is imported by now stays: it need not be looked through at every collection of garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """`once("course", fill)`: a folder that is filled once in a run, by whichever worker needs it first.

    The folder is for all workers: copy what a test changes.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def folder(name: str, fill: Callable[[Path], object]) -> Path:
        place, filled = shared / name, shared / f"{name}.filled"
        with FileLock(shared / f"{name}.lock"):
            if not filled.exists():
                shutil.rmtree(place, ignore_errors=True)
                place.mkdir()
                fill(place)
                filled.touch()
        return place

    return folder


@pytest.fixture(scope="session")
def released_course(once: Once) -> Path:
    """A course directory, as made: copy it before you grade in it."""
    return once("course", lambda folder: make_course(folder / "he101")) / "he101"


@pytest.fixture(scope="session")
def lesson_runs(once: Once) -> Path:
    """The solved lessons, run once: what `build_site` keeps, and a file of notes on each lesson's figures."""

    def fill(folder: Path) -> None:
        with pytest.MonkeyPatch.context() as patched:
            record = IN_KERNEL.format(root=str(ROOT), notes=str(folder), few=not FULL)
            patched.setattr(execute, "RECORD", record)
            execute.executed(lessons(), folder, lambda *_: None)

    return once("lesson-runs", fill)
