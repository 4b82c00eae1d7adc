"""What a check or a statement prints can be pasted into a notebook, and gives the value that stands there."""

from __future__ import annotations

import ast
import importlib
import re
from functools import reduce

import nbformat
import numpy as np

from autograder.lessons import lessons
from heinit_lab.checking.compare import same
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.observe import same_data
from heinit_lab.checking.written import seeded, written
from heinit_lab.exercises import EXERCISES
from tests.wrong_answers import namespace

NUMBER = r"-?\d+(?:\.\d+)?|True|False"
# a call, and its value
EXAMPLE = re.compile(rf"`([^`\n]+)` (?:is|has|gives|→) `?((?:{NUMBER}|[,()\[\] ]|and)*)")


def pasted(text, **names):
    return eval(text, {"np": np, **names})


def test_each_public_case_is_printed_as_the_very_call_that_the_check_makes():
    for name, exercise in EXERCISES.items():
        right = namespace()[name]
        if isinstance(exercise.check, DrawPlan):
            trials = exercise.probe(right)
            texts = reduce(list.__add__, map(trials._texts, ("shapes", "laws", "small")))
            cases = (*exercise.check.shapes, *exercise.check.laws, *exercise.check.small)
            for text, case, call in zip(texts, cases, trials.calls, strict=False):
                value = pasted(text, **{name: right})
                assert [matrix.shape for matrix in case.matrices(value)] == case.shapes, text
                assert call.value is None or all(map(np.array_equal, value, call.value)), text
            continue
        for case in exercise.check.cases:
            text = case.text(name)
            args, kwargs = pasted(text, **{name: lambda *args, **kwargs: (args, kwargs)})
            assert same_data(args, case.args) and kwargs == case.kwargs, text
            assert same(pasted(text, **{name: right}), case.want, exercise.check.rtol), text


def numbers(value):
    """All numbers of a value in a row."""
    if isinstance(value, dict):
        return numbers(list(value.values()))
    return (
        [x for part in value for x in numbers(part)] if np.ndim(value) or isinstance(value, list) else [value]
    )


def names_of_the_first_cell(cells):
    """The modules of the names that a lesson's first code cell imports."""
    tree = ast.parse(next(cell.source for cell in cells if cell.cell_type == "code"))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module for node in imports for alias in node.names}


def test_each_call_in_a_lesson_runs_and_gives_what_is_printed_beside_it():
    found = 0
    for lesson in lessons():
        cells = nbformat.read(lesson.path, 4).cells
        modules = names_of_the_first_cell(cells)
        for text, printed in EXAMPLE.findall("\n".join(c.source for c in cells if c.cell_type == "markdown")):
            if not re.match(rf"(?:np\.\w+\()?(?:{'|'.join(EXERCISES)})\(", text):
                continue
            needed = {name: m for name, m in modules.items() if re.search(rf"\b{name}\b", text)}
            names = {name: getattr(importlib.import_module(m), name) for name, m in needed.items()}
            value = pasted(text, **{**namespace(), **names})
            found += 1
            if wanted := re.findall(NUMBER, printed):
                off = [
                    0.5001 * 10.0 ** -len(want.partition(".")[2]) if "." in want else 1e-3 for want in wanted
                ]
                rights = [ast.literal_eval(want) for want in wanted]
                pairs = zip(numbers(value), rights, off, strict=True)
                assert all(abs(float(mine) - float(right)) <= far for mine, right, far in pairs), (
                    text,
                    value,
                )
    assert found >= 15


def test_values_are_written_as_the_expressions_that_make_them():
    for value in (
        np.array([0.0, 2.0]),
        np.array([[0.1, 1e-12], [np.inf, -np.inf]]),
        np.array([4, 2]),
        np.array([True, False]),
        np.array([1.5, 2], dtype=np.float32),
        [np.array([[1.0]]), 3, 2.0, "elu"],
        (8, 3),
        (1,),
    ):
        assert same_data(pasted(written(value)), value), written(value)
    assert written(np.array([0.0, 2.0])) == "np.array([0., 2.])"
    assert pasted(seeded(7)).random() == np.random.default_rng(7).random()
