"""`energy_kept`: the share of the sum of squares that ReLU keeps."""

from __future__ import annotations

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises.relu_half_killing._shared import PERCENT

SPREAD_OUT = np.array([[2.0, -1.0, 0.5], [-0.5, 3.0, -1.5]])


def _left(y: np.ndarray) -> Any:
    """The squares that ReLU leaves, which wrong answers compare wrongly."""
    return np.maximum(y, 0) ** 2


EXERCISE = Exercise(
    "energy_kept",
    Cases(
        Case(np.array([1.0, -2.0]), want=0.2),
        Case(np.array([3.0, -1.0, -1.0]), want=9 / 11),
        Case(np.array([2.0, -2.0, 1.0, -1.0]), want=0.5),
        Case(np.array([1.0, 4.0, 2.0, -2.0]), want=0.84),
        Case(SPREAD_OUT, want=13.25 / 16.75),
        Case(np.array([0.1, 0.2, -0.5, 0.0]), want=1 / 6),
    ),
    misconceptions=(
        Misconception(
            "count-for-energy",
            "This is the share of the *entries* that survive. Energy counts each one by its square: "
            "a unit at 2 weighs four times one at 1.",
            (lambda y: np.mean(y > 0), lambda y: np.mean(y >= 0)),
        ),
        Misconception(
            "variance-for-second-moment",
            "These are *variances*: the mean is taken off before squaring. Energy is the square of "
            "the number itself, its distance from 0.",
            (lambda y: np.var(np.maximum(y, 0)) / np.var(y),),
        ),
        Misconception(
            "not-normalised",
            "This is how much survives, in squared units of y. A share compares it with what was there.",
            (lambda y: np.sum(_left(y)), lambda y: np.mean(_left(y))),
        ),
        Misconception(
            "square-missing",
            "The squares are missing: this compares sizes, and energy is the sum of their squares.",
            (
                lambda y: np.sum(np.maximum(y, 0)) / np.sum(np.abs(y)),
                lambda y: float(np.sum(np.maximum(y, 0))) / float(np.sum(y)),
            ),
        ),
        Misconception(
            "root-of-the-share",
            "This is the ratio of two lengths, the root of what is asked. Leave the squares on.",
            (lambda y: np.sqrt(np.sum(_left(y)) / np.sum(y**2)),),
        ),
        Misconception(
            "only-the-active",
            "The mean is over the survivors alone. Units that are off belong to the layer, and count with 0.",
            (
                lambda y: np.mean(y[y > 0] ** 2) / np.mean(y**2),
                lambda y: np.mean(y[y >= 0] ** 2) / np.mean(y**2),
            ),
        ),
        Misconception(
            "constant-half",
            "One half, whatever y is. That is right where every number is balanced by its opposite, "
            "and only there.",
            (lambda y: 0.5,),
        ),
        Misconception(
            "complement",
            "This is the share of the energy that is *lost*. The question asks for what is kept.",
            (lambda y: 1 - np.sum(_left(y)) / np.sum(y**2),),
        ),
        Misconception(
            "ratio-inverted",
            "Upside down: before over after. A share of what was there cannot exceed 1.",
            (lambda y: np.sum(y**2) / np.sum(_left(y)),),
        ),
        Misconception("percent-for-share", PERCENT, (lambda y: 100 * np.sum(_left(y)) / np.sum(y**2),)),
    ),
    hidden=3,
    prompt=Prompt(3, "Which share of the energy of [1, 4, 2, −2] is left after ReLU?"),
)
