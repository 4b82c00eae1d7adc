"""Lesson 2: further ways to be right and wrong."""

from __future__ import annotations

import math
import statistics

import numpy as np

from heinit_lab.activations import ACTIVATIONS


def squared_in_place(x, axis=None):
    x **= 2
    return x.mean(axis)


GRID = np.linspace(-9, 9, 20001)
WEIGHT = np.exp(-GRID * GRID / 2) / np.sqrt(2 * np.pi) * (GRID[1] - GRID[0])


QUANTILES = np.array([statistics.NormalDist().inv_cdf((k + 0.5) / 20000) for k in range(20000)])


def expect(f):
    return float((WEIGHT * f).sum())


def kept(name, a):
    return expect(ACTIVATIONS[name](GRID, a) ** 2)


def average(name, a):
    return expect(ACTIVATIONS[name](GRID, a))


def sigma_halved(s):
    m = s / math.sqrt(2 * math.pi)
    q = s / 2
    return m, q - m**2, q


MISTAKES = {
    "second_moment": {
        "variance-for-second-moment": (
            lambda x, axis=None: np.mean((x - np.mean(x, axis=axis, keepdims=True)) ** 2, axis=axis),
            lambda x, axis=None: np.var(x, axis=axis, ddof=1),
            lambda x, axis=None: np.mean(np.square(x), axis) - np.mean(x, axis) ** 2,
        ),
        "square-of-the-mean": (
            lambda x, axis=None: np.square(np.mean(x, axis=axis)),
            lambda x, axis=None: np.power(np.average(x, axis=axis), 2),
        ),
        "ignores-the-axis": (
            lambda x, axis=None: np.vdot(x, x) / x.size,
            lambda x, axis=None: (x**2).mean(),
            lambda x, axis=None: np.mean(np.mean(x**2, axis=axis)),
        ),
        "root-mean-square": (
            lambda x, axis=None: np.sqrt(np.mean(np.square(x), axis)),
            lambda x, axis=None: np.mean(np.abs(x) ** 2, axis=axis) ** 0.5,
        ),
        "sum-for-mean": (
            lambda x, axis=None: np.sum(np.abs(x) ** 2, axis),
            lambda x, axis=None: np.add.reduce(x * x, axis=axis),
        ),
        "changes-its-input": (
            squared_in_place,
            lambda x, axis=None: (x.__imul__(x)).mean(axis),
            lambda x, axis=None: np.multiply(x, x, out=x).mean(axis),
        ),
    },
    "relu_moments": {
        "second-moment-for-variance": (
            lambda s: (s / math.sqrt(2 * math.pi), 0.5 * s**2, 0.5 * s**2),
            lambda s: [0.3989422804 * s, s * s / 2, s * s / 2],
        ),
        "mean-zero": (
            lambda s: (0.0, 0.5 * s**2, 0.5 * s**2),
            lambda s: (0.0, s**2 * (0.5 - 0.5 / math.pi), s**2 / 2),
        ),
        "power-of-sigma": (
            sigma_halved,
            lambda s: (s / math.sqrt(2 * math.pi), s * (math.pi - 1) / (2 * math.pi), s / 2),
        ),
        "without-relu": (lambda s: (0, s**2, s**2), lambda s: np.array([0.0, s * s, s * s])),
        "only-the-active": (lambda s: (s * math.sqrt(2 / math.pi), s * s * (1 - 2 / math.pi), s * s),),
        "parts-in-another-order": (
            lambda s: (s * s * (0.5 - 0.5 / math.pi), s / math.sqrt(2 * math.pi), s * s / 2),
            lambda s: (s * s / 2, s / math.sqrt(2 * math.pi), s * s * (0.5 - 0.5 / math.pi)),
            lambda s: (s * s * (0.5 - 0.5 / math.pi), s * s / 2, s / math.sqrt(2 * math.pi)),
        ),
        "std-for-variance": (
            lambda s: (s / math.sqrt(2 * math.pi), s * math.sqrt((math.pi - 1) / (2 * math.pi)), s * s / 2),
        ),
    },
    "preact_variance": {
        "variance-for-second-moment": (
            lambda x, v: x.size * v * x.var(),
            lambda x, v: len(x) * v * np.var(x, ddof=1),
            lambda x, v: v * ((x - x.mean()) ** 2).sum(),
            lambda x, v: len(x) * v * statistics.variance(map(float, x)),
        ),
        "std-taken-for-variance": (lambda x, v: (v * np.linalg.norm(x)) ** 2, lambda x, v: v * v * (x @ x)),
        "fan-missing": (lambda x, v: v * np.mean(x**2), lambda x, v: v * np.mean(np.square(x))),
        "norm-not-squared": (lambda x, v: v * math.sqrt(x @ x),),
        "square-of-the-mean": (lambda x, v: v * x.sum() ** 2, lambda x, v: x.size * v * x.mean() ** 2),
        "std-for-variance": (
            lambda x, v: math.sqrt(v * (x @ x)),
            lambda x, v: np.sqrt(v) * np.linalg.norm(x),
        ),
    },
    "weight_variance": {
        "slope-not-squared": (
            lambda f, slope=0.0: 2 / (f * (1 + slope)),
            lambda f, slope=0.0: 2 / f / (1 + abs(slope)),
        ),
        "minus-for-plus": (
            lambda f, slope=0.0: float(np.float64(2) / ((1 - slope**2) * f)),
            lambda f, slope=0.0: 2 / (f - f * slope**2),
        ),
        "std-for-variance": (lambda f, slope=0.0: math.sqrt(2 / (f * (1 + slope**2))),),
        "ignores-the-slope": (lambda f, slope=0.0: 2 / f, lambda f, slope=0.0: np.float64(2) / f),
        "xavier-for-he": (lambda f, slope=0.0: 1 / (f * (1 + slope**2)),),
        "share-for-its-inverse": (
            lambda f, slope=0.0: (2 / f) * (1 + slope**2),
            lambda f, slope=0.0: 0.5 * (1 + slope**2) / f,
        ),
    },
    "gain": {
        "variance-for-second-moment": (
            lambda name, a=0.0: 1 / (kept(name, a) - average(name, a) ** 2),
            lambda name, a=0.0: 1 / np.var(ACTIVATIONS[name](QUANTILES, a)),
        ),
        "share-for-its-inverse": (lambda name, a=0.0: kept(name, a),),
        "ignores-the-slope": (lambda name, a=0.0: 1 / kept(name, 0.0),),
        "std-for-variance": (lambda name, a=0.0: kept(name, a) ** -0.5,),
        "relu-for-any": (lambda name, a=0.0: 2 / (1 + a * a), lambda name, a=0.0: 2.0, lambda name, a=0.0: 2),
        "another-density": (
            lambda name, a=0.0: 1 / np.mean(ACTIVATIONS[name](np.linspace(-3, 3, 2001), a) ** 2),
            lambda name, a=0.0: (
                1
                / np.trapezoid(
                    ACTIVATIONS[name](GRID, a) ** 2 * np.exp(-(GRID**2)) / math.sqrt(2 * math.pi), GRID
                )
            ),
        ),
        "weights-not-normalised": (
            lambda name, a=0.0: 1 / np.sum(ACTIVATIONS[name](GRID, a) ** 2 * np.exp(-(GRID**2) / 2)),
            lambda name, a=0.0: (
                1 / np.trapezoid(ACTIVATIONS[name](GRID, a) ** 2 * np.exp(-(GRID**2) / 2), GRID)
            ),
        ),
        "too-coarse": (
            lambda name, a=0.0: (
                1 / np.mean(ACTIVATIONS[name](np.random.default_rng(11).normal(size=10_000), a) ** 2)
            ),
            lambda name, a=0.0: (
                1
                / np.average(
                    ACTIVATIONS[name](np.linspace(-3, 3, 13), a) ** 2,
                    weights=np.exp(-(np.linspace(-3, 3, 13) ** 2) / 2),
                )
            ),
            lambda name, a=0.0: (
                1
                / (
                    np.sum(
                        ACTIVATIONS[name](np.arange(-2.5, 2.6, 0.5), a) ** 2
                        * np.exp(-(np.arange(-2.5, 2.6, 0.5) ** 2) / 2)
                    )
                    * 0.5
                    / math.sqrt(2 * math.pi)
                )
            ),
        ),
    },
}
RIGHT = {
    "second_moment": (
        lambda x, axis=None: (
            np.einsum("ij,ij->j", x, x) / len(x) if axis == 0 and x.ndim == 2 else np.mean(x * x, axis=axis)
        ),
        lambda x, axis=None: (
            np.linalg.norm(x, axis=axis) ** 2 / (x.size if axis is None else x.shape[axis])
            if x.ndim < 3
            else np.mean(x * x, axis)
        ),
        lambda x, axis=None: np.round(np.mean(np.asarray(x, float) ** 2, axis=axis), 12),
        lambda x, axis=None: np.mean(np.asarray(x, dtype=complex) ** 2, axis=axis).real,
        lambda x, axis=None: np.mean(x.astype(np.float32) ** 2, axis=axis).tolist(),
        lambda x, axis=None: (
            np.sum(x.astype(float) ** 2, axis=axis) / (x.size if axis is None else x.shape[axis])
        ),
        lambda x, axis=None: np.average(np.power(x.copy(), 2), axis=axis),
    ),
    "relu_moments": (
        lambda s: tuple(np.round([s / math.sqrt(2 * math.pi), s * s * (0.5 - 0.5 / math.pi), s * s / 2], 12)),
        lambda s: [s * 0.3989422804014327, s * s * 0.3408450569081046, 0.5 * s * s],
        lambda s: np.float32([s * 0.3989422804014327, s * s * 0.3408450569081046, 0.5 * s * s]),
        lambda s: (
            expect(np.maximum(s * GRID, 0)),
            expect(np.maximum(s * GRID, 0) ** 2) - expect(np.maximum(s * GRID, 0)) ** 2,
            expect(np.maximum(s * GRID, 0) ** 2),
        ),
        lambda s: (
            s * math.gamma(1) / math.sqrt(2 * math.pi),
            s**2 / 2 - (s / math.sqrt(2 * math.pi)) ** 2,
            s**2 * math.gamma(1.5) / math.sqrt(math.pi),
        ),
    ),
    "preact_variance": (
        lambda x, v: np.einsum("i,i,->", x, x, v),
        lambda x, v: np.trace(v * np.outer(x, x)),
        lambda x, v: float(x @ (v * np.eye(len(x))) @ x),
        lambda x, v: math.fsum(v * float(a) ** 2 for a in x),
        lambda x, v: np.float32(v) * np.float32(np.dot(x, x)),
        lambda x, v: round(float(v * np.sum(x**2)), 12),
        lambda x, v: len(x) * v * (np.var(x) + np.mean(x) ** 2),
    ),
    "weight_variance": (
        lambda f, slope=0.0: 1 / (f * expect(np.where(GRID > 0, GRID, slope * GRID) ** 2)),
        lambda f, slope=0.0: np.float32(2 / (f * (1 + slope * slope))),
        lambda f, slope=0.0: np.reciprocal(np.float64(f) * (1 + slope**2) / 2),
        lambda f, slope=0.0: round(2 / (f * (1 + slope**2)), 12),
        lambda f, slope=0.0: np.array(2 / (f + f * slope**2)),
        lambda f, slope=0.0: math.hypot(1, slope) ** -2 * 2 / f,
    ),
    "gain": (
        lambda name, a=0.0: 1 / kept(name, a),
        lambda name, a=0.0: np.float32(1 / kept(name, a)),
        lambda name, a=0.0: round(1 / kept(name, a), 4),
        lambda name, a=0.0: 1 / np.mean(ACTIVATIONS[name](QUANTILES, a) ** 2),
        lambda name, a=0.0: (
            1
            / np.average(
                ACTIVATIONS[name](np.arange(-7, 7, 0.01), a) ** 2,
                weights=np.exp(-(np.arange(-7, 7, 0.01) ** 2) / 2),
            )
        ),
        lambda name, a=0.0: np.array(1 / kept(name, a)),
        lambda name, a=0.0: (
            1
            / (
                sum(
                    ACTIVATIONS[name](np.array([z]), a)[0] ** 2 * math.exp(-z * z / 2)
                    for z in np.linspace(-6, 6, 1201)
                )
                * 0.01
                / math.sqrt(2 * math.pi)
            )
        ),
    ),
}
