"""`gain`: the c of any activation, by an integral over the normal density."""

from math import pi, sqrt

import numpy as np

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array, same
from heinit_lab.checking.trials import VALUES, Trial, Trials
from heinit_lab.exercises._shared import exercise, gives_what, is_rounded, scalars

_HOMOGENEOUS = ("identity", "relu", "leaky", "abs")
_ODD = ("identity", "tanh", "sine")  # the mean of f(Z) is 0

_STRAIGHT, _CURVED = "an activation of straight pieces", "a curved activation"
_LEAKY, _ELU = "a leaky ReLU with a slope", "an ELU with a parameter"


def _ratios(trials: Trials) -> np.ndarray:
    """Answer over right value for each case; empty where an answer is no number."""
    values = scalars(trials)
    return np.array([]) if values is None else values / [trial.case.want for trial in trials]


def _homogeneous(trials: Trials) -> np.ndarray:
    """For each case, whether f(k z) = k f(z) for k > 0."""
    return np.array([trial.case.args[0] in _HOMOGENEOUS for trial in trials])


def _one_factor(trials: Trials) -> float:
    """The factor by which every answer is off, or 0 where they differ: no sum over points does that."""
    ratios = _ratios(trials)
    alike = ratios.size and ratios.min() > 0 and ratios.max() < 1.0002 * ratios.min()
    return float(ratios[0]) if alike else 0.0


def _by_a_two(trials: Trials) -> bool:
    """Off by one and the same factor for every f, a power of root 2."""
    factor = _one_factor(trials)
    return any(abs(factor / 2 ** (power / 2) - 1) < 0.003 for power in range(-4, 5) if power)


def _by_a_gap(trials: Trials) -> bool:
    """Off by one and the same small factor for every f, as n points are from the n - 1 gaps between them."""
    return 0.0009 < abs(_one_factor(trials) - 1) < 0.03


def _other_sum(trials: Trials) -> bool:
    """Off by one and the same factor for every f: the weights add up to something else than 1.

    100 is a share in per cent, and says nothing of the weights.
    """
    factor = _one_factor(trials)
    others = _by_a_two(trials) or _by_a_gap(trials) or abs(factor / 100 - 1) < 0.003
    return 0 < factor < np.inf and not others


def _cut_off(trials: Trials) -> bool:
    """Off as with the right density cut off at 1.5 to 4.5 standard deviations, its sum made 1 or not."""
    z = np.linspace(0, 4.5, 901)
    density = np.exp(-(z**2) / 2)
    inside = 2 * np.cumsum(density)
    with np.errstate(all="ignore"):  # a ratio may be 0, below 0, or infinite
        off_by = np.abs(np.log(_ratios(trials))).max(initial=0.0)
    if not 0 < off_by < np.inf:
        return False
    logs = []
    for trial in trials:
        name, a = str(trial.case.args[0]), [*trial.case.args[1:], *trial.case.kwargs.values(), 0.0][0]
        squares = sum(ACTIVATIONS[name](side, a) ** 2 for side in (z, -z))
        logs.append(np.log(float(trial.call.value) * np.cumsum(density * squares)[300:]))
    totals = (inside[300:], np.sum(2 * density))  # of the points up to this end, or of all
    far = min(0.03, 0.3 * off_by)
    return any(np.any(np.all(np.abs(logs - np.log(total)) < far, axis=0)) for total in totals)


def _coarse(trials: Trials) -> bool:
    """Near the right value everywhere, and not near enough: a rough sum, or random draws."""
    ratios, limits = _ratios(trials), np.where(_homogeneous(trials), 0.25, 0.5)
    near = ratios.size and np.all(np.abs(ratios - 1) < limits)
    return _cut_off(trials) or bool(near and not is_rounded(trials) and not _one_factor(trials))


def _other_density(trials: Trials) -> bool:
    """Off by one and the same factor for every f with f(kz) = k f(z), and for others by another."""
    ratios, homogeneous = _ratios(trials), _homogeneous(trials)
    if not ratios.size or homogeneous.sum() < 3:
        return False
    each, rest = ratios[homogeneous], ratios[~homogeneous]
    return (
        bool(each.min() > 0 and each.max() < 1.05 * each.min() < np.inf)
        and not 0.85 < each[0] < 1.15
        and bool(np.any(np.abs(rest / each[0] - 1) > 0.15))
        and not _cut_off(trials)
    )


