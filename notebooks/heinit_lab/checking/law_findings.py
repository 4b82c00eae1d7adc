"""What is said about draws whose law, or whose independence, is not what chance explains."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

from heinit_lab.checking.draw_cases import NORMAL
from heinit_lab.checking.exercise import fault
from heinit_lab.checking.laws import BOUND, LIMIT, Law
from heinit_lab.checking.readings import Reading
from heinit_lab.checking.report import Report

OWN = "Each weight is a draw of its own, independent of the others."
HANG = {
    "twice": "many of them are there twice",
    "lines": "rows or columns hang together",
    "neighbours": "rows or columns hang together",
    "matrices": "the matrices hang together",
    "calls": "they were scaled or shifted by what was drawn",
}

TROUBLE = {
    "mean square": "The variance of the weights is not what was asked for.",
    "mean": "The mean of the weights is not 0.",
    "bound": "Some weights lie outside the interval.",
}


def wrong_law(law: Law, kurtosis: float, text: str, variance: float | None = None) -> Report | None:
    """The first measure of a law that chance does not explain.

    variance: asked for; None for draws of several layers.
    """
    if law.repeats:
        return fault(f"{text} repeats rows or columns.", OWN)
    wrong, draws = _beyond_chance(law.surprises(kurtosis)), f"The {law.n:,} weights of {text}"
    kind = "normal" if kurtosis == NORMAL else "uniform"
    if wrong == "mean square":
        tolerance = f"give or take {200 * sqrt((LIMIT + 1) / law.n):.1f} %"
        if variance is None:
            theirs = f"have {law.ratio:.4g} times the second moment asked for; expected 1"
            return fault(f"{draws} {theirs}, {tolerance}.")
        theirs = f"have a second moment of {law.ratio * variance:.4g}; expected {variance:.4g}"
        return fault(
            f"{draws} {theirs}, {tolerance}.",
            f"Theirs is {law.ratio:.3g} times the variance asked for; chance does not explain that.",
        )
    if wrong == "mean":
        unit, name = sqrt((variance or 1.0) / law.n), "" if variance else " standard deviations"
        average = f"average {law.mean_z * unit:.3g}{name}"
        return fault(
            f"{draws} {average}; expected 0, give or take {unit * sqrt(2 * LIMIT + 2):.2g}.",
            "Their second moment is right. Weights of mean 0 are as often negative as positive.",
        )
    if wrong == "bound":
        return fault(
            f"{draws} are not all between -b and b: one is at {law.largest / BOUND:.6g} b.",
            "A uniform number never leaves its interval.",
        )
    if wrong and law.decimals:
        return _rounded(draws, law.decimals)
    if wrong == "kurtosis":
        return fault(
            f"{draws} have the right variance, and are not {kind}: "
            f"their kurtosis is {law.kurtosis:.2f}; expected {kurtosis:.2f}.",
            "Kurtosis is the mean fourth power over the square of the second moment: 3 for normal, "
            "1.8 for uniform numbers.",
        )
    if wrong == "symmetry":
        return fault(
            f"{draws} have the right variance, and are lopsided.",
            f"A {kind} distribution around 0 is the same on both sides.",
        )
    if wrong == "shape":
        edge, share, right = law.worst_edge(kurtosis)
        return fault(
            f"{draws} have the right variance, and are not {kind}: {100 * share:.2f} % lie below "
            f"{edge:.2f} standard deviations; expected {100 * right:.2f} %."
        )
    if wrong:
        return fault(
            f"{draws} have the right variance, and do not scatter as independent draws do.",
            "Some values come too often, or all come too evenly. " + OWN,
        )
    return None


def _beyond_chance(surprises: Mapping[str, float]) -> str:
    """The first measure that chance does not explain, or ''."""
    return next((name for name, nats in surprises.items() if not nats <= LIMIT), "")


def trouble(reading: Reading, kurtosis: float) -> str:
    """What is wrong with the draws of a call, without a number, or ''."""
    laws = [law for law in reading.laws if law is not None and not law.repeats]
    if len(laws) < len(reading.laws):
        return "Some weights are missing, or recur."
    wrong = next(filter(None, (_beyond_chance(law.surprises(kurtosis)) for law in laws)), "")
    hang = _beyond_chance(reading.dependence)
    if (wrong or hang) and reading.total.decimals:
        return "The weights are rounded."
    if wrong:
        return TROUBLE.get(wrong, "The distribution has another shape.")
    return f"The weights are not independent: {HANG[hang]}." if hang else ""


def dependent(reading: Reading, text: str) -> Report | None:
    """The first measure of dependence that chance does not explain."""
    wrong = _beyond_chance(reading.dependence)
    if not wrong:
        return None
    law, draws = reading.total, f"The {reading.total.n:,} weights of {text}"
    if wrong == "twice" and law.decimals:
        return _rounded(draws, law.decimals)
    return fault(f"{draws} have the right law, and are not independent: {HANG[wrong]}.", OWN)


def _rounded(draws: str, decimals: int) -> Report:
    return fault(
        f"{draws} are rounded to {decimals} decimal{'s' if decimals > 1 else ''}.",
        "A number that is printed may be rounded, a weight not: many of these are equal.",
    )
