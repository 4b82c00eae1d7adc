"""Checks of an answer that draws random matrices: no right value, but a right law.

An answer may draw in any order and in any float dtype, so its values are never compared with stored ones.
The check looks at the shapes of small matrices, at the law of large ones, and at how the numbers depend on
the Generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking.compare import cause, short
from heinit_lab.checking.draw_cases import NORMAL, DrawCase
from heinit_lab.checking.exercise import Evidence, fault, raised
from heinit_lab.checking.laws import (
    DEPENDENCE_SPREAD,
    ENOUGH,
    MEAN_SPREAD,
    Law,
    kurtosis_spread,
    laws,
    spread,
)
from heinit_lab.checking.observe import Call, Function, observe, observe_each
from heinit_lab.checking.report import Report

Matrices = Sequence[np.ndarray | None]


@dataclass(frozen=True, eq=False)
class Plan:
    """A check: which calls to make of an answer that draws.

    shapes: calls whose shapes count, odd and not square, smallest first.
    laws: calls of which at least one matrix has enough draws for its law to be read.
    random: the call repeated with other Generators, or None.
    kurtosis: of the law that the exercise asks for, NORMAL or UNIFORM.
    seed: of the Generators.
    """

    shapes: Sequence[DrawCase] = ()
    laws: Sequence[DrawCase] = ()
    random: DrawCase | None = None
    kurtosis: float = NORMAL
    seed: int = 20150206

    @cached_property
    def first_law(self) -> Plan:
        """The first law alone."""
        return replace(self, shapes=(), laws=self.laws[:1], random=None)

    def __call__(self, name: str, function: Function) -> DrawTrials:
        shape_calls = _calls(function, self.shapes, range(self.seed, self.seed + len(self.shapes)))
        law_calls, read = [], []
        for i, case in enumerate(self.laws, len(self.shapes)):  # megabytes each: only one is in memory
            (call,) = _calls(function, [case], [self.seed + i])
            read.append(laws(case, call))
            law_calls.append(replace(call, value=None, after=()))
        failed = any(call.error is not None for call in (*shape_calls, *law_calls))
        random_calls = [] if failed or self.random is None else self._random_calls(self.random, function)
        return DrawTrials(name, self, tuple(shape_calls), tuple(law_calls), tuple(random_calls), tuple(read))

    def _random_calls(self, case: DrawCase, function: Function) -> list[Call]:
        """Calls with two equal Generators, with another one, and with the first one after its call."""
        seed = self.seed + 1000
        calls = _calls(function, [case] * 3, [seed, seed, seed + 1])
        if all(call.error is None for call in calls):
            calls.append(observe(function, *case.args, calls[0].after[-1]))
        return calls


@dataclass(frozen=True)
class Randomness:
    """How the numbers of an answer depend on the Generator.

    repeats: the same seed gives the same matrix.
    seeds: another seed gives other numbers, not the same ones in another order or with other signs.
    moves_on: so does a second call on the same Generator.
    drew: the Generator's state moved.
    global_rng: NumPy's global state was touched.
    varies: the numbers may be draws at all: most differ, and they are in no order.
    """

    repeats: bool
    seeds: bool
    moves_on: bool
    drew: bool
    global_rng: bool
    varies: bool


@dataclass(frozen=True)
class DrawTrials(Evidence):
    """The calls of an answer on a plan, and the laws of what they returned.

    laws: for every law of the plan, the laws of its matrices; None for a matrix that has
        no numbers or too few, and an empty list where the call failed.
    """

    name: str
    plan: Plan
    shape_calls: tuple[Call, ...]
    law_calls: tuple[Call, ...]
    random_calls: tuple[Call, ...]
    laws: tuple[list[Law | None], ...]

    FASTER = (
        "A Generator can draw the whole matrix in one call, given its size. "
        "That is for speed; no points are lost."
    )

    @property
    def calls(self) -> Sequence[Call]:
        return (*self.shape_calls, *self.law_calls, *self.random_calls)

    @property
    def count(self) -> int:
        return len(self.plan.shapes) + len(self.plan.laws) + (4 if self.plan.random else 0)

    @property
    def finding(self) -> Report | None:
        return self._raised() or self._wrong_shape() or self._wrong_law() or self._wrong_randomness()

    @property
    def about(self) -> str:
        wrong = (self._raised() or self._wrong_law(), self._wrong_shape(), self._wrong_randomness())
        return next(
            (name for name, each in zip(("values", "shape", "randomness"), wrong, strict=True) if each), ""
        )

    @cached_property
    def randomness(self) -> Randomness | None:
        """None where the plan does not ask, or a call failed."""
        if self.plan.random is None or len(self.random_calls) < 4:
            return None
        first, again, other, later = (self.plan.random.matrices(call.value) for call in self.random_calls)
        return Randomness(
            repeats=_equal(first, again),
            seeds=not _same_numbers(first, other),
            moves_on=not _same_numbers(first, later),
            drew=self.random_calls[0].drew,
            varies=bool(first) and all(m is not None and _varies(m) for m in first),
            global_rng=any(call.global_rng for call in self.random_calls),
        )

    def behaves_like(self, wrong: Function) -> bool:
        """Wherever `wrong` goes wrong (shape, law, randomness), the answer goes wrong alike.

        Numbers that are no draws, and shapes that no transposition makes right, are another mistake.
        """
        if self._raised() or self._differs_in_the_first_law(wrong):
            return False
        mistaken = _draws_of(self.plan, wrong)
        if mistaken._raised():
            return False
        faults = [mistaken._wrong_shape(), mistaken._wrong_law(), mistaken._wrong_randomness()]
        shape, law, randomness = (each is not None for each in faults)
        return (
            any(faults)
            and (self._shapes() == mistaken._shapes() if shape else self._right_but_for_transposition())
            and (not law or self._laws_like(mistaken))
            and (not randomness or self.randomness == mistaken.randomness)
        )

    def _differs_in_the_first_law(self, wrong: Function) -> bool:
        """Whether the first law alone distinguishes the answer from a mistake, as it mostly does."""
        if not self.plan.laws:
            return False
        mistaken = _draws_of(self.plan.first_law, wrong)
        differs = mistaken._raised() is None and mistaken._wrong_law() is not None
        return differs and not replace(self, laws=self.laws[:1])._laws_like(mistaken)

    def _raised(self) -> Report | None:
        cases = [*self.plan.shapes, *self.plan.laws]
        if self.plan.random is not None:
            cases += [self.plan.random] * len(self.random_calls)
        for case, call in zip(cases, self.calls, strict=True):
            if call.error is not None:
                return raised(self._text(case), call)
        return None

    def _wrong_shape(self) -> Report | None:
        for case, call in zip(self.plan.shapes, self.shape_calls, strict=True):
            text, matrices = self._text(case), case.matrices(call.value)
            if any(matrix is None for matrix in matrices):
                single = f"an array of shape {case.shapes[0]}"
                right = f"a list of {len(case.shapes)} matrices" if case.many else single
                return fault(f"{text} is {short(call.value)}; expected {right}.", cause(call.value))
            shapes = [matrix.shape for matrix in matrices if matrix is not None]
            if not shapes:
                return fault(f"{text} holds no matrices; expected {len(case.shapes)}.")
            if shapes != case.shapes:
                noun = "shapes" if case.many else "shape"
                return fault(
                    f"{text} has {noun} {_listed(shapes)}; expected {_listed(case.shapes)}.",
                    "A row holds the weights into one unit: there are as many rows as outputs.",
                )
            if not _finite(matrices):
                return fault(f"{text} holds numbers that are not finite.")
            if any(m is not None and m.size > 1 and np.all(m == m.flat[0]) for m in matrices):
                return fault(
                    f"{text} has the right shape, and the same number in every entry.",
                    "Each weight is a draw of its own.",
                )
        return None

    def _wrong_law(self) -> Report | None:
        for case, read in zip(self.plan.laws, self.laws, strict=True):
            text = self._text(case)
            if len(read) != len(case.shapes):
                return fault(f"{text} holds {len(read)} matrices; expected {len(case.shapes)}.")
            for i, (law, shape, variance) in enumerate(zip(read, case.shapes, case.variances, strict=True)):
                matrix, size = f"{text}[{i}]" if case.many else text, shape[0] * shape[1]
                if law is None and size >= ENOUGH:
                    return fault(f"{matrix} does not hold {size:,} finite numbers.")
                if law and (wrong_draws := self._wrong_draws(law, variance, matrix)):
                    return wrong_draws
        return None

    def _wrong_draws(self, law: Law, variance: float, text: str) -> Report | None:
        """The first measure of a law that chance does not explain."""
        k, n, draws = self.plan.kurtosis, law.n, f"The {law.n:,} weights of {text}"
        if law.repeats:
            return fault(
                f"{text} repeats rows or columns.",
                "Each weight is a draw of its own, independent of the others.",
            )
        if n < ENOUGH:
            return None
        tolerance = spread(k, n)
        if not abs(law.ratio - 1) <= tolerance:
            return fault(
                f"{draws} have a mean square of {law.ratio * variance:.4g}; "
                f"expected {variance:.4g}, give or take {100 * tolerance:.1f} %.",
                f"Theirs is {law.ratio:.3g} times the variance asked for; chance does not explain that.",
            )
        if not abs(law.mean_z) <= MEAN_SPREAD:
            error = sqrt(variance / n)
            return fault(
                f"{draws} average {law.mean_z * error:.3g}; "
                f"expected 0, give or take {MEAN_SPREAD * error:.2g}.",
                "Their mean square is right. Weights of mean 0 are as often negative as positive.",
            )
        if not abs(law.kurtosis - k) <= kurtosis_spread(n):
            return fault(
                f"{draws} have the right variance, and are not {'normal' if k == NORMAL else 'uniform'}: "
                f"their kurtosis is {law.kurtosis:.2f}; expected {k:.2f}.",
                "Kurtosis is the mean fourth power over the squared mean square: 3 for normal, "
                "1.8 for uniform numbers.",
            )
        if law.dependence > DEPENDENCE_SPREAD:
            return fault(
                f"{draws} have the right law, and are not independent: rows or columns hang together.",
                "Each weight is a draw of its own, whatever stands beside it, above it or below it.",
            )
        if law.twice:
            return fault(
                f"{draws} have the right law, and many of them are there twice.",
                "Each weight is a draw of its own, independent of the others.",
            )
        return None

    def _wrong_randomness(self) -> Report | None:
        r = self.randomness
        if self.plan.random is None or r is None:
            return None
        text = self._text(self.plan.random)
        if r.global_rng:
            return fault(
                f"{text} touches NumPy's global random state.",
                "Its randomness is to come from `rng` alone; then nobody else's numbers change.",
            )
        if not all(_finite(self.plan.random.matrices(call.value)) for call in self.random_calls):
            return fault(f"{text} holds numbers that are not finite.")
        if not r.repeats:
            return fault(
                f"{text} differs between two generators with the same seed.",
                "Somebody who passes the same `rng` again is to get the same matrix again.",
            )
        if not r.seeds:
            return fault(
                f"{text} holds the same numbers for two different seeds.",
                "Its randomness is to come from the `rng` that is passed in.",
            )
        if not r.moves_on:
            return fault(
                f"Two calls of {text} on one generator give the same numbers.",
                "Two layers drawn one after the other are to be different.",
            )
        return None

    def _shapes(self) -> list[list[tuple[int, ...] | None]]:
        return [
            [None if matrix is None else matrix.shape for matrix in case.matrices(call.value)]
            for case, call in zip(self.plan.shapes, self.shape_calls, strict=True)
        ]

    def _right_but_for_transposition(self) -> bool:
        """Whether each matrix has the right shape, or that of its transpose; some may be missing."""
        return all(
            shape is not None and sorted(shape) == sorted(right)
            for case, shapes in zip(self.plan.shapes, self._shapes(), strict=True)
            for shape, right in zip(shapes, case.shapes, strict=False)
        )

    def _laws_like(self, other: DrawTrials) -> bool:
        """Whether the same code may have drawn all matrices of both."""
        return all(
            len(mine) == len(theirs)
            and all(a.like(b) if a and b else a is b for a, b in zip(mine, theirs, strict=True))
            for mine, theirs in zip(self.laws, other.laws, strict=True)
        )

    def _text(self, case: DrawCase) -> str:
        return f"{self.name}({', '.join([*map(short, case.args), 'rng'])})"


@lru_cache(maxsize=512)
def _draws_of(plan: Plan, function: Function) -> DrawTrials:
    """A mistake's draws; every answer is compared with the same ones."""
    return plan("", function)


