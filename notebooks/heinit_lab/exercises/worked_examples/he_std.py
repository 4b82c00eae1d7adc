"""`he_std`: the standard deviation of He's rule."""

from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise, is_constant, is_rounded, scalars

NEARLY = 0.01  # relative


def _nearly_right(trials: Trials) -> bool:
    """Every number is within 1 % and none is right, nor a rounding of the right one."""
    values = scalars(trials)
    if values is None or is_rounded(trials) or any(trial.right for trial in trials):
        return False
    return bool(np.all(np.abs(values / [trial.case.want for trial in trials] - 1) < NEARLY))


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
        "one-over-n": lambda n: 1 / n,
        "integer-division": (
            lambda n: sqrt(2 // n),
            lambda n: (2 // n) ** 0.5,
            lambda n: 2 // n,
            lambda n: int(sqrt(2 / n)),
        ),
        "two-twice": lambda n: 2 / sqrt(n),
        "half-for-two": lambda n: sqrt(0.5 / n),
        "fraction-upside-down": (lambda n: sqrt(n / 2), lambda n: n / 2),
        "product-for-quotient": lambda n: sqrt(2 * n),
        "square-for-root": (lambda n: (2 / n) ** 2, lambda n: 2 / n**2),
        "fan-off-by-one": (lambda n: sqrt(2 / (n + 1)), lambda n: sqrt(2 / (n - 1))),
        "bound-for-std": lambda n: sqrt(6 / n),
        "not-scaled": lambda n: sqrt(0.5),
        "nearly-right": lambda n: 1.41 / sqrt(n),
        "rounded": lambda n: round(sqrt(2 / n), 3),
    },
    shown_by={"nearly-right": _nearly_right, "not-scaled": is_constant},
    hidden=2,
    prompt=Prompt(3, "What is σ for `n_in = 128`?"),
)
