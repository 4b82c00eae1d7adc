"""`preact_variance`: the variance of w · x over the draw of w."""

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "preact_variance",
    Cases(
        Case(np.array([1.0, 1.0, 1.0, 1.0]), 0.5, want=2.0),
        Case(np.array([1.0, -2.0, 0.0, 1.0]), 0.5, want=3.0),
        Case(np.array([3.0, 1.0, 2.0]), 0.25, want=3.5),
        Case(np.array([0.2, 0.9, -0.4, 0.0, 1.5]), 0.4, want=1.304),
        Case(np.array([4, 2]), 2.0, want=40.0),
        Case(np.array([0.37, -0.11]), 0.3, want=0.0447),
    ),
    mistakes={
        "variance-for-second-moment": (
            lambda x, v: len(x) * v * np.var(x),
            lambda x, v: len(x) * v * np.var(x, ddof=1),
        ),
        "std-taken-for-variance": lambda x, v: v**2 * np.sum(x**2),
        "fan-missing": lambda x, v: v * np.mean(x**2),
        "norm-not-squared": lambda x, v: v * np.sqrt(np.sum(x**2)),
        "square-of-the-mean": (lambda x, v: len(x) * v * np.mean(x) ** 2, lambda x, v: v * np.sum(x) ** 2),
        "std-for-variance": lambda x, v: np.sqrt(v * np.sum(x**2)),
        "rounded": lambda x, v: round(float(v * np.sum(x**2)), 3),
    },
    hidden=3,
    prompt=Prompt(2, "The input is [3, 1, 2], and each weight has variance 0.25. What is Var[$z$]?"),
)
