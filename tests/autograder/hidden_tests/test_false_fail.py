"""How often a hidden check would fail a right answer: the stated bounds, computed and measured."""

from __future__ import annotations

import math

import numpy as np
import pytest

from autograder.hidden_tests import HIDDEN
from heinit_lab.checking.draw_cases import NORMAL, UNIFORM
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.laws import ENOUGH, FALSE_FAIL, MEAN_SPREAD, kurtosis_spread, law_of, spread
from heinit_lab.exercises import EXERCISES
from tests.heinit_lab.test_exercises import RIGHT_ANSWERS

RIGHT = {name: answers[0] for name, answers in RIGHT_ANSWERS.items()}


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


def mean_square_tail(n: int) -> float:
    """Chernoff's bound for n normal draws: n m2 / v is a chi-square number."""
    t = spread(NORMAL, n)
    return math.exp(-n / 2 * (t - math.log1p(t))) + math.exp(-n / 2 * (-t - math.log1p(-t)))


def normal_tails(n: int) -> list[float]:
    z, weights = normal_law()
    return [
        mean_square_tail(n),
        math.erfc(MEAN_SPREAD / math.sqrt(2)),
        tails_of_mean(of_kurtosis(z, NORMAL), weights, n, kurtosis_spread(n)),
    ]


def test_the_transform_gives_a_tail_that_is_known():
    z, weights = normal_law()
    for errors in (3.0, 5.0, 6.0):
        tail = tails_of_mean(z, weights, 1000, errors / math.sqrt(1000))
        assert tail == pytest.approx(math.erfc(errors / math.sqrt(2)), rel=0.03, abs=1e-10)


def test_the_bound_for_one_matrix_is_the_sum_of_its_three_tails_at_the_fewest_draws():
    tails = normal_tails(ENOUGH)
    assert sum(tails) <= FALSE_FAIL < 1.2 * sum(tails)
    assert sum(normal_tails(262_144)) < sum(tails)
    assert spread(NORMAL, 262_144) == pytest.approx(0.02, rel=1e-3)
    assert kurtosis_spread(262_144) == pytest.approx(0.06, rel=1e-3)


def test_the_bound_holds_for_uniform_draws_too():
    z, weights = uniform_law()
    tails = [
        tails_of_mean(z**2, weights, ENOUGH, spread(UNIFORM, ENOUGH)),
        tails_of_mean(z, weights, ENOUGH, MEAN_SPREAD / math.sqrt(ENOUGH)),
        tails_of_mean(of_kurtosis(z, UNIFORM), weights, ENOUGH, kurtosis_spread(ENOUGH)),
    ]
    assert sum(tails) < FALSE_FAIL


@pytest.mark.parametrize(
    ("draw", "density", "kurtosis"),
    [
        (lambda rng: rng.standard_normal(ENOUGH), normal_law, NORMAL),
        (lambda rng: rng.uniform(-math.sqrt(3), math.sqrt(3), ENOUGH), uniform_law, UNIFORM),
    ],
    ids=["normal", "uniform"],
)
def test_right_draws_scatter_by_the_standard_errors_that_the_bounds_are_made_of(draw, density, kurtosis):
    rng, samples = np.random.default_rng(20150206), 1000
    laws = [law_of(draw(rng), 1.0) for _ in range(samples)]
    z, weights = density()
    of_one = math.sqrt(of_kurtosis(z, kurtosis) ** 2 @ weights)
    for errors in (
        (np.array([law.ratio for law in laws]) - 1) / math.sqrt((kurtosis - 1) / ENOUGH),
        np.array([law.mean_z for law in laws]),
        (np.array([law.kurtosis for law in laws]) - kurtosis) / (of_one / math.sqrt(ENOUGH)),
    ):
        assert abs(errors.mean()) < 4 / math.sqrt(samples)
        assert errors.std() == pytest.approx(1, abs=4 / math.sqrt(2 * samples))


@pytest.mark.parametrize("name", EXERCISES)
def test_a_behaviour_states_the_bounds_of_the_matrices_that_it_weighs(name):
    for behaviour in HIDDEN[name]:
        evidence = behaviour.probe(RIGHT[name], np.random.default_rng(0))
        sizes = (
            [rows * columns for case in evidence.plan.laws for rows, columns in case.shapes]
            if isinstance(evidence, DrawTrials)
            else []
        )
        assert all(size >= ENOUGH for size in sizes), behaviour.name
        assert behaviour.false_fail == pytest.approx(len(sizes) * FALSE_FAIL), behaviour.name
