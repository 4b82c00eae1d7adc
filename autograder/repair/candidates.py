"""Which of the files that a student handed in is the lesson.

Students hand in `3-lesson (1).ipynb` beside the blank original, `3-lesson.ipynb.txt`, a folder in a folder or
an archive in an archive. A file is a candidate where it looks like a notebook, whatever its name is, and
counts where at least half of the lesson's answers have their cell, or their function, in it. Of several that
count, the fullest is taken: the one in which most answers are written. Of equally full files, the one that
was uploaded last is taken, then the one that has the lesson's name, then the uppermost, then the first by
name. Two files of the same content are one. What was taken and why is told, but for blank originals.

Each candidate is read in a limited process: a file that takes its reader's time or memory counts for nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from autograder.limited_process import OverLimitError, limited
from autograder.repair.notebook import SubmittedCell, take_apart
from autograder.repair.released import ReleasedCell, ReleasedLesson
from autograder.submissions.archives import expanded, is_archive
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import Submission, UngradableError
from autograder.text import printable

MOST = 12  # candidates that are read
_SUFFIX = re.compile(r"\.ipynb(?:\.\w+)?$", re.I)


@dataclass(frozen=True)
class ChosenFile:
    """The file that was taken for the lesson. notes: what was taken and why, a sentence each."""

    path: str
    content: bytes
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Weight:
    """path: of a candidate. written: answers in it that are not as released. order: as in `choose`."""

    path: str
    written: int
    order: int
    named: bool

    @property
    def rank(self) -> tuple[int, int, bool, int, str]:
        """The smaller, the better."""
        return -self.written, -self.order, not self.named, self.path.count("/"), self.path


def choose(
    files: Mapping[str, bytes], lesson: ReleasedLesson, name: str, order: Mapping[str, int] | None = None
) -> ChosenFile | None:
    """The lesson among a student's files, which are expanded; None where no file is surely the lesson.

    name: the lesson's file. order: the larger, the later was a file uploaded.
    """

    def likeliest_first(path: str) -> tuple[bool, bool, int, str]:
        return path != name, not _SUFFIX.search(path), path.count("/"), path

    likely = [path for path in files if _looks_like_one(path, files[path])]
    paths = sorted(likely, key=likeliest_first)[:MOST]
    contents = {files[path]: path for path in reversed(paths)}  # the first path of each content
    weights = [
        _Weight(path, written, (order or {}).get(path, 0), path == name)
        for content, path in contents.items()
        if (written := _written(content, lesson)) is not None
    ]
    if not weights:
        return None
    best, *others = sorted(weights, key=lambda weight: weight.rank)
    notes = []
    shown = _shown(best.path)
    others = [other for other in others if other.written]
    if others:
        lesser = ", ".join(f"`{_shown(other.path)}` ({other.written})" for other in others)
        why = "most answers are written in it"
        if others[0].written == best.written:
            why = "it has the lesson's name" if best.named else "it comes first by its name"
            why = "it was uploaded last" if others[0].order < best.order else why
            why += ", and no other has more answers"
        notes.append(
            f"Several notebooks were handed in: `{shown}` ({best.written} answers written), {lesser}. "
            f"`{shown}` was taken, since {why}."
        )
    elif not best.named:
        notes.append(f"The notebook was handed in as `{shown}`, and was taken: it has the lesson's cells.")
    return ChosenFile(best.path, files[best.path], tuple(notes))


def choose_notebook(submission: Submission, lesson: ReleasedLesson) -> ChosenFile:
    """The notebook of a submission, whatever it is called. Raises UngradableError as `Submission.read`."""
    name = submission.path.name
    own, error = b"", None
    try:
        own = submission.read()
    except UngradableError as reason:
        error = reason
    others = {} if submission.misnamed else submission.others()
    if others or (own and is_archive(own)):
        files, _ = expanded({name: own, **others} if own else others)
        if choice := choose(files, lesson, name):
            if error is None and choice.path != name and name in files and _written(own, lesson) is None:
                unfit = f"`{name}` was not taken: the lesson's cells are not in it."
                return ChosenFile(choice.path, choice.content, (*choice.notes, unfit))
            return choice
    if error is not None:
        raise error
    return ChosenFile(name, own)


def _looks_like_one(path: str, content: bytes) -> bool:
    """Whether a file may be a notebook: by its name, or by how it begins."""
    return bool(_SUFFIX.search(path)) or (content[:200].lstrip()[:1] == b"{" and b'"cells"' in content)


def _written(content: bytes, lesson: ReleasedLesson) -> int | None:
    """How many answers are written in a file; None where the file is not surely the lesson."""
    try:
        return limited(_answers, content, lesson.solutions())
    except (UngradableError, OverLimitError, RecursionError):
        return None


def _answers(content: bytes, solutions: list[ReleasedCell]) -> int | None:
    cells = take_apart(read_notebook(content).notebook)
    there = [[cell for cell in cells if _is_of(cell, released)] for released in solutions]
    if sum(map(bool, there)) * 2 < max(len(solutions), 1):
        return None
    return sum(
        any(cell.own_lines(released) for cell in of_answer)
        for of_answer, released in zip(there, solutions, strict=True)
    )


def _is_of(cell: SubmittedCell, released: ReleasedCell) -> bool:
    """Whether a cell is that of a released answer, by its marks, its id, or the function that it defines."""
    if released.name in (cell.id, cell.marks.get("grade_id")):
        return True
    name = re.escape(released.function or released.name)
    return cell.kind == "code" and bool(re.search(rf"^(?:def +{name}\b|{name} *=)", cell.source, re.M))


def _shown(path: str) -> str:
    return printable(path).replace("`", "'")