def _from_memory(trials: Trials) -> bool:
    """ReLU is right, and tanh has the gain of PyTorch's table, or its square."""
    table = {"relu": (2.0, 2.0**0.5), "tanh": (25 / 9, 5 / 3)}
    return all(
        any(trial.gives(value) for value in table[trial.case.args[0]])
        for trial in trials
        if trial.case.args[0] in table and len(trial.case.args) == 1
    )


def _half_line(trials: Trials) -> bool:
    """Off as a sum over z > 0 is, whether its weights add up to one half or to 1; up to 2 %."""
    values = scalars(trials)
    if values is None:
        return False
    ratios = values / [trial.case.under(_by_the_half_line).value for trial in trials]
    return any(bool(np.all(np.abs(ratios / whole - 1) < 0.02)) for whole in (1, 0.5))


def _same_for_the_curved(trials: Trials) -> bool:
    """One number for every curved activation without a parameter, and not ReLU's rule for all."""
    first, *rest = [trial.call.value for trial in trials if trial.case.kind == _CURVED]
    number = as_array(first)
    if number is None or number.shape != () or np.isnan(number):
        return False
    alike = all(same(value, first) for value in rest)
    return alike and not any(trials.behaves_like(rule) for rule in _RELU_FOR_ANY)


def _has_a_mean(trial: Trial) -> bool:
    return trial.case.args[0] not in _ODD


def _mean(name: str, a: float, power: int) -> float:
    """E[f(Z)^power]."""
    z = np.linspace(-8, 8, 3201)
    return float(np.average(ACTIVATIONS[name](z, a) ** power, weights=np.exp(-(z**2) / 2)))


def _total(name: str, a: float, end: float, count: int) -> float:
    """The sum of f(z)^2 exp(-z^2 / 2) over `count` points from -end to end."""
    z = np.linspace(-end, end, count)
    return float(np.sum(ACTIVATIONS[name](z, a) ** 2 * np.exp(-(z**2) / 2)))


def _one_over_the_mean(name: str, a: float = 0.0) -> float:
    return 1 / _mean(name, a, 1)


def _by_the_half_line(name: str, a: float = 0.0) -> float:
    z = np.linspace(0, 8, 1601)
    squares = ACTIVATIONS[name](z, a) ** 2 * np.exp(-(z**2) / 2)
    return float(sqrt(2 * pi) / np.trapezoid(squares, dx=0.005))


def _one_over_the_size(name: str, a: float = 0.0) -> float:
    z = np.linspace(-8, 8, 3201)
    return float(1 / np.average(np.abs(ACTIVATIONS[name](z, a)), weights=np.exp(-(z**2) / 2)))


def _one_over_the_squared_mean(name: str, a: float = 0.0) -> float:
    return 1 / _mean(name, a, 1) ** 2


def _coins(name, a=0.0):  # type: ignore[no-untyped-def]
    """Six coins for a normal."""
    heads = np.array([1, 6, 15, 20, 15, 6, 1]) / 64
    return 1 / np.sum(heads * ACTIVATIONS[name](np.arange(-3, 4) / sqrt(1.5), a) ** 2)


def _draws(name, a=0.0):  # type: ignore[no-untyped-def]
    return 1 / np.mean(ACTIVATIONS[name](np.random.default_rng(0).standard_normal(3000), a) ** 2)


_RELU_FOR_ANY = (
    lambda name, a=0.0: 2 / (1 + a**2),
    lambda name, a=0.0: 2.0,
    lambda name, a=0.0: sqrt(2 / (1 + a**2)),
    lambda name, a=0.0: sqrt(2),
)

