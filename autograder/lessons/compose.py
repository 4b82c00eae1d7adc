"""Make the instructor's version of a lesson from its three sources.

The student's notebook gives text, stubs and public checks; heinit_solutions gives the
bodies; the hidden checks end the test cells. `nbgrader generate_assignment` takes the two
additions out again, which gives back the student's notebook, byte for byte.
"""

import ast
import inspect
import re
import textwrap
from types import ModuleType

import nbformat
from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.hidden_tests import HIDDEN

STUB = ("# YOUR CODE HERE", "raise NotImplementedError()")
_STUB = re.compile(r"^([ \t]*){}[ \t]*\n[ \t]*{}[ \t]*$".format(*map(re.escape, STUB)), re.MULTILINE)
_REGION = re.compile(r"^ *### BEGIN SOLUTION\n(.*?)^ *### END SOLUTION\n?", re.DOTALL | re.MULTILINE)
HIDDEN_TEST = """
### BEGIN HIDDEN TESTS
from autograder.hidden_tests import grade

grade("{name}")
### END HIDDEN TESTS"""


class ComposeError(HeinitError):
    """A lesson's sources do not fit together."""


def compose(notebook: NotebookNode, solutions: ModuleType) -> NotebookNode:
    """The instructor's version of a student notebook.

    solutions: the lesson's module of reference answers.
    Raises ComposeError where a stub, an answer, a test cell or hidden checks are missing.
    """
    nb = solve(notebook, solutions)
    for cell in nb.cells:
        if (name := checked_function(cell)) is not None:
            if name not in HIDDEN:
                raise ComposeError(f"the test cell {cell.id} has no hidden checks called {name}")
            cell.source += HIDDEN_TEST.format(name=name)
    return nb


def solve(notebook: NotebookNode, solutions: ModuleType) -> NotebookNode:
    """The notebook with every stub replaced by the reference answer, and no hidden check."""
    nb = nbformat.from_dict(notebook)
    for cell in nb.cells:
        if solution_function(cell) is not None:
            cell.source = fill(cell.source, body(solutions, cell.metadata.nbgrader.grade_id))
    return nb


def unmarked(source: str) -> str:
    """A solved cell as a student would write it: the answer, without the marks around it."""
    return _REGION.sub(lambda match: match[1], source).rstrip("\n")


def solution_function(cell: NotebookNode) -> str | None:
    """The function that a solution cell asks for, or None for any other cell."""
    meta = cell.metadata.get("nbgrader", {})
    return meta["grade_id"] if meta.get("solution") else None


def checked_function(cell: NotebookNode) -> str | None:
    """The function that a test cell checks, or None for any other cell."""
    meta = cell.metadata.get("nbgrader", {})
    return meta["grade_id"].removeprefix("test-") if meta.get("grade") else None


def body(solutions: ModuleType, name: str) -> str:
    """The body of a reference answer, without its docstring and indentation."""
    function = getattr(solutions, name, None)
    if function is None:
        raise ComposeError(f"{solutions.__name__} has no answer called {name}")
    source = textwrap.dedent(inspect.getsource(function))
    definition = ast.parse(source).body[0]
    assert isinstance(definition, ast.FunctionDef)
    first = definition.body[0]
    start = first.lineno - 1 if ast.get_docstring(definition) is None else first.end_lineno
    return textwrap.dedent("\n".join(source.splitlines()[start:])).strip("\n")


def fill(source: str, answer: str) -> str:
    """The cell's source with its stub replaced by the answer, between nbgrader's marks."""
    stub = _STUB.search(source)
    if stub is None:
        first = source.partition("\n")[0]
        raise ComposeError(f"there is no stub ({STUB[0]}, {STUB[1]}) in the cell that begins {first!r}")
    region = textwrap.indent(f"### BEGIN SOLUTION\n{answer}\n### END SOLUTION", stub[1])
    return source[: stub.start()] + region + source[stub.end() :]
