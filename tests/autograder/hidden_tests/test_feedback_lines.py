"""Where a hidden check fails, its line says in words on what kind of case, and never on which numbers."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.hidden_tests import HIDDEN, grade
from autograder.hidden_tests.behaviour import behaviours, drawn, edges, values
from autograder.judge.proxy import NoAnswerError
from heinit_lab.checking import Case, Cases, CheckFailed, DrawCase, DrawPlan, Exercise
from heinit_lab.checking.observe import Call
from heinit_lab.exercises import EXERCISES

MANY = Case(np.full((64, 128), 0.02), kind="very many entries")


def mass(W):
    return float(np.sum(np.square(W)))


def he(n_in, n_out, rng):
    return rng.normal(0, (2 / n_in) ** 0.5, (n_out, n_in))


@pytest.fixture
def exercises(monkeypatch):
    """Two exercises, each with public checks that say less than the hidden ones."""
    public = Cases(Case(np.array([1.0, 2.0]), want=5.0))
    rows = values(1, "two sizes", lambda rng: [rng.random(3)]), edges(1, "long ones", lambda rng: [MANY])
    monkeypatch.setitem(EXERCISES, "mass", Exercise("mass", public, (), 2))
    monkeypatch.setitem(HIDDEN, "mass", behaviours(mass, *rows))
    small = [DrawCase(a, 5, shape=(5, a), variance=2 / a) for a in range(2, 60)]
    monkeypatch.setitem(EXERCISES, "he", Exercise("he", DrawPlan(shapes=small[:1]), (), 1))
    plan = drawn("values", 2, "small layers", lambda rng: DrawPlan(shapes=small[:1], small=small))
    monkeypatch.setitem(HIDDEN, "he", behaviours(he, plan))


def few_only(W):
    return mass(W) if W.size < 100 else 0.0


def centred(n_in, n_out, rng):
    W = he(n_in, n_out, rng)
    return W - W.mean()


class Silent:
    """A stand-in for an answer that is ended before it answers."""

    def __call__(self):
        raise AssertionError

    def __observe__(self, arguments):
        return [Call(args, args, error=NoAnswerError("it took too long")) for args, _ in arguments]


@pytest.mark.parametrize(
    ("name", "answer", "line"),
    [
        ("mass", few_only, "✗ edge cases (long ones): 0 of 1. Wrong for very many entries."),
        ("mass", lambda W: mass(W) + 1, "✗ values (two sizes): 0 of 1"),
        ("mass", Silent(), "✗ values (two sizes): 0 of 1. A call gave no answer: it took too long."),
        (
            "he",
            centred,
            "0 of 2. The weights are not independent: they were scaled or shifted by what was drawn.",
        ),
    ],
)
def test_a_hidden_check_that_fails_says_on_what_kind_of_case(exercises, name, answer, line):
    with pytest.raises(CheckFailed) as failed:
        grade(name, answer)
    lines = failed.value.report.plain.splitlines()
    assert any(each.endswith(line) for each in lines), lines
