"""The random networks that every figure uses, against the answers that students are asked for."""

from __future__ import annotations

import numpy as np
import pytest

from heinit_lab.networks import backward, draw, forward, moments, unit_normal, unit_shares
from heinit_solutions import very_deep_networks as answers

SIZES = [7, 9, 8, 5]


@pytest.fixture
def network():
    return list(draw(SIZES, 2, np.random.default_rng(0), dtype=np.float64))


def test_a_network_is_what_the_answer_draws(network):
    expected = answers.init_network(SIZES, 2, np.random.default_rng(0))
    for W, V in zip(network, expected, strict=True):
        assert pytest.approx(V) == W


def test_matrices_are_drawn_one_after_another_when_they_are_wanted():
    rng, again = np.random.default_rng(1), np.random.default_rng(1)
    network = draw(SIZES, 2, rng)
    next(network)
    again.standard_normal((9, 7), dtype=np.float32)
    assert rng.random() == again.random()


def test_each_layer_has_the_variance_that_is_asked_for_it():
    c = [0.5, 2, 8]
    for W, n_in, c_l in zip(
        draw(SIZES, c, np.random.default_rng(2), networks=20_000), SIZES, c, strict=False
    ):
        assert W.shape[0] == 20_000
        # the standard error of a mean square of n draws is sqrt(2 / n) of the variance
        assert np.mean(W**2, dtype=float) == pytest.approx(c_l / n_in, rel=6 * np.sqrt(2 / W.size))


def test_an_orthogonal_matrix_has_rows_or_columns_at_right_angles_and_no_preferred_direction():
    Ws = list(draw([6, 6, 9, 4], 2, np.random.default_rng(8), networks=2000, law="orthogonal"))
    for W, length in zip((*Ws[:2], Ws[2].swapaxes(1, 2)), (2, 2 * 9 / 6, 2), strict=True):
        assert np.allclose(W.swapaxes(1, 2) @ W, length * np.eye(W.shape[-1]), atol=1e-5)
    # each entry by itself has mean 0 and variance 1/3; 6 standard errors
    assert np.abs(Ws[0].mean(axis=0)).max() < 6 * np.sqrt(1 / 3 / 2000)


def test_second_moments_are_those_of_the_answer(network):
    x = np.random.default_rng(3).standard_normal((6, 7))
    _, hs = forward(x, network)
    assert moments(hs) == pytest.approx(answers.forward_moments(x, network))


def test_the_gradient_is_that_of_the_answer(network):
    rng = np.random.default_rng(4)
    x, g = rng.standard_normal(7), rng.standard_normal(5)
    zs, _ = forward(x, network)
    gs = backward(g, network, [z > 0 for z in zs])
    assert gs[0] == pytest.approx(answers.backward(x, network, g))
    assert [len(g) for g in gs] == SIZES


def test_many_networks_at_once_are_as_each_by_itself():
    Ws = list(draw(SIZES, 2, np.random.default_rng(5), networks=4, dtype=np.float64))
    x, g = np.random.default_rng(6).standard_normal((2, 4, 3, 7))[0], np.ones((4, 3, 5))
    zs, hs = forward(x, Ws)
    gs = backward(g, Ws, [z > 0 for z in zs])
    for k in range(4):
        z, h = forward(x[k], [W[k] for W in Ws])
        assert moments(hs)[k] == pytest.approx(moments(h))
        assert gs[0][k] == pytest.approx(backward(g[k], [W[k] for W in Ws], [each > 0 for each in z])[0])


def test_biases_are_added_to_the_sums_and_may_be_several_settings(network):
    x = np.ones((1, 7))
    b = np.array([0.0, 1.0])[:, None, None]
    zs, hs = forward(x, network, biases=[b, b, b])
    without, _ = forward(x, network)
    assert zs[0][0] == pytest.approx(without[0])
    assert zs[0][1] == pytest.approx(without[0] + 1)
    assert moments(hs).shape == (2, 4)


def test_a_unit_normal_input_has_second_moment_1():
    x = unit_normal(16, np.random.default_rng(7), networks=5)
    assert x.shape == (5, 1, 16)
    assert moments([x]) == pytest.approx(np.ones((5, 1)), rel=1e-6)


def test_units_are_counted_as_never_on_always_on_and_on_average():
    z = np.array([[1.0, -1.0, 0.0, 2.0], [1.0, -2.0, -1.0, -2.0]])
    assert unit_shares([z]).ravel().tolist() == [0.5, 0.25, 0.375]
