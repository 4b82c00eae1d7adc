"""The explorer of weights calls luck what is luck, and nothing else."""

from __future__ import annotations

import pytest

from heinit_lab.explorers.worked_examples import weights_explorer
from heinit_solutions.worked_examples import he_normal


def scaled(scale):
    return weights_explorer(lambda n_in, n_out, rng: rng.normal(0, scale(n_in), size=(n_out, n_in)))


@pytest.mark.parametrize(
    "scale", [lambda n: 2 / n, lambda n: (1 / n) ** 0.5, lambda n: (2.5 / n) ** 0.5, lambda n: 2**0.5 / n]
)
def test_a_wrong_scale_is_not_excused_as_chance_whatever_the_size_and_the_seed(scale):
    explorer = scaled(scale)
    for n_in, n_out, seed in ((4, 3, 1), (4, 3, 0), (4, 1, 2), (64, 8, 0)):
        words = explorer.update(n_in, n_out, seed)
        assert "not luck" in words and "one right sample in twenty" not in words, (n_in, n_out, seed)


def test_a_right_scale_is_never_called_wrong():
    explorer = weights_explorer(he_normal)
    for n_in, n_out in ((2, 1), (4, 3), (512, 128)):
        words = [explorer.update(n_in, n_out, seed) for seed in (0, 3)]
        assert not any("not luck" in each for each in words), (n_in, n_out)
