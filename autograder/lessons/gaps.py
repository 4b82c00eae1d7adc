"""What is still missing for a lesson's exercises: a sentence for each piece.

The module is a program, `python -m autograder.lessons.gaps LESSON NOTEBOOK`: a new process imports the other
modules as they are on disk now.
"""

import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.lessons import Lesson, lesson


def gaps(of: Lesson, notebook: NotebookNode) -> list[str]:
    """What the exercises of `notebook`, a version of the lesson, still lack."""
    from autograder.lessons.compose import checked_function, solution_function

    stubs = {name: cell for cell in notebook.cells if (name := solution_function(cell))}
    tests = {name: cell for cell in notebook.cells if (name := checked_function(cell))}
    return [
        f"{name}: {lack}"
        for name in {**stubs, **tests}
        for lack in _lacks(name, of, stubs.get(name), tests.get(name))
    ]


def _lacks(name: str, of: Lesson, stub: NotebookNode | None, test: NotebookNode | None) -> Iterator[str]:
    from autograder.hidden_tests import HIDDEN
    from autograder.lessons.compose import STUB, ComposeError, fill
    from heinit_lab.exercises import EXERCISES

    if stub is None:
        yield f"no cell asks for it; make one of the type 'Autograded answer' with the ID {name}."
    else:
        try:
            fill(stub.source, "pass")
        except ComposeError:
            yield f"its cell has no stub; end the function with the lines {STUB[0]!r} and {STUB[1]!r}."
    if test is None:
        yield (
            f"no cell checks it; make one that says check({name!r}), of the type 'Autograder tests' "
            f"with the ID test-{name}."
        )
    try:
        answered = hasattr(of.solutions, name)
    except ModuleNotFoundError:
        answered = False
    if not answered:
        yield f"heinit_solutions/{of.module}.py has no function of this name."
    if name not in EXERCISES:
        yield f"notebooks/heinit_lab/exercises/{of.module}/{name}.py has no exercise of this name."
    if name not in HIDDEN:
        yield f"autograder/hidden_tests/{of.module}.py has no hidden checks of this name."
    elif test is not None:
        hidden, cell = sum(b.points for b in HIDDEN[name]), test.metadata.nbgrader.get("points", 0)
        if hidden != cell:
            yield f"its test cell is worth {cell:g} points and its hidden checks give {hidden:g}."


def main(name: str, notebook: str) -> None:
    """Print the gaps. A module that cannot be imported counts as a gap."""
    try:
        sentences = gaps(lesson(name), nbformat.read(notebook, as_version=4))
    except Exception as error:
        message = traceback.format_exception_only(error)[-1].strip()
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = "" if isinstance(error, SyntaxError) else f" ({Path(last.filename).name}, line {last.lineno})"
        sentences = [f"the lesson's modules cannot be imported: {message}{where}"]
    print("\n".join(sentences))


if __name__ == "__main__":
    main(*sys.argv[1:])
