"""`relu_moments`: mean, variance and second moment of a normal number after ReLU."""

from collections.abc import Callable
from itertools import permutations
from math import pi, sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise, is_rounded


def _in_order(*order: int) -> Callable[[float], tuple[float, ...]]:
    def moments(s: float) -> tuple[float, ...]:
        right = (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2)
        return tuple(right[place] for place in order)

    return moments


@np.errstate(all="ignore")  # an answer may hold infinities
def _constants_rounded(trials: Trials) -> bool:
    """The three numbers are sigma, its square and its square, times the right constants, rounded."""
    found = []
    for trial in trials:
        got, sigma = as_array(trial.call.value), trial.case.args[0]
        if got is None or got.shape != (3,) or got.dtype.kind not in "iuf":
            return False
        found.append(got / [sigma, sigma**2, sigma**2])
    right = np.array([1 / sqrt(2 * pi), 0.5 - 0.5 / pi, 0.5])
    each = np.array(found)
    cut = [np.isclose(each[0], right.round(k), rtol=1e-9, atol=0) for k in range(1, 7)]
    exact = np.isclose(each[0], right, rtol=1e-9, atol=0)
    return bool(np.allclose(each, each[0], rtol=1e-9, atol=0) and np.all(exact | np.any(cut, axis=0)))


EXERCISE = exercise(
    "relu_moments",
    Cases(
        Case(1.0, want=(0.39894228, 0.34084506, 0.5)),
        Case(2.0, want=(0.79788456, 1.36338023, 2.0)),
        Case(0.125, want=(0.049867785, 0.005325704, 0.0078125)),
        Case(3.5, want=(1.39629798, 4.17535195, 6.125)),
        looks_at=VALUES,
    ),
    mistakes={
        "second-moment-for-variance": lambda s: (s / sqrt(2 * pi), s**2 / 2, s**2 / 2),
        "mean-zero": (
            lambda s: (0.0, s**2 / 2, s**2 / 2),
            lambda s: (0.0, s**2 * (0.5 - 0.5 / pi), s**2 / 2),
        ),
        "sigma-for-variance": (
            lambda s: (s / sqrt(2 * pi), s * (0.5 - 0.5 / pi), s / 2),
            lambda s: (sqrt(s / (2 * pi)), s * (0.5 - 0.5 / pi), s / 2),
            lambda s: (s / sqrt(2 * pi), s / 2 - s**2 / (2 * pi), s / 2),
        ),
        "without-relu": lambda s: (0.0, s**2, s**2),
        "only-the-active": lambda s: (s * sqrt(2 / pi), s**2 * (1 - 2 / pi), s**2),
        "parts-in-another-order": tuple(
            _in_order(*order) for order in permutations(range(3)) if order != (0, 1, 2)
        ),
        "std-for-variance": lambda s: (s / sqrt(2 * pi), s * sqrt(0.5 - 0.5 / pi), s**2 / 2),
        "brackets-missing": (
            lambda s: (s / sqrt(2) * pi, s**2 / 2 - (s / sqrt(2) * pi) ** 2, s**2 / 2),
            lambda s: (s / sqrt(2) * pi, s**2 * (0.5 - 0.5 / pi), s**2 / 2),
            lambda s: (s / sqrt(2 * pi), s**2 / 2 - s**2 / 2 * pi, s**2 / 2),
        ),
        "rounded": (
            lambda s: (round(s / sqrt(2 * pi), 3), round(s**2 * (0.5 - 0.5 / pi), 3), round(s**2 / 2, 3)),
            lambda s: (0.399 * s, 0.341 * s**2, s**2 / 2),
        ),
    },
    shown_by={"rounded": lambda trials: is_rounded(trials) or _constants_rounded(trials)},
    hidden=2,
    prompt=Prompt(1, "For σ = 2, which are the mean, the variance and the second moment after ReLU?"),
)
