"""`sample_report`: what a sample of weights says about a claimed variance."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Prompt
from heinit_lab.exercises._shared import mistakes
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED


def _report(n: int, W: Any, var: float, m2: Any, z: float, ddof: int = 0) -> dict[str, float]:
    """A report whose n, m2 and z are given, and whose ddof may be swapped."""
    se = var * sqrt(2 / n)
    return {"m2": m2, "var0": np.var(W, ddof=ddof), "var1": np.var(W, ddof=1 - ddof), "se": se, "z": z}


def _with_se(W: Any, var: float, se: float) -> dict[str, float]:
    m2 = np.mean(np.square(W))
    return {"m2": m2, "var0": np.var(W), "var1": np.var(W, ddof=1), "se": se, "z": (m2 - var) / se}


def _against(W: Any, var: float) -> float:
    return float((np.mean(np.square(W)) - var) / (var * sqrt(2 / np.size(W))))


def _with_variance(ddof: int) -> Callable[[Any, float], dict[str, float]]:
    """A report whose m2 is the sample's variance."""

    def report(W: Any, var: float) -> dict[str, float]:
        m2 = float(np.var(W, ddof=ddof))
        return _report(W.size, W, var, m2, (m2 - var) / (var * sqrt(2 / W.size)))

    return report


EXERCISE = Exercise(
    "sample_report",
    Cases(
        Case(PAIR, 1.0, want={"m2": 1.0, "var0": 1.0, "var1": 2.0, "se": 1.0, "z": 0.0}),
        Case(
            PRINTED,
            0.5,
            want={
                "m2": 0.3158215,
                "var0": 0.30634772,
                "var1": 0.33419752,
                "se": 0.20412415,
                "z": -0.90228669,
            },
        ),
        Case(
            LOPSIDED,
            1.5,
            want={"m2": 2.1, "var0": 1.29, "var1": 1.4333333, "se": 0.67082039, "z": 0.89442719},
        ),
    ),
    misconceptions=mistakes(
        "sample_report",
        {
            "ddof-swapped": lambda W, var: _report(W.size, W, var, np.mean(W**2), _against(W, var), ddof=1),
            "two-missing": lambda W, var: _with_se(W, var, var * sqrt(1 / W.size)),
            "rows-for-entries": (
                lambda W, var: _with_se(W, var, var * sqrt(2 / len(W))),
                lambda W, var: _with_se(W, var, var * sqrt(2 / W.shape[1])),
            ),
            "se-not-scaled": lambda W, var: _with_se(W, var, sqrt(2 / W.size)),
            "variance-for-second-moment": (_with_variance(0), _with_variance(1)),
            "sign-reversed": lambda W, var: _report(W.size, W, var, np.mean(W**2), -_against(W, var)),
        },
    ),
    hidden=2,
    prompt=Prompt(0, "`W = [[1, -1]]`, and somebody claims the variance 1. Which report is right?"),
)