def _calls(function: Function, cases: Sequence[DrawCase], seeds: Iterable[int]) -> list[Call]:
    """Call `function` on each case, with a Generator of its own seed."""
    rngs = map(np.random.default_rng, seeds)
    return observe_each(function, [((*case.args, rng), {}) for case, rng in zip(cases, rngs, strict=True)])


@np.errstate(all="ignore")  # numbers may be too large to subtract
def _varies(matrix: np.ndarray) -> bool:
    """Whether most of the numbers differ, and they do not simply go up or down as they stand.

    Twelve draws go up or down by chance once in 240 million times; fewer draws are not tested.
    """
    steps = np.diff(matrix.ravel().astype(float))
    ordered = matrix.size >= 12 and bool(np.all(steps > 0) or np.all(steps < 0))
    return 2 * np.unique(matrix).size > matrix.size and not ordered


def _finite(matrices: Matrices) -> bool:
    """Whether no matrix holds an infinity or NaN."""
    return all(matrix is None or bool(np.all(np.isfinite(matrix))) for matrix in matrices)


def _equal(a: Matrices, b: Matrices) -> bool:
    return len(a) == len(b) and all(
        x is not None and y is not None and np.array_equal(x, y) for x, y in zip(a, b, strict=True)
    )


def _same_numbers(a: Matrices, b: Matrices) -> bool:
    """Whether all matrices hold the same numbers, up to order, sign and rounding.

    Matrices of few different numbers, such as signs, must be equal.
    """
    if _equal(a, b) or len(a) != len(b):
        return _equal(a, b)
    for x, y in zip(a, b, strict=True):
        if x is None or y is None or x.shape != y.shape:
            return False
        mine, theirs = np.sort(np.abs(x), axis=None), np.sort(np.abs(y), axis=None)
        if 2 * len(np.unique(mine)) < mine.size or not np.allclose(mine, theirs, rtol=1e-6, atol=0):
            return False
    return True


def _listed(shapes: Sequence[Any]) -> str:
    return ", ".join(map(str, shapes[:4])) + (", …" if len(shapes) > 4 else "")
