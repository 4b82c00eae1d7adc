"""Lesson 1: mistakes, written otherwise."""

from __future__ import annotations

import numpy as np


def shares_down_then_across(Z):
    per_column = [sum(z > 0 for z in column) / len(column) for column in Z.T]
    per_row = [sum(z > 0 for z in row) / len(row) for row in Z]
    return np.array(per_column), np.array(per_row)


def not_below_zero(Z):
    on = np.where(Z < 0, 0, 1)
    return on.sum(1) / Z.shape[1], on.sum(0) / Z.shape[0]


def tallies(Z):
    rows, columns = np.zeros(Z.shape[0]), np.zeros(Z.shape[1])
    for i, j in zip(*np.nonzero(Z > 0), strict=True):
        rows[i] += 1
        columns[j] += 1
    return rows, columns


def per_cent_on(Z):
    on = Z > 0
    return 100 * on.sum(1) / Z.shape[1], 100 * on.sum(0) / Z.shape[0]


def variances_by_hand(y):
    v = y.ravel()
    kept = np.clip(v, 0, None)
    return np.mean((kept - kept.mean()) ** 2) / np.mean((v - v.mean()) ** 2)


def roots_of_sums(y):
    above = sum(v * v for v in y.ravel() if v > 0)
    return (above / sum(v * v for v in y.ravel())) ** 0.5


def lost(y):
    return sum(v * v for v in y.ravel() if v < 0) / sum(v * v for v in y.ravel())


def upside_down(y):
    kept = np.linalg.norm(y[y > 0])
    return (np.linalg.norm(y) / kept) ** 2


MISTAKES = {
    "relu": {},
    "zero_share": {
        "negatives-for-zeros": (lambda H: sum(h < 0 for h in H.flat) / H.size,),
        "percent-for-share": (lambda H: 100 - 100 * np.count_nonzero(H) / H.size,),
    },
    "activity": {
        "axes-swapped": (shares_down_then_across,),
        "zero-counts-as-active": (not_below_zero,),
        "count-for-share": (tallies,),
        "percent-for-share": (per_cent_on,),
    },
    "energy_kept": {
        "variance-for-second-moment": (variances_by_hand,),
        "square-missing": (lambda y: np.maximum(y, 0).mean() / np.abs(y).mean(),),
        "root-of-the-share": (roots_of_sums,),
        "complement": (lost,),
        "ratio-inverted": (upside_down,),
        "percent-for-share": (lambda y: 1e2 * np.mean(np.maximum(y, 0) ** 2) / np.mean(np.square(y)),),
    },
}
