"""Grade one submission in memory: bytes in, bytes out.

This is what a worker does, wherever it runs. It knows the lessons as data, keeps a warm judge,
and touches neither files nor the gradebook.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbformat.v4 import rwbase
from nbgrader.preprocessors import IgnorePattern, LimitOutput
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from traitlets.config import Config

from autograder.errors import HeinitError
from autograder.grading.environment import environment_hash
from autograder.grading.job import Job, Refusal
from autograder.grading.result import ExerciseScore, Result, receipt_of
from autograder.judge.client import JudgeError, close_shared, shared
from autograder.judge.points import share_of_points, verdicts
from autograder.judge.preprocessor import declared
from autograder.judge.seed import seed_of
from autograder.judge.stops import all_stops, whys
from autograder.repair.notebook import repairs_of
from autograder.repair.reading import read_repaired
from autograder.repair.released import ReleasedLesson
from autograder.sandbox.limits import Limits
from autograder.submissions.beside import content_hash
from autograder.submissions.plain_files import Beside
from autograder.submissions.submission import Submission, UngradableError

AFTER = (IgnorePattern, ClearMetadataPreprocessor, LimitOutput)  # nbgrader's steps after execution


@dataclass(frozen=True)
class Rubric:
    """What grading needs to know of a released lesson.

    kernelspec: as the author's notebook has it. checks: the hash of the instructor's version.
    """

    released: ReleasedLesson
    kernelspec: dict[str, Any] | None
    checks: str

    @property
    def points(self) -> dict[str, float]:
        """The most that each graded cell gives, by its grade_id."""
        return {name: cell.points or 0.0 for name, cell in self.released.cells.items() if cell.grade}


@dataclass(frozen=True)
class GradingTask:
    """One submission, read once: what is graded and what the receipt says of it are the same bytes.

    submitted_at: in UTC. key: the seed of the hidden inputs follows from it and the content.
    beside: what was handed in beside the notebook. files: what the notebook's cells find there.
    notes: what is to be told of all these files, a sentence each.
    refusal: why there is nothing to grade, or ''.
    """

    submission: Submission
    content: bytes = b""
    submitted_at: datetime | None = None
    key: bytes = b""
    beside: Beside = field(default_factory=Beside)
    files: dict[str, bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    refusal: str = ""

    @property
    def hash(self) -> str:
        return content_hash(self.content, self.files)


@dataclass(frozen=True)
class Outcome:
    """What grading a submission gave.

    notebook: the autograded notebook, or b'' where the result is "ungradable".
    scores: of each graded cell, by its grade_id; None where a person must grade the cell.
    unanswered: the solution cells that are as they were released.
    """

    result: Result
    notebook: bytes = b""
    scores: dict[str, float | None] = field(default_factory=dict)
    unanswered: list[str] = field(default_factory=list)


class GradingJob(Job[GradingTask, Outcome]):
    """Grades submissions, one after the other. config: sections of nbgrader's configuration."""

    tasks_per_start = 20

    def __init__(
        self, lessons: Mapping[str, Rubric], limits: Limits, wall: str, config: Mapping[str, Any]
    ) -> None:
        self.lessons, self.limits, self.wall, self.config = lessons, limits, wall, config
        self._steps: list[Any] = []

    def start(self) -> None:
        """Start the judge. Raises SandboxError where there are no walls: then nothing is graded."""
        config = Config(self.config)
        self._steps = [step for kind in AFTER if (step := kind(config=config)).enabled]
        shared(self.limits, self.wall).start()

    def close(self) -> None:
        close_shared()

    def environment(self) -> str:
        """A hash of all that decides a score besides the submission."""
        return environment_hash()

    def do(self, task: GradingTask) -> Outcome | Refusal:
        """Grade one submission. Raises SandboxError where there are no walls."""
        if task.refusal:
            return Refusal(task.refusal)
        try:
            return self._grade(task)
        except UngradableError as error:
            return Refusal(str(error))
        except JudgeError as error:
            return Refusal(f"{error}.", retry=error.retry)
        except HeinitError:
            raise
        except Exception as error:  # whatever is in one notebook, the others are graded
            reason = UngradableError(f"it could not be graded ({error!r:.200}). Grade it by hand.")
            return Refusal(str(reason))

    def _grade(self, task: GradingTask) -> Outcome:
        rubric = self.lessons[task.submission.lesson]
        notebook = read_repaired(task.content, rubric.released, task.notes)
        if rubric.kernelspec:
            notebook.metadata["kernelspec"] = rubric.kernelspec
        inputs = seed_of(notebook, task.key, task.files)
        judge = shared(self.limits, self.wall)
        judged = judge.execute(notebook, declared(rubric.released), inputs, task.files)
        for step in self._steps:
            notebook, _ = step(notebook, {})
        graded = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if is_grade(c)}
        scores = {grade_id: _score(cell) for grade_id, cell in graded.items()}
        why, points = whys(notebook), rubric.points
        given = (verdict for cell in graded.values() for verdict in verdicts(cell))
        named = {verdict["exercise"]: list(verdict["misconceptions"]) for verdict in given}
        cells: dict[str, ExerciseScore] = {}
        for grade_id, score in sorted(scores.items()):
            exercise = grade_id.removeprefix("test-")
            cells[exercise] = {
                "score": score,
                "max_score": points[grade_id],
                "misconceptions": named.get(exercise, []),
                "why": why.get(exercise, "") if (score or 0.0) < points[grade_id] else "",
            }
            if (earned := share_of_points(graded[grade_id], score)) is not None:
                cells[exercise]["share"] = earned
        result = Result(
            task.submission.student,
            task.submission.lesson,
            "graded",
            score=sum(score or 0.0 for score in scores.values()),
            max_score=sum(points.values()),
            cells=cells,
            repairs=list(repairs_of(notebook)),
            stopped=all_stops(notebook),
            wall=judge.wall,
            reproducible=not judged.entropy,
            work=judged.work,
            receipt=receipt_of(task.hash, rubric.checks, inputs),
        )
        unanswered = [c.metadata.nbgrader.grade_id for c in notebook.cells if _unanswered(c)]
        return Outcome(result, _text(notebook).encode(), scores, unanswered)


def _score(cell: NotebookNode) -> float | None:
    try:
        score, _ = determine_grade(cell)
    except ValueError:
        name = cell.metadata.nbgrader.grade_id
        sentence = f"the check {name} gives more points than its cell has. Mend the check, and release it."
        raise UngradableError(sentence) from None
    return None if score is None else float(score)


def _unanswered(cell: NotebookNode) -> bool:
    marked = is_solution(cell) and not is_task(cell)
    return marked and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)


def _text(notebook: NotebookNode) -> str:
    """The notebook's file, as nbgrader writes it; it was validated when it was repaired."""
    # both change the notebook, which nothing reads after this
    lines = rwbase.split_lines(rwbase.strip_transient(notebook))
    return json.dumps(lines, ensure_ascii=False, indent=1, sort_keys=True, separators=(",", ": ")) + "\n"
