"""Draw one feedback page: bytes in, bytes out. This is what a worker of the engine does.

It knows no gradebook and no course directory: the grades come with the notebook.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import nbformat

from autograder.feedback.page import code_hash, feedback_page, made_from
from autograder.gradebook import Grades
from autograder.grading.environment import environment_hash

UNREADABLE = "its graded notebook cannot be read ({error}). Grade it again with --force."


@dataclass(frozen=True)
class Graded:
    """A notebook as it was graded, and its grades.

    present: how the page begins that is there already, or b'' where none is or a new one is wanted.
    """

    notebook: bytes
    grades: Grades
    present: bytes = b""


@dataclass(frozen=True)
class Drawn:
    """A page, or b'' where the present one is right; or the reason why there is none."""

    page: bytes = b""
    reason: str = ""
    retry: bool = False

    def to_bytes(self) -> bytes:
        """A letter for what it is, then the page or the reason."""
        return b"R" + self.reason.encode() if self.reason else b"P" + self.page


class Drawing:
    """What all pages of a run share: nothing but the code that draws them."""

    @property
    def worth(self) -> int:
        """How many pages take about as long as starting a worker does."""
        return 60

    def craft(self) -> Drawer:
        """What draws."""
        return Drawer()

    def environment(self) -> str:
        """A hash of the code that draws, and of what it draws with."""
        return hashlib.sha256(code_hash() + environment_hash().encode()).hexdigest()

    def outcome(self, data: bytes) -> Drawn:
        """The outcome that `Drawn.to_bytes` made them of."""
        return Drawn(reason=data[1:].decode()) if data[:1] == b"R" else Drawn(page=data[1:])

    def failed(self, reason: str, retry: bool = False) -> Drawn:
        """The outcome of a page that no worker could draw."""
        return Drawn(reason=reason, retry=retry)


class Drawer:
    """Draws pages, one after the other."""

    def start(self) -> None:
        """It needs nothing."""

    def close(self) -> None:
        """It keeps nothing."""

    def do(self, task: Graded) -> Drawn:
        """Draw one page, unless the present one was made from the same."""
        try:
            notebook = nbformat.reads(task.notebook.decode(), as_version=4)
        except Exception as error:  # whatever is in one notebook, the others get their pages
            return Drawn(reason=UNREADABLE.format(error=error))
        if task.present and made_from(notebook, task.grades).encode() in task.present:
            return Drawn()
        return Drawn(page=feedback_page(notebook, task.grades).encode())
