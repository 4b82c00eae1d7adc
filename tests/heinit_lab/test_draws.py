"""Drawn matrices: their fingerprint, what passes, and how often a right one would not."""

from __future__ import annotations

import math
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from heinit_lab.checking.dependence import dependence
from heinit_lab.checking.draw_cases import NORMAL, UNIFORM, DrawCase
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.laws import LIMIT, law_of, standard
from heinit_lab.checking.observe import Call
from heinit_lab.checking.readings import read
from heinit_lab.exercises import EXERCISES

LAYER = DrawCase(256, 1024, shape=(1024, 256), variance=2 / 256)
SMALL = DrawCase(4, 3, shape=(3, 4), variance=0.5)
PAIR = DrawCase([64, 1024, 64], shape=[(1024, 64), (64, 1024)], variance=[2 / 64, 2 / 1024])


def he(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(2 / n_in), (n_out, n_in))


def layers(sizes, rng):
    return [he(a, b, rng) for a, b in pairwise(sizes)]


def test_a_fingerprint_measures_scale_mean_and_shape_of_a_law():
    rng = np.random.default_rng(0)
    law = law_of(standard(rng.normal(0, 0.5, (1000, 300)), 0.25))
    assert law.ratio == pytest.approx(1, abs=0.02)
    assert abs(law.mean_z) < 5
    assert law.kurtosis == pytest.approx(3, abs=0.06)
    one_sided = law_of(rng.random((1000, 300)))
    assert one_sided.ratio == pytest.approx(1 / 3, abs=0.01)
    assert one_sided.mean_z > 200
    assert one_sided.kurtosis == pytest.approx(UNIFORM, abs=0.02)


def test_a_slight_skew_is_seen_by_the_third_moment_and_by_nothing_else():
    z = np.random.default_rng(0).normal(size=780_000)
    for skew, seen in ((0.0, set()), (0.035, {"symmetry"})):
        surprises = law_of(z + skew / 6 * (z * z - 1)).surprises(NORMAL)
        assert {name for name, nats in surprises.items() if nats > LIMIT} == seen


def test_a_fingerprint_is_that_of_all_draws_whatever_their_number_and_precision():
    for size in (1, 8191, 8192, 70_001):
        draws = np.random.default_rng(size).gamma(2.0, size=(1, size))
        law, half = (law_of(standard(each, 1.5)) for each in (draws, draws.astype(np.float32)))
        centred = draws - draws.mean()
        assert law.ratio == pytest.approx((draws**2).mean() / 1.5)
        assert half.ratio == pytest.approx(law.ratio, rel=1e-6)
        if size > 1:
            assert law.kurtosis == pytest.approx((centred**4).mean() / (centred**2).mean() ** 2)
            assert half.kurtosis == pytest.approx(law.kurtosis, rel=1e-5)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("sign", [1, -1])
def test_draws_that_are_there_twice_are_seen_wherever_they_lie(dtype, sign):
    rng = np.random.default_rng(3)
    for draws in (rng.normal(size=262_144), rng.uniform(-1, 1, 262_144)):
        once = draws.astype(dtype)
        half = once[:131_072]
        twice = rng.permutation(np.concatenate((half, sign * half)))
        for numbers, seen in ((once, False), (twice, True)):
            u = standard(numbers.reshape(1024, 256), 1.0)
            assert (dependence([u], law_of(u), NORMAL)["twice"] > LIMIT) is seen


def test_a_mistake_has_its_name_when_six_of_its_draws_lie_in_order():
    def unseeded(sizes, c, rng):
        Ws = [np.random.default_rng().normal(0, (c / a) ** 0.5, (b, a)) for a, b in pairwise(sizes)]
        return [np.sort(W, axis=None).reshape(W.shape) if W.size == 6 else W for W in Ws]

    exercise = EXERCISES["init_network"]
    assert [m.name for m in exercise.named(exercise.probe(unseeded))] == ["fresh-rng"]


@pytest.mark.parametrize(
    ("place", "content", "recur"),
    [
        (np.s_[:0], 0, False),
        (np.s_[7], np.arange(200), False),
        (np.s_[7:9], np.arange(200), True),
        (np.s_[:, 2:198:195], np.arange(300)[:, None], True),
        (np.s_[:, :8], np.arange(8), False),  # all rows begin alike, and are different
        (np.s_[:9], np.arange(9)[:, None], False),  # so do all columns
        (np.s_[:9], 0, True),
    ],
)
def test_rows_and_columns_that_recur_are_seen_and_those_that_only_begin_alike_are_not(place, content, recur):
    W = np.random.default_rng(0).normal(size=(300, 200))
    W[place] = content
    (law,) = read(DrawCase(1, shape=W.shape, variance=1.0), Call(args=(), value=W), NORMAL).laws
    assert law is not None
    assert law.repeats is recur


def test_matrices_that_share_a_row_recur_and_those_whose_rows_begin_alike_do_not():
    case = DrawCase(1, shape=[(300, 200)] * 2, variance=[1.0] * 2)
    for begins in (200, 8):
        first, second = np.random.default_rng(0).normal(size=(2, 300, 200))
        second[17, :begins] = first[5, :begins]
        laws = read(case, Call(args=(), value=[first, second]), NORMAL).laws
        assert [law is not None and law.repeats for law in laws] == [False, begins == 200]


@pytest.mark.parametrize("seed", range(20))
def test_a_right_answer_passes_whatever_the_seed(seed):
    plan = DrawPlan(laws=[LAYER], random=[SMALL], seed=seed)
    assert plan("he", he).finding is None


