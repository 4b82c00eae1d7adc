"""Lesson 1: further ways to be right and wrong."""

from __future__ import annotations

import math

import numpy as np


def first_axis_in_place(x):
    for i in range(len(x)):
        if x[i] < 0:
            x[i] = 0
    return x


def flat_in_place(x):
    f = x.reshape(-1)
    for i in range(f.size):
        if f[i] < 0:
            f[i] = 0
    return x


def larger_of_each_row(x):
    return np.array([max(0, row) for row in x])


def largest_of_each_row(x):
    return [max(row) for row in x]


def positive_ones(x):
    return [v for v in x if v > 0]


def not_negative_ones(x):
    return np.array([v for v in x.flatten() if v >= 0])


def floored(x):
    return np.floor(np.maximum(x, 0))


def whole_numbers(x):
    return np.array([int(max(v, 0)) for v in x.ravel()]).reshape(x.shape)


def into_whole_zeros(x):
    out = np.zeros_like(x, dtype=int)
    m = x > 0
    out[m] = x[m]
    return out


def leaky(s):
    return lambda x: np.where(x > 0, x, s * x)


MISTAKES = {
    "relu": {
        "max-over-an-axis": (
            lambda x: np.maximum.reduce(x),
            lambda x: np.max(x, axis=1),
            lambda x: np.max(x, 0, keepdims=True),
            lambda x: max(0, max(x.ravel())),
            lambda x: np.max(x.clip(0), axis=0),
            lambda x: np.maximum(0, x.max(axis=-1)),
            largest_of_each_row,
            lambda x: np.maximum(0, np.max(x)),
            lambda x: np.max(x, initial=0),
            lambda x: float(max(x.flat)),
        ),
        "one-question-for-all": (
            lambda x: x if x >= 0 else 0,
            larger_of_each_row,
            lambda x: (lambda v: v if v > 0 else 0)(x),
            first_axis_in_place,
        ),
        "drops-entries": (
            positive_ones,
            not_negative_ones,
            lambda x: x[np.where(x > 0)],
            lambda x: np.array(list(filter(lambda v: v > 0, x.ravel()))),
            lambda x: np.ma.masked_less(x, 0).compressed(),
        ),
        "changes-its-input": (
            lambda x: np.clip(x, 0, None, out=x),
            flat_in_place,
            lambda x: np.copyto(x, 0, where=x < 0) or x,
            lambda x: np.putmask(x, x < 0, 0) or x.copy(),
        ),
        "absolute-value": (
            lambda x: np.maximum(x, -x),
            lambda x: x * np.sign(x),
            lambda x: abs(x),
            lambda x: np.hypot(x, 0),
        ),
        "gate-for-value": (
            lambda x: np.sign(np.maximum(x, 0)),
            lambda x: (x > 0).astype(np.int8),
            lambda x: np.ceil(np.clip(x, 0, 1)),
            lambda x: (x > 0).tolist(),
        ),
        "fraction-dropped": (
            floored,
            whole_numbers,
            into_whole_zeros,
            lambda x: np.maximum(x, 0) // 1,
            lambda x: np.trunc(x.clip(0)),
        ),
        "negative-half": (lambda x: -np.maximum(-x, 0), lambda x: x * (x < 0), lambda x: np.clip(x, None, 0)),
        "leaky-for-relu": (
            leaky(0.2),
            leaky(0.3),
            leaky(0.05),
            leaky(0.001),
            lambda x: np.maximum(0.25 * x, x),
        ),
    },
    "zero_share": {
        "complement": (
            lambda H: (H != 0).sum() / H.size,
            lambda H: 1 - np.mean(H == 0),
            lambda H: np.mean(H.astype(bool)),
        ),
        "count-for-share": (
            lambda H: len(H[H == 0]),
            lambda H: sum((H == 0).ravel()),
            lambda H: len(np.where(H == 0)[0]),
        ),
        "negatives-for-zeros": (
            lambda H: np.mean(np.signbit(H)),
            lambda H: (H < 0).sum() / H.size,
            lambda H: len(H[H < 0]) / H.size,
        ),
        "negatives-counted": (lambda H: np.mean(~(H > 0)), lambda H: (H <= 0).sum() / H.size),
        "nearly-zero-counts": (
            lambda H: np.mean(abs(H) < 1e-11),
            lambda H: np.mean(np.abs(H) <= 1e-3),
            lambda H: np.mean(np.isclose(H, 0, atol=1e-9)),
            lambda H: np.mean(H.round(3) == 0),
            lambda H: np.mean(np.abs(H) < np.finfo(np.float32).eps),
        ),
        "rows-for-entries": (
            lambda H: np.sum(H == 0) / len(H[0]),
            lambda H: (H == 0).sum() / H.shape[-1],
            lambda H: np.count_nonzero(H == 0) / np.shape(H)[0],
        ),
        "one-axis-only": (
            lambda H: np.mean(H == 0, axis=1),
            lambda H: [np.mean(row == 0) for row in H],
            lambda H: np.sum(H == 0, axis=0) / H.shape[0],
        ),
        "percent-for-share": (lambda H: np.mean(H == 0) * 100, lambda H: np.mean(100 * (H == 0))),
    },
    "activity": {
        "axes-swapped": (
            lambda Z: ((Z > 0).mean(0), (Z > 0).mean(1)),
            lambda Z: [(Z > 0).mean(0).tolist(), (Z > 0).mean(1).tolist()],
        ),
        "zero-counts-as-active": (
            lambda Z: ((Z >= 0).mean(1), (Z >= 0).mean(0)),
            lambda Z: (np.heaviside(Z, 1).mean(1), np.heaviside(Z, 1).mean(0)),
        ),
        "complement": (
            lambda Z: ((np.maximum(Z, 0) == 0).mean(1), (np.maximum(Z, 0) == 0).mean(0)),
            lambda Z: tuple((Z < 0).mean(a) for a in (1, 0)),
        ),
        "count-for-share": (
            lambda Z: ((Z > 0).sum(1), (Z > 0).sum(0)),
            lambda Z: ([sum(r > 0) for r in Z], [sum(c > 0) for c in Z.T]),
        ),
        "activation-for-share": (
            lambda Z: (np.maximum(Z, 0).mean(1), np.maximum(Z, 0).mean(0)),
            lambda Z: (Z.mean(1), Z.mean(0)),
        ),
        "numbers-for-arrays": (
            lambda Z: np.mean(Z > 0),
            lambda Z: [np.mean(Z > 0), np.mean(Z > 0)],
            lambda Z: np.count_nonzero(Z > 0) / Z.size,
        ),
        "percent-for-share": (lambda Z: (100 * (Z > 0).mean(1), 100 * (Z > 0).mean(0)),),
    },
    "dead_units": {
        "any-for-all": (
            lambda Z: Z.min(axis=0) <= 0,
            lambda Z: (np.maximum(Z, 0) == 0).any(axis=0),
            lambda Z: np.sum(Z <= 0, axis=0) >= 1,
        ),
        "examples-for-units": (
            lambda Z: Z.max(axis=1) <= 0,
            lambda Z: np.all(Z <= 0, axis=-1),
            lambda Z: np.maximum(Z, 0).sum(axis=1) == 0,
        ),
        "half-off-for-dead": (
            lambda Z: (Z > 0).mean(axis=0) < 0.5,
            lambda Z: (Z <= 0).sum(axis=0) > len(Z) / 2,
            lambda Z: (Z <= 0).sum(axis=0) >= len(Z) // 2 + 1,
        ),
        "zero-counts-as-active": (
            lambda Z: np.all(Z < 0, axis=0),
            lambda Z: ~np.any(Z >= 0, axis=0),
            lambda Z: Z.max(0) < 0,
        ),
        "complement": (
            lambda Z: (Z > 0).any(axis=0),
            lambda Z: ~np.all(Z <= 0, axis=0),
            lambda Z: (Z > 0).sum(axis=0) > 0,
        ),
        "average-for-every": (
            lambda Z: np.mean(Z, axis=0) < 0,
            lambda Z: Z.sum(axis=0) <= 0,
            lambda Z: np.average(Z, 0) <= 0,
        ),
        "number-for-boolean": (
            lambda Z: np.all(Z <= 0, axis=0).astype(int),
            lambda Z: 1 * (Z.max(0) <= 0),
            lambda Z: [int(m <= 0) for m in Z.max(0)],
        ),
        "positions-for-mask": (
            lambda Z: np.argwhere((Z <= 0).all(0)),
            lambda Z: np.nonzero((Z <= 0).all(0)),
            lambda Z: int((Z <= 0).all(0).sum()),
            lambda Z: np.where((Z <= 0).all(0))[0].tolist(),
            lambda Z: [j for j, c in enumerate(Z.T) if c.max() <= 0],
            lambda Z: set(np.flatnonzero((Z <= 0).all(0)).tolist()),
        ),
    },
    "energy_kept": {
        "count-for-energy": (
            lambda y: (y > 0).sum() / y.size,
            lambda y: len(y[y > 0]) / y.size,
            lambda y: np.mean(np.maximum(y, 0) != 0),
        ),
        "variance-for-second-moment": (
            lambda y: np.maximum(y, 0).var() / y.var(),
            lambda y: np.std(np.maximum(y, 0)) ** 2 / np.std(y) ** 2,
        ),
        "not-normalised": (
            lambda y: (np.maximum(y, 0) ** 2).sum(),
            lambda y: np.mean(np.maximum(y, 0) ** 2),
            lambda y: (y[y > 0] ** 2).sum(),
            lambda y: float(np.vdot(y[y > 0], y[y > 0])),
        ),
        "square-missing": (
            lambda y: np.sum(np.maximum(y, 0)) / np.sum(y),
            lambda y: y[y > 0].sum() / np.abs(y).sum(),
            lambda y: np.maximum(y, 0).mean() / y.mean(),
        ),
        "root-of-the-share": (
            lambda y: np.linalg.norm(np.maximum(y, 0)) / np.linalg.norm(y),
            lambda y: math.sqrt(np.sum(y[y > 0] ** 2) / np.sum(y**2)),
        ),
        "only-the-active": (lambda y: np.mean(y[y > 0] ** 2) / np.mean(y**2),),
        "constant-half": (lambda y: 0.5, lambda y: np.array(0.5), lambda y: 1 - 0.5),
        "complement": (
            lambda y: 1 - np.sum(np.maximum(y, 0) ** 2) / np.sum(y**2),
            lambda y: np.sum(y[y < 0] ** 2) / np.sum(y**2),
        ),
        "ratio-inverted": (
            lambda y: np.sum(y**2) / np.sum(np.maximum(y, 0) ** 2),
            lambda y: np.mean(y * y) / np.mean(np.maximum(y, 0) ** 2),
        ),
        "percent-for-share": (lambda y: 100 * np.sum(np.maximum(y, 0) ** 2) / np.sum(y**2),),
    },
}


