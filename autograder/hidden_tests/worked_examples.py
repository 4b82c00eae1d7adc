"""Lesson 3: hidden checks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import ALL_FROM_RNG, Behaviour
from heinit_lab.checking.asks import NORMAL, UNIFORM, Ask
from heinit_lab.checking.draws import Draws, plan
from heinit_lab.checking.laws import FALSE_FAIL
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case, Trials, trials
from heinit_solutions.worked_examples import draws_needed, he_std, log_lr, sample_report

Rng = np.random.Generator

NEAR = 0.02  # a difference of two sums, relative to them, that single precision still gives to 1e-5


def _he_std_values(answer: Function, rng: Rng) -> Trials:
    widths = rng.integers(5, 5000, size=20)
    return trials("he_std", answer, [Case(int(n), want=he_std(int(n))) for n in widths], looks_at=("values",))


def _he_std_edges(answer: Function, rng: Rng) -> Trials:
    return trials("he_std", answer, [Case(n, want=he_std(n)) for n in (2, 3, 10**9)])


def _layer(n_in: int, n_out: int) -> Ask:
    """One call of he_normal or he_uniform, and what both are to give."""
    return Ask(n_in, n_out, shape=(n_out, n_in), variance=float(he_std(n_in) ** 2))


class Layers:
    """The hidden checks of a function (n_in, n_out, rng) that draws He weights."""

    def __init__(self, name: str, kurtosis: float) -> None:
        self.name, self.kurtosis = name, kurtosis

    def law(self, answer: Function, rng: Rng) -> Draws:
        """A layer of many inputs and few outputs, and one of at least 262,144 weights."""
        some, many = rng.integers(200, 300), rng.integers(900, 1300)
        return self._plan(rng, laws=[_layer(int(many), 75), _layer(int(some), 1400)])(answer)

    def shape(self, answer: Function, rng: Rng) -> Draws:
        sizes = 2 * rng.integers(1, 30, size=(6, 2)) + [1, 2]  # odd inputs, even outputs: never square
        return self._plan(rng, shapes=[_layer(int(a), int(b)) for a, b in sizes])(answer)

    def randomness(self, answer: Function, rng: Rng) -> Draws:
        n_in, n_out = rng.integers(5, 12, size=2)
        return self._plan(rng, random=_layer(int(n_in), int(n_out)))(answer)

    def edges(self, answer: Function, rng: Rng) -> Draws:
        """Layers of very few inputs, where a fan that is off by one shows; one unit; one input."""
        shapes = [_layer(1, 1), _layer(1, 6), _layer(6, 1)]
        return self._plan(rng, shapes=shapes, laws=[_layer(200, 270), _layer(2, 70_000), _layer(5, 65_536)])(
            answer
        )

    def _plan(self, rng: Rng, **asked: Any) -> Callable[[Function], Draws]:
        return plan(self.name, kurtosis=self.kurtosis, seed=int(rng.integers(2**31)), **asked)

    def behaviours(
        self, values: float, shape: float, randomness: float, edges: float
    ) -> tuple[Behaviour, ...]:
        """The four behaviours, with their points."""
        return (
            Behaviour(
                "values",
                values,
                "scale and distribution of a wide and a tall layer",
                self.law,
                false_fail=2 * FALSE_FAIL,
            ),
            Behaviour("shape", shape, "shapes of six layers", self.shape),
            Behaviour(
                "randomness",
                randomness,
                ALL_FROM_RNG,
                self.randomness,
            ),
            Behaviour(
                "edge cases",
                edges,
                "layers of very few inputs or one unit",
                self.edges,
                needs=("values",),
                false_fail=3 * FALSE_FAIL,
            ),
        )


def _sample(rng: Rng) -> np.ndarray:
    """A matrix of odd shape, of any scale, with a mean of its own."""
    n_out, n_in = rng.integers(2, 9), rng.integers(11, 18)
    return rng.normal(rng.uniform(-1, 1), rng.uniform(0.05, 3), size=(n_out, n_in))


def _reports(answer: Function, rng: Rng) -> Trials:
    return trials("sample_report", answer, [_report(rng) for _ in range(12)], looks_at=("values",))


def _report(rng: Rng) -> Case:
    """A sample and a claim that it does not meet so nearly that single precision decides about z."""
    while True:
        W, var = _sample(rng), float(rng.uniform(0.1, 4))
        want = sample_report(W, var)
        if abs(want["m2"] - var) > NEAR * var:
            return Case(W, var, want=want)


def _report_purity(answer: Function, rng: Rng) -> Trials:
    W = _sample(rng)
    return trials("sample_report", answer, [Case(W, 0.5, want=sample_report(W, 0.5))], looks_at=("purity",))


def _draws(answer: Function, rng: Rng) -> Trials:
    return trials(
        "draws_needed", answer, [_untied(rng.uniform(0.02, 0.6), 1.96) for _ in range(12)], rtol=1e-9
    )


def _draws_edges(answer: Function, rng: Rng) -> Trials:
    """Other confidence, very rough, and as fine as a search from 1 upwards has time for."""
    asked = [(5.0, 1.96), (0.005, 2.576), *((rng.uniform(0.05, 0.5), rng.uniform(1, 4)) for _ in range(6))]
    return trials("draws_needed", answer, [_untied(rel, z) for rel, z in asked], rtol=1e-9)


def _untied(rel: float, z: float) -> Case:
    """A case whose exact n is not so near a whole number that rounding could decide."""
    while min(part := 2 * (z / rel) ** 2 % 1, 1 - part) < 1e-3:
        rel *= 1.001
    return Case(rel, z, want=draws_needed(rel, z)) if z != 1.96 else Case(rel, want=draws_needed(rel))


def _ratios(answer: Function, rng: Rng) -> Trials:
    stored = [_ratio(rng, lambda: _sample(rng)) for _ in range(12)]
    return trials("log_lr", answer, stored, rtol=1e-4)


def _ratio_edges(answer: Function, rng: Rng) -> Trials:
    """One entry; equal claims; single precision; so many entries that a product underflows."""
    some = rng.normal(size=(3, 5)).astype(np.float32)
    many = rng.normal(0, 2, size=(40, 50))
    stored = [
        _ratio(rng, lambda: rng.normal(size=(1, 1))),
        Case(some, 0.7, 0.7, want=0.0),
        _ratio(rng, lambda: rng.normal(size=(3, 5)).astype(np.float32)),
        Case(many, 4.0, 9.0, want=log_lr(many, 4.0, 9.0)),
    ]
    return trials("log_lr", answer, stored, rtol=1e-4)


def _ratio(rng: Rng, sample: Callable[[], np.ndarray]) -> Case:
    """A sample and two claims it does not favour so nearly alike that single precision decides."""
    while True:
        W, a, b = sample(), float(rng.uniform(0.2, 4)), float(rng.uniform(0.2, 4))
        want = log_lr(W, a, b)
        if abs(want) > NEAR * (_size(W, a) + _size(W, b)):
            return Case(W, a, b, want=want)


def _size(W: np.ndarray, var: float) -> float:
    """The size of what is added up in a log-likelihood."""
    return float(W.size * (1 + abs(np.log(var))) + np.sum(W**2) / var) / 2


HIDDEN = {
    "he_std": (
        Behaviour("values", 1.5, "values at 20 widths", _he_std_values),
        Behaviour("edge cases", 0.5, "very small and very large layers", _he_std_edges, needs=("values",)),
    ),
    "he_normal": Layers("he_normal", NORMAL).behaviours(values=2, shape=1, randomness=1, edges=1),
    "he_uniform": Layers("he_uniform", UNIFORM).behaviours(values=1.5, shape=0.5, randomness=0.5, edges=0.5),
    "sample_report": (
        Behaviour("values", 1.5, "reports on 12 samples of different shape, scale and mean", _reports),
        Behaviour("purity", 0.5, "the sample is left as it was", _report_purity, needs=("values",)),
    ),
    "draws_needed": (
        Behaviour("values", 0.5, "12 precisions at 95 %", _draws),
        Behaviour(
            "edge cases", 0.5, "other confidences, very rough and very fine", _draws_edges, needs=("values",)
        ),
    ),
    "log_lr": (
        Behaviour("values", 1.5, "12 samples under two claims each", _ratios),
        Behaviour(
            "edge cases",
            0.5,
            "one entry, equal claims, single precision, very many entries",
            _ratio_edges,
            needs=("values",),
        ),
    ),
}
