"""`draws_needed`: how many draws a precision takes."""

from __future__ import annotations

from math import ceil, floor, sqrt

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt

EXERCISE = Exercise(
    "draws_needed",
    Cases(
        Case(0.5, want=31),
        Case(0.3, 2.576, want=148),
        Case(0.05, want=3074),
        Case(0.1, 2.576, want=1328),
        Case(0.03, want=8537),
    ),
    misconceptions=(
        Misconception(
            "two-missing",
            "The 2 is missing: the mean square of n normal draws has relative standard error sqrt(2/n).",
            (lambda rel, z=1.96: ceil((z / rel) ** 2), lambda rel, z=1.96: (z / rel) ** 2),
        ),
        Misconception(
            "rounded-down",
            "One draw short: where the formula gives a fraction, the next whole number *up* is the least "
            "that is enough.",
            (lambda rel, z=1.96: floor(2 * (z / rel) ** 2), lambda rel, z=1.96: round(2 * (z / rel) ** 2)),
        ),
        Misconception(
            "fraction-of-a-draw",
            "The formula is right and the answer is no whole number. Nobody can draw a part of a weight.",
            (lambda rel, z=1.96: 2 * (z / rel) ** 2,),
        ),
        Misconception(
            "square-missing",
            "A square is missing: n stands under the root, so twice the precision takes *four* times "
            "the draws.",
            (
                lambda rel, z=1.96: ceil(2 * z / rel),
                lambda rel, z=1.96: round(2 * z / rel),
                lambda rel, z=1.96: 2 * z / rel,
                lambda rel, z=1.96: ceil(sqrt(2) * z / rel),
                lambda rel, z=1.96: sqrt(2) * z / rel,
            ),
        ),
        Misconception(
            "z-ignored",
            "Right for z = 1.96, and for no other: the argument `z` has no effect.",
            (lambda rel, z=1.96: ceil(2 * (1.96 / rel) ** 2),),
        ),
    ),
    hidden=2,
    prompt=Prompt(0, "How many draws pin a variance to within 0.5 of it, in 95 % of samples?"),
)
