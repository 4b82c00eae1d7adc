"""What is true of a wrong answer on all cases of a check, for a mistake that has no name.

`of_values` tries the patterns in order, the most telling first, and says the first that holds on every case.
A sentence says how the values differ, or where: never what is to be written instead. `traits` says on
which cases an answer is right, `forms` what the form of its values is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.checking.compare import listed, same
from heinit_lab.checking.forms import Pair, is_table, near, of_entries, of_form, of_places
from heinit_lab.checking.traits import of_kinds, of_traits

if TYPE_CHECKING:
    from heinit_lab.checking.trials import Trials

ENOUGH = 3  # cases, from which a rule for all of them is no coincidence


def of_values(trials: Trials, parts: Sequence[str] = ()) -> str:
    """A sentence that is true of all cases of a wrong answer; '' where every value is right, or is None.

    parts: names of the parts of the value, as in an Exercise.
    """
    pairs = [trial.pair for trial in trials]
    if all(pair.right for pair in pairs) or all(pair.got is None for pair in pairs):
        return ""
    with np.errstate(all="ignore"):
        return _of_parts(trials, pairs, parts) or _of_pairs(pairs) or _of_counts(pairs)


def _of_pairs(pairs: list[Pair]) -> str:
    """The patterns of values that are one thing, or of one part."""
    wrong, answered = [pair for pair in pairs if not pair.right], [pair for pair in pairs if not pair.failed]
    if sentence := _first(pairs, _of_rules, of_entries):
        return sentence
    if len(wrong) < len(pairs) and (where := of_kinds(pairs) or of_traits(pairs)):
        rule = _first(wrong, _of_rules, of_form, of_places)
        return f"{where} In the wrong cases, {_small(rule)}" if rule else where
    if len(answered) < len(pairs):
        rule = _of_pairs(answered) if len(answered) > 1 and not all(p.right for p in answered) else ""
        fails = f"It fails in {len(pairs) - len(answered)} of {len(pairs)} cases."
        return rule and f"{fails} In the others: {_small(rule)}"
    return _first(pairs, _of_one_value, of_form, of_places, _of_growth, _of_bounds, _of_digits)


def _first(pairs: list[Pair], *patterns: Callable[[list[Pair]], str]) -> str:
    """What the first pattern says that holds, or ''."""
    return next((sentence for pattern in patterns if (sentence := pattern(pairs))), "")


def _small(sentence: str) -> str:
    """A sentence as it goes on after a comma or a colon."""
    return sentence[0].lower() + sentence[1:]


# the parts of a value


def _of_parts(trials: Trials, pairs: list[Pair], parts: Sequence[str]) -> str:
    """Which parts are right on every case, and what is true of the first that is not."""
    want = pairs[0].want
    table = is_table(want) and len(parts) == want.shape[1]
    if not isinstance(want, (dict, tuple)) and not table:
        return ""
    keys = list(want) if isinstance(want, dict) else list(range(len(parts) if table else len(want)))
    names = list(want) if isinstance(want, dict) else [*parts] or [f"part {key + 1}" for key in keys]
    labels = dict(zip(keys, map(_label, names), strict=True))
    right = trials.right_parts(names)
    good = [labels[key] for key, name in zip(keys, names, strict=True) if name in right]
    bad = [key for key, name in zip(keys, names, strict=True) if name not in right]
    rules = {key: _of_part([pair.part(key) for pair in pairs]) for key in bad}
    if not good:
        only = [labels[key] for key in keys if all(p.is_only(key) for p in pairs)]
        common = rules[bad[0]] if len(set(rules.values())) == 1 else ""
        if trials.order(len(keys)):
            return "The parts are there, in another order."
        if only:
            return f"Only {only[0]} is there; asked are {len(keys)} parts."
        return common and f"In every part: {_small(common)}"
    verbs = ["is" if len(some) == 1 else "are" for some in (good, bad)]
    wrong = listed([labels[key] for key in bad])
    sentence = f"{listed(good)} {verbs[0]} right everywhere, {wrong} {verbs[1]} not."
    rule = next((f" In {labels[key]}: {_small(rule)}" for key, rule in rules.items() if rule), "")
    return sentence[0].upper() + sentence[1:] + rule


def _label(name: str) -> str:
    """The name of a part in a sentence: the variance, `per_unit`, part 2."""
    return (
        f"the {name}"
        if re.fullmatch(r"[a-z]{3,}( [a-z]+)*", name)
        else f"`{name}`"
        if name.isidentifier()
        else name
    )


def _of_part(pairs: list[Pair]) -> str:
    """The pattern of one part, where every value has it."""
    return "" if any(pair.failed for pair in pairs) else _of_pairs(pairs)


# how the values are off, by one rule for all cases

POWERS = {
    2.0: "the square of",
    0.5: "the root of",
    -1.0: "1 over",
    -2.0: "1 over the square of",
    -0.5: "1 over the root of",
}
FACTORS = {
    "twice": 2.0,
    "half": 0.5,
    "four times": 4.0,
    "a quarter of": 0.25,
    "a hundred times": 100.0,
    "root 2, 1.414, times": 2**0.5,
    "1 over root 2, 0.7071, times": 2**-0.5,
}


def times(factor: float) -> str:
    """A factor in words that stand in front of "the right one"."""
    words = next((words for words, value in FACTORS.items() if abs(factor / value - 1) < 1e-4), "")
    return words or f"{factor:.4g} times"


def _numbers(pairs: list[Pair]) -> tuple[np.ndarray, np.ndarray] | None:
    """All numbers of all cases, and the right ones; None where a value has another form."""
    entries = [pair.entries for pair in pairs]
    if None in entries or not entries:
        return None
    got, want = (np.concatenate([each[k] for each in entries if each is not None]) for k in (0, 1))
    return got, want


def _of_rules(pairs: list[Pair]) -> str:
    """One rule by which each number follows from the right one."""
    numbers = _numbers(pairs)
    if numbers is None or pairs[0].truths:
        return ""
    (got, want), rtol = numbers, 10 * max(pair.rtol for pair in pairs)
    nonzero = sum(bool(np.any(pair.want_entries)) for pair in pairs)
    telling = nonzero >= ENOUGH and len(np.unique(want)) >= ENOUGH

    def gives(values: np.ndarray) -> bool:
        return near(got, values, rtol)

    if not telling or not np.all(np.isfinite(got)) or gives(want):
        return ""
    if gives(-want):
        return "Every value has the right size and the wrong sign."
    factor, shift = float(np.median((got / want)[want != 0])), float(np.median(got - want))
    if factor and gives(factor * want):
        return f"Every value is {times(factor)} the right one."
    if gives(1 - want):
        return "Every value is 1 minus the right one."
    if gives(want + shift):
        return f"Every value is {abs(shift):.4g} too {'large' if shift > 0 else 'small'}."
    for power, words in POWERS.items() if np.all(want > 0) and np.all(got > 0) else ():
        factor = float(np.median(got / want**power))
        if gives(factor * want**power):
            up_to = "" if abs(factor - 1) < 1e-4 else f", up to one factor, which is {factor:.4g}"
            return f"Every value is {words} the right one{up_to}."
    if gives(np.trunc(want)):
        return "Every value is the right one without its fraction."
    if near(np.abs(got), np.abs(want), rtol):
        return "Every value has the right size; some have the wrong sign."
    scaled = [pair for pair in pairs if pair.entries and np.any(pair.entries)]
    factors = [pair.factor for pair in scaled]
    for words, size in _sizes(scaled) if all(factors) else ():
        if near(np.array(factors), size, rtol) or near(1 / np.array(factors), size, rtol):
            how = "large" if near(np.array(factors), size, rtol) else "small"
            return f"Every value is too {how} by a factor, which is {words}."
    return ""


def _sizes(pairs: list[Pair]) -> Iterator[tuple[str, np.ndarray]]:
    """Numbers that belong to each input: its size, or an argument, where they are not all the same."""
    args = [(*pair.case.args, None) for pair in pairs]
    first, second = ([each[k] for each in args] for k in (0, 1))
    sizes: dict[str, list[Any]] = {"the first argument": first, "the second argument": second}
    if all(isinstance(x, np.ndarray) for x in first):
        sizes["the number of entries"] = [np.size(x) for x in first]
    if all(isinstance(x, np.ndarray) and x.ndim == 2 for x in first):
        sizes |= {
            f"the number of {name}": [np.shape(x)[k] for x in first]
            for k, name in enumerate(("rows", "columns"))
        }
    for words, size in sizes.items():
        if all(isinstance(n, (int, float)) and n > 0 for n in size) and len(set(size)) > 1:
            yield words, np.array(size, float)


def _of_growth(pairs: list[Pair]) -> str:
    """Whether each case is off by a factor of its own, and how that goes with the first argument."""
    factors = [pair.factor for pair in pairs]
    if not all(factors):
        return ""
    if sum(pair.want_entries.size > 1 for pair in pairs) >= ENOUGH:
        return "In each case all numbers are off by one factor, and the factor differs from case to case."
    n = [pair.case.args[0] for pair in pairs]
    if len(n) <= ENOUGH or not all(isinstance(each, (int, float)) for each in n) or len(set(n)) < len(n):
        return ""
    ratios = np.array(factors)[np.argsort(n)]
    up, down = (bool(np.all(sign * np.diff(ratios) > 0)) for sign in (1, -1))
    if np.any(ratios <= 0) or not (up or down):
        return ""
    if (up and np.all(ratios > 0.9999)) or (down and np.all(ratios < 1.0001)):
        return f"Every value is too {'large' if up else 'small'}, the more so, the larger the first argument."
    ratio = "The ratio of the value to the right one"
    return f"{ratio} {'rises' if up else 'falls'} as the first argument grows."


# what else is true of all cases


def _of_one_value(pairs: list[Pair]) -> str:
    """One value whatever the input, or an argument that changes nothing."""
    first, *others = pairs
    differ = not all(same(pair.want, first.want) for pair in others)
    if len(pairs) >= ENOUGH and differ and all(same(pair.got, first.got) for pair in others):
        return "The value is the same in every case, whatever the input."
    for i, a in enumerate(pairs):
        for b in pairs[i + 1 :]:
            name = _only_difference(a, b)
            if name and same(a.got, b.got, 1e-9) and not same(a.want, b.want):
                return f"Two inputs that differ in {name} alone get the same value, and should not."
    return ""


def _only_difference(a: Pair, b: Pair) -> str:
    """What tells two inputs of several arguments apart, if one argument alone does; else ''."""
    mine, theirs = ({**dict(enumerate(each.case.args)), **each.case.kwargs} for each in (a, b))
    shared = [key for key in mine if key in theirs and _equal(mine[key], theirs[key])]
    keys = [key for key in mine | theirs if key not in shared]
    if len(keys) != 1 or not shared:
        return ""
    places = ("first", "second", "third")
    return f"`{keys[0]}`" if isinstance(keys[0], str) else f"the {places[keys[0]]} argument"


def _equal(a: Any, b: Any) -> bool:
    return bool(a == b) if isinstance(a, str) or isinstance(b, str) else same(a, b, 0, 0)


def _of_bounds(pairs: list[Pair]) -> str:
    """Values where no right one is: not finite, negative, above 1."""
    numbers = _numbers(pairs)
    if numbers is None or pairs[0].truths:
        return ""
    got, want = numbers
    if not np.all(np.isfinite(got)):
        return "Some values are no finite numbers: nan or inf."
    if np.any(got < -1e-12) and np.all(want >= 0):
        return "Some values are negative, and no right one is."
    if np.any(got > 1 + 1e-9) and np.all((want >= 0) & (want <= 1)):
        return "Some values are above 1, and no right one is."
    return ""


def _of_digits(pairs: list[Pair]) -> str:
    """Values that are near the right ones everywhere."""
    numbers = _numbers(pairs)
    if numbers is None or pairs[0].truths or np.any((numbers[1] == 0) & (np.abs(numbers[0]) > 1e-9)):
        return ""
    got, want = (each[numbers[1] != 0] for each in numbers)
    off = float(np.max(np.abs(got / want - 1), initial=0.0))
    if not 0 < off <= 0.1:
        return ""
    limit = next(share for share in (0.0001, 0.001, 0.01, 0.1) if off <= share)
    return f"Every value is within {100 * limit:g} % of the right one: near, and not near enough."


def _of_counts(pairs: list[Pair]) -> str:
    """How many values are too large and how many too small, which is true of every answer."""
    total, failed = len(pairs), sum(pair.failed for pair in pairs)
    if failed:
        return (
            f"It fails in {failed} of {total} cases, and is right in {sum(p.right for p in pairs) or 'none'}."
        )
    numbers = _numbers(pairs)
    if numbers is None:
        unlike = sum(pair.entries is None for pair in pairs)
        return f"The value has another form than the right one in {unlike} of {total} cases."
    got, want = numbers
    right = np.abs(got - want) <= np.where(want == 0, 1e-8, max(pair.rtol for pair in pairs) * np.abs(want))
    large, small = int(np.sum(~right & (got > want))), int(np.sum(~right & (got < want)))
    states = ("True and should be False", "False and should be True")
    words = states if pairs[0].truths else ("too large", "too small")
    sizes = [f"{count} {word}" for word, count in zip(words, (large, small), strict=True) if count]
    noun = "values" if got.size == total else "entries"
    return f"Of {got.size} {noun}, {int(right.sum()) or 'none'} right, {listed(sizes)}." if sizes else ""
