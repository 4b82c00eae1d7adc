"""How the input of a call is written, so that a student can paste the call where `np` is NumPy."""

import re
from typing import Any

import numpy as np

# what `np.array` makes of numbers as they are written
_USUAL = np.dtype(float), np.dtype(int), np.dtype(bool)


def written(value: Any) -> str:
    """A value as the expression that makes the same one: `np.array([0., 2.])`, `[4, 3, 5]`, `0.5`."""
    if isinstance(value, np.ndarray):
        dtype = "" if value.dtype in _USUAL else f", dtype=np.{value.dtype}"
        return f"np.array({_entries(value.tolist())}{dtype})"
    if isinstance(value, list):
        return f"[{', '.join(map(written, value))}]"
    if isinstance(value, tuple):
        return f"({', '.join(map(written, value))}{',' if len(value) == 1 else ''})"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key!r}: {written(part)}' for key, part in value.items())}}}"
    return re.sub(
        r"^(-?)(nan|inf)$", r"\1np.\2", repr(value.item() if isinstance(value, np.generic) else value)
    )


def _entries(value: Any) -> str:
    """The entries of an array, written as NumPy writes them: `2.` is a float, and `2` is none."""
    return re.sub(r"\b(nan|inf)\b", r"np.\1", re.sub(r"\.0(?=[],]|$)", ".", repr(value)))


def seeded(seed: int) -> str:
    """The Generator of a seed."""
    return f"np.random.default_rng({seed})"
