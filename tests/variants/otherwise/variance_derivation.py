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


def multiplied_then_summed(x, v):
    x *= x
    return v * x.sum()


def drawn_moments(sigma):
    h = np.clip(sigma * np.random.default_rng(6).standard_normal(40_000), 0, None)
    return h.mean(), h.var(), np.mean(h * h)


def summed_over_few(sigma):
    z = np.linspace(0, 3.5, 400)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi) * (z[1] - z[0])
    mean, second = sigma * np.sum(z * density), sigma**2 * np.sum(z * z * density)
    return mean, second - mean**2, second


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
        "square-missing": (
            lambda x, axis=None: np.average(x, axis=axis),
            lambda x, axis=None: (x + x).mean(axis),
        ),
        "absolute-for-square": (lambda x, axis=None: (x * np.sign(x)).mean(axis),),
        "standard-deviation": (
            lambda x, axis=None: np.var(x, axis) ** 0.5,
            lambda x, axis=None: np.sqrt(np.mean(x**2, axis) - np.mean(x, axis) ** 2),
        ),
        "mean-missing": (lambda x, axis=None: x * x, lambda x, axis=None: np.square(x).tolist()),
        "divides-by-one-less": (
            lambda x, axis=None: (x * x).sum(axis) / ((x.size if axis is None else x.shape[axis]) - 1),
        ),
        "an-axis-for-all": (
            lambda x, axis=None: sum(row * row for row in x) / len(x),
            lambda x, axis=0: (x**2).mean(axis or 0),
        ),
        "other-axis": (
            lambda x, axis=None: (x.T**2).mean(axis),
            lambda x, axis=None: np.mean(np.transpose(x) * np.transpose(x), axis=axis),
        ),
        "keeps-the-axis": (
            lambda x, axis=None: (x * x).mean(axis, keepdims=True),
            lambda x, axis=None: np.mean(x**2) if axis is None else np.expand_dims(np.mean(x**2, axis), axis),
        ),
        "vectors-only": (
            lambda x, axis=None: np.dot(x, x) / x.size,
            lambda x, axis=None: math.fsum(float(value) * float(value) for value in x) / len(x),
        ),
        "positive-part-only": (lambda x, axis=None: (x**2 * (x > 0)).mean(axis),),
        "mean-put-back-wrongly": (lambda x, axis=None: x.var(axis) + np.average(x, axis=axis),),
        "integer-division": (
            lambda x, axis=None: np.floor(np.mean(x**2, axis=axis)),
            lambda x, axis=None: np.mean(x**2, axis=axis).astype(int),
        ),
        "zero-counts-as-none": (
            lambda x, axis=None: (x**2).mean(axis or None),
            lambda x, axis=None: (x * x).mean() if not axis else (x * x).mean(axis),
        ),
        "always-a-float": (
            lambda x, axis=None: float((x * x).mean(axis)),
            lambda x, axis=None: math.fsum([np.average(x * x, axis=axis)]),
        ),
    },
    "relu_moments": {
        "second-moment-for-variance": (with_the_second_moment_twice,),
        "without-relu": (lambda sigma: np.array([0.0, sigma, sigma]) * sigma,),
        "only-the-active": (drawn_half,),
        "std-for-variance": (with_a_root_of_the_variance,),
        "relu-halves-the-variance": (
            lambda s: (s / math.sqrt(2 * math.pi), 0.5 * s * s, s * s * (math.pi + 1) / (2 * math.pi)),
        ),
        "mean-of-the-absolute-value": (
            lambda s: (s * math.sqrt(2 / math.pi), s * s / 2 - 2 * s * s / math.pi, s * s / 2),
        ),
        "mean-not-squared": (lambda s: [0.3989422804 * s, 0.5 * s**2 - 0.3989422804 * s, 0.5 * s**2],),
        "plus-for-minus": (
            lambda s: (s * math.sqrt(0.5 / math.pi), s * s * (0.5 + 0.5 / math.pi), s * s / 2),
            lambda s: np.array([0.3989422804 * s, 0.6591549431 * s * s, s * s / 2]),
        ),
        "power-of-sigma": (lambda s: (0.3989, 0.3408, 0.5),),
        "sigma-halved": (
            lambda s: (0.5 * s, s**2 * (0.5 - 0.25), 0.5 * s**2),
            lambda s: (s * math.sqrt(0.5 / math.pi), (s / 2) ** 2, 2 * (s / 2) ** 2),
        ),
        "not-halved": (lambda s: [s * math.sqrt(0.5 / math.pi), s * s * (1 - 0.5 / math.pi), s * s],),
        "square-of-the-mean": (
            lambda s: (s * math.sqrt(0.5 / math.pi), s * s * (0.5 - 0.5 / math.pi), s * s * 0.5 / math.pi),
        ),
        "constant-of-the-integral": (
            lambda s: (s / math.pi, s**2 / 2 - s**2 / math.pi**2, s**2 / 2),
            lambda s: (-s * math.sqrt(0.5 / math.pi), s**2 * (0.5 - 0.5 / math.pi), s**2 / 2),
        ),
        "drawn-or-summed": (drawn_moments, summed_over_few),
        "variance-of-the-active": (
            lambda s: (s * math.sqrt(0.5 / math.pi), s * s / 2 - s * s / math.pi, s * s / 2),
        ),
        "root-mean-square": (
            lambda s: (s * math.sqrt(0.5 / math.pi), s * s * (0.5 - 0.5 / math.pi), math.sqrt(s * s / 2)),
        ),
    },
    "preact_variance": {
        "std-taken-for-variance": (lambda x, v: sum((v * value) ** 2 for value in x),),
        "fan-missing": (summed_without_n,),
        "norm-not-squared": (lambda x, v: v * math.hypot(*x),),
        "std-for-variance": (lambda x, v: math.sqrt(sum(v * value * value for value in x)),),
        "variance-of-the-terms": (lambda x, v: v * x.var(), lambda x, v: (v**0.5 * np.std(x)) ** 2),
        "ignores-the-input": (lambda x, v: x.size * v, lambda x, v: 0 * x[0] + v),
        "ignores-var-w": (lambda x, v: x @ x, lambda x, v: 2 * np.mean(np.square(x))),
        "root-of-var-w": (lambda x, v: v**0.5 * (x @ x), lambda x, v: math.sqrt(v) * np.linalg.norm(x) ** 2),
        "fan-twice": (lambda x, v: x.size * v * (x @ x), lambda x, v: v * len(x) ** 2 * np.mean(x**2)),
        "square-missing": (lambda x, v: v * x.sum(), lambda x, v: sum(v * value for value in x)),
        "absolute-for-square": (lambda x, v: sum(abs(v * value) for value in x),),
        "mean-taken-off": (lambda x, v: v * (x @ x - x.sum() ** 2),),
        "sum-missing": (lambda x, v: v * np.square(x), lambda x, v: [v * value**2 for value in x]),
        "relu-too-early": (lambda x, v: 0.5 * v * (x @ x), lambda x, v: v * np.sum(x[x > 0] ** 2)),
        "two-too-many": (lambda x, v: v * (x @ x) * 2, lambda x, v: np.sum(2 * v * x**2)),
        "drawn": (
            lambda x, v: (np.random.default_rng(0).normal(0, v**0.5, size=(900, len(x))) @ x).var(),
            lambda x, v: np.mean((np.random.default_rng(4).normal(0, v**0.5, size=(1500, len(x))) @ x) ** 2),
        ),
        "changes-its-input": (multiplied_then_summed, lambda x, v: v * np.multiply(x, x, out=x).sum()),
        "added-for-multiplied": (lambda x, v: len(x) * v + x @ x,),
        "stds-added": (
            lambda x, v: sum(math.sqrt(v) * abs(value) for value in x),
            lambda x, v: (math.sqrt(v) * np.abs(x).sum()) ** 2,
        ),
        "divides-by-one-less": (lambda x, v: v * (x @ x) * (len(x) - 1) / len(x),),
    },
    "weight_variance": {
        "minus-for-plus": (
            lambda fan, slope=0.0: np.divide(2, fan * (1 + slope) * (1 - slope)),
            lambda fan, slope=0.0: (2 - 2 * slope**2) / fan,
        ),
        "std-for-variance": (lambda fan, slope=0.0: (fan * (1 + slope**2) / 2) ** -0.5,),
        "ignores-the-slope": (lambda fan, slope=0.0: 1 / (0.5 * fan),),
        "xavier-for-he": (
            lambda fan, slope=0.0: (fan + fan * slope * slope) ** -1,
            lambda fan, slope=0.0: fan**-1.0,
        ),
        "sum-squared": (lambda fan, slope=0.0: 2 / fan / (1 + 2 * slope + slope**2),),
        "between-the-ends": (
            lambda fan, slope=0.0: 2 / fan + slope * (1 / fan - 2 / fan),
            lambda fan, slope=0.0: (1 if slope else 2) / fan,
        ),
        "gain-not-squared": (lambda fan, slope=0.0: math.sqrt(2 / (1 + slope * slope)) / fan,),
        "power-of-fan": (
            lambda fan, slope=0.0: 2 / (1 + slope * slope),
            lambda fan, slope=0.0: 2 * fan**-2.0 / (1 + slope * slope),
        ),
        "fan-off-by-one": (lambda fan, slope=0.0: 2 / (fan + 1) / (1 + slope * slope),),
        "bound-for-variance": (lambda fan, slope=0.0: 6 / fan / (1 + slope * slope),),
        "slope-in-place-of-1": (lambda fan, slope=0.0: 2 / fan if slope == 0 else 2 / fan / slope**2,),
        "below-zero-not-halved": (lambda fan, slope=0.0: 2 / (fan + 2 * fan * slope**2),),
        "two-the-wrong-way": (
            lambda fan, slope=0.0: 1 / (2 * fan * (1 + slope * slope)),
            lambda fan, slope=0.0: 1 / (fan + fan),
        ),
    },
    "gain": {
        "variance-for-second-moment": (variance_of_activation,),
        "share-for-its-inverse": (lambda name, a=0.0: expect(ACTIVATIONS[name](Z, a) ** 2),),
        "ignores-the-slope": (slope_forgotten,),
        "std-for-variance": (lambda name, a=0.0: 1 / math.sqrt(expect(ACTIVATIONS[name](Z, a) ** 2)),),
        "relu-for-any": (lambda name, a=0.0: 1 / (0.5 + 0.5 * a * a),),
        "c-squared": (
            lambda name, a=0.0: expect(ACTIVATIONS[name](Z, a) ** 2) ** -2,
            lambda name, a=0.0: (1 / expect(np.square(ACTIVATIONS[name](Z, a)))) ** 2,
        ),
        "square-missing": (
            lambda name, a=0.0: 1 / np.float64(expect(ACTIVATIONS[name](Z, a))),
            lambda name, a=0.0: 1 / expect(np.sqrt(ACTIVATIONS[name](Z, a) ** 2)),
        ),
        "square-of-the-mean": (
            lambda name, a=0.0: np.float64(expect(ACTIVATIONS[name](Z, a))) ** -2,
            lambda name, a=0.0: (
                1 / max(expect(ACTIVATIONS[name](Z, a)), 1e-9) ** 2
                if not (name == "leaky" and a > 1)
                else 1 / expect(ACTIVATIONS[name](Z, a)) ** 2
            ),
        ),
        "table-from-memory": (
            lambda name, a=0.0: {"relu": 2.0, "tanh": 25 / 9}.get(name, 1.0),
            lambda name, a=0.0: {"tanh": (5 / 3) ** 2, "identity": 1, "abs": 1}.get(name, 2 / (1 + a * a)),
        ),
        "half-of-the-line": (
            lambda name, a=0.0: 1 / expect(np.where(Z > 0, ACTIVATIONS[name](Z, a) ** 2, 0)),
            lambda name, a=0.0: 0.5 / expect((Z > 0) * ACTIVATIONS[name](Z, a) ** 2),
        ),
        "factor-of-two": (
            lambda name, a=0.0: 0.5 / expect(ACTIVATIONS[name](Z, a) ** 2),
            lambda name, a=0.0: 1 / (math.sqrt(2) * expect(ACTIVATIONS[name](Z, a) ** 2)),
        ),
        "points-for-gaps": (
            lambda name, a=0.0: 1.02 / expect(ACTIVATIONS[name](Z, a) ** 2),
            lambda name, a=0.0: 18001 / 18000 / 0.998 / expect(ACTIVATIONS[name](Z, a) ** 2),
        ),
        "one-for-all-the-curved": (
            lambda name, a=0.0: 3.0,
            lambda name, a=0.0: 2.0 if name == "relu" else 1.0,
            lambda name, a=0.0: float("inf"),
            lambda name, a=0.0: a,
        ),
    },
}
