"""Runs a lesson's own cells, with its seeds or with all of them moved, and keeps what the cells define."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from autograder.lessons import Lesson
from autograder.lessons.compose import solve
from heinit_lab.digits import digits

APART = 1000
"""The k-th set of other seeds is the lesson's own seeds plus 1000 k: no two sets have one in common."""


@contextmanager
def seeds_moved(k: int) -> Iterator[None]:
    """Let every `numpy.random.default_rng(seed)` be the generator of seed + 1000 k.

    The split of the digits is a part of the data and stays as it is.
    """
    digits()
    original = np.random.default_rng
    np.random.default_rng = lambda seed: original(np.asarray(seed) + APART * k)  # type: ignore[misc,assignment]
    try:
        yield
    finally:
        np.random.default_rng = original


class _NoFigures:
    """In the place of a lesson's module of plots: draws nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: (None, "")


class Cells:
    """The cells of one solved lesson, run by id in a namespace that all of them share: no figure is drawn."""

    def __init__(self, lesson: Lesson) -> None:
        notebook = solve(lesson.notebook, lesson.solutions)
        self._code = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
        self.names: dict[str, Any] = {}
        self._after: dict[str, dict[str, Any]] = {}
        answers = {name: each for name, each in vars(lesson.solutions).items() if callable(each)}
        self.run("setup")
        self.names |= answers | {"plots": _NoFigures(), "show": lambda fig, alt: None}
        for name in self._code:
            if name.startswith("guess"):
                self.run(name)

    def run(self, cell: str) -> dict[str, Any]:
        """Run a cell, once; the names as the cell left them."""
        if cell not in self._after:
            exec(self._code[cell], self.names)
            self._after[cell] = dict(self.names)
        return self._after[cell]
