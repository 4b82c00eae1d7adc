"""The fingerprint of a matrix of weights: its mean, its variance, its law, and what its entries share.

No scale is asked for here, so a law is tried in units that the draws themselves set: a normal one by their
mean and standard deviation, a uniform one by its two ends, a normal one that is cut off by its ends and its
standard deviation together. A law is the first of these against which no measure of `checking.laws` speaks,
each of which misjudges a right one with a probability of at most FALSE_FAIL. What was fitted brings draws
nearer to the law, and so makes the measures milder, never sharper.

Draws of a law that is cut off are read by their probabilities below the cut, which are uniform. Draws that
fit none of these laws are read by their order: the least becomes the least of as many uniform numbers, and
so on. The order of equal draws is left to chance.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from math import erf, exp, pi, sqrt

import numpy as np

from heinit_lab.checking.dependence import dependence, recur
from heinit_lab.checking.draw_cases import NORMAL, UNIFORM
from heinit_lab.checking.law_findings import HANG
from heinit_lab.checking.laws import BOUND, HALF, LIMIT, decimals_of, law_of, rounding_of

FEWEST = 20_480
"""Weights that a matrix needs so that its law can be read."""
FAR = sqrt(2 * LIMIT)
"""Standard errors, which chance exceeds with a probability below FALSE_FAIL."""
_FEW_VALUES = 1000
_RARE = 1e-3  # share of the draws that may stand at one number by chance
_CUTS = 0.5, 4.0  # standard deviations: what is cut off nearer looks uniform, what farther normal

_erf = np.vectorize(erf, otypes=[float])


@dataclass(frozen=True)
class Fingerprint:
    """What a matrix of weights shows.

    law: normal, uniform, truncated, orthogonal, signs, identity, constant, or what else is seen, in words.
    kurtosis: 3 of normal draws. low, high: the least and the greatest weight.
    cut: where a truncated law ends, in standard deviations of the normal law before the cut; else 0.
    zeros: the share of weights that are exactly 0, where these are many, else 0; the law is that of the rest.
    shared: why the weights are not independent, or ''; an orthogonal matrix has no such entry.
    """

    n: int
    mean: float
    variance: float
    kurtosis: float
    low: float
    high: float
    law: str
    cut: float = 0.0
    zeros: float = 0.0
    shared: str = ""

    @property
    def mean_error(self) -> float:
        """The standard error of the mean."""
        return sqrt(self.variance / self.n)

    @property
    def shifted(self) -> bool:
        """Whether the mean is not 0, beyond what chance explains."""
        return abs(self.mean) > FAR * self.mean_error

    @property
    def error(self) -> float:
        """The standard error of the variance, over the variance; 0 where nothing is left to chance."""
        exact = self.law in ("orthogonal", "identity", "constant")
        return 0.0 if exact else sqrt(max(self.kurtosis - 1, 0.0) / self.n)


def fingerprint(matrix: np.ndarray) -> Fingerprint:
    """Of a matrix (n_out, n_in) of at least FEWEST finite weights."""
    w = np.asarray(matrix, float)
    square = float(np.square(w - w.mean()).mean())
    kurtosis = float((((w - w.mean()) ** 2 / square) ** 2).mean()) if square else 0.0
    found = Fingerprint(w.size, float(w.mean()), square, kurtosis, float(w.min()), float(w.max()), "")
    if law := _without_chance(w):
        return replace(found, law=law)
    zeros = float(np.mean(w == 0))
    zeros = zeros if zeros > _RARE else 0.0
    if shared := _recurring(w):
        rows = np.unique(w, axis=0)
        w = rows if len(rows) < len(w) else np.unique(w, axis=1)
    law, cut, u, k = _law(w[w != 0] if zeros else w.ravel())
    if u is None or zeros:
        u, k = _ranks(w), UNIFORM
    return replace(
        found, law=law, cut=cut, zeros=zeros, shared=shared or _hanging(u.reshape(w.shape), k, _rounding(w))
    )


def variance_of_truncated(cut: float) -> float:
    """The variance of a unit normal whose draws beyond `cut` are drawn again: 0.774 for 2."""
    return 1 - 2 * cut * exp(-(cut**2) / 2) / sqrt(2 * pi) / erf(cut / sqrt(2))


def _without_chance(w: np.ndarray) -> str:
    """The name of a matrix of which at most the directions are drawn, or ''."""
    if np.ptp(w) == 0:
        return "constant"
    diagonal = np.diagonal(w)
    if np.ptp(diagonal) == 0 and np.count_nonzero(w) == diagonal.size:
        return "identity"
    side = w if len(w) <= w.shape[1] else w.T
    gram = side @ side.T
    length = float(np.trace(gram)) / len(gram)
    return "orthogonal" if np.allclose(gram, length * np.eye(len(gram)), rtol=0, atol=5e-3 * length) else ""


def _law(w: np.ndarray) -> tuple[str, float, np.ndarray | None, float]:
    """The law of draws, where it is cut off, the draws in units of a law, and that law's kurtosis.

    The draws are None where they fit no law that is read by its own units.
    """
    low, high, values, rounding = w.min(), w.max(), np.unique(w), _rounding(w)
    if len(values) == 2 and low == -high:
        return "signs", 0.0, None, UNIFORM
    if places := decimals_of(w):
        return f"rounded to {places} decimals", 0.0, None, UNIFORM
    if len(values) < (_FEW_VALUES if rounding == HALF else w.size / 2):
        return f"{len(values):,} different numbers", 0.0, None, UNIFORM
    ends = np.count_nonzero((w == low) | (w == high))
    if rounding != HALF and ends > 20 + _RARE * w.size:
        return f"clipped: {100 * ends / w.size:.2g} % stand exactly at the ends", 0.0, None, UNIFORM
    middle, half, std = (high + low) / 2, (high - low) / 2, w.std()
    cut = _cut(half / std)
    tried = [
        ("normal", 0.0, (w - w.mean()) / std, NORMAL),
        ("uniform", 0.0, BOUND * (w - middle) / half, UNIFORM),
    ]
    if cut:
        inside = _erf((w - middle) / half * cut / sqrt(2)) / erf(cut / sqrt(2))
        tried.append(("truncated", cut, BOUND * inside, UNIFORM))
    for name, at, u, k in tried:
        if max(law_of(u, k, rounding).surprises(k).values()) <= LIMIT:
            return name, at, u, k
    lopsided = abs(w.mean() - np.median(w)) > 0.05 * std
    return "lopsided" if lopsided else "another law", 0.0, None, UNIFORM


def _rounding(w: np.ndarray) -> float:
    """HALF for both half precisions: bfloat16 leaves the lower half of a float32 empty."""
    bits = w.ravel()[:64].astype(np.float32).view(np.uint32)
    return HALF if not np.any(bits & 0xFFFF) else rounding_of(w, w)


@cache
def _cut_table() -> tuple[np.ndarray, np.ndarray]:
    """Cuts, and for each the end of the law in its own standard deviations, which grows with the cut."""
    cuts = np.linspace(*_CUTS, 7001)
    return cuts, np.array([cut / sqrt(variance_of_truncated(cut)) for cut in cuts])


def _cut(end: float) -> float:
    """Where a normal law is cut off whose end lies so many of its standard deviations off; 0 if nowhere."""
    cuts, ends = _cut_table()
    return float(np.interp(end, ends, cuts)) if ends[0] < end < ends[-1] else 0.0


def _ranks(w: np.ndarray) -> np.ndarray:
    """Uniform numbers in the order of the draws; that of equal draws is left to chance."""
    rng, draws = np.random.default_rng(0), w.ravel()
    u = np.empty(draws.size)
    u[np.lexsort((rng.random(draws.size), draws))] = np.sort(rng.uniform(-BOUND, BOUND, draws.size))
    return u


def _recurring(w: np.ndarray) -> str:
    """Which lines of a matrix recur, or ''."""
    rounding = _rounding(w)
    for each, words in ((w, "rows or columns recur"), (np.abs(w), "rows or columns recur with another sign")):
        if np.ptp(each) and (recur(each, rounding) or recur(each.T, rounding)):
            return words
    return ""


def _hanging(u: np.ndarray, kurtosis: float, rounding: float) -> str:
    """Why the draws of a matrix are not independent, or ''. u: the draws in units of a law."""
    found = dependence([u], law_of(u, kurtosis, rounding), kurtosis)
    return next((HANG[name] for name, nats in found.items() if not nats <= LIMIT), "")
