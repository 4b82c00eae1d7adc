"""What a function that draws random matrices is asked: calls, and what each is to give."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from heinit_lab.checking.compare import as_array, has_parts

NORMAL, UNIFORM = 3.0, 1.8  # kurtosis
MOST = 1000  # parts of a value that are looked at as matrices; no lesson asks for as many


class Ask:
    """One call and what it is to give: `Ask(256, 1024, shape=(1024, 256), variance=0.0078125)`.

    The Generator is added as the last argument. Where a list of matrices is asked, `shape` is a
    list of shapes, and `variance` a list of as many variances.
    """

    def __init__(self, *args: Any, shape: Any, variance: Any) -> None:
        self.args = args
        self.many = isinstance(shape, list)
        self.shapes: list[tuple[int, int]] = shape if self.many else [shape]
        self.variances: list[float] = variance if self.many else [variance]

    def matrices(self, value: Any) -> list[np.ndarray | None]:
        """The matrices in a returned value, None for one that is no array of numbers."""
        if not self.many:
            return [_numbers(value)]
        few = has_parts(value) and len(value) <= MOST
        return [_numbers(part) for part in value] if few else [None]


@dataclass(frozen=True, eq=False)
class Plan:
    """What to call an answer on.

    shapes: calls whose shapes count, odd and not square, smallest first.
    laws: calls of which at least one matrix has enough draws for its law to be read.
    random: the call repeated with other Generators, or None.
    kurtosis: of the law asked for, NORMAL or UNIFORM.
    seed: of the Generators.
    """

    name: str
    shapes: tuple[Ask, ...] = ()
    laws: tuple[Ask, ...] = ()
    random: Ask | None = None
    kurtosis: float = NORMAL
    seed: int = 20150206

    @cached_property
    def glance(self) -> Plan:
        """The first law alone."""
        return replace(self, shapes=(), laws=self.laws[:1], random=None)


def _numbers(value: Any) -> np.ndarray | None:
    array = as_array(value)
    return array if array is not None and array.dtype.kind in "iuf" else None
