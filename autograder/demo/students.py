"""Made-up submissions: right, wrong in the named ways, blank, late, and broken as real ones are."""

import ast
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.demo.slips import slips, step_by_step
from autograder.gradebook import Student
from autograder.lessons import Lesson
from autograder.lessons.canonical import text
from autograder.lessons.compose import body, checked_function, fill, solution_function, unmarked
from heinit_lab.exercises import EXERCISES

EXTRA = ("x = np.linspace(-2, 2, 9)\nprint(np.maximum(x, 0))", "# my own try\nnp.mean([1, 2, 4])", "")
NAMES = (
    *("Ada Osei", "Björn Åkesson", "Chiara D'Amico", "Dmitri Volkov", "Elif Yılmaz", "فريد حداد"),
    *("Grace Nakamura", "Hanna Müller-Lüdenscheidt", "Ines da Silva", "Jan Dvořák", "Kofi Mensah", "Lan Li"),
    *("Maya Cohen", "Noor van der Berg", "Oscar Núñez", "Priya Raman", "Quentin Lefèvre", "Rosa Jiménez"),
    *("Sean O'Brien", "Thu Nguyễn", "Una Kavanagh", "Viktor Horváth", "Wanjiru Kamau", "Ximena Castro"),
)
# Answers that make no named mistake: the cell cannot run, the call fails, or nothing comes back.
ACCIDENTS = ("return (", "return undefined_name", "print({first})")
DUE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # some are handed in after it
TWINS = (9, 20)  # these two hand in the last lesson alike, step by step: the report shows such pairs


@dataclass(frozen=True)
class MadeUpClass:
    """A class of made-up students.

    students: how many. seed: the same seed makes the same class. broken: whether some notebooks are
    broken, and some not handed in.
    """

    students: int
    seed: int = 0
    broken: bool = True

    def names(self) -> list[str]:
        """The students' ids."""
        width = max(3, len(str(self.students)))
        return [f"student{i:0{width}}" for i in range(1, self.students + 1)]

    def roster(self) -> list[Student]:
        """The class as a roster: who has a name, an address and a number of the platform's."""
        students = []
        for number, (student, name) in enumerate(zip(self.names(), NAMES, strict=False), 7001):
            first, _, last = name.partition(" ")
            students.append(Student(student, first, last, f"{student}@example.org", str(number)))
        return students

    def hand_in(self, root: Path, lessons: list[Lesson]) -> Iterator[Path]:
        """Write each submission into a course directory; yields its path."""
        for place, name in enumerate(self.names()):
            rng = random.Random(f"{self.seed} {name}")
            skill = rng.betavariate(4, 1.5)
            for lesson in lessons:
                if self.broken and rng.random() < 0.03:
                    continue
                twin = self.broken and place in TWINS and lesson == lessons[-1]
                notebook = _twin(lesson) if twin else _notebook(lesson, skill, rng)
                broken = self.broken and rng.random() < 0.08
                content = rng.choice(BREAKS)(notebook, rng) if broken else text(notebook)
                path = root / "submitted" / name / lesson.name / f"{lesson.name}.ipynb"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content, encoding="utf-8")
                hours = rng.choice([-50, -30, -8, -3, -1, -1, -1, 5])
                late = timedelta(hours=hours, minutes=rng.randrange(60))
                stamp = f"{DUE + late:%Y-%m-%d %H:%M:%S UTC}\n"
                path.with_name("timestamp.txt").write_text(stamp, encoding="utf-8")
                yield path


def _notebook(lesson: Lesson, skill: float, rng: random.Random) -> NotebookNode:
    """A notebook of one's own: most answers are there, and the share `skill` of them is right."""

    def answer(name: str) -> str | None:
        if rng.random() >= 0.97:
            return None
        return _answers(lesson)[name] if rng.random() < skill else _mistaken(lesson, name, rng)

    notebook = _answered(lesson, answer)
    if extra := rng.choice(EXTRA):
        notebook.cells.append(nbformat.v4.new_code_cell(extra, id=f"own-{rng.getrandbits(24):06x}"))
    return notebook


def _twin(lesson: Lesson) -> NotebookNode:
    """A notebook whose answers are right, and written as nobody else writes them."""
    return _answered(lesson, lambda name: step_by_step(_answers(lesson)[name]))


def _answered(lesson: Lesson, answer: Callable[[str], str | None]) -> NotebookNode:
    """The lesson with an answer for each exercise; where `answer` gives None, the stub stays."""
    notebook = nbformat.from_dict(_released(lesson))
    for cell in notebook.cells:
        name = solution_function(cell)
        if name is not None and (given := answer(name)) is not None:
            cell.source = with_answer(cell.source, name, given)
    return notebook


@cache
def _released(lesson: Lesson) -> NotebookNode:
    return lesson.notebook


@cache
def _stubs(lesson: Lesson) -> dict[str, str]:
    return {
        name: cell.source for cell in _released(lesson).cells if (name := solution_function(cell)) is not None
    }


@cache
def _answers(lesson: Lesson) -> dict[str, str]:
    return {name: body(lesson.solutions, name) for name in _stubs(lesson)}


@cache
def slips_of(lesson: Lesson) -> dict[str, dict[str, list[str]]]:
    """For each exercise, the bodies that make each of its mistakes."""
    return {
        name: slips(EXERCISES[name], _parameters(stub, name), vars(lesson.solutions))
        for name, stub in _stubs(lesson).items()
    }


def with_answer(stub: str, name: str, answer: str) -> str:
    """The cell with an answer in the stub's place, as a student leaves it."""
    first = _parameters(stub, name)[0]
    return unmarked(fill(stub, answer.format(first=first) if answer in ACCIDENTS else answer))


def _parameters(stub: str, name: str) -> list[str]:
    """The names of the parameters of the function that a cell asks for."""
    functions = {node.name: node for node in ast.parse(stub).body if isinstance(node, ast.FunctionDef)}
    return [arg.arg for arg in functions[name].args.args]


def _mistaken(lesson: Lesson, name: str, rng: random.Random) -> str:
    known = list(slips_of(lesson)[name].values())
    if not known or rng.random() < 0.15:
        return rng.choice(ACCIDENTS)
    return rng.choice(known[min(int(rng.expovariate(0.7)), len(known) - 1)])  # some mistakes are common


def _copied(notebook: NotebookNode, rng: random.Random) -> str:
    at = rng.choice([i for i, cell in enumerate(notebook.cells) if solution_function(cell)])
    notebook.cells.insert(at, nbformat.from_dict({**notebook.cells[at], "id": f"{rng.getrandbits(32):08x}"}))
    return text(notebook)


def _deleted(notebook: NotebookNode, rng: random.Random) -> str:
    notebook.cells.remove(rng.choice([cell for cell in notebook.cells if checked_function(cell)]))
    return text(notebook)


def _cut(notebook: NotebookNode, rng: random.Random) -> str:
    whole = text(notebook)
    return whole[: rng.randrange(len(whole) // 2)]


def _another(notebook: NotebookNode, rng: random.Random) -> str:
    return text(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("print('hello')", id="mine")]))


BREAKS: Sequence[Callable[[NotebookNode, random.Random], str]] = (_copied, _copied, _deleted, _cut, _another)
