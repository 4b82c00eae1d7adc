"""`compare_table`: both rules and their ratio, in a row for each size."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases
from heinit_lab.exercises._shared import exercise


def _rows(*ns: int) -> list[list[float]]:
    stored = {
        1: (1.0, 1.41421356),
        3: (0.57735027, 0.81649658),
        4: (0.5, 0.70710678),
        16: (0.25, 0.35355339),
        64: (0.125, 0.1767767),
        256: (0.0625, 0.08838835),
        1000: (0.03162278, 0.04472136),
    }
    return [[n, *stored[n], 1.41421356] for n in ns]


def _xavier(ns: list[int]) -> Any:
    return np.array(ns, float) ** -0.5


def _he(ns: list[int]) -> Any:
    return (2 / np.array(ns, float)) ** 0.5


def _table(ns: list[int], second: Any, third: Any, fourth: Any) -> np.ndarray:
    """A table of the sizes and three more columns."""
    return np.array([ns, second, third, fourth], float).T


EXERCISE = exercise(
    "compare_table",
    Cases(
        Case([4], want=np.array(_rows(4))),
        Case([4, 16, 64, 256], want=np.array(_rows(4, 16, 64, 256))),
        Case([1000, 3, 1], want=np.array(_rows(1000, 3, 1))),
    ),
    mistakes={
        "transposed": lambda ns: _table(ns, _xavier(ns), _he(ns), _he(ns) / _xavier(ns)).T,
        "rounded": lambda ns: np.round(_table(ns, _xavier(ns), _he(ns), _he(ns) / _xavier(ns)), 3),
        "ratio-inverted": lambda ns: _table(ns, _xavier(ns), _he(ns), _xavier(ns) / _he(ns)),
        "columns-swapped": (
            lambda ns: _table(ns, _he(ns), _xavier(ns), _he(ns) / _xavier(ns)),
            lambda ns: _table(ns, _he(ns), _xavier(ns), _xavier(ns) / _he(ns)),
        ),
        "variance-for-std": (
            lambda ns: _table(ns, _xavier(ns) ** 2, _he(ns) ** 2, (_he(ns) / _xavier(ns)) ** 2),
            lambda ns: _table(ns, _xavier(ns) ** 2, _he(ns) ** 2, _he(ns) / _xavier(ns)),
        ),
    },
    hidden=3,
    prompt=None,
)
