"""An author's copy of a lesson, which JupyterLab may edit, and the way back to its canonical form."""

import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.files import write_atomically
from autograder.lessons import NOTEBOOKS, Lesson
from autograder.lessons.canonical import canonical, text, unlocked
from autograder.submissions.notebook_file import first_line
from autograder.surroundings import inherited

SCRATCH = NOTEBOOKS.parent / ".authoring"
RANDOM_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{8}")  # JupyterLab's cell ids


class AuthorSession:
    """A lesson being edited. `say` gets a sentence for everything that happens.

    kept: the lesson in the course. copy: the unlocked notebook, which JupyterLab opens.
    """

    def __init__(self, lesson: Lesson, say: Callable[[str], None], scratch: Path = SCRATCH) -> None:
        self.lesson, self.say = lesson, say
        self.kept = lesson.path
        self.copy = scratch / lesson.name / lesson.path.name
        self._gaps: list[str] = []
        self._known = _read(self.kept)
        self._set_aside()
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self.copy, text(unlocked(_notebook(self.kept))))

    def saved(self) -> None:
        """After the copy was saved: write the lesson, and say what its exercises lack. Raises nothing."""
        try:
            if self.write_back():
                self.report_gaps()
        except Exception as error:  # the author goes on editing, and must know of it
            self.say(f"{_short(self.kept)} could not be written: {error}")

    def write_back(self) -> bool:
        """Write the copy to the lesson, in canonical form; whether anything was written.

        Nothing is written where the copy is no whole notebook, or where the lesson changed meanwhile.
        """
        try:
            content = text(edited(_notebook(self.copy)))
        except HeinitError as error:
            self.say(f"{error} Nothing was written.")
            return False
        on_disk = _read(self.kept) if self.kept.exists() else ""
        if content in (self._known, on_disk):
            self._known = content
            return False
        if on_disk != self._known:
            self.say(
                f"{_short(self.kept)} changed on disk since it was opened, so it is left as it is. "
                f"Your version is in {_short(self.copy)}: take over what you need, then start again."
            )
            return False
        write_atomically(self.kept, content)
        self._known = content
        self.say(f"Wrote {_short(self.kept)}.")
        return True

    def report_gaps(self) -> None:
        """Say what the exercises lack, unless that was said last time."""
        command = [sys.executable, "-P", "-m", "autograder.lessons.gaps", self.lesson.name, str(self.copy)]
        process = subprocess.run(command, env=inherited(), capture_output=True, encoding="utf-8", check=False)
        gaps = [line for line in (process.stdout or process.stderr).splitlines() if line]
        if gaps != self._gaps:
            for line in gaps or ["Nothing is missing any more."]:
                self.say(f"  {line}")
        self._gaps = gaps

    def _set_aside(self) -> None:
        """Keep a copy that an earlier session could not write to the lesson."""
        if not self.copy.exists():
            return
        with suppress(HeinitError):
            if text(edited(_notebook(self.copy))) == self._known:
                return
        names = (self.copy.with_name(f"{self.copy.stem}-{number}.ipynb") for number in itertools.count(1))
        aside = next(name for name in names if not name.exists())
        self.copy.rename(aside)
        self.say(f"An earlier session left other work here; it is kept as {_short(aside)}.")


def edited(notebook: NotebookNode) -> NotebookNode:
    """What an author wrote, in canonical form.

    Raises HeinitError where two cells have one ID or the notebook is not valid.
    """
    marks = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    names = [mark.get("grade_id", "") for mark in marks]
    for name in names:
        if not re.fullmatch(r"[\w-]{1,64}", name, re.ASCII):
            raise HeinitError(f"{name!r} cannot be the ID of an exercise: use the name of its function.")
        if names.count(name) > 1:
            raise HeinitError(f"Two cells have the ID {name!r}: give one of them another.")
    try:
        lesson = canonical(notebook)
    except nbformat.ValidationError as error:
        raise HeinitError(f"The copy is not a valid notebook: {first_line(error)}.") from None
    _name_cells(lesson)
    return lesson


def _name_cells(notebook: NotebookNode) -> None:
    """Replace the random ids that JupyterLab gives to cells by names from the first words of the cells."""
    taken = {cell.id for cell in notebook.cells}
    for cell in notebook.cells:
        if RANDOM_ID.fullmatch(cell.id):
            first = re.search(r".*[a-z].*", cell.source.lower())
            base = "-".join(re.findall(r"[a-z0-9_]+", first[0] if first else "cell")[:4])[:50]
            names = itertools.chain([base], (f"{base}-{number}" for number in itertools.count(2)))
            cell.id = next(name for name in names if name not in taken)
            taken.add(cell.id)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise HeinitError(f"{_short(path)} cannot be read ({error}).") from None


def _notebook(path: Path) -> NotebookNode:
    content = _read(path)
    try:
        return nbformat.reads(content, as_version=4)
    except Exception as error:  # nbformat raises many kinds, by how the file is broken
        raise HeinitError(f"{_short(path)} is not a whole notebook ({first_line(error)[:100]}).") from None


def _short(path: Path) -> str:
    root = NOTEBOOKS.parent
    return str(path.relative_to(root) if path.is_relative_to(root) else path)
