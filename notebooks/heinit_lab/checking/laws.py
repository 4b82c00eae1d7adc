"""What many draws look like, and how far chance alone may move them.

A matrix of draws is judged by four measures: its mean square beside the variance that the exercise asks
for, its mean, its kurtosis, and how independent its rows and columns are. Each measure may be off by a
multiple of its standard error, which follows from the number n of draws and the kurtosis k of the law.
The last column is the probability that chance moves a right answer, a matrix of ENOUGH normal draws,
beyond the limit:

    mean square   7.24 sqrt((k - 1) / n)       1.1e-11    (2.0 % for 262,144 normal draws)
    mean          6 / sqrt(n)                  2.0e-9
    kurtosis      6.27 sqrt(24 / n)            2.6e-9     (0.06 for 262,144 draws)
    independence  10 standard errors           4e-17      (squared cosines of 32 rows, of 32 columns)

FALSE_FAIL bounds the sum. The sum is smaller for more draws, since the kurtosis of few draws leans to large
values, and for uniform draws. Two equal rows have probability 0, but for rounding. So has a matrix in
which a fifth of the numbers are repeated, even in single precision: of 262,144 such draws, one in a hundred
is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from heinit_lab.checking.draw_cases import NORMAL, DrawCase
from heinit_lab.checking.observe import Call

FALSE_FAIL = 5e-9  # of the law of one matrix of a right answer, at most
ENOUGH = 50_000  # draws from which a law is read; of a smaller matrix, only the shape is judged
COMPARED = 1024  # rows and columns among which repeats are sought
BLOCK = 8192  # numbers read at a time: they stay in the cache, which is twenty times as fast
LINES = 16  # rows and columns at the beginning, and as many in the middle, whose independence is measured
ENOUGH_IN_A_LINE = 64  # numbers in a row or column, from which cosines are nearly normal
DEPENDENCE_SPREAD = 10.0  # standard errors that the squared cosines of independent lines may exceed 1 / n by
MEAN_SPREAD = 6.0  # standard errors that the mean of right draws may be from 0


def spread(kurtosis: float, n: int) -> float:
    """How far the mean square of n right draws may be from their variance, relative to it."""
    return 7.24 * sqrt((kurtosis - 1) / n)


def kurtosis_spread(n: int) -> float:
    """How far the kurtosis of n right draws may be from that of their law."""
    return 6.27 * sqrt(24 / n)


@dataclass(frozen=True)
class Law:
    """What a matrix of draws looks like, beside the variance v that the exercise asks for.

    n: how many draws. ratio: their mean square over v. mean_z: their mean over sqrt(v / n).
    kurtosis: of the draws around their mean; NaN where all are the same, or too large to tell.
    repeats: whether rows, columns or matrices recur.
    dependence: by how many standard errors rows or columns depend on each other; 0 where there are too few.
    twice: whether a fifth of the draws repeat others, with either sign.
    """

    n: int
    ratio: float
    mean_z: float
    kurtosis: float
    repeats: bool
    dependence: float = 0.0
    twice: bool = False

    def like(self, other: Law) -> bool:
        """Whether the same code may have drawn both, as far as 10 standard errors can tell."""
        if not (np.isfinite(self.kurtosis) and np.isfinite(other.kurtosis)):
            return False
        if self.repeats or other.repeats:
            return self.repeats == other.repeats
        larger = max(self.ratio, other.ratio)
        return (
            self.twice == other.twice
            and bool(abs(self.ratio - other.ratio) <= 1.5 * spread(NORMAL, self.n) * larger)
            and abs(self.mean_z - other.mean_z) < 9 * sqrt(max(1.0, larger))
            and abs(self.kurtosis - other.kurtosis) < 2 * kurtosis_spread(self.n)
        )


def laws(case: DrawCase, call: Call) -> list[Law | None]:
    """The laws of the matrices that a call returned; None for a matrix without numbers, or with too few."""
    if call.error is not None:
        return []
    matrices = case.matrices(call.value)
    if len(matrices) != len(case.shapes):
        return [None] * len(matrices)
    read: list[Law | None] = []
    earlier: list[np.ndarray] = []
    for matrix, shape, variance in zip(matrices, case.shapes, case.variances, strict=True):
        if matrix is None or 2 * matrix.size < shape[0] * shape[1] or not np.all(np.isfinite(matrix)):
            read.append(None)
            continue
        repeats = _recur(matrix) or _recur(matrix.T) or any(_share(matrix, other) for other in earlier)
        earlier.append(matrix)
        read.append(law_of(matrix, variance, repeats))
    return read


@np.errstate(all="ignore")
def law_of(matrix: np.ndarray, variance: float, repeats: bool = False) -> Law:
    """The law of one matrix, beside the variance that the exercise asks for."""
    draws = matrix.ravel()
    n, mean = draws.size, float(draws.mean(dtype=float))
    m2 = m4 = 0.0
    block = np.empty(min(n, BLOCK))
    for start in range(0, n, BLOCK):
        part = draws[start : start + BLOCK]
        squares = np.subtract(part, mean, out=block[: part.size], dtype=float)
        np.square(squares, out=squares)
        m2 += float(squares.sum()) / n
        m4 += float(squares @ squares) / n
    varies = m2 > 1e-24 * mean * mean and m2 * m2 > 0  # by more than rounding
    return Law(
        n=n,
        ratio=(m2 + mean * mean) / variance,
        mean_z=mean / sqrt(variance / n),
        kurtosis=m4 / (m2 * m2) if varies else float("nan"),
        repeats=repeats,
        dependence=max(_dependence(matrix), _dependence(matrix.T)),
        twice=_twice(matrix),
    )


def _twice(matrix: np.ndarray) -> bool:
    """Whether a fifth of many draws repeat others, with either sign."""
    if matrix.size < ENOUGH or matrix.dtype.kind != "f" or matrix.dtype.itemsize < 4:
        return False  # half precision has so few numbers that right draws repeat
    return np.unique(np.abs(matrix)).size < 0.8 * matrix.size


def _recur(matrix: np.ndarray) -> bool:
    """Whether two of the first rows are equal."""
    return matrix.ndim == 2 and matrix.shape[1] > 1 and len(_rows(matrix)) < len(matrix[:COMPARED])


def _share(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two matrices have one of their first rows in common."""
    wide = a.ndim == b.ndim == 2 and a.shape[1] == b.shape[1] > 1
    return wide and not _rows(a).isdisjoint(_rows(b))


def _rows(matrix: np.ndarray) -> set[bytes]:
    """The first rows; their bytes are compared, since np.unique along an axis takes ten times as long."""
    return {row.tobytes() for row in np.ascontiguousarray(matrix[:COMPARED])}


def _dependence(matrix: np.ndarray) -> float:
    """By how many standard errors the squared cosines between rows exceed those of independent rows.

    The cosine of two independent rows of n numbers has mean 0 and variance 1 / n; its square, times
    n, has a variance below 2. The pairs of rows are independent of each other. A correlation would not do:
    it takes off each row's mean, and so would miss rows that differ by a shift alone.
    """
    if matrix.ndim != 2 or len(matrix) < 2 * LINES or matrix.shape[1] < ENOUGH_IN_A_LINE:
        return 0.0
    half = len(matrix) // 2
    lines = np.concatenate((matrix[:LINES], matrix[half : half + LINES]), dtype=float)
    lines /= np.sqrt(np.square(lines).sum(axis=1, keepdims=True))
    pairs = LINES * (2 * LINES - 1)
    squares = matrix.shape[1] * (np.square(lines @ lines.T).sum() - 2 * LINES) / 2
    return float((squares - pairs) / sqrt(2 * pairs))
