"""`glorot_std`: the standard deviation of Glorot and Bengio's rule."""

from math import sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "glorot_std",
    Cases(
        Case(4, 3, want=0.53452248),
        Case(1, 1, want=1.0),
        Case(128, 64, want=0.10206207),
        Case(64, 128, want=0.10206207),
        Case(5, 300, want=0.08097755),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-std": lambda n, m: 2 / (n + m),
        "two-missing": lambda n, m: sqrt(1 / (n + m)),
        "product-of-fans": (
            lambda n, m: sqrt(2 / (n * m)),
            lambda n, m: sqrt(1 / (n * m)),
            lambda n, m: (n * m) ** -0.25,
        ),
        "one-fan-only": (
            lambda n, m: sqrt(1 / n),
            lambda n, m: sqrt(2 / n),
            lambda n, m: sqrt(1 / m),
            lambda n, m: sqrt(2 / m),
        ),
        "root-of-two-over-n": lambda n, m: sqrt(2) / (n + m),
        "bound-for-std": lambda n, m: sqrt(6 / (n + m)),
        "two-twice": lambda n, m: 2 / sqrt(n + m),
        "brackets-missing": (
            lambda n, m: sqrt(2 / n + m),
            lambda n, m: sqrt(2 / m + n),
            lambda n, m: 2 / n + m,
            lambda n, m: sqrt(2) / sqrt(n) + m,
        ),
        "integer-division": (lambda n, m: sqrt(2 // (n + m)), lambda n, m: sqrt(1 / ((n + m) // 2))),
        "rounded": lambda n, m: round(sqrt(2 / (n + m)), 3),
    },
    hidden=2,
    prompt=Prompt(2),
)
