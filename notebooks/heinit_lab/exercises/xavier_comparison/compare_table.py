"""`compare_table`: both rules and their ratio, in a row for each size."""

from __future__ import annotations

from math import sqrt

import numpy as np

from heinit_lab.checking import Case, Cases, Exercise
from heinit_lab.exercises._shared import mistakes


def _table(*ns: int) -> list[list[float]]:
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


def _columns(a: np.ndarray, b: np.ndarray, c: np.ndarray, d: np.ndarray) -> np.ndarray:
    return np.array([a, b, c, d], float).T


def _from(ns: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    n = np.array(ns, float)
    return n, n**-0.5, (2 / n) ** 0.5


def _inverted(ns: list[int]) -> np.ndarray:
    n, x, h = _from(ns)
    return _columns(n, x, h, x / h)


def _swapped(ns: list[int]) -> np.ndarray:
    n, x, h = _from(ns)
    return _columns(n, h, x, h / x)


def _swapped_and_divided(ns: list[int]) -> np.ndarray:
    n, x, h = _from(ns)
    return _columns(n, h, x, x / h)


def _variances(ns: list[int]) -> np.ndarray:
    n = np.array(ns, float)
    return _columns(n, 1 / n, 2 / n, 2 + 0 * n)


def _variances_and_root_two(ns: list[int]) -> np.ndarray:
    table = _variances(ns)
    table[:, 3] = sqrt(2)
    return table


def _transposed(ns: list[int]) -> np.ndarray:
    n, x, h = _from(ns)
    return _columns(n, x, h, h / x).T


def _rounded(ns: list[int]) -> np.ndarray:
    n, x, h = _from(ns)
    return np.round(_columns(n, x, h, h / x), 3)


EXERCISE = Exercise(
    "compare_table",
    Cases(
        Case([4], want=np.array(_table(4))),
        Case([4, 16, 64, 256], want=np.array(_table(4, 16, 64, 256))),
        Case([1000, 3, 1], want=np.array(_table(1000, 3, 1))),
    ),
    misconceptions=mistakes(
        "compare_table",
        {
            "transposed": _transposed,
            "rounded": _rounded,
            "ratio-inverted": _inverted,
            "columns-swapped": (_swapped, _swapped_and_divided),
            "variance-for-std": (_variances, _variances_and_root_two),
        },
    ),
    hidden=3,
    prompt=None,
)
