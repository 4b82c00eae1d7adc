"""Named mistakes and their hints, and what exercises of several lessons share."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heinit_lab.checking import Misconception
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Trials

HINTS: dict[str, dict[str, str]] = {
    section: hints
    for path in sorted(Path(__file__).parent.rglob("hints.toml"))
    for section, hints in tomllib.loads(path.read_text(encoding="utf-8")).items()
}


def mistakes(
    section: str,
    wrong: Mapping[str, Function | tuple[Function, ...]],
    shown_by: Mapping[str, Callable[[Any], bool]] | None = None,
) -> tuple[Misconception, ...]:
    """The misconceptions of an exercise, each with its hint.

    section: where hints.toml has the hints, else they are among those of `several` exercises.
    wrong, shown_by: by the name of the mistake, what a Misconception takes.
    Raises KeyError for a mistake without a hint.
    """
    hints = HINTS["several"] | HINTS.get(section, {})
    recognised = _RECOGNISED | dict(shown_by or {})
    return tuple(
        Misconception(name, hints[name], each if isinstance(each, tuple) else (each,), recognised.get(name))
        for name, each in wrong.items()
    )


def right_but_changes_its_input(trials: Trials) -> bool:
    """Every value is right, and some argument is not what it was, whichever it is."""
    return all(trial.right for trial in trials) and any(trial.call.changed for trial in trials)


def is_rounded(trials: Trials) -> bool:
    """Every number is the right one or a rounding of it to 1 to 6 decimal places, and some are roundings."""
    some = False
    for trial in trials:
        got, want = as_array(trial.call.value), np.asarray(trial.case.want, float)
        if got is None or got.shape != want.shape or got.dtype.kind not in "iuf":
            return False
        right = np.isclose(got, want, rtol=trial.rtol, atol=0)
        rounded = np.any([np.isclose(got, want.round(k), rtol=1e-7, atol=0) for k in range(1, 7)], axis=0)
        if not np.all(right | rounded):
            return False
        some = some or not np.all(right)
    return some


def _touches_global(draws: DrawTrials) -> bool:
    return draws.randomness is not None and draws.randomness.global_rng


# how a mistake shows itself in every exercise that has one of this name
_RECOGNISED: dict[str, Callable[[Any], bool]] = {
    "changes-its-input": right_but_changes_its_input,
    "rounded": is_rounded,
    "global-state": _touches_global,
}


def generator_mistakes(section: str, right: Callable[..., Any]) -> tuple[Misconception, ...]:
    """The mistakes of an answer that is right but for the Generator, the last of its three arguments."""

    def seeding_globally(a: Any, b: Any, rng: np.random.Generator) -> Any:
        np.random.seed(0)
        return right(a, b, rng)

    return mistakes(
        section,
        {
            "global-state": seeding_globally,
            "fresh-rng": lambda a, b, rng: right(a, b, np.random.default_rng()),
            "fixed-seed": lambda a, b, rng: right(a, b, np.random.default_rng(0)),
        },
    )
