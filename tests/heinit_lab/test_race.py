"""The training race: seeds settle it, whoever stops asking stops it, and it goes down the slope."""

from __future__ import annotations

import numpy as np
import pytest

from heinit_lab.digits import digits
from heinit_lab.race import race, train
from heinit_solutions import very_deep_networks as answers


def test_the_same_seed_gives_the_same_race_and_another_seed_another():
    first, again, other = race(5, 2, 0, epochs=2), race(5, 2, 0, epochs=2), race(5, 2, 1, epochs=2)
    assert first == again
    assert first != other


def test_a_race_whose_reader_stops_asking_stops():
    epochs = train(5, 2, 0, epochs=10**9)
    assert [next(epochs).number for _ in range(3)] == [1, 2, 3]
    epochs.close()


def test_given_weights_are_trained_on_a_copy():
    Ws = [np.full((10, 64), 0.01)]
    race(1, weights=Ws, epochs=1)
    assert np.all(Ws[0] == 0.01)


def test_biases_begin_where_they_are_set_and_layer_normalisation_is_the_same_in_training_and_after_it():
    from heinit_lab.race import _cross_entropy, _Network

    x, y = digits().train[:64], digits().train_labels[:64]
    rng = np.random.default_rng(1)
    Ws = [W.astype(np.float32) for W in answers.init_network([64, 16, 16, 10], 2, rng)]
    for norm in (None, "layer"):
        network = _Network(Ws, norm)
        assert network.learn(x, y) == pytest.approx(_cross_entropy(network.scores(x), y)[1], rel=1e-5)
    assert network.scores(7 * x) == pytest.approx(network.scores(x), abs=1e-3)
    still = {"epochs": 1, "rate": 0.0, "weights": Ws}
    assert race(3, bias=0.0, **still) == race(3, **still) != race(3, bias=0.5, **still)


@pytest.mark.parametrize(("depth", "norm"), [(1, None), (4, None), (4, "batch"), (4, "layer")])
def test_the_trainer_goes_down_the_slope_it_says(depth, norm):
    """The largest slopes are what a small change of their value does to the loss."""
    from heinit_lab.race import _Network

    rng = np.random.default_rng(0)
    sizes = [64, *[16] * (depth - 1), 10]
    Ws = [a.astype(np.float32) for a in answers.init_network(sizes, 2, rng)]
    network = _Network(Ws, norm)
    x, y = digits().train[:64], digits().train_labels[:64]
    network.learn(x, y)
    slopes, start = network.gradients.copy(), network.values.copy()
    for i in np.argsort(-np.abs(slopes))[:20]:
        network.values[:] = start
        network.values[i] += 1e-3
        up = network.learn(x, y)
        network.values[i] -= 2e-3
        assert (up - network.learn(x, y)) / 2e-3 == pytest.approx(slopes[i], rel=0.05, abs=2e-3)
