"""Made-up submissions: right, wrong in the named ways, blank, late, and broken as real ones are."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.compose import asked, solve
from autograder.lessons import Lesson
from autograder.normal_form import text
from heinit_lab.exercises import EXERCISES

ACCIDENTS = (
    "def {name}(*args):\n    return (",
    "def {name}(*args):\n    return undefined_name",
    "def {name}(*args):\n    print(args)",
)
EXTRA = ("x = np.linspace(-2, 2, 9)\nprint(np.maximum(x, 0))", "# my own try\nnp.mean([1, 2, 4])", "")
MISTAKEN = """\
# this student's mistake: {mistake}
from heinit_lab.exercises import EXERCISES

{name} = EXERCISES["{name}"].misconceptions[{k}].wrong[0]"""


@dataclass(frozen=True)
class Class:
    """A class of made-up students.

    students: how many. seed: the same seed makes the same class. broken: whether some notebooks are
    broken, and some not handed in. due: when the lessons were due; some are handed in after it.
    """

    students: int
    seed: int = 0
    broken: bool = True
    due: datetime = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)

    def names(self) -> list[str]:
        """The students' ids."""
        width = max(3, len(str(self.students)))
        return [f"student{i:0{width}}" for i in range(1, self.students + 1)]

    def hand_in(self, root: Path, lessons: list[Lesson]) -> Iterator[Path]:
        """Write each submission into a course directory; yields its path."""
        for name in self.names():
            rng = random.Random(f"{self.seed} {name}")
            skill = rng.betavariate(4, 1.5)
            for lesson in lessons:
                if self.broken and rng.random() < 0.03:
                    continue
                notebook = self._notebook(lesson, skill, rng)
                content = (
                    self._broken(notebook, rng) if self.broken and rng.random() < 0.08 else text(notebook)
                )
                folder = root / "submitted" / name / lesson.name
                folder.mkdir(parents=True, exist_ok=True)
                path = folder / f"{lesson.name}.ipynb"
                path.write_text(content, encoding="utf-8")
                late = timedelta(hours=rng.choice([-50, -30, -8, -3, -1, -1, -1, 5]))
                stamp = (self.due + late + timedelta(minutes=rng.randrange(60))).strftime(
                    "%Y-%m-%d %H:%M:%S UTC"
                )
                (folder / "timestamp.txt").write_text(stamp + "\n", encoding="utf-8")
                yield path

    def _notebook(self, lesson: Lesson, skill: float, rng: random.Random) -> NotebookNode:
        notebook, answers = nbformat.from_dict(_released(lesson)), _answers(lesson)
        for cell in notebook.cells:
            name = asked(cell)
            if name is not None and rng.random() < 0.97:
                cell.source = answers[name] if rng.random() < skill else _mistaken(name, rng)
        if extra := rng.choice(EXTRA):
            notebook.cells.append(nbformat.v4.new_code_cell(extra, id=f"own-{rng.getrandbits(24):06x}"))
        return notebook

    def _broken(self, notebook: NotebookNode, rng: random.Random) -> str:
        return rng.choice(BREAKS)(notebook, rng)


@cache
def _released(lesson: Lesson) -> NotebookNode:
    return nbformat.read(lesson.path, as_version=4)


@cache
def _answers(lesson: Lesson) -> dict[str, str]:
    solved = solve(_released(lesson), lesson.solutions)
    return {name: cell.source for cell in solved.cells if (name := asked(cell)) is not None}


def _mistaken(name: str, rng: random.Random) -> str:
    mistakes = EXERCISES[name].misconceptions
    if rng.random() < 0.15 or not mistakes:
        return rng.choice(ACCIDENTS).format(name=name)
    k = min(int(rng.expovariate(0.7)), len(mistakes) - 1)  # some mistakes are common
    return MISTAKEN.format(mistake=mistakes[k].name, name=name, k=k)


def _copied(notebook: NotebookNode, rng: random.Random) -> str:
    at = rng.choice([i for i, cell in enumerate(notebook.cells) if asked(cell)])
    notebook.cells.insert(at, nbformat.from_dict({**notebook.cells[at], "id": f"{rng.getrandbits(32):08x}"}))
    return text(notebook)


def _deleted(notebook: NotebookNode, rng: random.Random) -> str:
    graded = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
    notebook.cells.remove(rng.choice(graded))
    return text(notebook)


def _cut(notebook: NotebookNode, rng: random.Random) -> str:
    whole = text(notebook)
    return whole[: rng.randrange(len(whole) // 2)]


def _another(notebook: NotebookNode, rng: random.Random) -> str:
    return text(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('hello')", id="mine")]))


BREAKS: tuple[Callable[[NotebookNode, random.Random], str], ...] = (
    _copied,
    _copied,
    _deleted,
    _cut,
    _another,
)
