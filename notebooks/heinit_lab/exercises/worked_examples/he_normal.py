"""`he_normal`: a layer's weights, drawn from a normal distribution."""

from math import sqrt

import numpy as np

from heinit_lab.checking.draw_cases import NORMAL
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import (
    Rng,
    layer_check,
    layer_mistakes,
    never_negative,
    normal,
    uniform,
)
from heinit_lab.networks import LAWS, TRUNCATED_STD

_cut_off = LAWS["truncated"]  # under a name of its own, so that a made-up student can write it out


def _truncated(rng: Rng, std: float, n_in: int, n_out: int) -> np.ndarray:
    return np.asarray(std * _cut_off(rng, (n_out, n_in), np.float64))


EXERCISE = exercise(
    "he_normal",
    layer_check(NORMAL),
    mistakes={
        **layer_mistakes(normal, 2),
        "variance-for-std": lambda n_in, n_out, rng: normal(rng, 2 / n_in, n_in, n_out),
        "std-for-mean": (
            lambda n_in, n_out, rng: rng.normal(sqrt(2 / n_in), 1.0, (n_out, n_in)),
            lambda n_in, n_out, rng: rng.normal(sqrt(2 / n_in), (n_out, n_in)),
        ),
        "root-of-two-over-n": lambda n_in, n_out, rng: normal(rng, sqrt(2) / n_in, n_in, n_out),
        "not-scaled": lambda n_in, n_out, rng: normal(rng, 1, n_in, n_out),
        "one-sided": (
            lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(2 / n_in),
            lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(6 / n_in),
        ),
        "sigma-for-bound": lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),
        "uniform-for-normal": lambda n_in, n_out, rng: uniform(rng, sqrt(6 / n_in), n_in, n_out),
        "truncation-not-corrected": lambda n_in, n_out, rng: _truncated(rng, sqrt(2 / n_in), n_in, n_out),
        "truncated-for-normal": lambda n_in, n_out, rng: _truncated(
            rng, sqrt(2 / n_in) / TRUNCATED_STD, n_in, n_out
        ),
        "framework-default": lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),
    },
    shown_by={"one-sided": never_negative},
    hints="layer",
    hidden=4,
)
