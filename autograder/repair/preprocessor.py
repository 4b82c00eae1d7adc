"""nbgrader's preprocessor that repairs a submitted notebook before any other step sees it.

nbgrader follows links when it copies what lies beside a notebook. So this step first looks whether the
notebook is a plain file, and takes out of `autograded/` every copy that `heinit grade` would not make.
"""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.files import clear
from autograder.grading.scoring import Scoring
from autograder.repair.notebook import repairs_of
from autograder.repair.reading import repaired
from autograder.repair.released import released_lesson
from autograder.submissions.beside import lesson_files, of_nbgrader
from autograder.submissions.submission import Submission
from autograder.text import printable


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """The first of nbgrader's sanitizing preprocessors in a course directory.

    It refuses what `heinit grade` refuses: nbgrader itself would read 01.03.2026 as the third of January.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        about = resources["nbgrader"]
        name, assignment = about["notebook"], about["assignment"]
        handed_in, source = of_nbgrader(self, about), None
        notes = clear_autograded(*handed_in) if handed_in else []
        with Gradebook(about["db_url"]) as gradebook:
            if handed_in:
                _settle(gradebook, *handed_in)
                coursedir = handed_in[1].coursedir
                folder = coursedir.format_path(coursedir.source_directory, ".", assignment)
                source = Path(folder, f"{name}.ipynb")
            lesson = released_lesson(gradebook, name, assignment, source)
        notebook = repaired(nb, lesson, notes)
        for sentence in repairs_of(notebook):
            self.log.warning(printable(f"{about['student']}, {name}: {sentence}"))
        return notebook, resources


def clear_autograded(submission: Submission, autograde: Any) -> list[str]:
    """Remove from `autograded/` what is not of this hand-in, and tell of the files beside the notebook.

    Raises UngradableError as they are read.
    """
    submission.read()
    submission.submitted_at()
    coursedir = autograde.coursedir
    beside = submission.beside(coursedir.ignore)
    folder = coursedir.format_path(coursedir.autograded_directory, submission.student, submission.lesson)
    done = [path.name for path in Path(folder).glob("*.ipynb")]
    clear(Path(folder), {*done, *beside.files, *lesson_files(submission.lesson, autograde)})
    return beside.notes


def _settle(gradebook: Gradebook, submission: Submission, autograde: Any) -> None:
    """Bring the gradebook to where the settings say, and read the time as `heinit grade` does."""
    Scoring(Path(autograde.coursedir.root), gradebook, autograde).settle()
    if (when := submission.submitted_at()) is not None:
        gradebook.update_or_create_submission(submission.lesson, submission.student, timestamp=when)
