"""Lesson 2: mistakes, written otherwise."""

from __future__ import annotations

import math

import numpy as np

from heinit_lab.activations import ACTIVATIONS

Z = np.arange(-9, 9.0005, 0.001)
DENSITY = np.exp(-Z * Z / 2) / math.sqrt(2 * math.pi) * 0.001


def expect(values):
    return float((values * DENSITY).sum())


def all_entries(x, axis=None):
    total = 0.0
    for value in x.flat:
        total += value * value
    return total / x.size


def length_per_root(x, axis=None):
    n = x.size if axis is None else x.shape[axis]
    return np.linalg.norm(x if axis is not None else x.ravel(), axis=axis) / math.sqrt(n)


def multiplied_in_place(x, axis=None):
    x *= x
    return np.average(x, axis=axis)


def drawn_half(sigma):
    mean = sigma * math.sqrt(2) / math.sqrt(math.pi)
    return np.array([mean, sigma * sigma - mean * mean, sigma * sigma])


def with_the_second_moment_twice(sigma):
    half = np.var([sigma, -sigma]) / 2
    return sigma * math.sqrt(0.5 / math.pi), half, half


def with_a_root_of_the_variance(sigma):
    mean = sigma * math.sqrt(0.5 / math.pi)
    second = sigma * sigma / 2
    return mean, math.sqrt(second - mean * mean), second


def summed_without_n(x, v):
    return float(np.average([v * value * value for value in x]))


def variance_of_activation(name, a=0.0):
    f = ACTIVATIONS[name](Z, a)
    centred = f - expect(f)
    return 1 / expect(centred * centred)


def slope_forgotten(name, a=0.0):
    return 1 / expect(np.square(ACTIVATIONS[name](Z, 0)))


MISTAKES = {
    "second_moment": {
        "ignores-the-axis": (all_entries,),
        "root-mean-square": (length_per_root,),
        "changes-its-input": (multiplied_in_place,),
    },
    "relu_moments": {
        "second-moment-for-variance": (with_the_second_moment_twice,),
        "without-relu": (lambda sigma: np.array([0.0, sigma, sigma]) * sigma,),
        "only-the-active": (drawn_half,),
        "std-for-variance": (with_a_root_of_the_variance,),
    },
    "preact_variance": {
        "std-taken-for-variance": (lambda x, v: sum((v * value) ** 2 for value in x),),
        "fan-missing": (summed_without_n,),
        "norm-not-squared": (lambda x, v: v * math.hypot(*x),),
        "std-for-variance": (lambda x, v: math.sqrt(sum(v * value * value for value in x)),),
    },
    "weight_variance": {
        "minus-for-plus": (lambda fan, slope=0.0: np.divide(2, fan * (1 + slope) * (1 - slope)),),
        "std-for-variance": (lambda fan, slope=0.0: (fan * (1 + slope**2) / 2) ** -0.5,),
        "ignores-the-slope": (lambda fan, slope=0.0: 1 / (0.5 * fan),),
        "xavier-for-he": (lambda fan, slope=0.0: (fan + fan * slope * slope) ** -1,),
    },
    "gain": {
        "variance-for-second-moment": (variance_of_activation,),
        "share-for-its-inverse": (lambda name, a=0.0: expect(ACTIVATIONS[name](Z, a) ** 2),),
        "ignores-the-slope": (slope_forgotten,),
        "std-for-variance": (lambda name, a=0.0: 1 / math.sqrt(expect(ACTIVATIONS[name](Z, a) ** 2)),),
        "relu-for-any": (lambda name, a=0.0: 1 / (0.5 + 0.5 * a * a),),
    },
}
