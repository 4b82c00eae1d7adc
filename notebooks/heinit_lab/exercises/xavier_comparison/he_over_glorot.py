"""`he_over_glorot`: how many times larger He's weights are than Glorot's."""

from __future__ import annotations

from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import INTEGER_DIVISION, ROUNDED, is_rounded


def _is_always_root_two(trials: Trials) -> bool:
    """The same number for every layer, and it is 1.41 or nearer."""
    got = [as_array(trial.call.value) for trial in trials]
    numbers = [float(g) for g in got if g is not None and g.shape == () and g.dtype.kind in "iuf"]
    return len(numbers) == len(got) and np.ptp(numbers) < 1e-6 and abs(numbers[0] - sqrt(2)) < 0.005


EXERCISE = Exercise(
    "he_over_glorot",
    Cases(
        Case(4, 3, want=1.32287566),
        Case(1, 1, want=1.41421356),
        Case(128, 64, want=1.22474487),
        Case(10, 70, want=2.82842712),
        Case(300, 300, want=1.41421356),
    ),
    misconceptions=(
        Misconception(
            "constant-root-two",
            "The root of 2 is the ratio to the fan-in form. Glorot's rule counts the outputs as well, so the "
            "ratio depends on the layer, and is the root of 2 for square ones only.",
            (lambda n, m: sqrt(2),),
            shown_by=_is_always_root_two,
        ),
        Misconception(
            "ratio-inverted",
            "This is Glorot over He. The question asks how many times larger *He's* weights are.",
            (lambda n, m: sqrt(n / (n + m)),),
        ),
        Misconception(
            "xavier-for-he",
            "He's 2 is missing: this is how many times larger *Xavier's* weights are than Glorot's.",
            (lambda n, m: sqrt((n + m) / (2 * n)),),
        ),
        Misconception(
            "fan-out-for-fan-in",
            "The sum of the fans is divided by the number of *outputs* here. He's rule counts the inputs.",
            (lambda n, m: sqrt((n + m) / m),),
        ),
        Misconception(
            "variance-for-std",
            "This is the ratio of the two *variances*. The weights themselves scale with its root.",
            (lambda n, m: (n + m) / n,),
        ),
        Misconception("integer-division", INTEGER_DIVISION, (lambda n, m: sqrt((n + m) // n),)),
        Misconception("rounded", ROUNDED, (lambda n, m: round(sqrt((n + m) / n), 3),), shown_by=is_rounded),
    ),
    hidden=2,
    prompt=Prompt(3, "10 inputs, 70 outputs: how many times larger are He's weights than Glorot's?"),
)
