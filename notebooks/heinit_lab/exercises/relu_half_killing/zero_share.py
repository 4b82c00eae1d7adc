"""`zero_share`: how many entries of a layer's output are 0."""

from typing import Any

import numpy as np

from heinit_lab.checking import Case, Cases, Prompt
from heinit_lab.checking.trials import Trials
from heinit_lab.exercises._shared import exercise, is_rounded
from heinit_lab.exercises.relu_half_killing._shown import (
    asks_one_question,
    fits_some_numbers_of_axes,
    has_a_limit,
    says_each_entry,
)

OUTPUTS = np.array([[0.0, 1.5], [3.0, 0.25]])
STACK = np.array([[[0.0, 1.0, 2.5]], [[0.5, 0.0, 3.0]]])


def _is_zero(H: np.ndarray) -> Any:
    return H == 0


def _share_of_each_row(H: np.ndarray) -> Any:
    return [np.mean(row == 0) for row in H]


def _rounded_to_a_whole(H: np.ndarray) -> Any:
    return round(float(np.mean(H == 0)))


def _looks_along_an_axis(trials: Trials) -> bool:
    return fits_some_numbers_of_axes(trials) or trials.behaves_like(_share_of_each_row)


EXERCISE = exercise(
    "zero_share",
    Cases(
        Case(np.array([0.0, 2.0]), want=0.5),
        Case(np.array([0.423, 0.0, 0.156, 0.734]), want=0.25),
        Case(OUTPUTS, want=0.25),
        Case(np.array([[0.0, 1e-12, 2.0], [0.0, 0.0, 0.0]]), want=2 / 3, kind="entries that are tiny"),
        Case(np.array([[-1.0, 0.0, 2.0, -0.5], [-3.0, 1e-10, 0.5, 4.0]]), want=0.125, kind="entries below 0"),
        Case(np.array([-2.0, 0.0, 0.0, 1.0, 0.0]), want=0.6, kind="entries below 0"),
        Case(STACK, want=1 / 3, kind="an array with three axes"),
        Case(np.array([1.5, 0.25, 3.0]), want=0.0, kind="an array without zeros"),
        Case(np.zeros((2, 2)), want=1.0, kind="an array of zeros alone"),
        Case(np.arange(1500.0), want=1 / 1500, kind="very many entries", code="np.arange(1500.0)"),
    ),
    mistakes={
        "complement": (lambda H: np.mean(H != 0), lambda H: np.mean(H > 0)),
        "count-for-share": lambda H: np.sum(H == 0),
        "count-of-the-others": (lambda H: np.count_nonzero(H), lambda H: np.sum(H > 0)),
        "odds-for-share": (
            lambda H: np.sum(H == 0) / np.sum(H != 0),
            lambda H: np.sum(H == 0) / np.sum(H > 0),
            lambda H: len(H[H == 0]) / len(H[H != 0]),
        ),
        "ratio-inverted": (lambda H: H.size / np.sum(H == 0), lambda H: H.size / len(H[H == 0])),
        "sum-for-count": lambda H: np.sum(H == 0) / np.sum(H),
        "negatives-for-zeros": lambda H: np.mean(H < 0),
        "negatives-counted": lambda H: np.mean(H <= 0),
        "nearly-zero-counts": (
            lambda H: np.mean(np.isclose(H, 0)),
            lambda H: np.mean(np.round(H, 6) == 0),
            lambda H: np.mean(np.abs(H) < 1e-6),
        ),
        "all-below-a-limit": (lambda H: np.mean(H < 1e-9), lambda H: np.mean(H < 1e-6)),
        "rows-for-entries": (
            lambda H: np.sum(H == 0) / len(H),
            lambda H: np.sum(H == 0) / H.shape[1],
            lambda H: np.sum(H == 0) / H.shape[-1],
        ),
        "one-axis-only": (
            lambda H: np.mean(H == 0, axis=0),
            lambda H: np.mean(H == 0, axis=-1),
            _share_of_each_row,
            lambda H: sum(1 for h in H if h == 0) / len(H),
        ),
        "one-question-for-all": lambda H: 1 if H == 0 else 0,
        "entries-for-share": (_is_zero, lambda H: _is_zero(H).astype(float)),
        "yes-for-share": (lambda H: bool(_is_zero(H).any()), lambda H: bool(_is_zero(H).all())),
        "values-for-zeros": (lambda H: np.mean(H), lambda H: np.mean(np.maximum(H, 0))),
        "length-for-count": (
            lambda H: len(H == 0) / H.size,
            lambda H: len(H == 0) / len(H),
            lambda H: len(np.where(H == 0)) / H.size,
            lambda H: len(np.where(H == 0)) / len(H),
        ),
        "integer-division": (lambda H: np.sum(H == 0) // H.size, lambda H: int(np.mean(H == 0))),
        "percent-for-share": lambda H: 100 * np.mean(H == 0),
        "rounded": (lambda H: round(float(np.mean(H == 0)), 3), _rounded_to_a_whole),
    },
    shown_by={
        "nearly-zero-counts": lambda trials: has_a_limit(trials, lambda H, t: np.mean(np.abs(H) <= t)),
        "all-below-a-limit": lambda trials: has_a_limit(trials, lambda H, t: np.mean(t >= H), below=1),
        "one-question-for-all": asks_one_question,
        "rounded": lambda trials: is_rounded(trials) or trials.behaves_like(_rounded_to_a_whole),
        "entries-for-share": says_each_entry,
        "one-axis-only": _looks_along_an_axis,
    },
    hidden=3,
    hints="arrays",
    prompt=Prompt(3, "What is the share of zeros in [[0, 1e-12, 2], [0, 0, 0]]?"),
)
