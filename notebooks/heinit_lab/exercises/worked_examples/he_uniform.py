"""`he_uniform`: a layer's weights, drawn from an interval."""

from math import sqrt

from heinit_lab.checking.draw_cases import UNIFORM
from heinit_lab.exercises._shared import exercise
from heinit_lab.exercises.worked_examples._shared import (
    layer_check,
    layer_mistakes,
    never_negative,
    normal,
    uniform,
)

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
        "one-end-given": lambda n_in, n_out, rng: rng.uniform(-sqrt(6 / n_in), 1.0, (n_out, n_in)),
        "normal-for-uniform": lambda n_in, n_out, rng: normal(rng, sqrt(2 / n_in), n_in, n_out),
        "variance-for-std": lambda n_in, n_out, rng: uniform(rng, 6 / n_in, n_in, n_out),
        "not-scaled": lambda n_in, n_out, rng: uniform(rng, 1, n_in, n_out),
        "framework-default": lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),
    },
    shown_by={"one-sided": never_negative},
    hints="layer",
    hidden=4,
)
