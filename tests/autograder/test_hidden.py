"""Hidden checks: right answers get every point, mistakes lose some and are named."""

from __future__ import annotations

import nbformat
import pytest

from autograder.hidden import HIDDEN, assess
from autograder.lessons import lessons
from heinit_lab.exercises import EXERCISES
from tests.heinit_lab.test_exercises import PLANTED, RIGHT_ANSWERS, words

SEEDS = ("", "a", "b")


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("name", "answer"), RIGHT_ANSWERS, ids=words)
def test_a_right_answer_gets_full_marks(name, answer, seed):
    outcome = assess(name, answer, seed)
    assert outcome.score == outcome.max_score, outcome
    assert outcome.misconceptions == ()


@pytest.mark.parametrize(("name", "misconception", "wrong"), PLANTED, ids=words)
def test_a_planted_mistake_loses_points_and_is_named(name, misconception, wrong):
    outcome = assess(name, wrong, "a")
    assert outcome.score < outcome.max_score
    assert outcome.misconceptions == (misconception,), outcome


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_and_a_missing_answer_get_nothing(name):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    assert assess(name, stub).score == 0
    assert assess(name, None).score == 0


@pytest.mark.parametrize("name", EXERCISES)
@pytest.mark.parametrize("value", [None, 0.0, 1.0, "text", [], True, object()])
def test_a_constant_gets_nothing(name, value):
    assert assess(name, lambda *args, **kwargs: value).score == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_a_score_is_a_builtin_float(name):
    assert type(assess(name, None).score) is float
    assert type(assess(name, RIGHT_ANSWERS[0][1]).score) is float


def test_the_points_of_the_cells_are_the_points_of_the_checks_and_every_lesson_has_fifteen():
    for lesson in lessons():
        total = 0
        for cell in nbformat.read(lesson.path, 4).cells:
            meta = cell.metadata.get("nbgrader", {})
            if meta.get("grade"):
                name = meta["grade_id"].removeprefix("test-")
                assert sum(b.points for b in HIDDEN[name]) == meta["points"], name
                total += meta["points"]
        assert total == 15, lesson.name


def test_every_false_fail_probability_is_stated_and_below_one_in_a_million():
    for name, behaviours in HIDDEN.items():
        for behaviour in behaviours:
            assert 0 <= behaviour.false_fail < 1e-6, (name, behaviour.name)
            assert set(behaviour.needs) < {b.name for b in behaviours}, (name, behaviour.name)
