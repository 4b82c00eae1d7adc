"""`compare_table`: both rules and their ratio, in a row for each size."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases
from heinit_lab.checking.compare import as_array, same, type_name
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


def _n(ns: Any) -> Any:
    return np.array(ns, float)


def _xavier(ns: Any) -> Any:
    return np.array(ns, float) ** -0.5


def _he(ns: Any) -> Any:
    return (2 / np.array(ns, float)) ** 0.5


def _table(first: Any, second: Any, third: Any, fourth: Any) -> np.ndarray:
    """Four columns, or single numbers for columns, side by side."""
    return np.stack(np.broadcast_arrays(first, second, third, fourth), axis=1)


def _right(ns: Any) -> np.ndarray:
    return _table(_n(ns), _xavier(ns), _he(ns), np.sqrt(2))


def _converted_in_place(ns: Any) -> np.ndarray:
    n = np.asarray(ns, float)
    table = _right(n)
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


def _pairs(trials: Trials) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each table with four columns beside the right one; none where some value is no such table."""
    got = [as_array(trial.call.value) for trial in trials]
    tables = [table for table in got if table is not None and table.ndim == 2 and table.shape[1] == 4]
    wants = [trial.case.want for trial in trials]
    return list(zip(tables, wants, strict=True)) if len(tables) == len(wants) else []


def _orders_columns(trials: Trials) -> bool:
    """One order of the columns gives every table, and more than the two rules have changed places."""
    return trials.order(4) not in ((), (0, 1, 2, 3), (0, 2, 1, 3))


def _orders_rows(trials: Trials) -> bool:
    """All rows are there, not all in their places."""
    pairs, right = _pairs(trials), all(trial.right for trial in trials)
    rows = [(got[np.argsort(got[:, 0])], want[np.argsort(want[:, 0])]) for got, want in pairs]
    return bool(pairs) and not right and all(same(got, want) for got, want in rows)


def _merges_rows(trials: Trials) -> bool:
    """A size that was named twice has a single row, in whatever place."""
    rows = [(got[np.argsort(got[:, 0])], np.unique(want, axis=0)) for got, want in _pairs(trials)]
    return bool(rows) and all(same(got, want) for got, want in rows)


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
        "transposed": lambda ns: _right(ns).T,
        "one-row-only": (
            lambda ns: _right(ns)[:1],
            lambda ns: _right(ns)[-1:],
            lambda ns: _right(ns)[0],
            lambda ns: _right(ns)[-1],
        ),
        "one-flat-row": (lambda ns: _right(ns).ravel(), lambda ns: _right(ns).T.ravel()),
        "column-missing": (lambda ns: _right(ns)[:, :3], lambda ns: _right(ns)[:, 1:]),
        "columns-in-another-order": lambda ns: _right(ns)[:, [1, 2, 3, 0]],
        "row-number-for-size": (
            lambda ns: _table(np.arange(len(ns)), _xavier(ns), _he(ns), np.sqrt(2)),
            lambda ns: _table(1 + np.arange(len(ns)), _xavier(ns), _he(ns), np.sqrt(2)),
        ),
        "rows-in-another-order": (
            lambda ns: _right(sorted(ns)),
            lambda ns: _right(sorted(ns, reverse=True)),
            lambda ns: _right(ns)[::-1],
        ),
        "repeated-sizes-merged": (lambda ns: _right(np.unique(ns)), lambda ns: _right([*dict.fromkeys(ns)])),
        "reshaped-for-transposed": lambda ns: _right(ns).T.reshape(-1, 4),
        "rounded": lambda ns: np.round(_right(ns), 3),
        "whole-numbers": lambda ns: _right(ns).astype(int),
        "text-for-numbers": lambda ns: _right(ns).astype(str),
        "ratio-inverted": lambda ns: _table(_n(ns), _xavier(ns), _he(ns), _xavier(ns) / _he(ns)),
        "ratio-of-variances": (
            lambda ns: _table(_n(ns), _xavier(ns), _he(ns), 2),
            lambda ns: _table(_n(ns), _xavier(ns), _he(ns), 0.5),
        ),
        "difference-for-ratio": (
            lambda ns: _table(_n(ns), _xavier(ns), _he(ns), _he(ns) - _xavier(ns)),
            lambda ns: _table(_n(ns), _xavier(ns), _he(ns), np.sqrt(2) - 1),
        ),
        "columns-swapped": (
            lambda ns: _table(_n(ns), _he(ns), _xavier(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _he(ns), _xavier(ns), np.sqrt(0.5)),
        ),
        "variance-for-std": (
            lambda ns: _table(_n(ns), 1 / _n(ns), 2 / _n(ns), 2),
            lambda ns: _table(_n(ns), 1 / _n(ns), 2 / _n(ns), np.sqrt(2)),
        ),
        "variance-in-one-column": (
            lambda ns: _table(_n(ns), 1 / _n(ns), _he(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), 1 / _n(ns), _he(ns), _he(ns) * _n(ns)),
            lambda ns: _table(_n(ns), _xavier(ns), 2 / _n(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _xavier(ns), 2 / _n(ns), 2 * _xavier(ns)),
        ),
        "fraction-inverted": (
            lambda ns: _table(_n(ns), np.sqrt(_n(ns)), np.sqrt(2 * _n(ns)), np.sqrt(2)),
            lambda ns: _table(_n(ns), np.sqrt(_n(ns)), np.sqrt(_n(ns) / 2), np.sqrt(0.5)),
        ),
        "root-missing": lambda ns: _table(_n(ns), 1 / _n(ns) / 2, 2 / _n(ns) / 2, 2),
        "bound-for-std": lambda ns: _table(_n(ns), np.sqrt(3 / _n(ns)), np.sqrt(6 / _n(ns)), np.sqrt(2)),
        "two-twice": (
            lambda ns: _table(_n(ns), _xavier(ns), 2 * _xavier(ns), 2),
            lambda ns: _table(_n(ns), _xavier(ns), 2 * _xavier(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _he(ns) / 2, _he(ns), 2),
        ),
        "factor-rounded": (
            lambda ns: _table(_n(ns), _xavier(ns), 1.41 * _xavier(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _xavier(ns), 1.41 * _xavier(ns), 1.41),
            lambda ns: _table(_n(ns), _xavier(ns), 1.414 * _xavier(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _xavier(ns), 1.414 * _xavier(ns), 1.414),
            lambda ns: _table(_n(ns), _he(ns) / 1.41, _he(ns), 1.41),
        ),
        "root-of-two-over-n": (
            lambda ns: _table(_n(ns), _xavier(ns), np.sqrt(2) / _n(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), 1 / _n(ns), np.sqrt(2) / _n(ns), np.sqrt(2)),
            lambda ns: _table(_n(ns), _xavier(ns), np.sqrt(2) / _n(ns), np.sqrt(2) * _xavier(ns)),
        ),
        "list-not-converted": _divides_by_a_list,
        "changes-its-input": _converted_in_place,
    },
    shown_by={
        "list-not-converted": _wants_an_array,
        "text-for-numbers": _is_text,
        "columns-in-another-order": _orders_columns,
        "rows-in-another-order": _orders_rows,
        "repeated-sizes-merged": _merges_rows,
    },
    hints="rule",
    hidden=3,
    prompt=None,
    parts=("n_in", "Xavier's σ", "He's σ", "ratio"),
)
