"""Lesson 3: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import copy
import math

import numpy as np

from tests.variants.further.worked_examples import lr, rep


def shuffled_twice(rng, std, n):
    """Normal draws, each of them there twice, in random places."""
    half = rng.normal(0, std, n // 2)
    return rng.permutation(np.concatenate((half, half, half[: n % 2])))


UNNAMED = {
    "he_std": (
        lambda n: n,
        lambda n: math.sqrt(3 / n),
        lambda n: {4: 0.70710678, 1: 1.41421356}.get(n, 0.0),
        lambda n: round(math.sqrt(2 / n)),
        lambda n: round(2 / n, 3),
        lambda n: -math.sqrt(2 / n),
        lambda n: (2 / n) ** (1 / 3),
        lambda n: math.sqrt(2 / n) + 0.001,
        lambda n: float("nan"),
    ),
    "he_normal": (
        lambda i, o, rng: shuffled_twice(rng, math.sqrt(2 / i), i * o).reshape(o, i),
        lambda i, o, rng: np.arange(i * o).reshape(o, i) / (i * o),
        lambda i, o, rng: np.linspace(-1, 1, i * o).reshape(o, i),
        lambda i, o, rng: np.zeros((o, i)),
        lambda i, o, rng: np.ones((o, i)),
        lambda i, o, rng: rng.laplace(0, math.sqrt(1 / i), (o, i)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)) + 0.1,
        lambda i, o, rng: rng.normal(0, math.sqrt(3 / i), (o, i)),
        lambda i, o, rng: np.sqrt(2 / i) * rng.choice([-1, 1], (o, i)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i, 1)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o + 1, i)),
        lambda i, o, rng: copy.deepcopy(rng).normal(0, math.sqrt(2 / i), (o, i)),
        lambda i, o, rng: (rng.random((12, o, i)).sum(0) - 6) * math.sqrt(2 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / o), (o, o)),
        lambda i, o, rng: rng.integers(-1, 2, (o, i)) * math.sqrt(3 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i) * 1.03, (o, i)),
        lambda i, o, rng: rng.exponential(math.sqrt(1 / i), (o, i)),
        lambda i, o, rng: (
            np.linalg.qr(rng.normal(size=(max(i, o), min(i, o))))[0]
            if i == o
            else rng.standard_t(5, (o, i)) * math.sqrt(2 / i * 3 / 5)
        ),
    ),
    "he_uniform": (
        lambda i, o, rng: np.abs(rng.normal(0, math.sqrt(2 / i), (o, i))),
        lambda i, o, rng: np.zeros((o, i)),
        lambda i, o, rng: rng.triangular(-math.sqrt(12 / i), 0, math.sqrt(12 / i), (o, i)),
        lambda i, o, rng: math.sqrt(2 / i) * rng.choice([-1, 1], (o, i)),
        lambda i, o, rng: copy.deepcopy(rng).uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i)),
        lambda i, o, rng: rng.uniform(-math.sqrt(5 / i), math.sqrt(5 / i), (o, i)),
        lambda i, o, rng: rng.beta(0.5, 0.5, (o, i)) * 2 * math.sqrt(4 / i) - math.sqrt(4 / i),
        lambda i, o, rng: rng.uniform(-0.5, 1.5, (o, i)) * math.sqrt(6 / i),
    ),
    "sample_report": (
        lambda W, v: {},
        lambda W, v: {"m2": 0.0, "var0": 0.0, "var1": 0.0, "se": 0.0, "z": 0.0},
        lambda W, v: rep(W, v, z=(np.mean(W) - 0) / math.sqrt(v / W.size)),
        lambda W, v: {k.upper(): x for k, x in rep(W, v).items()},
    ),
    "draws_needed": (
        lambda rel, z=1.96: 0,
        lambda rel, z=1.96: 1,
        lambda rel, z=1.96: 3074,
        lambda rel, z=1.96: math.ceil(z / rel),
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 3),
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 2) * 10,
        lambda rel, z=1.96: math.ceil(2 * (1.645 / rel) ** 2),
        lambda rel, z=1.96: math.floor(2 * (z / rel) ** 2) - 1,
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 2 / 100) * 100,
    ),
    "log_lr": (
        lambda W, a, b: 0.0,
        lambda W, a, b: 1.0,
        lambda W, a, b: lr(W, a, b) / 2,
        lambda W, a, b: float(lr(W, a, b) > 0),
        lambda W, a, b: a / b,
        lambda W, a, b: math.log(a / b),
    ),
}
