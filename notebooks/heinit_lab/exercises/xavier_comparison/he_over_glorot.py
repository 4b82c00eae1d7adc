"""`he_over_glorot`: how many times larger He's weights are than Glorot's."""

from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise


def _is_always_root_two(trials: Trials) -> bool:
    """The same number for every layer, and it is 1.41 or nearer."""
    got = [as_array(trial.call.value) for trial in trials]
    numbers = [float(g) for g in got if g is not None and g.shape == () and g.dtype.kind in "iuf"]
    return len(numbers) == len(got) and np.ptp(numbers) < 1e-6 and abs(numbers[0] - sqrt(2)) < 0.005


EXERCISE = exercise(
    "he_over_glorot",
    Cases(
        Case(4, 3, want=1.32287566),
        Case(1, 1, want=1.41421356),
        Case(128, 64, want=1.22474487),
        Case(10, 70, want=2.82842712),
        Case(300, 300, want=1.41421356),
        looks_at=VALUES,
    ),
    mistakes={
        "constant-root-two": lambda n, m: sqrt(2),
        "ratio-inverted": lambda n, m: sqrt(n / (n + m)),
        "xavier-for-he": lambda n, m: sqrt((n + m) / (2 * n)),
        "fan-out-for-fan-in": lambda n, m: sqrt((n + m) / m),
        "variance-for-std": lambda n, m: (n + m) / n,
        "two-twice": lambda n, m: sqrt(2 * (n + m) / n),
        "brackets-missing": (
            lambda n, m: sqrt(n + m / n),
            lambda n, m: sqrt(2 / n) / sqrt(2 / n + m),
            lambda n, m: sqrt(2 / n / 2 / (n + m)),
        ),
        "integer-division": lambda n, m: sqrt((n + m) // n),
        "rounded": lambda n, m: round(sqrt((n + m) / n), 3),
    },
    shown_by={"constant-root-two": _is_always_root_two},
    hidden=2,
    prompt=Prompt(3, "10 inputs, 70 outputs: how many times larger are He's weights than Glorot's?"),
)
