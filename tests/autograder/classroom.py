"""A course to test with, and submissions to put into it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.lessons import Lesson
from autograder.lessons.canonical import text
from autograder.lessons.compose import solution_function, solve
from heinit_lab.exercises import EXERCISES


def released(lesson: Lesson) -> NotebookNode:
    return nbformat.v4.reads(lesson.path.read_text(encoding="utf-8"))  # which validates nothing again


def solved(lesson: Lesson) -> NotebookNode:
    return solve(released(lesson), lesson.solutions)


def mistaken(lesson: Lesson, k: int) -> tuple[NotebookNode, dict[str, str]]:
    """A notebook that makes the k-th named mistake in every exercise that has one; their names."""
    notebook, names = solved(lesson), {}
    for cell in notebook.cells:
        name = solution_function(cell)
        if name is not None and k < len(EXERCISES[name].misconceptions):
            names[name] = EXERCISES[name].misconceptions[k].name
            cell.source = (
                "from heinit_lab.exercises import EXERCISES\n"
                f"{name} = EXERCISES[{name!r}].misconceptions[{k}].wrong[0]"
            )
    return notebook, names


def hand_in(root: Path, student: str, lesson: Lesson, content: NotebookNode | str | bytes) -> Path:
    """Put a submission into a course directory, as a collected one would lie there."""
    path = root / "submitted" / student / lesson.name / f"{lesson.name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else text(content), encoding="utf-8")
    return path


def run(*command: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the environment's scripts folder, such as nbgrader."""
    scripts = sysconfig.get_path("scripts")
    env = {**os.environ, "PATH": scripts + os.pathsep + os.environ["PATH"], **environment}
    argv = [str(Path(scripts) / command[0]) if command[0] != "python" else sys.executable, *command[1:]]
    return subprocess.run(argv, cwd=cwd, env=env, capture_output=True, text=True, check=False, timeout=600)
