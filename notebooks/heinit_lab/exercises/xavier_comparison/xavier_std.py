"""`xavier_std`: the standard deviation of Xavier's rule, in its fan-in form."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises._shared import INTEGER_DIVISION, ROUNDED, VARIANCE_FOR_STD, is_rounded

EXERCISE = Exercise(
    "xavier_std",
    Cases(
        Case(4, want=0.5),
        Case(1, want=1.0),
        Case(37, want=0.16439899),
        Case(256, want=0.0625),
        Case(3000, want=0.01825742),
    ),
    misconceptions=(
        Misconception("variance-for-std", VARIANCE_FOR_STD, (lambda n: 1 / n,)),
        Misconception(
            "he-for-xavier",
            "There is a 2 in it, and the 2 is He's: it makes up for ReLU. Xavier's rule has a 1 there.",
            (lambda n: sqrt(2 / n), lambda n: 2 / n),
        ),
        Misconception("integer-division", INTEGER_DIVISION, (lambda n: sqrt(1 // n),)),
        Misconception("rounded", ROUNDED, (lambda n: round(sqrt(1 / n), 3),), shown_by=is_rounded),
    ),
    hidden=2,
    prompt=Prompt(3, "What is Xavier's σ for `n_in = 256`?"),
)
