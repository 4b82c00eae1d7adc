"""nbgrader's preprocessor that repairs a submitted notebook before any other step sees it."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.repair.released import released_lesson
from autograder.repair.rules import repair
from autograder.submissions import Submission


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """The first of nbgrader's sanitizing preprocessors in a course directory.

    It refuses what `heinit grade` refuses: nbgrader itself would read 01.03.2026 as the third of January.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        name, assignment, student = about["notebook"], about["assignment"], about["student"]
        if (folder := self._folder("submitted", student, assignment)) is not None:
            Submission(student, assignment, folder / f"{name}.ipynb").submitted_at()  # or it is ungradable
        with Gradebook(about["db_url"]) as gradebook:
            source = self._folder("source", ".", assignment)
            lesson = released_lesson(gradebook, name, assignment, source and source / f"{name}.ipynb")
        repaired = repair(nb, lesson)
        for sentence in repaired.repairs:
            self.log.warning("%s, %s: %s", student, name, sentence)
        return repaired.notebook, resources

    def _folder(self, step: str, student: str, assignment: str) -> Path | None:
        """The folder of "source" or "submitted", where nbgrader runs this step for a course directory."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return None
        return Path(coursedir.format_path(getattr(coursedir, f"{step}_directory"), student, assignment))
