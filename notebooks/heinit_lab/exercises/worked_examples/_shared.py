"""What several of these exercises share."""

from collections.abc import Callable
from itertools import pairwise, product
from math import sqrt

import numpy as np

from heinit_lab.checking import DrawCase, DrawPlan
from heinit_lab.checking.draw_cases import UNIFORM
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.laws import Law, kurtosis_spread
from heinit_lab.exercises._shared import (
    Mistakes,
    ends_after_a_few_decimals,
    generator_mistakes,
    in_every_matrix,
    is_centred,
    is_scaled_to_itself,
)

Rng = np.random.Generator

PAIR = np.array([[1.0, -1.0]])
LOPSIDED = np.array([[0.5, 1.5, -0.25, 2.0, 1.0], [0.75, -1.25, 3.0, 0.25, 1.5]])


def layer_check(kurtosis: float) -> DrawPlan:
    """The public check of a function (n_in, n_out, rng) that draws He weights of this kurtosis."""
    return DrawPlan(
        shapes=[
            DrawCase(2, 3, shape=(3, 2), variance=1.0),
            DrawCase(5, 3, shape=(3, 5), variance=0.4),
            DrawCase(7, 11, shape=(11, 7), variance=0.285714),
        ],
        laws=[
            DrawCase(256, 1024, shape=(1024, 256), variance=0.0078125),
            DrawCase(2, 4096, shape=(4096, 2), variance=1.0),
        ],
        small=[
            DrawCase(n_in, n_out, shape=(n_out, n_in), variance=2 / n_in)
            for n_in, n_out in product((2, 5, 8, 13, 21), repeat=2)
        ],
        random=[DrawCase(4, 3, shape=(3, 4), variance=0.5)],
        kurtosis=kurtosis,
    )


def normal(rng: Rng, std: float, n_in: int, n_out: int) -> np.ndarray:
    return std * rng.standard_normal((n_out, n_in))


def uniform(rng: Rng, bound: float, n_in: int, n_out: int) -> np.ndarray:
    return rng.uniform(-bound, bound, (n_out, n_in))


def _may_be_draws(draws: DrawTrials) -> bool:
    return draws.randomness is None or (draws.randomness.varies and draws.randomness.finite)


def _drawn_laws(draws: DrawTrials) -> list[Law]:
    """The laws of an answer whose numbers may be draws; none where one law cannot be read."""
    laws = [law for matrices in draws.laws for law in matrices if law is not None and not law.repeats]
    return laws if _may_be_draws(draws) and len(laws) == len(draws.plan.laws) else []


def _one_sidedness(law: Law) -> float:
    """The squared mean over the second moment: 0 for symmetric draws, 3/4 for uniform ones from 0 up."""
    return law.mean_z**2 / law.n / law.ratio if law.ratio else 1.0


def one_sided(draws: DrawTrials) -> bool:
    """Uniform numbers from 0 up, or down, whatever their scale."""
    laws = _drawn_laws(draws)
    return bool(laws) and all(
        abs(law.kurtosis - UNIFORM) < 2 * kurtosis_spread(law.n)
        and abs(_one_sidedness(law) - 0.75) < 10 / sqrt(law.n)
        for law in laws
    )


def of_kurtosis(kurtosis: float) -> Callable[[DrawTrials], bool]:
    """Recognises symmetric draws of a law, whatever their scale."""

    def shown(draws: DrawTrials) -> bool:
        laws = _drawn_laws(draws)
        return bool(laws) and all(
            abs(law.kurtosis - kurtosis) < kurtosis_spread(law.n) and _one_sidedness(law) < 100 / law.n
            for law in laws
        )

    return shown


