"""`he_uniform`: a layer's weights, drawn from an interval."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Exercise
from heinit_lab.checking.draw_cases import UNIFORM
from heinit_lab.exercises._shared import mistakes
from heinit_lab.exercises.worked_examples._shared import (
    layer_check,
    layer_mistakes,
    never_negative,
    normal,
    uniform,
)

EXERCISE = Exercise(
    "he_uniform",
    layer_check(UNIFORM),
    misconceptions=(
        *layer_mistakes(uniform, 6),
        *mistakes(
            "he_uniform",
            {
                "sigma-for-bound": lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),
                "one-sided": (
                    lambda n_in, n_out, rng: rng.uniform(0, sqrt(6 / n_in), (n_out, n_in)),
                    lambda n_in, n_out, rng: rng.uniform(0, sqrt(2 / n_in), (n_out, n_in)),
                ),
                "normal-for-uniform": lambda n_in, n_out, rng: normal(rng, sqrt(2 / n_in), n_in, n_out),
                "variance-for-std": lambda n_in, n_out, rng: uniform(rng, 6 / n_in, n_in, n_out),
                "not-scaled": lambda n_in, n_out, rng: uniform(rng, 1, n_in, n_out),
                "framework-default": lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),
            },
            shown_by={"one-sided": never_negative},
        ),
    ),
    hidden=4,
)
