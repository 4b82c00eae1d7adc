"""Hidden checks: right answers get every point, mistakes lose some and are named."""

from __future__ import annotations

import contextvars
import copy
import itertools
import re
from dataclasses import replace
from itertools import pairwise

import nbformat
import numpy as np
import pytest

from autograder.hidden_tests import HIDDEN, assess
from autograder.hidden_tests.grade import SEED, report_of
from autograder.lessons import lessons
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.exercises import EXERCISES
from heinit_solutions.worked_examples import he_std, sample_report
from heinit_solutions.xavier_comparison import compare_table
from tests.heinit_lab.test_exercises import RIGHT_ANSWERS, wrong_answers
from tests.tools import FULL

SEEDS = ("", "a") if FULL else ("a",)


def both_checks(name, answer, seed="a"):
    """The names that the public check gives an answer, its finding, and what the hidden checks alone say."""
    exercise = EXERCISES[name]
    evidence = exercise.probe(answer)
    with pytest.MonkeyPatch.context() as patched:  # the hidden checks take the name from the same evidence
        patched.setitem(EXERCISES, name, replace(exercise, check=lambda *_: evidence))
        assessment = assess(name, answer, seed)
    return tuple(m.name for m in exercise.named(evidence)), evidence.finding, assessment


def right_answers(name):
    """The right answers of an exercise, with their numbers; one of those that draw, which is slow."""
    answers = list(enumerate(RIGHT_ANSWERS[name]))
    return answers[:1] if isinstance(EXERCISES[name].check, DrawPlan) and not FULL else answers


@pytest.mark.parametrize("name", EXERCISES)
def test_a_right_answer_passes_the_public_check_gets_full_marks_and_no_mistakes_name(name):
    for seed in SEEDS:
        for i, answer in right_answers(name):
            named, finding, assessment = both_checks(name, answer, seed)
            assert assessment.score == assessment.max_score, (i, seed, assessment)
            assert (named, finding, assessment.misconceptions) == ((), None, ()), (i, seed)


@pytest.mark.parametrize("name", EXERCISES)
def test_a_wrong_answer_loses_points_and_has_the_name_of_its_mistake_or_none_in_both_checks(name):
    mistaken = []
    for names, label, wrong in wrong_answers(name):
        named, finding, assessment = both_checks(name, wrong)
        if assessment.score == assessment.max_score or not named == assessment.misconceptions == names:
            mistaken.append((label, named, finding, assessment))
    assert mistaken == []


def test_hidden_inputs_follow_from_the_seed_that_the_judge_has_set():
    def seen(seed):
        asked_for = []
        context = contextvars.copy_context()
        context.run(SEED.set, seed)
        context.run(assess, "he_std", lambda n: asked_for.append(n) or he_std(n))
        return asked_for

    assert seen("of anna") == seen("of anna") != seen("of ben")
    assert len(seen("of anna")) > 3


def _another(part):
    """A wrong value in a right one's place."""
    return not part if isinstance(part, (bool, np.bool_)) else part + 1


def with_one_part_right(name, place):
    """The reference answer, with 1 added to each part of the value but one."""
    reference, parts = RIGHT_ANSWERS[name][0], EXERCISES[name].parts

    def answer(*args, **kwargs):
        value = reference(*args, **kwargs)
        if isinstance(value, dict):
            return {key: _another(value[key]) if key != parts[place] else value[key] for key in value}
        if isinstance(value, tuple):
            return tuple(part + (k != place) for k, part in enumerate(value))
        return value + (np.arange(len(parts)) != place)

    return answer


def test_each_part_of_a_value_has_its_share_of_the_points_and_is_told_to_be_right():
    with_parts = [name for name, exercise in EXERCISES.items() if exercise.parts]
    assert {"sample_report", "relu_moments", "activity", "compare_table"} <= set(with_parts)
    for name in with_parts:
        parts = EXERCISES[name].parts
        for place, part in enumerate(parts):
            assessment = assess(name, with_one_part_right(name, place), "a")
            worth = assessment.max_points["values"]
            assert assessment.points["values"] == round(worth / len(parts), 2), (name, part)
            assert assessment.right_parts["values"] == (part,), name
            assert f"; right: {part}): " in report_of(assessment).plain, name
            assert assessment.score <= round(assessment.max_score / len(parts), 2) + 0.011, (name, part)


