"""`heinit demo`: a class that makes the mistakes it is said to make, with its pages and report."""

from __future__ import annotations

import ast
import re
import urllib.parse
from pathlib import Path

import nbformat
import numpy as np
import pytest
from click.testing import CliRunner

from autograder.cli import main as cli
from autograder.demo.slips import copied, step_by_step
from autograder.demo.students import ACCIDENTS, MadeUpClass, slips_of, with_answer
from autograder.hidden_tests import assess
from autograder.lessons import lessons
from autograder.lessons.compose import body, solution_function
from autograder.report.compare import load
from autograder.report.similarity import groups, structure
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.exercises import EXERCISES
from heinit_lab.mean_field import kept
from heinit_solutions.relu_half_killing import relu
from heinit_solutions.worked_examples import he_std
from tests.tools import FULL, system_tool

pytestmark = pytest.mark.xdist_group("demo")  # what a slip of each lesson is, is found out once

STUBS = {
    name: cell.source
    for lesson in lessons()
    for cell in nbformat.read(lesson.path, 4).cells
    if (name := solution_function(cell)) is not None
}


def slips(exercise: str) -> dict[str, list[str]]:
    """The bodies that make each mistake."""
    return next(bodies for each in lessons() for name, bodies in slips_of(each).items() if name == exercise)


def answer(exercise: str, text: str):
    names = {"np": np, "ACTIVATIONS": ACTIVATIONS, "he_std": he_std, "relu": relu, "kept": kept}
    exec(with_answer(STUBS[exercise], exercise, text), names)
    return names[exercise]


def test_a_tree_is_copied_without_what_others_hang_on_the_nodes_that_all_trees_share():
    tree = ast.parse("x + 1", mode="eval")
    own = copied(tree)
    assert ast.dump(own) == ast.dump(tree)
    assert own.body is not tree.body
    assert (own.body.op, own.body.left.ctx) == (tree.body.op, tree.body.left.ctx)


def test_students_make_nearly_all_mistakes_of_every_exercise():
    made = {name: len(bodies) for lesson in lessons() for name, bodies in slips_of(lesson).items()}
    known = {name: len(exercise.misconceptions) for name, exercise in EXERCISES.items()}
    assert made.keys() == known.keys()
    assert {name: count for name, count in made.items() if count < known[name]} == {
        "relu": known["relu"] - 1,  # np.abs has no body
    }


@pytest.mark.parametrize("exercise", list(EXERCISES)[:: 1 if FULL else 5])
def test_a_slip_is_the_mistake_that_it_is_called(exercise):
    """Of a mistake's several texts the first, the others in `heinit bench suite`."""
    for mistake, texts in slips(exercise).items():
        for text in texts[: None if FULL else 1]:
            evidence = EXERCISES[exercise].probe(answer(exercise, text))
            assert [m.name for m in EXERCISES[exercise].named(evidence)] == [mistake], text


def test_a_slip_uses_the_names_of_the_stub_and_nothing_from_outside():
    assert slips("he_std")["root-of-two-over-n"] == ["return np.sqrt(2) / n_in"]
    assert slips("dead_units")["any-for-all"][0] == "return (Z <= 0).any(axis=0)"
    assert slips("he_normal")["fan-out-for-fan-in"] == [
        "return np.sqrt(2 / n_out) * rng.standard_normal((n_out, n_in))"
    ]
    assert slips("relu_moments")["without-relu"] == ["return (0.0, sigma ** 2, sigma ** 2)"]
    assert slips("init_network")["transposed"][0].startswith("from itertools import pairwise\nreturn [")
    assert slips("calibrate")["rounded"][0].startswith("def relu(z):")


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_answer_written_step_by_step_is_right(exercise):
    of = next(lesson for lesson in lessons() if exercise in slips_of(lesson))
    assessment = assess(exercise, answer(exercise, step_by_step(body(of.solutions, exercise))), "a")
    assert assessment.score == assessment.max_score


def test_two_students_hand_in_one_and_the_same_last_lesson_and_the_report_finds_them(tmp_path):
    last = lessons()[-1]
    texts = {}
    for path in MadeUpClass(24).hand_in(tmp_path, lessons()):
        if path.stem == last.name:
            try:
                cells = nbformat.read(path, 4).cells
            except nbformat.reader.NotJSONError:
                continue
            texts[path.parent.parent.name] = {
                name: structure(cell.source)
                for cell in cells
                if (name := solution_function(cell)) and cell.source != STUBS[name]
            }
    assert [group.students for group in groups(last.name, texts)] == [("student010", "student021")]


@pytest.mark.parametrize("exercise", EXERCISES)
def test_an_accident_has_no_name(exercise):
    for text in ACCIDENTS[1:]:
        evidence = EXERCISES[exercise].probe(answer(exercise, text))
        assert evidence.finding
        assert EXERCISES[exercise].named(evidence) == []


def test_a_class_is_the_same_for_the_same_seed_and_nothing_in_it_tells_how_it_was_made(tmp_path):
    handed = [list(MadeUpClass(3, seed=seed).hand_in(tmp_path / place, lessons())) for place, seed in
              (("a", 1), ("b", 1), ("c", 2))]  # fmt: skip
    texts = [[path.read_text(encoding="utf-8") for path in paths] for paths in handed]
    assert texts[0] == texts[1] != texts[2]
    assert not re.search(r"misconceptions|(BEGIN|END) SOLUTION", "".join(texts[0]))


@pytest.mark.full
def test_a_demo_is_a_course_with_pages_and_a_report_and_the_verbs_go_on_from_it(tmp_path):
    system_tool("bwrap")
    root = tmp_path / "tour"
    made = CliRunner().invoke(cli, ["demo", str(root), "--students", "3"])
    assert made.exit_code == 0, made.output
    assert len(made.output.splitlines()) <= 10
    assert f"{len(list(root.glob('feedback/*/*/*.html')))} pages" in made.output
    told = [Path(urllib.parse.unquote(uri)) for uri in re.findall(r"file://(\S+)", made.stdout)]
    assert told[-1] == root.resolve() / "report" / "index.html"
    assert len(told) == 2
    assert all(page.is_file() for page in told)
    of = load(root).cohort
    assert [student.name for student in of.students.values()] != list(of.students)
    assert {
        name for record in of.records.values() for c in record.cells.values() for name in c.misconceptions
    }
    for verb in ("grade", "feedback", "report"):
        again = CliRunner().invoke(cli, [verb, str(root)])
        assert again.exit_code in (0, 1), again.output
        assert "Traceback" not in again.output
