"""A run over a course directory: what there is to grade, and what came of it."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry
from sqlalchemy.exc import OperationalError

from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.grading.environment import checks_hash, environment_hash, versions
from autograder.grading.pool import engine
from autograder.grading.result import Result
from autograder.grading.worker import AFTER, Lesson, Order, Outcome, Task
from autograder.grading.writer import Graded, Writer, locked
from autograder.judge.preprocessor import JudgeExecute, key_of, secret
from autograder.repair.released import released_lesson
from autograder.submissions import Submission, UngradableError, submitted

BATCH, PAUSE = 50, 1.0  # submissions, and seconds, after which what was graded is saved


@dataclass(frozen=True)
class Pending:
    """A submission as it was read, once: what is graded and what is told of it are the same bytes."""

    submission: Submission
    content: bytes
    submitted_at: datetime | None


class Grading:
    """A run over a course directory: which submissions there are, and grading them.

    root: the course directory. names: only these lessons. student: only this student.
    force: also grade what is graded at its present content.
    sandboxed: False runs students' code with the grader's own rights; every result says so.
    workers: how many at once on this machine; None for a core each, where there is enough to do.
    scheduler: the address of a running one of Dask's.
    Raises UsageError where the directory, a lesson or the student does not exist, SandboxError
    where there is no sandbox to grade in.
    """

    def __init__(
        self,
        root: Path,
        names: Iterable[str] = (),
        student: str | None = None,
        force: bool = False,
        sandboxed: bool = True,
        workers: int | None = 1,
        scheduler: str | None = None,
    ) -> None:
        self.root, self.force = root, force
        self.api = nbgrader_api(root, JudgeExecute={"sandboxed": sandboxed})
        self._workers, self._scheduler = workers, scheduler
        try:
            known = sorted(self.api.get_source_assignments())
        except OperationalError as error:
            raise locked(error) from None
        for name in names:
            if name not in known:
                raise UsageError(
                    f"{root} has no lesson called {name!r}. Its lessons are: {', '.join(known)}."
                )
        if student is not None and not (root / "submitted" / student).is_dir():
            raise UsageError(f"{root / 'submitted'} has no folder of a student called {student!r}.")
        self.submissions = list(submitted(root, names, student))
        lessons = {submission.lesson for submission in self.submissions}
        self.checks = {name: checks_hash(self._source(name)) for name in lessons}

    def __iter__(self) -> Iterator[Result]:
        if not self.submissions:
            return
        try:
            yield from self._results()
        except OperationalError as error:
            raise locked(error) from None

    def _results(self) -> Iterator[Result]:
        order = self.order()
        with closing(Writer(self.root, self.api)) as writer:
            receipts, standing = writer.receipts, writer.receipts.graded()
            todo = []
            for submission in self.submissions:
                if self._stands(submission, standing.get((submission.student, submission.lesson))):
                    found = receipts.find(submission.student, submission.lesson)
                    assert found is not None
                    yield replace(found, status="unchanged")
                else:
                    todo.append(submission)
            if todo:
                yield from self._save(self._outcomes(todo, order, writer.known()), writer)

    def _save(self, outcomes: Iterable[Graded], writer: Writer) -> Iterator[Result]:
        """Save what comes, in batches; a result is told when it is saved."""
        batch: list[Graded] = []
        saved = time.monotonic()
        try:
            for graded in outcomes:
                batch.append(graded)
                if len(batch) >= BATCH or time.monotonic() - saved > PAUSE:
                    done, batch = batch, []
                    writer.save(done)
                    yield from (each.result for each in done)
                    saved = time.monotonic()
        finally:  # where the engine fails or somebody stops us, what is graded is kept all the same
            writer.save(batch)
        yield from (each.result for each in batch)

    def _outcomes(
        self, todo: list[Submission], order: Order, known: set[tuple[str, str]]
    ) -> Iterator[Graded]:
        pending: dict[tuple[str, str], Pending] = {}
        refused: list[Graded] = []
        key = secret(self.root)

        def tasks() -> Iterator[Task]:
            for submission in todo:
                student, lesson = submission.student, submission.lesson
                try:
                    self._check(submission, order)
                    read = Pending(submission, submission.read(), submission.submitted_at())
                except UngradableError as reason:
                    unread = Pending(submission, b"", None)
                    refused.append(self.graded(unread, Outcome(str(reason)), order, known))
                else:
                    pending[student, lesson] = read
                    yield Task(student, lesson, read.content, key_of(student, lesson, key))

        workers = engine(order, len(todo), self._workers, self._scheduler)
        for task, outcome in workers.run(tasks()):
            yield self.graded(pending.pop((task.student, task.lesson)), outcome, order, known)
        yield from refused

    def _check(self, submission: Submission, order: Order) -> None:
        """Raise UngradableError where the course does not have the submission's lesson."""
        if not self._source(submission.lesson).is_file():
            raise UngradableError(f"the course has no lesson called {submission.lesson}. Rename the folder.")
        if submission.lesson not in order.lessons:
            raise UngradableError(
                f"the lesson is not released. Run: nbgrader generate_assignment {submission.lesson}."
            )

    def graded(self, read: Pending, outcome: Outcome, order: Order, known: set[tuple[str, str]]) -> Graded:
        """A submission with its result. known: whom the gradebook has a grade of."""
        submission = read.submission
        receipt = {
            "submission": hashlib.sha256(read.content).hexdigest(),
            "checks": self.checks[submission.lesson],
            "environment": environment_hash(),
            "versions": versions(),
            "seed": outcome.seed,
        }
        lesson = order.lessons.get(submission.lesson)
        points = lesson.points if lesson is not None else {}
        most = sum(points.values()) if lesson is not None else None
        if outcome.reason:
            stands = (submission.student, submission.lesson) in known
            reason = outcome.reason + (
                " The grade of an earlier version stands until then." if stands else ""
            )
            result = Result(
                submission.student, submission.lesson, "ungradable", None, most, reason, receipt=receipt
            )
            return Graded(submission, read.submitted_at, outcome, result)
        result = Result(
            submission.student,
            submission.lesson,
            "graded",
            score=sum(score or 0.0 for score in outcome.scores.values()),
            max_score=most,
            cells={
                (exercise := name.removeprefix("test-")): {
                    "score": score,
                    "max_score": points[name],
                    "misconceptions": outcome.misconceptions.get(exercise, []),
                }
                for name, score in sorted(outcome.scores.items())
            },
            repairs=outcome.repairs,
            sandboxed=order.sandboxed,
            reproducible=outcome.reproducible,
            work=outcome.work,
            receipt=receipt,
        )
        return Graded(submission, read.submitted_at, outcome, result)

    def _stands(self, submission: Submission, receipt: dict[str, Any] | None) -> bool:
        """Whether a submission is graded as it is now, by these checks, in this environment."""
        autograded = self.root / "autograded" / submission.student / submission.lesson
        if self.force or receipt is None or not (autograded / submission.path.name).is_file():
            return False
        try:
            return receipt == {
                "submission": hashlib.sha256(submission.read()).hexdigest(),
                "submitted_at": submission.submitted_at(),
                "checks": self.checks[submission.lesson],
                "environment": environment_hash(),
            }
        except UngradableError:
            return False

    def order(self) -> Order:
        """What all submissions of this run share. Lessons that are not released are not in it."""
        judge = JudgeExecute(parent=self.api)
        config = {kind.__name__: dict(self.api.config.get(kind.__name__, {})) for kind in AFTER}
        lessons = {}
        with self.api.gradebook as gradebook:
            for name in self.checks:
                try:
                    found = released_lesson(gradebook, name, name, self._source(name))
                except MissingEntry:
                    continue
                kernelspec = gradebook.find_notebook(name, name).kernelspec
                lessons[name] = Lesson(found, json.loads(kernelspec) if kernelspec else None)
        return Order(lessons, judge.limits, judge.sandboxed, config)

    def _source(self, name: str) -> Path:
        return self.root / "source" / name / f"{name}.ipynb"
