"""Lesson 2: hidden checks."""

import numpy as np

from autograder.hidden_tests.behaviour import Rng, behaviours, edges, purity, values
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking.trials import PURITY, VALUES, Case
from heinit_solutions.variance_derivation import (
    gain,
    preact_variance,
    relu_moments,
    second_moment,
    weight_variance,
)


def _arrays(rng: Rng) -> list[np.ndarray]:
    """Arrays of one, two and three axes, none of them centred."""
    shapes = [tuple(rng.integers(2, 9, size=axes)) for axes in (1, 1, 2, 2, 3)]
    return [rng.normal(rng.uniform(-2, 2), rng.uniform(0.2, 3), size=shape) for shape in shapes]


def _arrays_along_each_axis(rng: Rng) -> list[Case]:
    along = [Case(x, axis=axis) for x in _arrays(rng) for axis in (None, *range(x.ndim), -1)]
    return [*along, *map(Case, _arrays(rng))]


def _sigmas(rng: Rng) -> list[float]:
    return [float(s) for s in np.exp(rng.uniform(-3, 3, size=20))]


def _inputs_and_variances(rng: Rng) -> list[Case]:
    cases = []
    for _ in range(20):
        x = rng.normal(rng.uniform(-2, 2), rng.uniform(0.2, 3), size=int(rng.integers(2, 60)))
        cases.append(Case(x, float(rng.uniform(0.01, 2))))
    return cases


def _one_input_zeros_integers_constant(rng: Rng) -> list[Case]:
    x = rng.uniform(1, 5)
    return [
        Case(np.array([x]), 0.5),
        Case(np.zeros(6), 0.5),
        Case(rng.integers(-5, 6, size=9), 0.25),
        Case(np.full(2000, x), 1e-3),
    ]


def _fans_and_slopes(rng: Rng) -> list[Case]:
    fans, slopes = rng.integers(5, 5000, size=20).tolist(), rng.uniform(-0.9, 0.9, size=20).tolist()
    return [*(Case(n, slope=a) for n, a in zip(fans, slopes, strict=True)), *map(Case, fans[:5])]


def _steep_slopes(rng: Rng) -> list[Case]:
    return [Case(1, 0.0), Case(3, 1.0), Case(3, -1.0), Case(2, 8.0), Case(1, 2), Case(50_000, 0.25)]


def _activations_with_a_parameter(rng: Rng) -> list[Case]:
    """The activations with a parameter, at random ones; 20 Gauss-Hermite nodes are enough."""
    leaky = [Case("leaky", a) for a in rng.uniform(-1.5, 1.5, size=6).tolist()]
    parameters = rng.choice([-1, 1], size=6) * rng.uniform(0.1, 0.8, size=6)
    elu = [Case("elu", a) for a in parameters.tolist()]
    stored = (("leaky", 1.0), ("leaky", -1.0), ("elu", 0.0), ("tanh", 0.7), ("relu", 0.5))
    return [*leaky, *elu, *(Case(name, a) for name, a in stored)]


HIDDEN = {
    "second_moment": behaviours(
        second_moment,
        values(0.5, "means of squares of arrays with one to three axes, along each", _arrays_along_each_axis),
        purity(0.5, "whether the array stays as it was", _arrays, also=VALUES),
    ),
    "relu_moments": behaviours(
        relu_moments,
        values(2, "the three moments at 20 scales", _sigmas, also=PURITY),
        edges(1, "very small, whole and very large sigma", lambda rng: (1e-3, 3, 100, 1e5), also=PURITY),
    ),
    "preact_variance": behaviours(
        preact_variance,
        values(2, "20 inputs that are not centred", _inputs_and_variances),
        edges(0.5, "one input, zeros, whole numbers, a constant", _one_input_zeros_integers_constant),
        purity(
            0.5,
            "whether the input stays as it was",
            lambda rng: [Case(rng.normal(1, 1, size=17), 0.3)],
            also=VALUES,
        ),
    ),
    "weight_variance": behaviours(
        weight_variance,
        values(
            2, "25 fans, with and without a slope of either sign", _fans_and_slopes, rtol=1e-4, also=PURITY
        ),
        edges(1, "slopes of 1, -1 and beyond, fans of 1 and of 50,000", _steep_slopes, also=PURITY),
    ),
    "gain": behaviours(
        gain,
        values(3, "every activation of the table, to 0.1 %", lambda rng: ACTIVATIONS, rtol=1e-3, also=PURITY),
        edges(
            2,
            "the parameter a, of either sign, to 0.1 %",
            _activations_with_a_parameter,
            rtol=1e-3,
            also=PURITY,
        ),
    ),
}
