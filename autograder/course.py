"""Make a course directory: a standard nbgrader one, composed, released, ready to be moved."""

from __future__ import annotations

import logging
import os
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from autograder import hints
from autograder.errors import HeinitError, UsageError
from autograder.lessons import Lesson, lessons
from autograder.lessons.canonical import text
from autograder.lessons.compose import compose
from autograder.lms.roster import Entry, import_roster
from autograder.wheels import build_wheel

CONFIG_FILE = "nbgrader_config.py"
CONFIG = '''\
"""nbgrader's configuration of this course. The directory can be moved or copied as it is."""

from pathlib import Path

from autograder.feedback import FORMGRADER

c = get_config()  # noqa: F821
c.CourseDirectory.root = str(Path(__file__).resolve().parent)
c.CourseDirectory.course_id = "{course_id}"
c.Autograde.sanitize_preprocessors = [
    "autograder.repair.preprocessor.Repair",  # first, since a copied cell stops those of nbgrader
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.DeduplicateIds",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# Students' code runs in a sandbox, the checks in a process of their own.
c.Autograde.autograde_preprocessors = [
    "autograder.judge.preprocessor.JudgeExecute",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
# In formgrader, nothing of a submission runs, asks another host or leaves its place.
c.HTMLExporter.preprocessors = ["autograder.feedback.formgrader.SafeNotebook"]
c.HTMLExporter.filters = {{"markdown2html": "autograder.feedback.formgrader.as_it_is"}}
c.HTMLExporter.template_file = FORMGRADER
# Feedback for students: safe, complete in one file, and nothing of a hidden check in it.
c.GenerateFeedback.exporter_class = "autograder.feedback.page.FeedbackExporter"
c.GenerateFeedback.preprocessors = []
# Archives of a learning platform, in downloaded/LESSON/archive: nbgrader zip_collect LESSON
c.ZipCollectApp.collector_plugin = "autograder.lms.collect.PlatformCollector"
# Students get the wheel of heinit_lab beside the notebook; grading has it installed.
c.Autograde.exclude_overwriting = {excluded}
'''


def make_course(directory: Path, roster: Sequence[Entry] = ()) -> list[Lesson]:
    """Make `directory` a course directory with every lesson composed and released.

    roster: the students to begin with.
    Returns the lessons. Raises UsageError where something is in the way; HeinitError where
    nbgrader cannot release. Nothing is left behind when it fails.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        course = (directory / CONFIG_FILE).is_file()
        instead = f", or grade this one with: {hints.heinit('grade', directory)}" if course else "."
        raise UsageError(f"{directory} exists already, and is left as it is. Name a new directory{instead}")
    directory.parent.mkdir(parents=True, exist_ok=True)
    # Built beside its place and renamed, so that an interrupted run leaves no half-made course.
    with tempfile.TemporaryDirectory(prefix=f".{directory.name}-", dir=directory.parent) as building:
        root = Path(building) / directory.name
        made = _fill(root, course_id=directory.resolve().name)
        if roster:
            with nbgrader_api(root).gradebook as gradebook:
                import_roster(gradebook, list(roster))
        if directory.exists():
            directory.rmdir()
        root.rename(directory)
    return made


def _fill(root: Path, course_id: str) -> list[Lesson]:
    made = lessons()
    excluded = {}
    for lesson in made:
        source = root / "source" / lesson.name
        source.mkdir(parents=True)
        notebook = compose(nbformat.read(lesson.path, as_version=4), lesson.solutions)
        (source / lesson.path.name).write_text(text(notebook), encoding="utf-8")
        excluded[lesson.name] = [build_wheel(source).name]
    config = CONFIG.format(course_id=course_id, excluded=excluded)
    (root / CONFIG_FILE).write_text(config, encoding="utf-8")
    (root / "submitted").mkdir()
    release(root, [lesson.name for lesson in made])
    return made


def release(root: Path, names: list[str]) -> None:
    """Run `nbgrader generate_assignment` on these lessons of a course directory."""
    api = nbgrader_api(root)
    for name in names:
        result = api.generate_assignment(name)
        if not result["success"]:
            raise HeinitError(f"nbgrader could not release {name}: {last_error(result)}")


def nbgrader_api(root: Path, **overrides: Any) -> Any:
    """nbgrader's own interface to a course directory, with the configuration that lies in it.

    overrides: further settings, such as Execute={"timeout": 60}.
    Raises UsageError where `root` is no course directory.
    """
    from nbgrader.apps import NbGraderAPI
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    if not (root / CONFIG_FILE).is_file():
        raise UsageError(
            f"{root} is not a course directory: it has no nbgrader_config.py. "
            f"Make one with: {hints.heinit('course', root)}"
        )
    scripts = sysconfig.get_path("scripts")  # a new gradebook runs alembic from PATH
    if scripts not in os.environ["PATH"].split(os.pathsep):
        os.environ["PATH"] = scripts + os.pathsep + os.environ["PATH"]
    config = PyFileConfigLoader(CONFIG_FILE, path=str(root.resolve())).load_config()
    config.merge(Config(overrides))
    api = NbGraderAPI(config=config)
    api.log.setLevel(logging.CRITICAL)
    return api


def last_error(result: dict[str, Any]) -> str:
    """The sentence in which nbgrader's log says what went wrong."""
    lines = [line for line in result.get("log", "").splitlines() if "ERROR" in line]
    error = (result.get("error") or "").strip().splitlines()
    return (error[-1:] or lines[-1:] or ["no reason given"])[0].strip()
