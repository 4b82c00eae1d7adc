"""Lesson 4: further ways to be right and wrong."""

from __future__ import annotations

import math

import numpy as np


def rows(ns):
    return [[n, n**-0.5, (2 / n) ** 0.5, 2**0.5] for n in ns]


def table(ns):
    return np.array(rows(ns))


def right(W, z, g):
    return W.T @ (g * (z > 0))


def rows_zeroed(W, z, g):
    W[z <= 0] = 0
    return W.T @ g


def rows_gated_in_place(W, z, g):
    W *= (z > 0)[:, None]
    return g @ W


def gradient_zeroed(W, z, g):
    for i in range(len(g)):
        if z[i] <= 0:
            g[i] = 0
    return np.dot(W.T, g)


def printed(ns, d):
    return [[n] + [round(v, d) for v in r[1:]] for n, r in zip(ns, rows(ns), strict=True)]


MISTAKES = {
    "xavier_std": {
        "variance-for-std": (lambda n: 1 / n, lambda n: n**-1.0),
        "he-for-xavier": (lambda n: math.sqrt(2 / n), lambda n: 2 / n, lambda n: math.sqrt(2) * n**-0.5),
        "integer-division": (lambda n: math.sqrt(1 // n), lambda n: 1 // n, lambda n: np.sqrt(1 // n)),
    },
    "glorot_std": {
        "variance-for-std": (lambda n, m: 2 / (n + m),),
        "two-missing": (lambda n, m: math.sqrt(1 / (n + m)), lambda n, m: math.sqrt(2 / (n + m) / 2)),
        "product-of-fans": (
            lambda n, m: math.sqrt(2 / (n * m)),
            lambda n, m: math.sqrt(2) / math.sqrt(n) / math.sqrt(m),
            lambda n, m: 1 / math.sqrt(math.sqrt(n * m)),
        ),
        "one-fan-only": (
            lambda n, m: math.sqrt(1 / n),
            lambda n, m: math.sqrt(2 / (2 * m)),
            lambda n, m: math.sqrt(2 / n),
        ),
        "root-of-two-over-n": (lambda n, m: math.sqrt(2) / (n + m),),
        "bound-for-std": (lambda n, m: math.sqrt(6 / (n + m)), lambda n, m: math.sqrt(6) / math.sqrt(n + m)),
        "integer-division": (
            lambda n, m: math.sqrt(2 // (n + m)),
            lambda n, m: math.sqrt(1 / ((n + m) // 2)),
            lambda n, m: 2 // (n + m),
        ),
    },
    "he_over_glorot": {
        "constant-root-two": (
            lambda n, m: math.sqrt(2),
            lambda n, m: 1.41,
            lambda n, m: 1.414,
            lambda n, m: round(math.sqrt(2), 3),
            lambda n, m: 1.4142,
            lambda n, m: math.sqrt(2 / n) / math.sqrt(1 / n),
        ),
        "ratio-inverted": (lambda n, m: math.sqrt(n / (n + m)),),
        "xavier-for-he": (lambda n, m: math.sqrt((n + m) / 2 / n),),
        "fan-out-for-fan-in": (lambda n, m: math.sqrt((n + m) / m), lambda n, m: math.sqrt(n / m + 1)),
        "variance-for-std": (lambda n, m: (n + m) / n,),
        "integer-division": (lambda n, m: math.sqrt((n + m) // n),),
    },
    "compare_table": {
        "transposed": (
            lambda ns: table(ns).T,
            lambda ns: np.stack([table(ns)[:, k] for k in range(4)]),
            lambda ns: list(map(list, zip(*rows(ns), strict=True))),
        ),
        "rounded": (
            lambda ns: np.round(table(ns), 2),
            lambda ns: printed(ns, 3),
            lambda ns: printed(ns, 4),
            lambda ns: [[n, x, h, 1.41] for n, x, h, _ in rows(ns)],
            lambda ns: np.round(table(ns), 5),
            lambda ns: [[n, float(f"{x:.3f}"), float(f"{h:.3f}"), 1.41] for n, x, h, _ in rows(ns)],
            lambda ns: [[n, x, h, 1.414] for n, x, h, _ in rows(ns)],
            lambda ns: np.round(table(ns), 1),
        ),
        "ratio-inverted": (
            lambda ns: [[n, x, h, x / h] for n, x, h, _ in rows(ns)],
            lambda ns: np.column_stack([table(ns)[:, :3], np.full(len(ns), 0.5**0.5)]),
        ),
        "columns-swapped": (
            lambda ns: table(ns)[:, [0, 2, 1, 3]],
            lambda ns: [[n, h, x, x / h] for n, x, h, _ in rows(ns)],
        ),
        "variance-for-std": (
            lambda ns: [[n, 1 / n, 2 / n, 2.0] for n in ns],
            lambda ns: [[n, 1 / n, 2 / n, math.sqrt(2)] for n in ns],
        ),
    },
    "layer_backward": {
        "mask-missing": (lambda W, z, g: W.T @ g, lambda W, z, g: np.dot(g, W)),
        "mask-on-the-wrong-side": (
            lambda W, z, g: (W.T @ g) * (z > 0),
            lambda W, z, g: np.where(z > 0, g @ W, 0),
        ),
        "matrix-for-its-transpose": (
            lambda W, z, g: W @ (g * (z > 0)),
            lambda W, z, g: np.einsum("ij,j->i", W, g * (z > 0)),
        ),
        "zero-counts-as-active": (
            lambda W, z, g: W.T @ (g * (z >= 0)),
            lambda W, z, g: g * np.heaviside(z, 1) @ W,
        ),
        "activation-for-its-slope": (lambda W, z, g: W.T @ (g * np.maximum(z, 0)),),
        "gate-on-the-gradient": (lambda W, z, g: W.T @ np.maximum(g, 0), lambda W, z, g: W.T @ (g * (g > 0))),
        "changes-its-input": (
            rows_zeroed,
            rows_gated_in_place,
            gradient_zeroed,
            lambda W, z, g: np.multiply(g, z > 0, out=g) @ W,
        ),
    },
}
RIGHT = {
    "xavier_std": (
        lambda n: 1 / n**0.5,
        lambda n: np.sqrt(np.reciprocal(float(n))),
        lambda n: math.sqrt(n) / n,
        lambda n: round(math.sqrt(1 / n), 12),
        lambda n: np.float32(1 / math.sqrt(n)),
        lambda n: np.array(n**-0.5),
        lambda n: math.exp(-math.log(n) / 2),
    ),
    "glorot_std": (
        lambda n, m: math.sqrt(2) / math.sqrt(n + m),
        lambda n, m: (2 / (n + m)) ** 0.5,
        lambda n, m: np.float32(math.sqrt(2 / (n + m))),
        lambda n, m: round(math.sqrt(2 / (n + m)), 12),
        lambda n, m: math.sqrt(1 / np.average((n, m))),
        lambda n, m: math.sqrt(6 / (n + m)) / math.sqrt(3),
        lambda n, m: math.hypot(1, 1) / math.hypot(n**0.5, m**0.5),
    ),
    "he_over_glorot": (
        lambda n, m: math.hypot(1, (m / n) ** 0.5),
        lambda n, m: np.sqrt(np.divide(n + m, n)),
        lambda n, m: round(math.sqrt(1 + m / n), 12),
        lambda n, m: np.float32(math.sqrt(1 + m / n)),
        lambda n, m: (2 / n) ** 0.5 / (2 / (n + m)) ** 0.5,
        lambda n, m: ((n + m) / n) ** 0.5,
    ),
    "compare_table": (
        lambda ns: table(ns).tolist(),
        lambda ns: tuple(map(tuple, rows(ns))),
        lambda ns: np.round(table(ns), 12),
        lambda ns: table(ns).astype(np.float32),
        lambda ns: np.array([np.array(r) for r in rows(ns)]),
        lambda ns: np.concatenate([table(ns)[:, :2], table(ns)[:, 2:]], axis=1),
        lambda ns: (
            np.vstack(
                [
                    np.array(ns, float),
                    np.array(ns, float) ** -0.5,
                    (2 / np.array(ns)) ** 0.5,
                    np.full(len(ns), 2**0.5),
                ]
            ).T
        ),
        lambda ns: np.array(rows(list(ns)), order="F"),
    ),
    "layer_backward": (
        lambda W, z, g: np.einsum("ij,i->j", W, np.where(z > 0, g, 0)),
        lambda W, z, g: sum((g[i] * W[i] for i in range(len(z)) if z[i] > 0), np.zeros(W.shape[1])),
        lambda W, z, g: W.T @ np.diag((z > 0) * 1.0) @ g,
        lambda W, z, g: (W * (z > 0)[:, None]).T @ g,
        lambda W, z, g: ((g * np.heaviside(z, 0)) @ W).tolist(),
        lambda W, z, g: np.round(W.T @ (g * (z > 0)), 12),
        lambda W, z, g: np.tensordot(np.where(z > 0, g, 0), W, 1),
        lambda W, z, g: np.float32(W.T) @ np.float32(g * (z > 0)),
    ),
}
