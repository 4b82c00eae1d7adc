"""Lesson 6: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import math

import numpy as np

from tests.variants.otherwise.the_clinic import fans
from tests.variants.the_clinic import ILL, changed, in_words, stds

UNNAMED = {
    "first_loss": (
        lambda k, var=0.0: float(k),
        lambda k, var=0.0: math.log(k + 1) + var / 2,
        lambda k, var=0.0: math.log(k) * (1 + var / 2),
        lambda k, var=0.0: 2.303,
        lambda k, var=0.0: math.sqrt(k),
    ),
    "diagnose": (
        lambda report: dict.fromkeys(ILL, False),
        lambda report: dict.fromkeys(ILL, True),
        lambda report: {name: not ill for name, ill in in_words(report).items()},
        lambda report: [name for name, ill in in_words(report).items() if ill],
        lambda report: list(in_words(report).values()),
        lambda report: {name: int(ill) for name, ill in in_words(report).items()},
        changed(vanishing=lambda r, right: False),
        changed(rate=lambda r, right: r["update"][0] > 1),
    ),
    "prescribe": (
        lambda sizes, activation, a=0.0: [0.0] * (len(sizes) - 1),
        lambda sizes, activation, a=0.0: [-n for n in sizes[:-1]],
        lambda sizes, activation, a=0.0: [np.nan] * (len(sizes) - 1),
        lambda sizes, activation, a=0.0: [0.1] * len(sizes),
        lambda sizes, activation, a=0.0: 0.177,
        stds(lambda c, a, b: math.sqrt(3 * c / a)),
        stds(lambda c, a, b: math.sqrt(c / (a * b))),
    ),
    "fan_in_out": (
        lambda shape, groups=1, transposed=False: 9,
        lambda shape, groups=1, transposed=False: tuple(shape),
        lambda shape, groups=1, transposed=False: (int(np.prod(shape)), int(np.prod(shape))),
        fans(lambda first, second, g, k, shape: (second + k, first // g + k)),
        fans(lambda first, second, g, k, shape: (second * k + 1, first // g * k + 1)),
    ),
    "residual_scale": (
        lambda L, growth=2.0: 1.0,
        lambda L, growth=2.0: growth,
        lambda L, growth=2.0: (growth ** (1 / L) - 1) ** 0.25,
        lambda L, growth=2.0: -((growth ** (1 / L) - 1) ** 0.5),
        lambda L, growth=2.0: (growth ** (2 / L) - 1) ** 0.5,
    ),
}
