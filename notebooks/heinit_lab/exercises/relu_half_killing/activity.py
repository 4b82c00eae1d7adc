"""`activity`: how often units are on, by example and by unit."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise

PAIR = np.array([[1.0, -2.0]])
SQUARE = np.array([[1.0, 2.0], [-1.0, 0.0]])
TALL = np.array([[0.5, -1.0], [2.0, -0.25], [-0.5, 0.0], [1.0, 3.0]])
WIDE = np.array([[-1.0, 0.0, 2.0, 0.5, -3.0], [1.5, 0.0, -2.0, 4.0, -0.1]])

EXERCISE = exercise(
    "activity",
    Cases(
        Case(PAIR, want=(np.array([0.5]), np.array([1.0, 0.0]))),
        Case(SQUARE, want=(np.array([1.0, 0.0]), np.array([0.5, 0.5]))),
        Case(TALL, want=(np.array([0.5, 0.5, 0.0, 1.0]), np.array([0.75, 0.25]))),
        Case(WIDE, want=(np.array([0.4, 0.4]), np.array([0.5, 0.0, 0.5, 1.0, 0.0]))),
    ),
    mistakes={
        "axes-swapped": lambda Z: (np.mean(Z > 0, axis=0), np.mean(Z > 0, axis=1)),
        "zero-counts-as-active": lambda Z: (np.mean(Z >= 0, axis=1), np.mean(Z >= 0, axis=0)),
        "complement": (
            lambda Z: (np.mean(Z <= 0, axis=1), np.mean(Z <= 0, axis=0)),
            lambda Z: (np.mean(Z < 0, axis=1), np.mean(Z < 0, axis=0)),
        ),
        "count-for-share": lambda Z: (np.sum(Z > 0, axis=1), np.sum(Z > 0, axis=0)),
        "activation-for-share": (
            lambda Z: (np.mean(Z, axis=1), np.mean(Z, axis=0)),
            lambda Z: (np.mean(Z * (Z > 0), axis=1), np.mean(Z * (Z > 0), axis=0)),
        ),
        "overall-share": (lambda Z: np.mean(Z > 0), lambda Z: (np.mean(Z > 0), np.mean(Z > 0))),
        "percent-for-share": lambda Z: (100 * np.mean(Z > 0, axis=1), 100 * np.mean(Z > 0, axis=0)),
    },
    hidden=3,
    prompt=Prompt(1, "Two examples, two units: `Z = [[1, 2], [-1, 0]]`. Which are `per_input`, `per_unit`?"),
)
