"""Questions in a page say what a check would say: the same right values, mistakes and hints."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.lessons import lessons
from autograder.site.questions import ASKED, CLOSE, question
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises import BY_LESSON, EXERCISES

WITH_ONE = [name for name in EXERCISES if ASKED.get(name, 0) is not None]


@pytest.fixture(scope="module", params=WITH_ONE)
def asked(request):
    found = question(request.param)
    assert found is not None
    return found


def test_only_exercises_whose_cases_are_tables_have_no_question():
    assert [name for name in EXERCISES if question(name) is None] == ["compare_table"]


def test_every_question_that_is_worded_belongs_to_an_exercise():
    assert set(ASKED) <= set(EXERCISES)


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
    evidence = EXERCISES[asked.name].probe(lambda *args, **kwargs: None)
    if isinstance(evidence, Trials) and not asked.options:
        case = evidence.trials[ASKED.get(asked.name, (0, ""))[0]].case
        assert asked.right == pytest.approx(case.want)


# what these are asked about is a function's name, or a letter
NAMED = ("gain", "relu_moments")
WORDED = [name for name, asked in ASKED.items() if asked and asked[1] and name not in NAMED]


@pytest.mark.parametrize("name", WORDED)
def test_a_question_in_words_states_every_number_of_its_case(name):
    index, prompt = ASKED[name]
    case = EXERCISES[name].probe(lambda *args, **kwargs: None).trials[index].case
    told = [float(n) for n in re.findall(r"-?\d+(?:\.\d+)?(?:e-?\d+)?", prompt.replace("−", "-"))]
    for arg in (*case.args, *case.kwargs.values()):
        for part in arg if isinstance(arg, (list, tuple)) else [arg]:
            for number in np.ravel(part):
                assert any(number == pytest.approx(t) for t in told), f"{number} is not in {prompt!r}"


def test_the_positions_of_right_options_differ():
    places = {q.options.index(q.right) for q in map(question, WITH_ONE) if q.options}
    assert len(places) >= 3
