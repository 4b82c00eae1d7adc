"""The canonical form, beyond what the house rules see of it in the lessons."""

from __future__ import annotations

import nbformat

from autograder.lessons import lessons
from autograder.lessons.canonical import canonical
from autograder.repair.released import MAY_FAIL


def test_run_all_goes_on_at_the_cells_of_an_exercise_and_nowhere_else():
    for lesson in lessons():
        notebook = nbformat.read(lesson.path, as_version=4)
        marked = {c.id: c.metadata.nbgrader for c in notebook.cells if "nbgrader" in c.metadata}
        exercises = {name for name, marks in marked.items() if marks.solution or marks.grade}
        assert {c.id for c in notebook.cells if MAY_FAIL in c.metadata.get("tags", [])} == exercises
        for cell in notebook.cells:  # as an author adds them: without a tag, or with other tags
            if cell.id in exercises:
                cell.metadata.tags = ["hide-input"] if cell.metadata.nbgrader.grade else []
        again = {cell.id: cell.metadata.get("tags") for cell in canonical(notebook).cells}
        for name in exercises:
            assert again[name] == [*(["hide-input"] if marked[name].grade else []), MAY_FAIL]
