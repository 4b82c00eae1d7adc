"""What is expected of wide networks, beside networks that are drawn."""

from __future__ import annotations

import numpy as np
import pytest

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.mean_field import expected, kept, passed_back
from heinit_lab.networks import draw, forward, moments, unit_normal


def test_what_relu_and_others_keep_is_what_lesson_2_derives():
    assert kept("relu") == pytest.approx(0.5)
    assert passed_back("relu") == pytest.approx(0.5)
    assert kept("leaky", 0.5, 3.0) == pytest.approx(3 * 0.625)
    assert passed_back("leaky", 0.5) == pytest.approx(0.625)
    assert kept("identity", 0.0, 2.0) == pytest.approx(2)
    assert kept("abs") == pytest.approx(1)


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu"])
def test_a_drawn_network_has_the_signal_and_the_scores_that_are_expected_of_it(activation):
    sizes, rng = [300, 400, 500, 400, 10], np.random.default_rng(8)
    stds = [0.08, 0.07, 0.05, 0.02]
    wide = expected(sizes, stds, activation)
    c = np.square(stds) * sizes[:-1]
    zs, hs = forward(
        unit_normal(300, rng, 8), list(draw(sizes, c, rng, networks=8)), lambda z: ACTIVATIONS[activation](z)
    )
    np.testing.assert_allclose(moments(hs[1:-1]).mean(axis=0), wide.forward, rtol=0.15)
    assert moments(zs[-1:]).mean() == pytest.approx(wide.scores, rel=0.5)


def test_he_s_scale_carries_signal_and_gradient_and_xavier_s_half_of_each_in_every_layer():
    sizes = [64] * 11
    he, xavier = (expected(sizes, [np.sqrt(c / 64)] * 10, "relu") for c in (2, 1))
    np.testing.assert_allclose([*he.forward, *he.backward], 1, rtol=1e-6)
    np.testing.assert_allclose(xavier.forward, 0.5 ** np.arange(1, 10), rtol=1e-6)
    np.testing.assert_allclose(xavier.backward, 0.5 ** np.arange(8, -1, -1), rtol=1e-6)


def test_a_matrix_of_zeros_passes_nothing_on():
    silent = expected([4, 4, 4, 2], [0.0, 0.5, 0.5], "relu")
    assert (silent.forward, silent.scores) == ((0.0, 0.0), 0.0)
