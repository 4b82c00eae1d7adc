"""`activity`: how often units are on, by example and by unit."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.compare import has_parts, real_array
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise, is_rounded
from heinit_lab.exercises.relu_half_killing._shown import (
    asks_one_question,
    has_a_limit,
    is_right_but_for_its_shape,
    says_each_entry,
)
from heinit_lab.source import PRINTED

PAIR = np.array([[1.0, -2.0]])
SQUARE = np.array([[1.0, 2.0], [-1.0, 0.0]])
TALL = np.array([[0.5, -1.0], [2.0, -0.25], [-0.5, 0.0], [1.0, 3.0]])
WIDE = np.array([[-1.0, 0.0, 2.0, 0.5, -3.0], [1.5, 0.0, -2.0, 4.0, -0.1]])
COLUMN = np.array([[2.0], [-1.0], [0.5]])
NEAR = np.array([[3e-13, -1.0], [-2.0, 5e-7], [-0.5, 1.0]])


def _on(Z: np.ndarray) -> Any:
    return Z > 0


def _after_relu_in_place(Z: np.ndarray) -> Any:
    Z[Z < 0] = 0
    return np.mean(Z > 0, axis=1), np.mean(Z > 0, axis=0)


def _rounded_to_wholes(Z: np.ndarray) -> Any:
    return np.round(np.mean(Z > 0, axis=1)), np.round(np.mean(Z > 0, axis=0))


def _on_above(Z: np.ndarray, limit: float) -> Any:
    return np.mean(limit < Z, axis=1), np.mean(limit < Z, axis=0)


def _in_one_array(trials: Trials) -> bool:
    """One array was to hold both parts: joined they stand one behind the other, stacked they do not fit."""
    joined = all(trial.gives(np.concatenate(trial.case.want)) for trial in trials)
    ragged = [isinstance(t.call.error, ValueError) and "inhomogeneous" in str(t.call.error) for t in trials]
    return joined or (any(ragged) and all(r or t.right for r, t in zip(ragged, trials, strict=True)))


def _gives_numbers(trials: Trials) -> bool:
    """One number, or two, where there should be two arrays; one of the arrays may be there."""
    for trial in trials:
        value = trial.call.value
        parts = value if has_parts(value) else [value]
        single = [(got := real_array(part)) is not None and got.ndim == 0 for part in parts]
        rest = (trial.pair.part(k).right for k in range(len(parts)) if not single[k])
        if len(parts) > 2 or not any(single) or not all(rest):
            return False
    return True


EXERCISE = exercise(
    "activity",
    Cases(
        Case(PAIR, want=(np.array([0.5]), np.array([1.0, 0.0])), kind="one example"),
        Case(SQUARE, want=(np.array([1.0, 0.0]), np.array([0.5, 0.5])), kind="a square table"),
        Case(TALL, want=(np.array([0.5, 0.5, 0.0, 1.0]), np.array([0.75, 0.25]))),
        Case(WIDE, want=(np.array([0.4, 0.4]), np.array([0.5, 0.0, 0.5, 1.0, 0.0]))),
        Case(PRINTED, want=(np.array([0.75, 0.5, 0.5]), np.array([2, 1, 2, 2]) / 3)),
        Case(COLUMN, want=(np.array([1.0, 0.0, 1.0]), np.array([2 / 3])), kind="one unit"),
        Case(NEAR, want=(np.array([0.5, 0.5, 0.5]), np.array([1, 2]) / 3), kind="units that are barely on"),
    ),
    mistakes={
        "axes-swapped": lambda Z: (np.mean(Z > 0, axis=0), np.mean(Z > 0, axis=1)),
        "zero-counts-as-active": (
            lambda Z: (np.mean(Z >= 0, axis=1), np.mean(Z >= 0, axis=0)),
            lambda Z: (np.mean(Z >= 0, axis=1), np.mean(Z > 0, axis=0)),
            lambda Z: (np.mean(Z > 0, axis=1), np.mean(Z >= 0, axis=0)),
        ),
        "exactly-zero-for-off": (
            lambda Z: (np.mean(Z != 0, axis=1), np.mean(Z != 0, axis=0)),
            lambda Z: (np.mean(Z == 0, axis=1), np.mean(Z == 0, axis=0)),
        ),
        "whether-for-how-often": (
            lambda Z: (np.any(Z > 0, axis=1), np.any(Z > 0, axis=0)),
            lambda Z: (np.all(Z > 0, axis=1), np.all(Z > 0, axis=0)),
        ),
        "complement": (
            lambda Z: (np.mean(Z <= 0, axis=1), np.mean(Z <= 0, axis=0)),
            lambda Z: (np.mean(Z < 0, axis=1), np.mean(Z < 0, axis=0)),
            lambda Z: (np.mean(Z <= 0, axis=0), np.mean(Z <= 0, axis=1)),
        ),
        "count-for-share": (
            lambda Z: (np.sum(Z > 0, axis=1), np.sum(Z > 0, axis=0)),
            lambda Z: (np.sum(Z > 0, axis=0), np.sum(Z > 0, axis=1)),
            lambda Z: (np.mean(Z > 0, axis=1), np.sum(Z > 0, axis=0)),
            lambda Z: (np.sum(Z > 0, axis=1), np.mean(Z > 0, axis=0)),
        ),
        "wrong-divisor": (
            lambda Z: (_on(Z).sum(axis=1) / Z.shape[0], _on(Z).sum(axis=0) / Z.shape[1]),
            lambda Z: (_on(Z).sum(axis=1) / len(Z), _on(Z).sum(axis=0) / len(Z)),
            lambda Z: (_on(Z).sum(axis=1) / Z.shape[1], _on(Z).sum(axis=0) / Z.shape[1]),
            lambda Z: (_on(Z).sum(axis=1) / Z.size, _on(Z).sum(axis=0) / Z.size),
        ),
        "off-counts-as-minus-one": (
            lambda Z: (np.mean(np.sign(Z), axis=1), np.mean(np.sign(Z), axis=0)),
            lambda Z: (2 * np.mean(Z > 0, axis=1) - 1, 2 * np.mean(Z > 0, axis=0) - 1),
        ),
        "nearly-zero-counts-as-off": (
            lambda Z: (np.mean(Z > 1e-9, axis=1), np.mean(Z > 1e-9, axis=0)),
            lambda Z: (np.mean(Z > 1e-6, axis=1), np.mean(Z > 1e-6, axis=0)),
        ),
        "activation-for-share": (
            lambda Z: (np.mean(Z, axis=1), np.mean(Z, axis=0)),
            lambda Z: (np.mean(Z * (Z > 0), axis=1), np.mean(Z * (Z > 0), axis=0)),
        ),
        "one-of-two": (lambda Z: np.mean(Z > 0, axis=1), lambda Z: np.mean(Z > 0, axis=0)),
        "one-direction-twice": (
            lambda Z: (np.mean(Z > 0, axis=1), np.mean(Z > 0, axis=1)),
            lambda Z: (np.mean(Z > 0, axis=0), np.mean(Z > 0, axis=0)),
        ),
        "numbers-for-arrays": (
            lambda Z: np.mean(Z > 0),
            lambda Z: (np.mean(Z > 0), np.mean(Z > 0)),
            lambda Z: (np.mean(Z > 0), np.mean(Z > 0, axis=0)),
            lambda Z: (np.mean(Z > 0, axis=1), np.mean(Z > 0)),
        ),
        "in-one-array": (
            lambda Z: np.concatenate([np.mean(Z > 0, axis=1), np.mean(Z > 0, axis=0)]),
            lambda Z: np.array([np.mean(Z > 0, axis=1), np.mean(Z > 0, axis=0)]),
        ),
        "axis-too-many": lambda Z: (
            np.mean(Z > 0, axis=1, keepdims=True),
            np.mean(Z > 0, axis=0, keepdims=True),
        ),
        "entries-for-shares": (_on, lambda Z: _on(Z).astype(float)),
        "one-question-for-all": lambda Z: (1, 1) if Z > 0 else (0, 0),
        "integer-division": lambda Z: (_on(Z).sum(axis=1) // Z.shape[1], _on(Z).sum(axis=0) // len(Z)),
        "percent-for-share": (
            lambda Z: (100 * np.mean(Z > 0, axis=1), 100 * np.mean(Z > 0, axis=0)),
            lambda Z: (100 * np.mean(Z > 0, axis=0), 100 * np.mean(Z > 0, axis=1)),
        ),
        "changes-its-input": _after_relu_in_place,
        "rounded": (
            lambda Z: (np.round(np.mean(Z > 0, axis=1), 2), np.round(np.mean(Z > 0, axis=0), 2)),
            _rounded_to_wholes,
        ),
    },
    shown_by={
        "nearly-zero-counts-as-off": lambda trials: has_a_limit(trials, _on_above, below=1.5),
        "in-one-array": _in_one_array,
        "axis-too-many": is_right_but_for_its_shape,
        "numbers-for-arrays": _gives_numbers,
        "rounded": lambda trials: is_rounded(trials) or trials.behaves_like(_rounded_to_wholes),
        "entries-for-shares": says_each_entry,
        "one-question-for-all": asks_one_question,
    },
    hidden=3,
    hints="arrays",
    prompt=Prompt(1, "Two examples, two units: `Z = [[1, 2], [-1, 0]]`. Which are `per_input`, `per_unit`?"),
    parts=("per_input", "per_unit"),
)
