"""`conv_fan_in`: how many numbers a unit of a convolution adds up."""

from __future__ import annotations

from math import prod

from heinit_lab.checking import Case, Cases, Exercise, Misconception, Prompt

EXERCISE = Exercise(
    "conv_fan_in",
    Cases(
        Case((8, 3, 5, 5), want=75),
        Case((1, 1, 1, 1), want=1),
        Case((2, 5, 3, 2), want=30),
        Case((4, 6, 1, 7), want=42),
        Case((64, 3, 7, 7), want=147),
        Case((32, 64, 1, 1), want=64),
    ),
    misconceptions=(
        Misconception(
            "kernel-missing",
            "This counts the input channels alone. In each of them a unit sees a whole patch of pixels, "
            "k_h by k_w.",
            (lambda shape: shape[1],),
        ),
        Misconception(
            "channels-missing",
            "This counts the pixels of one patch. A unit sees such a patch in *every* input channel.",
            (lambda shape: shape[2] * shape[3],),
        ),
        Misconception(
            "fan-out-for-fan-in",
            "This is C_out k_h k_w, the fan-out. What a unit adds up comes from the *input* channels.",
            (lambda shape: shape[0] * shape[2] * shape[3],),
        ),
        Misconception(
            "all-weights",
            "This counts all the weights of the layer. Fan-in counts the weights into *one* unit, of one "
            "output channel.",
            (lambda shape: prod(shape),),
        ),
        Misconception(
            "square-kernel-assumed",
            "Right for square kernels only: height and width may differ.",
            (lambda shape: shape[1] * shape[2] ** 2, lambda shape: shape[1] * shape[3] ** 2),
        ),
        Misconception(
            "one-kernel-side",
            "One side of the kernel is missing: a patch has a height *and* a width.",
            (lambda shape: shape[1] * shape[2], lambda shape: shape[1] * shape[3]),
        ),
        Misconception(
            "channels-last",
            "The shape is read as (k_h, k_w, C_in, C_out), as some libraries store it. Here the output "
            "channels come first: (C_out, C_in, k_h, k_w).",
            (lambda shape: shape[0] * shape[1] * shape[2],),
        ),
    ),
    hidden=2,
    prompt=Prompt(4, "A well-known network begins with shape (64, 3, 7, 7). What is its fan-in?"),
)
