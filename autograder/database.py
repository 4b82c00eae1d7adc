"""What to say where the database of a gradebook is locked, damaged, full or not to be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Table, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from autograder.errors import HeinitError

FULL = "the course's disk is full. What is graded so far is kept: make room, and run the same command again."
UNUSABLE = (DBAPIError, ArgumentError, ModuleNotFoundError)  # what opening a gradebook may raise


def unusable(error: Exception) -> HeinitError | None:
    """What to say where the gradebook cannot be used; None where the error is about something else."""
    other_module = isinstance(error, ModuleNotFoundError) and not str(error.name).startswith("psycopg")
    if not isinstance(error, UNUSABLE) or other_module:
        return None
    reason = (database_words(error) or type(error).__name__).splitlines()[0]
    if disk_full(error):
        return HeinitError(FULL)
    if "lock" in reason:
        advice = "Close the program that uses it, and run the same command again."
    elif "column" in reason:
        advice = "It is of another version of nbgrader: run `nbgrader db upgrade` in the course's folder."
    elif any(words in reason for words in ("not a database", "malformed", "no such", "is empty")):
        advice = (
            "It is damaged: put back a copy of it. Without a copy, move it away and run `heinit course DIR "
            "--renew`, then `heinit grade DIR --force`: all comes back but the roster and what was entered "
            "by hand."
        )
    else:
        advice = (
            "See that it is there and yours to write, or that its server runs and `c.CourseDirectory.db_url` "
            "in nbgrader_config.py is right, and run the same command again."
        )
    return HeinitError(f"the gradebook cannot be used ({reason}). What is graded so far is kept. {advice}")


@contextmanager
def gradebook_in_words() -> Iterator[None]:
    """Raise HeinitError, with a sentence, for what goes wrong with a gradebook inside the `with`."""
    try:
        yield
    except UNUSABLE as error:
        raise unusable(error) or error from None


def refuse_empty(db_url: str) -> None:
    """Raise HeinitError where a gradebook's file is empty: nbgrader would take it for a new gradebook."""
    with gradebook_in_words():
        url = make_url(db_url)
        path = Path(url.database or "")
        if url.drivername == "sqlite" and path.is_file() and path.stat().st_size == 0:
            raise ArgumentError(f"{path.name} is empty")


def store_row(db: Any, table: Table, **row: object) -> None:
    """Store a row in a session's transaction, in place of the row that has its primary key."""
    db.execute(table.delete().where(*(column == row[column.name] for column in table.primary_key)))
    db.execute(table.insert().values(**row))


def disk_full(error: Exception) -> bool:
    """Whether the database has no room, in the words of SQLite or of PostgreSQL."""
    return any(words in database_words(error) for words in ("disk is full", "No space left"))


def database_words(error: Exception) -> str:
    """What the database itself said, without the query."""
    return str(getattr(error, "orig", None) or error).strip()
