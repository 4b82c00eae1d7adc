"""How the numbers of an answer depend on the Generator that is passed in.

Seven calls show it: three with one and the same Generator, three with a second Generator that equals the
first, one with a third. So an answer that remembers what it gave for a Generator, or for its state, is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod

import numpy as np

from heinit_lab.checking.dependence import SAME
from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.exercise import fault
from heinit_lab.checking.laws import HALF, LIMIT, event_surprise, rounding_of
from heinit_lab.checking.observe import Call, Function, observe_each
from heinit_lab.checking.report import Report
from heinit_lab.checking.written import seeded

Matrices = Sequence[np.ndarray | None]
ORDER = (0, 1, 0, 0, 1, 1, 2)  # which Generator each call gets
FEWER = (0, 1, 2)  # for a case of more than LARGE numbers
LARGE = 10_000


@dataclass(frozen=True)
class Randomness:
    """How the numbers of an answer depend on the Generator.

    repeats: equal Generators give the same matrices, at each call.
    seeds: another seed gives other numbers, not the same ones in another order or with other signs.
    moves_on: so does the next call with the same Generator.
    drew: the Generator's state moved.
    global_rng: NumPy's global state was touched.
    varies: the numbers may be draws at all: most differ, and they are in no order.
    finite: all are numbers.
    """

    repeats: bool
    seeds: bool
    moves_on: bool
    drew: bool
    global_rng: bool
    varies: bool
    finite: bool

    @classmethod
    def of_all(cls, parts: Iterable[Randomness]) -> Randomness:
        """Of several cases together: what all of them show, and what harm any shows."""
        every = [vars(part) for part in parts]
        harm = any(part["global_rng"] for part in every)
        return cls(**{name: all(part[name] for part in every) for name in every[0]} | {"global_rng": harm})

    def finding(self, text: str, with_rng: str, seed: int) -> Report | None:
        """What is wrong with the calls, or None.

        text: a call with a Generator of this seed, as a student may paste it. with_rng: with one called rng.
        """
        if self.global_rng:
            return fault(
                f"{text} touches NumPy's global random state.",
                "Its randomness is to come from `rng` alone; then nobody else's numbers change.",
            )
        if not self.finite:
            return fault(f"{text} holds numbers that are not finite.")
        if not self.seeds:
            return fault(
                f"{text} holds the same numbers for two different seeds, {seed} and {seed + 1}.",
                "Its randomness is to come from the `rng` that is passed in.",
            )
        if not self.moves_on:
            return fault(
                f"Two calls of {with_rng} on one generator give the same numbers, with rng = {seeded(seed)}.",
                "Two layers drawn one after the other are to be different.",
            )
        if not self.repeats:
            return fault(
                f"{text} differs between two generators with the same seed.",
                "Somebody who passes the same `rng` again is to get the same matrix again.",
            )
        return None


def random_calls(case: DrawCase, function: Function, seed: int) -> list[Call]:
    """Calls with two Generators of one seed and one of another."""
    rngs = [np.random.default_rng(each) for each in (seed, seed, seed + 1)]
    return observe_each(function, [((*case.args, rngs[i]), {}) for i in order(case)])


def order(case: DrawCase) -> tuple[int, ...]:
    """Which Generator each call gets."""
    return ORDER if sum(map(prod, case.shapes)) <= LARGE else FEWER


def randomness(case: DrawCase, calls: Sequence[Call]) -> Randomness:
    """What the calls of `random_calls` show."""
    drawn = [case.matrices(call.value) for call in calls]
    first, equal, (other,) = ([drawn[k] for k, i in enumerate(order(case)) if i == j] for j in range(3))
    varies = bool(first[0]) and all(m is not None and _varies(m) for m in first[0])
    return Randomness(
        repeats=all(map(_equal, first, equal)),
        seeds=not _same_numbers(first[0], other, varies),
        moves_on=not any(_same_numbers(a, b, varies) for each in (first, equal) for a, b in pairwise(each)),
        drew=calls[0].drew,
        global_rng=any(call.global_rng for call in calls),
        varies=varies,
        finite=all(map(finite, drawn)),
    )


@np.errstate(all="ignore")  # numbers may be too large to subtract
def _varies(matrix: np.ndarray) -> bool:
    """Whether most of the numbers differ, and they do not simply go up or down as they stand.

    Twelve draws go up or down by chance once in 240 million times; fewer draws are not tested.
    """
    steps = np.diff(matrix.ravel().astype(float))
    ordered = matrix.size >= 12 and bool(np.all(steps > 0) or np.all(steps < 0))
    return 2 * np.unique(matrix).size > matrix.size and not ordered


def finite(matrices: Matrices) -> bool:
    """Whether no matrix holds an infinity or NaN."""
    return all(matrix is None or bool(np.all(np.isfinite(matrix))) for matrix in matrices)


def _equal(a: Matrices, b: Matrices) -> bool:
    return len(a) == len(b) and all(
        x is not None and y is not None and np.array_equal(x, y) for x, y in zip(a, b, strict=True)
    )


def _same_numbers(a: Matrices, b: Matrices, varies: bool) -> bool:
    """Whether all pairs hold the same numbers in any order and sign, or one pair has equal numbers in place.

    Numbers are compared up to rounding. Matrices of few different numbers, such as signs, must be equal.
    """
    if _equal(a, b) or len(a) != len(b):
        return _equal(a, b)
    pairs = list(zip(a, b, strict=True))
    if any(x is None or y is None or x.shape != y.shape for x, y in pairs):
        return False
    known = [(np.abs(x), np.abs(y)) for x, y in pairs if x is not None and y is not None]
    return all(_same_set(x, y) for x, y in known) or (varies and any(_some_same(x, y) for x, y in known))


def _same_set(x: np.ndarray, y: np.ndarray) -> bool:
    mine, theirs = np.sort(x, axis=None), np.sort(y, axis=None)
    return 2 * len(np.unique(mine)) >= mine.size and bool(np.allclose(mine, theirs, rtol=1e-6, atol=0))


def _some_same(x: np.ndarray, y: np.ndarray) -> bool:
    """Whether more numbers are the same, at the same place, than chance makes.

    Chance makes as many as the float type explains, or as there are within a matrix.
    """
    same = int(np.count_nonzero(np.isclose(x, y, rtol=SAME, atol=0)))
    _, counts = np.unique(x, return_counts=True)
    rate = 2.0**-10 if rounding_of(x, x) == HALF else 2.0**-22
    expected = x.size * rate + 2 * float((counts * (counts - 1)).sum()) / x.size
    return event_surprise(same, expected) > LIMIT
