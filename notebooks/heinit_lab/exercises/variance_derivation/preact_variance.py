"""`preact_variance`: the variance of w · x over the draw of w."""

from __future__ import annotations

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt

EXERCISE = Exercise(
    "preact_variance",
    Cases(
        Case(np.array([1.0, 1.0, 1.0, 1.0]), 0.5, want=2.0),
        Case(np.array([1.0, -2.0, 0.0, 1.0]), 0.5, want=3.0),
        Case(np.array([3.0, 1.0, 2.0]), 0.25, want=3.5),
        Case(np.array([0.2, 0.9, -0.4, 0.0, 1.5]), 0.4, want=1.304),
        Case(np.array([4, 2]), 2.0, want=40.0),
    ),
    misconceptions=(
        Misconception(
            "variance-for-second-moment",
            "This uses the variance of the input. Four ones have variance 0, and yet w . x varies: "
            "the weights multiply the level of the input too. Which mean of x counts every entry?",
            (lambda x, v: len(x) * v * np.var(x), lambda x, v: len(x) * v * np.var(x, ddof=1)),
        ),
        Misconception(
            "std-taken-for-variance",
            "Here `var_w` has been squared, as if it were a standard deviation. It is the variance already.",
            (lambda x, v: v**2 * np.sum(x**2),),
        ),
        Misconception(
            "fan-missing",
            "The number of inputs is missing: a sum of n products varies n times as much as one.",
            (lambda x, v: v * np.mean(x**2),),
        ),
        Misconception(
            "norm-not-squared",
            "The length of x is there, but not its square. Variances go with squares.",
            (lambda x, v: v * np.sqrt(np.sum(x**2)),),
        ),
        Misconception(
            "square-of-the-mean",
            "This squares a mean, or a sum, of x. That would be right if all the weights of the unit were "
            "one and the same number; they are independent, so squares come first.",
            (lambda x, v: len(x) * v * np.mean(x) ** 2, lambda x, v: v * np.sum(x) ** 2),
        ),
        Misconception(
            "std-for-variance",
            "This is the *standard deviation* of the pre-activation; its variance is asked.",
            (lambda x, v: np.sqrt(v * np.sum(x**2)),),
        ),
    ),
    hidden=3,
    prompt=Prompt(2, "The input is [3, 1, 2], and each weight has variance 0.25. What is Var[$z$]?"),
)
