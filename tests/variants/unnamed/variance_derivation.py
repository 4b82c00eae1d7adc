"""Lesson 2: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import math

import numpy as np

from heinit_lab.activations import ACTIVATIONS
from tests.variants.further.variance_derivation import GRID, average, expect, kept

UNNAMED = {
    "second_moment": (
        lambda x, axis=None: 0.0,
        lambda x, axis=None: 1.0,
        lambda x, axis=None: np.mean(x**3, axis=axis),
        lambda x, axis=None: np.max(x**2, axis=axis),
        lambda x, axis=None: np.median(x**2, axis=axis),
        lambda x, axis=None: np.mean(x**2, axis=axis) / 2,
        lambda x, axis=None: np.sum(np.mean(x, axis=axis) ** 2),
        lambda x, axis=None: np.mean(x**4, axis=axis),
        lambda x, axis=None: 12.5,
    ),
    "relu_moments": (
        lambda s: (0, 0, 0),
        lambda s: (s, s, s),
        lambda s: (s, s**2, s**2),
        lambda s: s**2 / 2,
        lambda s: (s / math.sqrt(2 * math.pi), s**2 * (0.5 - 0.5 / math.pi)),
        lambda s: (s / math.sqrt(2 * math.pi), 0, s**2 / 2),
        lambda s: (s / math.sqrt(2 * math.pi), s**2 * 0.34, s**2),
        lambda s: (1, 1, 1),
    ),
    "preact_variance": (
        lambda x, v: 0.0,
        lambda x, v: v / np.sum(x**2),
        lambda x, v: 2.0,
        lambda x, v: np.std(x) * v,
    ),
    "weight_variance": (
        lambda f, slope=0.0: 0.0,
        lambda f, slope=0.0: 1.0,
        lambda f, slope=0.0: f,
        lambda f, slope=0.0: 3 / (f * (1 + slope**2)),
        lambda f, slope=0.0: 2 / (f * (1 + slope**3)),
        lambda f, slope=0.0: 0.5,
    ),
    "gain": (
        lambda name, a=0.0: 1 / average(name, a) ** 2 if average(name, a) > 1e-9 else 1.0,
        lambda name, a=0.0: 1 / expect(ACTIVATIONS[name](GRID, a) ** 4),
        lambda name, a=0.0: 1 / kept(name, a) + 1,
        lambda name, a=0.0: -1 / kept(name, a),
        lambda name, a=0.0: 1 - kept(name, a),
        lambda name, a=0.0: np.ones(3) / kept(name, a),
        lambda name, a=0.0: float("nan"),
    ),
}
