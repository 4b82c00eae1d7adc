"""The report's numbers, against classes small enough to work out by hand, and against properties."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.gradebook import Record, Status
from autograder.report.class_statistics import (
    ENOUGH,
    Spread,
    correlation,
    discrimination,
    exercise_statistics,
    histogram,
    lesson_statistics,
    mistake_counts,
    spread,
    whole,
)
from tests.autograder.report.classes import big_class, class_of, graded

scores = st.lists(st.floats(0, 15), min_size=1, max_size=60)


def test_a_spread_is_that_of_a_spreadsheet():
    result = spread([4.0, 1.0, 3.0, 2.0])
    assert result == Spread(4, 2.5, 1.0, 1.75, 2.5, 3.25, 4.0)
    assert spread([7.0]) == Spread(1, 7.0, 7.0, 7.0, 7.0, 7.0, 7.0)
    assert spread([]) is None


@given(scores)
def test_a_spread_is_in_order_and_within_its_ends(values):
    result = spread(values)
    assert result is not None
    assert result.low <= result.quartile <= result.median <= result.upper <= result.high
    assert result.low - 1e-9 <= result.mean <= result.high + 1e-9
    assert (result.low, result.high) == (min(values), max(values))


def test_a_histogram_counts_a_border_above_it_and_full_points_in_the_last_part():
    assert histogram([0, 0.5, 1, 2.9, 3], 3, 3) == (2, 1, 2)
    assert histogram([0.1 + 0.2], 0.9, 3) == (0, 1, 0), "rounding does not move it below its border"
    assert histogram([0.0, 1.0], 0, 2) == (2, 0), "a lesson without points"


@given(scores, st.integers(1, 30))
def test_a_histogram_counts_everybody_once(values, bins):
    counts = histogram(values, 15, bins)
    assert len(counts) == bins
    assert sum(counts) == len(values)


def test_a_correlation_by_hand():
    # deviations (-1, 0, 1) and (-1, 1, 0): 1 / sqrt(2 * 2)
    assert correlation([1, 2, 3], [1, 3, 2]) == pytest.approx(0.5)
    assert correlation([1, 2, 3], [4, 4, 4]) is None


@given(st.lists(st.tuples(st.integers(-9, 9), st.integers(-9, 9)), min_size=2, max_size=40))
def test_a_correlation_is_symmetric_bounded_and_blind_to_scale_and_shift(pairs):
    xs, ys = [float(x) for x, _ in pairs], [float(y) for _, y in pairs]
    result = correlation(xs, ys)
    if result is None:
        assert len(set(xs)) == 1 or len(set(ys)) == 1
        return
    assert -1 <= result <= 1
    assert correlation(ys, xs) == pytest.approx(result)
    assert correlation([3 * x + 7 for x in xs], ys) == pytest.approx(result)
    assert correlation([-x for x in xs], ys) == pytest.approx(-result)


def _taken(n: int) -> list[Record]:
    """n hand-ins: `easy` is right in all, `telling` in the better half, `odd` in the worse half."""
    half = n // 2
    return [
        graded(f"s{k:02}", "1-a", easy=(2, 2), telling=(3 * (k < half), 3), odd=(k >= half, 1))
        for k in range(n)
    ]


def test_discrimination_leaves_the_exercise_itself_out_of_the_total():
    records = _taken(20)
    # telling against easy + odd = 2 and 3: opposite; odd against easy + telling = 5 and 2: opposite
    assert discrimination(records, "telling") == pytest.approx(-1)
    assert discrimination(records, "odd") == pytest.approx(-1)
    assert discrimination(records, "easy") is None, "all have the same points"


def test_discrimination_is_not_told_of_a_class_too_small_for_it():
    assert discrimination(_taken(ENOUGH - 1), "telling") is None
    assert discrimination(_taken(ENOUGH), "telling") is not None


def test_an_exercise_by_hand():
    of = class_of(
        graded("anna", "1-a", f=(2, 2), g=(1, 4)),
        graded("ben", "1-a", f=(1, 2), g=(4, 4)),
        graded("cleo", "1-a", f=(0, 2), g=(4, 4)),
        Record("dora", "1-a", Status.UNGRADABLE, max_score=6, reason="it is empty."),
    )
    f, g = exercise_statistics(of)
    assert (f.name, f.points, f.n, f.difficulty, f.full) == ("f", 2, 3, 0.5, pytest.approx(1 / 3))
    assert (g.name, g.points, g.n, g.difficulty, g.full) == ("g", 4, 3, 0.75, pytest.approx(2 / 3))
    assert f.discrimination is None


def test_mistakes_are_ranked_with_the_students_behind_them():
    of = class_of(
        graded("anna", "1-a", f=(0, 2, "swapped"), g=(0, 1, "halved")),
        graded("ben", "1-a", f=(0, 2, "swapped", "halved"), g=(1, 1)),
        graded("cleo", "1-a", f=(2, 2), g=(1, 1)),
    )
    result = [(m.name, m.exercise, m.students, m.of) for m in mistake_counts(of)]
    assert result == [
        ("swapped", "f", ("anna", "ben"), 3),
        ("halved", "f", ("ben",), 3),
        ("halved", "g", ("anna",), 3),
    ]
    assert mistake_counts(of)[0].share == pytest.approx(2 / 3)


def test_a_lesson_by_hand_in_which_only_what_is_graded_counts():
    late = Record("ed", "1-a", Status.GRADED, score=3.0, max_score=4.0, penalty=1.0)
    of = class_of(
        graded("anna", "1-a", f=(4, 4)),
        graded("ben", "1-a", f=(0, 4)),
        late,
        Record("cleo", "1-a", Status.UNGRADABLE, max_score=4.0),
        Record("dora", "1-a", Status.UNGRADED, max_score=4.0),
        Record("fred", "1-a", Status.MISSING, max_score=4.0),
        Record("fred", "2-b", Status.MISSING, max_score=4.0),
    )
    (lesson,) = lesson_statistics(of, {("ben", "1-a")})
    assert lesson.standing == {
        Status.GRADED: 3,
        Status.UNGRADABLE: 1,
        Status.UNGRADED: 1,
        Status.MISSING: 1,
    }
    assert (lesson.blank, lesson.histogram) == (1, (1, 0, 1, 1))
    assert lesson.spread is not None
    assert (lesson.spread.mean, lesson.spread.median) == (2.0, 2.0)
    assert whole(of) == {"anna": 1.0, "ben": 0.0, "ed": 0.5}


def test_a_penalty_never_makes_a_score_negative():
    assert Record("s", "l", Status.GRADED, score=1.0, max_score=4.0, penalty=3.0).final == 0.0
    assert Record("s", "l", Status.MISSING).final is None


@given(st.integers(0, 200))
def test_the_numbers_of_any_class_agree_with_one_another(seed):
    of = big_class(30, seed)
    for exercise in exercise_statistics(of):
        assert 0 <= exercise.full <= exercise.difficulty <= 1
        assert exercise.discrimination is None or -1 <= exercise.discrimination <= 1
    for lesson in lesson_statistics(of):
        assert sum(lesson.standing.values()) == len(of.students)
        assert sum(lesson.histogram) == lesson.standing[Status.GRADED]
    counts = [len(mistake.students) for mistake in mistake_counts(of)]
    assert counts == sorted(counts, reverse=True)
    assert all(0 < mistake.share <= 1 for mistake in mistake_counts(of))
    assert all(math.isfinite(share) and 0 <= share <= 1 for share in whole(of).values())
