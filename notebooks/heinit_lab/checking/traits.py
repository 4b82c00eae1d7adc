"""Where an answer is right: by kinds of case that the exercise names, or by traits of the input."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from heinit_lab.checking.compare import listed
from heinit_lab.checking.forms import Pair

if TYPE_CHECKING:
    from heinit_lab.checking.trials import Case

# The subject of each trait (see `_subjects`), the words for having it, those for not having it, and the test.
TRAITS: tuple[tuple[str, str, str, Callable[[Any], Any]], ...] = (
    ("layers", "there is one layer", "there are several layers", lambda Ws: len(Ws) == 1),
    ("array", "every entry is 1", "some entry is not 1", lambda x: np.all(x == 1)),
    ("array", "there is one entry", "there are several entries", lambda x: x.size == 1),
    ("numbers", "both numbers are 1", "some number is not 1", lambda ns: ns == [1, 1]),
    ("number", "the first argument is 1", "the first argument is not 1", lambda n: n == 1),
    ("more", "the second argument is 1", "the second argument is not 1", lambda b: b == [1]),
    ("more", "the second argument is left out", "the second argument is given", lambda b: not b),
    ("more", "the second argument is 0 or left out", "it is another number than 0", lambda b: not any(b)),
    (
        "more",
        "the second argument is 0, 1 or left out",
        "it is neither 0 nor 1",
        lambda b: b in ([], [0], [1]),
    ),
    (
        "more",
        "the second argument is not negative",
        "the second argument is negative",
        lambda b: b >= [0] or not b,
    ),
    ("numbers", "both numbers are the same", "the two numbers differ", lambda ns: ns[0] == ns[1]),
    (
        "numbers",
        "the first number is the larger",
        "the first number is not the larger",
        lambda ns: ns[0] > ns[1],
    ),
    ("whole", "the first argument is even", "the first argument is odd", lambda n: n % 2 == 0),
    ("array", "all entries are alike", "entries differ", lambda x: np.all(x == x.flat[0])),
    ("alone", "no entry is negative", "some entry is negative", lambda x: np.all(x >= 0)),
    ("array", "the input has one axis", "the input has two axes", lambda x: x.ndim == 1),
    ("alone", "no entry is 0", "some entry is 0", lambda x: np.all(x != 0)),
    ("table", "there is one row", "there are several rows", lambda x: len(x) == 1),
    ("table", "the table is square", "the table is not square", lambda x: len(x) == x.shape[1]),
    (
        "other array",
        "no entry of the second argument is negative",
        "one is negative",
        lambda z: np.all(z >= 0),
    ),
    ("other array", "no entry of the second argument is 0", "one is 0", lambda z: np.all(z != 0)),
)


SHORT = 3  # kinds of case that a sentence names


def _subjects(case: Case) -> dict[str, Any]:
    """What an input has that a trait may be of."""
    args, more = case.args, [*case.args[1:], *case.kwargs.values()]
    arrays = [arg for arg in args if isinstance(arg, np.ndarray) and arg.size]
    numbers = [arg for arg in args if isinstance(arg, (int, float))]
    subjects: dict[str, Any] = {
        "layers": next(
            (arg for arg in args if isinstance(arg, list) and arg and isinstance(arg[0], np.ndarray)), None
        )
    }
    if all(isinstance(each, (int, float)) for each in more) and len(more) < 2:
        subjects["more"] = more
    if arrays and arrays[0] is args[0]:
        subjects["array"] = arrays[0]
        if len(arrays) == 1:
            subjects |= {"alone": arrays[0], "table": arrays[0] if arrays[0].ndim == 2 else None}
        elif arrays[1] is args[1]:
            subjects["other array"] = arrays[1]
    elif numbers == [*args] and not case.kwargs and len(args) == 2:
        subjects["numbers"] = numbers
    elif numbers == [*args[:1]]:
        subjects |= {"number": numbers[0], "whole": numbers[0] if isinstance(numbers[0], int) else None}
    return subjects


def of_traits(pairs: Sequence[Pair]) -> str:
    """A trait that the inputs of all right cases have, and those of all others have not, or the reverse."""
    verb = "fails" if all(pair.failed for pair in pairs if not pair.right) else "is wrong"
    subjects = [_subjects(pair.case) for pair in pairs]
    right = [pair.right for pair in pairs]
    for subject, yes, no, test in TRAITS:
        if any(each.get(subject) is None for each in subjects):
            continue
        having = [bool(test(each[subject])) for each in subjects]
        for words, holds in ((yes, having), (no, [not each for each in having])):
            if holds == right:
                return f"It is right in the cases where {words}, and {verb} in all others."
    return ""


def of_kinds(pairs: Sequence[Pair]) -> str:
    """Which kinds of case are right and which wrong, where no kind is both."""
    kinds = [[pair.case.kind for pair in pairs if pair.right is each] for each in (True, False)]
    right, wrong = (list(dict.fromkeys(each)) for each in kinds)
    if set(right) & set(wrong) or not any((*right, *wrong)):
        return ""
    tell_right, tell_wrong = ("" not in some and len(some) <= SHORT for some in (right, wrong))
    if tell_right and tell_wrong:
        return f"Right for {listed(right)}; wrong for {listed(wrong)}."
    if tell_right:
        return f"Right for {listed(right)}; wrong in every other case."
    return f"Wrong for {listed(wrong)}; right in every other case." if tell_wrong else ""
