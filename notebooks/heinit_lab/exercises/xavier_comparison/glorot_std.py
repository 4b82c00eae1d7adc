"""`glorot_std`: the standard deviation of Glorot and Bengio's rule."""

from math import sqrt

import numpy as np

from heinit_lab.checking import Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise, is_constant
from heinit_lab.exercises.xavier_comparison._shared import are_weights, layer_case

EXERCISE = exercise(
    "glorot_std",
    Cases(
        layer_case(4, 3, 0.53452248),
        layer_case(1, 1, 1.0),
        layer_case(128, 64, 0.10206207),
        layer_case(64, 128, 0.10206207),
        layer_case(5, 300, 0.08097755),
        layer_case(50, 50, 0.14142136),
        looks_at=VALUES,
    ),
    mistakes={
        "variance-for-std": lambda n, m: 2 / (n + m),
        "root-missing": lambda n, m: 1 / (n + m),
        "two-missing": lambda n, m: sqrt(1 / (n + m)),
        "two-below-the-line": lambda n, m: sqrt(1 / (2 * (n + m))),
        "two-twice": lambda n, m: 2 / sqrt(n + m),
        "product-of-fans": (
            lambda n, m: sqrt(2 / (n * m)),
            lambda n, m: sqrt(1 / (n * m)),
            lambda n, m: (n * m) ** -0.25,
            lambda n, m: 2 / (n * m),
            lambda n, m: 2 / sqrt(n * m),
        ),
        "one-fan-only": (
            lambda n, m: sqrt(1 / n),
            lambda n, m: sqrt(2 / n),
            lambda n, m: sqrt(1 / m),
            lambda n, m: sqrt(2 / m),
            lambda n, m: 1 / n,
            lambda n, m: 2 / n,
            lambda n, m: sqrt(1 / (2 * n)),
            lambda n, m: sqrt(6 / n),
            lambda n, m: sqrt(3 / n),
        ),
        "max-or-min-of-fans": (
            lambda n, m: sqrt(1 / max(n, m)),
            lambda n, m: sqrt(2 / max(n, m)),
            lambda n, m: sqrt(1 / min(n, m)),
            lambda n, m: sqrt(2 / min(n, m)),
        ),
        "mean-taken-last": (
            lambda n, m: sqrt((1 / n + 1 / m) / 2),
            lambda n, m: (1 / n + 1 / m) / 2,
            lambda n, m: (sqrt(1 / n) + sqrt(1 / m)) / 2,
            lambda n, m: (sqrt(2 / n) + sqrt(2 / m)) / 2,
            lambda n, m: sqrt(1 / n + 1 / m),
            lambda n, m: sqrt(2 / n + 2 / m),
            lambda n, m: sqrt(1 / n) + sqrt(1 / m),
            lambda n, m: sqrt(2 / n) + sqrt(2 / m),
            lambda n, m: sqrt(1 / n + 1 / m) / 2,
        ),
        "root-of-two-over-n": lambda n, m: sqrt(2) / (n + m),
        "sum-of-roots": (
            lambda n, m: sqrt(2) / (sqrt(n) + sqrt(m)),
            lambda n, m: 2 / (sqrt(n) + sqrt(m)),
            lambda n, m: sqrt(2 / (sqrt(n) + sqrt(m))),
        ),
        "bound-for-std": (lambda n, m: sqrt(6 / (n + m)), lambda n, m: sqrt(3 / (n + m))),
        "uniform-third": (lambda n, m: sqrt(2 / (n + m) / 3), lambda n, m: sqrt(1 / (n + m) / 3)),
        "fraction-inverted": (
            lambda n, m: sqrt((n + m) / 2),
            lambda n, m: sqrt(n + m),
            lambda n, m: sqrt(2 * (n + m)),
            lambda n, m: (n + m) / 2,
            lambda n, m: n + m,
        ),
        "root-twice": lambda n, m: (2 / (n + m)) ** 0.25,
        "square-for-root": lambda n, m: (2 / (n + m)) ** 2,
        "brackets-missing": (
            lambda n, m: sqrt(2 / n + m),
            lambda n, m: sqrt(2 / m + n),
            lambda n, m: 2 / n + m,
            lambda n, m: sqrt(2) / sqrt(n) + m,
            lambda n, m: sqrt(2) / sqrt(n) + sqrt(m),
            lambda n, m: sqrt(1 / (n + m / 2)),
            lambda n, m: sqrt(1 / n + m / 2),
        ),
        "fan-off-by-one": (lambda n, m: sqrt(2 / (n + m + 1)), lambda n, m: sqrt(2 / (n + 1 + m + 1))),
        "same-for-every-layer": lambda n, m: 0.535,
        "weights-for-their-std": lambda n, m: np.linspace(-1, 1, n * m) * sqrt(2 / (n + m)),
        "integer-division": (
            lambda n, m: sqrt(2 // (n + m)),
            lambda n, m: sqrt(1 / ((n + m) // 2)),
            lambda n, m: sqrt(1 // ((n + m) / 2)),
        ),
        "rounded": lambda n, m: round(sqrt(2 / (n + m)), 3),
    },
    shown_by={"same-for-every-layer": is_constant, "weights-for-their-std": are_weights},
    hints="rule",
    hidden=2,
    prompt=Prompt(2),
)
