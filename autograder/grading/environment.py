"""What decides a score besides the submission: the code of the course, and what it runs on."""

from __future__ import annotations

import hashlib
import importlib.metadata
import platform
from functools import cache
from pathlib import Path

import autograder
import heinit_lab
import heinit_solutions

# what of the autograder decides a score; the rest reads and shows
FOLDERS = ("grading", "hidden_tests", "judge", "repair", "sandbox", "solver")
MODULES = ("submissions.py",)
PACKAGES = ("numpy", "matplotlib", "ipython", "nbformat", "nbgrader")


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that students' code and checks run on."""
    found = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **found}


@cache
def environment_hash() -> str:
    """A hash of the code that grades, answers and checks included, and of `versions`.

    Two machines grade alike where theirs are equal.
    """
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for package in (autograder, heinit_lab, heinit_solutions):
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            place = file.relative_to(folder)
            if package is autograder and place.parts[0] not in FOLDERS + MODULES:
                continue
            digest.update(f"{package.__name__}/{place.as_posix()}\0".encode() + file.read_bytes())
    return digest.hexdigest()


def checks_hash(source: Path) -> str:
    """A hash of the instructor's version of a lesson: its text, checks and points."""
    return hashlib.sha256(source.read_bytes() if source.is_file() else b"").hexdigest()
