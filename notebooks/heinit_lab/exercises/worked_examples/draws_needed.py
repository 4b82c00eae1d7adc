"""`draws_needed`: how many draws a precision takes."""

from math import ceil, floor, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "draws_needed",
    Cases(
        Case(0.5, want=31),
        Case(0.3, 2.576, want=148),
        Case(0.05, want=3074),
        Case(0.1, 2.576, want=1328),
        Case(0.03, want=8537),
        Case(0.03125, 3.28125, want=22050),  # a whole number already
        Case(0.015625, 1.640625, want=22050),
        looks_at=VALUES,
    ),
    mistakes={
        "two-missing": (
            lambda rel, z=1.96: ceil((z / rel) ** 2),
            lambda rel, z=1.96: (z / rel) ** 2,
            lambda rel, z=1.96: int((z / rel) ** 2) + 1,
        ),
        "rounded-down": (
            lambda rel, z=1.96: floor(2 * (z / rel) ** 2),
            lambda rel, z=1.96: round(2 * (z / rel) ** 2),
        ),
        "one-too-many": (
            lambda rel, z=1.96: int(2 * (z / rel) ** 2) + 1,
            lambda rel, z=1.96: ceil(2 * (z / rel) ** 2) + 1,
        ),
        "square-misplaced": (
            lambda rel, z=1.96: ceil(2 * z**2 / rel),
            lambda rel, z=1.96: ceil(2 * z / rel**2),
            lambda rel, z=1.96: ceil((2 * z / rel) ** 2),
        ),
        "fraction-of-a-draw": lambda rel, z=1.96: 2 * (z / rel) ** 2,
        "square-missing": (
            lambda rel, z=1.96: ceil(2 * z / rel),
            lambda rel, z=1.96: int(2 * z / rel) + 1,
            lambda rel, z=1.96: round(2 * z / rel),
            lambda rel, z=1.96: 2 * z / rel,
            lambda rel, z=1.96: ceil(sqrt(2) * z / rel),
            lambda rel, z=1.96: sqrt(2) * z / rel,
        ),
        "z-ignored": lambda rel, z=1.96: ceil(2 * (1.96 / rel) ** 2),
    },
    hidden=2,
    prompt=Prompt(0, "How many draws pin a variance to within 0.5 of it, in 95 % of samples?"),
)
