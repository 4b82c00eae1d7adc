"""Lesson 4: other ways to be right and wrong."""

from __future__ import annotations

import math

import numpy as np


def _rows(ns):
    return [[n, n**-0.5, (2 / n) ** 0.5, 2**0.5] for n in ns]


def _filled(ns):
    table = np.empty((len(ns), 4), dtype=np.float32)
    for row, n in zip(table, ns, strict=True):
        row[:] = n, 1 / math.sqrt(n), math.sqrt(2 / n), math.sqrt(2)
    return table


def _stacked(ns):
    sigma = np.array([[1.0], [2.0]]) / np.array(ns)
    x, h = np.sqrt(sigma)
    return np.stack((np.array(ns), x, h, h / x), axis=-1)


def _looped(W, z, g):
    out = np.zeros(W.shape[1])
    for j in range(W.shape[0]):
        if z[j] > 0:
            out += g[j] * W[j]
    return out


def _entry_by_entry(W, z, g):
    n_out, n_in = W.shape
    return [sum(W[j, i] * g[j] for j in range(n_out) if z[j] > 0) for i in range(n_in)]


def _on_a_copy(W, z, g):
    g = g.copy()
    g[z <= 0] = 0
    return g @ W


def _in_single_precision(W, z, g):
    return np.einsum("ji,j->i", W.astype(np.float32), np.where(z > 0, g, 0).astype(np.float32))


def _rows_that_are_on(W, z, g):
    on = z > 0
    return W[on].T @ g[on]


RIGHT = {
    "xavier_std": (
        lambda n_in: n_in**-0.5,
        lambda n_in: 1 / math.sqrt(n_in),
        lambda n_in: np.float32(1) / np.sqrt(np.float32(n_in)),
        lambda n_in: np.exp(-0.5 * np.log(n_in)),
    ),
    "glorot_std": (
        lambda n_in, n_out: ((n_in + n_out) / 2) ** -0.5,
        lambda n_in, n_out: 1 / math.sqrt(np.mean([n_in, n_out])),
        lambda n_in, n_out: np.float32(math.sqrt(2)) / np.sqrt(np.float32(n_in + n_out)),
    ),
    "he_over_glorot": (
        lambda n_in, n_out: math.sqrt(1 + n_out / n_in),
        lambda n_in, n_out: math.sqrt(2 / n_in) / math.sqrt(2 / (n_in + n_out)),
        lambda n_in, n_out: np.float32(((n_in + n_out) / n_in) ** 0.5),
    ),
    "compare_table": (_rows, _filled, _stacked),
    "layer_backward": (_looped, _entry_by_entry, _on_a_copy, _in_single_precision, _rows_that_are_on),
}


def _printed(ns):
    return np.array([[n, round(n**-0.5, 4), round((2 / n) ** 0.5, 3), 1.41] for n in ns])


def _two_decimals(ns):
    return [[round(v, 2) for v in row] for row in _rows(ns)]


def _matrix_form(W, z, g):
    return np.dot(W, np.where(z > 0, g, 0))


def _multiplies_g_in_place(W, z, g):
    g *= z > 0
    return g @ W


def _makes_z_its_own_gate(W, z, g):
    np.heaviside(z, 0, out=z)
    return np.einsum("ji,j,j->i", W, g, z)


MISTAKES = {
    "xavier_std": {
        "variance-for-std": (lambda n_in: n_in**-1, lambda n_in: np.divide(1, n_in)),
        "he-for-xavier": (lambda n_in: (2 / n_in) ** 0.5, lambda n_in: 2 * (1 / n_in)),
        "integer-division": (lambda n_in: (1 // n_in) ** 0.5, lambda n_in: np.sqrt(int(1 / n_in))),
        "rounded": (lambda n_in: round(1 / math.sqrt(n_in), 4), lambda n_in: float(f"{n_in**-0.5:.3f}")),
    },
    "glorot_std": {
        "variance-for-std": (lambda n_in, n_out: 1 / ((n_in + n_out) / 2),),
        "two-missing": (lambda n_in, n_out: (n_in + n_out) ** -0.5,),
        "product-of-fans": (
            lambda n_in, n_out: 1 / np.sqrt(n_in * n_out),
            lambda n_in, n_out: math.sqrt(2) / math.sqrt(n_in * n_out),
            lambda n_in, n_out: 1 / math.sqrt(math.sqrt(n_in * n_out)),
        ),
        "one-fan-only": (lambda n_in, n_out: n_in**-0.5, lambda n_in, n_out: (2 / n_out) ** 0.5),
        "root-of-two-over-n": (lambda n_in, n_out: 2**0.5 / (n_in + n_out),),
        "bound-for-std": (lambda n_in, n_out: math.sqrt(3) * math.sqrt(2 / (n_in + n_out)),),
        "integer-division": (lambda n_in, n_out: (2 // (n_in + n_out)) ** 0.5,),
        "rounded": (
            lambda n_in, n_out: np.round(np.sqrt(2 / (n_in + n_out)), 4),
            lambda n_in, n_out: float(f"{(2 / (n_in + n_out)) ** 0.5:.2f}"),
        ),
    },
    "he_over_glorot": {
        "constant-root-two": (lambda n_in, n_out: 2**0.5, lambda n_in, n_out: np.sqrt(2 * n_in / n_in)),
        "ratio-inverted": (lambda n_in, n_out: math.sqrt(2 / (n_in + n_out)) / math.sqrt(2 / n_in),),
        "xavier-for-he": (lambda n_in, n_out: math.sqrt(1 / n_in) / math.sqrt(2 / (n_in + n_out)),),
        "fan-out-for-fan-in": (lambda n_in, n_out: (1 + n_in / n_out) ** 0.5,),
        "variance-for-std": (lambda n_in, n_out: 1 + n_out / n_in,),
        "integer-division": (lambda n_in, n_out: (1 + n_out // n_in) ** 0.5,),
        "rounded": (
            lambda n_in, n_out: np.round((1 + n_out / n_in) ** 0.5, 2),
            lambda n_in, n_out: float(f"{math.sqrt((n_in + n_out) / n_in):.4f}"),
        ),
    },
    "compare_table": {
        "transposed": (
            lambda ns: np.array(_rows(ns)).T,
            lambda ns: [list(column) for column in zip(*_rows(ns), strict=True)],
        ),
        "rounded": (_printed, _two_decimals, lambda ns: np.round(_rows(ns), 4)),
        "ratio-inverted": (lambda ns: [[n, x, h, x / h] for n, x, h, _ in _rows(ns)],),
        "columns-swapped": (
            lambda ns: [[n, h, x, r] for n, x, h, r in _rows(ns)],
            lambda ns: np.array(_rows(ns))[:, [0, 2, 1, 3]],
        ),
        "variance-for-std": (lambda ns: [[n, 1 / n, 2 / n, (2 / n) / (1 / n)] for n in ns],),
    },
    "layer_backward": {
        "mask-missing": (lambda W, z, g: g @ W, lambda W, z, g: np.einsum("ji,j->i", W, g)),
        "mask-on-the-wrong-side": (lambda W, z, g: np.where(z > 0, W.T @ g, 0),),
        "matrix-for-its-transpose": (_matrix_form,),
        "zero-counts-as-active": (lambda W, z, g: W.T @ np.where(z < 0, 0, g),),
        "activation-for-its-slope": (lambda W, z, g: (g * z * (z > 0)) @ W,),
        "gate-on-the-gradient": (lambda W, z, g: W.T @ np.where(g > 0, g, 0),),
        "changes-its-input": (_multiplies_g_in_place, _makes_z_its_own_gate),
    },
}
