"""A run over a course directory: which submissions there are to grade, and grading them."""

import json
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry, Student
from nbgrader.converters import Autograde

from autograder.course import nbgrader_api
from autograder.database import gradebook_in_words
from autograder.errors import UsageError
from autograder.gradebook import Pair
from autograder.grades import as_it_counts
from autograder.grading.attempts import BEYOND, Attempt, folder_of, why_beyond
from autograder.grading.environment import checks_hash, environment_hash
from autograder.grading.job import Refusal
from autograder.grading.pool import do_all
from autograder.grading.result import Result, receipt_of
from autograder.grading.worker import AFTER, GradingJob, GradingTask, Outcome, Rubric
from autograder.grading.writer import Writer
from autograder.judge.preprocessor import JudgeExecute
from autograder.judge.seed import key_of, secret
from autograder.repair.candidates import choose_notebook
from autograder.repair.released import released_lesson
from autograder.settings import BEST, FILE, read_settings
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
    only: the notebooks to grade, by their paths; None for all. most: how many are graded at the most.
    threads: whether the workers are threads of this process, whose judges stay warm for the next run.
    api: nbgrader's interface to the course, with `wall` in its configuration, where it is there already.
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
        only: Collection[Path] | None = None,
        most: int | None = None,
        threads: bool = False,
        api: Any = None,
    ) -> None:
        self.root, self.force = root, force
        self.api = api or nbgrader_api(root, JudgeExecute={"wall": wall} if wall else {})
        self._autograde = Autograde(coursedir=self.api.coursedir, parent=self.api)
        self._workers, self._scheduler, self._threads, self._most = workers, scheduler, threads, most
        with gradebook_in_words():
            known, names = sorted(self.api.get_source_assignments()), list(names)
        check_selection(root, known, names, student)
        with gradebook_in_words(), self.api.gradebook as gradebook:
            enrolled = [row.id for row in gradebook.db.query(Student.id)]
        settings = self.settings = read_settings(root)
        self.notes: list[str] = []
        for name in names:
            if not settings.lesson(name).counts_at_all:
                raise UsageError(f"{FILE} leaves {name} out: it is not graded.")
        self.submissions = [
            each
            for each in submitted(root, names, student, enrolled, settings.timezone)
            if settings.lesson(each.lesson).counts_at_all and (only is None or each.path in only)
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
            todo: list[Submission] = []
            for submission in self.submissions:
                pair = submission.student, submission.lesson
                due, result = self._due(submission, receipts.get(pair), writer, job)
                if result is not None and result.status == "unchanged":
                    status = "rescored" if pair in again else "unchanged"
                    result = as_it_counts(replace(result, status=status), grades.get(pair))
                if result is not None:
                    yield result
                if self._most is None or len(todo) < self._most:
                    todo += due
            if todo:
                checked = {pair for pair, grade in grades.items() if grade.checked}
                yield from self._grade(todo, job, writer, checked)

    def _due(
        self, submission: Submission, receipt: dict[str, Any] | None, writer: Writer, job: GradingJob
    ) -> tuple[list[Submission], Result | None]:
        """What is to be graded of a student's lesson, and the result of what is not."""
        student, lesson = submission.student, submission.lesson
        rules = self.settings.lesson(lesson)
        graded = self.root / "autograded" / student / lesson / submission.path.name
        there = receipt is not None and graded.is_file()  # else what counts is to be seen again
        if rules.last_counts and (self.force or not there):
            return [submission], None
        try:
            task = self.task(submission, job)
        except UngradableError:  # grading it says why
            return [submission], None
        checks, environment = self.checks[lesson], environment_hash()
        present = {
            "submission": task.hash,
            "submitted_at": task.submitted_at,
            "checks": checks,
            "environment": environment,
        }
        stands = there and not self.force and receipt == present
        if not rules.last_counts:
            attempts = [attempt for attempt in writer.attempts.of(student, lesson) if attempt.graded]
            known = [attempt for attempt in attempts if attempt.submission == task.hash]
            beyond = rules.attempts is not None and not known and len(attempts) >= rules.attempts

            def stale(attempt: Attempt) -> bool:
                return self.force or not there or not attempt.graded_by(checks, environment)

            others = attempts if rules.counts == BEST else attempts[-1:] if beyond else []
            due = [
                replace(submission, path=path)
                for attempt in others
                if attempt.submission != task.hash and stale(attempt)
                for path in [folder_of(self.root, student, lesson, attempt.number) / submission.path.name]
                if path.is_file()
            ]
            if rules.attempts is not None and beyond:
                most = sum(job.lessons[lesson].points.values())
                reason = why_beyond(rules.attempts, writer.receipts.find(student, lesson))
                refused = Result(
                    student, lesson, BEYOND, None, most, reason, receipt=receipt_of(task.hash, checks)
                )
                return due, writer.beyond(task, refused)
            if rules.counts == BEST:
                fresh = [each for each in known if not stale(each) and each.submitted_at == task.submitted_at]
                stands = bool(fresh)
            if due or not stands:
                return [*due, *([] if stands else [submission])], None
        result = writer.receipts.find(student, lesson) if stands else None
        # also where the receipt is damaged: grading again makes the same one
        return ([], replace(result, status="unchanged")) if result else ([submission], None)

    def _grade(
        self, todo: list[Submission], job: GradingJob, writer: Writer, checked: set[Pair]
    ) -> Iterator[Result]:
        """Grade, and save in batches; a result is given when it is saved.

        checked: what the checks have given a score before.
        """
        tasks = (task for submission in todo if (task := self._read(submission, job)))
        done = do_all(job, tasks, len(todo), self._workers, self._scheduler, self._threads)
        batch: list[tuple[GradingTask, Outcome]] = []
        saved = time.monotonic()
        try:
            for task, outcome in done:
                if isinstance(outcome, Outcome):
                    outcome = writer.write(task, outcome)
                if isinstance(outcome, Refusal):
                    outcome = self._refused(task, outcome, job, checked)
                batch.append((task, outcome))
                if len(batch) >= BATCH or time.monotonic() - saved > PAUSE:
                    full, batch = batch, []
                    yield from writer.save(full)
                    saved = time.monotonic()
        finally:  # where the workers fail or somebody stops the run, what is graded is kept all the same
            results = writer.save(batch)
        yield from results

    def _read(self, submission: Submission, job: GradingJob) -> GradingTask | None:
        """The task of a submission; None where a subclass leaves the submission for later."""
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

    def _refused(self, task: GradingTask, refusal: Refusal, job: GradingJob, checked: set[Pair]) -> Outcome:
        student, lesson = task.submission.student, task.submission.lesson
        stands = " The grade of an earlier version stands until then."
        reason = refusal.reason + (stands if (student, lesson) in checked else "")
        rubric = job.lessons.get(lesson)
        most = sum(rubric.points.values()) if rubric is not None else None
        about = receipt_of(task.hash, self.checks[lesson])
        return Outcome(Result(student, lesson, "ungradable", None, most, reason, receipt=about))

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
        choice = choose_notebook(submission, job.lessons[submission.lesson].released)
        beside, files = read_files(submission, self._autograde)
        notes = (*choice.notes, *beside.notes)
        return GradingTask(submission, choice.content, submission.submitted_at(), key, beside, files, notes)

    def _source(self, name: str) -> Path:
        return self.root / "source" / name / f"{name}.ipynb"
