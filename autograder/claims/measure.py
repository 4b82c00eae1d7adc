"""Measures claims by the lesson's own cells, under the lesson's seeds and under others, and judges them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from autograder.claims.cells import Cells, seeds_moved
from autograder.claims.numerals import numerals
from autograder.claims.table import Claim, names
from autograder.lessons import Lesson
from heinit_lab.race import stored

Values = tuple[float, ...]

OTHERS = 20
"""How many sets of other seeds."""
ENOUGH = 19
"""Of as many of them a range must be true: 95 %."""
_HERE = re.compile(
    r"\b(?:here|these|this (?:figure|network|matrix|draw)|ten (?:stored|runs|seeds)|of ten|in the text)\b",
    re.I,
)
_RAISED = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
_KEPT = Path(__file__).with_name("values.json")
RACES = Path(__file__).with_name("races.json")


class ClaimVerdict(NamedTuple):
    """own: whether the claim is true of the lesson's seeds. others: of how many sets of other seeds."""

    kind: str
    own: bool
    others: int
    sets: int
    says_here: bool

    @property
    def holds(self) -> bool:
        needed = {"exact": self.sets, "here": 0, "range": max(1, math.ceil(self.sets * ENOUGH / OTHERS))}[
            self.kind
        ]
        return self.own and self.others >= needed and (self.kind != "here" or self.says_here)

    @property
    def complaint(self) -> str:
        """What is wrong with a claim that does not hold."""
        if not self.own:
            return "the lesson's own seeds give another number"
        return "the paragraph does not say here" if self.kind == "here" else "other seeds give another number"


def measured(lesson: Lesson, rows: Sequence[Claim], k: int) -> dict[str, Values]:
    """What each row's expression gives, by the row's key. k: which set of seeds; 0 is the lesson's own."""
    with seeds_moved(k):
        cells = Cells(lesson)
        cells.names |= _HELPERS | {"races": lambda setting: _races(setting, k)}
        exec(names(lesson), cells.names)
        values = {}
        for row in rows:
            space = dict(cells.names)
            for cell in row.run:
                space |= cells.run(cell)
            values[row.key] = flat(eval(f"({row.value},)", space))
    return values


def verdict_on(claim: Claim, own: Values, others: Sequence[Values], prose: str) -> ClaimVerdict:
    """prose: the cell's text, in whose paragraph a claim of the kind `here` must say so."""
    paragraph = next((part for part in prose.split("\n\n") if claim.text in part), claim.text)
    true = [holds(claim, values) for values in others if not any(map(math.isnan, values))]
    return ClaimVerdict(
        claim.kind, holds(claim, own), sum(true), len(true), _HERE.search(paragraph) is not None
    )


def holds(claim: Claim, values: Values) -> bool:
    """Whether the numbers of the claim are what was measured."""
    numbers = claim.numbers
    if claim.test:
        names = dict(zip("abcdefgh", (n.value for n in numbers), strict=False))
        return bool(eval(claim.test, _HELPERS | names | dict(zip("vwxyz", values, strict=False))))
    if (len(numbers), len(values)) == (2, 1):
        low, high = numbers
        return low.value - low.unit / 2 <= values[0] <= high.value + high.unit / 2
    return len(numbers) == len(values) and all(n.is_(v) for n, v in zip(numbers, values, strict=True))


@cache
def kept() -> dict[str, list[Values]]:
    """By a row's key, the values under the lesson's seeds, and then under each set of other seeds.

    As `heinit bench claims --write` found them, to ten digits. Of exact rows only the first are kept.
    """
    return dict(json.loads(_KEPT.read_text(encoding="utf-8")))


def keep(values: dict[str, list[Values]]) -> None:
    """Keep what `kept` gives."""
    short = {key: [[float(f"{v:.10g}") for v in row] for row in rows] for key, rows in sorted(values.items())}
    lines = (f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(rows)}" for key, rows in short.items())
    _KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


@cache
def _other_races() -> dict[str, dict[str, list[Any]]]:
    return dict(json.loads(RACES.read_text(encoding="utf-8")))


def _races(setting: str, k: int) -> dict[str, np.ndarray]:
    """The stored races of a setting: the ten that the lesson draws, or, for k > 0, one of twenty others.

    For k > 0, a setting that was not raced with other seeds gives NaN.
    """
    rows = stored()[setting] if k == 0 else _other_races().get(setting, {})
    part = slice(None) if k == 0 else slice(k - 1, k)
    return {
        name: np.array(rows.get(name, [None] * OTHERS)[part], float) for name in ("share", "loss", "below_1")
    }


def shown_values(values: Values) -> str:
    """Values for a table."""
    return ", ".join(f"{value:.4g}" for value in values)


def extremes(sets: Sequence[Values]) -> str:
    """Of each value, the least and the greatest in all sets; a single number where these are the same."""
    columns = [[v for v in column if not math.isnan(v)] for column in zip(*sets, strict=True)]
    ends = [(f"{min(column):.3g}", f"{max(column):.3g}") for column in columns if column]
    return ", ".join(low if low == high else f"{low} … {high}" for low, high in ends)


def flat(value: Any) -> Values:
    """All numbers of nested sequences in their order, to twelve significant digits."""
    if not np.iterable(value):
        return (float(f"{float(value):.12g}"),)
    return tuple(chain.from_iterable(map(flat, value.values() if isinstance(value, dict) else value)))


def ends(q: np.ndarray) -> Values:
    """Of many networks, at the last layer: mean, its standard error, and the middle 80 %."""
    last = np.asarray(q)[:, -1]
    return flat((last.mean(), last.std() / math.sqrt(len(last)), *np.percentile(last, (10, 90))))


def numbers_after(words: str, beginning: str) -> Values:
    """The numbers after a beginning in the words of an explorer or a figure, to the end of the sentence."""
    after = words.partition(beginning)[2].split(". ")[0].replace("×", r"\times")
    powers = re.sub("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: f"10^{{{m[1].translate(_RAISED)}}}", after)
    return tuple(n.value for n in numerals(powers))


def rounded(value: float, digits: int) -> float:
    """To so many significant digits."""
    return float(f"{value:.{digits - 1}e}")


_HELPERS: dict[str, Any] = {
    name: getattr(math, name) for name in ("comb", "e", "erf", "erfc", "exp", "lgamma", "log", "pi", "sqrt")
}
_HELPERS |= {name: getattr(np, name) for name in ("mean", "std", "median", "quantile", "percentile")}
_HELPERS |= {each.__name__: each for each in (flat, ends, numbers_after, rounded)} | {"np": np}
