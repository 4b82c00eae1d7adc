"""Grade one submission in memory: bytes in, bytes out.

This is what a worker does, wherever it runs. It knows the lessons as data, keeps a warm judge,
and touches neither files nor the gradebook.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import rwbase
from nbgrader.preprocessors import IgnorePattern, LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from traitlets.config import Config

from autograder.errors import HeinitError
from autograder.grading.environment import environment_hash
from autograder.judge.client import JudgeError, cells_of, close_shared, shared
from autograder.judge.preprocessor import defined, seed
from autograder.repair.notebook import OURS
from autograder.repair.released import ReleasedLesson
from autograder.repair.rules import repair
from autograder.sandbox.limits import Limits
from autograder.submissions import UngradableError, parse
from heinit_lab.checking.report import VERDICT_MIME

AFTER = (IgnorePattern, ClearMetadataPreprocessor, LimitOutput)  # nbgrader's steps after execution


@dataclass(frozen=True)
class Lesson:
    """What grading needs to know of a released lesson. kernelspec: as the author's notebook has it."""

    originals: ReleasedLesson
    kernelspec: dict[str, Any] | None

    @property
    def points(self) -> dict[str, float]:
        """The most that each graded cell gives."""
        return {name: cell.points or 0.0 for name, cell in self.originals.cells.items() if cell.grade}

    @property
    def declared(self) -> list[str]:
        """The names that test cells may ask the student's session for."""
        return list(
            dict.fromkeys(name for cell in self.originals.solutions() for name in defined(cell.source))
        )


@dataclass(frozen=True)
class Order:
    """What all submissions of a run share. config: sections of nbgrader's configuration."""

    lessons: Mapping[str, Lesson]
    limits: Limits = field(default_factory=Limits)
    sandboxed: bool = True
    config: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def worth(self) -> int:
        """How many submissions take about as long as starting a worker does."""
        return 20

    def craft(self) -> Grader:
        """What grades this order's submissions."""
        return Grader(self)

    def environment(self) -> str:
        """A hash of all that decides a score besides the submission."""
        return environment_hash()

    def outcome(self, data: bytes) -> Outcome:
        """The outcome that `Outcome.to_bytes` made them of."""
        told, _, notebook = data.partition(b"\n")
        return Outcome(**{**json.loads(told), "notebook": notebook})

    def failed(self, reason: str, retry: bool = False) -> Outcome:
        """The outcome of a submission that no worker could grade."""
        return Outcome(reason=reason, retry=retry)


@dataclass(frozen=True)
class Task:
    """One submission to grade. key: from which, and its content, its hidden inputs follow."""

    student: str
    lesson: str
    content: bytes
    key: bytes


@dataclass(frozen=True)
class Outcome:
    """What came of it.

    reason: why it is ungradable, or ''. retry: whether that may be the worker's fault.
    notebook: the autograded notebook. scores: of each graded cell; None where it takes a person.
    unanswered: the solution cells that are as they were released.
    """

    reason: str = ""
    retry: bool = False
    notebook: bytes = b""
    scores: dict[str, float | None] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)
    misconceptions: dict[str, list[str]] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    reproducible: bool = True
    work: dict[str, float] = field(default_factory=dict)
    seed: str = ""

    def to_bytes(self) -> bytes:
        """A line of JSON, then the notebook."""
        return json.dumps({**self.__dict__, "notebook": None}).encode() + b"\n" + self.notebook


class Grader:
    """Grades the submissions of one run, one after the other."""

    def __init__(self, order: Order) -> None:
        self.order = order
        config = Config({name: dict(section) for name, section in order.config.items()})
        self._after = [step for kind in AFTER if (step := kind(config=config)).enabled]
        self._declared = {name: lesson.declared for name, lesson in order.lessons.items()}

    def start(self) -> None:
        """Start the judge. Raises SandboxError where there are no walls: then nothing is graded."""
        shared(self.order.limits, self.order.sandboxed).start()

    def close(self) -> None:
        """End the judge."""
        close_shared()

    def do(self, task: Task) -> Outcome:
        """Grade one submission. Raises SandboxError where there are no walls."""
        try:
            return self._graded(task)
        except HeinitError:
            raise
        except Exception as error:  # whatever is in one notebook, the others are graded
            told = UngradableError(f"it could not be graded ({error!r:.200}). Grade it by hand.")
            return Outcome(reason=str(told))

    def _graded(self, task: Task) -> Outcome:
        lesson = self.order.lessons[task.lesson]
        try:
            notebook, repairs = _mended(task.content, lesson)
        except UngradableError as reason:
            return Outcome(reason=str(reason))
        asked = seed(notebook, task.key)
        judge = shared(self.order.limits, self.order.sandboxed)
        try:
            judged = judge.run(cells_of(notebook), self._declared[task.lesson], asked)
        except JudgeError as error:
            return Outcome(reason=f"{error}.", retry=True)
        for cell, result in zip(notebook.cells, judged.results, strict=True):
            if cell.cell_type == "code":
                cell.outputs = [nbformat.from_dict(output) for output in result["outputs"]]
                cell.execution_count = result["count"]
        notebook.metadata[OURS] = {**notebook.metadata.get(OURS, {}), "sandboxed": self.order.sandboxed}
        for step in self._after:
            notebook, _ = step(notebook, {})
        scores = {c.metadata.nbgrader.grade_id: _score(c) for c in notebook.cells if is_grade(c)}
        unanswered = [c.metadata.nbgrader.grade_id for c in notebook.cells if _unanswered(c)]
        named = misconceptions(notebook)
        return Outcome(
            notebook=_text(notebook).encode(),
            scores=scores,
            unanswered=unanswered,
            misconceptions=named,
            repairs=list(repairs),
            reproducible=not judged.entropy,
            work=judged.work,
            seed=asked,
        )


def _mended(content: bytes, lesson: Lesson) -> tuple[NotebookNode, tuple[str, ...]]:
    notebook = parse(content)
    try:
        repaired = repair(notebook, lesson.originals)
    except UngradableError:
        raise
    except Exception as error:  # whatever is in one notebook, the others are graded
        raise UngradableError(f"it could not be repaired ({error!r:.200}). Grade it by hand.") from error
    if lesson.kernelspec:
        repaired.notebook.metadata["kernelspec"] = lesson.kernelspec
    return repaired.notebook, repaired.repairs


def misconceptions(notebook: NotebookNode) -> dict[str, list[str]]:
    """The names of the misconceptions that each exercise's verdict tells."""
    named = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if verdict := output.get("data", {}).get(VERDICT_MIME):
                named[verdict["exercise"]] = list(verdict["misconceptions"])
    return named


def _score(cell: NotebookNode) -> float | None:
    score, _ = determine_grade(cell)
    return None if score is None else float(score)


def _unanswered(cell: NotebookNode) -> bool:
    marked = is_solution(cell) and not is_task(cell)
    return marked and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)


def _text(notebook: NotebookNode) -> str:
    """The notebook's file, as nbgrader writes it; it was validated when it was mended."""
    lines = rwbase.split_lines(rwbase.strip_transient(notebook))  # in place: nobody needs it after this
    return json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
