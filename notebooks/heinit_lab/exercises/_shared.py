"""What exercises of several lessons share: sentences of hints, and mistakes with a Generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heinit_lab.checking import Misconception
from heinit_lab.checking.draws import touches_global

VARIANCE_FOR_STD = "This is the *variance* of these weights. The question asks for the standard deviation."
INTEGER_DIVISION = "The division drops the fraction: `//` rounds down, `/` does not."
NOT_SCALED = "These are draws of N(0, 1), whatever the layer. They still need their standard deviation."


def generator_mistakes(right: Callable[..., Any], two: str) -> tuple[Misconception, ...]:
    """A right answer whose last argument is a Generator, led astray by its randomness alone.

    two: what is always the same under a fixed seed, such as "two layers of this shape".
    """

    def seeding_globally(*args: Any) -> Any:
        np.random.seed(0)
        return right(*args)

    return (
        Misconception(
            "global-state",
            "Something here uses `np.random` itself, which every other cell shares. "
            "Draw from the `rng` that is passed in, and seed nothing.",
            (seeding_globally,),
            shown_by=touches_global,
        ),
        Misconception(
            "fresh-rng",
            "The numbers come from a generator made inside: the `rng` that is passed in stays unused, so "
            "nobody can repeat the draw.",
            (lambda *args: right(*args[:-1], np.random.default_rng()),),
        ),
        Misconception(
            "fixed-seed",
            f"A seed is fixed inside, so {two} are always the same. The seed is the caller's to choose: "
            "draw from the `rng` that is passed in.",
            (lambda *args: right(*args[:-1], np.random.default_rng(0)),),
        ),
    )
