"""How often a hidden check would fail a right answer: the stated bounds, computed and measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.hidden_tests import HIDDEN
from heinit_lab.checking.dependence import dependence, of_small
from heinit_lab.checking.draw_cases import NORMAL, UNIFORM, DrawCase
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.laws import (
    FALSE_FAIL,
    FEW,
    HALF,
    LIMIT,
    MEASURES,
    SINGLE,
    Law,
    edges,
    law_of,
    normal_surprise,
    rounding_of,
    standard,
)
from heinit_lab.checking.observe import Call
from heinit_lab.checking.readings import read
from heinit_lab.exercises import EXERCISES
from heinit_lab.patients import truth, unseen
from tests.heinit_lab.test_exercises import RIGHT_ANSWERS

RIGHT = {name: answers[0] for name, answers in RIGHT_ANSWERS.items()}
# bounds that are measured, since no law of a sample gives them
MEASURED = {("diagnose", "values"), ("diagnose", "edge cases"), ("prescribe", "edge cases")}
SAMPLERS = ("he_normal", "he_uniform", "init_network")
FLOATS = (np.float16, np.float32, np.float64)
LEVEL = math.log(100)  # nats: right draws surprise by more once in a hundred times, at most


def tails_of_mean(values: np.ndarray, weights: np.ndarray, n: int, beyond: float) -> float:
    """P(|mean of n draws - its expectation| > beyond), by the characteristic function; good to 1e-10.

    values, weights: the law of one draw, as points and their probabilities.
    """
    bins = 2**14
    values = values - values @ weights
    span = 60 * math.sqrt(values**2 @ weights / n)
    powers = np.zeros(bins // 2 + 1, complex)
    for k in range(len(powers)):
        phi = np.exp(2j * math.pi * k / (span * n) * values) @ weights
        if abs(phi) ** n < 1e-20:
            break
        powers[k] = phi**n
    masses = np.fft.irfft(powers.conj(), bins)
    return float(masses[np.abs(np.fft.fftfreq(bins)) * span > beyond].sum())


def normal_law() -> tuple[np.ndarray, np.ndarray]:
    z = np.linspace(-12, 12, 4001)
    weights = np.exp(-(z**2) / 2)
    return z, weights / weights.sum()


def uniform_law() -> tuple[np.ndarray, np.ndarray]:
    z = math.sqrt(3) * (np.arange(4001) - 2000) / 2000.5
    return z, np.full(4001, 1 / 4001)


def of_kurtosis(z: np.ndarray, k: float) -> np.ndarray:
    """What one draw of mean 0 and variance 1 adds, to first order, to a sample's kurtosis around k."""
    return z**4 - k - 2 * k * (z**2 - 1)


def limit_of_symmetry(k: float, n: int) -> float:
    """How many standard errors the third moment of n draws, otherwise right, may be off."""
    third = math.sqrt(15 - 9 if k == NORMAL else 27 / 7 - k**2)
    for z in np.arange(4, 15, 0.01):
        powers = np.array([0, n, third * z * math.sqrt(n), k * n])
        below = np.zeros(len(edges(k)))
        if Law(n, powers, below, 1.0, below).surprises(k)["symmetry"] > LIMIT:
            return float(z)
    return math.inf


@pytest.mark.parametrize("k", [NORMAL, UNIFORM])
def test_the_measures_that_rest_on_a_limit_keep_their_bound_at_the_fewest_draws(k):
    z, weights = normal_law() if k == NORMAL else uniform_law()
    third, fourth = z**3 - k * z, of_kurtosis(z, k)
    for n in (1500, FEW):
        beyond = limit_of_symmetry(k, n) * math.sqrt(third**2 @ weights / n)
        assert tails_of_mean(third, weights, n, beyond) < FALSE_FAIL
    spread = math.sqrt(fourth**2 @ weights / FEW)
    off = next(x for x in np.arange(0, 30, 0.01) if _of_kurtosis(k, x * spread) > LIMIT)
    assert tails_of_mean(fourth, weights, FEW, off * spread) < FALSE_FAIL


def _of_kurtosis(k: float, off: float) -> float:
    below = np.zeros(len(edges(k)))
    return Law(FEW, FEW * np.array([0, 1, 0, k + off]), below, 1.0, below).surprises(k)["kurtosis"]


def test_the_transform_gives_a_tail_that_is_known():
    z, weights = normal_law()
    for errors in (3.0, 5.0, 6.0):
        tail = tails_of_mean(z, weights, 1000, errors / math.sqrt(1000))
        assert tail == pytest.approx(math.erfc(errors / math.sqrt(2)), rel=0.03, abs=1e-10)
        assert tail < math.exp(-normal_surprise(errors))


