"""`he_normal`: a layer's weights, drawn from a normal distribution."""

from __future__ import annotations

from math import sqrt

import numpy as np

from heinit_lab.checking import Exercise, Misconception
from heinit_lab.checking.draw_cases import NORMAL
from heinit_lab.exercises._shared import NOT_SCALED
from heinit_lab.exercises.worked_examples._shared import (
    Rng,
    layer_check,
    layer_mistakes,
    never_negative,
    normal,
    uniform,
)
from heinit_lab.networks import LAWS, TRUNCATED_STD


def _truncated(rng: Rng, std: float, n_in: int, n_out: int) -> np.ndarray:
    return np.asarray(std * LAWS["truncated"](rng, (n_out, n_in), np.float64))


EXERCISE = Exercise(
    "he_normal",
    layer_check(NORMAL),
    misconceptions=(
        *layer_mistakes(normal, 2),
        Misconception(
            "variance-for-std",
            "The *variance* went in where NumPy asks for the standard deviation: `scale` is the root "
            "of the second argument of N(0, 2/n_in).",
            (lambda n_in, n_out, rng: normal(rng, 2 / n_in, n_in, n_out),),
        ),
        Misconception(
            "root-of-two-over-n",
            "The scale is the root of 2, divided by n_in. The root belongs around the whole fraction.",
            (lambda n_in, n_out, rng: normal(rng, sqrt(2) / n_in, n_in, n_out),),
        ),
        Misconception("not-scaled", NOT_SCALED, (lambda n_in, n_out, rng: normal(rng, 1, n_in, n_out),)),
        Misconception(
            "one-sided",
            "These numbers are uniform and never negative. Weights of mean 0 are needed, "
            "from a normal distribution; `random` and `normal` are different methods.",
            (
                lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(2 / n_in),
                lambda n_in, n_out, rng: rng.random((n_out, n_in)) * sqrt(6 / n_in),
            ),
            shown_by=never_negative,
        ),
        Misconception(
            "sigma-for-bound",
            "These numbers are uniform between -σ and σ. A uniform number's variance is a third of its "
            "squared bound; and what is asked here is a normal distribution.",
            (lambda n_in, n_out, rng: uniform(rng, sqrt(2 / n_in), n_in, n_out),),
        ),
        Misconception(
            "uniform-for-normal",
            "The variance is right, the distribution is uniform: that is the next exercise. "
            "A normal distribution has no edge.",
            (lambda n_in, n_out, rng: uniform(rng, sqrt(6 / n_in), n_in, n_out),),
        ),
        Misconception(
            "truncation-not-corrected",
            "These are normal numbers cut off at two standard deviations, which leaves 77 % of the "
            "variance. Nothing is to be cut off here.",
            (lambda n_in, n_out, rng: _truncated(rng, sqrt(2 / n_in), n_in, n_out),),
        ),
        Misconception(
            "truncated-for-normal",
            "The variance is right, and the tails are cut off at two standard deviations. Nothing is "
            "to be cut off here.",
            (lambda n_in, n_out, rng: _truncated(rng, sqrt(2 / n_in) / TRUNCATED_STD, n_in, n_out),),
        ),
        Misconception(
            "framework-default",
            "This is the default of a well-known framework's linear layer: uniform, with a sixth of the "
            "variance asked for. That default is not He initialization.",
            (lambda n_in, n_out, rng: uniform(rng, sqrt(1 / n_in), n_in, n_out),),
        ),
    ),
    hidden=4,
)
