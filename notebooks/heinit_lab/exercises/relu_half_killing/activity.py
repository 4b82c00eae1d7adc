"""`activity`: how often units are on, by example and by neuron."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises.relu_half_killing._shared import PERCENT

PAIR = np.array([[1.0, -2.0]])
SQUARE = np.array([[1.0, 2.0], [-1.0, 0.0]])
TALL = np.array([[0.5, -1.0], [2.0, -0.25], [-0.5, 0.0], [1.0, 3.0]])
WIDE = np.array([[-1.0, 0.0, 2.0, 0.5, -3.0], [1.5, 0.0, -2.0, 4.0, -0.1]])

EXERCISE = Exercise(
    "activity",
    Cases(
        Case(PAIR, want=(np.array([0.5]), np.array([1.0, 0.0]))),
        Case(SQUARE, want=(np.array([1.0, 0.0]), np.array([0.5, 0.5]))),
        Case(TALL, want=(np.array([0.5, 0.5, 0.0, 1.0]), np.array([0.75, 0.25]))),
        Case(WIDE, want=(np.array([0.4, 0.4]), np.array([0.5, 0.0, 0.5, 1.0, 0.0]))),
    ),
    misconceptions=(
        Misconception(
            "axes-swapped",
            "The two have changed places. The first has a share for each *example*, averaged over the "
            "neurons of its row; the second has one for each neuron.",
            (lambda Z: (np.mean(Z > 0, axis=0), np.mean(Z > 0, axis=1)),),
        ),
        Misconception(
            "zero-counts-as-active",
            "A unit at z = 0 exactly is counted as on here. It is off: ReLU gives 0 there.",
            (lambda Z: (np.mean(Z >= 0, axis=1), np.mean(Z >= 0, axis=0)),),
        ),
        Misconception(
            "complement",
            "These are the shares that are *off*. The question asks how many are on.",
            (
                lambda Z: (np.mean(Z <= 0, axis=1), np.mean(Z <= 0, axis=0)),
                lambda Z: (np.mean(Z < 0, axis=1), np.mean(Z < 0, axis=0)),
            ),
        ),
        Misconception(
            "count-for-share",
            "These are counts. A share is a count over how many there are, from 0 to 1.",
            (lambda Z: (np.sum(Z > 0, axis=1), np.sum(Z > 0, axis=0)),),
        ),
        Misconception(
            "activation-for-share",
            "This averages the values. The question is *how often* a unit is on, whatever its value then.",
            (
                lambda Z: (np.mean(Z, axis=1), np.mean(Z, axis=0)),
                lambda Z: (np.mean(Z * (Z > 0), axis=1), np.mean(Z * (Z > 0), axis=0)),
            ),
        ),
        Misconception(
            "overall-share",
            "This is one share for the whole table. Two arrays are asked: one with a share for each example, "
            "one with a share for each neuron.",
            (lambda Z: np.mean(Z > 0), lambda Z: (np.mean(Z > 0), np.mean(Z > 0))),
        ),
        Misconception(
            "percent-for-share",
            PERCENT,
            (lambda Z: (100 * np.mean(Z > 0, axis=1), 100 * np.mean(Z > 0, axis=0)),),
        ),
    ),
    hidden=3,
    prompt=Prompt(1, "Two examples, two units: `Z = [[1, 2], [-1, 0]]`. Which are `per_input`, `per_unit`?"),
)
