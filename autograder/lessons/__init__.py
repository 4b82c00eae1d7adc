"""The lessons: which there are, and what happens to their notebooks before a student has them.

A lesson has three sources: the student's notebook, the module of reference answers, and the module of
hidden checks. compose.py joins them to the instructor's version; canonical.py is the form in which files
are kept; author.py and gaps.py serve whoever edits a lesson, workspace.py whoever takes the course.

A wheel of heinit carries `notebooks/` and `docs/` in the folder `autograder/share/` (see pyproject.toml), so
that installed commands find the lessons without a checkout.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from autograder.errors import UsageError

if TYPE_CHECKING:
    from nbformat import NotebookNode

_PACKAGE = Path(__file__).resolve().parents[1]
CHECKOUT = _PACKAGE.parent if (_PACKAGE.parent / "heinit").is_file() else None
SHARE = CHECKOUT or _PACKAGE / "share"
NOTEBOOKS = SHARE / "notebooks"
# A notebook that is no lesson: nothing in it is checked or graded, and it keeps its outputs, which only a
# machine with PyTorch can make (see benchmarks/frameworks.py).
APPENDIX = NOTEBOOKS / "in-your-own-project" / "in-your-own-project.ipynb"


@dataclass(frozen=True)
class Lesson:
    """One lesson, one nbgrader assignment. name: "3-worked-examples"."""

    name: str

    @property
    def path(self) -> Path:
        """The student's notebook."""
        return NOTEBOOKS / self.name / f"{self.name}.ipynb"

    @property
    def notebook(self) -> NotebookNode:
        """The student's notebook, read anew."""
        import nbformat

        return nbformat.read(self.path, as_version=4)

    @property
    def module(self) -> str:
        """The name of the lesson's module in every package: "worked_examples"."""
        return self.name.split("-", 1)[1].replace("-", "_")

    @property
    def solutions(self) -> ModuleType:
        """The module of reference answers."""
        return importlib.import_module(f"heinit_solutions.{self.module}")


def checkout() -> Path:
    """The folder of the course's sources. Raises UsageError where heinit was installed from a wheel."""
    if CHECKOUT is None:
        raise UsageError(
            "this verb works on the course's sources, which an installed heinit does not have. "
            "Clone the repository, and run the verb there with ./heinit."
        )
    return CHECKOUT


def lessons() -> list[Lesson]:
    """All lessons, in order. Raises UsageError where the notebooks are not there."""
    names = sorted(p.parent.name for p in NOTEBOOKS.glob("[0-9]-*/*.ipynb") if p.stem == p.parent.name)
    if not names:
        raise UsageError(f"there are no lessons in {NOTEBOOKS}. Install heinit again.")
    return [Lesson(name) for name in names]


def lesson(name: str) -> Lesson:
    """The lesson of that name or number. Raises UsageError, which lists the names, where there is none."""
    for each in lessons():
        if name in (each.name, each.name.split("-")[0]):
            return each
    names = ", ".join(each.name for each in lessons())
    raise UsageError(f"there is no lesson called {name!r}. The lessons are: {names}.")
