"""What is true of all layers of an answer that draws the wrong matrices.

Laws are compared as chance allows: a ratio of variances counts as another number where the draws are within
10 standard errors of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod, sqrt
from typing import Any, NamedTuple

import numpy as np

from heinit_lab.checking.laws import Law
from heinit_lab.checking.patterns import times

Shapes = Sequence[tuple[int, ...] | None]


class Layer(NamedTuple):
    """A law that was read, and what was asked for.

    right: whether nothing speaks against the draws. place: of the matrix in its list, from 0.
    more: the numbers of the call besides the sizes.
    """

    law: Law
    right: bool
    shape: tuple[int, int]
    variance: float
    place: int
    more: tuple[float, ...] = ()


def of_laws(layers: Sequence[Layer]) -> str:
    """A sentence that is true of all layers of which a law was read, or ''."""
    ratios = np.array([layer.law.ratio for layer in layers])
    off = np.array([10.9 * sqrt(2 / layer.law.n) for layer in layers])
    if len(layers) < 2 or not np.all(np.isfinite(ratios)) or np.any(ratios <= 0):
        return ""

    def alike(right: Any) -> bool:
        """Whether the ratios are these, as far as chance can tell."""
        return bool(np.all(np.abs(ratios / right - 1) <= off))

    right = [layer.right for layer in layers]
    if any(right) and not all(right):
        return _of_right_layers(layers, right)
    shifted = all(abs(layer.law.mean_z) > 10 for layer in layers)
    if alike(1.0):
        return "In every layer the second moment is right, and the mean is not 0." if shifted else ""
    common, variances = float(np.median(ratios)), np.array([layer.variance for layer in layers])
    if alike(common):
        return f"In every layer the second moment is {times(float(f'{common:.2g}'))} what is asked for."
    if alike(float(np.median(ratios * variances)) / variances):
        return "Every layer has the same second moment, whatever its size."
    for name, k in (("inputs", 1), ("outputs", 0)):
        n = np.array([layer.shape[k] for layer in layers], float)
        how = "small" if alike(1 / n) else "large" if alike(n) else ""
        if how:
            return f"In every layer the second moment is too {how} by a factor: the number of {name}."
    if shifted:
        return "In every layer the mean is not 0."
    large = int(np.sum(ratios > 1))
    sizes = [
        f"too {word} in {count}"
        for word, count in (("large", large), ("small", len(ratios) - large))
        if count
    ]
    return f"Of {len(ratios)} layers, the second moment is {' and '.join(sizes)}."


def _of_right_layers(layers: Sequence[Layer], right: Sequence[bool]) -> str:
    """What all right layers have, and no wrong layer has."""
    traits = [words for words, holds in WHERE.items() if list(map(holds, layers)) == right]
    given = {
        each: {layer.more for layer, r in zip(layers, right, strict=True) if r is each}
        for each in (True, False)
    }
    if len(given[True]) == 1 and not given[True] & given[False] and (more := given[True].pop()):
        traits.insert(0, f"the second argument is {more[0]}")
    return f"Right in the layers where {' and '.join(traits[:2])}; wrong in all others." if traits else ""


WHERE: dict[str, Callable[[Layer], bool]] = {
    "there are as many inputs as outputs": lambda layer: layer.shape[0] == layer.shape[1],
    "the matrix is the first of its list": lambda layer: layer.place == 0,
    "the matrix is not the first of its list": lambda layer: layer.place > 0,
    "there are very many inputs": lambda layer: layer.shape[1] > 100,
    "there are few inputs": lambda layer: layer.shape[1] <= 100,
}


def of_shapes(got: Sequence[Shapes], want: Sequence[Shapes]) -> str:
    """A sentence that is true of all calls whose shapes are not those that are asked for, or ''."""
    wrong = [(list(a), list(b)) for a, b in zip(got, want, strict=True) if list(a) != list(b)]
    return next((words for words, holds in FORMS.items() if wrong and all(holds(a, b) for a, b in wrong)), "")


def _turned(shapes: Shapes) -> list[tuple[int, ...] | None]:
    return [shape and shape[::-1] for shape in shapes]


# how the shapes that came (a) follow from those that are asked for (b)
FORMS: dict[str, Callable[[list[tuple[int, ...] | None], list[tuple[int, ...] | None]], bool]] = {
    "Rows and columns are exchanged: a row holds the weights into one unit, so each output has a row.": (
        lambda a, b: a == _turned(b)
    ),
    "The list runs backwards: the first layer's matrix should stand first.": lambda a, b: a == b[::-1],
    "The list runs backwards, and each matrix lies on its side.": lambda a, b: a == _turned(b)[::-1],
    "Only the first layer's matrix is there.": lambda a, b: a == b[:1],
    "Only the last layer's matrix is there.": lambda a, b: a == b[-1:],
    "The last layer's matrix is missing.": lambda a, b: a == b[:-1],
    "The first layer's matrix is missing.": lambda a, b: a == b[1:],
    "There are as many numbers as are asked for, in one row.": lambda a, b: (
        a == [(prod(s or ()),) for s in b]
    ),
    "What comes back is one matrix; asked is a list of them.": lambda a, b: any(
        a == [s[1:]] * s[0] for s in b if s
    ),
    "There are matrices too many.": lambda a, b: len(a) > len(b),
    "There are matrices missing.": lambda a, b: len(a) < len(b),
}
