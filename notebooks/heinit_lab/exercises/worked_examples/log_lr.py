"""`log_lr`: how strongly a sample speaks for one variance against another."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Prompt
from heinit_lab.exercises._shared import mistakes
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED

SINGLE = np.array([[0.8]])


def _nats(W: Any, var_a: float, var_b: float) -> tuple[float, float]:
    """The two terms of the log-likelihood ratio, which wrong answers combine wrongly."""
    return 0.5 * np.size(W) * log(var_b / var_a), float(np.sum(np.square(W))) / 2 * (1 / var_a - 1 / var_b)


def _log_lr_of_std(W: Any, a: float, b: float) -> float:
    width, fit = _nats(W, a**2, b**2)
    return width - fit


EXERCISE = Exercise(
    "log_lr",
    Cases(
        Case(SINGLE, 0.5, 0.25, want=0.29342641),
        Case(PRINTED, 0.5, 0.25, want=-0.36902508),
        Case(PAIR, 1.0, 3.0, want=0.43194562),
        Case(LOPSIDED, 2.0, 0.5, want=8.8185282),
    ),
    misconceptions=mistakes(
        "log_lr",
        {
            "log-determinant-missing": lambda W, a, b: -_nats(W, a, b)[1],
            "sign-reversed": lambda W, a, b: _nats(W, b, a)[0] - _nats(W, b, a)[1],
            "variance-taken-for-std": _log_lr_of_std,
            "mean-for-sum": lambda W, a, b: (_nats(W, a, b)[0] - _nats(W, a, b)[1]) / W.size,
            "ratio-for-log": lambda W, a, b: exp(_nats(W, a, b)[0] - _nats(W, a, b)[1]),
            "log-to-base-ten": lambda W, a, b: (_nats(W, a, b)[0] - _nats(W, a, b)[1]) / log(10),
            "half-missing": lambda W, a, b: 2 * (_nats(W, a, b)[0] - _nats(W, a, b)[1]),
        },
    ),
    hidden=2,
    prompt=Prompt(0, "One weight, 0.8. What is the log-likelihood ratio of variance 0.5 against 0.25?"),
)
