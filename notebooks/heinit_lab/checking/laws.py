"""The fingerprint of many draws, and how far chance alone may carry it.

A matrix of draws is known by its mean square against the variance asked for, its mean, its kurtosis,
and by how independent its rows and its columns are. Tolerances are multiples of the standard error,
which follows from the number of draws n and the kurtosis k of the law asked for. For one matrix of
ENOUGH normal draws, the probability that chance carries a right answer outside is

    mean square   7.24 sqrt((k - 1) / n)       1.1e-11    (2.0 % for 262,144 normal draws)
    mean          6 / sqrt(n)                  2.0e-9
    kurtosis      6.27 sqrt(24 / n)            2.6e-9     (0.06 for 262,144 draws)
    independence  10 standard errors           4e-17      (squared cosines of 32 rows, of 32 columns)

together FALSE_FAIL. More draws make it less, since the kurtosis of few leans to large values; uniform
draws too. Equal rows or equal matrices have probability 0 but for rounding, and so has a fifth of the
draws there twice, in single precision as well: of 262,144 such draws, about one in a hundred is.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from heinit_lab.checking.asks import NORMAL, Ask
from heinit_lab.checking.observe import Call

FALSE_FAIL = 5e-9  # of the law of one matrix of a right answer, at most
ENOUGH = 50_000  # draws in a matrix from which its law is read; smaller ones give shapes only
LOOKED_AT, HEAD = 1024, 4  # rows and columns that are looked at for repeats; numbers that tell most apart
PLACES = 2**20  # among which draws are spread by their bits, to count how many differ
BLOCK = 8192  # numbers that are read at a time: they stay in the cache, and no large array is made
LINES = 16  # rows and columns at the beginning, and as many in the middle, whose independence is read
ENOUGH_IN_A_LINE = 64  # numbers in them, from which their cosines are nearly normal
HANG_SPREAD = 10.0  # standard errors that the squared cosines of independent lines may be above 1 / n
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
    kurtosis: of the draws around their mean; no number where all are the same, or too large to tell.
    repeats: whether rows, columns or matrices recur.
    twice: whether a fifth of the draws are there before, with either sign.
    hangs: by how many standard errors rows or columns hang together; 0 where there are too few.
    """

    n: int
    ratio: float
    mean_z: float
    kurtosis: float
    repeats: bool
    hangs: float = 0.0
    twice: bool = False

    def like(self, other: Law) -> bool:
        """Whether the same code may have drawn both, as far as 10 standard errors can tell."""
        if not (np.isfinite(self.kurtosis) and np.isfinite(other.kurtosis)):
            return False
        if self.repeats or other.repeats:
            return self.repeats == other.repeats
        scale = sqrt(max(1.0, self.ratio, other.ratio))
        return (
            self.twice == other.twice
            and _near(self.ratio, other.ratio, 1.5 * spread(NORMAL, self.n))
            and abs(self.mean_z - other.mean_z) < 9 * scale
            and abs(self.kurtosis - other.kurtosis) < 2 * kurtosis_spread(self.n)
        )


def fingerprints(ask: Ask, call: Call) -> list[Law | None]:
    """The laws of the matrices that a call gave, read against the variances asked for."""
    if call.error is not None:
        return []
    laws: list[Law | None] = []
    earlier: list[np.ndarray] = []
    matrices = ask.matrices(call.value)
    if len(matrices) != len(ask.shapes):
        return [None] * len(matrices)
    for matrix, shape, variance in zip(matrices, ask.shapes, ask.variances, strict=True):
        if matrix is None or 2 * matrix.size < shape[0] * shape[1] or not np.all(np.isfinite(matrix)):
            laws.append(None)
            continue
        recur = _recur(matrix) or _recur(matrix.T) or any(_share(matrix, other) for other in earlier)
        earlier.append(matrix)
        laws.append(fingerprint(matrix, variance, recur))
    return laws


def _twice(matrix: np.ndarray) -> bool:
    """Whether a fifth of many draws are there before, with either sign.

    Their bits spread them evenly over PLACES; how many of these are taken says how many draws differ.
    """
    if matrix.size < ENOUGH or matrix.dtype.kind != "f" or matrix.dtype.itemsize < 4:
        return False  # half precision has too few numbers to tell
    bits = np.abs(matrix, dtype=float).ravel().view(np.uint64)
    taken = np.zeros(PLACES, bool)
    taken[(bits * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(44)] = True  # the golden ratio's bits
    return bool(taken.sum() < 0.8 * PLACES * -np.expm1(-matrix.size / PLACES))


def _recur(matrix: np.ndarray) -> bool:
    """Whether one of the first rows is there twice."""
    if matrix.ndim != 2 or matrix.shape[1] < 2:
        return False
    count = len(matrix[:LOOKED_AT])
    return len(_heads(matrix)) < count and len(_rows(matrix)) < count


def _share(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two matrices have one of their first rows in common."""
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or a.shape[1] < 2:
        return False
    return not _heads(a).isdisjoint(_heads(b)) and not _rows(a).isdisjoint(_rows(b))


def _heads(matrix: np.ndarray) -> set[bytes]:
    """How the first rows begin: that tells most apart, and costs little."""
    return _rows(matrix[:, :HEAD])


def _rows(matrix: np.ndarray) -> set[bytes]:
    """The first rows."""
    return {row.tobytes() for row in np.ascontiguousarray(matrix[:LOOKED_AT])}


@np.errstate(all="ignore")
def fingerprint(matrix: np.ndarray, variance: float, repeats: bool = False) -> Law:
    """What a matrix of draws looks like beside the variance asked for."""
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
    told = m2 > 1e-24 * mean * mean and m2 * m2 > 0  # more than rounding; of numbers too large, inf / inf
    return Law(
        n=n,
        ratio=(m2 + mean * mean) / variance,
        mean_z=mean / sqrt(variance / n),
        kurtosis=m4 / (m2 * m2) if told else float("nan"),
        repeats=repeats,
        hangs=max(_hang(matrix), _hang(matrix.T)),
        twice=_twice(matrix),
    )


def _hang(matrix: np.ndarray) -> float:
    """By how many standard errors the squares of the cosines between rows are above those of chance.

    The cosine of two independent rows of n numbers has mean 0 and variance 1 / n; its square, times
    n, has a variance below 2. The pairs of rows are independent of each other.
    """
    if matrix.ndim != 2 or len(matrix) < 2 * LINES or matrix.shape[1] < ENOUGH_IN_A_LINE:
        return 0.0
    half = len(matrix) // 2
    lines = np.concatenate((matrix[:LINES], matrix[half : half + LINES]), dtype=float)
    lines /= np.sqrt(np.square(lines).sum(axis=1, keepdims=True))
    pairs = LINES * (2 * LINES - 1)
    squares = matrix.shape[1] * (np.square(lines @ lines.T).sum() - 2 * LINES) / 2
    return float((squares - pairs) / sqrt(2 * pairs))


def _near(a: float, b: float, relative: float) -> bool:
    return bool(abs(a - b) <= relative * max(abs(a), abs(b)))
