"""Lesson 1: mistakes that students believe in, each in further ways."""

from __future__ import annotations

import math

import numpy as np


def copied_and_the_first_returned(x):
    out = x.copy()
    out[out < 0] = 0
    return x


def one_row_of_values(x):
    out = []
    for v in x.ravel():
        out.append(v if v > 0 else 0.0)
    return np.array(out)


def by_two_indices(x):
    out = np.zeros(x.shape)
    for i in range(x.shape[0]):
        for j in range(x.shape[1]):
            out[i, j] = max(x[i, j], 0.0)
    return out


def if_all_of_them(x):
    if np.all(x > 0):
        return x
    return np.zeros(x.shape)


def if_on_average(x):
    return x if x.mean() > 0 else np.zeros_like(x)


def rebound_in_a_loop(x):
    for v in x:
        if v < 0:
            v = 0
    return x


def first_of_a_loop(x):
    for v in x:
        return max(0, v)
    return None


def zeros_over_others(H):
    zeros = np.count_nonzero(H == 0)
    return zeros / (H.size - zeros) if zeros < H.size else float("inf")


def zeros_one_by_one(H):
    zeros = 0
    for h in H:
        if h == 0:
            zeros += 1
    return zeros / len(H)


def counts_over(rows, columns):
    def answer(Z):
        on = (Z > 0).astype(int)
        return np.sum(on, 1) / rows(Z), np.sum(on, 0) / columns(Z)

    return answer


def signs_averaged(Z):
    signs = np.where(Z > 0, 1, np.where(Z < 0, -1, 0))
    return signs.sum(1) / Z.shape[1], signs.sum(0) / Z.shape[0]


def signs_without_zero(Z):
    signs = np.where(Z > 0, 1, -1)
    return signs.mean(axis=1), signs.mean(axis=0)


def row_of_each(Z):
    rows = (Z > 0).mean(axis=1)
    return rows, rows


def both_in_a_row(Z):
    shares = [np.mean(row > 0) for row in Z]
    shares += [np.mean(column > 0) for column in Z.T]
    return shares


def first_row_decides(Z):
    for row in Z:
        return row <= 0
    return None


def last_row_decides(Z):
    for row in Z:
        dead = ~(row > 0)
    return dead


def switched_on_by_few(Z):
    return np.count_nonzero(Z > 0, axis=0) < 0.05 * len(Z)


def left_by_a_loop_over_rows(y):
    kept = whole = 0.0
    for v in y:
        whole += v * v
        if v > 0:
            kept += v * v
    return kept / whole


def ratio_of_each(y):
    ratios = np.where(y > 0, y, 0) / y
    return ratios.sum() / ratios.size


def squared_first(y):
    energies = y**2
    return np.maximum(energies, 0).sum() / energies.sum()


def kept_to_lost(y):
    above, below = y[y > 0], y[y < 0]
    return np.sum(above**2) / np.sum(below**2)


