"""Lesson 3: hidden checks."""

from collections.abc import Iterator
from functools import partial

import numpy as np

from autograder.hidden_tests.behaviour import (
    Behaviour,
    Rng,
    behaviours,
    drawn,
    edges,
    layer_widths,
    of_every_size,
    plan_seed,
    purity,
    reproducible,
    values,
)
from heinit_lab.checking.draw_cases import NORMAL, UNIFORM, DrawCase
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case
from heinit_solutions.worked_examples import (
    draws_needed,
    he_normal,
    he_std,
    he_uniform,
    log_lr,
    sample_report,
)

# Precisions, with their z, for which n is exactly a whole number, in whatever order the formula is computed.
WHOLE = ((1 / 64, 2.109375), (1 / 64, 2.890625))
NEAR = 0.05  # a difference of two sums, relative to them, that single precision still gives to 1e-5


def _layer(n_in: int, n_out: int) -> DrawCase:
    """One call of he_normal or he_uniform, and what both should draw."""
    return DrawCase(n_in, n_out, shape=(n_out, n_in), variance=float(he_std(n_in) ** 2))


def _small(rng: Rng, count: int) -> list[DrawCase]:
    return [_layer(a, b) for a, b in rng.integers(2, 25, size=(count, 2)).tolist()]


def _wide_square_tall_and_small(kurtosis: float, rng: Rng) -> DrawPlan:
    """A wide layer, a square one and a tall one: together enough to see a deviation 0.8 % off.

    And small ones, whose means and second moments are to stray as honest draws do.
    """
    many, some, n = (int(rng.integers(low, high)) for low, high in ((900, 1200), (245, 285), (500, 540)))
    laws = [_layer(many, 120), _layer(n, n), _layer(some, 1650)]
    return DrawPlan(laws=laws, small=_small(rng, 40), kurtosis=kurtosis, seed=plan_seed(rng))


def _never_square(kurtosis: float, rng: Rng) -> DrawPlan:
    sizes = 2 * rng.integers(1, 30, size=(6, 2)) + [1, 2]  # odd inputs, even outputs
    return DrawPlan([_layer(a, b) for a, b in sizes.tolist()], kurtosis=kurtosis, seed=plan_seed(rng))


def _small_and_large(kurtosis: float, rng: Rng) -> DrawPlan:
    n_in, n_out = rng.integers(5, 12, size=2).tolist()
    return DrawPlan(random=[_layer(n_in, n_out), _layer(300, 200)], kurtosis=kurtosis, seed=plan_seed(rng))


def _few_inputs_and_many_layers(kurtosis: float, rng: Rng) -> DrawPlan:
    """Layers of very few inputs, where a fan that is off by one shows; many small layers; one unit."""
    shapes = [_layer(1, 1), _layer(1, 6), _layer(6, 1)]
    laws = [_layer(2, 4000), _layer(5, 4000)]
    small = _small(rng, 40) + [_layer(n, n) for n in rng.integers(2, 25, 8).tolist()]
    return DrawPlan(shapes, laws, small, kurtosis=kurtosis, seed=plan_seed(rng))


def _layer_behaviours(reference: Function, kurtosis: float, *points: float) -> tuple[Behaviour, ...]:
    """The behaviours of a function (n_in, n_out, rng) that draws He weights of this kurtosis."""
    law = "scale and distribution of a wide, a square and a tall layer, and of small ones"
    few = "layers of very few inputs or one unit, and many small ones"
    return behaviours(
        reference,
        drawn("values", points[0], law, partial(_wide_square_tall_and_small, kurtosis)),
        drawn("shape", points[1], "shapes of six layers", partial(_never_square, kurtosis)),
        reproducible(points[2], partial(_small_and_large, kurtosis)),
        drawn(
            "edge cases", points[3], few, partial(_few_inputs_and_many_layers, kurtosis), needs=("values",)
        ),
    )


def _samples(rng: Rng, most: int = 8, low: float = 0.02, high: float = 5) -> Iterator[np.ndarray]:
    """Twelve matrices of odd shapes and of every scale from low to high, with a mean of their own.

    most: rows.
    """
    for scale in of_every_size(rng, low, high, 12):
        shape = (int(rng.integers(2, most + 1)), int(rng.integers(11, 18)))
        yield scale * rng.normal(rng.choice([-1, 1]) * rng.uniform(0.3, 1.5), 1, size=shape)