def right_draws(rng: np.random.Generator, k: float, dtype: type, shape: tuple[int, int], std: float):
    """Draws that are right, in arithmetic of this float type alone."""
    if k == NORMAL:
        return rng.standard_normal(shape).astype(dtype) * dtype(std)
    return (2 * rng.random(shape).astype(dtype) - dtype(1)) * dtype(std * math.sqrt(3))


@pytest.mark.parametrize("k", [NORMAL, UNIFORM])
@pytest.mark.parametrize("dtype", FLOATS)
def test_right_draws_of_every_float_type_surprise_no_more_often_than_the_bounds_say(dtype, k):
    """Of 60 samples, each bound may be broken six times: by chance once in 250,000 times."""
    rng, broken = np.random.default_rng(20150206), dict.fromkeys(MEASURES, 0)
    for _ in range(60):
        std = math.sqrt(rng.uniform(0.005, 1.5))
        matrices = [right_draws(rng, k, dtype, shape, std) for shape in ((70, 90), (90, 70))]
        us = [standard(W, std**2) for W in matrices]
        rounding = rounding_of(matrices[0], us[0])
        assert rounding == (HALF if dtype == np.float16 else SINGLE)
        laws = [law_of(u, k, rounding) for u in us]
        small = [[u] for u in np.split(us[0][:, :72].reshape(-1, 12), 35)]
        found = {
            **(laws[0] + laws[1]).surprises(k),
            **law_of(us[0], k, rounding).surprises(k),
            **dependence(us, laws[0] + laws[1], k),
            **{f"small {name}": nats for name, nats in of_small(small, k, rounding).items()},
        }
        for name, nats in found.items():
            broken[name] = broken.get(name, 0) + bool(nats > LEVEL)
    assert {name: count for name, count in broken.items() if count > 6} == {}
    assert len(broken) == len(MEASURES) + 7


def test_rows_of_two_numbers_in_half_precision_may_be_equal_and_longer_ones_may_not():
    W = np.random.default_rng(0).normal(size=(2000, 20)).astype(np.float16)
    for columns, dtype, repeats in ((2, np.float16, False), (2, np.float32, False), (20, np.float16, True)):
        some = W[:, :columns].astype(dtype)
        some[5] = some[900]
        case = DrawCase(1, shape=some.shape, variance=1.0)
        (law,) = read(case, Call(args=(), value=some), NORMAL).laws
        assert law is not None
        assert law.repeats is repeats


@pytest.mark.parametrize("name", SAMPLERS)
def test_a_standard_deviation_that_is_off_by_eight_in_a_thousand_is_seen_999_times_of_1000(name):
    values = next(b for b in HIDDEN[name] if b.name == "values")
    for seed in range(40):
        plan = values.probe(lambda *args: None, np.random.default_rng(seed)).plan
        n = sum(math.prod(shape) for case in plan.laws for shape in case.shapes)
        for ratio in (1.008**2, 0.992**2):
            error = ratio * math.sqrt((plan.kurtosis - 1) / n)
            nearest = 1 + math.copysign(2 * math.sqrt((LIMIT + math.log(2)) / n), ratio - 1)
            assert abs(ratio - nearest) > 3.1 * error


@pytest.mark.parametrize("name", EXERCISES)
def test_a_behaviour_states_the_bound_of_its_plan(name):
    for behaviour in HIDDEN[name]:
        if (name, behaviour.name) in MEASURED:
            assert 0 < behaviour.false_fail < 1e-6, behaviour.name
            continue
        evidence = behaviour.probe(RIGHT[name], np.random.default_rng(0))
        bound = evidence.plan.false_fail if isinstance(evidence, DrawTrials) else 0
        assert behaviour.false_fail == bound < 1e-6, behaviour.name


def test_networks_that_are_drawn_to_be_diagnosed_lie_as_far_from_every_threshold_as_the_bounds_say():
    healthy, sick = (unseen(2015, 200, healthy=each) for each in (True, False))
    left, loud, step, dead = (
        np.array([measure(report) for report, _ in healthy])
        for measure in (
            lambda report: np.log(report["forward"][-1] / report["forward"][0]),
            lambda report: np.log(report["loss"] - math.log(10) + 0.1),
            lambda report: np.log(max(report["update"])),
            lambda report: report["dead"][0],
        )
    )
    thresholds = ((left, 0.01), (left, 100), (loud, 1.1), (step, 0.1))
    for measured, threshold in thresholds:
        assert abs(math.log(threshold) - measured.mean()) > 4 * measured.std(), threshold
    assert max(dead) < 0.05
    assert all(RIGHT["diagnose"](report) == truth(patient) for report, patient in healthy)
    assert sum(RIGHT["diagnose"](report) != truth(patient) for report, patient in sick) <= 1
