"""`weight_variance`: the variance that keeps the second moment, for any slope."""

from __future__ import annotations

from math import sqrt

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt

EXERCISE = Exercise(
    "weight_variance",
    Cases(
        Case(4, want=0.5),
        Case(128, want=0.015625),
        Case(4, slope=0.5, want=0.4),
        Case(10, slope=0.3, want=0.183486239),
        Case(7, slope=-0.2, want=0.274725275),
        Case(250, slope=1.0, want=0.004),
    ),
    misconceptions=(
        Misconception(
            "slope-not-squared",
            "The slope enters as it is. What is lost or kept is a second moment, and there the slope "
            "appears squared.",
            (lambda n, slope=0.0: 2 / ((1 + slope) * n), lambda n, slope=0.0: 2 / ((1 + abs(slope)) * n)),
        ),
        Misconception(
            "minus-for-plus",
            "The slope's square is taken away. The negative half adds to the energy, it does not remove any: "
            "with slope 1 nothing is lost, and the variance is 1/fan.",
            (lambda n, slope=0.0: 2 / ((1 - slope**2) * n),),
        ),
        Misconception(
            "std-for-variance",
            "This is the *standard deviation* of the weights. The question asks for the variance.",
            (lambda n, slope=0.0: sqrt(2 / ((1 + slope**2) * n)),),
        ),
        Misconception(
            "ignores-the-slope",
            "The slope changes nothing here: this is the answer for ReLU whatever the slope.",
            (lambda n, slope=0.0: 2 / n,),
        ),
        Misconception(
            "xavier-for-he",
            "The 2 is missing, so half the second moment is not made up for.",
            (lambda n, slope=0.0: 1 / ((1 + slope**2) * n),),
        ),
        Misconception(
            "share-for-its-inverse",
            "The share that the activation lets through multiplies here. It has to be undone.",
            (lambda n, slope=0.0: 2 * (1 + slope**2) / n, lambda n, slope=0.0: (1 + slope**2) / (2 * n)),
        ),
    ),
    hidden=2,
    prompt=Prompt(3, "Sums of 10 terms, slope 0.3 below 0. Which variance keeps the second moment?"),
)
