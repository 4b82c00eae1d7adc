"""Draw one feedback page: bytes in, bytes out. This is what a worker of the pool does.

It knows no gradebook and no course directory: the grades come with the notebook.
"""

from dataclasses import dataclass

import nbformat

from autograder.feedback.attempts import AttemptLine
from autograder.feedback.page import code_hash, feedback_page, made_from
from autograder.grades import Grades
from autograder.grading.job import Job, Refusal
from autograder.limited_process import OverLimitError, limited
from autograder.text import printable

UNDRAWN = "the notebook cannot be drawn ({error}). Tell the student the points in another way."
UNREADABLE = "its graded notebook cannot be read ({error}). Grade it again with --force."


@dataclass(frozen=True)
class PageTask:
    """A notebook as it was graded, and its grades.

    present: how the present page begins, or b'' where there is none or a new one is wanted.
    refusal: why there is nothing to draw, or ''.
    attempts: the student's attempts. number: of the attempt that the page is for, 0 for the one that counts.
    """

    grades: Grades
    notebook: bytes = b""
    present: bytes = b""
    refusal: str = ""
    attempts: tuple[AttemptLine, ...] = ()
    number: int = 0


class PageJob(Job[PageTask, bytes]):
    """Draws pages, one after the other. The outcome is the page, or b'' where the present page is right."""

    tasks_per_start = 60

    def environment(self) -> str:
        """A hash of the code that draws, and of what it draws with."""
        return code_hash()

    def do(self, task: PageTask) -> bytes | Refusal:
        """Draw one page, unless the present page was made from the same notebook and grades."""
        if task.refusal:
            return Refusal(task.refusal)
        try:
            return limited(_drawn, task)
        except OverLimitError as error:
            return Refusal(UNDRAWN.format(error=error))
        except Exception as error:  # whatever is in one notebook, the others get their pages
            return Refusal(UNDRAWN.format(error=printable(f"{error!r:.200}")))


def _drawn(task: PageTask) -> bytes | Refusal:
    try:
        notebook = nbformat.reads(task.notebook.decode(), as_version=4)
    except Exception as error:
        return Refusal(UNREADABLE.format(error=printable(f"{error!s:.200}")))
    if task.present and made_from(notebook, task.grades, task.attempts).encode() in task.present:
        return b""
    return feedback_page(notebook, task.grades, task.attempts).encode()
