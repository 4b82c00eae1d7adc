"""`fan_in_out`: the two fans of dense layers and of convolutions of every kind."""

from collections.abc import Callable
from math import prod
from typing import Any

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import VALUES
from heinit_lab.exercises._shared import exercise

DENSE, PLAIN, GROUPED, TRANSPOSED = (
    "a dense layer",
    "a convolution",
    "a grouped convolution",
    "a transposed convolution",
)


def _counted(
    fans: Callable[[int, int, int, int], tuple[Any, Any]], turned: bool = True, sides: int = 3
) -> Callable[..., tuple[Any, Any]]:
    """An answer that counts `fans(outputs, inputs, groups, k)`, and turns them for a transposed convolution.

    outputs, inputs: the first two numbers of the shape. k: the product of so many `sides` of the kernel.
    """

    def counted(shape: Any, groups: int = 1, transposed: bool = False) -> tuple[Any, Any]:
        into, out = fans(shape[0], shape[1], groups, prod(shape[2 : 2 + sides]))
        return (out, into) if transposed and turned else (into, out)

    return counted


EXERCISE = exercise(
    "fan_in_out",
    Cases(
        Case((3, 4), want=(4, 3), kind=DENSE),
        Case((8, 3, 5, 5), want=(75, 200), kind=PLAIN),
        Case((6, 5, 2, 3), want=(30, 36), kind=PLAIN),
        Case((8, 2, 3, 3), 4, want=(18, 18), kind=GROUPED),
        Case((12, 5, 3, 1), groups=2, want=(15, 18), kind=GROUPED),
        Case((64, 1, 3, 3), 64, want=(9, 9), kind=GROUPED),
        Case((3, 8, 5, 5), transposed=True, want=(75, 200), kind=TRANSPOSED),
        Case((12, 4, 3, 3), 3, True, want=(36, 36), kind=TRANSPOSED),
        Case((6, 7, 4), groups=2, transposed=True, want=(12, 28), kind=TRANSPOSED),
        Case((32, 16, 3), want=(48, 96), kind=PLAIN),
        looks_at=VALUES,
    ),
    mistakes={
        "groups-left-out": (
            _counted(lambda o, i, g, k: (i * k, o * k)),
            lambda shape, groups=1, transposed=False: _counted(lambda o, i, g, k: (i * k, o * k))(shape),
        ),
        "groups-counted-twice": (
            _counted(lambda o, i, g, k: (i // g * k, o // g * k)),
            _counted(lambda o, i, g, k: (i * k // g, o * k // g)),
            _counted(lambda o, i, g, k: (i / g * k, o // g * k)),
        ),
        "groups-in-the-other-fan": _counted(lambda o, i, g, k: (i // g * k, o * k)),
        "transposition-left-out": _counted(lambda o, i, g, k: (i * k, o // g * k), turned=False),
        "fans-exchanged": _counted(lambda o, i, g, k: (o // g * k, i * k)),
        "kernel-missing": _counted(lambda o, i, g, k: (i, o // g)),
        "kernel-in-one-fan": (
            _counted(lambda o, i, g, k: (i * k, o // g)),
            _counted(lambda o, i, g, k: (i, o // g * k)),
        ),
        "one-kernel-side": _counted(lambda o, i, g, k: (i * k, o // g * k), sides=1),
        "groups-multiplied": _counted(lambda o, i, g, k: (i * g * k, o * k)),
    },
    hidden=2,
    prompt=Prompt(5, "A depthwise convolution has shape (64, 1, 3, 3) and 64 groups. Which are its fans?"),
    parts=("fan_in", "fan_out"),
)
