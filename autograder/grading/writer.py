"""Save what was graded: notebooks by rename, then scores and receipts in one transaction.

A run has one writer, and nothing else of the run opens the gradebook. A batch is saved whole or
not at all: the notebooks of a batch that was cut short have no receipts, and are graded again.

No submission costs another its grade. A file beside a notebook that cannot be written is left out, and
told; where the notebook itself or its scores cannot be saved, that submission is ungradable, and the
run goes on. It ends where nothing could be saved of the others either: a full disk, a locked gradebook.
What a grader entered by hand (scores, comments, extra credit) is not touched, and late penalties
are those of `course.toml`, else of nbgrader's plugin. An ungradable submission has its rows too, without
scores, and the lesson as it was released in `autograded/`: so a person can grade it in formgrader.
"""

import errno
import os
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
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
from sqlalchemy import select
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from autograder.database import FULL, database_words
from autograder.errors import HeinitError
from autograder.files import clear, replacing, write_atomically
from autograder.gradebook import Pair
from autograder.grades import Grades, after_penalty, all_grades, as_it_counts, late_by
from autograder.grading.attempts import Attempts, folder_of, graded_copy, keep_files, number_of
from autograder.grading.job import Refusal
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.grading.scoring import Scoring
from autograder.grading.worker import GradingTask, Outcome
from autograder.repair.notebook import OURS
from autograder.settings import BEST
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
        self._gradebook = api.gradebook
        self.receipts, self.attempts = Receipts(self._gradebook.engine), Attempts(self._gradebook.engine)
        self._ranks: dict[tuple[str, str], dict[int, tuple[float, int]]] = {}  # of this run's attempts
        self.scoring = Scoring(root, self._gradebook, self._autograde)

    def close(self) -> None:
        self._gradebook.close()

    def grades(self, notebooks: Collection[str] | None = None) -> dict[Pair, Grades]:
        """What the gradebook holds of all submissions, or of some submitted notebooks."""
        return {(each.student, each.lesson): each for each in all_grades(self._gradebook, notebooks)}

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

        Where the best attempt counts, this attempt does if no other attempt that the same checks have graded
        has more points after its penalty; of equal attempts the first counts.
        """
        pair, content = (result.student, result.lesson), result.receipt["submission"]
        attempts = self.attempts.of(*pair)
        number, counts = number_of(attempts, content), result.status == "graded"
        if counts and self.scoring.settings.lesson(result.lesson).counts == BEST:
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
        """The points of the checks by the present settings, less what lateness costs."""
        student, lesson = result.student, result.lesson
        due, score = self._gradebook.find_assignment(lesson).duedate, self.scoring.score_of(result)
        extension = self.scoring.extension(student, lesson, due)
        if extension is None:
            with suppress(MissingEntry):  # entered in formgrader
                extension = self._gradebook.find_submission(lesson, student).extension
        penalty = self.scoring.penalty(student, lesson, score, late_by(submitted_at, due, extension))
        return after_penalty(score, penalty or 0.0)

    def save(self, batch: Batch) -> list[Result]:
        """Save a batch, and give its results with the points that count.

        Raises HeinitError where the disk is full, OperationalError where the gradebook is locked or cannot
        be used; nothing is half saved then.
        """
        try:
            grades = self.grades(self._patiently(lambda: self._store(batch)))
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
        results = [outcome.result for _, outcome in batch]
        return [
            as_it_counts(each, grades.get((each.student, each.lesson))) if each.counts else each
            for each in results
        ]

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
        for path, source in sorted(files.items(), key=lambda file: file[0] not in own):  # the lesson's first
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

    def _store(self, batch: Batch) -> list[str]:
        """Store a batch; returns the ids of its submitted notebooks in the gradebook."""
        db, stored = self._gradebook.db, []
        released = set(db.execute(select(Assignment.name).join(Notebook)).scalars())

        def opened(task: GradingTask) -> bool:
            return task.submission.lesson in released and not task.submission.misnamed

        students = {task.submission.student for task, outcome in batch if outcome.notebook or opened(task)}
        known = {s for (s,) in db.query(Student.id).filter(Student.id.in_(students))}
        for student in students - known:
            db.add(Student(id=student))
        db.flush()
        for task, outcome in batch:
            if outcome.notebook and outcome.result.counts:
                stored.append(self._store_scores(task, outcome))
            elif outcome.result.status == "ungradable" and opened(task):
                stored.append(self._open_to_hands(task, outcome.result))
        for task, outcome in batch:
            if outcome.result.counts:
                self.receipts.keep(db, outcome.result, task.submitted_at)
            if outcome.result.attempt:
                self.attempts.keep(db, outcome.result, task.submitted_at)
        db.commit()
        db.expunge_all()  # so that memory stays flat
        return stored

    def _store_scores(self, task: GradingTask, outcome: Outcome) -> str:
        submission = task.submission
        notebook = self._notebook(submission, task.submitted_at)
        grades = self._of(Grade, notebook)
        for name, score in outcome.scores.items():
            grade = grades[name]
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None or score is None
        for name, comment in self._of(Comment, notebook).items():
            comment.auto_comment = NO_RESPONSE if name in outcome.unanswered else None
        self._store_penalty(submission, notebook)
        return str(notebook.id)

    def _open_to_hands(self, task: GradingTask, result: Result) -> str:
        """Let a person grade in formgrader what cannot be graded; what a person has graded stays so."""
        submission = task.submission
        notebook = self._notebook(submission, None)
        rows = self._of(Grade, notebook).values()
        before = self.receipts.find(result.student, result.lesson)
        told = result.reason, result.receipt["submission"]
        same = before is not None and (before.reason, before.receipt["submission"]) == told
        for grade in rows:
            if not same and (grade.auto_score is None or grade.manual_score is not None):
                grade.needs_manual_grade = True
        if any(grade.auto_score is not None for grade in rows):  # the grade of an earlier version stands
            return str(notebook.id)
        notebook.assignment.timestamp = task.submitted_at
        self._store_penalty(submission, notebook)
        place = self._root / "autograded" / submission.student / submission.lesson / submission.path.name
        released = self._root / "release" / submission.lesson / submission.path.name
        with suppress(OSError, ValueError):  # formgrader then says that the file is missing
            if not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                write_atomically(place, _placeholder(nbformat.read(released, as_version=4), result))
        return str(notebook.id)

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
        due = entry.assignment.duedate
        extension = self.scoring.extension(submission.student, submission.lesson, due)
        if extension is not None:
            entry.extension = extension
        row: SubmittedNotebook = (
            db.query(SubmittedNotebook)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .filter(SubmittedNotebook.assignment_id == entry.id, Notebook.name == submission.lesson)
            .one()
        )
        return row

    def _of(self, kind: Any, notebook: SubmittedNotebook) -> dict[str, Any]:
        """The rows of a notebook's grades or comments, by the names of their cells."""
        query = self._gradebook.db.query(BaseCell.name, kind).join(BaseCell, BaseCell.id == kind.cell_id)
        return dict(query.filter(kind.notebook_id == notebook.id).all())

    def _store_penalty(self, submission: Submission, notebook: SubmittedNotebook) -> None:
        """As nbgrader's step does, within our transaction."""
        db, entry = self._gradebook.db, notebook.assignment
        db.flush()
        db.refresh(notebook)  # its score is the database's sum
        late = late_by(entry.timestamp, entry.assignment.duedate, entry.extension)
        penalty = self.scoring.penalty(submission.student, submission.lesson, notebook.score, late)
        notebook.late_submission_penalty = penalty


def _placeholder(notebook: NotebookNode, result: Result) -> str:
    """A released notebook in the place of one that cannot be graded, and why."""
    says = (
        f"**This is not what {result.student} handed in**, but the lesson as it was released. What was "
        f"handed in lies in `submitted/{result.student}/{result.lesson}/` and could not be graded: "
        f"{result.reason} To grade it by hand, give the points of each exercise here."
    )
    notebook.metadata[OURS] = {"ungradable": result.reason.partition(". ")[0].rstrip(".") + "."}
    notebook.cells.insert(0, new_markdown_cell(says, id="not-graded", metadata={OURS: "note"}))
    return f"{nbformat.writes(notebook)}\n"
