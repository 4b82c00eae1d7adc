"""`relu_moments`: mean, variance and second moment of a normal number after ReLU."""

from collections.abc import Callable
from itertools import permutations
from math import pi, sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import real_array
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise, is_rounded

MEAN, VARIANCE, SECOND = 1 / sqrt(2 * pi), 0.5 - 0.5 / pi, 0.5  # after ReLU, for sigma = 1


def _in_order(*order: int) -> Callable[[float], tuple[float, ...]]:
    def moments(s: float) -> tuple[float, ...]:
        right = (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2)
        return tuple(right[place] for place in order)

    return moments


def _moments(mean: float, second: float) -> tuple[float, float, float]:
    """The three numbers that belong together."""
    return mean, second - mean**2, second


def _drawn(s):  # type: ignore[no-untyped-def]
    h = np.maximum(np.random.default_rng(1).normal(0, s, 100_000), 0)
    return np.mean(h), np.var(h), np.mean(h**2)


@np.errstate(all="ignore")  # an answer may hold infinities
def _ratios(trials: Trials, *of: float) -> np.ndarray | None:
    """Answers over sigma, sigma squared and sigma squared, and over `of`: a row for each sigma."""
    rows = []
    for trial in trials:
        got, sigma = real_array(trial.call.value), trial.case.args[0]
        if got is None or got.shape != (3,):
            return None
        rows.append(got / [sigma, sigma**2, sigma**2] / (of or 1))
    return np.array(rows)


def _constants_rounded(trials: Trials) -> bool:
    """The three numbers are sigma, its square and its square, times the right constants, rounded."""
    each, right = _ratios(trials), np.array([MEAN, VARIANCE, SECOND])
    if each is None or not np.allclose(each, each[0], rtol=1e-9, atol=0):
        return False
    cut = [np.isclose(each[0], right.round(k), rtol=1e-9, atol=0) for k in range(1, 7)]
    exact = np.isclose(each[0], right, rtol=1e-9, atol=0)
    return bool(np.all(exact | np.any(cut, axis=0)))


def _rounded(trials: Trials) -> bool:
    return is_rounded(trials) or _constants_rounded(trials)


def _right_for_one_alone(trials: Trials) -> bool:
    """Right where sigma is 1, up to rounded constants, and for every other sigma far off."""
    each, at_one = _ratios(trials, MEAN, VARIANCE, SECOND), [trial.case.args[0] == 1 for trial in trials]
    if each is None:
        return False
    off = np.max(np.abs(each - 1), axis=1)
    return bool(np.all((off < 0.003) == at_one) and not np.any(np.isnan(off)))


def _nearly_right(trials: Trials) -> bool:
    """Every number is within 3 % for every sigma, and none of this is rounding."""
    each = _ratios(trials, MEAN, VARIANCE, SECOND)
    return each is not None and bool(np.max(np.abs(each - 1)) < 0.03) and not _rounded(trials)


def _mean_off_by_a_factor(trials: Trials) -> bool:
    """The second moment is right; the mean is off by one factor, and nothing else is wrong.

    The factors 0, 1/2 sigma and 2 have names of their own, and so have missing brackets.
    """
    each = _ratios(trials, MEAN, 1, SECOND)
    if each is None or not np.allclose(each, each[0], rtol=1e-4, atol=0) or _rounded(trials):
        return False
    factor, variance, second = each[0]
    others = (0, 1, 2, 0.5 / MEAN, pi * sqrt(pi))
    return bool(
        abs(second - 1) < 1e-4
        and min(abs(factor - other) for other in others) > 0.002
        and min(abs(variance - right) for right in (VARIANCE, SECOND - (factor * MEAN) ** 2)) < 1e-4
    )


