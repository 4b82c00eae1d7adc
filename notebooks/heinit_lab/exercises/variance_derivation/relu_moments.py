"""`relu_moments`: mean, variance and second moment of a normal number after ReLU."""

from collections.abc import Callable
from itertools import permutations
from math import pi, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise


def _in_order(*order: int) -> Callable[[float], tuple[float, ...]]:
    def moments(s: float) -> tuple[float, ...]:
        right = (s / sqrt(2 * pi), s**2 * (0.5 - 0.5 / pi), s**2 / 2)
        return tuple(right[place] for place in order)

    return moments


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
    },
    hidden=2,
    prompt=Prompt(1, "For σ = 2, which are the mean, the variance and the second moment after ReLU?"),
)
