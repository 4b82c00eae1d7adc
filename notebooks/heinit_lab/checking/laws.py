"""The law of many draws: what it is to be, how it is read, and how far chance alone may move it.

Draws are read in units of the standard deviation that the exercise asks for: u = w / sqrt(v). The u of a
right answer are independent, of mean 0 and variance 1, normal or uniform. Each measure gives a surprise s in
nats: a right answer surprises by more than s with a probability of at most exp(-s). A finding is what
surprises by more than LIMIT, which chance does to one measure with the probability FALSE_FAIL. The measures
of a law of n draws, and what their surprise is but for constants:

    mean           u                            n mean^2 / 2, as for every sub-Gaussian u of variance 1
    mean square    u^2                          n (r - 1 - log r) / 2, Chernoff's bound for chi-square
    symmetry       u^3 - k u                    z^2 / 2 - EXCESS z^4 / (24 n), up to where that is largest
    kurtosis       u^4                          z^2 / 2 - SKEW z^3 / (6 sqrt(n)), up to where that is largest
    shape          draws below each of EDGES    n KL(share, p), Chernoff's bound for a binomial number
    evenness       chi-square over BINS         Chernoff's bound for chi-square
    bound          largest |u|, if uniform      no uniform number is beyond sqrt(3)

The bounds of symmetry, kurtosis and evenness hold in the limit of many draws. At LIMIT, Chernoff's bound is
above the tail by a factor of more than 10, the reserve for few draws; kurtosis needs at least FEW. All
measures allow for rounding, by HALF or SINGLE, which is what three operations in that precision may move a
draw by, relative to the draw: so the bounds hold for every float type, and half precision is judged less
sharply. The grid of half precision is never even, so its evenness is not read. Laws of several matrices add
up to the law of them all.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import erfc, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np

from heinit_lab.checking.draw_cases import NORMAL, UNIFORM

FALSE_FAIL = 1e-9  # of one measure of a right answer, at most
LIMIT = -log(FALSE_FAIL)  # nats
MEASURES = ("mean square", "mean", "kurtosis", "symmetry", "bound", "shape", "evenness")
BINS = 1024  # of equal probability
FEW_BINS = 64  # of fewer draws than FEW
FEW = 20 * BINS
SIXTH = {NORMAL: 15.0, UNIFORM: 27 / 7}  # moment of u
FOURTHS = {NORMAL: 24.0, UNIFORM: 1.317}  # variance of u^4 - k - 2 k (u^2 - 1), by which kurtosis scatters
SKEW = 14.7  # skewness of that, for a normal law; less for a uniform one
EXCESS = 90.0  # excess kurtosis of u^3 - k u, for a normal law; less for a uniform one
BOUND = sqrt(3)  # of u, for a uniform law
TAIL = np.array([3.5, 4.0, 4.5, 5.0, 6.0])  # further edges of a normal law
NEAR, ALL = 0.5, 50_000
BLOCK = 8192  # draws read at a time: they stay in the cache, which is twenty times as fast
HALF, SINGLE = 3 * 2.0**-11, 3 * 2.0**-24  # relative rounding of a draw


def normal_surprise(z: float) -> float:
    """The surprise, in nats, of a normal number that is z standard deviations off, to either side."""
    return z * z / 2 - log(2)


def chi_square_surprise(total: float, df: int) -> float:
    """The surprise of a chi-square number, too large or too small (Chernoff's bound)."""
    return df * float(divergence(total / df)) / 2 - log(2)


def divergence(ratio: Any) -> Any:
    """r - 1 - log r, which is 0 at 1 and about (r - 1)^2 / 2 around it; infinite at 0."""
    return ratio - 1 - np.log(ratio)


def event_surprise(count: int, expected: float) -> float:
    """The surprise of `count` rare events, where at most `expected` are expected (Chernoff, Poisson)."""
    return count * log(count / expected) - count + expected if count > expected else 0.0


def kurtosis_spread(n: int) -> float:
    """How far the kurtosis of n draws may be from that of n other draws of the same law."""
    return 6.27 * sqrt(24 / n)


@dataclass(frozen=True, eq=False)
class Law:
    """The law of one matrix of draws, or of several, in units of the standard deviation asked for.

    n: how many draws. powers: sums of u, u^2, u^3 and u^4. below: how many draws lie below each of EDGES.
    largest: |u|. near: the sizes |u| of all draws, or of those below NEAR where there are more than ALL.
    rounding: of the float type. repeats: whether rows, columns or matrices recur.
    decimals: to how many decimal places every draw is rounded; 0 where no rounding is seen.
    several: whether these are the draws of several calls; the evenness of such is not read, since an answer
        that fixes its seed repeats itself there, and loses the points for randomness alone.
    """

    n: int
    powers: np.ndarray
    below: np.ndarray
    largest: float
    near: np.ndarray
    rounding: float = SINGLE
    repeats: bool = False
    decimals: int = 0
    several: bool = False

    def __add__(self, other: Law) -> Law:
        return Law(
            self.n + other.n,
            self.powers + other.powers,
            self.below + other.below,
            max(self.largest, other.largest),
            np.concatenate((self.near, other.near)),
            max(self.rounding, other.rounding),
            self.repeats or other.repeats,
            max(self.decimals, other.decimals) if self.decimals and other.decimals else 0,
            several=True,
        )

    @property
    def ratio(self) -> float:
        """The mean square, over the variance asked for."""
        return float(self.powers[1]) / self.n

    @property
    def mean_z(self) -> float:
        """The mean, over its standard error."""
        return float(self.powers[0]) / sqrt(self.n)

    @property
    def kurtosis(self) -> float:
        """Of the draws around their mean; NaN where all are the same, or too large to tell."""
        m, m2, m3, m4 = (self.powers / self.n).tolist()
        square = m2 - m * m
        if not (square > 1e-12 * m * m and 0 < square * square < float("inf")):  # more than rounding
            return float("nan")
        return float((m4 - 4 * m * m3 + 6 * m * m * m2 - 3 * m**4) / square**2)

    @np.errstate(all="ignore")
    def surprises(self, kurtosis: float) -> dict[str, float]:
        """The surprise of each of MEASURES, in nats, beside the law of this kurtosis."""
        n = self.n
        low, high = self.ratio / (1 + self.rounding / 3) ** 2, self.ratio / (1 - self.rounding / 3) ** 2
        ratio = min(max(1.0, low), high)  # the one that rounding leaves possible, nearest to 1
        beyond = kurtosis == UNIFORM and self.largest > BOUND * (1 + 2 * self.rounding)
        nats = (
            n * float(divergence(ratio)) / 2 - log(2),
            normal_surprise(self.mean_z),
            self._tails(kurtosis),
            self._lopsidedness(kurtosis),
            float("inf") if beyond else 0.0,
            max(float((self._off(kurtosis) - _ways(kurtosis)).max()), self._beyond(kurtosis)),
            self._unevenness(kurtosis),
        )
        return {name: float("inf") if np.isnan(s) else s for name, s in zip(MEASURES, nats, strict=True)}

    def _lopsidedness(self, kurtosis: float) -> float:
        third = float(self.powers[2] - kurtosis * self.powers[0])
        z = min(abs(third) / sqrt(self.n * (SIXTH[kurtosis] - kurtosis**2)), sqrt(6 * self.n / EXCESS))
        return normal_surprise(z) - EXCESS * z**4 / 24 / self.n

    def _tails(self, kurtosis: float) -> float:
        if self.n < FEW:
            return 0.0
        z = abs(self.kurtosis - kurtosis) / sqrt(FOURTHS[kurtosis] / self.n)
        z = min(z, 2 * sqrt(self.n) / SKEW)
        return normal_surprise(z) - SKEW * z**3 / 6 / sqrt(self.n)

    def worst_edge(self, kurtosis: float) -> tuple[float, float, float]:
        """The edge below which the share of draws surprises most, that share, and the right one."""
        worst = int((self._off(kurtosis) - _ways(kurtosis)).argmax())
        right = float(_probabilities(kurtosis, 0.0)[0][worst])
        return float(edges(kurtosis)[worst]), float(self.below[worst]) / self.n, right

    def _off(self, kurtosis: float) -> np.ndarray:
        """How surprising the number of draws below each edge is, whichever way they were rounded."""
        return self.n * _relative_entropy(self.below / self.n, *_probabilities(kurtosis, self.rounding))

    def _beyond(self, kurtosis: float) -> float:
        """The same for the number of draws beyond each edge of TAIL, on both sides together."""
        tails = len(TAIL) if kurtosis == NORMAL else 0
        left, right = self.below[:tails], self.below[::-1][:tails]
        low, high = _probabilities(kurtosis, self.rounding)
        bounds = (low[:tails] + 1 - high[::-1][:tails], high[:tails] + 1 - low[::-1][:tails])
        nats = self.n * _relative_entropy((left + self.n - right) / self.n, *bounds)
        return float(nats.max(initial=0)) - log(6 * len(TAIL))

    def _unevenness(self, kurtosis: float) -> float:
        bins = FEW_BINS if self.n < FEW else BINS
        if self.n < 20 * bins or self.rounding == HALF or self.several:
            return 0.0
        tails = (len(self.below) - BINS + 1) // 2  # edges before the first that bounds a bin
        inner = self.below[tails : len(self.below) - tails]
        below = np.concatenate(([0], inner, [self.n]))[:: BINS // bins]
        expected = self.n / bins
        return chi_square_surprise(float(np.square(np.diff(below) - expected).sum() / expected), bins - 1)

    def like(self, other: Law) -> bool:
        """Whether the same code may have drawn both, as far as 10 standard errors can tell."""
        if not (np.isfinite(self.kurtosis) and np.isfinite(other.kurtosis)):
            return False
        if self.repeats or other.repeats:
            return self.repeats == other.repeats
        larger = max(self.ratio, other.ratio)
        return (
            bool(abs(self.ratio - other.ratio) <= 10.9 * sqrt(2 / self.n) * larger)
            and abs(self.mean_z - other.mean_z) < 9 * sqrt(max(1.0, larger))
            and abs(self.kurtosis - other.kurtosis) < 2 * kurtosis_spread(self.n)
            and bool(np.all(self._apart(other) < 10))
        )

    def _apart(self, other: Law) -> np.ndarray:
        """By how many standard errors the shares below each edge differ."""
        both, n = self.below + other.below, self.n + other.n
        error = np.sqrt(both * (n - both) * (1 / self.n + 1 / other.n)) / n
        return np.asarray(np.abs(self.below / self.n - other.below / other.n) / np.maximum(error, 1 / self.n))


@lru_cache
def edges(kurtosis: float) -> np.ndarray:
    """Numbers u below which draws are counted: the bounds of BINS, and for a normal law some in its tails."""
    shares = np.arange(1, BINS) / BINS
    if kurtosis == UNIFORM:
        return np.asarray(BOUND * (2 * shares - 1))
    inner = [NormalDist().inv_cdf(share) for share in shares]
    return np.concatenate((-TAIL[::-1], inner, TAIL))


@lru_cache
def _ways(kurtosis: float) -> np.ndarray:
    """What is taken off for the number of edges and for both directions.

    A third of the chance belongs to the edges of bins, one to the tails, one to both tails together.
    """
    outside = np.abs(edges(kurtosis)) >= TAIL[0]
    return np.asarray(np.log(6 * np.where(outside, outside.sum(), (~outside).sum())))


@lru_cache
def _probabilities(kurtosis: float, rounding: float) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest probability of a draw below each edge, once the draw is rounded."""
    at = edges(kurtosis)
    off = rounding * (np.abs(at) + 0.01)

    def share(u: np.ndarray) -> np.ndarray:
        if kurtosis == UNIFORM:
            return np.clip((1 + u / BOUND) / 2, 0, 1)
        return np.array([erfc(-x / sqrt(2)) / 2 for x in u])

    return share(at - off), share(at + off)


def _relative_entropy(share: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """KL(share, p) of the p between low and high that is nearest."""
    p = np.clip(share, low, high)
    with np.errstate(all="ignore"):
        parts = [np.where(a > 0, a * np.log(a / b), 0) for a, b in ((share, p), (1 - share, 1 - p))]
    return np.asarray(parts[0] + parts[1])


def standard(matrix: np.ndarray, variance: float) -> np.ndarray:
    """The draws u of a matrix, in units of the standard deviation; one row of them where it is no matrix."""
    u = np.multiply(matrix, 1 / sqrt(variance), dtype=float)
    return np.asarray(u if u.ndim == 2 else u.reshape(1, -1))


@np.errstate(all="ignore")
def rounding_of(matrix: np.ndarray, u: np.ndarray) -> float:
    """HALF where the draws have half precision, whatever they were multiplied by; else SINGLE."""
    some = u.ravel()[:64]
    for v in (matrix.ravel()[:64].astype(float), some, some / BOUND):
        if np.all(np.abs(v - v.astype(np.float16)) <= 1e-12 * np.abs(v)):
            return HALF
    return SINGLE


@np.errstate(all="ignore")
def law_of(u: np.ndarray, kurtosis: float = NORMAL, rounding: float = SINGLE, repeats: bool = False) -> Law:
    """The law of the draws u, counted by the edges of the law of this kurtosis."""
    draws, powers = u.ravel(), np.zeros(4)
    for start in range(0, draws.size, BLOCK):
        part = draws[start : start + BLOCK]
        square = part * part
        powers += (part.sum(), square.sum(), square @ part, square @ square)
    in_order = np.sort(draws)
    below = np.searchsorted(in_order, edges(kurtosis)).astype(np.int64)  # products of them need 64 bits
    largest = float(max(-in_order[0], in_order[-1]))
    middle = np.searchsorted(in_order, (-NEAR, NEAR)) if draws.size > ALL else (0, draws.size)
    near = np.abs(in_order[middle[0] : middle[1]])
    return Law(draws.size, powers, below, largest, near, rounding, repeats)


@np.errstate(all="ignore")
def decimals_of(matrix: np.ndarray) -> int:
    """To how many decimal places, at most 8, all draws are rounded; 0 for others, and for few values."""
    draws = matrix.ravel().astype(float)
    for places in range(1, 9):
        if all(np.all(np.abs(part - part.round(places)) < 1e-12) for part in (draws[:64], draws)):
            return places if np.unique(draws[:64]).size > 4 else 0
    return 0
