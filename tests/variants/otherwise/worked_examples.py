"""Lesson 3: mistakes, written otherwise."""

from __future__ import annotations

import math

import numpy as np


def rows_of(draw, scale):
    """Weights drawn row by row. draw: (rng, n) to n numbers of scale 1. scale: of (n_in, n_out)."""
    return lambda n_in, n_out, rng: np.vstack([scale(n_in, n_out) * draw(rng, n_in) for _ in range(n_out)])


def standard(rng, n):
    return rng.standard_normal(n)


def even(rng, n):
    return 2.0 * rng.random(n) - 1.0


def on_its_side(draw, c):
    return lambda n_in, n_out, rng: np.column_stack(
        [math.sqrt(c / n_in) * draw(rng, n_in) for _ in range(n_out)]
    )


def always_seeded(draw, c):
    def drawn(n_in, n_out, rng):
        rng = np.random.default_rng(seed=2015)
        return np.sqrt(c / n_in) * draw(rng, n_in * n_out).reshape(n_out, n_in)

    return drawn


def layer(draw, c):
    return {
        "xavier-for-he": (rows_of(draw, lambda i, o: math.sqrt(c / (2 * i))),),
        "fan-out-for-fan-in": (rows_of(draw, lambda i, o: math.sqrt(c) / math.sqrt(o)),),
        "glorot-for-he": (rows_of(draw, lambda i, o: (c / (i + o)) ** 0.5),),
        "fan-average": (rows_of(draw, lambda i, o: math.sqrt(c / ((i + o) / 2))),),
        "transposed": (on_its_side(draw, c),),
        "fixed-seed": (always_seeded(draw, c),),
    }


def own_generator(n_in, n_out, rng):
    mine = np.random.default_rng()
    return mine.uniform(-1, 1, (n_out, n_in)) * math.sqrt(6 / n_in)


def global_uniform(n_in, n_out, rng):
    return (np.random.rand(n_out, n_in) - 0.5) * 2 * np.sqrt(6 / n_in)


def redrawn(limit, correction):
    def draw(n_in, n_out, rng):
        W = rng.normal(size=(n_out, n_in))
        far = np.abs(W) > limit
        while np.any(far):
            W = np.where(far, rng.normal(size=W.shape), W)
            far = np.abs(W) > limit
        return W * math.sqrt(2 / n_in) / correction

    return draw


def report(W, var, n=None, m2=None, unit=None, sign=1.0, unbiased_first=False):
    w = [float(v) for v in np.ravel(W)]
    n = len(w) if n is None else n
    mean = sum(w) / len(w)
    around = sum((v - mean) ** 2 for v in w)
    m2 = sum(v * v for v in w) / len(w) if m2 is None else m2
    se = (var if unit is None else unit) * (2 / n) ** 0.5
    first, second = around / len(w), around / (len(w) - 1)
    if unbiased_first:
        first, second = second, first
    return {"z": sign * (m2 - var) / se, "se": se, "var1": second, "var0": first, "m2": m2}


def exponents_only(W, a, b):
    return sum(w * w / (2 * b) - w * w / (2 * a) for w in np.ravel(W))


def log_density(w, var):
    return -(w * w) / (2 * var) - math.log(2 * math.pi * var) / 2


def log_density_of_std(w, std):
    return -((w / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))


def lr(W, a, b, density=log_density):
    return math.fsum(density(float(w), a) - density(float(w), b) for w in W.flat)


def likelihood_ratio(W, a, b):
    return math.e ** lr(W, a, b)


MISTAKES = {
    "he_std": {"root-of-two-over-n": (lambda n_in: math.sqrt(2) * n_in**-1,)},
    "he_normal": {
        **layer(standard, 2),
        "root-of-two-over-n": (rows_of(standard, lambda i, o: math.sqrt(2) / i),),
        "not-scaled": (rows_of(standard, lambda i, o: 1.0),),
        "sigma-for-bound": (rows_of(even, lambda i, o: math.sqrt(2 / i)),),
        "uniform-for-normal": (rows_of(even, lambda i, o: math.sqrt(3) * math.sqrt(2 / i)),),
        "truncation-not-corrected": (redrawn(2, 1),),
        "truncated-for-normal": (redrawn(2, 0.87962566),),
        "framework-default": (rows_of(even, lambda i, o: 1 / math.sqrt(i)),),
    },
    "he_uniform": {
        **layer(even, 6),
        "global-state": (global_uniform,),
        "fresh-rng": (own_generator,),
        "sigma-for-bound": (rows_of(even, lambda i, o: math.sqrt(2) / math.sqrt(i)),),
        "normal-for-uniform": (rows_of(standard, lambda i, o: math.sqrt(2 / i)),),
        "variance-for-std": (rows_of(even, lambda i, o: 6 / i),),
        "not-scaled": (lambda n_in, n_out, rng: rng.uniform(low=-1.0, high=1.0, size=(n_out, n_in)),),
        "framework-default": (rows_of(even, lambda i, o: i**-0.5),),
    },
    "sample_report": {
        "ddof-swapped": (lambda W, var: report(W, var, unbiased_first=True),),
        "two-missing": (lambda W, var: report(W, var, unit=var / math.sqrt(2)),),
        "se-not-scaled": (lambda W, var: report(W, var, unit=1),),
        "variance-for-second-moment": (lambda W, var: report(W, var, m2=float(np.std(W) ** 2)),),
        "sign-reversed": (lambda W, var: report(W, var, sign=-1.0),),
    },
    "draws_needed": {
        "two-missing": (lambda rel, z=1.96: -(-(z**2) // rel**2),),
        "fraction-of-a-draw": (lambda rel, z=1.96: 2 * z * z / rel / rel,),
        "z-ignored": (lambda rel, z=1.96: int(np.ceil(2 * 3.8416 / (rel * rel))),),
    },
    "log_lr": {
        "log-determinant-missing": (exponents_only,),
        "sign-reversed": (lambda W, a, b: -lr(W, a, b),),
        "variance-taken-for-std": (lambda W, a, b: lr(W, a, b, log_density_of_std),),
        "mean-for-sum": (lambda W, a, b: lr(W, a, b) / len(W.ravel()),),
        "ratio-for-log": (likelihood_ratio,),
        "log-to-base-ten": (lambda W, a, b: lr(W, a, b) / math.log(10),),
        "half-missing": (lambda W, a, b: lr(W, a, b) + lr(W, a, b),),
    },
}
