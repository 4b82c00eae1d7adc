"""Lesson 3: wrong, and none of the mistakes that have a name."""

from __future__ import annotations

import copy
import math

import numpy as np

from tests.variants.further.worked_examples import ll, lr, rep


def shuffled_twice(rng, std, n):
    """Normal draws, each of them there twice, in random places."""
    half = rng.normal(0, std, n // 2)
    return rng.permutation(np.concatenate((half, half, half[: n % 2])))


UNNAMED = {
    "he_std": (
        lambda n: 0.0,
        lambda n: 1.0,
        lambda n: n,
        lambda n: math.sqrt(2 * n),
        lambda n: math.sqrt(n / 2),
        lambda n: math.sqrt(3 / n),
        lambda n: math.sqrt(6 / n),
        lambda n: math.sqrt(2 / (n + 1)),
        lambda n: 1 / n,
        lambda n: math.sqrt(2),
        lambda n: 0.707,
        lambda n: 0.70710678,
        lambda n: {4: 0.70710678, 1: 1.41421356}.get(n, 0.0),
        lambda n: (2 / n) ** 2,
        lambda n: math.sqrt(2 / n) * 1.001,
        lambda n: int(math.sqrt(2 / n)),
        lambda n: round(math.sqrt(2 / n)),
        lambda n: round(2 / n, 3),
        lambda n: -math.sqrt(2 / n),
        lambda n: (2 / n) ** (1 / 3),
        lambda n: 0.5,
        lambda n: math.sqrt(2 / n) + 0.001,
        lambda n: float("nan"),
    ),
    "he_normal": (
        lambda i, o, rng: shuffled_twice(rng, math.sqrt(2 / i), i * o).reshape(o, i),
        lambda i, o, rng: np.arange(i * o).reshape(o, i) / (i * o),
        lambda i, o, rng: np.linspace(-1, 1, i * o).reshape(o, i),
        lambda i, o, rng: np.zeros((o, i)),
        lambda i, o, rng: np.ones((o, i)),
        lambda i, o, rng: np.abs(rng.normal(0, math.sqrt(2 / i), (o, i))),
        lambda i, o, rng: rng.laplace(0, math.sqrt(1 / i), (o, i)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)) + 0.1,
        lambda i, o, rng: rng.normal(0, math.sqrt(3 / i), (o, i)),
        lambda i, o, rng: np.sqrt(2 / i) * rng.choice([-1, 1], (o, i)),
        lambda i, o, rng: np.clip(rng.normal(size=(o, i)), -2, 2) * math.sqrt(2 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i, 1)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), o * i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o + 1, i)),
        lambda i, o, rng: copy.deepcopy(rng).normal(0, math.sqrt(2 / i), (o, i)),
        lambda i, o, rng: (rng.random((12, o, i)).sum(0) - 6) * math.sqrt(2 / i),
        lambda i, o, rng: rng.uniform(-1, 1, (o, i)),
        lambda i, o, rng: rng.uniform(-math.sqrt(3 / i), math.sqrt(3 / i), (o, i)),
        lambda i, o, rng: rng.uniform(-math.sqrt(6 / (i + o)), math.sqrt(6 / (i + o)), (o, i)),
        lambda i, o, rng: rng.normal(0, 0.01, (o, i)),
        lambda i, o, rng: math.sqrt(2 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / o), (o, o)),
        lambda i, o, rng: rng.integers(-1, 2, (o, i)) * math.sqrt(3 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i) * 1.03, (o, i)),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / (i * o)), (o, i)),
        lambda i, o, rng: rng.normal(0, 1 / i, (o, i)),
        lambda i, o, rng: rng.exponential(math.sqrt(1 / i), (o, i)),
        lambda i, o, rng: (
            np.linalg.qr(rng.normal(size=(max(i, o), min(i, o))))[0]
            if i == o
            else rng.standard_t(5, (o, i)) * math.sqrt(2 / i * 3 / 5)
        ),
    ),
    "he_uniform": (
        lambda i, o, rng: np.zeros((o, i)),
        lambda i, o, rng: rng.normal(0, 1, (o, i)),
        lambda i, o, rng: rng.normal(0, math.sqrt(6 / i), (o, i)),
        lambda i, o, rng: rng.uniform(-0.05, 0.05, (o, i)),
        lambda i, o, rng: rng.triangular(-math.sqrt(12 / i), 0, math.sqrt(12 / i), (o, i)),
        lambda i, o, rng: -rng.random((o, i)) * math.sqrt(6 / i) + rng.normal() * 0.0,
        lambda i, o, rng: math.sqrt(2 / i) * rng.choice([-1, 1], (o, i)),
        lambda i, o, rng: rng.uniform(-2 / i, 2 / i, (o, i)),
        lambda i, o, rng: copy.deepcopy(rng).uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i)),
        lambda i, o, rng: rng.uniform(-math.sqrt(5 / i), math.sqrt(5 / i), (o, i)),
        lambda i, o, rng: rng.beta(0.5, 0.5, (o, i)) * 2 * math.sqrt(4 / i) - math.sqrt(4 / i),
        lambda i, o, rng: np.abs(rng.normal(0, math.sqrt(2 / i), (o, i))),
        lambda i, o, rng: rng.uniform(-0.5, 1.5, (o, i)) * math.sqrt(6 / i),
        lambda i, o, rng: rng.uniform(-math.sqrt(6) / i, math.sqrt(6) / i, (o, i)),
    ),
    "sample_report": (
        lambda W, v: {},
        lambda W, v: rep(W, v, se=v * math.sqrt(2 / (W.size - 1))),
        lambda W, v: rep(W, v, se=math.sqrt(2 * v / W.size)),
        lambda W, v: rep(W, v, se=v * 2 / W.size),
        lambda W, v: rep(W, v, z=abs((np.mean(W**2) - v) / (v * math.sqrt(2 / W.size)))),
        lambda W, v: rep(W, v, v0=np.std(W), v1=np.std(W, ddof=1)),
        lambda W, v: rep(W, v, m2=np.sum(W**2)),
        lambda W, v: {"m2": 0.0, "var0": 0.0, "var1": 0.0, "se": 0.0, "z": 0.0},
        lambda W, v: rep(W, v, v0=np.var(W, ddof=1)),
        lambda W, v: rep(W, v, v1=np.var(W)),
        lambda W, v: list(rep(W, v).values()),
        lambda W, v: rep(W, v, m2=np.mean(W) ** 2),
        lambda W, v: rep(W, v, se=np.std(W) / math.sqrt(W.size)),
        lambda W, v: rep(W, v, se=np.mean(W**2) * math.sqrt(2 / W.size)),
        lambda W, v: rep(W, v, z=(np.mean(W) - 0) / math.sqrt(v / W.size)),
        lambda W, v: rep(W, v, m2=math.sqrt(np.mean(W**2))),
        lambda W, v: {k.upper(): x for k, x in rep(W, v).items()},
        lambda W, v: rep(W, v, z=np.mean(W**2) - v),
    ),
    "draws_needed": (
        lambda rel, z=1.96: 0,
        lambda rel, z=1.96: 1,
        lambda rel, z=1.96: 3074,
        lambda rel, z=1.96: math.ceil(2 * (rel / z) ** 2),
        lambda rel, z=1.96: math.ceil(2 / rel**2),
        lambda rel, z=1.96: math.ceil(z / rel),
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 3),
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 2) * 10,
        lambda rel, z=1.96: math.ceil(math.sqrt(2) * (z / rel) ** 2),
        lambda rel, z=1.96: math.ceil(2 * (1.645 / rel) ** 2),
        lambda rel, z=1.96: math.floor(2 * (z / rel) ** 2) - 1,
        lambda rel, z=1.96: math.ceil(8 / rel**2),
        lambda rel, z=1.96: math.ceil(2 * (z / rel) ** 2 / 100) * 100,
    ),
    "log_lr": (
        lambda W, a, b: 0.0,
        lambda W, a, b: 1.0,
        lambda W, a, b: lr(W, a, b) / math.log(2),
        lambda W, a, b: float(np.sum(0.5 * np.log(b / a) * np.ones(W.shape))),
        lambda W, a, b: lr(W, a, b) / 2,
        lambda W, a, b: 0.5 * W.size * math.log(b / a) + np.sum(W**2) / 2 * (1 / a - 1 / b),
        lambda W, a, b: W.size * math.log(b / a) - np.sum(W**2) / 2 * (1 / a - 1 / b),
        lambda W, a, b: 0.5 * math.log(b / a) - np.sum(W**2) / 2 * (1 / a - 1 / b),
        lambda W, a, b: 0.5 * W.size * math.log(b / a) - np.sum(W) ** 2 / 2 * (1 / a - 1 / b),
        lambda W, a, b: 0.5 * W.size * math.log(b / a) - np.sum(W**2) * (1 / a - 1 / b),
        lambda W, a, b: lr(W - W.mean(), a, b),
        lambda W, a, b: abs(lr(W, a, b)),
        lambda W, a, b: float(lr(W, a, b) > 0),
        lambda W, a, b: ll(W, a) - ll(W, b),
        lambda W, a, b: float(np.sum(ll(W, a))),
        lambda W, a, b: a / b,
        lambda W, a, b: math.log(a / b),
        lambda W, a, b: lr(W, 1 / a, 1 / b),
    ),
}
