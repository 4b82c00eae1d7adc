"""Graders with walls taken away, to show what these stop.

A hostile case is graded here by the judge with walls left out, or with limits so wide that they
stop nothing, or (`apart`) as plain nbgrader grades: student code and checks in one process,
which is a fork of the test's own that is thrown away.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from collections import ChainMap
from contextlib import ExitStack
from functools import partial
from typing import Any, Self

from nbformat import NotebookNode

from autograder.attacks.run import Attack, Grade
from autograder.judge.client import Judge, kind_of
from autograder.lessons import lesson
from autograder.lessons.compose import checked_function, compose, solution_function
from autograder.sandbox.limits import Limits
from autograder.sandbox.sandbox import WALLS

TIGHT = {"memory": 256 * 2**20, "cell_seconds": 3.0, "seconds": 7.0}
WIDE: dict[str, dict[str, Any]] = {
    "time": {"cell_seconds": 60.0, "seconds": 120.0},
    "memory": {"memory": 2 * 2**30},
    # and so much time that the forks of a busy machine come to their end
    "forks": {"processes": 600, "memory": 2 * 2**30, "cell_seconds": 60.0, "seconds": 120.0},
    "disk": {"disk": 512 * 2**20},
}


class Unwalled(ExitStack):
    """Graders that each lack some walls. Cases that lack the same walls share a judge. Use it in a `with`."""

    def __enter__(self) -> Self:
        self._judges: dict[str, Judge] = {}
        return self

    def grader(self, case: Attack) -> Grade:
        """What grades a case without the walls that stop the case."""
        if case.without in ("apart", "output"):
            return lambda notebook: in_one_process(whole(case, notebook), case.without == "output")
        return partial(self._grade, case)

    def _judge(self, walls: str) -> Judge:
        if walls not in self._judges:
            wide = [WIDE.get(wall, {}) for wall in walls.split()]
            limits = Limits(**dict(ChainMap(*wide, TIGHT)))
            self._judges[walls] = Judge(limits, "namespaces", WALLS.intersection(walls.split()))
            self.callback(self._judges[walls].close)
        return self._judges[walls]

    def _grade(self, case: Attack, notebook: NotebookNode) -> tuple[float | None, list[Any]]:
        notebook = notebook if case.without == "hidden" else whole(case, notebook)
        declared = [name for cell in notebook.cells if (name := solution_function(cell))]
        self._judge(" ".join(sorted(case.without.split()))).execute(notebook, declared)
        outputs = [cell.get("outputs", []) for cell in notebook.cells]
        score = passed(notebook, outputs) if case.without == "hidden" else points(notebook, outputs)
        return score, outputs


def whole(case: Attack, notebook: NotebookNode) -> NotebookNode:
    """The notebook as nbgrader runs it: its test cells are the course's own, hidden checks included."""
    released = lesson(case.lesson)
    own = compose(released.notebook, released.solutions)
    tests = {cell.metadata.nbgrader.grade_id: cell for cell in own.cells if checked_function(cell)}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in tests:
            cell.source = tests[name].source
            cell.metadata.nbgrader.update(tests[name].metadata.nbgrader)
    return notebook


def points(notebook: NotebookNode, outputs: list[list[dict[str, Any]]]) -> float:
    """What nbgrader reads as the score: each test cell's last value, nothing on an error, else all."""
    total = 0.0
    for cell, shown in zip(notebook.cells, outputs, strict=True):
        if not checked_function(cell):
            continue
        most = cell.metadata.nbgrader.points
        values = [o["data"]["text/plain"] for o in shown if o["output_type"] == "execute_result"]
        if not any(o["output_type"] == "error" for o in shown):
            total += min(float(values[-1]), most) if values else most
    return total


def passed(notebook: NotebookNode, outputs: list[list[dict[str, Any]]]) -> float:
    """The points of the test cells whose public check says that all is well."""
    pairs = zip(notebook.cells, outputs, strict=True)
    return sum(
        c.metadata.nbgrader.points for c, shown in pairs if checked_function(c) and "✓" in _text(shown)
    )


def _text(shown: list[dict[str, Any]]) -> str:
    return "".join(str(output.get("data", {}).get("text/plain", "")) for output in shown)


def in_one_process(notebook: NotebookNode, uncut: bool = False) -> tuple[float | None, list[Any]]:
    """Run all cells in one session of one process, as plain nbgrader does. uncut: whatever they show."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(notebook, theirs, uncut))
    process.start()
    theirs.close()
    try:
        assert ours.poll(120), "the case did not end"
        outputs = json.loads(ours.recv_bytes())
    finally:
        process.kill()
        process.join()
    return points(notebook, outputs), outputs


def _run(notebook: NotebookNode, pipe: Any, uncut: bool) -> None:
    from autograder.solver import session as running

    if uncut:
        running.MAX_OUTPUT = 2**40

    gc.unfreeze()  # in a grader's own process, the collector lists what pytest's keeps out of sight
    os.chdir(os.environ["TMPDIR"])
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    session = running.Session()
    outputs = [list(session.run(cell.source)) if kind_of(cell) else [] for cell in notebook.cells]
    pipe.send_bytes(json.dumps(outputs, default=str).encode())
