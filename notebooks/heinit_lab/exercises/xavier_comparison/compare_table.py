"""`compare_table`: both rules and their ratio, in a row for each size."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases
from heinit_lab.checking.compare import type_name
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise

_STORED = {  # the standard deviations of both rules
    1: (1.0, 1.41421356),
    3: (0.57735027, 0.81649658),
    4: (0.5, 0.70710678),
    9: (0.33333333, 0.47140452),
    16: (0.25, 0.35355339),
    25: (0.2, 0.28284271),
    36: (0.16666667, 0.23570226),
    49: (0.14285714, 0.2020305),
    64: (0.125, 0.1767767),
    100: (0.1, 0.14142136),
    256: (0.0625, 0.08838835),
    1000: (0.03162278, 0.04472136),
}


def _case(ns: Any, kind: str) -> Case:
    return Case(ns, want=np.array([[n, *_STORED[int(n)], 1.41421356] for n in ns]), kind=kind)


def _table(ns: Any) -> np.ndarray:
    n = np.array(ns, float)
    x, h = n**-0.5, (2 / n) ** 0.5
    return np.column_stack([n, x, h, h / x])


def _with(**columns: Any) -> Any:
    """The right table but for some columns, each a function of n, x and h."""

    def table(ns: Any) -> np.ndarray:
        right = _table(ns)
        n, x, h, _ = right.T.copy()
        for name, column in columns.items():
            right[:, ("n", "xavier", "he", "ratio").index(name)] = column(n, x, h)
        return right

    return table


def _converted_in_place(ns: Any) -> np.ndarray:
    n = np.asarray(ns, float)
    table = _table(n)
    n **= -0.5
    return table


def _divides_by_a_list(ns: Any) -> np.ndarray:
    x, h = np.sqrt(1 / ns), np.sqrt(2 / ns)
    return np.column_stack([ns, x, h, h / x])


def _wants_an_array(trials: Trials) -> bool:
    """Right for arrays alone; for a list and for a tuple, Python itself refuses."""
    arrays = [trial for trial in trials if isinstance(trial.case.args[0], np.ndarray)]
    others = [trial for trial in trials if trial not in arrays]
    errors = {type_name(trial.call.error) for trial in others}
    return all(trial.right for trial in arrays) and errors <= {"TypeError", "AttributeError"}


def _is_text(trials: Trials) -> bool:
    def text(value: Any) -> bool:
        if isinstance(value, (list, tuple)):
            return any(map(text, value))
        return isinstance(value, str) or getattr(getattr(value, "dtype", None), "kind", "") == "U"

    return all(text(trial.call.value) for trial in trials)


EXERCISE = exercise(
    "compare_table",
    Cases(
        _case([4], "one size"),
        _case([4, 16, 64, 256], "several sizes"),
        _case([1000, 3, 1], "sizes that fall"),
        _case([16, 4, 16], "a size named twice"),
        _case((9, 25, 9), "a tuple"),
        _case(np.array([64, 100]), "an array of whole numbers"),
        _case(np.array([36.0, 49.0]), "an array"),
        new=True,
    ),
    mistakes={
        "transposed": lambda ns: _table(ns).T,
        "one-row-only": (
            lambda ns: _table(ns)[:1],
            lambda ns: _table(ns)[-1:],
            lambda ns: _table(ns)[0],
            lambda ns: _table(ns)[-1],
        ),
        "one-flat-row": (lambda ns: _table(ns).ravel(), lambda ns: _table(ns).T.ravel()),
        "column-missing": (lambda ns: _table(ns)[:, :3], lambda ns: _table(ns)[:, 1:]),
        "row-number-for-size": (
            _with(n=lambda n, x, h: np.arange(n.size)),
            _with(n=lambda n, x, h: 1 + np.arange(n.size)),
        ),
        "rows-in-another-order": (
            lambda ns: _table(sorted(ns)),
            lambda ns: _table(sorted(ns, reverse=True)),
            lambda ns: _table(ns)[::-1],
        ),
        "repeated-sizes-merged": (lambda ns: _table(np.unique(ns)), lambda ns: _table([*dict.fromkeys(ns)])),
        "reshaped-for-transposed": lambda ns: _table(ns).T.reshape(-1, 4),
        "rounded": lambda ns: np.round(_table(ns), 3),
        "whole-numbers": lambda ns: _table(ns).astype(int),
        "text-for-numbers": lambda ns: _table(ns).astype(str),
        "ratio-inverted": _with(ratio=lambda n, x, h: x / h),
        "ratio-of-variances": (_with(ratio=lambda n, x, h: 2), _with(ratio=lambda n, x, h: 0.5)),
        "difference-for-ratio": (_with(ratio=lambda n, x, h: h - x), _with(ratio=lambda n, x, h: h / x - 1)),
        "columns-swapped": (
            lambda ns: _table(ns)[:, [0, 2, 1, 3]],
            _with(xavier=lambda n, x, h: h, he=lambda n, x, h: x, ratio=lambda n, x, h: x / h),
        ),
        "variance-for-std": (
            lambda ns: _table(ns) ** [1, 2, 2, 2],
            lambda ns: _table(ns) ** [1, 2, 2, 1],
        ),
        "root-missing": _with(
            xavier=lambda n, x, h: 0.5 / n, he=lambda n, x, h: 1 / n, ratio=lambda n, x, h: 2
        ),
        "bound-for-std": _with(xavier=lambda n, x, h: 3**0.5 * x, he=lambda n, x, h: 3**0.5 * h),
        "variance-in-one-column": (
            _with(xavier=lambda n, x, h: 1 / n),
            _with(xavier=lambda n, x, h: 1 / n, ratio=lambda n, x, h: h * n),
            _with(he=lambda n, x, h: 2 / n),
            _with(he=lambda n, x, h: 2 / n, ratio=lambda n, x, h: 2 * x),
        ),
        "two-twice": (
            _with(he=lambda n, x, h: 2 * x, ratio=lambda n, x, h: 2),
            _with(he=lambda n, x, h: 2 * x),
            _with(xavier=lambda n, x, h: h / 2, ratio=lambda n, x, h: 2),
        ),
        "factor-rounded": (
            _with(he=lambda n, x, h: 1.41 * x),
            _with(he=lambda n, x, h: 1.41 * x, ratio=lambda n, x, h: 1.41),
            _with(he=lambda n, x, h: 1.414 * x),
            _with(he=lambda n, x, h: 1.414 * x, ratio=lambda n, x, h: 1.414),
            _with(xavier=lambda n, x, h: h / 1.41, ratio=lambda n, x, h: 1.41),
        ),
        "root-of-two-over-n": (
            _with(he=lambda n, x, h: 2**0.5 / n, ratio=lambda n, x, h: 2**0.5 * x),
            _with(he=lambda n, x, h: 2**0.5 / n),
        ),
        "list-not-converted": _divides_by_a_list,
        "changes-its-input": _converted_in_place,
    },
    shown_by={"list-not-converted": _wants_an_array, "text-for-numbers": _is_text},
    hints="rule",
    hidden=3,
    prompt=None,
    parts=("n_in", "Xavier's σ", "He's σ", "ratio"),
)