def not_scaled(draws: DrawTrials) -> bool:
    """Layers of different widths have one and the same spread."""
    laws = _drawn_laws(draws)
    variances = [variance for case in draws.plan.laws for variance in case.variances]
    spreads = [law.ratio * variance for law, variance in zip(laws, variances, strict=False)]
    return (
        len({*variances}) > 1
        and bool(laws)
        and all(0 < law.ratio < np.inf and _one_sidedness(law) < 0.1 for law in laws)
        and all(
            abs(a - b) < 14 * sqrt(2 / min(law.n for law in laws)) * max(a, b) for a, b in pairwise(spreads)
        )
    )


# how mistakes in drawing a layer's weights show themselves, whatever their scale
SHOWN_BY: dict[str, Callable[[DrawTrials], bool]] = {
    "one-sided": one_sided,
    "not-scaled": not_scaled,
    "integer-division": in_every_matrix(
        lambda W, variance: variance == 0.4 or bool(np.any(W)) == (variance > 0.4)
    ),
    "centred": lambda draws: _may_be_draws(draws) and in_every_matrix(is_centred)(draws),
    "scaled-to-itself": lambda draws: _may_be_draws(draws) and in_every_matrix(is_scaled_to_itself)(draws),
    "rounded": in_every_matrix(ends_after_a_few_decimals),
}


def layer_mistakes(draw: Callable[[Rng, float, int, int], np.ndarray], c: float) -> Mistakes:
    """The mistakes in fan, shape and generator, the same for every way to draw a layer's weights.

    draw: (rng, scale, n_in, n_out) to a matrix. c: the square of the scale, times the fan.
    """

    def right(n_in: int, n_out: int, rng: Rng) -> np.ndarray:
        return draw(rng, sqrt(c / n_in), n_in, n_out)

    return {
        "xavier-for-he": lambda n_in, n_out, rng: draw(rng, sqrt(c / 2 / n_in), n_in, n_out),
        "fan-out-for-fan-in": lambda n_in, n_out, rng: draw(rng, sqrt(c / n_out), n_in, n_out),
        "glorot-for-he": lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in + n_out)), n_in, n_out),
        "two-twice": lambda n_in, n_out, rng: draw(rng, sqrt(2 * c / n_in), n_in, n_out),
        "fan-average": lambda n_in, n_out, rng: draw(rng, sqrt(2 * c / (n_in + n_out)), n_in, n_out),
        "fan-product": lambda n_in, n_out, rng: draw(rng, sqrt(c / n_in / n_out), n_in, n_out),
        "fan-off-by-one": (
            lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in + 1)), n_in, n_out),
            lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in - 1)), n_in, n_out),
        ),
        "fraction-upside-down": lambda n_in, n_out, rng: draw(rng, sqrt(n_in / c), n_in, n_out),
        "integer-division": lambda n_in, n_out, rng: draw(rng, sqrt(c // 2 * (2 // n_in)), n_in, n_out),
        "transposed": lambda n_in, n_out, rng: draw(rng, sqrt(c / n_in), n_out, n_in),
        "flat-for-matrix": (
            lambda n_in, n_out, rng: right(n_in, n_out, rng).ravel(),
            lambda n_in, n_out, rng: right(n_in, 1, rng)[0],
            lambda n_in, n_out, rng: right(n_in, n_out, rng)[:, 0],
        ),
        "one-draw": lambda n_in, n_out, rng: right(n_in, 1, rng)[0, 0],
        "one-row-repeated": (
            lambda n_in, n_out, rng: np.tile(draw(rng, sqrt(c / n_in), n_in, 1), (n_out, 1)),
            lambda n_in, n_out, rng: np.tile(draw(rng, sqrt(c / n_in), 1, n_out), (1, n_in)),
        ),
        "centred": lambda n_in, n_out, rng: (W := right(n_in, n_out, rng)) - W.mean(),
        "scaled-to-itself": lambda n_in, n_out, rng: (
            (W := right(n_in, n_out, rng)) / W.std() * sqrt(2 / n_in)
        ),
        "rounded": lambda n_in, n_out, rng: right(n_in, n_out, rng).round(3),
        **generator_mistakes(right),
    }