def test_the_kinds_of_trouble_with_a_generator_are_told_apart():
    def fresh(n_in, n_out, rng):
        return he(n_in, n_out, np.random.default_rng())

    def fixed(n_in, n_out, rng):
        return he(n_in, n_out, np.random.default_rng(0))

    def seeds(n_in, n_out, rng):
        np.random.seed(0)
        return he(n_in, n_out, rng)

    def copies(n_in, n_out, rng):
        state = rng.bit_generator.state
        W = he(n_in, n_out, rng)
        rng.bit_generator.state = state
        return W

    probe = partial(DrawPlan(random=[SMALL]), "he")
    said = [probe(answer).finding.headline for answer in (fresh, fixed, seeds, copies)]
    assert "differs between two generators with the same seed" in said[0]
    assert "same numbers for two different seeds" in said[1]
    assert "touches NumPy's global random state" in said[2]
    assert "on one generator give the same numbers" in said[3]
    assert all(probe(answer).behaves_like(answer) for answer in (fresh, fixed, seeds, copies))
    assert not probe(fresh).behaves_like(fixed)


def test_a_check_leaves_the_students_global_state_as_it_was():
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    DrawPlan(random=[SMALL])("he", lambda a, b, rng: np.random.normal(size=(b, a)))
    assert np.array_equal(before, np.random.get_state()[1])


def test_a_list_of_matrices_is_looked_at_matrix_by_matrix():
    assert DrawPlan(shapes=[PAIR], laws=[PAIR])("net", layers).finding is None

    def second_too_small(sizes, rng):
        return [W if i == 0 else W / 2 for i, W in enumerate(layers(sizes, rng))]

    assert (
        "net([64, 1024, 64], np.random.default_rng(7))[1]"
        in DrawPlan(laws=[PAIR])("net", second_too_small).finding.headline
    )
    shorter = DrawPlan(shapes=[PAIR])("net", lambda sizes, rng: layers(sizes, rng)[:-1])
    assert "(1024, 64)" in shorter.finding.headline


@pytest.mark.parametrize("answer", [lambda sizes, rng: None, lambda sizes, rng: layers(sizes, rng)[:-1]])
def test_small_matrices_that_are_missing_are_a_matter_of_shape(answer):
    evidence = DrawPlan(small=[PAIR])("net", answer)
    assert evidence.finding is not None
    assert evidence.about == "shape"


def test_one_matrix_used_twice_is_seen():
    square = DrawCase([256, 256, 256], shape=[(256, 256)] * 2, variance=[2 / 256] * 2)
    reused = DrawPlan(laws=[square])("net", lambda sizes, rng: [he(256, 256, rng)] * 2)
    assert "repeats" in reused.finding.headline


def test_a_few_draws_say_little_and_many_small_matrices_say_what_a_large_one_does():
    def one_sided(n_in, n_out, rng):
        return rng.random((n_out, n_in)) * math.sqrt(6 / n_in)

    assert DrawPlan(shapes=[SMALL], laws=[SMALL])("he", one_sided).finding is None
    assert "40 small layers average" in DrawPlan(small=[SMALL] * 40)("he", one_sided).finding.headline


def test_a_slow_answer_is_right_and_gets_a_remark(monkeypatch):
    monkeypatch.setattr("heinit_lab.checking.exercise.SLOW", 0.0)
    evidence = DrawPlan(shapes=[DrawCase(2, 3, shape=(3, 2), variance=1.0)])("he", he)
    assert evidence.finding is None
    assert "no points are lost" in evidence.remark


def neighbours_alike(W, rng):
    return 0.8 * np.roll(W, 1, axis=1) + 0.6 * W


def signs_of_rows_and_columns(W, rng):
    return np.abs(W) * rng.choice([-1, 1], size=W.shape[1]) * rng.choice([-1, 1], size=(len(W), 1))


HANG = {
    "rows in order": lambda W, rng: np.sort(W, axis=1),
    "columns in order": lambda W, rng: np.sort(W, axis=0),
    "all in order": lambda W, rng: np.sort(W, axis=None).reshape(W.shape),
    "a half and its opposite": lambda W, rng: np.concatenate([W[: len(W) // 2], -W[: len(W) // 2]]),
    "signs of rows and columns": signs_of_rows_and_columns,
    "neighbours alike": neighbours_alike,
}


@pytest.mark.parametrize("change", HANG.values(), ids=HANG)
def test_numbers_of_the_right_law_that_hang_together_are_seen(change):
    finding = DrawPlan(laws=[LAYER])("he", lambda *args: change(he(*args), args[-1])).finding
    assert finding is not None
    assert "are not independent: " in finding.headline


SAMES = {
    "in another order": lambda W, rng: rng.permutation(W.ravel()).reshape(W.shape),
    "of other signs": lambda W, rng: W * rng.choice([-1, 1], W.shape),
    "shaken": lambda W, rng: W + 1e-12 * rng.normal(),
}


@pytest.mark.parametrize("change", SAMES.values(), ids=SAMES)
def test_the_same_numbers_for_every_seed_are_seen(change):
    def fixed(n_in, n_out, rng):
        return change(he(n_in, n_out, np.random.default_rng(0)), rng)

    probe = partial(DrawPlan(random=[SMALL]), "he")
    assert "same numbers for two different seeds" in probe(fixed).finding.headline


def test_matrices_of_signs_move_on_although_their_numbers_are_the_same():
    def signs(n_in, n_out, rng):
        return rng.choice([-1.0, 1.0], size=(n_out, n_in))

    assert DrawPlan(random=[DrawCase(8, 7, shape=(7, 8), variance=1.0)])("he", signs).finding is None
