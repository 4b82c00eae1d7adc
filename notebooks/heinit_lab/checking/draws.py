"""Evidence from functions that draw random matrices: no right value, but a right law.

An answer may draw in any order and any float dtype, so its values are never compared with
stored ones. It is known by its shape, by the fingerprint of many draws, and by what a Generator
does to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import sqrt
from typing import Any

import numpy as np

from heinit_lab.checking.asks import NORMAL, Ask, Plan
from heinit_lab.checking.compare import NO_RETURN, short
from heinit_lab.checking.exercise import Evidence, Finding
from heinit_lab.checking.laws import (
    ENOUGH,
    HANG_SPREAD,
    MEAN_SPREAD,
    Law,
    fingerprints,
    kurtosis_spread,
    spread,
)
from heinit_lab.checking.observe import Call, Function, observe, observe_each
from heinit_lab.checking.trials import SLOW


def plan(
    name: str,
    *,
    shapes: Iterable[Ask] = (),
    laws: Iterable[Ask] = (),
    random: Ask | None = None,
    kurtosis: float = NORMAL,
    seed: int = 20150206,
) -> Callable[[Function], Draws]:
    """The check of a function that draws: a public probe, or one to call on an answer at once."""
    return partial(_draw, Plan(name, tuple(shapes), tuple(laws), random, kurtosis, seed))


@dataclass(frozen=True)
class Randomness:
    """What a Generator does to an answer.

    repeats: the same seed gives the same matrix. seeds: another seed, other numbers, not the same
    in another order or of other signs. moves_on: so does a second call on the same Generator.
    drew: the Generator's state moved. global_rng: NumPy's global state was touched.
    varies: its numbers may be draws at all: most differ, and they are in no order.
    """

    repeats: bool
    seeds: bool
    moves_on: bool
    drew: bool
    global_rng: bool
    varies: bool


@dataclass(frozen=True)
class Draws:
    """What calling an answer as planned has shown.

    laws: for every planned law, the fingerprints of its matrices; None for a matrix that has
        no numbers or too few, and an empty list where the call failed.
    """

    plan: Plan
    shape_calls: tuple[Call, ...]
    law_calls: tuple[Call, ...]
    random_calls: tuple[Call, ...]
    laws: tuple[list[Law | None], ...]
    randomness: Randomness | None

    @property
    def count(self) -> int:
        return len(self.plan.shapes) + len(self.plan.laws) + (4 if self.plan.random else 0)

    @property
    def remark(self) -> str:
        slowest = max(call.seconds for call in (*self.shape_calls, *self.law_calls, *self.random_calls))
        if slowest < SLOW:
            return ""
        return (
            f"It is right, and slow: one call took {slowest:.1f} s. A Generator can draw the whole "
            "matrix in one call, given its size. That is for speed; no points are lost."
        )

    @property
    def finding(self) -> Finding | None:
        return self._raised() or self._wrong_shape() or self._wrong_law() or self._wrong_randomness()

    def behaves_like(self, wrong: Function) -> bool:
        """Wherever `wrong` goes wrong (shape, law, randomness), the answer goes wrong alike.

        Numbers that are no draws, and shapes that no turning of matrices makes right, are another mistake.
        """
        if self._raised() or self._unlike_at_a_glance(wrong):
            return False
        other = _examined(self.plan, wrong)
        if other._raised():
            return False
        told = 0
        if other._wrong_shape():
            if self._shapes() != other._shapes():
                return False
            told += 1
        elif not self._right_but_for_turning():
            return False
        if other._wrong_law():
            if not self._laws_like(other):
                return False
            told += 1
        if other._wrong_randomness():
            if self.randomness != other.randomness:
                return False
            told += 1
        return told > 0

    def _unlike_at_a_glance(self, wrong: Function) -> bool:
        """Whether the first law alone tells the answer from a wrong one; most are told apart here."""
        if not self.plan.laws:
            return False
        other = _examined(self.plan.glance, wrong)
        mistaken = other._raised() is None and other._wrong_law() is not None
        return mistaken and not replace(self, laws=self.laws[:1])._laws_like(other)

    def _raised(self) -> Finding | None:
        planned = [*self.plan.shapes, *self.plan.laws]
        calls = [*self.shape_calls, *self.law_calls]
        if self.plan.random is not None:
            planned += [self.plan.random] * len(self.random_calls)
            calls += self.random_calls
        for ask, call in zip(planned, calls, strict=True):
            if call.error is not None:
                where = f" ({call.where})" if call.where else ""
                return Finding(
                    "values",
                    f"{self._text(ask)} raises {type(call.error).__name__}.",
                    f"{call.error}{where}.",
                )
        return None

    def _wrong_shape(self) -> Finding | None:
        for ask, call in zip(self.plan.shapes, self.shape_calls, strict=True):
            found = ask.matrices(call.value)
            if any(matrix is None for matrix in found):
                wanted = (
                    f"a list of {len(ask.shapes)} matrices"
                    if ask.many
                    else f"an array of shape {ask.shapes[0]}"
                )
                detail = NO_RETURN if call.value is None else ""
                return Finding(
                    "shape", f"{self._text(ask)} is {short(call.value)}; expected {wanted}.", detail
                )
            shapes = [matrix.shape for matrix in found if matrix is not None]
            if shapes != ask.shapes:
                noun = "shapes" if ask.many else "shape"
                return Finding(
                    "shape",
                    f"{self._text(ask)} has {noun} {_listed(shapes)}; expected {_listed(ask.shapes)}.",
                    "A row holds the weights into one unit: there are as many rows as outputs.",
                )
            if not _finite(found):
                return Finding("shape", f"{self._text(ask)} holds numbers that are not finite.")
            if any(m is not None and m.size > 1 and np.all(m == m.flat[0]) for m in found):
                return Finding(
                    "shape",
                    f"{self._text(ask)} has the right shape, and the same number in every entry.",
                    "Each weight is a draw of its own.",
                )
        return None

    def _wrong_law(self) -> Finding | None:
        for ask, laws in zip(self.plan.laws, self.laws, strict=True):
            text = self._text(ask)
            if len(laws) != len(ask.shapes):
                return Finding("values", f"{text} holds {len(laws)} matrices; expected {len(ask.shapes)}.")
            for i, (law, shape, variance) in enumerate(zip(laws, ask.shapes, ask.variances, strict=True)):
                size = shape[0] * shape[1]
                which = f"{text}[{i}]" if ask.many else text
                if law is None:
                    if size < ENOUGH:
                        continue
                    return Finding("values", f"{which} does not hold {size:,} finite numbers.")
                headline, detail = self._verdict(law, variance, which)
                if headline:
                    return Finding("values", headline, detail)
        return None

    def _verdict(self, law: Law, variance: float, text: str) -> tuple[str, str]:
        k, n, draws = self.plan.kurtosis, law.n, f"{law.n:,} weights"
        if law.repeats:
            return (
                f"{text} repeats rows or columns.",
                "Each weight is a draw of its own, independent of the others.",
            )
        if n < ENOUGH:
            return "", ""
        tolerance = spread(k, n)
        if not abs(law.ratio - 1) <= tolerance:
            return (
                f"The {draws} of {text} have a mean square of {law.ratio * variance:.4g}; "
                f"expected {variance:.4g}, give or take {100 * tolerance:.1f} %.",
                f"Theirs is {law.ratio:.3g} times the variance asked for; chance does not explain that.",
            )
        if not abs(law.mean_z) <= MEAN_SPREAD:
            error = sqrt(variance / n)
            mean, most = law.mean_z * error, MEAN_SPREAD * error
            return (
                f"The {draws} of {text} average {mean:.3g}; expected 0, give or take {most:.2g}.",
                "Their mean square is right. Weights of mean 0 are as often negative as positive.",
            )
        if not abs(law.kurtosis - k) <= kurtosis_spread(n):
            wanted = "normal" if k == NORMAL else "uniform"
            return (
                f"The {draws} of {text} have the right variance, and are not {wanted}: "
                f"their kurtosis is {law.kurtosis:.2f}; expected {k:.2f}.",
                "Kurtosis is the mean fourth power over the squared mean square: 3 for normal, "
                "1.8 for uniform numbers.",
            )
        if law.hangs > HANG_SPREAD:
            return (
                f"The {draws} of {text} have the right law, and are not independent: rows or columns "
                "hang together.",
                "Each weight is a draw of its own, whatever stands beside it, above it or below it.",
            )
        if law.twice:
            return (
                f"The {draws} of {text} have the right law, and many of them are there twice.",
                "Each weight is a draw of its own, independent of the others.",
            )
        return "", ""

    def _wrong_randomness(self) -> Finding | None:
        if self.plan.random is None:
            return None
        r, text = self.randomness, self._text(self.plan.random)
        if r is None:
            return None  # a call raised, and that is told first
        if r.global_rng:
            return Finding(
                "randomness",
                f"{text} touches NumPy's global random state.",
                "Its randomness is to come from `rng` alone; then nobody else's numbers change.",
            )
        if not all(_finite(self.plan.random.matrices(call.value)) for call in self.random_calls):
            return Finding("randomness", f"{text} holds numbers that are not finite.")
        if not r.repeats:
            return Finding(
                "randomness",
                f"{text} differs between two generators with the same seed.",
                "Somebody who passes the same `rng` again is to get the same matrix again.",
            )
        if not r.seeds:
            return Finding(
                "randomness",
                f"{text} holds the same numbers for two different seeds.",
                "Its randomness is to come from the `rng` that is passed in.",
            )
        if not r.moves_on:
            return Finding(
                "randomness",
                f"Two calls of {text} on one generator give the same numbers.",
                "Two layers drawn one after the other are to be different.",
            )
        return None

    def _shapes(self) -> list[list[tuple[int, ...] | None]]:
        return [
            [None if matrix is None else matrix.shape for matrix in ask.matrices(call.value)]
            for ask, call in zip(self.plan.shapes, self.shape_calls, strict=True)
        ]

    def _right_but_for_turning(self) -> bool:
        """Whether each matrix has the shape asked for, or that of its transpose; some may be missing."""
        return all(
            found is not None and sorted(found) == sorted(asked)
            for ask, shapes in zip(self.plan.shapes, self._shapes(), strict=True)
            for found, asked in zip(shapes, ask.shapes, strict=False)
        )

    def _laws_like(self, other: Draws) -> bool:
        for mine, theirs in zip(self.laws, other.laws, strict=True):
            if len(mine) != len(theirs):
                return False
            for a, b in zip(mine, theirs, strict=True):
                if (a is None) != (b is None) or (a is not None and b is not None and not a.like(b)):
                    return False
        return True

    def _text(self, ask: Ask) -> str:
        return f"{self.plan.name}({', '.join([*(short(arg) for arg in ask.args), 'rng'])})"


def touches_global(evidence: Evidence) -> bool:
    """Whether an answer has touched NumPy's global random state."""
    return isinstance(evidence, Draws) and evidence.randomness is not None and evidence.randomness.global_rng


