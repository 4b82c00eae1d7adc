"""Save what was graded: notebooks by rename, then scores and receipts in one transaction.

A run has one writer, and nothing else of the run opens the gradebook. A batch is saved whole or
not at all: the notebooks of a batch that was cut short have no receipts, and are graded again.

No submission costs another its grade. A file beside a notebook that cannot be written is left out, and
told; where the notebook itself or its scores cannot be saved, that submission is ungradable, and the
run goes on. It ends where nothing could be saved of the others either: a full disk, a locked gradebook.
What a grader entered by hand (scores, comments, extra credit) is not touched, and late penalties
are those of nbgrader's own plugin.
"""

import errno
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    MissingEntry,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from autograder.database import FULL, database_words
from autograder.errors import HeinitError
from autograder.files import clear, replacing, write_atomically
from autograder.grading.attempts import (
    BEST,
    Attempts,
    attempt_rules,
    folder_of,
    graded_copy,
    keep_files,
    number_of,
)
from autograder.grading.job import Refusal
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.grading.worker import GradingTask, Outcome
from autograder.submissions.beside import lesson_files
from autograder.submissions.plain_files import left_out
from autograder.submissions.submission import Submission, UngradableError

PATIENCE = 60  # seconds that another program may keep the gradebook locked
NO_RESPONSE = "No response."  # nbgrader's words
T = TypeVar("T")
Batch = Sequence[tuple[GradingTask, Outcome]]


