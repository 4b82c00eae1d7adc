"""`draws_needed`: how many draws a precision takes."""

from math import ceil, floor, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

WHOLE = "a precision at which the formula gives a whole number"

EXERCISE = exercise(
    "draws_needed",
    Cases(
        Case(0.5, want=31, kind="z left at 1.96"),
        Case(0.3, 2.576, want=148, kind="a z of its own"),
        Case(0.05, want=3074, kind="z left at 1.96"),
        Case(0.1, 2.576, want=1328, kind="a z of its own"),
        Case(0.03, want=8537, kind="z left at 1.96"),
        Case(4.0, want=1, kind="a very rough precision"),
        Case(0.03125, 3.28125, want=22050, kind=WHOLE),
        Case(0.015625, 1.640625, want=22050, kind=WHOLE),
        looks_at=VALUES,
        whole=True,
    ),
    mistakes={
        "two-missing": (
            lambda rel, z=1.96: ceil((z / rel) ** 2),
            lambda rel, z=1.96: (z / rel) ** 2,
            lambda rel, z=1.96: int((z / rel) ** 2) + 1,
        ),
        "half-for-two": (
            lambda rel, z=1.96: ceil((z / rel) ** 2 / 2),
            lambda rel, z=1.96: int((z / rel) ** 2 / 2),
        ),
        "rounded-down": (
            lambda rel, z=1.96: floor(2 * (z / rel) ** 2),
            lambda rel, z=1.96: round(2 * (z / rel) ** 2),
            lambda rel, z=1.96: ceil(2 * (z / rel) ** 2) - 1,
            lambda rel, z=1.96: max(1, ceil(2 * (z / rel) ** 2) - 1),
        ),
        "one-too-many": (
            lambda rel, z=1.96: int(2 * (z / rel) ** 2) + 1,
            lambda rel, z=1.96: ceil(2 * (z / rel) ** 2) + 1,
        ),
        "square-misplaced": (
            lambda rel, z=1.96: ceil(2 * z**2 / rel),
            lambda rel, z=1.96: ceil(2 * z / rel**2),
            lambda rel, z=1.96: ceil((2 * z / rel) ** 2),
            lambda rel, z=1.96: ceil(sqrt(2) * (z / rel) ** 2),
        ),
        "fraction-of-a-draw": lambda rel, z=1.96: 2 * (z / rel) ** 2,
        "float-for-count": lambda rel, z=1.96: float(ceil(2 * (z / rel) ** 2)),
        "square-missing": (
            lambda rel, z=1.96: ceil(2 * z / rel),
            lambda rel, z=1.96: int(2 * z / rel) + 1,
            lambda rel, z=1.96: round(2 * z / rel),
            lambda rel, z=1.96: 2 * z / rel,
            lambda rel, z=1.96: ceil(sqrt(2) * z / rel),
            lambda rel, z=1.96: sqrt(2) * z / rel,
            lambda rel, z=1.96: ceil(z * sqrt(2 / rel)),
            lambda rel, z=1.96: z * sqrt(2 / rel),
        ),
        "fraction-upside-down": (
            lambda rel, z=1.96: ceil(2 * (rel / z) ** 2),
            lambda rel, z=1.96: 2 * (rel / z) ** 2,
            lambda rel, z=1.96: ceil(2 * (z * rel) ** 2),
        ),
        "percent-for-share": lambda rel, z=1.96: ceil(2 * (100 * z / rel) ** 2),
        "z-ignored": lambda rel, z=1.96: ceil(2 * (1.96 / rel) ** 2),
        "z-left-out": (
            lambda rel, z=1.96: ceil(2 / rel**2),
            lambda rel, z=1.96: ceil(8 / rel**2),
            lambda rel, z=1.96: 2 / rel**2,
        ),
    },
    shown_by={"float-for-count": lambda trials: all(trial.gives(trial.case.want) for trial in trials)},
    hidden=2,
    prompt=Prompt(0, "How many draws pin a variance to within 0.5 of it, in 95 % of samples?"),
)