def _draw(plan: Plan, function: Function) -> Draws:
    """Call `function` as planned and keep what happened."""
    shape_calls = tuple(_asked(function, plan.shapes, range(plan.seed, plan.seed + len(plan.shapes))))
    law_calls, laws = [], []
    for i, ask in enumerate(plan.laws, len(plan.shapes)):  # megabytes each: one is kept at a time
        (call,) = _asked(function, [ask], [plan.seed + i])
        laws.append(fingerprints(ask, call))
        law_calls.append(replace(call, value=None, after=()))
    failed = any(call.error is not None for call in (*shape_calls, *law_calls))
    skipped = failed or plan.random is None
    randomness, extra = (None, ()) if skipped else _with_generators(plan, function)
    return Draws(plan, shape_calls, tuple(law_calls), extra, tuple(laws), randomness)


_examined = lru_cache(maxsize=512)(_draw)


def _with_generators(plan: Plan, function: Function) -> tuple[Randomness | None, tuple[Call, ...]]:
    """Call `function` on equal, other and used Generators."""
    assert plan.random is not None
    ask, seed = plan.random, plan.seed + 1000
    calls = _asked(function, [ask] * 3, [seed, seed, seed + 1])
    if any(call.error is not None for call in calls):
        return None, tuple(calls)
    first = calls[0]
    calls.append(observe(function, *ask.args, first.after[-1]))
    a, b, c, d = (ask.matrices(call.value) for call in calls)
    return Randomness(
        repeats=_equal(a, b),
        seeds=not _same_numbers(a, c),
        moves_on=not _same_numbers(a, d),
        drew=first.drew,
        varies=bool(a) and all(m is not None and _varies(m) for m in a),
        global_rng=any(call.global_rng for call in calls),
    ), tuple(calls)


