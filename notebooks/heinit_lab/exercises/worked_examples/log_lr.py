"""`log_lr`: how strongly a sample speaks for one variance against another."""

from math import exp, log
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED

SINGLE = np.array([[0.8]])


def _fit(W: Any, a: float, b: float) -> float:
    """The difference of the exponents, without that of the factors in front."""
    return float(np.sum(np.square(W))) / 2 * (1 / a - 1 / b)


def _log_lr(W: Any, a: float, b: float) -> float:
    return 0.5 * np.size(W) * log(b / a) - _fit(W, a, b)


EXERCISE = exercise(
    "log_lr",
    Cases(
        Case(SINGLE, 0.5, 0.25, want=0.29342641),
        Case(PRINTED, 0.5, 0.25, want=-0.36902508),
        Case(PAIR, 1.0, 3.0, want=0.43194562),
        Case(LOPSIDED, 2.0, 0.5, want=8.8185282),
    ),
    mistakes={
        "log-determinant-missing": lambda W, a, b: -_fit(W, a, b),
        "sign-reversed": lambda W, a, b: _log_lr(W, b, a),
        "variance-taken-for-std": lambda W, a, b: _log_lr(W, a**2, b**2),
        "mean-for-sum": lambda W, a, b: _log_lr(W, a, b) / W.size,
        "ratio-for-log": lambda W, a, b: exp(_log_lr(W, a, b)),
        "log-to-base-ten": lambda W, a, b: _log_lr(W, a, b) / log(10),
        "half-missing": lambda W, a, b: 2 * _log_lr(W, a, b),
        "rows-for-entries": (
            lambda W, a, b: 0.5 * len(W) * log(b / a) - _fit(W, a, b),
            lambda W, a, b: 0.5 * W.shape[1] * log(b / a) - _fit(W, a, b),
        ),
        "brackets-missing": lambda W, a, b: 0.5 * W.size * log(b / a) - np.sum(W**2) / 2 * (a - b),
        "rounded": lambda W, a, b: round(_log_lr(W, a, b), 3),
    },
    hidden=3,
    prompt=Prompt(0, "One weight, 0.8. What is the log-likelihood ratio of variance 0.5 against 0.25?"),
)
