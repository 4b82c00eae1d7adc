"""The walk-through of CONTRIBUTING.md, pasted as it is written, makes an exercise that the suite accepts."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.lessons.author import edited
from autograder.lessons.canonical import text

ROOT = Path(__file__).resolve().parents[1]
LESSON = Path("notebooks/3-worked-examples/3-worked-examples.ipynb")
FOLDERS = ("autograder", "benchmarks", "docs", "heinit_solutions", "notebooks", "tests")
TOUCHED = (
    "tests/heinit_lab/test_exercises.py",
    "tests/heinit_lab/checking/test_values.py",
    "tests/autograder/hidden_tests",
    "tests/autograder/lessons/test_author.py",
    "tests/autograder/questions/test_question.py",
    "tests/autograder/test_demo.py",
)
TABLES = (
    "every_exercise_has_two_other_right_answers",
    "what_is_announced_is_what_runs",
    "every_test_cell_has_an_exercise",
    "complete_lacks_nothing",
    "every_lesson_has_fifteen",
    "false_fail_probability_is_stated",
    "students_make_nearly_all_mistakes",
)
KILLED = """
from benchmarks import kill_matrix
count = len(kill_matrix.versions("fan_in", "fan-out-for-fan-in"))
row = kill_matrix.row("fan_in", "fan-out-for-fan-in")
assert count >= 3 and {*row.public, *row.hidden} == {count}, row
assert kill_matrix.accepted("fan_in") == (3, 3)
mutants = kill_matrix.of_reference("fan_in")
assert mutants and not any(map(kill_matrix.survives, mutants))
"""


def graded(source: str, name: str, **how: object) -> NotebookNode:
    """A cell as nbgrader's sidebar leaves it."""
    meta = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return new_code_cell(source, metadata={"nbgrader": {**meta, "grade_id": name, **how}})


def write_the_notebook(path: Path, stub: str, check: str) -> None:
    """The first piece, with the point taken from he_normal."""
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    heading = cells["ex-he_normal"]
    assert "3 points" in heading.source
    heading.source = heading.source.replace("3 points", "2 points")
    cells["test-he_normal"].metadata.nbgrader.points = 2
    place = notebook.cells.index(cells["test-log_lr"]) + 1
    notebook.cells[place:place] = [
        new_markdown_cell("### Exercise 3.7 · `fan_in` · 1 point"),
        graded(stub, "fan_in", solution=True),
        graded(check, "test-fan_in", grade=True, locked=True, points=1),
    ]
    path.write_text(text(edited(notebook)), encoding="utf-8")


def change(path: Path, pattern: str, pasted: str) -> None:
    """Put what is pasted in the one place that the pattern finds; `{}` in it stands for what was there."""
    old = path.read_text(encoding="utf-8")
    new, count = re.subn(pattern, lambda match: pasted.replace("{}", match[0]), old, flags=re.M | re.S)
    assert count == 1, (path, pattern, count)
    path.write_text(new, encoding="utf-8")


def test_an_exercise_pasted_from_the_walk_through_passes_its_tests(tmp_path):
    for folder in FOLDERS:
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns(".*"))
    for file in ("heinit", "pyproject.toml"):
        shutil.copy(ROOT / file, tmp_path)
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = page.partition("## A first exercise")[2].partition("\n## ")[0]
    stub, check, answer, exercise, imported, rows, right, wrong = re.findall(
        r"^```python\n(.*?)\n```$", section, re.M | re.S
    )

    (hints,) = re.findall(r"^```toml\n(.*?)\n```$", section, re.M | re.S)

    write_the_notebook(tmp_path / LESSON, stub, check)
    solutions = tmp_path / "heinit_solutions/worked_examples.py"
    solutions.write_text(f"{solutions.read_text(encoding='utf-8')}\n\n{answer}\n", encoding="utf-8")
    exercises = tmp_path / "notebooks/heinit_lab/exercises/worked_examples"
    (exercises / "fan_in.py").write_text(exercise + "\n")
    change(exercises / "hints.toml", r"\Z", "\n" + hints + "\n")
    hidden = tmp_path / "autograder/hidden_tests/worked_examples.py"
    change(hidden, r"^from heinit_solutions\.worked_examples import \([^)]*\)$", imported)
    change(hidden, r'^    "he_normal": [^\n]*$', rows)
    variants = tmp_path / "tests/variants/worked_examples.py"
    change(variants, r"^RIGHT = \{$", "{}\n" + right)
    change(variants, r"^MISTAKES = \{$", "{}\n" + wrong)

    path = os.pathsep.join([str(tmp_path), str(tmp_path / "notebooks")])
    environment = {**os.environ, "PYTHONPATH": path}
    chosen = " or ".join(["(fan_in and not conv_fan_in)", *TABLES])
    pytest = ("-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *TOUCHED)
    lacks = ("-m", "autograder.lessons.gaps", LESSON.stem, str(tmp_path / LESSON))
    for arguments in (lacks, ("-c", KILLED), pytest):
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert arguments != lacks or not done.stdout.strip(), done.stdout
    assert int(re.findall(r"(\d+) passed", done.stdout)[0]) > 20