MISTAKES = {
    "relu": {
        "max-over-an-axis": (lambda x: np.max(0.0, x), lambda x: np.amax(0, axis=x)),
        "one-question-for-all": (if_all_of_them, if_on_average, lambda x: x * bool((x > 0).all())),
        "input-unchanged": (
            copied_and_the_first_returned,
            rebound_in_a_loop,
            lambda x: np.array(x),
            lambda x: x + 0.0,
        ),
        "one-number-for-all": (first_of_a_loop, lambda x: x[x > 0].sum(), lambda x: np.maximum(x, 0).std()),
        "floor-not-zero": (
            lambda x: np.where(x > 0, x, 1),
            lambda x: np.clip(x, 0.1, None),
            lambda x: np.where(x > 0, x, np.nan),
        ),
        "reshaped": (
            one_row_of_values,
            lambda x: list(np.maximum(x, 0).flat),
            lambda x: x.clip(0).flatten(),
        ),
        "shape-assumed": (
            by_two_indices,
            lambda x: [[v if v > 0 else 0.0 for v in row] for row in x],
            lambda x: np.array([[v * (v > 0) for v in row] for row in x.tolist()]),
        ),
        "doubled": (lambda x: np.abs(x) + x, lambda x: np.where(x > 0, 2 * x, 0)),
        "negative-half": (lambda x: -np.minimum(x, 0), lambda x: np.where(x < 0, -x, 0)),
        "ceiling": (
            lambda x: np.minimum(np.where(x > 0, x, 0), 1),
            lambda x: np.clip(x, 0, 3),
            lambda x: np.where(x < 0, 0, np.where(x > 6, 6, x)),
        ),
        "threshold-above-zero": (
            lambda x: np.where(x > 0.5, x, 0),
            lambda x: np.where(x < 1e-4, 0, x),
            lambda x: x * (np.round(x, 3) > 0),
        ),
        "another-activation": (
            lambda x: 0.5 * (1 + np.tanh(x / 2)),
            lambda x: np.logaddexp(0, x),
            lambda x: x * (0.5 + 0.5 * np.tanh(x / 2)),
            lambda x: np.where(x > 0, x, np.expm1(x)),
        ),
        "rounded": (lambda x: np.maximum(x, 0).round(1), lambda x: np.round(x.clip(0), 3)),
    },
    "zero_share": {
        "all-below-a-limit": (
            lambda H: np.count_nonzero(H < 1e-8) / H.size,
            lambda H: 1 - np.mean(H > 1e-3),
            lambda H: np.mean(np.maximum(H, 0) < 1e-6),
        ),
        "count-of-the-others": (
            lambda H: np.sum(H != 0),
            lambda H: len(H[H != 0]),
            lambda H: int((H > 0).sum()),
        ),
        "odds-for-share": (zeros_over_others, lambda H: (H == 0).sum() / np.count_nonzero(H)),
        "one-axis-only": (zeros_one_by_one, lambda H: np.count_nonzero(H == 0, axis=0) / len(H)),
        "entries-for-share": (lambda H: (H == 0).tolist(), lambda H: np.isin(H, 0)),
        "ratio-inverted": (lambda H: 1 / np.mean(H == 0), lambda H: H.size / np.count_nonzero(H == 0)),
        "sum-for-count": (lambda H: np.count_nonzero(H == 0) / H.sum(), lambda H: len(H[H == 0]) / np.sum(H)),
        "one-question-for-all": (lambda H: 1.0 if H == 0 else 0.0, lambda H: float(not H) / H.size),
        "yes-for-share": (lambda H: 0 in H, lambda H: not H.all(), lambda H: not np.any(H)),
        "values-for-zeros": (lambda H: H.sum() / H.size, lambda H: np.average(H.clip(0))),
        "length-for-count": (
            lambda H: len((H == 0).nonzero()) / H.size,
            lambda H: len(np.nonzero(H == 0)) / np.size(H),
        ),
        "integer-division": (
            lambda H: np.count_nonzero(H == 0) // H.size,
            lambda H: (H == 0).sum() // (H.size),
        ),
    },
    "activity": {
        "count-for-share": (lambda Z: ((Z > 0).mean(1), np.count_nonzero(Z > 0, axis=0)),),
        "wrong-divisor": (
            counts_over(lambda Z: Z.shape[0], lambda Z: Z.shape[1]),
            counts_over(len, len),
            counts_over(np.size, np.size),
        ),
        "off-counts-as-minus-one": (signs_averaged, signs_without_zero),
        "nearly-zero-counts-as-off": (
            lambda Z: ((Z > 1e-12).mean(1), (Z > 1e-12).mean(0)),
            lambda Z: tuple(np.mean(np.round(Z, 6) > 0, axis=axis) for axis in (1, 0)),
        ),
        "one-of-two": (
            lambda Z: [np.mean(row > 0) for row in Z],
            lambda Z: (Z > 0).sum(0) / len(Z),
        ),
        "one-direction-twice": (row_of_each, lambda Z: [(Z > 0).mean(axis=0) for _ in range(2)]),
        "numbers-for-arrays": (lambda Z: ((Z > 0).mean(1), (Z > 0).mean()),),
        "exactly-zero-for-off": (
            lambda Z: (1 - (Z == 0).mean(1), 1 - (Z == 0).mean(0)),
            lambda Z: (Z.astype(bool).mean(axis=1), Z.astype(bool).mean(axis=0)),
            lambda Z: ([np.mean(row == 0) for row in Z], [np.mean(column == 0) for column in Z.T]),
        ),
        "whether-for-how-often": (
            lambda Z: (Z.max(1) > 0, Z.max(0) > 0),
            lambda Z: [[any(row > 0) for row in Z], [any(column > 0) for column in Z.T]],
        ),
        "one-question-for-all": (lambda Z: (1.0 if Z > 0 else 0.0, 1.0), lambda Z: (float(max(Z, 0)), 0.0)),
        "integer-division": (
            lambda Z: ((Z > 0).sum(1) // Z.shape[1], (Z > 0).sum(0) // Z.shape[0]),
            lambda Z: ((Z > 0).mean(1).astype(int), (Z > 0).mean(0).astype(int)),
        ),
        "changes-its-input": (
            lambda Z: tuple((np.maximum(Z, 0, out=Z) > 0).mean(axis) for axis in (1, 0)),
            lambda Z: ((np.clip(Z, 0, 9, out=Z) > 0).mean(1), (Z > 0).mean(0)),
        ),
        "in-one-array": (both_in_a_row, lambda Z: np.hstack(((Z > 0).mean(1), (Z > 0).mean(0)))),
        "axis-too-many": (
            lambda Z: ((Z > 0).mean(1)[:, None], (Z > 0).mean(0)),
            lambda Z: ((Z > 0).mean(1).reshape(-1, 1), (Z > 0).mean(0).reshape(1, -1)),
        ),
        "entries-for-shares": (lambda Z: np.where(Z > 0, 1, 0), lambda Z: np.greater(Z, 0)),
        "rounded": (
            lambda Z: ((Z > 0).mean(1).round(2), (Z > 0).mean(0).round(2)),
            lambda Z: tuple(np.round((Z > 0).mean(axis), 3) for axis in (1, 0)),
        ),
    },
    "dead_units": {
        "half-off-for-dead": (lambda Z: np.median(Z, 0) < 0, lambda Z: np.quantile(Z, 0.5, axis=0) <= 0),
        "rare-counts-as-dead": (
            switched_on_by_few,
            lambda Z: np.mean(Z > 0, axis=0) < 0.001,
            lambda Z: np.round(np.mean(Z > 0, axis=0), 2) == 0,
            lambda Z: (Z <= 0).mean(axis=0) > 0.9,
        ),
        "nearly-zero-counts-as-off": (
            lambda Z: np.all(Z < 1e-12, axis=0),
            lambda Z: np.round(Z, 6).max(axis=0) <= 0,
            lambda Z: ~(Z > 1e-3).any(axis=0),
        ),
        "always-on": (lambda Z: np.min(Z, axis=0) > 0, lambda Z: (Z > 0).sum(0) == len(Z)),
        "exactly-zero-for-off": (
            lambda Z: ~Z.any(axis=0),
            lambda Z: np.amax(Z, 0) == 0,
            lambda Z: np.count_nonzero(Z, axis=0) == 0,
        ),
        "examples-for-units": (lambda Z: np.any(Z > 0, axis=1),),
        "one-example-only": (first_row_decides, last_row_decides),
        "entries-for-units": (lambda Z: ~(Z > 0), lambda Z: np.maximum(Z, 0) == 0),
        "one-answer-for-all": (lambda Z: bool(np.max(Z) <= 0), lambda Z: not np.any(Z > 0)),
        "how-often-for-whether": (
            lambda Z: np.count_nonzero(Z > 0, axis=0),
            lambda Z: 1 - (Z > 0).mean(axis=0),
        ),
        "axis-too-many": (
            lambda Z: (Z <= 0).all(axis=0, keepdims=True),
            lambda Z: np.all(Z <= 0, axis=0)[:, None],
        ),
        "one-question-for-all": (
            lambda Z: not np.any(Z > 0, axis=0),
            lambda Z: [max(column, 0) <= 0 for column in Z.T] if len(Z) > 1 else not Z[0] > 0,
        ),
        "changes-its-input": (
            lambda Z: (np.clip(Z, 0, None, out=Z) == 0).all(axis=0),
            lambda Z: np.maximum(Z, 0, out=Z).max(axis=0) == 0,
        ),
        "positions-for-mask": (lambda Z: (Z <= 0).all(0).mean(), lambda Z: sum(Z.max(0) <= 0) / Z.shape[1]),
    },
    "energy_kept": {
        "mean-of-ratios": (ratio_of_each, lambda y: np.mean(np.maximum(y, 0) ** 2 / (y * y))),
        "not-normalised": (lambda y: np.sum(np.maximum(y, 0) ** 2) / y.shape[0],),
        "variance-for-second-moment": (
            lambda y: math.sqrt(np.var(np.maximum(y, 0)) / np.var(y)),
            lambda y: np.mean(np.maximum(y, 0) ** 2) / y.var(),
            lambda y: np.maximum(y, 0).var() / np.mean(y * y),
        ),
        "one-side-squared": (
            lambda y: np.maximum(y, 0).sum() / (y**2).sum(),
            lambda y: (y[y > 0] ** 2).sum() / np.abs(y).sum(),
        ),
        "added-before-squaring": (
            lambda y: (np.sum(np.maximum(y, 0)) / np.sum(np.abs(y))) ** 2,
            lambda y: np.square(np.maximum(y, 0).sum()) / np.square(y.sum()),
            lambda y: np.maximum(y, 0).mean() ** 2 / np.mean(y * y),
            lambda y: y[y > 0].sum() ** 2 / (y**2).sum(),
        ),
        "always-one": (squared_first, lambda y: 1),
        "kept-over-lost": (kept_to_lost, lambda y: np.sum(y[y > 0] ** 2) / np.sum(y[y < 0] ** 2)),
        "one-axis-only": (
            left_by_a_loop_over_rows,
            lambda y: np.dot(np.maximum(y, 0), np.maximum(y, 0)) / np.dot(y, y),
            lambda y: np.mean(np.maximum(y, 0) ** 2, axis=-1) / np.mean(y**2, axis=-1),
        ),
        "difference-for-share": (lambda y: np.sum(y[y < 0] ** 2), lambda y: np.sum(np.minimum(y, 0) ** 2)),
        "mean-over-sum": (
            lambda y: np.mean(np.clip(y, 0, None) ** 2) / (y**2).sum(),
            lambda y: (y[y > 0] ** 2).sum() / np.average(y**2),
        ),
        "entries-for-share": (
            lambda y: np.maximum(y, 0) ** 2 / (y**2).sum(),
            lambda y: np.clip(y, 0, None) ** 2,
        ),
        "one-question-for-all": (lambda y: 1.0 if y > 0 else 0.0, lambda y: max(y, 0) ** 2 / np.sum(y**2)),
        "caret-for-power": (
            lambda y: np.sum(np.maximum(y, 0) ^ 2) / np.sum(y**2),
            lambda y: np.mean(np.maximum(y, 0) ^ 2) / np.mean(y ^ 2),
        ),
        "integer-division": (
            lambda y: int(np.sum(y[y > 0] ** 2) / np.sum(y**2)),
            lambda y: np.sum(np.maximum(y, 0) ** 2) // (y**2).sum(),
        ),
        "changes-its-input": (
            lambda y: (1 / np.sum(y**2)) * np.sum(np.clip(y, 0, None, out=y) ** 2),
            lambda y: np.divide(1, np.mean(y**2)) * np.mean(np.maximum(y, 0, out=y) ** 2),
        ),
        "epsilon-added": (
            lambda y: np.mean(np.maximum(y, 0) ** 2) / (np.mean(y**2) + 1e-9),
            lambda y: np.sum(np.maximum(y, 0) ** 2) / (1e-10 + np.sum(y * y)),
            lambda y: np.sum(np.maximum(y, 0) ** 2) / max(np.sum(y**2), 1e-8),
        ),
    },
}
