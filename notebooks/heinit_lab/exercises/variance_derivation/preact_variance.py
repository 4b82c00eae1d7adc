"""`preact_variance`: the variance of w · x over the draw of w."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises._shared import exercise, gives_what, is_rounded, scalars


def _squared_in_place(x, v):  # type: ignore[no-untyped-def]
    x *= x
    return v * np.sum(x)


def _drawn(x, v):  # type: ignore[no-untyped-def]
    w = np.sqrt(v) * np.random.default_rng(3).standard_normal((1000, len(x)))
    return np.var(w @ x)


def _nearly_right(trials: Trials) -> bool:
    """Every number is within 30 %, none is rounded, and they are not off by one factor."""
    values = scalars(trials)
    if values is None or is_rounded(trials):
        return False
    pairs = [(value, trial.case.want) for value, trial in zip(values, trials, strict=True)]
    off = np.abs([value / want - 1 if want else float(value != 0) for value, want in pairs])
    return bool(np.all(off < 0.3) and np.ptp(off) > 1e-4)


def _may_vary(trial: Trial) -> bool:
    """Whether the input has two entries or more.

    A variance of a single number is 0, not a number, or an error, as n or n - 1 divides.
    """
    return len(trial.case.args[0]) > 1


def _a_number_for_each_term(trials: Trials) -> bool:
    """An array with a row for each entry of x, whatever it holds."""
    values = [as_array(trial.call.value) for trial in trials]
    return all(
        v is not None and v.shape[:1] == t.case.args[0].shape for v, t in zip(values, trials, strict=True)
    )


_FROM_THE_INPUT = (lambda x, v: len(x) * v * np.var(x), lambda x, v: len(x) * v * np.var(x, ddof=1))
_FROM_THE_TERMS = (
    lambda x, v: np.var(x * np.sqrt(v)),
    lambda x, v: np.var(x * v),
    lambda x, v: np.var(x * np.sqrt(v), ddof=1),
)

_ONES, _NOT_CENTRED, _MIXED = "an input of ones", "an input of positive numbers", "an input of either sign"

EXERCISE = exercise(
    "preact_variance",
    Cases(
        Case(np.array([1.0, 1.0, 1.0, 1.0]), 0.5, want=2.0, kind=_ONES),
        Case(np.array([1.0, -2.0, 0.0, 1.0]), 0.5, want=3.0, kind=_MIXED),
        Case(np.array([3.0, 1.0, 2.0]), 0.25, want=3.5, kind=_NOT_CENTRED),
        Case(np.array([0.2, 0.9, -0.4, 0.0, 1.5]), 0.4, want=1.304, kind=_MIXED),
        Case(np.array([4, 2]), 2.0, want=40.0, kind=_NOT_CENTRED),
        Case(np.array([0.37, -0.11]), 0.3, want=0.0447, kind=_MIXED),
        Case(np.array([-3.0]), 0.2, want=1.8, kind="a single input"),
        Case(np.zeros(3), 0.5, want=0.0, kind="an input of zeros"),
        Case(np.array([0.003, -0.001]), 0.05, want=5e-7, kind=_MIXED),
        Case(np.array([50.0, -10.0, 20.0, 0.0]), 0.7, want=2100.0, kind=_MIXED),
    ),
    mistakes={
        "variance-for-second-moment": _FROM_THE_INPUT,
        "variance-of-the-terms": _FROM_THE_TERMS,
        "ignores-the-input": (lambda x, v: len(x) * v, lambda x, v: v, lambda x, v: len(x) * v**2),
        "ignores-var-w": (
            lambda x, v: 2 / len(x) * np.sum(x**2),
            lambda x, v: np.sum(x**2),
            lambda x, v: np.mean(x**2),
            lambda x, v: np.var(x),
            lambda x, v: len(x) * np.var(x),
        ),
        "std-taken-for-variance": lambda x, v: v**2 * np.sum(x**2),
        "root-of-var-w": lambda x, v: np.sqrt(v) * np.sum(x**2),
        "fan-missing": lambda x, v: v * np.mean(x**2),
        "fan-twice": lambda x, v: len(x) * v * np.sum(x**2),
        "norm-not-squared": (
            lambda x, v: v * np.sqrt(np.sum(x**2)),
            lambda x, v: len(x) * v * np.sqrt(np.mean(x**2)),
            lambda x, v: v * np.sqrt(np.mean(x**2)),
        ),
        "square-missing": (
            lambda x, v: v * np.sum(x),
            lambda x, v: len(x) * v * np.sum(x),
            lambda x, v: v * np.mean(x),
        ),
        "absolute-for-square": (
            lambda x, v: v * np.sum(np.abs(x)),
            lambda x, v: v * np.abs(np.sum(x)),
            lambda x, v: v * np.mean(np.abs(x)),
        ),
        "square-of-the-mean": (
            lambda x, v: len(x) * v * np.mean(x) ** 2,
            lambda x, v: v * np.sum(x) ** 2,
            lambda x, v: v * np.mean(x) ** 2,
        ),
        "mean-taken-off": (
            lambda x, v: v * (np.sum(x**2) - np.sum(x) ** 2),
            lambda x, v: v * (np.sum(x**2) - np.mean(x) ** 2),
            lambda x, v: v * np.sum(x**2) - np.sum(x) ** 2,
            lambda x, v: v * np.sum(x**2) - np.mean(x) ** 2,
        ),
        "sum-missing": (lambda x, v: v * x**2, lambda x, v: v * np.outer(x, x)),
        "added-for-multiplied": (
            lambda x, v: np.sum(v + x**2),
            lambda x, v: v + np.sum(x**2),
            lambda x, v: v + np.mean(x**2),
            lambda x, v: v + np.var(x),
        ),
        "stds-added": (lambda x, v: np.sqrt(v) * np.sum(np.abs(x)), lambda x, v: v * np.sum(np.abs(x)) ** 2),
        "divides-by-one-less": (
            lambda x, v: (len(x) - 1) * v * np.mean(x**2),
            lambda x, v: v * np.sum(x**2) * len(x) / (len(x) - 1),
            lambda x, v: v * np.sum(x**2) / (len(x) - 1),
        ),
        "relu-too-early": (lambda x, v: v * np.sum(x**2) / 2, lambda x, v: v * np.sum(np.maximum(x, 0) ** 2)),
        "two-too-many": lambda x, v: 2 * v * np.sum(x**2),
        "std-for-variance": lambda x, v: np.sqrt(v * np.sum(x**2)),
        "drawn": _drawn,
        "rounded": lambda x, v: round(float(v * np.sum(x**2)), 3),
        "changes-its-input": _squared_in_place,
    },
    shown_by={
        "variance-for-second-moment": gives_what(_FROM_THE_INPUT, _may_vary),
        "variance-of-the-terms": gives_what(_FROM_THE_TERMS, _may_vary),
        "sum-missing": _a_number_for_each_term,
        "drawn": _nearly_right,
    },
    hidden=3,
    prompt=Prompt(2, "The input is [3, 1, 2], and each weight has variance 0.25. What is Var[$z$]?"),
)
