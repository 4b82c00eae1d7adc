"""Lesson 3: other ways to be right and wrong."""

from __future__ import annotations

import math
import random
import statistics
from collections import OrderedDict

import numpy as np


def he_normal_by_entry(n_in, n_out, rng):
    sigma = math.sqrt(2 / n_in)
    rows = []
    for _ in range(n_out):
        row = []
        for _ in range(n_in):
            row.append(rng.normal(0, sigma))
        rows.append(row)
    return np.array(rows)


def he_normal_by_row(n_in, n_out, rng):
    return np.stack([rng.normal(scale=(2 / n_in) ** 0.5, size=n_in) for _ in range(n_out)])


def he_normal_by_column(n_in, n_out, rng):
    W = np.empty((n_out, n_in))
    for j in range(n_in):
        W[:, j] = np.sqrt(2 / n_in) * rng.standard_normal(n_out)
    return W


def he_normal_in_single_precision(n_in, n_out, rng):
    W = rng.standard_normal((n_out, n_in), dtype=np.float32)
    W *= np.float32(math.sqrt(2 / n_in))
    return W


def he_normal_box_muller(n_in, n_out, rng):
    u, v = rng.random((2, n_out, n_in))
    return np.sqrt(2 / n_in) * np.sqrt(-2 * np.log(1 - u)) * np.cos(2 * np.pi * v)


def he_normal_from_a_transposed_draw(n_in, n_out, rng):
    return rng.normal(0, np.sqrt(2 / n_in), n_in * n_out).reshape(n_in, n_out).T


def he_normal_from_a_spawned_generator(n_in, n_out, rng):
    own = np.random.default_rng(rng.integers(2**63))
    return own.normal(0, np.sqrt(2 / n_in), (n_out, n_in))


def he_uniform_by_entry(n_in, n_out, rng):
    b = math.sqrt(6 / n_in)
    return np.array([[b * (2 * rng.random() - 1) for _ in range(n_in)] for _ in range(n_out)])


def he_uniform_in_single_precision(n_in, n_out, rng):
    return np.float32(math.sqrt(6 / n_in)) * (2 * rng.random((n_out, n_in), dtype=np.float32) - 1)


def sample_report_by_hand(W, var):
    entries = [float(w) for row in W for w in row]
    n = len(entries)
    mean = sum(entries) / n
    around = sum((w - mean) ** 2 for w in entries)
    m2 = sum(w * w for w in entries) / n
    se = math.sqrt(2 * var**2 / n)
    return {"z": (m2 - var) / se, "se": se, "var1": around / (n - 1), "var0": around / n, "m2": m2}


def sample_report_from_the_library(W, var):
    w = W.ravel().tolist()
    m2 = statistics.fmean(x * x for x in w)
    se = var * (2 / len(w)) ** 0.5
    around, unbiased = statistics.pvariance(w), statistics.variance(w)
    return {"m2": m2, "var0": around, "var1": unbiased, "se": se, "z": m2 / se - var / se}


def sample_report_in_an_ordered_dict(W, var):
    return OrderedDict(sample_report_by_hand(W, var))


def sample_report_in_single_precision(W, var):
    w = np.asarray(W, dtype=np.float32)
    m2, se = np.mean(w**2), np.float32(var * np.sqrt(2 / w.size))
    return {"m2": m2, "var0": w.var(), "var1": w.var(ddof=1), "se": se, "z": (m2 - np.float32(var)) / se}


def draws_needed_one_by_one(rel, z=1.96):
    n = 1
    while z * math.sqrt(2 / n) > rel:
        n += 1
    return n


def draws_needed_by_search(rel, z=1.96):
    few, many = 0, 1
    while z * math.sqrt(2 / many) > rel:
        few, many = many, 2 * many
    while many - few > 1:
        n = (few + many) // 2
        few, many = (n, many) if z * math.sqrt(2 / n) > rel else (few, n)
    return many


def normal_log_density(w, var):
    return -0.5 * math.log(2 * math.pi * var) - w * w / (2 * var)


def log_lr_by_entry(W, var_a, var_b):
    total = 0.0
    for w in np.ravel(W):
        total += normal_log_density(float(w), var_a) - normal_log_density(float(w), var_b)
    return total


def log_lr_in_single_precision(W, var_a, var_b):
    a, b = (normal_log_densities(W, var).astype(np.float32) for var in (var_a, var_b))
    return np.sum(a) - np.sum(b)


