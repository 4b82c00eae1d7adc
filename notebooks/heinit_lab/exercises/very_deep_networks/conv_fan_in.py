"""`conv_fan_in`: how many numbers a unit of a convolution adds up."""

from math import prod

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

EXERCISE = exercise(
    "conv_fan_in",
    Cases(
        Case((8, 3, 5, 5), want=75),
        Case((1, 1, 1, 1), want=1),
        Case((2, 5, 3, 2), want=30),
        Case((4, 6, 1, 7), want=42),
        Case((64, 3, 7, 7), want=147),
        Case((32, 64, 1, 1), want=64),
        looks_at=VALUES,
    ),
    mistakes={
        "kernel-missing": lambda shape: shape[1],
        "channels-missing": lambda shape: shape[2] * shape[3],
        "fan-out-for-fan-in": lambda shape: shape[0] * shape[2] * shape[3],
        "all-weights": lambda shape: prod(shape),
        "square-kernel-assumed": (
            lambda shape: shape[1] * shape[2] ** 2,
            lambda shape: shape[1] * shape[3] ** 2,
        ),
        "one-kernel-side": (lambda shape: shape[1] * shape[2], lambda shape: shape[1] * shape[3]),
        "channels-last": lambda shape: shape[0] * shape[1] * shape[2],
    },
    hidden=2,
    prompt=Prompt(4, "A well-known network begins with shape (64, 3, 7, 7). What is its fan-in?"),
)
