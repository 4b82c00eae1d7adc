"""`weight_variance`: the variance that keeps the second moment, for any slope."""

from math import sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "weight_variance",
    Cases(
        Case(4, want=0.5),
        Case(128, want=0.015625),
        Case(4, slope=0.5, want=0.4),
        Case(10, slope=0.3, want=0.183486239),
        Case(7, slope=-0.2, want=0.274725275),
        Case(250, slope=1.0, want=0.004),
        looks_at=VALUES,
    ),
    mistakes={
        "slope-not-squared": (
            lambda n, slope=0.0: 2 / ((1 + slope) * n),
            lambda n, slope=0.0: 2 / ((1 + abs(slope)) * n),
        ),
        "minus-for-plus": lambda n, slope=0.0: 2 / ((1 - slope**2) * n),
        "std-for-variance": lambda n, slope=0.0: sqrt(2 / ((1 + slope**2) * n)),
        "ignores-the-slope": lambda n, slope=0.0: 2 / n,
        "xavier-for-he": lambda n, slope=0.0: 1 / ((1 + slope**2) * n),
        "share-for-its-inverse": (
            lambda n, slope=0.0: 2 * (1 + slope**2) / n,
            lambda n, slope=0.0: (1 + slope**2) / (2 * n),
        ),
        "two-twice": lambda n, slope=0.0: 4 / ((1 + slope**2) * n),
        "brackets-missing": (
            lambda n, slope=0.0: 2 / (1 + slope**2) * n,
            lambda n, slope=0.0: 2 / (1 + slope**2 * n),
        ),
        "rounded": lambda n, slope=0.0: round(2 / ((1 + slope**2) * n), 4),
    },
    hidden=2,
    prompt=Prompt(3, "Sums of 10 terms, slope 0.3 below 0. Which variance keeps the second moment?"),
)
