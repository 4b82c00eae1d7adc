"""Lesson 2: hidden checks."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from autograder.hidden_tests.behaviour import Behaviour
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case, Trials, trials
from heinit_solutions.variance_derivation import (
    gain,
    preact_variance,
    relu_moments,
    second_moment,
    weight_variance,
)


def _arrays(rng: np.random.Generator) -> list[np.ndarray]:
    """Arrays of one, two and three axes, none of them centred."""
    shapes = [tuple(rng.integers(2, 9, size=axes)) for axes in (1, 1, 2, 2, 3)]
    return [rng.normal(rng.uniform(-2, 2), rng.uniform(0.2, 3), size=shape) for shape in shapes]


def _second_moment(answer: Function, rng: np.random.Generator) -> Trials:
    stored = [
        Case(x, axis=axis, want=second_moment(x, axis))
        for x in _arrays(rng)
        for axis in (None, *range(x.ndim), -1)
    ]
    stored += [Case(x, want=second_moment(x)) for x in _arrays(rng)]
    return trials("second_moment", answer, stored, looks_at=("values",))


def _second_moment_purity(answer: Function, rng: np.random.Generator) -> Trials:
    stored = [Case(x, want=second_moment(x)) for x in _arrays(rng)]
    return trials("second_moment", answer, stored)


def _relu_moments(answer: Function, rng: np.random.Generator) -> Trials:
    sigmas = [float(s) for s in np.exp(rng.uniform(-3, 3, size=20))]
    return trials("relu_moments", answer, [Case(s, want=relu_moments(s)) for s in sigmas])


def _relu_moments_edges(answer: Function, rng: np.random.Generator) -> Trials:
    stored = [Case(s, want=relu_moments(s)) for s in (1e-3, 3, 100, 1e5)]
    return trials("relu_moments", answer, stored)


def _preact_trials(answer: Function, asked: Iterable[tuple[np.ndarray, float]]) -> Trials:
    stored = [Case(x, v, want=preact_variance(x, v)) for x, v in asked]
    return trials("preact_variance", answer, stored, looks_at=("values",))


def _preact_variance(answer: Function, rng: np.random.Generator) -> Trials:
    asked = []
    for _ in range(20):
        x = rng.normal(rng.uniform(-2, 2), rng.uniform(0.2, 3), size=int(rng.integers(2, 60)))
        asked.append((x, float(rng.uniform(0.01, 2))))
    return _preact_trials(answer, asked)


def _preact_variance_edges(answer: Function, rng: np.random.Generator) -> Trials:
    x = rng.uniform(1, 5)
    asked = [
        (np.array([x]), 0.5),
        (np.zeros(6), 0.5),
        (rng.integers(-5, 6, size=9), 0.25),
        (np.full(2000, x), 1e-3),
    ]
    return _preact_trials(answer, asked)


def _preact_variance_purity(answer: Function, rng: np.random.Generator) -> Trials:
    x = rng.normal(1, 1, size=17)
    return trials("preact_variance", answer, [Case(x, 0.3, want=preact_variance(x, 0.3))])


def _weight_variance(answer: Function, rng: np.random.Generator) -> Trials:
    fans, slopes = rng.integers(5, 5000, size=20), rng.uniform(-0.9, 0.9, size=20)
    stored = [
        Case(int(n), slope=float(a), want=weight_variance(int(n), float(a)))
        for n, a in zip(fans, slopes, strict=True)
    ]
    stored += [Case(int(n), want=weight_variance(int(n))) for n in fans[:5]]
    return trials("weight_variance", answer, stored, rtol=1e-4)


def _weight_variance_edges(answer: Function, rng: np.random.Generator) -> Trials:
    stored = [(1, 0.0), (3, 1.0), (3, -1.0), (2, 8.0), (1, 2), (50_000, 0.25)]
    return trials("weight_variance", answer, [Case(n, a, want=weight_variance(n, a)) for n, a in stored])


def _gain(answer: Function, rng: np.random.Generator) -> Trials:
    stored = [Case(name, want=gain(name)) for name in ACTIVATIONS]
    return trials("gain", answer, stored, rtol=1e-3)


def _gain_slopes(answer: Function, rng: np.random.Generator) -> Trials:
    """The activations with a parameter, at random ones; 20 Gauss-Hermite nodes are enough."""
    stored = [("leaky", float(a)) for a in rng.uniform(-1.5, 1.5, size=6)]
    stored += [("elu", float(a)) for a in rng.choice([-1, 1], size=6) * rng.uniform(0.1, 0.8, size=6)]
    stored += [("leaky", 1.0), ("leaky", -1.0), ("elu", 0.0), ("tanh", 0.7), ("relu", 0.5)]
    return trials("gain", answer, [Case(name, a, want=gain(name, a)) for name, a in stored], rtol=1e-3)


HIDDEN = {
    "second_moment": (
        Behaviour(
            "values", 0.5, "means of squares of arrays with one to three axes, along each", _second_moment
        ),
        Behaviour("purity", 0.5, "whether the array stays as it was", _second_moment_purity, ("values",)),
    ),
    "relu_moments": (
        Behaviour("values", 2.0, "the three moments at 20 scales", _relu_moments),
        Behaviour(
            "edge cases", 1.0, "very small, whole and very large sigma", _relu_moments_edges, ("values",)
        ),
    ),
    "preact_variance": (
        Behaviour("values", 2.0, "20 inputs that are not centred", _preact_variance),
        Behaviour(
            "edge cases",
            0.5,
            "one input, zeros, whole numbers, a constant",
            _preact_variance_edges,
            ("values",),
        ),
        Behaviour("purity", 0.5, "whether the input stays as it was", _preact_variance_purity, ("values",)),
    ),
    "weight_variance": (
        Behaviour("values", 2.0, "25 fans, with and without a slope of either sign", _weight_variance),
        Behaviour(
            "edge cases",
            1.0,
            "slopes of 1, -1 and beyond, fans of 1 and of 50,000",
            _weight_variance_edges,
            ("values",),
        ),
    ),
    "gain": (
        Behaviour("values", 3.0, "every activation of the table, to 0.1 %", _gain),
        Behaviour("edge cases", 2.0, "the parameter a, of either sign, to 0.1 %", _gain_slopes, ("values",)),
    ),
}