EXERCISE = exercise(
    "gain",
    Cases(
        Case("identity", want=1.0, kind=_STRAIGHT),
        Case("relu", want=2.0, kind=_STRAIGHT),
        Case("leaky", 0.5, want=1.6, kind=_LEAKY),
        Case("leaky", a=-0.2, want=1.92307692, kind=_LEAKY),
        Case("abs", want=1.0, kind=_STRAIGHT),
        Case("tanh", want=2.53617543, kind=_CURVED),
        Case("elu", 0.5, want=1.86484932, kind=_ELU),
        Case("gelu", want=2.35171561, kind=_CURVED),
        Case("squared_relu", want=0.666666667, kind=_CURVED),
        Case("sine", want=2.31303529, kind=_CURVED),
        Case("leaky", 1.5, want=0.615384615, kind=_LEAKY),
        Case("elu", -0.8, want=1.68700899, kind=_ELU),
        Case("softplus", want=1.0854865, kind=_CURVED),
        Case("relu", 0.3, want=2.0, kind="a parameter that the activation does not use"),
        rtol=1e-3,
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-second-moment": (
            lambda name, a=0.0: 1 / (_mean(name, a, 2) - _mean(name, a, 1) ** 2),
            lambda name, a=0.0: 1 / sqrt(_mean(name, a, 2) - _mean(name, a, 1) ** 2),
        ),
        "share-for-its-inverse": (
            lambda name, a=0.0: _mean(name, a, 2),
            lambda name, a=0.0: sqrt(_mean(name, a, 2)),
            lambda name, a=0.0: 2 * _mean(name, a, 2),
        ),
        "ignores-the-slope": lambda name, a=0.0: 1 / _mean(name, 0.0, 2),
        "std-for-variance": lambda name, a=0.0: 1 / sqrt(_mean(name, a, 2)),
        "c-squared": lambda name, a=0.0: 1 / _mean(name, a, 2) ** 2,
        "square-missing": (_one_over_the_mean, _one_over_the_size),
        "square-of-the-mean": _one_over_the_squared_mean,
        "relu-for-any": _RELU_FOR_ANY,
        "table-from-memory": (
            lambda name, a=0.0: {"relu": 2.0, "leaky": 2 / (1 + a**2), "tanh": 25 / 9}.get(name, 1.0),
            lambda name, a=0.0: {"relu": sqrt(2), "leaky": sqrt(2 / (1 + a**2)), "tanh": 5 / 3}.get(
                name, 1.0
            ),
        ),
        "half-of-the-line": (_by_the_half_line, lambda name, a=0.0: _by_the_half_line(name, a) / 2),
        "one-for-all-the-curved": (
            lambda name, a=0.0: 1.0,
            lambda name, a=0.0: {"relu": 2.0, "leaky": 2 / (1 + a**2)}.get(name, 1.0),
        ),
        "weights-not-normalised": lambda name, a=0.0: 1 / _total(name, a, 8, 4001),
        "factor-of-two": (
            lambda name, a=0.0: 2 / _mean(name, a, 2),
            lambda name, a=0.0: sqrt(0.5) / _mean(name, a, 2),
        ),
        "points-for-gaps": lambda name, a=0.0: sqrt(2 * pi) / (_total(name, a, 10, 1000) * 0.02),
        "another-density": (
            lambda name, a=0.0: (
                1 / np.trapezoid(ACTIVATIONS[name](np.linspace(-8, 8, 4001), a) ** 2, dx=0.004)
            ),
            lambda name, a=0.0: 1 / np.mean(ACTIVATIONS[name](np.linspace(-5, 5, 4001), a) ** 2),
        ),
        "rounded": lambda name, a=0.0: round(1 / _mean(name, a, 2), 2),
        "too-coarse": (_coins, _draws),
    },
    shown_by={
        "square-missing": gives_what((_one_over_the_mean, _one_over_the_size), _has_a_mean),
        "square-of-the-mean": gives_what((_one_over_the_squared_mean,), _has_a_mean),
        "table-from-memory": _from_memory,
        "half-of-the-line": _half_line,
        "one-for-all-the-curved": _same_for_the_curved,
        "weights-not-normalised": _other_sum,
        "factor-of-two": _by_a_two,
        "points-for-gaps": _by_a_gap,
        "another-density": _other_density,
        "too-coarse": _coarse,
    },
    hidden=2,
    prompt=Prompt(4, "Which $c$ does abs need, $f(z) = |z|$?"),
)
