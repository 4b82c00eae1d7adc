"""nbgrader's preprocessor that repairs a submitted notebook before any other step sees it."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.repair.reading import repaired
from autograder.repair.released import released_lesson


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """The first of nbgrader's sanitizing preprocessors in a course directory."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        name, assignment = about["notebook"], about["assignment"]
        with Gradebook(about["db_url"]) as gradebook:
            lesson = released_lesson(gradebook, name, assignment, self._source(name, assignment))
        result = repaired(nb, lesson)
        for sentence in result.repairs:
            self.log.warning("%s, %s: %s", about["student"], name, sentence)
        return result.notebook, resources

    def _source(self, name: str, assignment: str) -> Path | None:
        """The instructor's notebook, where nbgrader runs this step for a course directory."""
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is None:
            return None
        return Path(coursedir.format_path(coursedir.source_directory, ".", assignment)) / f"{name}.ipynb"
