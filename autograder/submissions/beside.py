"""The files beside a notebook: those that were handed in, and the lesson's own, which take their places.

They are read once and travel as bytes: to `autograded/`, to the folder in the sandbox in which the
notebook's cells run, and into the hash in the receipt. No process outside the sandbox imports from them.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nbgrader.utils import find_all_files

from autograder.settings import read_settings
from autograder.submissions.plain_files import MOST_BYTES, Beside
from autograder.submissions.submission import Submission


def read_files(submission: Submission, autograde: Any) -> tuple[Beside, dict[str, bytes]]:
    """What was handed in beside a notebook, and the files that the notebook's cells find.

    autograde: nbgrader's `Autograde`, with the course's configuration. Raises UngradableError.
    """
    beside = submission.beside(autograde.coursedir.ignore)
    own = lesson_files(submission.lesson, autograde)
    files, room = {}, MOST_BYTES
    for path, place in own.items():
        size = place.stat().st_size
        if size <= room:
            files[path] = place.read_bytes()
            room -= size
    files |= {path: content for path, content in beside.for_cells.items() if path not in own}
    return beside, files


def lesson_files(lesson: str, autograde: Any) -> dict[str, Path]:
    """The files beside the instructor's notebook, by their paths. autograde: as in `read_files`."""
    coursedir = autograde.coursedir
    folder = Path(coursedir.format_path(coursedir.source_directory, ".", lesson))
    kept = autograde.exclude_overwriting.get(lesson, [])
    files = map(Path, find_all_files(str(folder), [*coursedir.ignore, "*.ipynb"]))
    own = {path.relative_to(folder).as_posix(): path for path in files if path.is_file()}
    return {path: place for path, place in own.items() if path not in kept}


def of_nbgrader(preprocessor: Any, about: Mapping[str, str]) -> tuple[Submission, Any] | None:
    """The submission that one of nbgrader's preprocessors has before it, and nbgrader's `Autograde`.

    about: its resources["nbgrader"]. None where it does not run for a course directory.
    """
    autograde = getattr(preprocessor.parent, "parent", None)
    coursedir = getattr(autograde, "coursedir", None)
    if coursedir is None or not hasattr(autograde, "exclude_overwriting"):
        return None
    student, lesson = about["student"], about["assignment"]
    folder = Path(coursedir.format_path(coursedir.submitted_directory, student, lesson))
    timezone = read_settings(Path(coursedir.root)).timezone
    path = folder / f"{about['notebook']}.ipynb"
    return Submission(student, lesson, path, timezone=timezone), autograde


def content_hash(notebook: bytes, files: Mapping[str, bytes]) -> str:
    """The hash of a submission: its notebook's, and with files beside it that of all their hashes."""
    if not files:
        return hashlib.sha256(notebook).hexdigest()
    parts = [notebook]
    for path in sorted(files):
        parts += [path.encode(), files[path]]
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()
