"""The step of nbgrader that mends a submitted notebook before any other sees it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.repair.released import originals
from autograder.repair.rules import mend


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """The first of nbgrader's sanitizing preprocessors in a course directory."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        told = resources["nbgrader"]
        name, assignment = told["notebook"], told["assignment"]
        with Gradebook(told["db_url"]) as gradebook:
            lesson = originals(gradebook, name, assignment, self._source(name, assignment))
        mended = mend(nb, lesson)
        for sentence in mended.repairs:
            self.log.warning("%s, %s: %s", told["student"], name, sentence)
        return mended.notebook, resources

    def _source(self, name: str, assignment: str) -> Path | None:
        """The instructor's version, where a converter of a course directory runs us."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return None
        return Path(coursedir.format_path(coursedir.source_directory, ".", assignment)) / f"{name}.ipynb"
