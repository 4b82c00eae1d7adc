"""The table of activations, and the gain that the reference answer gives them."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest

from autograder.hidden_tests.grade import assess
from heinit_lab.activations import ACTIVATIONS
from heinit_solutions.variance_derivation import gain


@pytest.mark.parametrize("nodes", [20, 21, 32, 33, 64, 101, 200])
def test_no_kink_fails_a_correct_gauss_hermite_sum(nodes):
    z, weights = np.polynomial.hermite_e.hermegauss(nodes)
    tried = [(name, 0.0) for name in ACTIVATIONS if name != "selu"]  # which no check asks for
    tried += [("leaky", a) for a in (-1.5, -1.0, 0.2, 1.0, 1.5)]
    tried += [("elu", a) for a in (-0.8, -0.4, -0.1, 0.1, 0.4, 0.8)]
    for name, a in tried:
        share = weights @ ACTIVATIONS[name](z, a) ** 2 / weights.sum()
        assert 1 / share == pytest.approx(gain(name, a), rel=8e-4), (name, a)


def test_a_sum_of_twenty_nodes_has_every_point_although_the_kink_of_selu_makes_it_miss_there():
    z, weights = np.polynomial.hermite_e.hermegauss(20)

    def answer(name, a=0.0):
        return weights.sum() / (weights @ ACTIVATIONS[name](z, a) ** 2)

    assert abs(answer("selu") - 1) > 0.002
    assert assess("gain", answer).score == 4


def test_the_reference_gain_is_right_to_far_more_than_asked():
    exact = {"identity": 1, "relu": 2, "abs": 1, "squared_relu": 2 / 3, "sine": 2 / (1 - math.exp(-2))}
    for name, c in exact.items():
        assert gain(name) == pytest.approx(c, rel=1e-9)
    assert gain("selu") == pytest.approx(1, rel=1e-6)  # the fixed point that its two constants make
    assert gain("leaky", 0.3) == pytest.approx(2 / 1.09, rel=1e-9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_takes_arrays_and_numbers_of_any_size_without_a_warning(name):
    f = ACTIVATIONS[name]
    z = np.array([[-1e3, -30.0, -1.0], [0.0, 1.0, 1e3]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        values = f(z, 0.5)
        assert np.all(np.isfinite(values))
    assert values.shape == z.shape
    assert [float(f(v, 0.5)) for v in z.ravel()] == pytest.approx(list(values.ravel()))
    assert f(z) == pytest.approx(f(z, 0.0))


def test_activations_have_their_known_values():
    known = {"gelu": 0.8413447, "silu": 0.7310586, "softplus": 1.3132617, "sigmoid": 0.7310586}
    for name, value in known.items():
        assert float(ACTIVATIONS[name](1.0, 0.0)) == pytest.approx(value, rel=1e-6)
    assert float(ACTIVATIONS["elu"](-1.0, 2.0)) == pytest.approx(2 * (math.exp(-1) - 1))
    assert float(ACTIVATIONS["selu"](-1.0)) == pytest.approx(-1.1113307)
    assert float(ACTIVATIONS["leaky"](-2.0, 0.1)) == pytest.approx(-0.2)
