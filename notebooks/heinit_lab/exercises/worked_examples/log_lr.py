"""`log_lr`: how strongly a sample speaks for one variance against another."""

from math import exp, log
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED

SINGLE = np.array([[0.8]])
MANY = np.full((20, 50), 0.5)  # the product of so many densities is 0 in a computer


def _fit(W: Any, a: float, b: float) -> float:
    """The difference of the exponents, without that of the factors in front."""
    return float(np.sum(np.square(W))) / 2 * (1 / a - 1 / b)


def _factors(W: Any, a: float, b: float) -> float:
    """The logarithm of the ratio of the factors in front, of all entries."""
    return 0.5 * float(np.size(W)) * log(b / a)


def _log_lr(W: Any, a: float, b: float) -> float:
    return _factors(W, a, b) - _fit(W, a, b)


def _log_density(W: Any, v: float) -> np.ndarray:
    return np.asarray(-np.square(W) / (2 * v) - 0.5 * np.log(2 * np.pi * v))


def _of_products(W: Any, a: float, b: float) -> float:
    with np.errstate(all="ignore"):
        return float(np.log(np.prod(np.exp(_log_density(W, a))) / np.prod(np.exp(_log_density(W, b)))))


def _of_sums(W: Any, a: float, b: float) -> float:
    return float(np.log(np.sum(np.exp(_log_density(W, a))) / np.sum(np.exp(_log_density(W, b)))))


def _product_out_of_range(trials: Trials) -> bool:
    """Right, but for very many entries infinite, not a number, or an error."""
    wrong = [trial for trial in trials if not trial.right]
    return 0 < len(wrong) < trials.count and all(
        np.size(trial.case.args[0]) >= MANY.size
        and (
            isinstance(trial.call.error, ArithmeticError | ValueError)
            or ((value := as_array(trial.call.value)) is not None and not np.all(np.isfinite(value)))
        )
        for trial in wrong
    )


def _several_numbers(trials: Trials) -> bool:
    """A number for each entry, row or column, wherever there are several entries."""
    values = [as_array(trial.call.value) for trial in trials if not trial.right]
    return bool(values) and all(value is not None and value.size > 1 for value in values)


def _overwriting(W: Any, a: float, b: float) -> float:
    ratio = _log_lr(W, a, b)
    W *= W
    return ratio


EXERCISE = exercise(
    "log_lr",
    Cases(
        Case(SINGLE, 0.5, 0.25, want=0.29342641, kind="a single entry"),
        Case(PRINTED, 0.5, 0.25, want=-0.36902508),
        Case(PAIR, 1.0, 3.0, want=0.43194562),
        Case(LOPSIDED, 2.0, 0.5, want=8.8185282),
        Case(np.array([[2.0]]), 0.5, 2.0, want=-2.3068528, kind="a single entry"),
        Case(
            MANY,
            1.0,
            16.0,
            want=1269.1068,
            kind="very many entries",
            code="np.full((20, 50), 0.5), 1.0, 16.0",
        ),
    ),
    mistakes={
        "log-determinant-missing": lambda W, a, b: -_fit(W, a, b),
        "exponents-missing": _factors,
        "sign-reversed": lambda W, a, b: _log_lr(W, b, a),
        "sign-lost": lambda W, a, b: abs(_log_lr(W, a, b)),
        "one-sign-reversed": (
            lambda W, a, b: -_factors(W, a, b) - _fit(W, a, b),
            lambda W, a, b: _factors(W, a, b) + _fit(W, a, b),
        ),
        "variance-taken-for-std": (
            lambda W, a, b: _log_lr(W, a**2, b**2),
            lambda W, a, b: _factors(W, a, b) - _fit(W, a**2, b**2),
        ),
        "variance-upside-down": lambda W, a, b: _log_lr(W, 1 / a, 1 / b),
        "mean-for-sum": lambda W, a, b: _log_lr(W, a, b) / W.size,
        "mean-in-the-exponent": lambda W, a, b: _factors(W, a, b) - np.mean(W**2) / 2 * (1 / a - 1 / b),
        "not-added-up": (
            lambda W, a, b: _log_density(W, a) - _log_density(W, b),
            lambda W, a, b: np.sum(_log_density(W, a) - _log_density(W, b), axis=0),
        ),
        "ratio-for-log": lambda W, a, b: exp(_log_lr(W, a, b)),
        "log-to-base-ten": lambda W, a, b: _log_lr(W, a, b) / log(10),
        "log-to-base-two": lambda W, a, b: _log_lr(W, a, b) / log(2),
        "half-missing": lambda W, a, b: 2 * _log_lr(W, a, b),
        "one-half-missing": (
            lambda W, a, b: _factors(W, a, b) - 2 * _fit(W, a, b),
            lambda W, a, b: 2 * _factors(W, a, b) - _fit(W, a, b),
        ),
        "rows-for-entries": (
            lambda W, a, b: 0.5 * len(W) * log(b / a) - _fit(W, a, b),
            lambda W, a, b: 0.5 * W.shape[1] * log(b / a) - _fit(W, a, b),
        ),
        "once-for-all-entries": (
            lambda W, a, b: 0.5 * log(b / a) - _fit(W, a, b),
            lambda W, a, b: log(b / a) - _fit(W, a, b),
        ),
        "square-missing": lambda W, a, b: _factors(W, a, b) - np.sum(W) / 2 * (1 / a - 1 / b),
        "square-of-the-sum": lambda W, a, b: _factors(W, a, b) - np.sum(W) ** 2 / 2 * (1 / a - 1 / b),
        "mean-subtracted": lambda W, a, b: _log_lr(W - W.mean(), a, b),
        "brackets-missing": lambda W, a, b: _factors(W, a, b) - np.sum(W**2) / 2 * (a - b),
        "densities-added": _of_sums,
        "quotient-of-logs": lambda W, a, b: np.sum(_log_density(W, a)) / np.sum(_log_density(W, b)),
        "one-claim-only": (
            lambda W, a, b: np.sum(_log_density(W, a)),
            lambda W, a, b: np.sum(_log_density(W, b)),
        ),
        "product-out-of-range": (
            _of_products,
            lambda W, a, b: float("inf") if np.size(W) > 500 else _log_lr(W, a, b),
        ),
        "rounded": lambda W, a, b: round(_log_lr(W, a, b), 3),
        "changes-its-input": _overwriting,
    },
    shown_by={"product-out-of-range": _product_out_of_range, "not-added-up": _several_numbers},
    hidden=3,
    prompt=Prompt(0, "One weight, 0.8. What is the log-likelihood ratio of variance 0.5 against 0.25?"),
)
