"""Lesson 2: other ways to be right and wrong."""

from __future__ import annotations

import math

import numpy as np

from heinit_lab.activations import ACTIVATIONS

PHI = 1 / math.sqrt(2 * math.pi)


def looped_second_moment(x, axis=None):
    if axis is None:
        total = 0.0
        for value in x.ravel():
            total += float(value) * float(value)
        return total / x.size
    rows = np.moveaxis(x, axis, 0)
    return sum(row * row for row in rows) / len(rows)


def looped_preact_variance(x, var_w):
    total = 0
    for value in x:
        total += var_w * value**2
    return total


def moments_by_sum(sigma):
    z = np.linspace(0, 9, 200_001)
    p = np.exp(-(z**2) / 2) * PHI * (z[1] - z[0])
    p[0] /= 2
    mean, second = sigma * (p @ z), sigma**2 * (p @ z**2)
    return [mean, second - mean**2, second]


def normalised(nodes, weights):
    """A gain by any rule: nodes and unnormalised weights."""
    return lambda name, a=0.0: float(
        1 / (np.sum(weights * ACTIVATIONS[name](nodes, a) ** 2) / np.sum(weights))
    )


def gauss_hermite(m):
    nodes, weights = np.polynomial.hermite.hermgauss(m)
    return lambda name, a=0.0: (
        math.sqrt(math.pi) / np.sum(weights * ACTIVATIONS[name](math.sqrt(2) * nodes, a) ** 2)
    )


def trapezoid(reach, points):
    z = np.linspace(-reach, reach, points)
    return lambda name, a=0.0: 1 / np.trapezoid(ACTIVATIONS[name](z, a) ** 2 * PHI * np.exp(-z * z / 2), z)


def looped(name, a=0.0):
    f, total, step = ACTIVATIONS[name], 0.0, 0.02
    for k in range(-350, 351):
        z = k * step
        total += float(f(z, a)) ** 2 * math.exp(-z * z / 2) * PHI * step
    return 1 / total


def gauss_legendre(m, reach):
    x, w = np.polynomial.legendre.leggauss(m)
    return normalised(reach * x, w * np.exp(-((reach * x) ** 2) / 2))


def float32(name, a=0.0):
    z = np.linspace(-8, 8, 4001, dtype=np.float32)
    p = np.exp(-z * z / 2)
    return np.float32(p.sum() / (p * ACTIVATIONS[name](z, a) ** 2).sum())


def moments(name, a, power):
    z = np.linspace(-9, 9, 9001)
    p = np.exp(-z * z / 2)
    return np.average(ACTIVATIONS[name](z, a) ** power, weights=p)


def overwritten(x, axis=None):
    np.square(x, out=x)
    return x.mean(axis=axis)


def unnormalised(name, a=0.0):
    nodes, weights = np.polynomial.hermite.hermgauss(64)
    return 1 / np.sum(weights * ACTIVATIONS[name](math.sqrt(2) * nodes, a) ** 2)


RIGHT = {
    "second_moment": (
        looped_second_moment,
        lambda values, along=None: (values * values).mean(along),
        lambda x, axis=None: np.var(x, axis=axis) + np.mean(x, axis=axis) ** 2,
        lambda x, axis=None: np.mean(np.abs(x.astype(np.float32)) ** 2, axis=axis),
    ),
    "relu_moments": (
        moments_by_sum,
        lambda s: np.array([s * PHI, s**2 * (0.5 - 0.5 / math.pi), 0.5 * s**2]),
        lambda s: (np.float32(s * 0.3989423), np.float32(s * s * 0.3408451), np.float32(s * s / 2)),
        lambda s: (s / math.sqrt(2 * math.pi), s * s * (math.pi - 1) / (2 * math.pi), s * s / 2),
    ),
    "preact_variance": (
        looped_preact_variance,
        lambda x, v: v * (x @ x),
        lambda x, v: v * np.linalg.norm(x) ** 2,
        lambda x, v: np.float32(np.sum(np.float32(v) * x.astype(np.float32) ** 2)),
    ),
    "weight_variance": (
        lambda fan, slope=0.0: (2 / (1 + slope**2)) / fan,
        lambda n, a=0.0: 1 / (n * (0.5 + 0.5 * a * a)),
        lambda fan, slope=0.0: np.float32(2) / np.float32(fan) / np.float32(1 + slope**2),
        lambda fan, slope=0.0: math.sqrt(2 / (fan * (1 + slope**2))) ** 2,
    ),
    "gain": (
        *(gauss_hermite(m) for m in (20, 32, 50, 64, 101, 180)),
        normalised(*np.polynomial.hermite_e.hermegauss(40)),
        trapezoid(6, 301),
        trapezoid(5, 2000),
        trapezoid(40, 8001),
        gauss_legendre(60, 8),
        looped,
        float32,
    ),
}

