"""`he_std`: the standard deviation of He's rule."""

from math import sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "he_std",
    Cases(
        Case(4, want=0.70710678),
        Case(1, want=1.41421356),
        Case(37, want=0.23249528),
        Case(128, want=0.125),
        Case(4096, want=0.02209709),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-std": lambda n: 2 / n,
        "root-of-two-over-n": lambda n: sqrt(2) / n,
        "xavier-for-he": lambda n: sqrt(1 / n),
        "integer-division": (lambda n: sqrt(2 // n), lambda n: (2 // n) ** 0.5, lambda n: 2 // n),
        "two-twice": lambda n: 2 / sqrt(n),
        "rounded": lambda n: round(sqrt(2 / n), 3),
    },
    hidden=2,
    prompt=Prompt(3, "What is σ for `n_in = 128`?"),
)
