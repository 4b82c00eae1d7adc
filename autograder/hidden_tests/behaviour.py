"""What a hidden check is: a named behaviour, the points it is worth, and a probe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from heinit_lab.checking.exercise import Evidence
from heinit_lab.checking.observe import Function

ALL_FROM_RNG = "all randomness comes from rng: same seed, other seed, second call, global state"


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of an answer, all or nothing.

    name: values, shape, purity, randomness or edge cases.
    points: what it is worth; an exercise's behaviours add up to its points.
    says: what was looked at, for the student, without the inputs: "values at 20 widths".
    probe: calls the answer on inputs drawn from the generator and gives the evidence.
    needs: behaviours that must hold for this one to count; a constant is pure, but earns nothing.
    false_fail: an upper bound on the probability that a right answer fails; 0 if none can.
    """

    name: str
    points: float
    says: str
    probe: Callable[[Function, np.random.Generator], Evidence]
    needs: tuple[str, ...] = ()
    false_fail: float = 0.0

    def waits_for(self, points: Mapping[str, float]) -> str:
        """The first behaviour that this one needs and that has no points, or '' where it was looked at."""
        return next((need for need in self.needs if not points.get(need)), "")
