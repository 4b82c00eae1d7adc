"""`glorot_std`: the standard deviation of Glorot and Bengio's rule."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt
from heinit_lab.exercises._shared import INTEGER_DIVISION, ROUNDED, VARIANCE_FOR_STD, is_rounded

EXERCISE = Exercise(
    "glorot_std",
    Cases(
        Case(4, 3, want=0.53452248),
        Case(1, 1, want=1.0),
        Case(128, 64, want=0.10206207),
        Case(64, 128, want=0.10206207),
        Case(5, 300, want=0.08097755),
    ),
    misconceptions=(
        Misconception("variance-for-std", VARIANCE_FOR_STD, (lambda n, m: 2 / (n + m),)),
        Misconception(
            "two-missing",
            "This is one over the *sum* of the two fans, under the root. Their *mean* belongs there, "
            "and the mean is half the sum.",
            (lambda n, m: sqrt(1 / (n + m)),),
        ),
        Misconception(
            "product-of-fans",
            "Here the two fans are multiplied. The rule averages them: it is a mean of two numbers of units.",
            (lambda n, m: sqrt(2 / (n * m)), lambda n, m: sqrt(1 / (n * m)), lambda n, m: (n * m) ** -0.25),
        ),
        Misconception(
            "one-fan-only",
            "This depends on one of the two fans only. Glorot's rule is a compromise: both count, and alike.",
            (
                lambda n, m: sqrt(1 / n),
                lambda n, m: sqrt(2 / n),
                lambda n, m: sqrt(1 / m),
                lambda n, m: sqrt(2 / m),
            ),
        ),
        Misconception(
            "root-of-two-over-n",
            "Here the root covers the 2 alone. Under the root stands the whole variance, both fans included.",
            (lambda n, m: sqrt(2) / (n + m),),
        ),
        Misconception(
            "bound-for-std",
            "With a 6 this is the *bound* of the uniform form. Its standard deviation is that over root 3.",
            (lambda n, m: sqrt(6 / (n + m)),),
        ),
        Misconception(
            "integer-division",
            INTEGER_DIVISION,
            (lambda n, m: sqrt(2 // (n + m)), lambda n, m: sqrt(1 / ((n + m) // 2))),
        ),
        Misconception("rounded", ROUNDED, (lambda n, m: round(sqrt(2 / (n + m)), 3),), shown_by=is_rounded),
    ),
    hidden=2,
    prompt=Prompt(2),
)