def test_a_mistake_is_called_what_the_public_check_calls_it_and_what_that_passes_what_the_hidden_ones_do():
    def named(seen, unseen):
        seen_widths = {1, 4, 37, 128, 4096}
        return assess("he_std", lambda n: seen(n) if n in seen_widths else unseen(n)).misconceptions

    def variance(n):
        return 2 / n

    def xavier(n):
        return (1 / n) ** 0.5

    assert named(variance, variance) == ("variance-for-std",)
    assert named(variance, xavier) == ("variance-for-std",)
    assert named(he_std, xavier) == ("xavier-for-he",)
    # the student was told that it is wrong, and of no name: it gets none behind their back
    assert named(lambda n: 3 / n, xavier) == ()


def test_what_decides_in_lesson_3_costs_the_points_of_its_behaviour_and_no_others():
    def densities(W, v):
        return np.exp(-(W**2) / (2 * v)) / np.sqrt(2 * np.pi * v)

    def weights(n_in, n_out, rng):
        return rng.normal(0, he_std(n_in), (n_out, n_in))

    def relative(W, var):
        report = sample_report(W, var)
        return {**report, "se": report["se"] / var, "z": report["z"] * var}

    out_of_range = {"values": 2.5, "edge cases": 0, "purity": 0.5}
    of_the_sample = {"values": 0, "shape": 0.5, "randomness": 0.5, "edge cases": 0}
    cases = (
        ("log_lr", lambda W, a, b: np.log(np.prod(densities(W, a)) / np.prod(densities(W, b))), out_of_range),
        ("log_lr", lambda W, a, b: np.log(np.prod(densities(W, a) / densities(W, b))), out_of_range),
        ("he_normal", lambda a, b, rng: (W := weights(a, b, rng)) - W.mean(), of_the_sample),
        ("he_normal", lambda a, b, rng: (W := weights(a, b, rng)) / W.std() * he_std(a), of_the_sample),
        ("draws_needed", lambda rel, z=1.96: int(2 * (z / rel) ** 2) + 1, {"values": 0.5, "edge cases": 0}),
        ("draws_needed", lambda rel, z=1.96: np.ceil(2 * (z / rel) ** 2), {"values": 0.5, "edge cases": 0}),
        ("sample_report", relative, {"values": 1.5, "purity": 0.3}),
        ("sample_report", lambda W, v: {**sample_report(W, v), "z": 0.0}, {"values": 2.0, "purity": 0.4}),
    )
    for i, (name, answer, points) in enumerate(cases):
        with np.errstate(all="ignore"):
            assert assess(name, answer).points == points, i


@pytest.mark.parametrize("name", ["he_normal", "he_uniform", "init_network"])
def test_infinities_drawn_from_the_generator_get_nothing_whatever_the_seed(name):
    def infinite(n_in, n_out, rng):
        return np.full((n_out, n_in), rng.choice([-np.inf, np.inf]))

    def network(sizes, c, rng):
        return [infinite(a, b, rng) for a, b in pairwise(sizes)]

    answer = network if name == "init_network" else infinite
    assert {assess(name, answer, f"s{i}").score for i in range(12)} == {0}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_stub_and_a_missing_answer_get_nothing(name):
    def stub(*args, **kwargs):
        raise NotImplementedError()

    assert assess(name, stub).score == 0
    assert assess(name, None).score == 0


@pytest.mark.parametrize("name", EXERCISES)
def test_a_constant_gets_nothing(name):
    for value in (None, 0.0, 1.0, "text", [], True, object()):
        assert assess(name, lambda *args, value=value, **kwargs: value).score == 0, value


