"""What was graded, at which content: a table of its own in the gradebook's database."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Column, DateTime, Engine, MetaData, String, Table, Text, func, inspect, select

from autograder.database import store_row
from autograder.errors import HeinitError
from autograder.grading.result import Result

RECEIPTS = Table(
    "heinit_receipt",
    MetaData(),
    Column("student", String(128), primary_key=True),
    Column("lesson", String(128), primary_key=True),
    Column("status", String(16), nullable=False),
    Column("submission", String(64), nullable=False),
    Column("submitted_at", DateTime),
    Column("checks", String(64), nullable=False),
    Column("environment", String(64), nullable=False),
    Column("result", Text, nullable=False),
    Column("graded_at", DateTime(timezone=True), server_default=func.now(), nullable=False),
)


class Receipts:
    """The receipts of one gradebook. The table is made where it is missing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        if inspect(engine).has_table(RECEIPTS.name):
            columns = {column["name"] for column in inspect(engine).get_columns(RECEIPTS.name)}
            if missing := {column.name for column in RECEIPTS.columns} - columns:
                raise HeinitError(
                    f"the gradebook's table {RECEIPTS.name} is of another version of heinit: it has no "
                    f"{', '.join(sorted(missing))}. Back the gradebook up, delete that table, and grade "
                    "again: scores and comments are not in it."
                )
        RECEIPTS.metadata.create_all(engine)

    def graded(self) -> dict[tuple[str, str], dict[str, Any]]:
        """For each student and lesson that is graded: at which content, in which environment, and when."""
        row = RECEIPTS.c
        columns = row.submission, row.submitted_at, row.checks, row.environment
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(row.student, row.lesson, *columns).where(row.status == "graded")
            ).mappings()
            return {(r["student"], r["lesson"]): {c.name: r[c.name] for c in columns} for r in rows}

    def find(self, student: str, lesson: str) -> Result | None:
        """The latest result of a student's lesson; None where there is none that can be read."""
        row = RECEIPTS.c
        query = select(row.result).where(row.student == student, row.lesson == lesson)
        with self._engine.connect() as connection:
            result = connection.execute(query).scalar()
        return Result.from_json(result) if result else None

    @staticmethod
    def keep(db: Any, result: Result, submitted_at: datetime | None) -> None:
        """Store a result in a session's transaction, in place of an earlier one."""
        store_row(
            db,
            RECEIPTS,
            student=result.student,
            lesson=result.lesson,
            status=result.status,
            submitted_at=submitted_at,
            **{name: result.receipt[name] for name in ("submission", "checks", "environment")},
            result=json.dumps(asdict(result)),
        )