MISTAKES = {
    "second_moment": {
        "variance-for-second-moment": (
            lambda x, axis=None: (x**2).mean(axis) - x.mean(axis) ** 2,
            lambda x, axis=None: np.std(x, axis) ** 2,
        ),
        "square-of-the-mean": (
            lambda x, axis=None: np.square(x.mean(axis=axis)),
            lambda x, axis=None: x.mean(axis) * np.average(x, axis=axis),
        ),
        "ignores-the-axis": (lambda x, axis=None: float(np.sum(x * x) / x.size),),
        "root-mean-square": (lambda x, axis=None: (x**2.0).mean(axis) ** 0.5,),
        "sum-for-mean": (
            lambda x, axis=None: (x * x).sum(axis),
            lambda x, axis=None: np.linalg.norm(x.ravel()) ** 2 if axis is None else np.sum(x**2, axis),
        ),
        "changes-its-input": (overwritten,),
    },
    "relu_moments": {
        "second-moment-for-variance": (lambda s: [s * PHI, 0.5 * s * s, 0.5 * s * s],),
        "mean-zero": (lambda s: (0, s * s / 2, s * s / 2),),
        "power-of-sigma": (lambda s: np.array([s * PHI, s / 2 - s / (2 * math.pi), 0.5 * s]),),
        "without-relu": (lambda s: [0, s * s, s * s],),
        "only-the-active": (lambda s: (2 * s * PHI, s * s - (2 * s * PHI) ** 2, s * s),),
        "parts-in-another-order": (lambda s: [s * PHI, s * s / 2, s * s / 2 - (s * PHI) ** 2],),
        "std-for-variance": (lambda s: (s * PHI, np.sqrt(s * s / 2 - (s * PHI) ** 2), s * s / 2),),
    },
    "preact_variance": {
        "variance-for-second-moment": (
            lambda x, v: v * np.sum((x - x.mean()) ** 2),
            lambda x, v: x.size * v * x.std() ** 2,
        ),
        "std-taken-for-variance": (lambda x, v: len(x) * v * v * (x @ x) / len(x),),
        "fan-missing": (lambda x, v: v * (x @ x) / len(x),),
        "norm-not-squared": (lambda x, v: v * np.linalg.norm(x),),
        "square-of-the-mean": (lambda x, v: v * sum(x) ** 2, lambda x, v: len(x) * v * np.average(x) ** 2),
        "std-for-variance": (lambda x, v: math.sqrt(v) * np.linalg.norm(x),),
    },
    "weight_variance": {
        "slope-not-squared": (lambda n, slope=0.0: 2 / (n + n * slope),),
        "minus-for-plus": (
            lambda n, slope=0.0: 2 / (n * (1 - slope * slope)) if abs(slope) != 1 else float("inf"),
        ),
        "std-for-variance": (lambda n, slope=0.0: np.sqrt(2) / np.sqrt(n * (1 + slope**2)),),
        "ignores-the-slope": (lambda n, slope=0.0: np.divide(2, n),),
        "xavier-for-he": (lambda n, slope=0.0: 1 / n / (1 + slope * slope),),
        "share-for-its-inverse": (lambda n, slope=0.0: 2 / n * (1 + slope * slope),),
    },
    "gain": {
        "variance-for-second-moment": (
            lambda name, a=0.0: 1 / (moments(name, a, 2) - moments(name, a, 1) ** 2),
        ),
        "share-for-its-inverse": (lambda name, a=0.0: moments(name, a, 2),),
        "ignores-the-slope": (lambda name, a=0.0: 1 / moments(name, 0.0, 2),),
        "std-for-variance": (lambda name, a=0.0: moments(name, a, 2) ** -0.5,),
        "relu-for-any": (lambda name, a=0.0: 1 / np.mean([1, a * a]),),
        "weights-not-normalised": (unnormalised,),
        "another-density": (
            lambda name, a=0.0: (
                1 / np.mean(ACTIVATIONS[name](np.random.default_rng(1).uniform(-1, 1, 10**5), a) ** 2)
            ),
        ),
        "too-coarse": (
            trapezoid(3, 1001),
            trapezoid(4, 1001),
            lambda name, a=0.0: (
                1 / np.mean(ACTIVATIONS[name](np.random.default_rng(5).normal(size=50_000), a) ** 2)
            ),
            gauss_hermite(6),
        ),
    },
}
