"""`log_lr`: how strongly a sample speaks for one variance against another."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
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
    misconceptions=(
        Misconception(
            "log-determinant-missing",
            "Only the exponents are compared. A wider density is also a *lower* one: the factor "
            "1/sqrt(2πv) in front differs between the two claims, once for every entry.",
            (lambda W, a, b: -_nats(W, a, b)[1],),
        ),
        Misconception(
            "sign-reversed",
            "The size is right and the sign is not: above 0, the entries are to favour `var_a`.",
            (lambda W, a, b: _nats(W, b, a)[0] - _nats(W, b, a)[1],),
        ),
        Misconception(
            "variance-taken-for-std",
            "The two numbers are used as standard deviations. They are variances: in N(0, v), v is not "
            "squared again.",
            (_log_lr_of_std,),
        ),
        Misconception(
            "mean-for-sum",
            "This is the average over the entries. Independent entries multiply their densities, so the "
            "logarithms add up.",
            (lambda W, a, b: (_nats(W, a, b)[0] - _nats(W, a, b)[1]) / W.size,),
        ),
        Misconception(
            "ratio-for-log",
            "This is the likelihood ratio itself; the question asks for its natural logarithm.",
            (lambda W, a, b: exp(_nats(W, a, b)[0] - _nats(W, a, b)[1]),),
        ),
        Misconception(
            "log-to-base-ten",
            "The logarithm has base 10. Likelihoods are compared in natural logarithms.",
            (lambda W, a, b: (_nats(W, a, b)[0] - _nats(W, a, b)[1]) / log(10),),
        ),
        Misconception(
            "half-missing",
            "Twice too large: one half belongs to the exponent, w²/(2v), and one to the root of 2πv.",
            (lambda W, a, b: 2 * (_nats(W, a, b)[0] - _nats(W, a, b)[1]),),
        ),
    ),
    hidden=2,
    prompt=Prompt(0, "One weight, 0.8. What is the log-likelihood ratio of variance 0.5 against 0.25?"),
)
