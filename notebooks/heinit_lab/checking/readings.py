"""What is read of the matrices that an answer drew: their laws, and whether they are independent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import add

import numpy as np

from heinit_lab.checking.dependence import chance, dependence, equals, of_small, recur, share
from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.laws import (
    LIMIT,
    SINGLE,
    Law,
    decimals_of,
    event_surprise,
    law_of,
    rounding_of,
    standard,
)
from heinit_lab.checking.observe import Call


@dataclass(frozen=True, eq=False)
class Reading:
    """What the matrices of one call look like, or those of many calls together.

    laws: of each matrix; None for one without numbers, or with too few. dependence: the surprise, in nats,
    of each measure of dependence; empty where a law alone surprises.
    """

    laws: list[Law | None]
    dependence: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> Law:
        """The law of all matrices together, none of which is missing."""
        return reduce(add, (law for law in self.laws if law is not None))

    def as_asked(self, kurtosis: float) -> bool:
        """Whether there is nothing to say against any law."""
        return bool(self.laws) and all(
            law is not None and not law.repeats and max(law.surprises(kurtosis).values()) <= LIMIT
            for law in self.laws
        )


def read(case: DrawCase, call: Call, kurtosis: float) -> Reading:
    """Read the matrices of one call, which may be large."""
    matrices = case.matrices(call.value) if call.error is None else []
    if len(matrices) != len(case.shapes):
        return Reading([None] * len(matrices))
    laws: list[Law | None] = []
    earlier: list[np.ndarray] = []
    us: list[np.ndarray] = []
    for matrix, shape, variance in zip(matrices, case.shapes, case.variances, strict=True):
        if matrix is None or 2 * matrix.size < shape[0] * shape[1] or not np.all(np.isfinite(matrix)):
            laws.append(None)
            continue
        u = standard(matrix, variance)
        rounding = rounding_of(matrix, u)
        plain = np.atleast_2d(matrix)
        repeats = recur(plain, rounding) or recur(plain.T, rounding)
        repeats = repeats or any(share(plain, other, rounding) for other in earlier)
        earlier.append(plain)
        us.append(u)
        laws.append(replace(law_of(u, kurtosis, rounding, repeats), decimals=decimals_of(matrix)))
    bare = Reading([law and replace(law, near=law.near[:0].copy()) for law in laws])
    if not bare.as_asked(kurtosis):
        return bare
    return replace(bare, dependence=dependence(us, Reading(laws).total, kurtosis))


def read_small(cases: Sequence[DrawCase], calls: Sequence[Call], kurtosis: float) -> Reading:
    """Read the matrices of many calls as if they were one; their shapes are right, and all numbers finite.

    Where different calls share draws, they say less than their number: nothing is read. (That an answer
    fixes its seed is a question of its randomness.)
    """
    groups: list[list[np.ndarray]] = []
    rounding = SINGLE
    for case, call in zip(cases, calls, strict=True):
        pairs = zip(case.matrices(call.value), case.variances, strict=True)
        known = [(matrix, standard(matrix, variance)) for matrix, variance in pairs if matrix is not None]
        groups.append([u for _, u in known])
        rounding = max(rounding, *(rounding_of(matrix, u) for matrix, u in known))
    us = [u for group in groups for u in group]
    draws = np.concatenate([u.ravel() for u in us])
    shared = equals(np.abs(draws)) - sum(equals(np.abs(u).ravel()) for u in us)
    if event_surprise(shared, chance(draws.size, rounding)) > LIMIT:
        return Reading([])
    reading = Reading([law_of(draws, kurtosis, rounding)])
    measures = of_small(groups, kurtosis, rounding) if reading.as_asked(kurtosis) else {}
    return replace(reading, dependence=measures)