class Writer:
    """Writes to one course directory. api: nbgrader's interface to it, with its configuration."""

    def __init__(self, root: Path, api: Any) -> None:
        self._root, self._coursedir = root, api.coursedir
        self._autograde = Autograde(coursedir=api.coursedir, parent=api)
        self._penalties = AssignLatePenalties(parent=self._autograde)
        self._penalties.init_plugin()
        self._gradebook = api.gradebook
        self.receipts, self.attempts = Receipts(self._gradebook.engine), Attempts(self._gradebook.engine)
        self._ranks: dict[tuple[str, str], dict[int, tuple[float, int]]] = {}  # of this run's attempts

    def close(self) -> None:
        """Let the gradebook go."""
        self._gradebook.close()

    def graded(self) -> set[tuple[str, str]]:
        """The students and lessons that the gradebook has a grade of."""
        rows = (
            self._gradebook.db.query(SubmittedAssignment.student_id, Assignment.name)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .all()
        )
        return {(student, lesson) for student, lesson in rows}

    def write(self, task: GradingTask, outcome: Outcome) -> Outcome | Refusal:
        """Write an outcome's files, before its scores are saved. Gives what is to be saved.

        Raises HeinitError where the disk is full, OSError where nobody's files can be written.
        """
        outcome = replace(outcome, result=self._patiently(lambda: self._numbered(task, outcome.result)))
        try:
            missing = self._write(task, outcome) if outcome.result.counts else {}
            self._keep(task, outcome)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise HeinitError(FULL) from None
            if not os.access(self._root / "autograded", os.W_OK | os.X_OK):
                raise
            place = f"autograded/{task.submission.student}/{task.submission.lesson}"
            why = UngradableError(f"{place} cannot be written ({error.strerror}). Clear that place.")
            return Refusal(str(why))
        if not missing:
            return outcome
        repairs = [*outcome.result.repairs, left_out(missing)]
        return replace(outcome, result=replace(outcome.result, repairs=repairs))

    def beyond(self, task: GradingTask, result: Result) -> Result:
        """Keep a hand-in beyond the limit of attempts, which is not graded, and give the result for it."""
        result = self._numbered(task, result)
        self._keep(task, Outcome(result))
        return self.save([(task, Outcome(result))])[0]

    def _numbered(self, task: GradingTask, result: Result) -> Result:
        """A result with the attempt's number, and whether it counts.

        Where the best attempt counts, it does if no other attempt has more points, less the penalty, as far
        as the same checks have graded that one; of equal attempts the first counts.
        """
        pair, content = (result.student, result.lesson), result.receipt["submission"]
        attempts = self.attempts.of(*pair)
        number, counts = number_of(attempts, content), result.status == "graded"
        if counts and attempt_rules(self._root, result.lesson).counts == BEST:
            checks, environment = result.receipt["checks"], result.receipt["environment"]
            same = [each for each in attempts if each.graded_by(checks, environment)]
            ranks = {
                each.number: (self._final(each.result, each.submitted_at), -each.number) for each in same
            }
            ranks |= self._ranks.get(pair, {})  # those that are not saved yet
            ranks[number] = self._final(result, task.submitted_at), -number
            self._ranks.setdefault(pair, {})[number] = ranks[number]
            counts = max(ranks.values()) == ranks[number]
        return replace(result, attempt=number, counts=counts)

    def _final(self, result: Result, submitted_at: datetime | None) -> float:
        """The points of the checks, less what nbgrader takes off for lateness."""
        score, due = result.score or 0.0, self._gradebook.find_assignment(result.lesson).duedate
        with suppress(MissingEntry):  # a student can have an extension
            due = self._gradebook.find_submission(result.lesson, result.student).duedate
        late = (submitted_at - due).total_seconds() if submitted_at and due else 0.0
        plugin = self._penalties.plugin_inst
        penalty = plugin.late_submission_penalty(result.student, score, late) if late > 0 else None
        return max(0.0, score - (penalty or 0.0))

    def save(self, batch: Batch) -> list[Result]:
        """Save a batch, and give its results. Of an ungradable submission only the receipt is saved.

        Raises HeinitError where the disk is full, OperationalError where the gradebook is locked or cannot
        be used; nothing is half saved then.
        """
        try:
            self._patiently(lambda: self._store(batch))
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise HeinitError(FULL) from None
        except (DataError, IntegrityError, ValueError, LookupError) as error:  # of one submission's values
            self._gradebook.db.rollback()
            self._gradebook.db.expunge_all()
            if len(batch) > 1:
                return [result for each in batch for result in self.save([each])]
            result = batch[0][1].result
            if result.status == "ungradable":
                return [result]
            reason = str(UngradableError(f"the gradebook does not take its scores ({error!r:.200})."))
            return [replace(result, status="ungradable", score=None, cells={}, reason=reason)]
        return [outcome.result for _, outcome in batch]

    def _patiently(self, do: Callable[[], T]) -> T:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return do()
            except OperationalError as error:
                self._gradebook.db.rollback()
                # waiting makes no room on a disk, and mends no gradebook
                if time.monotonic() > until or "lock" not in database_words(error):
                    raise
                time.sleep(0.2)

    # Files

    def _keep(self, task: GradingTask, outcome: Outcome) -> None:
        """Keep an attempt: the files that were handed in, and the graded notebook."""
        submission, number = task.submission, outcome.result.attempt
        folder = folder_of(self._root, submission.student, submission.lesson, number)
        keep_files(folder, submission.path.name, task.content, task.beside.files)
        if outcome.notebook:
            write_atomically(graded_copy(folder), outcome.notebook)

    def _write(self, task: GradingTask, outcome: Outcome) -> dict[str, str]:
        """Write the autograded notebook and the files beside it, with nbgrader's permissions.

        Returns the reason why a file beside it was left out, by its path.
        """
        submission = task.submission
        folder = self._root / "autograded" / submission.student / submission.lesson
        folder.mkdir(parents=True, exist_ok=True)
        own = lesson_files(submission.lesson, self._autograde)
        files: dict[str, Path | bytes] = {**task.beside.files, **own}
        clear(folder, {submission.path.name, *files})
        mode, why = int(str(self._autograde.permissions), 8), {}
        for path, source in sorted(files.items(), key=lambda file: file[0] not in own):  # a student's last
            try:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                with replacing(folder / path) as temporary:
                    temporary.write_bytes(source if isinstance(source, bytes) else source.read_bytes())
                    temporary.chmod(mode)
            except OSError as error:
                why[path] = str(error.strerror)
        with replacing(folder / submission.path.name, durable=True) as temporary:
            temporary.write_bytes(outcome.notebook)
            temporary.chmod(mode)
        if self._coursedir.groupshared:
            self._autograde.set_permissions(submission.lesson, submission.student)
        return why

    # Gradebook

    def _store(self, batch: Batch) -> None:
        db = self._gradebook.db
        students = {outcome.result.student for _, outcome in batch if outcome.notebook}
        known = {s for (s,) in db.query(Student.id).filter(Student.id.in_(students))}
        for student in students - known:
            db.add(Student(id=student))
        db.flush()
        for task, outcome in batch:
            if outcome.notebook and outcome.result.counts:
                self._store_scores(task, outcome)
        for task, outcome in batch:
            if outcome.result.counts:
                self.receipts.keep(db, outcome.result, task.submitted_at)
            if outcome.result.attempt:
                self.attempts.keep(db, outcome.result, task.submitted_at)
        db.commit()
        db.expunge_all()  # so that memory stays flat

    def _store_scores(self, task: GradingTask, outcome: Outcome) -> None:
        submission = task.submission
        notebook = self._notebook(submission, task.submitted_at)
        grades = dict(self._of(Grade, notebook))
        for name, score in outcome.scores.items():
            grade = grades[name]
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        for name, comment in self._of(Comment, notebook):
            comment.auto_comment = NO_RESPONSE if name in outcome.unanswered else None
        self._store_penalty(submission, notebook)

    def _notebook(self, submission: Submission, submitted_at: datetime | None) -> SubmittedNotebook:
        """The gradebook's entry, made where it is missing, with a row for each cell that nbgrader knows."""
        db = self._gradebook.db
        try:
            entry = self._gradebook.find_submission(submission.lesson, submission.student)
        except MissingEntry:
            assignment = self._gradebook.find_assignment(submission.lesson)
            entry = SubmittedAssignment(assignment_id=assignment.id, student_id=submission.student)
            with db.no_autoflush:
                db.add(entry)
                for each in assignment.notebooks:
                    notebook = SubmittedNotebook(notebook=each, assignment=entry)
                    for cell in (*each.grade_cells, *each.task_cells):
                        db.add(Grade(cell_id=cell.id, notebook=notebook))
                    for cell in (*each.solution_cells, *each.task_cells):
                        db.add(Comment(cell_id=cell.id, notebook=notebook))
        if submitted_at is not None:
            entry.timestamp = submitted_at
        db.flush()
        row: SubmittedNotebook = (
            db.query(SubmittedNotebook)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .filter(SubmittedNotebook.assignment_id == entry.id, Notebook.name == submission.lesson)
            .one()
        )
        return row

    def _of(self, kind: Any, notebook: SubmittedNotebook) -> list[tuple[str, Any]]:
        """The rows of a notebook's grades or comments, with the names of their cells."""
        rows = (
            self._gradebook.db.query(BaseCell.name, kind)
            .join(BaseCell, BaseCell.id == kind.cell_id)
            .filter(kind.notebook_id == notebook.id)
        )
        return [(name, row) for name, row in rows]

    def _store_penalty(self, submission: Submission, notebook: SubmittedNotebook) -> None:
        """As nbgrader's AssignLatePenalties does, within our transaction."""
        notebook.late_submission_penalty = None
        late = notebook.assignment.total_seconds_late
        if late <= 0:
            return
        db = self._gradebook.db
        db.flush()
        db.refresh(notebook)  # its score is the database's sum
        plugin = self._penalties.plugin_inst
        penalty = plugin.late_submission_penalty(submission.student, notebook.score, late)
        if penalty is not None:
            notebook.late_submission_penalty = self._penalties._check_late_penalty(notebook, penalty)
