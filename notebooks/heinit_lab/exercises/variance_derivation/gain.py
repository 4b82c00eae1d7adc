"""`gain`: the c of any activation, by an integral over the normal density."""

from math import sqrt

import numpy as np

from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise, is_rounded

# (name, a): the mean and the second moment of f(Z), for the public cases and what mistakes need of them.
_STORED = {
    ("identity", 0.0): (0.0, 1.0),
    ("relu", 0.0): (0.39894228, 0.5),
    ("leaky", 0.0): (0.39894228, 0.5),
    ("leaky", 0.5): (0.19947114, 0.625),
    ("leaky", -0.2): (0.47873074, 0.52),
    ("abs", 0.0): (0.79788456, 1.0),
    ("tanh", 0.0): (0.0, 0.39429449),
    ("elu", 0.0): (0.39894228, 0.5),
    ("elu", 0.5): (0.27973143, 0.53623635),
    ("gelu", 0.0): (0.28209479, 0.42522148),
    ("squared_relu", 0.0): (0.5, 1.5),
    ("sine", 0.0): (0.0, 0.43233236),
    ("leaky", 1.5): (-0.19947114, 1.625),
    ("elu", -0.8): (0.58967965, 0.59276507),
}


_HOMOGENEOUS = ("identity", "relu", "leaky", "abs")


def _ratios(trials: Trials) -> dict[str, list[float]]:
    """Answer over right value for each activation, by name; empty where an answer is no number."""
    ratios: dict[str, list[float]] = {}
    for trial in trials:
        value = as_array(trial.call.value)
        if value is None or value.shape != () or value.dtype.kind not in "if":
            return {}
        ratios.setdefault(str(trial.case.args[0]), []).append(float(value) / trial.case.want)
    return ratios


def _one_factor(ratios: dict[str, list[float]]) -> float:
    """The factor by which every answer is off, or 0 where they differ: no sum over points does that."""
    each = [ratio for some in ratios.values() for ratio in some]
    return each[0] if each and min(each) > 0 and max(each) < 1.0002 * min(each) else 0.0


def _other_sum(trials: Trials) -> bool:
    """Off by one and the same factor for every f: the weights add up to something else than 1.

    A power of root 2 is a 2 that slipped in, and 100 a share in per cent: they say nothing of the weights.
    """
    factor = _one_factor(_ratios(trials))
    others = (100, *(2 ** (power / 2) for power in range(-4, 5)))
    return 0 < factor < np.inf and not any(abs(factor / other - 1) < 0.03 for other in others)


def _cut_off(trials: Trials) -> bool:
    """Off as the right density is that ends at 1.5 to 4.5 standard deviations, its sum made 1 or not."""
    z = np.linspace(0, 4.5, 901)
    density = np.exp(-(z**2) / 2)
    inside = 2 * np.cumsum(density)
    ratios = _ratios(trials)
    off_by = max((abs(np.log(r)) for each in ratios.values() for r in each if r > 0), default=0.0)
    if not 0 < off_by < np.inf or min(map(min, ratios.values())) <= 0:
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
    ratios = _ratios(trials)
    return _cut_off(trials) or (
        bool(ratios)
        and not is_rounded(trials)
        and not _one_factor(ratios)
        and all(
            abs(ratio - 1) < (0.1 if name in _HOMOGENEOUS else 0.5)
            for name, each in ratios.items()
            for ratio in each
        )
    )


def _other_density(trials: Trials) -> bool:
    """Off by one and the same factor for every f with f(kz) = k f(z), and for others by another."""
    ratios = _ratios(trials)
    each = [r for name, some in ratios.items() if name in _HOMOGENEOUS for r in some]
    rest = [r for name, some in ratios.items() if name not in _HOMOGENEOUS for r in some]
    return (
        len(each) >= 3
        and min(each) > 0
        and any(abs(r / each[0] - 1) > 0.15 for r in rest)
        and max(each) < 1.01 * min(each)
        and not 0.85 < each[0] < 1.15
        and max(each) < np.inf
        and not _cut_off(trials)
    )


def _coins(name, a=0.0):  # type: ignore[no-untyped-def]
    """Six coins for a normal."""
    heads = np.array([1, 6, 15, 20, 15, 6, 1]) / 64
    return 1 / np.sum(heads * ACTIVATIONS[name](np.arange(-3, 4) / sqrt(1.5), a) ** 2)


def _draws(name, a=0.0):  # type: ignore[no-untyped-def]
    return 1 / np.mean(ACTIVATIONS[name](np.random.default_rng(0).standard_normal(3000), a) ** 2)


EXERCISE = exercise(
    "gain",
    Cases(
        Case("identity", want=1.0),
        Case("relu", want=2.0),
        Case("leaky", 0.5, want=1.6),
        Case("leaky", a=-0.2, want=1.92307692),
        Case("abs", want=1.0),
        Case("tanh", want=2.53617543),
        Case("elu", 0.5, want=1.86484932),
        Case("gelu", want=2.35171561),
        Case("squared_relu", want=0.666666667),
        Case("sine", want=2.31303529),
        Case("leaky", 1.5, want=0.615384615),
        Case("elu", -0.8, want=1.68700899),
        rtol=1e-3,
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-second-moment": lambda name, a=0.0: (
            1 / (_STORED[name, a][1] - _STORED[name, a][0] ** 2)
        ),
        "share-for-its-inverse": lambda name, a=0.0: _STORED[name, a][1],
        "ignores-the-slope": lambda name, a=0.0: 1 / _STORED[name, 0.0][1],
        "std-for-variance": lambda name, a=0.0: 1 / sqrt(_STORED[name, a][1]),
        "relu-for-any": (lambda name, a=0.0: 2 / (1 + a**2), lambda name, a=0.0: 2.0),
        "weights-not-normalised": lambda name, a=0.0: (
            1
            / np.sum(
                ACTIVATIONS[name](np.linspace(-8, 8, 4001), a) ** 2
                * np.exp(-(np.linspace(-8, 8, 4001) ** 2) / 2)
            )
        ),
        "another-density": (
            lambda name, a=0.0: (
                1 / np.trapezoid(ACTIVATIONS[name](np.linspace(-8, 8, 4001), a) ** 2, dx=0.004)
            ),
            lambda name, a=0.0: 1 / np.mean(ACTIVATIONS[name](np.linspace(-5, 5, 4001), a) ** 2),
        ),
        "rounded": lambda name, a=0.0: round(
            1
            / np.average(
                ACTIVATIONS[name](np.linspace(-8, 8, 4001), a) ** 2,
                weights=np.exp(-(np.linspace(-8, 8, 4001) ** 2) / 2),
            ),
            2,
        ),
        "too-coarse": (_coins, _draws),
    },
    shown_by={"weights-not-normalised": _other_sum, "another-density": _other_density, "too-coarse": _coarse},
    hidden=2,
    prompt=Prompt(4, "Which $c$ does abs need, $f(z) = |z|$?"),
)
