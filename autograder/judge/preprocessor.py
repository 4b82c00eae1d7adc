"""The judge inside nbgrader, in place of its `Execute`.

A course directory's configuration puts `JudgeExecute` into `c.Autograde.autograde_preprocessors`;
so `nbgrader autograde`, formgrader's button and `heinit grade` all judge in the same way.
"""

import ast
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum, Float, Integer

from autograder.judge.client import shared
from autograder.judge.seed import key_of, secret, seed_of
from autograder.repair.released import ReleasedLesson, released_lesson
from autograder.sandbox.kinds import KINDS, UNSANDBOXED, WEBASSEMBLY
from autograder.sandbox.limits import Limits
from autograder.submissions.beside import of_nbgrader, read_files


class JudgeExecute(NbGraderPreprocessor):  # type: ignore[misc]
    """Fill in every cell's outputs: a student's cells from the solver, test cells from the judge."""

    wall = Enum(
        ["", *KINDS, WEBASSEMBLY, UNSANDBOXED],
        "",
        help="The kind of sandbox, by default the first that stands. 'none' runs students' code with the "
        "grader's own rights, over all that is the grader's.",
    ).tag(config=True)
    memory = Integer(2 * 2**30, help="Bytes of memory that one submission may use.").tag(config=True)
    cell_seconds = Float(60.0, help="Seconds of processor time that one cell may use.").tag(config=True)
    seconds = Float(120.0, help="Seconds of wall time after which a cell is given up.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Run the notebook's cells and keep their outputs in it."""
        about = resources["nbgrader"]
        key = key_of(about["student"], about["assignment"], secret(Path.cwd()))
        with Gradebook(about["db_url"]) as gradebook:
            lesson = released_lesson(gradebook, about["notebook"], about["assignment"])
        handed_in = of_nbgrader(self, about)
        files = read_files(*handed_in)[1] if handed_in else {}
        shared(self.limits, self.wall).execute(nb, declared(lesson), seed_of(nb, key, files), files)
        return nb, resources

    @property
    def limits(self) -> Limits:
        """What a submission may use, under this configuration."""
        return Limits(memory=self.memory, cell_seconds=self.cell_seconds, seconds=self.seconds)


def declared(lesson: ReleasedLesson) -> list[str]:
    """The names that the released solution cells define, which test cells may use.

    They are read from the released cells: what the submission's cells say is the student's to change.
    """
    return list(dict.fromkeys(name for cell in lesson.solutions() for name in defined(cell.source)))


def defined(source: str) -> list[str]:
    """The names that a cell's source binds at its top level."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return []
    names = []
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append(statement.name)
        elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
            names += [
                node.id
                for node in ast.walk(statement)
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            ]
    return names
