"""What a hidden check is: a named behaviour of an answer, its points, and the inputs that show it.

A lesson's module is a table: the reference answer of an exercise, and a row for each behaviour. Most rows
compare an answer with the reference answer on inputs drawn at random: `values`, `edges` and `purity`. A
function that draws random matrices has no right value; for it, `drawn` takes a plan instead of inputs.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.exercise import Evidence
from heinit_lab.checking.observe import Function
from heinit_lab.checking.outcomes import Outcome, Outcomes
from heinit_lab.checking.trials import PURITY, VALUES, Case, Cases

Rng = np.random.Generator


@dataclass(frozen=True)
class Behaviour:
    """One behaviour of an answer: all or nothing, or a share for each part of the value (`Exercise.parts`).

    name: values, shape, purity, randomness or edge cases.
    points: an exercise's behaviours add up to its points.
    says: what the check looks at, for the student, without the inputs: "values at 20 widths".
    probe: calls the answer on inputs drawn from the generator, and returns the evidence.
    needs: behaviours that must hold for this one to count; a constant is pure, but earns nothing.
    false_fail: an upper bound on the probability that a right answer fails; 0 if none can.
    """

    name: str
    points: float
    says: str
    probe: Callable[[Function, Rng], Evidence]
    needs: tuple[str, ...] = ()
    false_fail: float = 0.0

    def waits_for(self, points: Mapping[str, float]) -> str:
        """The first behaviour that this one needs and that has no points, or '' where none is missing."""
        return next((need for need in self.needs if not points.get(need)), "")


Row = Callable[[Function], Behaviour]  # takes the reference answer


def behaviours(reference: Function, *rows: Row) -> tuple[Behaviour, ...]:
    """The behaviours of the exercise that the reference answer solves and bears the name of."""
    return tuple(row(reference) for row in rows)


def _compared(
    name: str,
    looks_at: tuple[str, ...],
    points: float,
    says: str,
    inputs: Callable[[Rng], Iterable[Any]],
    *,
    false_fail: float = 0.0,
    **options: Any,
) -> Row:
    """A behaviour on inputs for which the reference answer gives the right values.

    inputs: draws the inputs. One argument stands as it is; several arguments, or keywords, are a Case, which
    may bring its right value along. false_fail: as in a Behaviour. options: of `Cases`.
    """

    def probe(reference: Function, function: Function, rng: Rng) -> Evidence:
        cases = [case if isinstance(case, Case) else Case(case) for case in inputs(rng)]
        for case in cases:
            if case.want is None:
                case.want = reference(*case.args, **case.kwargs)
        return Cases(*cases, looks_at=looks_at, **options)(reference.__name__, function)

    needs = () if name == "values" else ("values",)
    return lambda reference: Behaviour(name, points, says, partial(probe, reference), needs, false_fail)


values = partial(_compared, "values", VALUES)
edges = partial(_compared, "edge cases", VALUES)
purity = partial(_compared, "purity", PURITY)


def outcomes(
    points: float,
    says: str,
    inputs: Callable[[Rng], Iterable[Case]],
    outcome: Outcome,
    alike: Callable[[Any, Any], bool],
    *,
    name: str = "values",
    false_fail: float = 0.0,
) -> Row:
    """A behaviour on inputs for which what comes of a value is judged.

    outcome, alike: as in `Outcomes`. false_fail: as in a Behaviour.
    """

    def probe(exercise: str, function: Function, rng: Rng) -> Evidence:
        return Outcomes(*inputs(rng), outcome=outcome, alike=alike)(exercise, function)

    needs = () if name == "values" else ("values",)
    return lambda reference: Behaviour(
        name, points, says, partial(probe, reference.__name__), needs, false_fail
    )


def drawn(
    name: str, points: float, says: str, plan: Callable[[Rng], DrawPlan], *, needs: tuple[str, ...] = ()
) -> Row:
    """A behaviour of a function that draws; every plan of one behaviour has the same bound."""

    def probe(exercise: str, function: Function, rng: Rng) -> Evidence:
        return plan(rng)(exercise, function)

    bound = plan(np.random.default_rng(0)).false_fail
    return lambda reference: Behaviour(name, points, says, partial(probe, reference.__name__), needs, bound)


def reproducible(points: float, plan: Callable[[Rng], DrawPlan], *, needs: tuple[str, ...] = ()) -> Row:
    """The behaviour that all numbers come from the Generator that is passed in."""
    says = "all randomness comes from rng: same seed, other seed, second call, global state"
    return drawn("randomness", points, says, plan, needs=needs)


def plan_seed(rng: Rng) -> int:
    """The seed of a plan."""
    return int(rng.integers(2**31))


def of_every_size(rng: Rng, low: float, high: float, count: int) -> np.ndarray:
    """So many numbers from low to high, one in each of as many equal parts of the logarithmic scale."""
    return low * (high / low) ** ((np.arange(count) + rng.random(count)) / count)


def layer_widths(rng: Rng, count: int = 20) -> list[int]:
    """Layer sizes from a few units to a few thousand, as plain integers, none of a public case."""
    return [int(n) for n in of_every_size(rng, 6, 5000, count)]
