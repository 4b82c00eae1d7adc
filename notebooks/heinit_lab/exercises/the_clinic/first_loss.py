"""`first_loss`: the loss of a network that has learned nothing yet."""

from math import log, log2, log10, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

AT_ZERO, SPREAD = "scores at 0", "scores with a spread"


def _scores(k: int, var: float) -> float:
    """What the scores' variance adds."""
    return (1 - 1 / k) * var / 2


EXERCISE = exercise(
    "first_loss",
    Cases(
        Case(10, want=2.30258509, kind=AT_ZERO),
        Case(2, want=0.69314718, kind=AT_ZERO),
        Case(10, 0.5, want=2.52758509, kind=SPREAD),
        Case(2, 0.3, want=0.76814718, kind=SPREAD),
        Case(100, 2.0, want=5.59517019, kind=SPREAD),
        Case(1000, 0.0, want=6.90775528, kind=AT_ZERO),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-left-out": (lambda k, var=0.0: log(k), lambda k, var=0.0: -log(1 / k)),
        "own-score-counted": lambda k, var=0.0: log(k) + var / 2,
        "half-missing": (lambda k, var=0.0: log(k) + 2 * _scores(k, var), lambda k, var=0.0: log(k) + var),
        "variance-over-classes": (
            lambda k, var=0.0: log(k) + var / (2 * k),
            lambda k, var=0.0: log(k) + var / k,
        ),
        "root-of-the-variance": (
            lambda k, var=0.0: log(k) + _scores(k, sqrt(var)),
            lambda k, var=0.0: log(k) + sqrt(var) / 2,
        ),
        "variance-squared": lambda k, var=0.0: log(k) + _scores(k, var**2),
        "variance-lowers": lambda k, var=0.0: log(k) - _scores(k, var),
        "another-base": (
            lambda k, var=0.0: log2(k) + _scores(k, var),
            lambda k, var=0.0: log10(k) + _scores(k, var),
            lambda k, var=0.0: log2(k),
            lambda k, var=0.0: log10(k),
        ),
        "probability-for-its-loss": (
            lambda k, var=0.0: 1 / k,
            lambda k, var=0.0: 1 - 1 / k,
            lambda k, var=0.0: 1 / k + _scores(k, var),
        ),
        "minus-lost": (lambda k, var=0.0: log(1 / k), lambda k, var=0.0: log(1 / k) + _scores(k, var)),
    },
    hidden=2,
    prompt=Prompt(2),
)
