"""A score does not depend on luck: the same wrong answer gets the same points whatever the seed."""

from __future__ import annotations

import random

import numpy as np
import pytest

from benchmarks import luck
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.exercises import EXERCISES

WITH_RIGHT_VALUES = [name for name, exercise in EXERCISES.items() if not isinstance(exercise.check, DrawPlan)]


def clipped(x):
    return np.clip(x, 0, 6)


def sums_rows(W, z, g):
    return sum(g[i] * W[i] for i in range(len(z)) if z[i] > 0)  # the number 0 where every unit is off


def on_for_less_than_a_hundredth(Z):
    return np.mean(Z > 0, axis=0) < 0.01


def smooth(x):
    return np.where(x > 1e-3, x, 0)


def test_wrong_answers_whose_points_depended_on_the_seed_get_the_same_ones():
    for name, wrong, points in (
        ("relu", clipped, (0, 0, 0)),
        ("relu", smooth, (0, 0, 0)),
        ("layer_backward", sums_rows, (3, 0, 1)),
        ("dead_units", on_for_less_than_a_hundredth, (1.5, 0, 0.5)),
    ):
        assert luck.results(name, wrong, 20) == {points: 20}, wrong.__name__


@pytest.mark.full
def test_a_sample_of_the_corpus_and_of_the_mutants_gets_the_same_points_with_each_seed():
    chance = random.Random(2015)
    for name in WITH_RIGHT_VALUES:
        for label, wrong in chance.sample(list(luck.wrong_answers(name)), 3):
            results = luck.results(name, wrong, 3)
            assert len(results) == 1 or luck.expected(name, label), (name, label, results)
