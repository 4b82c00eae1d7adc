"""Read and repair what was handed in, in a limited process: no file can take its reader's time or memory."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from nbformat import NotebookNode

from autograder.limited_process import OverLimitError, limited
from autograder.repair.released import ReleasedLesson
from autograder.repair.rules import repair
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import ASK, UngradableError

R = TypeVar("R")


def check_file(content: bytes) -> tuple[str, ...]:
    """What is wrong with a file that can be graded, a sentence each; nothing of a whole and proper notebook.

    Raises UngradableError where the file is no notebook that could be graded.
    """
    return _limited(_checked, content)


def read_repaired(content: bytes, lesson: ReleasedLesson, notes: Iterable[str] = ()) -> NotebookNode:
    """The notebook in a file, repaired. notes: as in `repair`.

    Raises UngradableError where that is impossible.
    """
    return _limited(_repaired, content, lesson, list(notes))


def repaired(notebook: NotebookNode, lesson: ReleasedLesson, notes: Iterable[str] = ()) -> NotebookNode:
    """A notebook that was read elsewhere, repaired. Raises as `read_repaired` does."""
    return _limited(repair, notebook, lesson, list(notes))


def _limited(function: Callable[..., R], *args: object) -> R:
    try:
        return limited(function, *args)
    except OverLimitError as error:
        raise UngradableError(f"{error}. {ASK}") from None
    except RecursionError:
        raise UngradableError(f"it is nested too deeply. {ASK}") from None


def _checked(content: bytes) -> tuple[str, ...]:
    return read_notebook(content).repairs  # the notebook stays in the limited process


def _repaired(content: bytes, lesson: ReleasedLesson, notes: list[str]) -> NotebookNode:
    submitted = read_notebook(content)
    return repair(submitted.notebook, lesson, [*submitted.repairs, *notes], submitted.cut_off)
