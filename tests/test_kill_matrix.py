"""The kill matrix as it is published: current, without gaps, and made by mutants that do something."""

from __future__ import annotations

import random
from types import FunctionType

import pytest

from autograder.hidden_tests import HIDDEN
from benchmarks import kill_matrix
from benchmarks.mutants import mutants
from heinit_lab.exercises import EXERCISES
from heinit_solutions.worked_examples import he_normal
from heinit_solutions.xavier_comparison import layer_backward
from tests.tools import FULL
from tests.variants import UNNAMED

PUBLISHED = kill_matrix.PAGE.read_text(encoding="utf-8").splitlines()
MISTAKES = kill_matrix.named_mistakes()
SAMPLE = random.Random(2015).sample(MISTAKES, 64 if FULL else 8)
HOW = "Run ./heinit bench kill_matrix --store"


def test_every_mistake_has_three_versions_and_its_row():
    for exercise, mistake in MISTAKES:
        count = len(kill_matrix.versions(exercise, mistake))
        assert count >= 3, (exercise, mistake)
        beginning = f"| `{exercise}` | {mistake} | {count}/{count}, {count}/{count} | {count}/{count}, "
        assert [line for line in PUBLISHED if line.startswith(beginning)], f"{beginning}: {HOW}"
    rows = [line for line in PUBLISHED if line.startswith("| `") and line.count("|") == 10]
    assert len(rows) == len(MISTAKES)


@pytest.mark.parametrize(("exercise", "mistake"), SAMPLE, ids=lambda name: name)
def test_a_row_is_what_the_checks_say_now(exercise, mistake):
    assert kill_matrix.row(exercise, mistake).line() in PUBLISHED, HOW


@pytest.mark.parametrize("exercise", list(EXERCISES)[:: 1 if FULL else 5])
def test_no_mutant_of_an_answer_survives_that_changes_what_it_does(exercise):
    made = kill_matrix.of_reference(exercise)
    alive = [mutant.change for mutant in made if kill_matrix.survives(mutant)]
    known = [change for name, change in kill_matrix.EQUIVALENT if name == exercise]
    assert sorted(alive) == sorted(known)
    assert [
        kill_matrix.survivor_line(exercise, c)
        for c in alive
        if kill_matrix.survivor_line(exercise, c) not in PUBLISHED
    ] == []
    count = f"| {len(made)} | {len(made) - len(alive)} |"
    row = next(line for line in PUBLISHED if line.startswith(f"| `{exercise}` | ") and line.count("|") == 6)
    assert row.endswith(count), HOW


@pytest.mark.parametrize("exercise", ["relu", "he_std", "layer_backward"])
def test_the_right_answers_are_counted_as_they_are(exercise):
    total, good = kill_matrix.accepted(exercise)
    assert total == good
    row = next(line for line in PUBLISHED if line.startswith(f"| `{exercise}` | ") and line.count("|") == 6)
    assert row.startswith(f"| `{exercise}` | {total} | {good} |"), HOW


def test_the_wrong_answers_without_a_name_are_counted_as_they_are():
    count = sum(map(len, UNNAMED.values()))
    beginning = f"Of {count} wrong answers that are none of the named mistakes, {count} lose points"
    assert [line for line in PUBLISHED if line.startswith(beginning)], f"{beginning}: {HOW}"


def test_a_check_that_looks_at_the_shape_alone_lets_mutants_live(monkeypatch):
    monkeypatch.setitem(HIDDEN, "he_normal", tuple(b for b in HIDDEN["he_normal"] if b.name == "shape"))
    alive = [m.change for m in mutants(he_normal) if kill_matrix.survives(m)]
    drawn = "return rng.normal(0, he_std(n_in), size=(n_out, n_in))"
    assert f"{drawn} → {drawn.replace('(0,', '(1,')}" in alive


def test_a_mutant_that_never_ends_does_not_survive(monkeypatch):
    def endless(x):
        while True:
            x = x + 1

    monkeypatch.setattr(kill_matrix, "PATIENCE", 0.05)
    assert not kill_matrix.survives(kill_matrix.Mutant("relu", "", endless))


def test_mutants_are_small_changes_each_different_from_the_answer():
    assert isinstance(layer_backward, FunctionType)
    changes = [mutant.change for mutant in mutants(layer_backward)]
    assert len(changes) == len(set(changes))
    assert {
        "return W.T @ (g * (z > 0)) → return W @ (g * (z > 0))",
        "return W.T @ (g * (z > 0)) → return W.T @ (g * (z >= 0))",
        "return W.T @ (g * (z > 0)) → return W.T @ (g / (z > 0))",
        "return W.T @ (g * (z > 0)) → return W.T @ (g * (g > 0))",
        "return W.T @ (g * (z > 0)) → return W.T @ (g * (z > 1))",
    } <= set(changes)
