"""`residual_scale`: by how much the branches of a residual network are scaled."""

from math import log, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

ONE, DOUBLED, OTHER = "a single block", "a signal that doubles", "a signal that grows by another factor"

EXERCISE = exercise(
    "residual_scale",
    Cases(
        Case(1, want=1.0, kind=ONE),
        Case(2, want=0.64359425, kind=DOUBLED),
        Case(12, want=0.24385056, kind=DOUBLED),
        Case(30, 2.71828183, want=0.18410626, kind=OTHER),
        Case(100, 1.1, want=0.03087970, kind=OTHER),
        Case(4, 16.0, want=1.0, kind=OTHER),
        looks_at=VALUES,
    ),
    mistakes={
        "growth-left-out": (lambda L, growth=2.0: sqrt(1 / L), lambda L, growth=2.0: 1 / L),
        "blocks-added": (
            lambda L, growth=2.0: sqrt((growth - 1) / L),
            lambda L, growth=2.0: (growth - 1) / L,
        ),
        "variance-for-factor": lambda L, growth=2.0: growth ** (1 / L) - 1,
        "amplitudes-added": lambda L, growth=2.0: growth ** (1 / (2 * L)) - 1,
        "skip-forgotten": (
            lambda L, growth=2.0: growth ** (1 / (2 * L)),
            lambda L, growth=2.0: growth ** (1 / L),
        ),
        "logarithm-for-root": (
            lambda L, growth=2.0: sqrt(log(growth) / L),
            lambda L, growth=2.0: log(growth) / L,
        ),
        "single-block": lambda L, growth=2.0: sqrt(growth - 1),
        "root-of-the-growth": (
            lambda L, growth=2.0: sqrt(growth / L),
            lambda L, growth=2.0: growth / L,
            lambda L, growth=2.0: sqrt(growth) / L,
        ),
    },
    hidden=2,
    prompt=Prompt(2),
)
