"""Whether draws are independent: within a matrix, between the matrices of a call, and between calls.

The measures, each a surprise in nats as in `laws`, of draws u in units of their standard deviation:

    twice        pairs of equal |u|, beside how many a float type makes by chance
    lines        of rows and of columns: their means, their mean squares, their cosines (as chi-square, too
                 large or too small) and the largest cosine
    neighbours   products of draws beside each other, and at any distance, row by row and column by column
    matrices     cosines between the rows and columns of one matrix and those of another
    calls        means and mean squares of many small matrices, and of all that a call gives (as chi-square)

A cosine of two independent lines of m numbers has mean 0 and variance 1 / m, and is beyond x, to either
side, with a probability below 2 (1 - x^2)^((m - 1) / 2). Squared cosines are independent in pairs, not in
triples: CUBIC / m nats are taken off their chi-square for that.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from math import log, sqrt

import numpy as np

from heinit_lab.checking.draw_cases import NORMAL
from heinit_lab.checking.laws import (
    HALF,
    Law,
    chi_square_surprise,
    divergence,
    event_surprise,
    normal_surprise,
)

COMPARED = 1024  # rows and columns among which repeats are sought
ENOUGH_BITS = 60  # of chance in a line, by which none recurs among COMPARED: 2^(19 - 60) = 5e-13
LINES = 32  # rows and columns at the beginning, and as many in the middle, whose cosines are taken
ENOUGH_IN_A_LINE = 64  # numbers in a row or column, from which cosines are nearly normal
ENDS = 256  # lines at the beginning, and as many at the end, that are compared with another matrix
CUBIC = 400.0
WINDOW = 2**16  # draws at the beginning of which all distances are tried
SAME = 1e-9  # relative difference of draws that count as equal
MANY = 16  # small matrices whose means and mean squares are compared
PER_MATRIX, PER_CALL, PER_PAIR, PER_POOL = 12, 1, 8, 7  # measures


def chance(n: int, rounding: float) -> float:
    """The number of pairs among n draws that are equal by chance, at most."""
    return n * n * (2.0**-10 if rounding == HALF else 2.0**-23)


def equals(sizes: np.ndarray) -> int:
    """How many of these sizes |u| equal the one before, when they are in order."""
    sizes = np.sort(sizes)
    return int(np.count_nonzero(np.diff(sizes) <= SAME * sizes[1:]))


@np.errstate(all="ignore")
def dependence(matrices: Sequence[np.ndarray], law: Law, kurtosis: float) -> dict[str, float]:
    """The surprises of the matrices of one call, by the name of the measure. law: of all of them."""
    sides = [side for u in matrices for side in (u, u.T)]
    return {
        "twice": event_surprise(equals(law.near), chance(law.n, law.rounding)),
        "lines": _most(s for side in sides for s in _of_lines(side, kurtosis)),
        "neighbours": _most(s for side in sides for s in _of_neighbours(side)),
        "matrices": _most(s for a, b in combinations(matrices, 2) for s in _between(a, b)),
    }


@np.errstate(all="ignore")
def of_small(calls: Sequence[Sequence[np.ndarray]], kurtosis: float, rounding: float) -> dict[str, float]:
    """The surprises of many small matrices, of calls with Generators of their own."""
    matrices = list(chain.from_iterable(calls))
    within = sum(equals(np.abs(u).ravel()) for u in matrices), sum(chance(u.size, rounding) for u in matrices)
    wholes = [np.concatenate([u.ravel() for u in call]) for call in calls]
    return {
        "twice": event_surprise(*within),
        "neighbours": max(_of_steps(matrices), _of_steps([u.T for u in matrices])),
        "calls": _most(s for groups in (matrices, wholes) for s in _of_groups(groups, kurtosis)),
    }


def _of_groups(groups: Sequence[np.ndarray], kurtosis: float) -> Iterator[float]:
    """Of the means and mean squares of many groups of draws; the smallest groups are left out."""
    some = [u for u in groups if u.size >= 8]
    if len(some) >= MANY:
        means, squares = np.array([(u.mean(), np.square(u).mean()) for u in some]).T
        yield from _of_moments(means, squares, np.array([u.size for u in some]), kurtosis)


def _most(surprises: Iterator[float]) -> float:
    return max((float("inf") if np.isnan(s) else s for s in surprises), default=0.0)


def _of_moments(
    means: np.ndarray, squares: np.ndarray, sizes: np.ndarray | int, kurtosis: float
) -> Iterator[float]:
    """Of the means and mean squares of groups of draws, as chi-square."""
    yield chi_square_surprise(float((sizes * np.square(means)).sum()), means.size)
    off = divergence(squares) if kurtosis == NORMAL else np.square(squares - 1) / (kurtosis - 1)
    yield chi_square_surprise(float((sizes * off / (1 + 1 / (3 * np.asarray(sizes)))).sum()), means.size)


def _of_lines(u: np.ndarray, kurtosis: float) -> Iterator[float]:
    """Of the rows of a matrix."""
    if len(u) < 2 * LINES or u.shape[1] < ENOUGH_IN_A_LINE:
        return
    length, half = u.shape[1], len(u) // 2
    squares = np.einsum("ij,ij->i", u, u) / length
    yield from _of_moments(u.mean(axis=1), squares, length, kurtosis)
    lines = _directions(np.concatenate((u[:LINES], u[half : half + LINES])))
    yield from _of_cosines((lines @ lines.T)[np.triu_indices(2 * LINES, 1)], length)


def _of_cosines(cosines: np.ndarray, length: int) -> Iterator[float]:
    """Of the cosines between independent lines of so many numbers."""
    squares = np.square(cosines)
    yield chi_square_surprise(length * float(squares.sum()), cosines.size) - CUBIC / length
    yield -(length - 1) / 2 * float(np.log1p(-min(1.0, squares.max()))) - log(2 * cosines.size)


def _between(a: np.ndarray, b: np.ndarray) -> Iterator[float]:
    """Of the rows and columns of one matrix beside those of another."""
    for x in (a, a.T):
        for y in (b, b.T):
            if x.shape[1] == y.shape[1] >= ENOUGH_IN_A_LINE:
                yield from _of_cosines(_directions(_ends(x)) @ _directions(_ends(y)).T, x.shape[1])


def _ends(u: np.ndarray) -> np.ndarray:
    return u if len(u) <= 2 * ENDS else np.concatenate((u[:ENDS], u[-ENDS:]))


def _directions(lines: np.ndarray) -> np.ndarray:
    lengths = np.sqrt(np.einsum("ij,ij->i", lines, lines))
    return np.asarray(lines / lengths[:, None])


def _of_neighbours(u: np.ndarray) -> Iterator[float]:
    """Of draws beside each other in a row; then, in a circle of the first rows, at any distance."""
    yield _of_steps([u])
    draws = u[: WINDOW // max(1, u[:1].size) + 1].ravel()[:WINDOW]
    n = draws.size - draws.size % 1024  # a number of small factors, for the transform
    if n:
        powers = np.square(np.abs(np.fft.rfft(draws[:n])))
        largest = float(np.abs(np.fft.irfft(powers, n)[1 : n // 2]).max())
        yield normal_surprise(largest / sqrt(n)) - log(n / 2)


def _of_steps(matrices: Sequence[np.ndarray]) -> float:
    """Of the draws beside each other in the rows of many matrices."""
    products = sum(float(np.einsum("ij,ij->", u[:, :-1], u[:, 1:])) for u in matrices)
    return normal_surprise(products / sqrt(max(1, sum(u[:, 1:].size for u in matrices))))


def recur(u: np.ndarray, rounding: float) -> bool:
    """Whether two of the first rows are equal, which chance does not do to lines of ENOUGH_BITS."""
    return _long(u, rounding) and len(_rows(u)) < len(u[:COMPARED])


def share(a: np.ndarray, b: np.ndarray, rounding: float) -> bool:
    """Whether two matrices have one of their first rows in common."""
    return _long(a, rounding) and a.shape[1:] == b.shape[1:] and not _rows(a).isdisjoint(_rows(b))


def _long(u: np.ndarray, rounding: float) -> bool:
    return bool(u.shape[1] * (10 if rounding == HALF else 22) >= ENOUGH_BITS)


def _rows(u: np.ndarray) -> set[bytes]:
    """The first rows; their bytes are compared, since np.unique along an axis takes ten times as long."""
    return {row.tobytes() for row in np.ascontiguousarray(u[:COMPARED])}
