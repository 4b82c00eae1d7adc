"""`conv_fan_in`: how many numbers a unit of a convolution adds up."""

from math import prod, sqrt

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES, Trials
from heinit_lab.exercises._shared import exercise


def _right_for_square_kernels_only(trials: Trials) -> bool:
    return all(
        trial.right == (height == width) for trial in trials for _, _, height, width in trial.case.args
    )


EXERCISE = exercise(
    "conv_fan_in",
    Cases(
        Case((8, 3, 5, 5), want=75, kind="a square kernel"),
        Case((1, 1, 1, 1), want=1, kind="one channel and one pixel"),
        Case((2, 5, 3, 2), want=30, kind="a kernel that is not square"),
        Case((4, 6, 1, 7), want=42, kind="a kernel that is not square"),
        Case((64, 3, 7, 7), want=147, kind="a square kernel"),
        Case((32, 64, 1, 1), want=64, kind="a kernel of one pixel"),
        Case((6, 1, 3, 4), want=12, kind="one input channel"),
        Case((16, 333, 3, 3), want=2997, kind="many channels"),
        looks_at=VALUES,
    ),
    mistakes={
        "kernel-missing": (lambda shape: shape[1], lambda shape: shape[0], lambda shape: shape[0] * shape[1]),
        "channels-missing": lambda shape: shape[2] * shape[3],
        "fan-out-for-fan-in": lambda shape: shape[0] * shape[2] * shape[3],
        "all-weights": lambda shape: prod(shape),
        "both-fans-counted": (
            lambda shape: (shape[0] + shape[1]) * shape[2] * shape[3],
            lambda shape: (shape[0] + shape[1]) * shape[2] * shape[3] / 2,
            lambda shape: (shape[0] + shape[1]) * shape[2] * shape[3] // 2,
        ),
        "square-kernel-assumed": (
            lambda shape: shape[1] * shape[2] ** 2,
            lambda shape: shape[1] * shape[3] ** 2,
            lambda shape: shape[1] * max(shape[2:]) ** 2,
        ),
        "one-kernel-side": (lambda shape: shape[1] * shape[2], lambda shape: shape[1] * shape[3]),
        "channels-last": lambda shape: shape[0] * shape[1] * shape[2],
        "sum-for-product": (
            lambda shape: shape[1] * (shape[2] + shape[3]),
            lambda shape: shape[1] + shape[2] * shape[3],
            lambda shape: shape[1] * shape[2] + shape[3],
            lambda shape: sum(shape[1:]),
            lambda shape: sum(shape),
            lambda shape: shape[2] + shape[3],
        ),
        "bias-counted": (
            lambda shape: prod(shape[1:]) + 1,
            lambda shape: shape[1] * (shape[2] * shape[3] + 1),
        ),
        "half-of-the-inputs": (lambda shape: prod(shape[1:]) / 2, lambda shape: prod(shape[1:]) // 2),
        "variance-for-fan-in": (
            lambda shape: 2 / prod(shape[1:]),
            lambda shape: 1 / prod(shape[1:]),
            lambda shape: sqrt(2 / prod(shape[1:])),
        ),
    },
    shown_by={"square-kernel-assumed": _right_for_square_kernels_only},
    hidden=2,
    prompt=Prompt(4, "A well-known network begins with shape (64, 3, 7, 7). What is its fan-in?"),
)
