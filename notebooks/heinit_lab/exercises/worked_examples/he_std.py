"""`he_std`: the standard deviation of He's rule."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises._shared import INTEGER_DIVISION, ROUNDED, VARIANCE_FOR_STD, is_rounded

EXERCISE = Exercise(
    "he_std",
    Cases(
        Case(4, want=0.70710678),
        Case(1, want=1.41421356),
        Case(37, want=0.23249528),
        Case(128, want=0.125),
        Case(4096, want=0.02209709),
    ),
    misconceptions=(
        Misconception("variance-for-std", VARIANCE_FOR_STD, (lambda n: 2 / n,)),
        Misconception(
            "root-of-two-over-n",
            "Here the root covers the 2 alone. Under the root stands the whole variance, fan_in included.",
            (lambda n: sqrt(2) / n,),
        ),
        Misconception(
            "xavier-for-he",
            "This is sqrt(1/n_in), Xavier's rule: it does not make up for the half that ReLU takes away.",
            (lambda n: sqrt(1 / n),),
        ),
        Misconception(
            "integer-division",
            INTEGER_DIVISION,
            (lambda n: sqrt(2 // n), lambda n: (2 // n) ** 0.5, lambda n: 2 // n),
        ),
        Misconception("rounded", ROUNDED, (lambda n: round(sqrt(2 / n), 3),), shown_by=is_rounded),
    ),
    hidden=2,
    prompt=Prompt(3, "What is σ for `n_in = 128`?"),
)
