"""Save what was graded: notebooks by rename, then scores and receipts in one transaction.

A run has one writer, and nothing else of the run opens the gradebook. A batch is saved whole or
not at all: the notebooks of a batch that was cut short have no receipts, and are graded again.
What a grader entered by hand (scores, comments, extra credit) is not touched, and late penalties
are those of nbgrader's own plugin.
"""

import errno
import shutil
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

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
from nbgrader.utils import find_all_files
from sqlalchemy.exc import OperationalError

from autograder.database import FULL, database_words
from autograder.errors import HeinitError
from autograder.files import replacing
from autograder.grading.receipts import Receipts
from autograder.grading.worker import GradingTask, Outcome
from autograder.submissions import Submission

PATIENCE = 60  # seconds that another program may keep the gradebook locked
NO_RESPONSE = "No response."  # nbgrader's words
Batch = Sequence[tuple[GradingTask, Outcome]]


class Writer:
    """Writes to one course directory. api: nbgrader's interface to it, with its configuration."""

    def __init__(self, root: Path, api: Any) -> None:
        self._root, self._coursedir = root, api.coursedir
        self._autograde = Autograde(coursedir=api.coursedir, parent=api)
        self._penalties = AssignLatePenalties(parent=self._autograde)
        self._penalties.init_plugin()
        self._gradebook = api.gradebook
        self.receipts = Receipts(self._gradebook.engine)

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

    def save(self, batch: Batch) -> None:
        """Save a batch. Of an ungradable submission only the receipt is saved.

        Raises HeinitError where the disk is full, OperationalError where the gradebook is locked or cannot
        be used; nothing is half saved then.
        """
        try:
            for task, outcome in batch:
                if outcome.notebook:
                    self._write(task.submission, outcome.notebook)
            self._patiently(batch)
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise HeinitError(FULL) from None

    def _patiently(self, batch: Batch) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            try:
                self._store(batch)
                return
            except OperationalError as error:
                self._gradebook.db.rollback()
                # waiting makes no room on a disk, and mends no gradebook
                if time.monotonic() > until or "lock" not in database_words(error):
                    raise
                time.sleep(0.2)

    # Files

    def _write(self, submission: Submission, notebook: bytes) -> None:
        """Write the autograded notebook and the files beside it, with nbgrader's permissions."""
        folder = self._root / "autograded" / submission.student / submission.lesson
        folder.mkdir(parents=True, exist_ok=True)
        mode = int(str(self._autograde.permissions), 8)
        wanted = {submission.path.name}
        for source, inside in self._beside(submission).items():
            wanted.add(str(inside))
            (folder / inside).parent.mkdir(parents=True, exist_ok=True)
            with replacing(folder / inside, durable=True) as temporary:
                shutil.copy2(source, temporary)
                temporary.chmod(mode)
        with replacing(folder / submission.path.name, durable=True) as temporary:
            temporary.write_bytes(notebook)
            temporary.chmod(mode)
        for path in list(folder.rglob("*")):
            if path.is_file() and str(path.relative_to(folder)) not in wanted:
                path.unlink()
        if self._coursedir.groupshared:
            self._autograde.set_permissions(submission.lesson, submission.student)

    def _beside(self, submission: Submission) -> dict[Path, Path]:
        """The submission's other files, replaced by those of the lesson: from which path, to which place."""
        folder = submission.path.parent
        lesson = self._root / "source" / submission.lesson
        ignore = [*self._coursedir.ignore, "*.ipynb"]
        kept = {lesson / name for name in self._autograde.exclude_overwriting.get(submission.lesson, [])}
        files = {Path(p).relative_to(folder): Path(p) for p in find_all_files(str(folder), ignore)}
        for path in map(Path, find_all_files(str(lesson), ignore)):
            if path not in kept:
                files[path.relative_to(lesson)] = path
        return {path: inside for inside, path in files.items() if path.is_file()}

    # Gradebook

    def _store(self, batch: Batch) -> None:
        db = self._gradebook.db
        students = {outcome.result.student for _, outcome in batch if outcome.notebook}
        known = {s for (s,) in db.query(Student.id).filter(Student.id.in_(students))}
        for student in students - known:
            db.add(Student(id=student))
        db.flush()
        for task, outcome in batch:
            if outcome.notebook:
                self._store_scores(task, outcome)
        for task, outcome in batch:
            self.receipts.keep(db, outcome.result, task.submitted_at)
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
