"""`xavier_std`: the standard deviation of Xavier's rule, in its fan-in form."""

from math import sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "xavier_std",
    Cases(
        Case(4, want=0.5),
        Case(1, want=1.0),
        Case(37, want=0.16439899),
        Case(256, want=0.0625),
        Case(3000, want=0.01825742),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-std": lambda n: 1 / n,
        "he-for-xavier": (lambda n: sqrt(2 / n), lambda n: 2 / n, lambda n: 2 / sqrt(n)),
        "integer-division": lambda n: sqrt(1 // n),
        "rounded": lambda n: round(sqrt(1 / n), 3),
    },
    hidden=2,
    prompt=Prompt(3, "What is Xavier's σ for `n_in = 256`?"),
)
