"""The attempts of a student at a lesson: every content that was graded, and which of them counts.

How it works. A hand-in with new content is an attempt. What nobody could grade is none, and neither is what
was handed in again before it was graded. Each attempt has a row in the table `heinit_attempt`, its files in
`attempts/STUDENT/LESSON/NUMBER/`, and beside that folder the notebook as it was graded, `NUMBER.ipynb`.
`course.toml` says how many attempts of a lesson are graded, and whether the best or the last counts. The
attempt that counts is the one in `autograded/`, in the gradebook and in the receipts. Where the best counts
and the checks change, all attempts are graded again from their files.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Column, DateTime, Engine, Integer, MetaData, String, Table, Text, select

from autograder.database import store_row
from autograder.files import fill
from autograder.grading.result import Result

ATTEMPTS = Table(
    "heinit_attempt",
    MetaData(),
    Column("student", String(128), primary_key=True),
    Column("lesson", String(128), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("submission", String(64), nullable=False),
    Column("submitted_at", DateTime),
    Column("result", Text, nullable=False),
)
BEYOND = "beyond the limit"  # the status of a result


@dataclass(frozen=True)
class Attempt:
    """One attempt. submission: the hash of its content. result: its status is "graded" or BEYOND."""

    number: int
    submission: str
    submitted_at: datetime | None
    result: Result

    @property
    def graded(self) -> bool:
        return self.result.status == "graded"

    def graded_by(self, checks: str, environment: str) -> bool:
        """Whether these checks, in this environment, have graded the attempt."""
        receipt = self.result.receipt
        return self.graded and (receipt["checks"], receipt["environment"]) == (checks, environment)


class Attempts:
    """The attempts in one gradebook. The table is made where it is missing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        ATTEMPTS.metadata.create_all(engine)

    def of(self, student: str, lesson: str) -> list[Attempt]:
        """A student's attempts at a lesson, the first first; damaged ones are left out."""
        row = ATTEMPTS.c
        query = (
            select(row.number, row.submission, row.submitted_at, row.result)
            .where(row.student == student, row.lesson == lesson)
            .order_by(row.number)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return [
            Attempt(number, submission, submitted_at, result)
            for number, submission, submitted_at, text in rows
            if (result := Result.from_json(text)) is not None
        ]

    @staticmethod
    def keep(db: Any, result: Result, submitted_at: datetime | None) -> None:
        """Store an attempt in a session's transaction, in place of what its number has."""
        store_row(
            db,
            ATTEMPTS,
            student=result.student,
            lesson=result.lesson,
            number=result.attempt,
            submission=result.receipt["submission"],
            submitted_at=submitted_at,
            result=json.dumps(asdict(result)),
        )


def why_beyond(limit: int, counting: Result | None) -> str:
    """Why a hand-in beyond the limit is not graded. counting: the result that counts."""
    graded = "1 attempt is" if limit == 1 else f"{limit} attempts are"
    which = f" Attempt {counting.attempt} counts." if counting and counting.attempt else ""
    return f"{graded} graded, and this is one more: it is kept, and not graded.{which}"


def number_of(attempts: list[Attempt], submission: str) -> int:
    """The number of the attempt with this content, or the next one."""
    known = [attempt.number for attempt in attempts if attempt.submission == submission]
    return known[-1] if known else 1 + max((attempt.number for attempt in attempts), default=0)


def folder_of(root: Path, student: str, lesson: str, number: int) -> Path:
    """Where the files of an attempt are kept."""
    return root / "attempts" / student / lesson / str(number)


def keep_files(folder: Path, name: str, notebook: bytes, beside: Mapping[str, bytes]) -> None:
    """Keep what was handed in; a folder that has it all stays as it is. name: of the notebook."""
    files = {**beside, name: notebook}
    with suppress(OSError):
        if all((folder / path).read_bytes() == content for path, content in files.items()):
            return
    fill(folder, files)


def graded_copy(folder: Path) -> Path:
    """Where the graded notebook of an attempt is kept. folder: the attempt's."""
    return folder.with_name(f"{folder.name}.ipynb")
