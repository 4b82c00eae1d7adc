"""What exercises of several lessons share: sentences of hints, and mistakes with a Generator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from heinit_lab.checking import Misconception
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.trials import Trials

VARIANCE_FOR_STD = "This is the *variance* of these weights. The question asks for the standard deviation."
INTEGER_DIVISION = "The fraction is dropped on the way: `//` and `int` round down, `/` does not."
NOT_SCALED = "These are draws of N(0, 1), whatever the layer. They still need their standard deviation."
ROUNDED = "Right, and then rounded. Keep every digit: printing may round, an answer not."


def right_but_changes_its_input(trials: Trials) -> bool:
    """Every value is right, and some argument is not what it was, whichever it is."""
    return all(trial.right for trial in trials) and any(trial.call.changed for trial in trials)


def is_rounded(trials: Trials) -> bool:
    """Every number is the right one or a rounding of it to 1 to 6 decimal places, and some are roundings."""
    some = False
    for trial in trials:
        got, want = as_array(trial.call.value), np.asarray(trial.case.want, float)
        if got is None or got.shape != want.shape or got.dtype.kind not in "iuf":
            return False
        right = np.isclose(got, want, rtol=trial.rtol, atol=0)
        rounded = np.any([np.isclose(got, want.round(k), rtol=1e-7, atol=0) for k in range(1, 7)], axis=0)
        if not np.all(right | rounded):
            return False
        some = some or not np.all(right)
    return some


def _touches_global(draws: DrawTrials) -> bool:
    return draws.randomness is not None and draws.randomness.global_rng


def generator_mistakes(right: Callable[..., Any], two: str) -> tuple[Misconception, ...]:
    """The mistakes of an answer that is right but for the Generator, the last of its three arguments.

    two: what is always the same under a fixed seed, such as "two layers of this shape".
    """

    def seeding_globally(a: Any, b: Any, rng: np.random.Generator) -> Any:
        np.random.seed(0)
        return right(a, b, rng)

    return (
        Misconception(
            "global-state",
            "Something here uses `np.random` itself, which every other cell shares. "
            "Draw from the `rng` that is passed in, and seed nothing.",
            (seeding_globally,),
            shown_by=_touches_global,
        ),
        Misconception(
            "fresh-rng",
            "The numbers come from a generator made inside: the `rng` that is passed in stays unused, so "
            "nobody can repeat the draw.",
            (lambda a, b, rng: right(a, b, np.random.default_rng()),),
        ),
        Misconception(
            "fixed-seed",
            f"A seed is fixed inside, so {two} are always the same. The seed is the caller's to choose: "
            "draw from the `rng` that is passed in.",
            (lambda a, b, rng: right(a, b, np.random.default_rng(0)),),
        ),
    )