@pytest.mark.parametrize("name", EXERCISES)
def test_a_score_is_a_builtin_float(name):
    assert type(assess(name, None).score) is float
    assert type(assess(name, RIGHT_ANSWERS[name][0]).score) is float


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


def evidence_of(name, answer):
    return EXERCISES[name].probe(answer)


def overwriting(name):
    """The reference answer, which then overwrites the arrays and lists that it was given."""

    def answer(*args, **kwargs):
        value = copy.deepcopy(RIGHT_ANSWERS[name][0](*args, **kwargs))
        for given in args:
            for each in given.values() if isinstance(given, dict) else [given]:
                if isinstance(each, (list, np.ndarray)):
                    each[:] = [0 * part for part in each]
        return value

    return answer


def test_an_answer_that_changes_its_argument_loses_the_share_for_that_and_nothing_else():
    for name, behaviours in HIDDEN.items():
        check = EXERCISES[name].check
        asked = any(behaviour.name == "purity" for behaviour in behaviours)
        assert isinstance(check, DrawPlan) or ("purity" in check.looks_at) == asked, name
        if asked:
            assessment = assess(name, overwriting(name), public=evidence_of(name, overwriting(name)))
            lost = {b for b, points in assessment.points.items() if points < assessment.max_points[b]}
            assert lost == {"purity"}, name


def test_the_statement_of_each_exercise_with_a_share_for_it_asks_to_leave_the_arguments_as_they_are():
    cells = [cell for lesson in lessons() for cell in nbformat.read(lesson.path, 4).cells]
    for name, behaviours in HIDDEN.items():
        (statement,) = [c.source for c in cells if "### Exercise" in c.source and f"· `{name}` ·" in c.source]
        says = re.search(r"as (it was|they are)|must not change", statement) is not None
        assert says == any(behaviour.name == "purity" for behaviour in behaviours), name


def test_each_right_column_of_a_table_has_its_share():
    def table(n, xavier, he, ratio):
        return lambda ns: compare_table(ns) * [n, xavier, he, ratio]

    for wrong, points in (
        (table(1, 1, 1, 0.5), 2.25),
        (table(1, 1, 2, 2), 1.5),
        (table(0, 2, 2, 1), 0.75),
        (table(1, 1, 1, 1), 3),
        (table(2, 2, 2, 2), 0),
        (lambda ns: compare_table(ns).T, 0),
        (lambda ns: compare_table(ns)[:, [1, 2, 3, 0]], 1.5),  # half, as for a tuple in another order
        (lambda ns: compare_table(ns)[:, [1, 0, 2, 3]], 1.5),
        (lambda ns: [1, 2], 0),
    ):
        assert assess("compare_table", wrong).score == points


def test_what_the_public_check_refuses_never_gets_full_marks():
    for name, exercise in EXERCISES.items():
        if isinstance(exercise.check, DrawPlan):
            continue
        seen = [str((case.args, case.kwargs)) for case in exercise.check.cases]

        def answer(*args, name=name, seen=seen, **kwargs):
            return None if str((args, kwargs)) in seen else RIGHT_ANSWERS[name][0](*args, **kwargs)

        public = evidence_of(name, answer)
        assert public.finding is not None, name
        assessment = assess(name, answer, public=public)
        assert assessment.score < assessment.max_score, name
    slope_of_a_framework = assess("weight_variance", lambda fan, slope=0.01: 2 / ((1 + slope**2) * fan))
    assert slope_of_a_framework.points["values"] == 0


def test_a_sum_over_points_that_passes_the_public_check_of_gain_earns_its_points():
    accepted = 0
    for reach, count in itertools.product((2, 3, 4, 5, 7), (5, 13, 21, 41, 101)):
        z = np.linspace(-reach, reach, count)
        weight = np.exp(-(z**2) / 2)

        def answer(name, a=0.0, z=z, weight=weight):
            return np.sum(weight) / np.sum(weight * ACTIVATIONS[name](z, a) ** 2)

        if EXERCISES["gain"].probe(answer).finding is None:
            accepted += 1
            assert assess("gain", answer).score == 4, (reach, count)
    assert accepted >= 5
