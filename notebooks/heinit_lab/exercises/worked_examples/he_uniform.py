"""`he_uniform`: a layer's weights, drawn from an interval."""

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


def _one_end(n_in: int, n_out: int, rng: Rng) -> np.ndarray:
    return rng.uniform(-sqrt(6 / n_in), 1.0, (n_out, n_in))


def _ends_mixed_up(draws: DrawTrials) -> bool:
    """Low is above high, or high was left out and is 1."""
    return any("high - low < 0" in str(call.error) for call in draws.calls) or draws.behaves_like(_one_end)


EXERCISE = exercise(
    "he_uniform",
    layer_check(UNIFORM),
    mistakes={
        **layer_mistakes(uniform, 6),
        "sigma-for-bound": lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),
        "one-sided": (
            lambda n_in, n_out, rng: rng.uniform(0, sqrt(6 / n_in), (n_out, n_in)),
            lambda n_in, n_out, rng: rng.uniform(0, sqrt(2 / n_in), (n_out, n_in)),
        ),
        "one-end-given": (
            _one_end,
            lambda n_in, n_out, rng: rng.uniform(sqrt(6 / n_in), size=(n_out, n_in)),
            lambda n_in, n_out, rng: rng.uniform(sqrt(6 / n_in), -sqrt(6 / n_in), (n_out, n_in)),
        ),
        "half-the-interval": lambda n_in, n_out, rng: uniform(rng, sqrt(1.5 / n_in), n_in, n_out),
        "width-for-bound": lambda n_in, n_out, rng: uniform(rng, sqrt(24 / n_in), n_in, n_out),
        "three-for-its-root": (
            lambda n_in, n_out, rng: uniform(rng, 3 * sqrt(2 / n_in), n_in, n_out),
            lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in) / 3, n_in, n_out),
            lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in / 3), n_in, n_out),
        ),
        "shifted-by-one": lambda n_in, n_out, rng: rng.random((n_out, n_in)) * 2 * sqrt(6 / n_in) - 1,
        "normal-for-uniform": lambda n_in, n_out, rng: normal(rng, sqrt(2 / n_in), n_in, n_out),
        "variance-for-std": lambda n_in, n_out, rng: uniform(rng, 6 / n_in, n_in, n_out),
        "variance-for-bound": lambda n_in, n_out, rng: uniform(rng, 2 / n_in, n_in, n_out),
        "root-misplaced": lambda n_in, n_out, rng: uniform(rng, sqrt(6) / n_in, n_in, n_out),
        "not-scaled": lambda n_in, n_out, rng: uniform(rng, 1, n_in, n_out),
        "framework-default": lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),
    },
    shown_by={**SHOWN_BY, "one-end-given": _ends_mixed_up, "normal-for-uniform": of_kurtosis(NORMAL)},
    hints="layer",
    hidden=4,
)
