"""`sample_report`: what a sample of weights says about a claimed variance."""

from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED


def _m2(W: Any) -> Any:
    return np.mean(np.square(W))


def _se(W: Any, var: float) -> float:
    return var * sqrt(2 / np.size(W))


def _five(m2: Any, var0: Any, var1: Any, se: float, z: float) -> dict[str, Any]:
    return {"m2": m2, "var0": var0, "var1": var1, "se": se, "z": z}


def _report(W: Any, var: float, m2: Any, se: float) -> dict[str, Any]:
    return _five(m2, np.var(W), np.var(W, ddof=1), se, (m2 - var) / se)


EXERCISE = exercise(
    "sample_report",
    Cases(
        Case(PAIR, 1.0, want=_five(1.0, 1.0, 2.0, 1.0, 0.0)),
        Case(PRINTED, 0.5, want=_five(0.3158215, 0.30634772, 0.33419752, 0.20412415, -0.90228669)),
        Case(LOPSIDED, 1.5, want=_five(2.1, 1.29, 1.4333333, 0.67082039, 0.89442719)),
    ),
    mistakes={
        "ddof-swapped": lambda W, var: _five(
            _m2(W), np.var(W, ddof=1), np.var(W), _se(W, var), (_m2(W) - var) / _se(W, var)
        ),
        "two-missing": lambda W, var: _report(W, var, _m2(W), var * sqrt(1 / W.size)),
        "rows-for-entries": (
            lambda W, var: _report(W, var, _m2(W), var * sqrt(2 / len(W))),
            lambda W, var: _report(W, var, _m2(W), var * sqrt(2 / W.shape[1])),
        ),
        "se-not-scaled": lambda W, var: _report(W, var, _m2(W), sqrt(2 / W.size)),
        "variance-for-second-moment": (
            lambda W, var: _report(W, var, np.var(W), _se(W, var)),
            lambda W, var: _report(W, var, np.var(W, ddof=1), _se(W, var)),
        ),
        "sign-reversed": lambda W, var: _five(
            _m2(W), np.var(W), np.var(W, ddof=1), _se(W, var), (var - _m2(W)) / _se(W, var)
        ),
        "brackets-missing": lambda W, var: _five(
            _m2(W), np.var(W), np.var(W, ddof=1), _se(W, var), _m2(W) - var / _se(W, var)
        ),
        "rounded": lambda W, var: {
            key: round(float(value), 3) for key, value in _report(W, var, _m2(W), _se(W, var)).items()
        },
    },
    hidden=2,
    prompt=Prompt(0, "`W = [[1, -1]]`, and somebody claims the variance 1. Which report is right?"),
)
