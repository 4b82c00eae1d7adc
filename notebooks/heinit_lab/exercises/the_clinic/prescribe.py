"""`prescribe`: standard deviations by which a network starts healthy, whichever they are."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking import Case, Prompt
from heinit_lab.checking.compare import as_array, real_array
from heinit_lab.checking.outcomes import Outcomes, OutcomeTrials
from heinit_lab.exercises._shared import exercise
from heinit_lab.mean_field import expected, kept

BAND, LOUD = 10.0, 0.5
"""By which factor signal and gradient may change, and how much of loss the scores may add."""
TOO_LOUD = "the scores make the first loss"


def outcome(case: Case, value: Any) -> str:
    """What is wrong with the network that the standard deviations make: expected values, nothing is drawn."""
    (sizes, activation, *more), stds = case.args, real_array(value)
    count = len(sizes) - 1
    if stds is None or stds.shape != (count,):
        return f"Asked are {count} numbers, one for each matrix."
    if not np.all(np.isfinite(stds)) or np.any(stds < 0):
        return "A standard deviation is finite, and not below 0."
    with np.errstate(all="ignore"):
        network = expected(sizes, stds.tolist(), activation, *more)
    for what, moments in (("signal", network.forward), ("gradient", network.backward[::-1])):
        for layers, left in enumerate(moments, 1 if what == "signal" else 0):
            if not 1 / BAND <= left <= BAND:
                where = "forward" if what == "signal" else "back"
                return f"The {what}'s second moment is {left:.3g} times its start, {layers} layers {where}."
    added = (1 - 1 / sizes[-1]) * network.scores / 2
    if added > LOUD:
        return f"Signal and gradient hold, but {TOO_LOUD} about {added:.2f} larger than ln k."
    return ""


def alike(value: Any, mistaken: Any) -> bool:
    """Whether two lists agree but for the last matrix, which may be as small as one likes."""
    a, b = as_array(value), as_array(mistaken)
    return (
        a is not None
        and b is not None
        and a.shape == b.shape
        and a.ndim == 1
        and len(a) > 1
        and np.allclose(a[:-1], b[:-1], rtol=1e-3, atol=0)
    )


def _small(c: float, n_in: int, n_out: int) -> float:
    return sqrt(0.1 / n_in)


def _by(std: Callable[..., float], last: Callable[..., float] = _small) -> Callable[..., list[float]]:
    """An answer from a formula of c, n_in and n_out. last: that of the last matrix."""

    def prescribe(sizes: Sequence[int], activation: str, a: float = 0.0) -> list[float]:
        c, pairs = 1 / kept(activation, a), list(pairwise(sizes))
        return [*(std(c, *pair) for pair in pairs[:-1]), last(c, *pairs[-1])]

    return prescribe


def _right(c: float, n_in: int, n_out: int) -> float:
    return sqrt(c / n_in)


def _first_fan(sizes: Sequence[int], activation: str, a: float = 0.0) -> list[float]:
    return [sqrt(1 / kept(activation, a) / sizes[0])] * (len(sizes) - 2) + [sqrt(0.1 / sizes[-2])]


def _slope_left_out(sizes: Sequence[int], activation: str, a: float = 0.0) -> list[float]:
    return _by(_right)(sizes, "relu" if activation == "leaky" else activation)


def _only_too_loud(judged: OutcomeTrials) -> bool:
    wrong = [trial.complaint for trial in judged.trials if not trial.right]
    return bool(wrong) and all(TOO_LOUD in complaint for complaint in wrong)


EXERCISE = exercise(
    "prescribe",
    Outcomes(
        Case([64] * 10 + [10], "relu", want=[0.1767767] * 9 + [0.03952847], kind="ReLU"),
        Case([64] * 12 + [10], "identity", want=[0.125] * 11 + [0.03952847], kind="a linear network"),
        Case([64] * 10 + [3], "abs", want=[0.125] * 9 + [0.03952847], kind="another activation"),
        Case(
            [32, 128, 256, 128, 64, 128, 256, 10],
            "relu",
            want=[0.25, 0.125, 0.08838835, 0.125, 0.1767767, 0.125, 0.01976424],
            kind="layers of different widths",
        ),
        Case(
            [256, 64, 32, 64, 32, 64, 10],
            "relu",
            want=[0.08838835, 0.1767767, 0.25, 0.1767767, 0.25, 0.03952847],
            kind="layers of different widths",
        ),
        Case([50] * 21 + [10], "leaky", 0.5, want=[0.17888544] * 20 + [0.04472136], kind="leaky ReLU"),
        Case([80] * 41 + [100], "leaky", 0.3, want=[0.15144559] * 40 + [0.03535534], kind="leaky ReLU"),
        Case([64] * 6 + [10], "tanh", want=[0.19906718] * 5 + [0.03952847], kind="another activation"),
        outcome=outcome,
        alike=alike,
    ),
    mistakes={
        "last-layer-too-loud": _by(_right, _right),
        "activation-left-out": (
            _by(lambda c, n_in, n_out: sqrt(2 / n_in)),
            _by(lambda c, n_in, n_out: sqrt(1 / n_in)),
            _by(lambda c, n_in, n_out: sqrt(2 / (n_in + n_out))),
        ),
        "slope-left-out": _slope_left_out,
        "fraction-upside-down": (
            _by(lambda c, n_in, n_out: sqrt(1 / c / n_in)),
            _by(lambda c, n_in, n_out: sqrt(n_in / c)),
        ),
        "variance-for-std": _by(lambda c, n_in, n_out: c / n_in, lambda c, n_in, n_out: 0.1 / n_in),
        "root-of-c-over-n": _by(lambda c, n_in, n_out: sqrt(c) / n_in),
        "gain-outside-the-root": _by(lambda c, n_in, n_out: c / sqrt(n_in)),
        "first-fan-for-all": _first_fan,
        "same-for-every-layer": (_by(lambda c, n_in, n_out: 1.0), _by(lambda c, n_in, n_out: 0.01)),
        "last-layer-missing": lambda sizes, activation, a=0.0: _by(_right)(sizes, activation, a)[:-1],
    },
    shown_by={"last-layer-too-loud": _only_too_loud},
    hidden=2,
    prompt=Prompt(0, 'Which standard deviations are right for `prescribe([64] * 10 + [10], "relu")`?'),
)
