"""Notice whether an answer draws from the operating system's entropy: then its score may not repeat.

The global generators of NumPy and Python start with the same seed in every box, so their draws
repeat. A `default_rng()` without a seed draws fresh entropy, which is counted here. This module
runs in the student's process, so the count is a remark for whoever verifies a receipt, not a wall.
"""

import os
import random
from collections.abc import Callable
from typing import Any

import numpy as np

_draws = 0


def count_entropy() -> None:
    """Seed the global generators, and count the draws of entropy from now on."""
    random.seed(0)
    np.random.seed(0)
    for module, name in ((os, "urandom"), (random, "_urandom")):  # NumPy uses the second
        setattr(module, name, _counted(getattr(module, name)))


def entropy_draws() -> int:
    """How often entropy was drawn since `count_entropy` was called."""
    return _draws


def _counted(source: Callable[[int], Any]) -> Callable[[int], Any]:
    def draw(size: int) -> Any:
        global _draws
        _draws += 1
        return source(size)

    return draw
