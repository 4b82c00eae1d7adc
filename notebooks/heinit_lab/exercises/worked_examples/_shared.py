"""What several of these exercises share."""

from collections.abc import Callable
from itertools import product
from math import sqrt

import numpy as np

from heinit_lab.checking import DrawCase, Plan
from heinit_lab.checking.draw_cases import UNIFORM
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.laws import kurtosis_spread
from heinit_lab.exercises._shared import Mistakes, generator_mistakes

Rng = np.random.Generator

PAIR = np.array([[1.0, -1.0]])
LOPSIDED = np.array([[0.5, 1.5, -0.25, 2.0, 1.0], [0.75, -1.25, 3.0, 0.25, 1.5]])


def layer_check(kurtosis: float) -> Plan:
    """The public check of a function (n_in, n_out, rng) that draws He weights of this kurtosis."""
    return Plan(
        shapes=[
            DrawCase(2, 3, shape=(3, 2), variance=1.0),
            DrawCase(5, 3, shape=(3, 5), variance=0.4),
            DrawCase(7, 11, shape=(11, 7), variance=0.285714),
        ],
        laws=[
            DrawCase(256, 1024, shape=(1024, 256), variance=0.0078125),
            DrawCase(3, 4096, shape=(4096, 3), variance=2 / 3),
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


def never_negative(draws: DrawTrials) -> bool:
    """Uniform numbers from 0 up, whatever their scale: the squared mean is 3/4 of the mean square."""
    if draws.randomness and not draws.randomness.varies:
        return False
    laws = [law for matrices in draws.laws for law in matrices]
    return bool(laws) and all(
        law is not None
        and not law.repeats
        and abs(law.kurtosis - UNIFORM) < 2 * kurtosis_spread(law.n)
        and abs(law.mean_z**2 / law.n / law.ratio - 0.75) < 10 / sqrt(law.n)
        and law.mean_z > 0
        for law in laws
    )


def layer_mistakes(draw: Callable[[Rng, float, int, int], np.ndarray], c: float) -> Mistakes:
    """The mistakes in fan, shape and generator, the same for every way to draw a layer's weights.

    draw: (rng, scale, n_in, n_out) to a matrix. c: the square of the scale, times the fan.
    """
    return {
        "xavier-for-he": lambda n_in, n_out, rng: draw(rng, sqrt(c / 2 / n_in), n_in, n_out),
        "fan-out-for-fan-in": lambda n_in, n_out, rng: draw(rng, sqrt(c / n_out), n_in, n_out),
        "glorot-for-he": lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in + n_out)), n_in, n_out),
        "two-twice": lambda n_in, n_out, rng: draw(rng, sqrt(2 * c / n_in), n_in, n_out),
        "fan-average": lambda n_in, n_out, rng: draw(rng, sqrt(2 * c / (n_in + n_out)), n_in, n_out),
        "fan-off-by-one": (
            lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in + 1)), n_in, n_out),
            lambda n_in, n_out, rng: draw(rng, sqrt(c / (n_in - 1)), n_in, n_out),
        ),
        "transposed": lambda n_in, n_out, rng: draw(rng, sqrt(c / n_in), n_out, n_in),
        "one-row-repeated": (
            lambda n_in, n_out, rng: np.tile(draw(rng, sqrt(c / n_in), n_in, 1), (n_out, 1)),
            lambda n_in, n_out, rng: np.tile(draw(rng, sqrt(c / n_in), 1, n_out), (1, n_in)),
        ),
        **generator_mistakes(lambda n_in, n_out, rng: draw(rng, sqrt(c / n_in), n_in, n_out)),
    }
