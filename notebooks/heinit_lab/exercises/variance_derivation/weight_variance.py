"""`weight_variance`: the variance that keeps the second moment, for any slope."""

from math import sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

_RELU, _BETWEEN, _BEYOND = "slope 0", "a slope between 0 and 1", "a slope beyond 1"

EXERCISE = exercise(
    "weight_variance",
    Cases(
        Case(4, want=0.5, kind=_RELU),
        Case(128, want=0.015625, kind=_RELU),
        Case(4, slope=0.5, want=0.4, kind=_BETWEEN),
        Case(10, slope=0.3, want=0.183486239, kind=_BETWEEN),
        Case(7, slope=-0.2, want=0.274725275, kind="a slope below 0"),
        Case(250, slope=1.0, want=0.004, kind="slope 1"),
        Case(5, slope=3.0, want=0.04, kind=_BEYOND),
        Case(1, slope=-2.0, want=0.4, kind="a slope below 0"),
        Case(40_000, slope=0.1, want=4.95049505e-5, kind=_BETWEEN),
        Case(2, slope=-1.0, want=0.5, kind="a slope below 0"),
        Case(3, slope=800.0, want=1.04166504e-6, kind=_BEYOND),
        looks_at=VALUES,
    ),
    mistakes={
        "slope-not-squared": (
            lambda n, slope=0.0: 2 / ((1 + slope) * n),
            lambda n, slope=0.0: 2 / ((1 + abs(slope)) * n),
            lambda n, slope=0.0: 1 / ((1 + slope) * n),
            lambda n, slope=0.0: 4 / ((1 + slope) * n),
        ),
        "sum-squared": (
            lambda n, slope=0.0: 2 / ((1 + slope) ** 2 * n),
            lambda n, slope=0.0: 2 / ((1 + abs(slope)) ** 2 * n),
        ),
        "minus-for-plus": (
            lambda n, slope=0.0: 2 / ((1 - slope**2) * n),
            lambda n, slope=0.0: 2 * (1 - slope**2) / n,
            lambda n, slope=0.0: 2 / ((1 - slope) * n),
            lambda n, slope=0.0: 2 / ((1 - abs(slope)) * n),
            lambda n, slope=0.0: 2 / n - slope**2,
            lambda n, slope=0.0: 2 / ((1 - slope) ** 2 * n),
            lambda n, slope=0.0: 2 * (1 - slope) / n,
        ),
        "between-the-ends": (
            lambda n, slope=0.0: (2 - slope) / n,
            lambda n, slope=0.0: (2 - abs(slope)) / n,
            lambda n, slope=0.0: (2 - slope**2) / n,
            lambda n, slope=0.0: 2 / n if slope == 0 else 1 / n,
        ),
        "slope-in-place-of-1": (
            lambda n, slope=0.0: 2 / (slope**2 * n) if slope else 2 / n,
            lambda n, slope=0.0: 2 / (abs(slope) * n) if slope else 2 / n,
        ),
        "below-zero-not-halved": (
            lambda n, slope=0.0: 1 / ((0.5 + slope**2) * n),
            lambda n, slope=0.0: 2 / n / (1 + 2 * slope**2),
        ),
        "std-for-variance": (
            lambda n, slope=0.0: sqrt(2 / ((1 + slope**2) * n)),
            lambda n, slope=0.0: sqrt(2 / n),
            lambda n, slope=0.0: sqrt(2 * (1 + slope**2) / n),
            lambda n, slope=0.0: sqrt(1 / ((1 + slope**2) * n)),
        ),
        "gain-not-squared": (
            lambda n, slope=0.0: sqrt(2 / (1 + slope**2)) / n,
            lambda n, slope=0.0: sqrt(2) / ((1 + slope**2) * n),
            lambda n, slope=0.0: 2 / (sqrt(1 + slope**2) * n),
        ),
        "ignores-the-slope": lambda n, slope=0.0: 2 / n,
        "xavier-for-he": (lambda n, slope=0.0: 1 / ((1 + slope**2) * n), lambda n, slope=0.0: 1 / n),
        "share-for-its-inverse": (
            lambda n, slope=0.0: 2 * (1 + slope**2) / n,
            lambda n, slope=0.0: (1 + slope**2) / (2 * n),
            lambda n, slope=0.0: (1 + slope**2) / n,
            lambda n, slope=0.0: n * (1 + slope**2) / 2,
            lambda n, slope=0.0: (2 + slope) / n,
            lambda n, slope=0.0: (2 + slope**2) / n,
            lambda n, slope=0.0: 2 * (1 + slope) / n,
            lambda n, slope=0.0: 2 * (1 + abs(slope)) / n,
        ),
        "two-twice": lambda n, slope=0.0: 4 / ((1 + slope**2) * n),
        "two-the-wrong-way": (lambda n, slope=0.0: 0.5 / ((1 + slope**2) * n), lambda n, slope=0.0: 0.5 / n),
        "power-of-fan": (
            lambda n, slope=0.0: 2 / (1 + slope**2),
            lambda n, slope=0.0: 2 / ((1 + slope**2) * n**2),
            lambda n, slope=0.0: 2 / ((1 + slope**2) * sqrt(n)),
            lambda n, slope=0.0: (2 / ((1 + slope**2) * n)) ** 2,
            lambda n, slope=0.0: 2 / n**2,
        ),
        "fan-off-by-one": (
            lambda n, slope=0.0: 2 / ((1 + slope**2) * (n + 1)),
            lambda n, slope=0.0: 2 / ((1 + slope**2) * (n - 1)),
        ),
        "bound-for-variance": (
            lambda n, slope=0.0: sqrt(6 / ((1 + slope**2) * n)),
            lambda n, slope=0.0: 6 / ((1 + slope**2) * n),
        ),
        "brackets-missing": (
            lambda n, slope=0.0: 2 / (1 + slope**2) * n,
            lambda n, slope=0.0: 2 / (1 + slope**2 * n),
            lambda n, slope=0.0: 2 / (n + slope**2),
            lambda n, slope=0.0: 2 / (n + slope),
            lambda n, slope=0.0: 2 / n + slope**2,
        ),
        "rounded": lambda n, slope=0.0: round(2 / ((1 + slope**2) * n), 4),
    },
    hidden=2,
    prompt=Prompt(3, "Sums of 10 terms, slope 0.3 below 0. Which variance keeps the second moment?"),
)
