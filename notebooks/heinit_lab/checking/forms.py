"""Patterns of the form of a value, and of the places at which an array or a list is right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.checking.compare import aligned, as_array, has_parts, listed, long_as, same, type_name

if TYPE_CHECKING:
    from heinit_lab.checking.trials import Case


@dataclass(frozen=True)
class Pair:
    """What a call gave on a case, and what is right; or a part of both.

    failed: whether there is no such value, since the call raised, or the part is missing.
    """

    case: Case
    got: Any
    want: Any
    right: bool
    failed: bool
    rtol: float

    @cached_property
    def entries(self) -> tuple[np.ndarray, np.ndarray] | None:
        """All numbers of both, in one row each; None where one has other places than the other."""
        pairs = [] if self.failed else aligned(self.got, self.want)
        if not pairs or any(got.shape != want.shape for got, want in pairs):
            return None
        got, want = (np.concatenate([np.ravel(pair[k]) for pair in pairs]) for k in (0, 1))
        return got, want

    @property
    def want_entries(self) -> np.ndarray:
        """The right numbers, in one row."""
        return self.entries[1] if self.entries else np.zeros(0)

    @property
    def truths(self) -> bool:
        """Whether True and False are asked."""
        return isinstance(self.want, (bool, np.ndarray)) and np.asarray(self.want).dtype.kind == "b"

    @property
    def factor(self) -> float:
        """The one factor between all numbers and the right ones, or 0 where there is none."""
        if not self.entries or not np.any(self.entries[1]):
            return 0.0
        got, want = self.entries
        factor = float(np.vdot(want, got)) / float(np.vdot(want, want))
        return factor if near(got, factor * want, 10 * self.rtol) else 0.0

    @property
    def scaled(self) -> bool:
        """Whether each part of a list is the right one times a factor of its own."""
        return isinstance(self.want, list) and all(self.part(k).factor for k in range(len(self.want)))

    def part(self, key: Any) -> Pair:
        """The same for one part of the value: that under a key, at a place, or in a column of a table."""
        got, want = self.got, self.want
        if is_table(want):
            got, want = as_array(got), want.T
            got = None if got is None or got.T.shape != want.shape else got.T
        readable = not self.failed and isinstance(got, dict) == isinstance(want, dict)
        inside = readable and (key in got if isinstance(got, dict) else long_as(want, got))
        mine = got[key] if inside else None
        right = inside and same(mine, want[key], self.rtol)
        return replace(self, got=mine, want=want[key], right=right, failed=not inside)

    def is_only(self, key: Any) -> bool:
        """Whether the value is one part of the right one, and nothing else."""
        return same(self.got, replace(self, got=self.want).part(key).got, self.rtol)


def is_table(want: Any) -> bool:
    """Whether the parts of a right value are its columns."""
    return isinstance(want, np.ndarray) and want.ndim == 2


def near(a: np.ndarray, b: np.ndarray, rtol: float) -> bool:
    """Whether all numbers are the same up to rounding."""
    return bool(np.all(np.abs(a - b) <= rtol * np.abs(b) + 1e-14))


def of_form(pairs: list[Pair]) -> str:
    """The form in which every wrong value comes, where that is not the form that is asked for."""
    wrong = [pair for pair in pairs if not pair.right]
    form = _form(wrong)
    return form if len(wrong) == len(pairs) else form and f"In the wrong cases: {form[0].lower()}{form[1:]}"


def _form(wrong: list[Pair]) -> str:
    """The form in which all of these values come."""
    if isinstance(wrong[0].want, dict):
        kinds = {type_name(pair.got) for pair in wrong} - {"dict"}
        return f"Every value is a {kinds.pop()}; asked is a dict." if len(kinds) == 1 else ""
    parts = [pair.got if has_parts(pair.got) else () for pair in wrong]
    for words, place in (("last", -1), ("first", 0)):
        right = [len(got) and same(got[place], p.want, p.rtol) for p, got in zip(wrong, parts, strict=True)]
        if max(map(len, parts)) > 1 and all(right):
            return f"The {words} entry is the right value; asked is that entry alone."
    both = [(as_array(pair.got), as_array(pair.want)) for pair in wrong]
    arrays = [(got, want) for got, want in both if got is not None and want is not None]
    if len(arrays) < len(both) or isinstance(wrong[0].want, tuple):
        return ""
    if all(got.shape == want.shape and want.dtype.kind == "b" != got.dtype.kind for got, want in arrays):
        alike = all(np.array_equal(got, want) for got, want in arrays)
        entries = "The entries are right, as numbers" if alike else "Every entry is a number"
        return f"{entries}; asked are True and False."
    if any(got.shape == want.shape for got, want in arrays):
        return ""
    words = next((w for w, holds in FORMS.items() if all(holds(got, want) for got, want in arrays)), "")
    return words.replace("entry", "row") if all(want.ndim == 2 for _, want in arrays) else words


def _cut(got: np.ndarray, want: np.ndarray, start: int, stop: int) -> bool:
    """Whether an array holds the right entries from one place to another, and no others."""
    return want.ndim > 0 and got.ndim == want.ndim and same(got, want[start : len(want) + stop])


def _longer(got: np.ndarray, want: np.ndarray, by: int) -> bool:
    return got.ndim == want.ndim == 1 and got.size == want.size + by


FORMS: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "Rows and columns are exchanged.": lambda got, want: same(got.T, want),
    "The numbers are right; their shape is not.": lambda got, want: same(got.ravel(), want.ravel()),
    "Only the first entry is missing.": lambda got, want: _cut(got, want, 1, 0),
    "Only the last entry is missing.": lambda got, want: _cut(got, want, 0, -1),
    "There is one entry too many at the end.": lambda got, want: _cut(want, got, 0, -1),
    "There is one entry too many at the beginning.": lambda got, want: _cut(want, got, 1, 0),
    "Only the first entry is there.": lambda got, want: want.ndim > 0 and same(got.ravel(), want[:1].ravel()),
    "Only the last entry is there.": lambda got, want: want.ndim > 0 and same(got.ravel(), want[-1:].ravel()),
    "Only the first entry and the last are there.": lambda got, want: (
        want.ndim > 0 and same(got.ravel(), want[[0, -1]].ravel())
    ),
    "Every value is one number; asked is an array.": lambda got, want: got.ndim == 0 < want.ndim,
    "Every value is an array; asked is one number.": lambda got, want: want.ndim == 0 < got.ndim,
    "There is one entry too many.": lambda got, want: _longer(got, want, 1),
    "There is one entry too few.": lambda got, want: _longer(got, want, -1),
    "The array has one axis too many.": lambda got, want: got.ndim == want.ndim + 1,
    "The array has one axis too few.": lambda got, want: got.ndim == want.ndim - 1,
}


def of_places(pairs: list[Pair]) -> str:
    """The places of an array, or of a list, that are right, or wrong, on every case."""
    rights = [_right_places(pair) for pair in pairs]
    rows = [(p, each) for p, each in zip(pairs, rights, strict=True) if each is not None and each.size > 1]
    scaled = all(pair.scaled for pair in pairs)
    each_scaled = (
        "Each part of the list is the right one but for a factor, and the factors differ." if scaled else ""
    )
    if any(each is None for each in rights) or len(rows) < 2:
        return each_scaled
    places = [each for _, each in rows]
    if all(each.ndim == 2 for each in places) and len({each.shape[1] for each in places}) == 1:
        whole = np.all([each.all(axis=0) for each in places], axis=0)
        if 0 < whole.sum() < whole.size:
            good, bad = ([str(i + 1) for i in np.flatnonzero(whole == each)] for each in (True, False))
            return f"Right everywhere in column{_numbered(good)}, and not in column{_numbered(bad)}."
    if all(each.ndim == 1 for each in places):
        if all(same(list(pair.got)[::-1], list(pair.want), pair.rtol) for pair, _ in rows):
            return "Every value is right in reverse order."
        words = next((w for w, holds in PLACES.items() if all(holds(r) for r in places if not r.all())), "")
        if words:
            return words.replace("entry", "matrix") if isinstance(pairs[0].want, list) else words
        entries = [pair.entries for pair, _ in rows]
        if all(each and np.allclose(np.sort(each[0]), np.sort(each[1]), atol=0) for each in entries):
            return "Every value has the right entries, in another order."
    return each_scaled


def _numbered(numbers: list[str]) -> str:
    """Numbers after a noun: "s 1, 2 and 4", or " 3"."""
    return f"{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


# what the right places of each value are, but where all are
PLACES: dict[str, Callable[[np.ndarray], bool]] = {
    "Only the last entry is wrong.": lambda right: bool(right[:-1].all()),
    "Only the first entry is wrong.": lambda right: bool(right[1:].all()),
    "Only the first entry is right.": lambda right: bool(right[0]) and not right[1:].any(),
    "Only the last entry is right.": lambda right: bool(right[-1]) and not right[:-1].any(),
    "The first entry and the last are right everywhere; those between them are not.": lambda right: bool(
        right[0] and right[-1]
    ),
    "The first entry is right everywhere; of those after it, some are wrong.": lambda right: bool(right[0]),
    "The last entry is right everywhere; of those before it, some are wrong.": lambda right: bool(right[-1]),
}


def _right_places(pair: Pair) -> np.ndarray | None:
    """Which entries of an array, or parts of a list, are right; None where their numbers differ."""
    got, want = pair.got, pair.want
    if pair.failed or (isinstance(want, list) and not long_as(want, got)):
        return None
    if isinstance(want, list):
        return np.array([same(g, w, pair.rtol) for g, w in zip(got, want, strict=True)])
    mine, right = as_array(got), as_array(want)
    if mine is None or right is None or mine.shape != right.shape or not right.ndim:
        return None
    each = [same(g, w, pair.rtol) for g, w in zip(mine.ravel(), right.ravel(), strict=True)]
    return np.array(each).reshape(right.shape)


def of_entries(pairs: list[Pair]) -> str:
    """For which entries of the input the entry in its place is wrong, where both have one shape."""
    inputs, rights = [as_array(pair.case.args[0]) for pair in pairs], [_right_places(pair) for pair in pairs]
    both = [(x, each) for x, each in zip(inputs, rights, strict=True) if x is not None and each is not None]
    if len(both) < len(pairs) or any(x.shape != each.shape for x, each in both):
        return ""
    x, right = (np.concatenate([each[k].ravel() for each in both]) for k in (0, 1))
    some = {"below 0": x < 0, "above 0": x > 0, "0": x == 0, "above 1": x > 1}
    words = next((words for words, kind in some.items() if np.array_equal(kind, ~right)), "")
    return words and f"Wrong wherever the entry of the input is {words}, and right everywhere else."