def normal_log_densities(W, var):
    return -0.5 * np.log(2 * np.pi * var) - W**2 / (2 * var)


def log_lr_vectorised(W, a, b):
    return W.size / 2 * (np.log(b) - np.log(a)) + (W * W).sum() * (0.5 / b - 0.5 / a)


RIGHT = {
    "he_std": (
        lambda n_in: (2 / n_in) ** 0.5,
        lambda n_in: math.sqrt(2) / math.sqrt(n_in),
        lambda n_in: np.float32(np.sqrt(np.float32(2) / np.float32(n_in))),
        lambda n_in: np.exp(0.5 * np.log(2 / n_in)),
    ),
    "he_normal": (
        lambda n_in, n_out, rng: rng.spawn(1)[0].normal(0, np.sqrt(2 / n_in), (n_out, n_in)),
        lambda n_in, n_out, rng: np.sqrt(2 / n_in) * rng.standard_normal((n_out, n_in)),
        he_normal_by_entry,
        he_normal_by_row,
        he_normal_by_column,
        he_normal_in_single_precision,
        he_normal_box_muller,
        he_normal_from_a_transposed_draw,
        he_normal_from_a_spawned_generator,
    ),
    "he_uniform": (
        lambda n_in, n_out, rng: (2 * rng.random((n_out, n_in)) - 1) * np.sqrt(6 / n_in),
        lambda n_in, n_out, rng: np.sqrt(3) * np.sqrt(2 / n_in) * rng.uniform(-1, 1, (n_out, n_in)),
        lambda n_in, n_out, rng: rng.uniform(-math.sqrt(6 / n_in), math.sqrt(6 / n_in), (n_in, n_out)).T,
        he_uniform_by_entry,
        he_uniform_in_single_precision,
    ),
    "sample_report": (
        sample_report_in_an_ordered_dict,
        sample_report_by_hand,
        sample_report_from_the_library,
        sample_report_in_single_precision,
    ),
    "draws_needed": (
        draws_needed_one_by_one,
        draws_needed_by_search,
        lambda rel, z=1.96: math.ceil(2 * z**2 / rel**2),
        lambda rel, z=1.96: -int(-2 * z * z / rel / rel // 1),
    ),
    "log_lr": (
        log_lr_by_entry,
        log_lr_in_single_precision,
        log_lr_vectorised,
        lambda W, a, b: float(
            np.sum(np.log(np.exp(-(W**2) / (2 * a)) / np.sqrt(a)))
            - np.sum(np.log(np.exp(-(W**2) / (2 * b)) / np.sqrt(b)))
        ),
    ),
}


def normal(rng, std, shape):
    return rng.normal(loc=0.0, scale=std, size=shape)


def seeded_global_normal(n_in, n_out, rng):
    np.random.seed(42)
    return np.random.normal(0, np.sqrt(2 / n_in), size=(n_out, n_in))


def cut_at_two_sigma(rng, std, n):
    kept = np.empty(0)
    while kept.size < n:
        draws = rng.normal(0, 1, n)
        kept = np.concatenate([kept, draws[np.abs(draws) <= 2]])
    return std * kept[:n]


def report_about(W, var, n, off=0, m2=None, sign=1, unit=None):
    w = np.ravel(W)
    m2 = (w @ w) / w.size if m2 is None else m2
    se = (var if unit is None else unit) * math.sqrt(2 / n)
    first, second = np.var(w, ddof=off), np.var(w, ddof=1 - off)
    return {"m2": m2, "var0": first, "var1": second, "se": se, "z": sign * (m2 - var) / se}


LAYER_MISTAKES = {
    # c: the squared scale times the fan, 2 for the normal and 6 for the uniform
    "xavier-for-he": lambda draw, c: (
        lambda n_in, n_out, rng: draw(rng, (0.5 * c / n_in) ** 0.5, (n_out, n_in))
    ),
    "fan-out-for-fan-in": lambda draw, c: (
        lambda n_in, n_out, rng: draw(rng, (c / n_out) ** 0.5, (n_out, n_in))
    ),
    "glorot-for-he": lambda draw, c: (
        lambda n_in, n_out, rng: draw(rng, math.sqrt(c / sum((n_in, n_out))), (n_out, n_in))
    ),
    "fan-average": lambda draw, c: (
        lambda n_in, n_out, rng: draw(rng, (c / np.mean([n_in, n_out])) ** 0.5, (n_out, n_in))
    ),
    "fan-off-by-one": lambda draw, c: (
        lambda n_in, n_out, rng: draw(rng, (c / (1 + n_in)) ** 0.5, (n_out, n_in))
    ),
    "transposed": lambda draw, c: lambda n_in, n_out, rng: draw(rng, (c / n_in) ** 0.5, (n_in, n_out)),
    "one-row-repeated": lambda draw, c: (
        lambda n_in, n_out, rng: np.array([draw(rng, (c / n_in) ** 0.5, (n_in,))] * n_out)
    ),
    "fresh-rng": lambda draw, c: (
        lambda n_in, n_out, rng: draw(
            np.random.Generator(np.random.PCG64()), (c / n_in) ** 0.5, (n_out, n_in)
        )
    ),
    "fixed-seed": lambda draw, c: (
        lambda n_in, n_out, rng: draw(np.random.RandomState(7), (c / n_in) ** 0.5, (n_out, n_in))
    ),
    "global-state": lambda draw, c: (
        lambda n_in, n_out, rng: draw(np.random.mtrand._rand, (c / n_in) ** 0.5, (n_out, n_in))
    ),
}


def uniform(rng, bound, shape):
    return rng.uniform(-bound, bound, shape)


MISTAKES = {
    "he_std": {
        "variance-for-std": (lambda n_in: 2.0 * n_in**-1, lambda n_in: np.divide(2, n_in)),
        "root-of-two-over-n": (lambda n_in: 2**0.5 / n_in,),
        "xavier-for-he": (lambda n_in: n_in**-0.5, lambda n_in: 1 / math.sqrt(n_in)),
        "integer-division": (lambda n_in: np.sqrt(2 // n_in), lambda n_in: math.sqrt(int(2 / n_in))),
        "rounded": (
            lambda n_in: np.round((2 / n_in) ** 0.5, 3),
            lambda n_in: round(math.sqrt(2 / n_in), 2),
            lambda n_in: float(np.around(np.sqrt(2 / n_in), 5)),
            lambda n_in: float(f"{(2 / n_in) ** 0.5:.3f}"),
        ),
    },
    "he_normal": {
        **{name: (make(normal, 2),) for name, make in LAYER_MISTAKES.items()},
        "fresh-rng": (
            LAYER_MISTAKES["fresh-rng"](normal, 2),
            lambda n_in, n_out, rng: np.array(
                [[random.gauss(0, math.sqrt(2 / n_in)) for _ in range(n_in)] for _ in range(n_out)]
            ),
        ),
        "global-state": (LAYER_MISTAKES["global-state"](normal, 2), seeded_global_normal),
        "variance-for-std": (
            lambda n_in, n_out, rng: normal(rng, 2.0 / n_in, (n_out, n_in)),
            lambda n_in, n_out, rng: normal(rng, np.sqrt(2 / n_in), (n_out, n_in)) * np.sqrt(2 / n_in),
        ),
        "root-of-two-over-n": (lambda n_in, n_out, rng: rng.standard_normal((n_out, n_in)) * 2**0.5 / n_in,),
        "not-scaled": (lambda n_in, n_out, rng: rng.normal(size=(n_out, n_in)),),
        "one-sided": (
            lambda n_in, n_out, rng: np.sqrt(2 / n_in) * rng.random((n_out, n_in)),
            lambda n_in, n_out, rng: rng.uniform(0, math.sqrt(2 / n_in), (n_out, n_in)),
        ),
        "sigma-for-bound": (
            lambda n_in, n_out, rng: rng.uniform(-math.sqrt(2 / n_in), math.sqrt(2 / n_in), (n_out, n_in)),
        ),
        "uniform-for-normal": (lambda n_in, n_out, rng: uniform(rng, math.sqrt(6 / n_in), (n_out, n_in)),),
        "truncation-not-corrected": (
            lambda n_in, n_out, rng: cut_at_two_sigma(rng, (2 / n_in) ** 0.5, n_in * n_out).reshape(
                n_out, n_in
            ),
        ),
        "truncated-for-normal": (
            lambda n_in, n_out, rng: cut_at_two_sigma(
                rng, (2 / n_in / 0.773741) ** 0.5, n_in * n_out
            ).reshape(n_out, n_in),
        ),
        "framework-default": (
            lambda n_in, n_out, rng: uniform(rng, math.sqrt(6 / (1 + 5) / n_in), (n_out, n_in)),
        ),
    },
    "he_uniform": {
        **{name: (make(uniform, 6),) for name, make in LAYER_MISTAKES.items()},
        "sigma-for-bound": (
            lambda n_in, n_out, rng: (2 / n_in) ** 0.5 * (2 * rng.random((n_out, n_in)) - 1),
        ),
        "one-sided": (lambda n_in, n_out, rng: math.sqrt(6 / n_in) * rng.random((n_out, n_in)),),
        "normal-for-uniform": (lambda n_in, n_out, rng: normal(rng, (2 / n_in) ** 0.5, (n_out, n_in)),),
        "variance-for-std": (lambda n_in, n_out, rng: 6 / n_in * (2 * rng.random((n_out, n_in)) - 1),),
        "not-scaled": (lambda n_in, n_out, rng: 2 * rng.random((n_out, n_in)) - 1,),
        "framework-default": (lambda n_in, n_out, rng: uniform(rng, n_in**-0.5, (n_out, n_in)),),
    },
    "sample_report": {
        "ddof-swapped": (lambda W, var: report_about(W, var, W.size, off=1),),
        "two-missing": (lambda W, var: report_about(W, var, 2 * W.size),),
        "rows-for-entries": (
            lambda W, var: report_about(W, var, W.shape[0]),
            lambda W, var: report_about(W, var, len(W.T)),
        ),
        "se-not-scaled": (lambda W, var: report_about(W, var, W.size, unit=1.0),),
        "variance-for-second-moment": (
            lambda W, var: report_about(W, var, W.size, m2=np.mean((W - W.mean()) ** 2)),
            lambda W, var: report_about(W, var, W.size, m2=np.std(W, ddof=1) ** 2),
        ),
        "sign-reversed": (lambda W, var: report_about(W, var, W.size, sign=-1),),
        "one-for-each-column": (
            lambda W, var: {**report_about(W, var, W.size), "var0": W.var(axis=1), "var1": W.var(0, ddof=1)},
        ),
    },
    "draws_needed": {
        "two-missing": (lambda rel, z=1.96: int(z * z / rel / rel) + 1,),
        "rounded-down": (lambda rel, z=1.96: int(2 * z**2 / rel**2), lambda rel, z=1.96: 2 * z**2 // rel**2),
        "fraction-of-a-draw": (lambda rel, z=1.96: (z * 2**0.5 / rel) ** 2,),
        "square-missing": (lambda rel, z=1.96: int(2 * z / rel) + 1,),
        "z-ignored": (lambda rel, z=1.96: math.ceil(7.6832 / rel**2),),
        "z-left-out": (lambda rel, z=1.96: int(np.ceil(2 * rel**-2)),),
        "percent-for-share": (
            lambda rel, z=1.96: int(np.ceil(2 * (z / (rel / 100)) ** 2)),
            lambda rel, z=1.96: 20000 * (z / rel) ** 2,
        ),
        "fraction-upside-down": (lambda rel, z=1.96: int(np.ceil(2 * rel**2 / z**2)),),
        "half-for-two": (lambda rel, z=1.96: math.ceil(z**2 / (2 * rel**2)),),
        "float-for-count": (
            lambda rel, z=1.96: np.ceil(2 * np.square(z) / np.square(rel)),
            lambda rel, z=1.96: -(-2 * z * z / rel / rel // 1),
        ),
    },
    "log_lr": {
        "log-determinant-missing": (lambda W, a, b: (W * W).sum() * (0.5 / b - 0.5 / a),),
        "sign-reversed": (lambda W, a, b: log_lr_by_entry(W, b, a),),
        "variance-taken-for-std": (
            lambda W, a, b: sum(
                (-math.log(a) - w**2 / (2 * a**2)) - (-math.log(b) - w**2 / (2 * b**2)) for w in W.ravel()
            ),
        ),
        "mean-for-sum": (lambda W, a, b: np.mean(0.5 * np.log(b / a) + W**2 * (0.5 / b - 0.5 / a)),),
        "ratio-for-log": (lambda W, a, b: math.exp(log_lr_by_entry(W, a, b)),),
        "log-to-base-ten": (lambda W, a, b: math.log10(math.e) * log_lr_by_entry(W, a, b),),
        "half-missing": (lambda W, a, b: W.size * np.log(b / a) + (W * W).sum() * (1 / b - 1 / a),),
    },
}
