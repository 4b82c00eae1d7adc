"""A run over a course directory: which submissions there are to grade, and grading them."""

import json
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry, Student
from nbgrader.converters import Autograde

from autograder.course import nbgrader_api
from autograder.database import gradebook_in_words
from autograder.errors import UsageError
from autograder.grades import as_it_counts
from autograder.grading.environment import checks_hash, environment_hash
from autograder.grading.job import Refusal
from autograder.grading.pool import do_all
from autograder.grading.result import Result, receipt
from autograder.grading.worker import AFTER, GradingJob, GradingTask, Outcome, Rubric
from autograder.grading.writer import Writer
from autograder.judge.preprocessor import JudgeExecute, key_of, secret
from autograder.repair.candidates import handed_in
from autograder.repair.released import released_lesson
from autograder.settings import FILE, read_settings
from autograder.submissions.beside import read_files
from autograder.submissions.submission import Submission, UngradableError, check_selection, submitted

BATCH, PAUSE = 50, 1.0  # submissions, and seconds, after which what was graded is saved


class Grading:
    """A run over a course directory: which submissions there are, and grading them.

    root: the course directory. names: only these lessons. student: only this student.
    force: also grade what is graded at its present content.
    wall: the kind of sandbox, as `Judge` takes it; every result says which it was.
    workers: how many at once on this machine; None for a core each, where there is enough to do.
    scheduler: the address of a running one of Dask's.
    notes: from the first result on, what has changed in the course's settings, a sentence each.
    Raises UsageError where the directory, a lesson or the student does not exist, SandboxError
    where there is no sandbox to grade in.
    """

    def __init__(
        self,
        root: Path,
        names: Iterable[str] = (),
        student: str | None = None,
        force: bool = False,
        wall: str = "",
        workers: int | None = 1,
        scheduler: str | None = None,
    ) -> None:
        self.root, self.force = root, force
        self.api = nbgrader_api(root, JudgeExecute={"wall": wall} if wall else {})
        self._autograde = Autograde(coursedir=self.api.coursedir, parent=self.api)
        self._workers, self._scheduler = workers, scheduler
        with gradebook_in_words():
            known, names = sorted(self.api.get_source_assignments()), list(names)
        check_selection(root, known, names, student)
        with gradebook_in_words(), self.api.gradebook as gradebook:
            enrolled = [row.id for row in gradebook.db.query(Student.id)]
        settings = read_settings(root)
        self.notes: list[str] = []
        for name in names:
            if not settings.lesson(name).counts_at_all:
                raise UsageError(f"{FILE} leaves {name} out: it is not graded.")
        self.submissions = [
            each
            for each in submitted(root, names, student, enrolled, settings.timezone)
            if settings.lesson(each.lesson).counts_at_all
        ]
        lessons = {submission.lesson for submission in self.submissions}
        there = {name for name in lessons.intersection(known) if self._source(name).is_file()}
        self.checks = {name: checks_hash(self._source(name)) if name in there else "" for name in lessons}

    def __iter__(self) -> Iterator[Result]:
        if self.submissions:
            with gradebook_in_words():
                yield from self._results()

    def _results(self) -> Iterator[Result]:
        with closing(Writer(self.root, self.api)) as writer:
            again, self.notes = writer.scoring.settle()
            job = self.job()
            receipts, grades = writer.receipts.graded(), writer.grades()
            todo = []
            for submission in self.submissions:
                pair = submission.student, submission.lesson
                stands = self._stands(submission, receipts.get(pair), job)
                result = writer.receipts.find(*pair) if stands else None
                if result is not None:
                    status = "rescored" if pair in again else "unchanged"
                    yield as_it_counts(replace(result, status=status), grades.get(pair))
                else:  # also where the receipt is damaged: grading again makes the same one
                    todo.append(submission)
            if todo:
                yield from self._grade(todo, job, writer)

    def _grade(self, todo: list[Submission], job: GradingJob, writer: Writer) -> Iterator[Result]:
        """Grade, and save in batches; a result is given when it is saved."""
        graded_before = writer.graded()
        tasks = (self._read(submission, job) for submission in todo)
        batch: list[tuple[GradingTask, Outcome]] = []
        saved = time.monotonic()
        try:
            for task, outcome in do_all(job, tasks, len(todo), self._workers, self._scheduler):
                if isinstance(outcome, Outcome):
                    outcome = writer.write(task, outcome)
                if isinstance(outcome, Refusal):
                    outcome = self._refused(task, outcome, job, graded_before)
                batch.append((task, outcome))
                if len(batch) >= BATCH or time.monotonic() - saved > PAUSE:
                    full, batch = batch, []
                    yield from writer.save(full)
                    saved = time.monotonic()
        finally:  # where the workers fail or somebody stops the run, what is graded is kept all the same
            results = writer.save(batch)
        yield from results

    def _read(self, submission: Submission, job: GradingJob) -> GradingTask:
        try:
            return self.task(submission, job)
        except UngradableError as error:
            when = None
            with suppress(UngradableError):
                when = submission.submitted_at()
            return GradingTask(submission, submitted_at=when, refusal=str(error))

    def _check(self, submission: Submission, job: GradingJob) -> None:
        """Raise UngradableError where the course does not have the submission's lesson."""
        if not self.checks[submission.lesson]:
            raise UngradableError(f"the course has no lesson called {submission.lesson}. Rename the folder.")
        if submission.lesson not in job.lessons:
            raise UngradableError(
                f"the lesson is not released. Run: nbgrader generate_assignment {submission.lesson}."
            )

    def _refused(
        self, task: GradingTask, refusal: Refusal, job: GradingJob, graded_before: set[tuple[str, str]]
    ) -> Outcome:
        student, lesson = task.submission.student, task.submission.lesson
        stands = " The grade of an earlier version stands until then."
        reason = refusal.reason + (stands if (student, lesson) in graded_before else "")
        rubric = job.lessons.get(lesson)
        most = sum(rubric.points.values()) if rubric is not None else None
        about = receipt(task.hash, self.checks[lesson])
        return Outcome(Result(student, lesson, "ungradable", None, most, reason, receipt=about))

    def _stands(self, submission: Submission, receipt: dict[str, Any] | None, job: GradingJob) -> bool:
        """Whether a submission is graded as it is now, by these checks, in this environment."""
        autograded = self.root / "autograded" / submission.student / submission.lesson
        if self.force or receipt is None or not (autograded / submission.path.name).is_file():
            return False
        try:
            task = self.task(submission, job)
            return receipt == {
                "submission": task.hash,
                "submitted_at": task.submitted_at,
                "checks": self.checks[submission.lesson],
                "environment": environment_hash(),
            }
        except UngradableError:
            return False

    def job(self) -> GradingJob:
        """What all submissions of this run share. Lessons that are not released are not in it."""
        judge = JudgeExecute(parent=self.api)
        config = {kind.__name__: dict(self.api.config.get(kind.__name__, {})) for kind in AFTER}
        lessons = {}
        with self.api.gradebook as gradebook:
            for name, checks in self.checks.items():
                try:
                    released = released_lesson(gradebook, name, name, self._source(name))
                except MissingEntry:
                    continue
                kernelspec = gradebook.find_notebook(name, name).kernelspec
                lessons[name] = Rubric(released, json.loads(kernelspec) if kernelspec else None, checks)
        return GradingJob(lessons, judge.limits, judge.wall, config)

    def task(self, submission: Submission, job: GradingJob) -> GradingTask:
        """A submission, read. Raises UngradableError where it cannot be read."""
        self._check(submission, job)
        key = key_of(submission.student, submission.lesson, secret(self.root))
        choice = handed_in(submission, job.lessons[submission.lesson].released)
        beside, files = read_files(submission, self._autograde)
        notes = (*choice.notes, *beside.notes)
        return GradingTask(submission, choice.content, submission.submitted_at(), key, beside, files, notes)

    def _source(self, name: str) -> Path:
        return self.root / "source" / name / f"{name}.ipynb"
