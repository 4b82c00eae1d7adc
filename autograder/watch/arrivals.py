"""Which hand-ins of a course are new or changed, and whole.

The folders are looked at again and again: what a kernel tells of changed files (inotify) does not reach other
machines, and hand-ins come over NFS. A hand-in counts when its files, by their names, sizes and times, have
been still for STILL seconds. A fresh file that is no proper notebook may still be on its way, with a pause.
It is waited for, at most PATIENCE seconds from its last change; then it counts, and grading says what is
wrong.
"""

import os
import time
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.repair.reading import check_file
from autograder.submissions.plain_files import MOST_ENTRIES
from autograder.submissions.submission import Submission, UngradableError, submitted

STILL = 0.4  # seconds; two looks are further apart
PATIENCE = 10.0
Files = tuple[tuple[str, int, int, int], ...]  # path, time of the last change in ns, size, inode


@dataclass
class _Pending:
    """A hand-in that is not graded as it is now. since: when its files were first seen like this."""

    files: Files
    since: float
    whole: bool | None = None


class Arrivals:
    """The hand-ins in a course directory, `root`, and which of them are graded as they are now."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._graded: dict[Path, Files] = {}
        self._pending: dict[Path, _Pending] = {}

    @property
    def pending(self) -> bool:
        """Whether there were hand-ins, at the last look, that are not graded as they are."""
        return bool(self._pending)

    def whole(self) -> list[Path]:
        """The notebooks to grade, the first to arrive first. Raises OSError where the course is not there."""
        now, pending = time.monotonic(), dict[Path, _Pending]()
        for submission in submitted(self._root):
            path, files = submission.path, _files(submission.path.parent)
            if self._graded.get(path) == files:
                continue
            before = self._pending.get(path)
            pending[path] = before if before and before.files == files else _Pending(files, now)
            if before is pending[path] and before.whole is None and now - before.since >= STILL:
                before.whole = not _fresh(files) or _whole(submission)
        self._pending = pending
        ready = {
            path: each.since
            for path, each in pending.items()
            if each.whole or (each.whole is False and now - each.since >= PATIENCE)
        }
        return sorted(ready, key=lambda path: (ready[path], path))

    def graded(self, path: Path) -> None:
        """Note that a notebook is graded, as it was at the last look."""
        if path in self._pending:  # else another attempt of the same student is told
            self._graded[path] = self._pending.pop(path).files

    def still(self, path: Path) -> bool:
        """Whether a notebook's folder is as it was at the last look."""
        return path not in self._pending or _files(path.parent) == self._pending[path].files

    def forget(self) -> None:
        """Take everything for new: the course's checks or settings have changed."""
        self._graded.clear()


def _files(folder: Path) -> Files:
    files = []
    paths = (os.path.join(place, name) for place, _, names in os.walk(folder) for name in names)  # noqa: PTH118
    for path in islice(paths, MOST_ENTRIES):
        try:
            about = os.lstat(path)
        except OSError:  # it has gone, or its folder is closed
            continue
        files.append((path, about.st_mtime_ns, about.st_size, about.st_ino))
    return tuple(sorted(files))


def _fresh(files: Files) -> bool:
    """Whether a file has changed lately, or in the future: clocks of other machines differ."""
    newest = max((changed_at for _, changed_at, _, _ in files), default=time.time_ns())
    return time.time_ns() - newest < PATIENCE * 1e9


def _whole(submission: Submission) -> bool:
    try:
        return not check_file(submission.read())
    except UngradableError:
        return False
