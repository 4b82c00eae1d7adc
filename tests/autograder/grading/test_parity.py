"""On honest notebooks the judge gives every cell the score that plain nbgrader gives it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from jupyter_client.manager import KernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.utils import determine_grade

import tests.variants
from autograder.judge.client import Judge
from autograder.lessons import Lesson, lessons
from autograder.lessons.compose import checked_function, compose, solution_function
from heinit_lab.exercises import EXERCISES
from tests.tools import FULL, system_tool
from tests.variants import RIGHT

pytestmark = pytest.mark.xdist_group("parity")

LESSONS = lessons()


@pytest.fixture(scope="module")
def judge() -> Iterator[Judge]:
    system_tool("bwrap")
    judge = Judge()
    yield judge
    judge.close()


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KernelManager]:
    """A kernel for all notebooks: starting it takes longer than running one. Each begins with `%reset`."""
    manager = KernelManager(kernel_name="python3")
    environment = {**os.environ, "NBGRADER_EXECUTION": "autograde"}
    manager.start_kernel(cwd=str(tmp_path_factory.mktemp("kernel")), env=environment)
    yield manager
    manager.shutdown_kernel(now=True)


def right(k: int) -> Callable[[Lesson, str], str]:
    """The k-th differently written right answer, with the whole module that holds it."""

    def answer(lesson: Lesson, name: str) -> str:
        module = Path(str(tests.variants.__file__)).with_name(f"{lesson.module}.py")
        return f"{module.read_text()}\n{name} = RIGHT[{name!r}][{k % len(RIGHT[name])}]"

    return answer


def mistaken(k: int) -> Callable[[Lesson, str], str]:
    """The k-th named mistake."""

    def answer(lesson: Lesson, name: str) -> str:
        k_th = k % len(EXERCISES[name].misconceptions)
        return (
            "from heinit_lab.exercises import EXERCISES\n"
            f"{name} = EXERCISES[{name!r}].misconceptions[{k_th}].wrong[0]"
        )

    return answer


ODD = (
    "def {name}(*args, **kwargs):\n    return (",  # a syntax error
    "def {name}(*args, **kwargs):\n    raise ValueError('not yet')",
    "def {name}(*args, **kwargs):\n    print('here')\n    return None",
    "{name} = 42",
    "class {name}:\n    pass",
    "raise RuntimeError('the cell ends here')",
    "def {name}(*args):\n    return {name}(*args)",
)


def odd(shift: int) -> Callable[[Lesson, str], str]:
    """Honest accidents, another in each cell."""
    return lambda lesson, name: ODD[(shift + list(EXERCISES).index(name)) % len(ODD)].format(name=name)


CLASS: dict[str, Callable[[Lesson, str], str] | None] = {
    "blank": None,
    "right 0": right(0),
    "right 1": right(1),
    "mistaken 0": mistaken(0),
    "mistaken 1": mistaken(1),
    "odd 0": odd(0),
    "odd 1": odd(3),
}


def submission(lesson: Lesson, answer: Callable[[Lesson, str], str] | None) -> NotebookNode:
    notebook = compose(nbformat.read(lesson.path, as_version=4), lesson.solutions)
    released = nbformat.read(lesson.path, as_version=4)
    for cell, original in zip(notebook.cells, released.cells, strict=True):
        name = solution_function(cell)
        if name is not None:
            cell.source = original.source if answer is None else answer(lesson, name)
    notebook.cells = [c for c in notebook.cells if "demo" not in c.metadata.get("tags", [])]
    return notebook


def scores(notebook: NotebookNode) -> dict[str, float]:
    return {name: determine_grade(c)[0] for c in notebook.cells if (name := checked_function(c))}


# the suite takes one lesson, and what is wrong in two ways
PAIRS = [
    pytest.param(lesson, who, id=f"{lesson.name}-{who}")
    for lesson in (LESSONS if FULL else LESSONS[3:4])
    for who in CLASS
    if FULL or who in ("mistaken 0", "odd 0")
]


@pytest.mark.parametrize(("lesson", "who"), PAIRS)
def test_the_judge_and_plain_nbgrader_agree_on_every_cell(judge, kernel, lesson, who):
    judged, plain = submission(lesson, CLASS[who]), submission(lesson, CLASS[who])
    declared = [name for cell in plain.cells if (name := solution_function(cell))]
    judge.execute(judged, declared)

    plain.cells.insert(0, new_code_cell("%reset -f"))
    NotebookClient(plain, km=kernel, timeout=120, allow_errors=True).execute()

    assert scores(judged) == scores(plain)
    if who.startswith("right"):
        assert sum(scores(judged).values()) == 15
    if who in ("blank", "odd 0", "odd 1"):
        assert sum(scores(judged).values()) == 0
