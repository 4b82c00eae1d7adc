"""Questions in a page say what a check would say: the same right values, mistakes and hints."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.lessons import lessons
from autograder.questions.question import CLOSE, question
from heinit_lab.checking.trials import Cases
from heinit_lab.exercises import BY_LESSON, EXERCISES

WITH_ONE = [name for name, exercise in EXERCISES.items() if exercise.prompt is not None]


@pytest.fixture(scope="module", params=WITH_ONE)
def asked(request):
    found = question(request.param)
    assert found is not None
    return found


def test_only_exercises_whose_cases_are_tables_have_no_question():
    assert [name for name in EXERCISES if question(name) is None] == ["compare_table"]


def test_every_lesson_asks_for_numbers_or_choices():
    assert len(BY_LESSON) == len(lessons())
    for exercises in BY_LESSON.values():
        assert sum(question(exercise.name) is not None for exercise in exercises) >= 4


def test_wrong_answers_are_those_of_named_mistakes_with_their_hints(asked):
    mistakes = {mistake.name: mistake.hint for mistake in EXERCISES[asked.name].misconceptions}
    assert asked.wrong
    for wrong in asked.wrong:
        assert wrong.hints == tuple(mistakes[name] for name in wrong.names[:2])
        assert len(set(wrong.names)) == len(wrong.names)


def test_no_wrong_answer_counts_as_right(asked):
    for wrong in asked.wrong:
        if asked.options:
            assert wrong.value != asked.right
        else:
            assert abs(wrong.value - asked.right) > asked.close * abs(asked.right)


def test_no_two_wrong_numbers_are_taken_for_each_other(asked):
    numbers = [wrong.value for wrong in asked.wrong if not asked.options]
    for i, a in enumerate(numbers):
        for b in numbers[:i]:
            assert abs(a - b) > CLOSE * max(abs(a), abs(b))


def test_a_choice_offers_the_right_value_once_among_its_mistakes(asked):
    if asked.options:
        assert sorted(asked.options) == sorted([asked.right, *(str(wrong.value) for wrong in asked.wrong)])
        assert len(set(asked.options)) == len(asked.options) >= 3


def test_the_right_value_is_the_one_of_the_stored_case(asked):
    exercise = EXERCISES[asked.name]
    if isinstance(exercise.check, Cases) and not asked.options:
        assert asked.right == pytest.approx(exercise.check.cases[exercise.prompt.case].want)


# what these are asked about is a function's name, or a letter
NAMED = ("gain", "relu_moments", "prescribe")
WORDED = [name for name in WITH_ONE if EXERCISES[name].prompt.words and name not in NAMED]


@pytest.mark.parametrize("name", WORDED)
def test_a_question_in_words_states_every_number_of_its_case(name):
    index, words = EXERCISES[name].prompt
    case = EXERCISES[name].check.cases[index]
    stated = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", words.replace("−", "-"))]
    for arg in (*case.args, *case.kwargs.values()):
        for part in arg if isinstance(arg, (list, tuple)) else [arg]:
            for number in np.ravel(part):
                assert any(number == pytest.approx(n) for n in stated), f"{number} is not in {words!r}"


def test_the_positions_of_right_options_differ():
    places = {q.options.index(q.right) for q in map(question, WITH_ONE) if q.options}
    assert len(places) >= 3