def by_iterator(x):
    y = x.astype(float)
    it = np.nditer(y, flags=["multi_index"], op_flags=["readwrite"])
    for v in it:
        if v < 0:
            v[...] = 0
    return y


RIGHT = {
    "relu": (
        by_iterator,
        lambda x: np.where(x < 0, 0, x),
        lambda x: (x + abs(x)) / 2,
        lambda x: np.einsum("...,...->...", x, x > 0),
        lambda x: np.fmax(x, np.zeros(x.shape)),
        lambda x: np.vectorize(lambda v: max(v, 0.0))(x),
        lambda x: np.round(np.maximum(x, 0), 12),
        lambda x: np.maximum(x, 0).astype(np.float32).tolist(),
        lambda x: np.select([x > 0], [x]),
        lambda x: np.frompyfunc(lambda v: v if v > 0 else 0.0, 1, 1)(x).astype(float),
        lambda x: np.asfortranarray(x.clip(min=0)),
        lambda x: np.maximum(x, -0.0),
    ),
    "zero_share": (
        lambda H: 1 - np.mean(H != 0),
        lambda H: float(sum(v == 0 for v in H.ravel().tolist())) / H.size,
        lambda H: np.average(np.equal(H, 0)),
        lambda H: np.isin(H, [0]).mean(),
        lambda H: np.histogram((H == 0).ravel(), bins=[0, 0.5, 1])[0][1] / H.size,
        lambda H: np.array([np.mean(H == 0)])[0],
        lambda H: round(float(np.mean(H == 0)), 12),
        lambda H: np.mean(H == 0).astype(np.float32),
    ),
    "activity": (
        lambda Z: (
            np.einsum("ij->i", (Z > 0) * 1.0) / Z.shape[1],
            np.einsum("ij->j", (Z > 0) * 1.0) / Z.shape[0],
        ),
        lambda Z: ([float(np.mean(r > 0)) for r in Z], [float(np.mean(c > 0)) for c in Z.T]),
        lambda Z: tuple(np.apply_along_axis(lambda v: (v > 0).mean(), a, Z) for a in (1, 0)),
        lambda Z: ((Z > 0) @ np.ones(Z.shape[1]) / Z.shape[1], np.ones(len(Z)) @ (Z > 0) / len(Z)),
        lambda Z: (np.round((Z > 0).mean(1), 12), np.float32((Z > 0).mean(0))),
    ),
    "dead_units": (
        lambda Z: np.logical_and.reduce(Z <= 0),
        lambda Z: np.einsum("ij->j", (Z > 0).astype(int)) == 0,
        lambda Z: [bool(np.all(c <= 0)) for c in Z.T],
        lambda Z: tuple((Z <= 0).all(0)),
        lambda Z: np.logical_not(np.amax(np.where(Z > 0, 1, 0), axis=0)),
        lambda Z: np.array([all(z <= 0 for z in Z[:, j]) for j in range(Z.shape[1])]),
    ),
    "energy_kept": (
        lambda y: np.einsum("i,i->", np.maximum(y, 0).ravel(), y.ravel()) / np.vdot(y, y),
        lambda y: (
            np.linalg.norm(np.maximum(y, 0)) ** 2 / np.linalg.norm(y) ** 2
            if y.ndim < 3
            else np.sum(np.maximum(y, 0) ** 2) / np.sum(y**2)
        ),
        lambda y: math.fsum(max(v, 0) ** 2 for v in y.ravel()) / math.fsum(v * v for v in y.ravel()),
        lambda y: round(float(np.sum(y * np.maximum(y, 0)) / np.sum(y * y)), 12),
        lambda y: np.array(np.mean(np.maximum(y, 0) ** 2) / np.mean(y**2)),
        lambda y: 0.5 + 0.5 * np.sum(y * abs(y)) / np.sum(y * y),
        lambda y: np.average((y > 0).ravel(), weights=(y**2).ravel()),
    ),
}