def _claims(rng: Rng) -> Iterator[Case]:
    """Samples, each with a variance so far from it that single precision does not decide about z."""
    for W in (*_samples(rng), rng.normal(1, 1, size=(40, 51))):
        var = float(rng.uniform(0.1, 4))
        while abs(sample_report(W, var)["m2"] - var) < NEAR * var:
            var *= 1.01
        yield Case(W, var)


def _precision(rel: float, z: float, below: float = 1.0) -> Case:
    """A case whose exact n is so far from a whole number that rounding does not decide.

    below: n ends in a fraction below this.
    """
    while not 1e-3 < 2 * (z / rel) ** 2 % 1 < below - 1e-3:
        rel *= 1.001
    return Case(rel, z) if z != 1.96 else Case(rel)


def _rough_and_fine(rng: Rng) -> list[Case]:
    """Other confidence, very rough, as fine as a search from 1 upwards has time for, and whole numbers."""
    stored = ((5.0, 1.96), (0.005, 2.576))
    random = [(rng.uniform(0.05, 0.5), rng.uniform(1, 4)) for _ in range(6)]
    whole = [Case(rel, z, kind="a precision at which the formula gives a whole number") for rel, z in WHOLE]
    return [*whole, *(_precision(rel, z) for rel, z in (*stored, *random))]


def _two_claims(rng: Rng, W: np.ndarray) -> Case:
    """The sample and two variances, one of which fits so much better that rounding does not decide."""
    while True:
        a, b = (np.mean(W**2) * rng.uniform(0.2, 3, size=2)).tolist()
        if abs(log_lr(W, a, b)) > NEAR * (_size(W, a) + _size(W, b)):
            return Case(W, a, b)


def _size(W: np.ndarray, var: float) -> float:
    """The size of the terms that a log-likelihood adds up."""
    return float(W.size * (1 + abs(np.log(var))) + np.sum(W**2) / var) / 2


def _signed(rng: Rng, *shape: int) -> np.ndarray:
    """Numbers of either sign and of size 0.5 to 1.5."""
    return rng.choice([-1, 1], size=shape) * rng.uniform(0.5, 1.5, size=shape)


def _many_claims(rng: Rng) -> Iterator[Case]:
    """Samples large and small; in none of them does a product of all the densities underflow."""
    for W in (*_samples(rng, 5, 0.3, 3), *_signed(rng, 8, 1, 3)):
        yield _two_claims(rng, W)


def _one_entry_equal_claims_many_entries(rng: Rng) -> list[Case]:
    """One entry; equal claims; single precision; so many entries that every product is out of range."""
    some = rng.normal(size=(3, 5)).astype(np.float32)
    many = rng.normal(0, 2, size=(40, 50))
    entry, single = _two_claims(rng, _signed(rng, 1, 1)), _two_claims(rng, some)
    return [
        Case(*entry.args, kind="a single entry"),
        Case(some, 0.7, 0.7, kind="two equal claims"),
        Case(*single.args, kind="entries in single precision"),
        Case(many, 4.0, 36.0, kind="very many entries"),
    ]


UNCHANGED = "the sample is left as it was"

HIDDEN = {
    "he_std": behaviours(
        he_std,
        values(0.5, "values at 20 widths", layer_widths),
        edges(0.5, "very small and very large layers", lambda rng: (2, 3, 10**9)),
    ),
    "he_normal": _layer_behaviours(he_normal, NORMAL, 1.5, 0.5, 0.5, 0.5),
    "he_uniform": _layer_behaviours(he_uniform, UNIFORM, 1.5, 0.5, 0.5, 0.5),
    "sample_report": behaviours(
        sample_report,
        values(2.5, "reports on 13 samples of different shape, scale and mean", _claims),
        purity(0.5, UNCHANGED, lambda rng: [Case(W, 0.5) for W in _samples(rng)]),
    ),
    "draws_needed": behaviours(
        draws_needed,
        values(
            0.5,
            "12 precisions at 95 %",
            lambda rng: (
                _precision(rel, 1.96, below)
                for rel in of_every_size(rng, 0.02, 0.6, 6).tolist()
                for below in (0.5, 1)
            ),
            rtol=1e-9,
        ),
        edges(
            0.5,
            "an int, for other confidences, very rough and very fine",
            _rough_and_fine,
            rtol=1e-9,
            whole=True,
        ),
    ),
    "log_lr": behaviours(
        log_lr,
        values(2.5, "20 samples, large and small, under two claims each", _many_claims),
        edges(
            1,
            "one entry, equal claims, single precision, very many entries",
            _one_entry_equal_claims_many_entries,
        ),
        purity(0.5, UNCHANGED, lambda rng: (Case(W, 0.5, 2.0) for W in _samples(rng))),
    ),
}
