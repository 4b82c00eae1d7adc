"""`he_uniform`: a layer's weights, drawn from an interval."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Exercise, Misconception
from heinit_lab.checking.draw_cases import UNIFORM
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
        Misconception(
            "sigma-for-bound",
            "The bound is the standard deviation. A uniform number between -b and b has variance b²/3, "
            "so the bound has to be wider than σ.",
            (lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),),
        ),
        Misconception(
            "one-sided",
            "These numbers are never negative. The interval is to be symmetric around 0.",
            (
                lambda n_in, n_out, rng: rng.uniform(0, sqrt(6 / n_in), (n_out, n_in)),
                lambda n_in, n_out, rng: rng.uniform(0, sqrt(2 / n_in), (n_out, n_in)),
            ),
            shown_by=never_negative,
        ),
        Misconception(
            "normal-for-uniform",
            "The variance is right, the distribution is normal: that was the exercise before. "
            "A uniform number never leaves its interval.",
            (lambda n_in, n_out, rng: normal(rng, sqrt(2 / n_in), n_in, n_out),),
        ),
        Misconception(
            "variance-for-std",
            "The bound is 6/n_in, its own square. The root is missing.",
            (lambda n_in, n_out, rng: uniform(rng, 6 / n_in, n_in, n_out),),
        ),
        Misconception(
            "not-scaled",
            "These are draws between -1 and 1, whatever the layer. The interval depends on n_in.",
            (lambda n_in, n_out, rng: uniform(rng, 1, n_in, n_out),),
        ),
        Misconception(
            "framework-default",
            "The bound is sqrt(1/n_in), the default of a well-known framework's linear layer: a sixth of "
            "the variance asked for.",
            (lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),),
        ),
    ),
    hidden=4,
)
