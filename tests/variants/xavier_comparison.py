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


def _into_whole_numbers(ns):
    table = np.zeros((len(ns), 4), dtype=int)
    for row, right in zip(table, _rows(ns), strict=True):
        row[:] = right
    return table


def _roots_in_place(ns):
    n = np.asarray(ns)
    table = np.array(_rows(n))
    if n.dtype == float:
        np.sqrt(n, out=n)
    return table


def _emptied(ns):
    table = np.array(_rows(ns))
    for i in range(len(ns) if isinstance(ns, (list, np.ndarray)) else 0):
        ns[i] = 0
    return table


def _overwritten(W, z, g):
    back = np.zeros(W.shape[1])
    for j in range(len(z)):
        for i in range(W.shape[1]):
            back[i] = W[j, i] * g[j] * (z[j] > 0)
    return back


def _overwritten_where_on(W, z, g):
    back = np.zeros(W.shape[1])
    for row, s, d in zip(W, z, g, strict=True):
        if s > 0:
            back = row * d
    return back


MISTAKES = {
    "xavier_std": {
        "variance-for-std": (lambda n_in: n_in**-1, lambda n_in: np.divide(1, n_in)),
        "he-for-xavier": (lambda n_in: (2 / n_in) ** 0.5, lambda n_in: 2 * (1 / n_in)),
        "integer-division": (lambda n_in: (1 // n_in) ** 0.5, lambda n_in: np.sqrt(int(1 / n_in))),
        "rounded": (lambda n_in: round(1 / math.sqrt(n_in), 4), lambda n_in: float(f"{n_in**-0.5:.3f}")),
        "bound-for-std": (
            lambda n_in: 3**0.5 * n_in**-0.5,
            lambda n_in: math.sqrt(6) / math.sqrt(n_in + n_in),
        ),
        "uniform-third": (
            lambda n_in: (1 / n_in / 3) ** 0.5,
            lambda n_in: 1 / math.sqrt(3) / math.sqrt(n_in),
        ),
        "root-missing": (lambda n_in: n_in**-1 / 2, lambda n_in: (1 / n_in) ** 1 / 2),
        "half-the-variance": (lambda n_in: (n_in + n_in) ** -0.5, lambda n_in: np.sqrt(0.5 / n_in)),
        "fraction-inverted": (lambda n_in: n_in**0.5, lambda n_in: 1 / math.sqrt(1 / n_in)),
        "root-twice": (lambda n_in: np.sqrt(np.sqrt(1 / n_in)), lambda n_in: (1 / n_in**0.5) ** 0.5),
        "square-for-root": (lambda n_in: (1 / n_in) ** 2, lambda n_in: float(n_in) ** -2),
        "fan-off-by-one": (lambda n_in: (n_in + 1) ** -0.5, lambda n_in: 1 / math.sqrt(n_in - 1)),
        "same-for-every-layer": (lambda n_in: 0.0, lambda n_in: 1.0, lambda n_in: math.sqrt(1 / 4)),
        "weights-for-their-std": (
            lambda n_in: np.random.default_rng(1).normal(0, n_in**-0.5, size=min(n_in, 64)),
            lambda n_in: np.random.default_rng().normal(0, math.sqrt(1 / n_in), (3, min(n_in, 9))).tolist(),
        ),
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
        "root-missing": (lambda n, m: (2 / (n + m)) ** 1 / 2, lambda n, m: 1 / sum((n, m))),
        "two-below-the-line": (lambda n, m: (2 * n + 2 * m) ** -0.5, lambda n, m: math.sqrt(2 / (n + m)) / 2),
        "two-twice": (lambda n, m: np.sqrt(2 * 2 / (n + m)), lambda n, m: math.sqrt(2 / np.mean([n, m]))),
        "max-or-min-of-fans": (lambda n, m: max(n, m) ** -0.5, lambda n, m: np.sqrt(2 / np.min([n, m]))),
        "mean-taken-last": (
            lambda n, m: np.sqrt(np.mean([1 / n, 1 / m])),
            lambda n, m: np.mean(1 / np.sqrt([n, m])),
        ),
        "sum-of-roots": (lambda n, m: 2**0.5 / (n**0.5 + m**0.5), lambda n, m: 1 / np.mean(np.sqrt([n, m]))),
        "uniform-third": (lambda n, m: math.sqrt(2) / math.sqrt(3 * (n + m)),),
        "fraction-inverted": (lambda n, m: math.sqrt(1 / 2 * (n + m)), lambda n, m: np.mean([n, m]) ** 0.5),
        "root-twice": (lambda n, m: np.sqrt(np.sqrt(2 / (n + m))), lambda n, m: np.mean([n, m]) ** -0.25),
        "square-for-root": (lambda n, m: np.mean([n, m]) ** -2.0, lambda n, m: 4 / (n + m) ** 2),
        "brackets-missing": (lambda n, m: (2 / n + m) ** 0.5, lambda n, m: 1 / math.sqrt(n + m / 2)),
        "fan-off-by-one": (lambda n, m: (2 / ((n + 1) + m)) ** 0.5,),
        "same-for-every-layer": (lambda n, m: 0.0, lambda n, m: math.sqrt(2 / (4 + 3))),
        "weights-for-their-std": (
            lambda n, m: np.random.default_rng(2).standard_normal((m, n)) * math.sqrt(2 / (n + m)),
            lambda n, m: np.full(3, math.sqrt(2 / (n + m))).tolist(),
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
        "same-for-every-layer": (lambda n, m: 1.0, lambda n, m: 2.0, lambda n, m: math.sqrt((4 + 3) / 4)),
        "root-missing": (lambda n, m: ((n + m) / n) ** 1 / 2, lambda n, m: (1 + m / n) / 2),
        "bound-for-std": (
            lambda n, m: (2 / n) ** 0.5 / (6 / (n + m)) ** 0.5,
            lambda n, m: math.sqrt(1 + m / n) / math.sqrt(3),
        ),
        "std-against-variance": (
            lambda n, m: math.sqrt(2 / n) * (n + m) / 2,
            lambda n, m: (2 / n) * math.sqrt((n + m) / 2),
        ),
        "difference-for-ratio": (
            lambda n, m: (2 / n) ** 0.5 - ((n + m) / 2) ** -0.5,
            lambda n, m: (math.sqrt(2 / n) - math.sqrt(2 / (n + m))) / math.sqrt(2 / (n + m)),
        ),
        "product-for-ratio": (
            lambda n, m: math.sqrt(2 / n) * math.sqrt(2 / (n + m)),
            lambda n, m: 2 / n * 2 / (n + m),
        ),
        "one-rule-only": (lambda n, m: 1 / math.sqrt(2 / (n + m)), lambda n, m: (2 / n) ** 0.5),
        "fans-compared": (lambda n, m: (m / n) ** 0.5, lambda n, m: math.sqrt(n) / math.sqrt(m)),
        "product-of-fans": (lambda n, m: m**0.5, lambda n, m: math.sqrt(2 / n) / math.sqrt(2 / (n * m))),
        "root-on-one-side": (lambda n, m: (n + m) ** 0.5 / n, lambda n, m: (n + m) * n**-0.5),
        "sum-of-roots": (
            lambda n, m: (math.sqrt(n) + math.sqrt(m)) / math.sqrt(n),
            lambda n, m: math.sqrt(n / n) + math.sqrt(m / n),
        ),
        "two-twice": (
            lambda n, m: math.sqrt(2 / n) / math.sqrt(1 / (n + m)),
            lambda n, m: 2**0.5 * (1 + m / n) ** 0.5,
        ),
        "brackets-missing": (
            lambda n, m: (n + m / n) ** 0.5,
            lambda n, m: math.sqrt(2 / n) / math.sqrt(2) / math.sqrt(n + m),
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
        "one-row-only": (lambda ns: _rows(ns)[0], lambda ns: [_rows(ns)[-1]]),
        "one-flat-row": (
            lambda ns: [entry for row in _rows(ns) for entry in row],
            lambda ns: np.hstack(_rows(ns)),
        ),
        "column-missing": (
            lambda ns: [row[:3] for row in _rows(ns)],
            lambda ns: np.delete(_rows(ns), 0, axis=1),
        ),
        "columns-in-another-order": (
            lambda ns: [[x, h, r, n] for n, x, h, r in _rows(ns)],
            lambda ns: np.array(_rows(ns))[:, ::-1],
            lambda ns: [[n, r, x, h] for n, x, h, r in _rows(ns)],
        ),
        "row-number-for-size": (
            lambda ns: [[i, *row[1:]] for i, row in enumerate(_rows(ns))],
            lambda ns: [[i, *row[1:]] for i, row in enumerate(_rows(ns), 1)],
        ),
        "rows-in-another-order": (lambda ns: _rows(np.sort(ns)), lambda ns: _rows(ns)[::-1]),
        "repeated-sizes-merged": (
            lambda ns: list(dict(zip(ns, _rows(ns), strict=True)).values()),
            lambda ns: np.unique(_rows(ns), axis=0),
            lambda ns: _rows(set(ns)),
        ),
        "whole-numbers": (_into_whole_numbers, lambda ns: np.array(_rows(ns), dtype=np.int32)),
        "text-for-numbers": (
            lambda ns: [[str(n), f"{x:.3f}", f"{h:.3f}", f"{r:.2f}x"] for n, x, h, r in _rows(ns)],
            lambda ns: np.array([[n, x, h, "√2 ≈ 1.41x"] for n, x, h, _ in _rows(ns)]),
        ),
        "reshaped-for-transposed": (
            lambda ns: np.array(_rows(ns)).ravel(order="F").reshape(len(ns), 4),
            lambda ns: np.reshape([*zip(*_rows(ns), strict=True)], (-1, 4)),
        ),
        "ratio-of-variances": (lambda ns: [[n, x, h, (2 / n) / (1 / n)] for n, x, h, _ in _rows(ns)],),
        "difference-for-ratio": (
            lambda ns: [[n, x, h, h - x] for n, x, h, _ in _rows(ns)],
            lambda ns: [[n, x, h, math.sqrt(2 / n) - math.sqrt(1 / n)] for n, x, h, _ in _rows(ns)],
        ),
        "root-missing": (
            lambda ns: [[n, (1 / n) ** 1 / 2, (2 / n) ** 1 / 2, 2.0] for n in ns],
            lambda ns: [[n, 0.5 / n, 1 / n, (1 / n) / (0.5 / n)] for n in ns],
        ),
        "fraction-inverted": (lambda ns: [[n, n**0.5, (2 * n) ** 0.5, 2**0.5] for n in ns],),
        "bound-for-std": (
            lambda ns: [[n, math.sqrt(3 / n), math.sqrt(6 / n), 2**0.5] for n in ns],
            lambda ns: np.array(_rows(ns)) * [1, 3**0.5, 3**0.5, 1],
        ),
        "variance-in-one-column": (
            lambda ns: [[n, 1 / n, h, h / (1 / n)] for n, _, h, _ in _rows(ns)],
            lambda ns: [[n, x, 2 / n, r] for n, x, _, r in _rows(ns)],
        ),
        "two-twice": (lambda ns: [[n, x, 2 / math.sqrt(n), 2 / n**0.5 / x] for n, x, _, _ in _rows(ns)],),
        "factor-rounded": (
            lambda ns: [[n, x, x * 1.41, x * 1.41 / x] for n, x, _, _ in _rows(ns)],
            lambda ns: np.array([[n, x, 1.414 * x, r] for n, x, _, r in _rows(ns)]),
        ),
        "root-of-two-over-n": (
            lambda ns: [[n, x, math.sqrt(2) / n, math.sqrt(2) / n / x] for n, x, _, _ in _rows(ns)],
        ),
        "list-not-converted": (
            lambda ns: np.column_stack([ns, 1 / ns**0.5, (2 / ns) ** 0.5, 2**0.5 * (ns / ns)]),
            lambda ns: np.stack([ns, (1 / ns) ** 0.5, (2 / ns) ** 0.5, np.full(ns.shape, 2**0.5)], axis=1),
        ),
        "changes-its-input": (_roots_in_place, _emptied),
    },
    "layer_backward": {
        "mask-missing": (lambda W, z, g: g @ W, lambda W, z, g: np.einsum("ji,j->i", W, g)),
        "mask-on-the-wrong-side": (lambda W, z, g: np.where(z > 0, W.T @ g, 0),),
        "matrix-for-its-transpose": (_matrix_form,),
        "zero-counts-as-active": (lambda W, z, g: W.T @ np.where(z < 0, 0, g),),
        "activation-for-its-slope": (lambda W, z, g: (g * z * (z > 0)) @ W,),
        "gate-on-the-gradient": (lambda W, z, g: W.T @ np.where(g > 0, g, 0),),
        "changes-its-input": (_multiplies_g_in_place, _makes_z_its_own_gate),
        "entries-dropped": (
            lambda W, z, g: g[z > 0] @ W,
            lambda W, z, g: W[z > 0].T @ g,
            lambda W, z, g: W.T @ np.array([d for d, s in zip(g, z, strict=True) if s > 0]),
        ),
        "mask-inverted": (lambda W, z, g: W.T @ np.where(z > 0, 0, g), lambda W, z, g: (g * (z < 0)) @ W),
        "zero-counts-half": (
            lambda W, z, g: W.T @ (g * (np.sign(z) + 1) / 2),
            lambda W, z, g: W.T @ (g * ((z > 0) + 0.5 * (z == 0))),
        ),
        "leaky-mask": (
            lambda W, z, g: (g * np.where(z > 0, 1, 0.01)) @ W,
            lambda W, z, g: W.T @ (g * np.maximum(z > 0, 0.1)),
        ),
        "sign-for-its-slope": (
            lambda W, z, g: (g * np.sign(z)) @ W,
            lambda W, z, g: W.T @ np.where(z > 0, g, np.where(z < 0, -g, 0)),
        ),
        "pre-activation-for-its-slope": (
            lambda W, z, g: (z * g) @ W,
            lambda W, z, g: np.einsum("ji,j,j->i", W, z, g),
        ),
        "brackets-missing": (
            lambda W, z, g: (z * g > 0) @ W,
            lambda W, z, g: np.einsum("ji,j->i", W, 1.0 * (g * z > 0)),
        ),
        "gradient-ignored": (lambda W, z, g: (z > 0) @ W, lambda W, z, g: W[z > 0].sum(axis=0)),
        "weights-ignored": (lambda W, z, g: np.where(z > 0, g, 0), lambda W, z, g: g * np.heaviside(z, 0)),
        "inverse-for-its-transpose": (
            lambda W, z, g: np.linalg.solve(W, g * (z > 0)),
            lambda W, z, g: np.linalg.lstsq(W, g * (z > 0), rcond=None)[0],
        ),
        "rows-for-columns": (
            lambda W, z, g: sum(row * g * (z > 0) for row in W),
            lambda W, z, g: W.sum(axis=0) * (g * (z > 0)),
        ),
        "sum-over-the-inputs": (
            lambda W, z, g: W.sum(axis=1) * np.where(z > 0, g, 0),
            lambda W, z, g: [sum(row) * d if s > 0 else 0.0 for row, s, d in zip(W, z, g, strict=True)],
        ),
        "overwritten-for-added": (_overwritten, _overwritten_where_on),
        "product-of-sums": (
            lambda W, z, g: sum(g[z > 0]) * W.sum(0),
            lambda W, z, g: [sum(column) * sum(g * (z > 0)) for column in W.T],
        ),
        "mean-for-sum": (
            lambda W, z, g: W.T @ (g * (z > 0)) / len(z),
            lambda W, z, g: np.average(W * (g * (z > 0))[:, None], axis=0),
        ),
        "not-summed": (lambda W, z, g: np.diag(g * (z > 0)) @ W,),
        "gradient-of-the-weights": (lambda W, z, g: np.where(z > 0, g, 0)[:, None] * z,),
        "value-for-gradient": (lambda W, z, g: np.sum(g * np.maximum(z, 0)),),
    },
}
