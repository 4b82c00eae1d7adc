"""`he_normal`: a layer's weights, drawn from a normal distribution."""

from math import sqrt

import numpy as np

from heinit_lab.checking.draw_cases import NORMAL, UNIFORM
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import (
    SHOWN_BY,
    Rng,
    layer_check,
    layer_mistakes,
    normal,
    of_kurtosis,
    uniform,
)
from heinit_lab.networks import LAWS, TRUNCATED_STD

_cut_off = LAWS["truncated"]  # under a name of its own, so that a made-up student can write it out
_is_uniform = of_kurtosis(UNIFORM)


def _truncated(rng: Rng, std: float, n_in: int, n_out: int) -> np.ndarray:
    return np.asarray(std * _cut_off(rng, (n_out, n_in), np.float64))


def _clipped(rng: Rng, most: float, n_in: int, n_out: int) -> np.ndarray:
    """Normal weights, those beyond `most` standard deviations moved there."""
    return sqrt(2 / n_in) * np.clip(rng.standard_normal((n_out, n_in)), -most, most)


def _uniform_of_another_scale(draws: DrawTrials) -> bool:
    """Uniform draws whose scale has no name of its own: a third of the variance, or a sixth."""
    ratios = [law.ratio for laws in draws.laws for law in laws if law is not None]
    known = any(all(abs(ratio * k - 1) < 0.05 for ratio in ratios) for k in (3, 6))
    return not known and _is_uniform(draws)


EXERCISE = exercise(
    "he_normal",
    layer_check(NORMAL),
    mistakes={
        **layer_mistakes(normal, 2),
        "variance-for-std": lambda n_in, n_out, rng: normal(rng, 2 / n_in, n_in, n_out),
        "std-for-mean": (
            lambda n_in, n_out, rng: rng.normal(sqrt(2 / n_in), 1.0, (n_out, n_in)),
            lambda n_in, n_out, rng: rng.normal(sqrt(2 / n_in), (n_out, n_in)),
            lambda n_in, n_out, rng: rng.normal(sqrt(2 / n_in), sqrt(2 / n_in), (n_out, n_in)),
            lambda n_in, n_out, rng: rng.normal(-sqrt(2 / n_in), sqrt(2 / n_in), (n_out, n_in)),
        ),
        "root-of-two-over-n": lambda n_in, n_out, rng: normal(rng, sqrt(2) / n_in, n_in, n_out),
        "one-over-n": lambda n_in, n_out, rng: normal(rng, 1 / n_in, n_in, n_out),
        "half-for-two": lambda n_in, n_out, rng: normal(rng, sqrt(0.5 / n_in), n_in, n_out),
        "bound-for-std": lambda n_in, n_out, rng: normal(rng, sqrt(6 / n_in), n_in, n_out),
        "not-scaled": lambda n_in, n_out, rng: normal(rng, 1, n_in, n_out),
        "one-sided": (
            lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(2 / n_in),
            lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(6 / n_in),
        ),
        "sign-lost": lambda n_in, n_out, rng: np.abs(normal(rng, sqrt(2 / n_in), n_in, n_out)),
        "sigma-for-bound": lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),
        "uniform-for-normal": lambda n_in, n_out, rng: uniform(rng, sqrt(6 / n_in), n_in, n_out),
        "clipped": (
            lambda n_in, n_out, rng: _clipped(rng, 2, n_in, n_out),
            lambda n_in, n_out, rng: _clipped(rng, 3, n_in, n_out),
        ),
        "truncation-not-corrected": lambda n_in, n_out, rng: _truncated(rng, sqrt(2 / n_in), n_in, n_out),
        "truncated-for-normal": lambda n_in, n_out, rng: _truncated(
            rng, sqrt(2 / n_in) / TRUNCATED_STD, n_in, n_out
        ),
        "framework-default": lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),
    },
    shown_by={**SHOWN_BY, "uniform-for-normal": _uniform_of_another_scale},
    hints="layer",
    hidden=4,
)
