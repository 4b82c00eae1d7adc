"""`sample_report`: what a sample of weights says about a claimed variance."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array, same
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise, is_rounded
from heinit_lab.exercises.worked_examples._shared import LOPSIDED, PAIR
from heinit_lab.source import PRINTED

PARTS = ("m2", "var0", "var1", "se", "z")
_TOGETHER = (("m2",), ("var0", "var1"), ("se",))  # parts that one thought gives; z follows from all but var


def _m2(W: Any) -> Any:
    return np.mean(np.square(W))


def _se(W: Any, var: float) -> float:
    return var * sqrt(2 / np.size(W))


def _five(m2: Any, var0: Any, var1: Any, se: Any, z: Any) -> dict[str, Any]:
    return {"m2": m2, "var0": var0, "var1": var1, "se": se, "z": z}


# the right report but for one part, from which z follows


def _with_m2(W: Any, var: float, m2: Any) -> dict[str, Any]:
    return _five(m2, np.var(W), np.var(W, ddof=1), _se(W, var), (m2 - var) / _se(W, var))


def _with_variances(W: Any, var: float, var0: Any, var1: Any) -> dict[str, Any]:
    return _five(_m2(W), var0, var1, _se(W, var), (_m2(W) - var) / _se(W, var))


def _with_se(W: Any, var: float, se: Any) -> dict[str, Any]:
    return _five(_m2(W), np.var(W), np.var(W, ddof=1), se, (_m2(W) - var) / se)


def _with_z(W: Any, var: float, z: Any) -> dict[str, Any]:
    return _five(_m2(W), np.var(W), np.var(W, ddof=1), _se(W, var), z)


def _in_its_parts(*wrong: Function) -> Callable[[Trials], bool]:
    """Recognises a mistake by the parts where it lies, whatever the others are.

    wrong: makes the mistake. A wrong z that follows from other parts is no mistake of its own.
    """

    def makes(trials: Trials, version: Function) -> bool:
        pairs = [(trial, trial.case.under(version).value) for trial in trials]

        def off(part: str) -> int:
            return sum(not same(mistaken[part], trial.case.want[part]) for trial, mistaken in pairs)

        parts = [part for group in _TOGETHER if any(map(off, group)) for part in group] or ["z"]
        others = ("m2", "se") if parts == ["z"] else ()
        return any(map(off, parts)) and all(
            isinstance(trial.call.value, dict)
            and all(same(trial.call.value.get(part), mistaken[part], trial.rtol) for part in parts)
            and all(same(trial.call.value.get(part), trial.case.want[part], trial.rtol) for part in others)
            for trial, mistaken in pairs
        )

    return lambda trials: not is_rounded(trials) and any(makes(trials, version) for version in wrong)


_SLIPS: dict[str, tuple[Function, ...]] = {
    "ddof-swapped": (lambda W, var: _with_variances(W, var, np.var(W, ddof=1), np.var(W)),),
    "one-divisor-for-both": (
        lambda W, var: _with_variances(W, var, np.var(W), np.var(W)),
        lambda W, var: _with_variances(W, var, np.var(W, ddof=1), np.var(W, ddof=1)),
    ),
    "mean-not-subtracted": (
        lambda W, var: _with_variances(W, var, np.mean(W**2), np.sum(W**2) / (W.size - 1)),
        lambda W, var: _with_variances(W, var, np.mean(W**2), np.mean(W**2)),
    ),
    "std-for-variance": (lambda W, var: _with_variances(W, var, np.std(W), np.std(W, ddof=1)),),
    "two-missing": (
        lambda W, var: _with_se(W, var, var * sqrt(1 / W.size)),
        lambda W, var: _with_se(W, var, var * sqrt(0.5 / W.size)),
    ),
    "fourth-moment-for-variance": (
        lambda W, var: _with_se(W, var, var * sqrt(3 / W.size)),
        lambda W, var: _with_se(W, var, sqrt(np.mean(W**4) / W.size)),
    ),
    "rows-for-entries": (
        lambda W, var: _with_se(W, var, var * sqrt(2 / len(W))),
        lambda W, var: _with_se(W, var, var * sqrt(2 / W.shape[1])),
    ),
    "one-draw-less": (lambda W, var: _with_se(W, var, var * sqrt(2 / (W.size - 1))),),
    "se-not-scaled": (lambda W, var: _with_se(W, var, sqrt(2 / W.size)),),
    "sample-for-claim": (
        lambda W, var: _with_se(W, var, np.mean(W**2) * sqrt(2 / W.size)),
        lambda W, var: _with_se(W, var, np.var(W) * sqrt(2 / W.size)),
        lambda W, var: _with_se(W, var, np.var(W, ddof=1) * sqrt(2 / W.size)),
        lambda W, var: _with_se(W, var, np.std(W**2) / sqrt(W.size)),
        lambda W, var: _with_se(W, var, np.std(W**2, ddof=1) / sqrt(W.size)),
    ),
    "error-of-the-mean": (
        lambda W, var: _with_se(W, var, sqrt(var / W.size)),
        lambda W, var: _with_se(W, var, np.std(W) / sqrt(W.size)),
        lambda W, var: _with_se(W, var, np.std(W, ddof=1) / sqrt(W.size)),
    ),
    "claim-under-the-root": (lambda W, var: _with_se(W, var, sqrt(2 * var / W.size)),),
    "root-missing": (
        lambda W, var: _with_se(W, var, 2 * var**2 / W.size),
        lambda W, var: _with_se(W, var, var * 2 / W.size),
        lambda W, var: _with_se(W, var, var * sqrt(2) / W.size),
    ),
    "two-outside-the-root": (lambda W, var: _with_se(W, var, 2 * var / sqrt(W.size)),),
    "spread-of-one-square": (lambda W, var: _with_se(W, var, var * sqrt(2)),),
    "variance-for-second-moment": (
        lambda W, var: _with_m2(W, var, np.var(W)),
        lambda W, var: _with_m2(W, var, np.var(W, ddof=1)),
    ),
    "sum-for-mean": (lambda W, var: _with_m2(W, var, np.sum(W**2)),),
    "root-of-the-second-moment": (lambda W, var: _with_m2(W, var, sqrt(np.mean(W**2))),),
    "square-of-the-mean": (lambda W, var: _with_m2(W, var, np.mean(W) ** 2),),
    "sign-reversed": (lambda W, var: _with_z(W, var, -(_m2(W) - var) / _se(W, var)),),
    "sign-lost": (lambda W, var: _with_z(W, var, abs((_m2(W) - var) / _se(W, var))),),
    "brackets-missing": (lambda W, var: _with_z(W, var, np.mean(W**2) - var / _se(W, var)),),
    "not-divided": (
        lambda W, var: _with_z(W, var, np.mean(W**2) - var),
        lambda W, var: _with_z(W, var, np.mean(W**2) / var - 1),
    ),
    "variance-in-z": (
        lambda W, var: _with_z(W, var, (np.var(W) - var) / _se(W, var)),
        lambda W, var: _with_z(W, var, (np.var(W, ddof=1) - var) / _se(W, var)),
    ),
}


def _without_names(trials: Trials) -> bool:
    """The five right numbers, in the right order, in no dict."""
    return all(trial.gives(tuple(trial.case.want.values())) for trial in trials)


def _by_columns(trials: Trials) -> bool:
    """Some part is several numbers, where it is to be one."""
    reports = [trial.call.value for trial in trials]
    return all(
        isinstance(report, dict)
        and any((part := as_array(value)) is not None and part.size > 1 for value in report.values())
        for report in reports
    )


def _overwriting(W: Any, var: float) -> dict[str, Any]:
    report = _with_se(W, var, _se(W, var))
    W *= W
    return report


EXERCISE = exercise(
    "sample_report",
    Cases(
        Case(PAIR, 1.0, want=_five(1.0, 1.0, 2.0, 1.0, 0.0)),
        Case(PRINTED, 0.5, want=_five(0.3158215, 0.30634772, 0.33419752, 0.20412415, -0.90228669)),
        Case(LOPSIDED, 1.5, want=_five(2.1, 1.29, 1.4333333, 0.67082039, 0.89442719)),
    ),
    mistakes={
        **_SLIPS,
        "one-for-each-column": (
            lambda W, var: _with_m2(W, var, np.mean(W**2, axis=0)),
            lambda W, var: _with_variances(W, var, np.var(W, axis=0), np.var(W, axis=0, ddof=1)),
            lambda W, var: _with_m2(W, var, W**2),
        ),
        "values-without-names": lambda W, var: tuple(_with_se(W, var, _se(W, var)).values()),
        "rounded": lambda W, var: {
            key: round(float(value), 3) for key, value in _with_se(W, var, _se(W, var)).items()
        },
        "changes-its-input": _overwriting,
    },
    shown_by={
        **{name: _in_its_parts(*wrong) for name, wrong in _SLIPS.items()},
        "values-without-names": _without_names,
        "one-for-each-column": _by_columns,
    },
    hidden=2,
    prompt=Prompt(0, "`W = [[1, -1]]`, and somebody claims the variance 1. Which report is right?"),
    parts=PARTS,
)