def _asked(function: Function, asks: Sequence[Ask], seeds: Iterable[int]) -> list[Call]:
    """Call `function` for each of these, with a Generator of its own seed."""
    rngs = map(np.random.default_rng, seeds)
    return observe_each(function, [((*ask.args, rng), {}) for ask, rng in zip(asks, rngs, strict=True)])


@np.errstate(all="ignore")  # numbers may be too large to subtract
def _varies(matrix: np.ndarray) -> bool:
    """Whether most of the numbers differ, and they do not simply go up or down as they stand.

    Twelve draws do so by chance once in 240 million times; fewer are not asked.
    """
    steps = np.diff(matrix.ravel().astype(float))
    goes_on = matrix.size >= 12 and bool(np.all(steps > 0) or np.all(steps < 0))
    return 2 * np.unique(matrix).size > matrix.size and not goes_on


def _finite(matrices: Sequence[np.ndarray | None]) -> bool:
    """Whether none of them holds an infinity or what is not a number."""
    return all(matrix is None or bool(np.all(np.isfinite(matrix))) for matrix in matrices)


def _equal(a: Sequence[np.ndarray | None], b: Sequence[np.ndarray | None]) -> bool:
    return len(a) == len(b) and all(
        x is not None and y is not None and np.array_equal(x, y) for x, y in zip(a, b, strict=True)
    )


def _same_numbers(a: Sequence[np.ndarray | None], b: Sequence[np.ndarray | None]) -> bool:
    """Whether all matrices hold the same numbers, up to order, sign and rounding.

    Matrices of few different numbers, such as signs, must be equal.
    """
    if _equal(a, b) or len(a) != len(b):
        return _equal(a, b)
    for x, y in zip(a, b, strict=True):
        if x is None or y is None or x.shape != y.shape:
            return False
        one, other = np.sort(np.abs(x), axis=None), np.sort(np.abs(y), axis=None)
        if 2 * len(np.unique(one)) < one.size or not np.allclose(one, other, rtol=1e-6, atol=0):
            return False
    return True


def _listed(shapes: Sequence[Any]) -> str:
    return ", ".join(map(str, shapes[:4])) + (", …" if len(shapes) > 4 else "")
