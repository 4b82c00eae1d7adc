"""Every exercise: its public check, stubs, hints and names.

What the check says to every right and every wrong answer is in tests/autograder/hidden_tests.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from autograder.hidden_tests import HIDDEN
from autograder.lessons import lessons
from autograder.lessons.compose import checked_function
from heinit_lab.checking.check import examine
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report
from heinit_lab.exercises import BY_LESSON, EXERCISES
from tests.tools import FULL
from tests.variants import MISTAKES, RIGHT, UNNAMED

REFERENCES = {
    name: getattr(lesson.solutions, name)
    for lesson in lessons()
    for name in EXERCISES
    if hasattr(lesson.solutions, name)
}
RIGHT_ANSWERS = {name: (REFERENCES[name], *RIGHT[name]) for name in EXERCISES}


def wrong_answers(name: str) -> list[tuple[tuple[str, ...], str, Function]]:
    """The wrong answers of an exercise: the names that they get, a label for messages, and the answer.

    The first version of each mistake, and every fifth answer without a name; of mistakes in answers that
    draw, which take ten times as long, every fourth one. `heinit bench suite` tries all, and so does
    `heinit bench kill_matrix --store`, which every new version needs.
    """
    draws = isinstance(EXERCISES[name].check, DrawPlan)

    def some(answers: Sequence[Function], step: int) -> list[tuple[int, Function]]:
        return list(enumerate(answers))[:: 1 if FULL else step]

    planted = [
        ((m.name,), f"{m.name} {i}", wrong)
        for m in EXERCISES[name].misconceptions[:: 4 if draws and not FULL else 1]
        for versions in [(*m.wrong, *MISTAKES[name][m.name])]
        for i, wrong in some(versions, len(versions))
    ]
    unnamed = some(UNNAMED.get(name, ()), 5)
    return [*planted, *(((), f"unnamed {i}", wrong) for i, wrong in unnamed)]


def test_every_exercise_has_two_other_right_answers_and_every_mistake_a_variant_of_its_own():
    for name, exercise in EXERCISES.items():
        assert len(RIGHT[name]) >= 2, name
        names = {m.name for m in exercise.misconceptions}
        assert names == set(MISTAKES[name]), name
        assert all(MISTAKES[name].values()), name


@pytest.mark.parametrize("name", EXERCISES)
def test_the_reference_answer_passes_the_public_check(name):
    assert examine(name, REFERENCES[name]).mark == "✓"


@pytest.mark.parametrize("name", EXERCISES)
def test_an_unsolved_stub_is_told_apart_from_a_wrong_answer(name):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    report = examine(name, stub)
    assert report.mark == "○"
    assert "not solved yet" in report.plain


@pytest.mark.parametrize("name", EXERCISES)
def test_any_value_at_all_gets_a_sentence_and_no_traceback(name):
    for value in (None, "text", 1j, float("nan"), object(), [], {}, [[1], [2, 3]], 0, True):
        report = examine(name, lambda *args, value=value, **kwargs: value)
        assert isinstance(report, Report)
        assert report.mark == "✗", value


@pytest.mark.parametrize("name", EXERCISES)
def test_hints_give_no_code_away(name):
    for misconception in EXERCISES[name].misconceptions:
        assert "return" not in misconception.hint.split()
        assert "lambda" not in misconception.hint
        assert misconception.name == misconception.name.lower().replace(" ", "-")


def test_hints_call_things_as_the_lessons_do():
    for exercise in EXERCISES.values():
        for misconception in exercise.misconceptions:  # a unit, the slide, second moment, n_in
            hints = " ".join((misconception.hint, *misconception.deeper))
            others = re.search(r"neuron|source|(?<!root )mean square|fan_in", hints, re.IGNORECASE)
            assert not others, (exercise.name, misconception.name)


def test_misconception_names_mean_one_thing_each():
    """The same name may serve two exercises, with a hint of its own in each."""
    for exercise in EXERCISES.values():
        names = [m.name for m in exercise.misconceptions]
        assert len(names) == len(set(names)), exercise.name


def test_what_is_announced_is_what_runs_when_graded():
    for name, exercise in EXERCISES.items():
        assert exercise.hidden == len(HIDDEN[name]), name


def test_every_test_cell_has_an_exercise_and_every_exercise_a_test_cell_in_the_same_order():
    import nbformat

    cells = [checked_function(cell) for lesson in lessons() for cell in nbformat.read(lesson.path, 4).cells]
    assert [c for c in cells if c] == list(EXERCISES)


def test_every_lesson_has_a_folder_of_exercises():
    assert list(BY_LESSON) == [lesson.module for lesson in lessons()]
