"""Whether an answer drew from the operating system's entropy: then grading it again asks another answer.

NumPy's and Python's global generators begin the same in every world, so they repeat. What a
fresh `default_rng()` draws does not, and is noticed here. This runs in the student's process,
so it is a remark for whoever verifies a receipt, and no wall.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np

_drawn = 0


def watch() -> None:
    """Begin the global generators anew, and notice from here on when entropy is drawn."""
    random.seed(0)
    np.random.seed(0)
    for place, name in ((os, "urandom"), (random, "_urandom")):  # NumPy draws by the second
        setattr(place, name, _noticed(getattr(place, name)))


def drawn() -> int:
    """How often entropy was drawn since `watch`."""
    return _drawn


def _noticed(source: Callable[[int], Any]) -> Callable[[int], Any]:
    def draw(size: int) -> Any:
        global _drawn
        _drawn += 1
        return source(size)

    return draw
