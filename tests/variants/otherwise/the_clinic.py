"""Lesson 6: mistakes about fans and residual branches."""

from __future__ import annotations

import math

import numpy as np

from tests.variants.the_clinic import fans_by_name


def fans(ways, turn=True):
    def fan_in_out(shape, groups=1, transposed=False):
        first, second, places = shape[0], shape[1], int(np.prod(shape[2:]))
        pair = ways(first, second, groups, places, shape)
        return pair[::-1] if transposed and turn else pair

    return fan_in_out


def as_a_library(shape, groups=1, transposed=False):
    """As PyTorch computes both, whatever the convolution is."""
    places = int(np.prod(shape[2:]))
    return shape[1] * places, shape[0] * places


MISTAKES = {
    "fan_in_out": {
        "groups-left-out": (as_a_library, fans(lambda first, second, g, k, shape: (second * k, first * k))),
        "groups-counted-twice": (
            fans(lambda first, second, g, k, shape: (second * k // g, first * k // g)),
            fans(lambda first, second, g, k, shape: (k * (second // g), k * (first // g))),
        ),
        "groups-in-the-other-fan": (
            fans(lambda first, second, g, k, shape: (second // g * k, k * first)),
            fans(lambda first, second, g, k, shape: ((second // g) * k, first * k)),
        ),
        "transposition-left-out": (
            fans(lambda first, second, g, k, shape: (second * k, first * k // g), turn=False),
            lambda shape, groups=1, transposed=False: fans_by_name(shape, groups),
        ),
        "fans-exchanged": (
            lambda shape, groups=1, transposed=False: fans_by_name(shape, groups, transposed)[::-1],
            fans(lambda first, second, g, k, shape: (first * k // g, second * k)),
        ),
        "kernel-missing": (
            fans(lambda first, second, g, k, shape: (second, first // g)),
            lambda shape, groups=1, transposed=False: fans_by_name(shape[:2], groups, transposed),
        ),
        "kernel-in-one-fan": (
            fans(lambda first, second, g, k, shape: (k * second, first // g)),
            fans(lambda first, second, g, k, shape: (second, first * k // g)),
        ),
        "one-kernel-side": (
            lambda shape, groups=1, transposed=False: fans_by_name(shape[:3], groups, transposed),
            fans(lambda first, second, g, k, shape: (second * (*shape, 1)[2], first // g * (*shape, 1)[2])),
        ),
        "groups-multiplied": (
            fans(lambda first, second, g, k, shape: (second * g * k, first * k)),
            fans(lambda first, second, g, k, shape: (k * g * second, k * first)),
        ),
    },
    "residual_scale": {
        "growth-left-out": (lambda L, growth=2.0: L**-0.5, lambda L, growth=2.0: 1 / np.sqrt(L)),
        "blocks-added": (
            lambda L, growth=2.0: ((growth - 1) / L) ** 0.5,
            lambda L, growth=2.0: np.sqrt(growth / L - 1 / L),
        ),
        "variance-for-factor": (
            lambda L, growth=2.0: np.expm1(np.log(growth) / L),
            lambda L, growth=2.0: growth ** (1 / L) - 1.0,
        ),
        "amplitudes-added": (
            lambda L, growth=2.0: math.sqrt(growth ** (1 / L)) - 1,
            lambda L, growth=2.0: math.sqrt(growth) ** (1 / L) - 1,
        ),
        "skip-forgotten": (
            lambda L, growth=2.0: math.sqrt(growth ** (1 / L)),
            lambda L, growth=2.0: math.exp(math.log(growth) / L),
        ),
        "logarithm-for-root": (
            lambda L, growth=2.0: (np.log(growth) / L) ** 0.5,
            lambda L, growth=2.0: np.log(growth) / L,
        ),
        "single-block": (
            lambda L, growth=2.0: (growth - 1) ** 0.5,
            lambda L, growth=2.0: np.sqrt(growth - 1.0),
        ),
        "root-of-the-growth": (
            lambda L, growth=2.0: (growth / L) ** 0.5,
            lambda L, growth=2.0: growth**0.5 / L,
        ),
    },
}
