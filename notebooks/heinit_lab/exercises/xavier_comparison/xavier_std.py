"""`xavier_std`: the standard deviation of Xavier's rule, in its fan-in form."""

from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise, is_constant
from heinit_lab.exercises.xavier_comparison._shared import LARGE, are_weights

EXERCISE = exercise(
    "xavier_std",
    Cases(
        Case(4, want=0.5),
        Case(1, want=1.0, kind="a layer of one input"),
        Case(37, want=0.16439899),
        Case(256, want=0.0625),
        Case(3000, want=0.01825742),
        Case(17 * 10**6, want=2.42535625e-04, kind=LARGE),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-std": lambda n: 1 / n,
        "he-for-xavier": (
            lambda n: sqrt(2 / n),
            lambda n: 2 / n,
            lambda n: 2 / sqrt(n),
            lambda n: sqrt(2) / n,
        ),
        "bound-for-std": (lambda n: sqrt(3 / n), lambda n: sqrt(6 / n)),
        "uniform-third": lambda n: sqrt(1 / (3 * n)),
        "root-missing": lambda n: 1 / (2 * n),
        "half-the-variance": lambda n: sqrt(1 / (2 * n)),
        "fraction-inverted": (lambda n: sqrt(n), lambda n: n, lambda n: sqrt(n / 2)),
        "root-twice": lambda n: n**-0.25,
        "square-for-root": lambda n: 1 / n**2,
        "fan-off-by-one": (lambda n: sqrt(1 / (n + 1)), lambda n: sqrt(1 / (n - 1))),
        "same-for-every-layer": lambda n: 0.5,
        "weights-for-their-std": lambda n: np.linspace(-1, 1, min(n, 9)) / sqrt(n),
        "integer-division": lambda n: sqrt(1 // n),
        "rounded": lambda n: round(sqrt(1 / n), 3),
    },
    shown_by={"same-for-every-layer": is_constant, "weights-for-their-std": are_weights},
    hints="rule",
    hidden=2,
    prompt=Prompt(3, "What is Xavier's σ for `n_in = 256`?"),
)