EXERCISE = exercise(
    "relu_moments",
    Cases(
        Case(1.0, want=(0.39894228, 0.34084506, 0.5), kind="sigma = 1"),
        Case(2.0, want=(0.79788456, 1.36338023, 2.0), kind="a sigma above 1"),
        Case(0.125, want=(0.049867785, 0.005325704, 0.0078125), kind="a sigma below 1"),
        Case(3.5, want=(1.39629798, 4.17535195, 6.125), kind="a sigma above 1"),
        Case(40, want=(15.9576912, 545.352089, 800.0), kind="a sigma that is a whole number"),
        Case(0.0008, want=(3.19153824e-4, 2.18140836e-7, 3.2e-7), kind="a very small sigma"),
        looks_at=VALUES,
    ),
    mistakes={
        "second-moment-for-variance": lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2 / 2),
        "relu-halves-the-variance": (
            lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2 / 2 + s**2 / (2 * pi)),
            lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2),
            lambda s: (s / 2, s**2 / 2, s**2 / 2 + s**2 / 4),
        ),
        "mean-of-the-absolute-value": (
            lambda s: _moments(s * sqrt(2 / pi), s**2 / 2),
            lambda s: (s * sqrt(2 / pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2),
            lambda s: (s * sqrt(2 / pi), s**2 * (1 - 2 / pi), s**2 / 2),
            lambda s: (s * sqrt(2 / pi), s**2 / 2, s**2 / 2),
        ),
        "mean-zero": (
            lambda s: (0.0, s**2 / 2, s**2 / 2),
            lambda s: (0.0, s**2 * (0.5 - 0.5 / pi), s**2 / 2),
        ),
        "mean-not-squared": (
            lambda s: (s / sqrt(2 * pi), s**2 / 2 - s / sqrt(2 * pi), s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2 / 2 + s / sqrt(2 * pi)),
            lambda s: (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 * (0.5 - 0.5 / pi) + s / sqrt(2 * pi)),
        ),
        "plus-for-minus": lambda s: (s / sqrt(2 * pi), s**2 / 2 + s**2 / (2 * pi), s**2 / 2),
        "power-of-sigma": (
            lambda s: (s / sqrt(2 * pi), s * (0.5 - 0.5 / pi), s / 2),
            lambda s: (sqrt(s / (2 * pi)), s * (0.5 - 0.5 / pi), s / 2),
            lambda s: (s / sqrt(2 * pi), s / 2 - s**2 / (2 * pi), s / 2),
            lambda s: _moments(1 / sqrt(2 * pi), s**2 / 2),
            lambda s: (s**2 / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2),
        ),
        "sigma-halved": (
            lambda s: (s / sqrt(2 * pi), s**2 / 4, s**2 / 2),
            lambda s: _moments(s / 2, s**2 / 2),
            lambda s: (s / 2, s**2 * (0.5 - 0.5 / pi), s**2 / 2),
            lambda s: (s / 2, s**2 / 2, s**2 / 2),
            lambda s: _moments(s / sqrt(2 * pi), s**2 / 4),
            lambda s: (s / sqrt(2 * pi), s**2 / 4, s**2 / 4 + s**2 / (2 * pi)),
            lambda s: (0.0, s**2 / 4, s**2 / 4),
        ),
        "not-halved": (
            lambda s: _moments(s / sqrt(2 * pi), s**2),
            lambda s: (s / sqrt(2 * pi), s**2, s**2),
            lambda s: (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2),
            lambda s: (s / sqrt(2 * pi), s**2, s**2 + s**2 / (2 * pi)),
            lambda s: (s / sqrt(2 * pi), s**2, s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s**2 - s**2 / (2 * pi), s**2 / 2),
        ),
        "square-of-the-mean": (
            lambda s: (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / (2 * pi)),
            lambda s: (s / sqrt(2 * pi), 0.0, s**2 / (2 * pi)),
            lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2 / (2 * pi)),
        ),
        "without-relu": lambda s: (0.0, s**2, s**2),
        "only-the-active": lambda s: (s * sqrt(2 / pi), s**2 * (1 - 2 / pi), s**2),
        "variance-of-the-active": (
            lambda s: (s / sqrt(2 * pi), s**2 * (1 - 2 / pi), s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s**2 * (1 - 2 / pi) / 2, s**2 / 2),
            lambda s: (s * sqrt(2 / pi), s**2 * (1 - 2 / pi) / 2, s**2 / 2),
        ),
        "root-mean-square": (
            lambda s: (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s / sqrt(2)),
            lambda s: (s / sqrt(2 * pi), s**2 / 2, s / sqrt(2)),
        ),
        "parts-in-another-order": tuple(
            _in_order(*order) for order in permutations(range(3)) if order != (0, 1, 2)
        ),
        "std-for-variance": (
            lambda s: (s / sqrt(2 * pi), s * sqrt(0.5 - 0.5 / pi), s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s * sqrt(0.5 - 0.5 / pi), s / sqrt(2)),
        ),
        "brackets-missing": (
            lambda s: (s / sqrt(2) * pi, s**2 / 2 - (s / sqrt(2) * pi) ** 2, s**2 / 2),
            lambda s: (s / sqrt(2) * pi, s**2 * (0.5 - 0.5 / pi), s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s**2 / 2 - s**2 / 2 * pi, s**2 / 2),
        ),
        "constant-of-the-integral": (
            lambda s: _moments(s / sqrt(pi), s**2 / 2),
            lambda s: _moments(s / (2 * pi), s**2 / 2),
            lambda s: _moments(-s / sqrt(2 * pi), s**2 / 2),
            lambda s: (s * sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2),
        ),
        "drawn-or-summed": _drawn,
        "rounded": (
            lambda s: (round(s / sqrt(2 * pi), 3), round(s**2 * (0.5 - 0.5 / pi), 3), round(s**2 / 2, 3)),
            lambda s: (0.399 * s, 0.341 * s**2, s**2 / 2),
        ),
    },
    shown_by={
        "rounded": _rounded,
        "power-of-sigma": _right_for_one_alone,
        "drawn-or-summed": _nearly_right,
        "constant-of-the-integral": _mean_off_by_a_factor,
    },
    hidden=2,
    prompt=Prompt(1, "For σ = 2, which are the mean, the variance and the second moment after ReLU?"),
    parts=("mean", "variance", "second moment"),
)
