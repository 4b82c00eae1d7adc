"""Checks of an answer that draws random matrices: no right value, but a right law.

An answer may draw in any order and in any float dtype, so its values are never compared with stored ones.
The check looks at the shapes of small matrices, at the law and the independence of large ones and of many
small ones together, and at how the numbers depend on the Generator that is passed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, reduce
from math import comb
from operator import add
from typing import Any

import numpy as np

from heinit_lab.checking.compare import cause, short
from heinit_lab.checking.dependence import PER_CALL, PER_MATRIX, PER_PAIR, PER_POOL
from heinit_lab.checking.draw_cases import NORMAL, DrawCase
from heinit_lab.checking.draw_patterns import Layer, of_laws, of_shapes
from heinit_lab.checking.exercise import Evidence, fault, raised
from heinit_lab.checking.law_findings import dependent, trouble, wrong_law
from heinit_lab.checking.laws import FALSE_FAIL, MEASURES, Law
from heinit_lab.checking.observe import Call, Function, observe_each
from heinit_lab.checking.randomness import Randomness, finite, order, random_calls, randomness
from heinit_lab.checking.readings import Reading, read, read_small
from heinit_lab.checking.report import Report
from heinit_lab.checking.written import seeded, written

FEW = 6  # draws from which an answer is seen that gives nothing but matrices of one number


@dataclass(frozen=True, eq=False)
class DrawPlan:
    """A check: which calls to make of an answer that draws.

    shapes: calls whose shapes count, odd and not square, smallest first.
    laws: calls of large matrices, of which each law is read, and the law of all together.
    small: calls of many small matrices, whose law is read together.
    random: calls repeated with other Generators.
    kurtosis: of the law that the exercise asks for, NORMAL or UNIFORM.
    seed: of the first Generator; see `seeds`.
    """

    shapes: Sequence[DrawCase] = ()
    laws: Sequence[DrawCase] = ()
    small: Sequence[DrawCase] = ()
    random: Sequence[DrawCase] = ()
    kurtosis: float = NORMAL
    seed: int = 7

    @cached_property
    def first_law(self) -> DrawPlan:
        """The first law alone."""
        return replace(self, shapes=(), laws=self.laws[:1], small=(), random=())

    @property
    def false_fail(self) -> float:
        """An upper bound on the probability that a right answer fails: FALSE_FAIL for each measure."""
        law, counts = len(MEASURES), [len(case.shapes) for case in self.laws]
        measures = sum(n * (law + PER_MATRIX) + comb(n, 2) * PER_PAIR + PER_CALL for n in counts)
        measures += law * bool(self.laws) + (law + PER_POOL) * bool(self.small)
        measures += sum(3 * len(case.shapes) for case in self.random)
        return FALSE_FAIL * measures

    def seeds(self, cases: str) -> list[int]:
        """The seed of the Generator of each case of `shapes`, `laws` or `small`; of `random`, the first."""
        start = {"shapes": 0, "laws": len(self.shapes), "random": 1000, "small": 2000}[cases]
        count = 1 if cases == "random" else len(getattr(self, cases))
        return [self.seed + start + i for i in range(count)]

    def __call__(self, name: str, function: Function) -> DrawTrials:
        shape_calls = _calls(function, self.shapes, self.seeds("shapes"))
        law_calls, readings = [], []
        for case, seed in zip(self.laws, self.seeds("laws"), strict=True):
            (call,) = _calls(function, [case], [seed])  # megabytes each: only one is in memory
            readings.append(read(case, call, self.kurtosis))
            law_calls.append(replace(call, value=None, after=()))
        trials = DrawTrials(name, self, tuple(shape_calls), tuple(law_calls), readings=tuple(readings))
        if any(call.error is not None for call in trials.calls):
            return trials
        if trials.finding is None:
            trials = replace(trials, small_calls=tuple(_calls(function, self.small, self.seeds("small"))))
        random, shown = [], []
        for case in self.random:
            calls = random_calls(case, function, *self.seeds("random"))
            if all(call.error is None for call in calls):
                shown.append(randomness(case, calls))
            random += [replace(call, value=None, after=()) for call in calls]
        known = Randomness.of_all(shown) if shown and len(shown) == len(self.random) else None
        return replace(trials, random_calls=tuple(random), randomness=known)


@dataclass(frozen=True)
class DrawTrials(Evidence):
    """The calls of an answer on a plan, and what was read of the matrices that they returned.

    readings: of every law of the plan; one without laws where the call failed. small_calls: none where what
    came before went wrong. random_calls: none where a call for shapes or laws failed. randomness: how the
    numbers depend on the Generator; None where the plan does not ask, or a call failed. Of large matrices,
    nothing is kept but what was read.
    """

    name: str
    plan: DrawPlan
    shape_calls: tuple[Call, ...]
    law_calls: tuple[Call, ...]
    small_calls: tuple[Call, ...] = ()
    random_calls: tuple[Call, ...] = ()
    readings: tuple[Reading, ...] = ()
    randomness: Randomness | None = None

    FASTER = (
        "A Generator can draw the whole matrix in one call, given its size. "
        "That is for speed; no points are lost."
    )

    @property
    def calls(self) -> Sequence[Call]:
        return (*self.shape_calls, *self.law_calls, *self.small_calls, *self.random_calls)

    @property
    def count(self) -> int:
        plan = self.plan
        return len(plan.shapes) + len(plan.laws) + bool(plan.small) + 4 * len(plan.random)

    @cached_property  # a mistake's is compared with that of every answer
    def finding(self) -> Report | None:
        return (
            self._raised
            or self._wrong_shape
            or self._wrong_law
            or self._wrong_randomness
            or self._wrong_together
        )

    @property
    def shapes(self) -> list[list[tuple[int, ...] | None]]:
        """For every call of `plan.shapes`, the shapes of its matrices; None for what is no matrix."""
        return [
            [None if matrix is None else matrix.shape for matrix in case.matrices(call.value)]
            for case, call in zip(self.plan.shapes, self.shape_calls, strict=True)
        ]

    @property
    def laws(self) -> list[list[Law | None]]:
        """For every law of the plan, the laws of its matrices."""
        return [reading.laws for reading in self.readings]

    @property
    def about(self) -> str:
        wrong = {
            "values": self._raised or self._wrong_law or self._wrong_together,
            "shape": self._wrong_shape,
            "randomness": self._wrong_randomness,
        }
        return next((name for name, finding in wrong.items() if finding), "")

    def pattern(self, parts: Sequence[str] = ()) -> str:
        if self._raised:
            return ""
        if self._wrong_shape:
            return of_shapes(self.shapes, [case.shapes for case in self.plan.shapes])
        if not self._wrong_law:
            return ""
        layers = [
            Layer(
                law,
                not trouble(replace(reading, laws=[law]), self.plan.kurtosis),
                case.shapes[place],
                case.variances[place],
                place,
                more,
            )
            for case, reading in zip(self.plan.laws, self.readings, strict=True)
            for more in [tuple(case.args[1:]) if case.many else ()]
            for place, law in enumerate(reading.laws[: len(case.shapes)])
            if law is not None
        ]
        return "" if any(layer.law.decimals for layer in layers) else of_laws(layers)

    @property
    def wrong_kinds(self) -> str:
        if self._raised or self._wrong_shape:
            return ""
        troubles = (trouble(reading, self.plan.kurtosis) for reading in (*self.readings, self._small))
        return next(filter(None, troubles), "")

    def behaves_like(self, wrong: Function) -> bool:
        """Wherever `wrong` goes wrong (shape, law, randomness), the answer goes wrong alike.

        Numbers that are no draws, and shapes that no transposition makes right, are another mistake.
        """
        if self._raised or self._differs_in_the_first_law(wrong):
            return False
        mistaken = _draws_of(self.plan, wrong)
        if mistaken._raised:
            return False
        # the shapes of small layers are not compared
        wrong_shape = mistaken._wrong_shape if self.plan.shapes else None
        faults = [wrong_shape, mistaken._wrong_law, mistaken._wrong_randomness]
        shape, law, randomness = (each is not None for each in faults)
        return (
            any(faults)
            and (self.shapes == mistaken.shapes if shape else self._right_but_for_transposition())
            and (not law or (self._wrong_law is not None and self._laws_like(mistaken)))
            and (not randomness or self.randomness == mistaken.randomness)
        )

    def _differs_in_the_first_law(self, wrong: Function) -> bool:
        """Whether the first law alone distinguishes the answer from a mistake, as it mostly does."""
        if not self.plan.laws:
            return False
        mistaken = _draws_of(self.plan.first_law, wrong)
        differs = mistaken._raised is None and mistaken._wrong_law is not None
        return differs and not replace(self, readings=self.readings[:1])._laws_like(mistaken)

    @cached_property
    def _raised(self) -> Report | None:
        if all(call.error is None for call in self.calls):
            return None
        texts = self._texts("shapes") + self._texts("laws")
        texts += self._texts("small") if self.small_calls else []
        for case in self.plan.random if self.random_calls else ():
            texts += [self._text(case, self.plan.seeds("random")[0] + i // 2) for i in order(case)]
        pairs = zip(texts, self.calls, strict=True)
        return next((raised(text, call) for text, call in pairs if call.error is not None), None)

    @cached_property
    def _wrong_shape(self) -> Report | None:
        cases, texts = [*self.plan.shapes], self._texts("shapes")
        if self.small_calls:
            cases, texts = [*cases, *self.plan.small], texts + self._texts("small")
        calls, drawn = (*self.shape_calls, *self.small_calls), []
        for case, text, call in zip(cases, texts, calls, strict=True):
            matrices = case.matrices(call.value)
            if any(matrix is None for matrix in matrices):
                single = f"an array of shape {case.shapes[0]}"
                right = f"a list of {len(case.shapes)} matrices" if case.many else single
                return fault(f"{text} is {short(call.value)}; expected {right}.", cause(call.value))
            shapes = [matrix.shape for matrix in matrices if matrix is not None]
            if not shapes:
                return fault(f"{text} holds no matrices; expected {len(case.shapes)}.")
            if shapes != case.shapes:
                noun = "shapes" if case.many else "shape"
                return fault(f"{text} has {noun} {_listed(shapes)}; expected {_listed(case.shapes)}.")
            if not finite(matrices):
                return fault(f"{text} holds numbers that are not finite.")
            drawn += [(text, m) for m in matrices if m is not None and m.size >= FEW]
        if drawn and all(np.all(m == m.flat[0]) for _, m in drawn):
            return fault(
                f"{drawn[0][0]} has the right shape, and the same number in every entry.",
                "Each weight is a draw of its own.",
            )
        return None

    @cached_property
    def _wrong_law(self) -> Report | None:
        k = self.plan.kurtosis
        for case, text, reading in zip(self.plan.laws, self._texts("laws"), self.readings, strict=True):
            if len(reading.laws) != len(case.shapes):
                return fault(f"{text} holds {len(reading.laws)} matrices; expected {len(case.shapes)}.")
            parts = zip(reading.laws, case.shapes, case.variances, strict=True)
            for i, (law, shape, variance) in enumerate(parts):
                matrix = f"{text}[{i}]" if case.many else text
                if law is None:
                    return fault(f"{matrix} does not hold {shape[0] * shape[1]:,} finite numbers.")
                if wrong := wrong_law(law, k, matrix, variance):
                    return wrong
            if wrong := dependent(reading, text):
                return wrong
        return None

    @cached_property
    def _wrong_together(self) -> Report | None:
        k, parts = self.plan.kurtosis, [reading.total for reading in self.readings]
        if parts and (wrong := wrong_law(reduce(add, parts), k, f"{len(parts)} layers")):
            return wrong
        small, text = self._small, f"{len(self.small_calls)} small layers"
        return None if not small.laws else wrong_law(small.total, k, text) or dependent(small, text)

    @cached_property
    def _small(self) -> Reading:
        """Of all small matrices together; without laws where there are none, or some have another shape."""
        if not self.small_calls or self._wrong_shape:
            return Reading([])
        return read_small(self.plan.small, self.small_calls, self.plan.kurtosis)

    @cached_property
    def _wrong_randomness(self) -> Report | None:
        if not self.randomness:
            return None
        case, (seed,) = self.plan.random[0], self.plan.seeds("random")
        return self.randomness.finding(self._text(case, seed), self._text(case), seed)

    def _right_but_for_transposition(self) -> bool:
        """Whether each matrix has the right shape, or that of its transpose; some may be missing."""
        return all(
            shape is not None and sorted(shape) == sorted(right)
            for case, shapes in zip(self.plan.shapes, self.shapes, strict=True)
            for shape, right in zip(shapes, case.shapes, strict=False)
        )

    def _laws_like(self, other: DrawTrials) -> bool:
        """Whether the same code may have drawn all matrices of both."""
        return all(
            len(mine) == len(theirs)
            and all(a.like(b) if a and b else a is b for a, b in zip(mine, theirs, strict=True))
            for mine, theirs in zip(self.laws, other.laws, strict=True)
        )

    def _texts(self, cases: str) -> list[str]:
        """The calls of a plan's `shapes`, `laws` or `small`, as a student may paste them."""
        seeds = self.plan.seeds(cases)
        return [self._text(case, seed) for case, seed in zip(getattr(self.plan, cases), seeds, strict=True)]

    def _text(self, case: DrawCase, seed: int | None = None) -> str:
        """A call, with a Generator of this seed, or with one called rng."""
        rng = "rng" if seed is None else seeded(seed)
        return f"{self.name}({', '.join([*map(written, case.args), rng])})"


@lru_cache(maxsize=512)
def _draws_of(plan: DrawPlan, function: Function) -> DrawTrials:
    """A mistake's draws; every answer is compared with the same ones."""
    return plan("", function)


def _calls(function: Function, cases: Sequence[DrawCase], seeds: Iterable[int]) -> list[Call]:
    """Call `function` on each case, with a Generator of its own seed."""
    rngs = map(np.random.default_rng, seeds)
    return observe_each(function, [((*case.args, rng), {}) for case, rng in zip(cases, rngs, strict=True)])


def _listed(shapes: Sequence[Any]) -> str:
    return ", ".join(map(str, shapes[:4])) + (", …" if len(shapes) > 4 else "")
