"""The fingerprint of many draws, and how far chance alone may carry it.

A matrix of draws is known by its mean square against the variance asked for, its mean, and its
kurtosis. Tolerances are multiples of the standard error, which follows from the number of draws n
and the kurtosis k of the law asked for. For one matrix of a right answer, the probability of
falling outside is

    mean square   7.24 sqrt((k - 1) / n)       4.5e-13    (2.0 % for 262,144 normal draws)
    mean          6 / sqrt(n)                  2.0e-9
    kurtosis      0.06 for 262,144 draws       3.6e-10    (6.27 sqrt(24 / n))

together FALSE_FAIL; equal rows or equal matrices have probability 0 but for rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from heinit_lab.checking.asks import NORMAL, Ask
from heinit_lab.checking.observe import Call

FALSE_FAIL = 2.5e-9  # of the law of one matrix of a right answer
ENOUGH = 50_000  # draws in a matrix from which its law is read; smaller ones give shapes only
MEAN_SPREAD = 6.0  # standard errors that the mean of right draws may be from 0


def spread(kurtosis: float, n: int) -> float:
    """How far the mean square of n right draws may be from their variance, relative to it."""
    return 7.24 * sqrt((kurtosis - 1) / n)


def kurtosis_spread(n: int) -> float:
    """How far the kurtosis of n right draws may be from that of their law."""
    return 6.27 * sqrt(24 / n)


@dataclass(frozen=True)
class Law:
    """The fingerprint of a matrix that was to have variance v.

    n: how many draws. ratio: their mean square over v. mean_z: their mean over sqrt(v / n).
    kurtosis: of the draws around their mean. repeats: whether rows, columns or matrices recur.
    """

    n: int
    ratio: float
    mean_z: float
    kurtosis: float
    repeats: bool

    def like(self, other: Law) -> bool:
        """Whether the same code may have drawn both, as far as 10 standard errors can tell."""
        if self.repeats or other.repeats or not (np.isfinite(self.kurtosis) and np.isfinite(other.kurtosis)):
            return self.repeats == other.repeats
        scale = sqrt(max(1.0, self.ratio, other.ratio))
        return (
            _near(self.ratio, other.ratio, 1.5 * spread(NORMAL, self.n))
            and abs(self.mean_z - other.mean_z) < 9 * scale
            and abs(self.kurtosis - other.kurtosis) < 2 * kurtosis_spread(self.n)
        )


def fingerprints(ask: Ask, call: Call) -> list[Law | None]:
    """The laws of the matrices that a call gave, read against the variances asked for."""
    if call.error is not None:
        return []
    laws: list[Law | None] = []
    seen: set[bytes] = set()
    matrices = ask.matrices(call.value)
    if len(matrices) != len(ask.shapes):
        return [None] * len(matrices)
    for matrix, shape, variance in zip(matrices, ask.shapes, ask.variances, strict=True):
        if matrix is None or 2 * matrix.size < shape[0] * shape[1] or not np.all(np.isfinite(matrix)):
            laws.append(None)
            continue
        rows = [row.tobytes() for row in matrix[:1024]] if matrix.ndim == 2 and matrix.shape[1] > 1 else []
        columns = [c.tobytes() for c in matrix.T[:1024]] if matrix.ndim == 2 and matrix.shape[0] > 1 else []
        recur = len(set(rows)) < len(rows) or len(set(columns)) < len(columns) or not seen.isdisjoint(rows)
        seen.update(rows)
        laws.append(fingerprint(matrix, variance, recur))
    return laws


def fingerprint(matrix: np.ndarray, variance: float, repeats: bool = False) -> Law:
    """What a matrix of draws looks like beside the variance asked for."""
    draws = matrix.astype(float).ravel()
    n, mean = draws.size, float(draws.mean())
    centred = draws - mean
    np.square(centred, out=centred)
    m2, m4 = float(centred.mean()), float(centred @ centred) / n
    return Law(
        n=n,
        ratio=(m2 + mean**2) / variance,
        mean_z=mean / sqrt(variance / n),
        kurtosis=m4 / m2**2 if m2 > 0 else float("nan"),
        repeats=repeats,
    )


def _near(a: float, b: float, relative: float) -> bool:
    return bool(abs(a - b) <= relative * max(abs(a), abs(b)))
