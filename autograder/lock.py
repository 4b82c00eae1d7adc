"""One lock a course, for all that writes there: two runs at once wait for each other.

How it works. Each writing verb of `heinit` holds a lock on the file LOCK of the course directory. So does
each step of nbgrader's, on the command line and behind formgrader's buttons: the course's configuration calls
`lock_nbgrader`, since nbgrader has no setting for what encloses a whole step. The lock is the kernel's, so it
is free as soon as the process that holds it has ended, however it ended; the file stays where it is. Whoever
holds the lock writes into the file who that is. A second run says so at once, and goes on when the lock is
free. A process that holds the lock may take it again.
"""

import errno
import functools
import json
import os
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from stat import S_IWGRP
from typing import Any

import click
from filelock import FileLock, Timeout

from autograder.course import CONFIG_FILE
from autograder.database import FULL
from autograder.errors import HeinitError
from autograder.text import printable

LOCK = ".heinit-lock"
FOREVER = -1.0
PATIENCE = FOREVER  # seconds that a command waits
BUTTON = 5.0  # seconds that a button of formgrader's waits: its whole server waits with it
_held: set[Path] = set()
_to_stderr = functools.partial(click.echo, err=True)


class CourseInUseError(HeinitError):
    """Another run has the course; the text says which."""


@contextmanager
def course_lock(
    root: Path,
    run: str,
    *,
    name: str = LOCK,
    patience: float | None = None,
    reads: bool = False,
    say: Callable[[str], object] = _to_stderr,
) -> Iterator[None]:
    """Hold the lock of a course inside the `with`; of a directory that is no course, there is none.

    run: what takes the lock, such as "heinit grade". name: of the lock's file, where it is another lock.
    patience: seconds to wait, by default PATIENCE.
    reads: whether the run only reads where it may not write; then it goes on without a lock in such a course.
    say: is given the sentence on who has the course, where there is somebody to wait for.
    Raises CourseInUseError after `patience` seconds, HeinitError where there can be no lock.
    """
    folder = root.resolve()
    place = folder / name
    if place in _held or not (folder / CONFIG_FILE).is_file():
        yield
        return
    # with nbgrader's `groupshared`, several instructors write there
    mode = 0o664 if folder.stat().st_mode & S_IWGRP else 0o644
    lock = FileLock(place, mode=mode, thread_local=False, fallback_to_soft=False)
    try:
        _acquire(lock, root, PATIENCE if patience is None else patience, say)
    except OSError as error:
        if not reads or os.access(folder, os.W_OK):
            raise HeinitError(_no_lock(root / name, error)) from None
        yield
        return
    try:
        _held.add(place)
        _sign(place, run)
        yield
    finally:
        _held.discard(place)
        lock.release()


def holder(place: Path) -> str:
    """Who has a lock, or had it last: "`heinit grade` since 14:02:03 (process 7 on host)"."""
    try:
        about = json.loads(place.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(about["since"])
        day = "" if since.date() == datetime.now(since.tzinfo).date() else f" on {since:%d %B}"
        where = "" if about["host"] == socket.gethostname() else f" on {about['host']}"
        return printable(f"`{about['run']}` since {since:%H:%M:%S}{day} (process {about['pid']}{where})")
    except (OSError, ValueError, LookupError, TypeError):
        return "another run"


def lock_nbgrader() -> None:
    """Have every step of nbgrader's in this process hold the lock of its course."""
    from nbgrader.apps.zipcollectapp import ZipCollectApp
    from nbgrader.converters.base import BaseConverter

    for kind in (BaseConverter, ZipCollectApp):
        if not hasattr(kind.start, "__wrapped__"):
            kind.start = _locked(kind.start)


def _locked(start: Callable[..., Any]) -> Callable[..., Any]:
    """nbgrader's `start` of a step, with the lock held."""

    @functools.wraps(start)
    def started(step: Any) -> Any:
        with step_lock(step):
            return start(step)

    return started


@contextmanager
def step_lock(step: Any) -> Iterator[None]:
    """The lock for a step of nbgrader's. Raises what ends that step where another run has the course."""
    from nbgrader.apps import NbGraderAPI
    from nbgrader.converters import NbGraderException
    from nbgrader.exchange import ExchangeError
    from nbgrader.exchange.abc import Exchange

    button = isinstance(step.parent, NbGraderAPI)
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(step).__name__.removesuffix("App")).lower()
    run = f"{'formgrader, ' if button else 'nbgrader '}{name.removeprefix('exchange_')}"
    root = Path(step.coursedir.root)
    try:
        with course_lock(root, run, patience=BUTTON if button else None, say=step.log.warning):
            yield
    except HeinitError as error:
        step.log.error(str(error))
        kind = ExchangeError if isinstance(step, Exchange) else NbGraderException
        raise kind(str(error)) from None


def _acquire(lock: FileLock, root: Path, patience: float, say: Callable[[str], object]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        who = holder(Path(lock.lock_file))
        if patience:
            say(f"{root} is in use: {who} has it. Waiting until that has ended.")
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            raise CourseInUseError(
                f"{root} is in use: {who} has it. Try again when that has ended."
            ) from None


def _sign(place: Path, run: str) -> None:
    """Write who has the lock. Where the file cannot be written to, as on Windows, nobody reads who it is."""
    about = {
        "run": run,
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }
    with suppress(OSError):
        place.write_text(json.dumps(about) + "\n", encoding="utf-8")


def _no_lock(place: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if place.is_symlink() or place.is_dir():
        return (
            f"{place} is no plain file ({error.strerror}). Take it away: the lock of a course is made there."
        )
    if isinstance(error, PermissionError) or not os.access(place.parent, os.W_OK):
        return (
            f"{place} cannot be opened ({error.strerror}), and two runs at once must not write in a course. "
            "See that the course's folder and that file are yours to write."
        )
    return (
        f"the file system of {place.parent} gives no locks ({error.strerror}), and two runs at once must not "
        "write in a course. Put the course on another file system, or mount that one with locks."
    )
