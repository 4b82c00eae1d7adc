"""How an exercise is put together with its hints, and what exercises of several lessons share.

A hint says what a mistake is, and never gives the answer's code. hints.toml in this folder has the hints for
mistakes that several exercises have, hints.toml in a lesson's folder a section for each exercise.
"""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from heinit_lab.checking import Exercise, Misconception, Prompt
from heinit_lab.checking.compare import as_array
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.exercise import FIRST_CASE, Evidence
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Trials

Mistakes = Mapping[str, Function | tuple[Function, ...]]  # by name: wrong answers that make the mistake

HINTS: dict[str, dict[str, str]] = {
    section: hints
    for path in sorted(Path(__file__).parent.rglob("hints.toml"))
    for section, hints in tomllib.loads(path.read_text(encoding="utf-8")).items()
}


def right_but_changes_its_input(trials: Trials) -> bool:
    """Every value is right, and some argument is not what it was, whichever it is."""
    return all(trial.right for trial in trials) and any(trial.call.changed for trial in trials)


def is_rounded(trials: Trials) -> bool:
    """Every number is the right one or a rounding of it to 1 to 6 decimal places, and some are roundings."""
    some = False
    for trial in trials:
        got, want = _numbers(trial.call.value), _numbers(trial.case.want)
        if want is None or got is None or [g.shape for g in got] != [w.shape for w in want]:
            return False
        mine, right = np.concatenate([*map(np.ravel, got)]), np.concatenate([*map(np.ravel, want)])
        exact = np.isclose(mine, right, rtol=trial.rtol, atol=0)
        places = range(1, 7)
        rounded = np.any([np.isclose(mine, right.round(k), rtol=1e-7, atol=0) for k in places], axis=0)
        if not np.all(exact | rounded):
            return False
        some = some or not np.all(exact)
    return some


def _numbers(value: Any) -> list[np.ndarray] | None:
    """The arrays of numbers in a value, those of a dict in the order of its keys, or None."""
    array = as_array(value)
    if array is not None:
        return [array.astype(float)] if array.dtype.kind in "iuf" else None
    parts = [value[key] for key in sorted(value, key=str)] if isinstance(value, dict) else value
    each = [_numbers(part) for part in parts] if isinstance(parts, (list, tuple)) else [None]
    return None if None in each else [array for some in each for array in some or ()]


def _touches_global(draws: DrawTrials) -> bool:
    return draws.randomness is not None and draws.randomness.global_rng


# how a mistake shows itself in every exercise that has one of this name
_RECOGNISED: Mapping[str, Callable[[Any], bool]] = {
    "changes-its-input": right_but_changes_its_input,
    "rounded": is_rounded,
    "global-state": _touches_global,
}


def exercise(
    name: str,
    check: Callable[[str, Function], Evidence],
    mistakes: Mistakes,
    *,
    hidden: int,
    shown_by: Mapping[str, Callable[[Any], bool]] | None = None,
    hints: str = "several",
    prompt: Prompt | None = FIRST_CASE,
) -> Exercise:
    """An Exercise whose mistakes have their hints in hints.toml.

    mistakes: the code of each, by its name. shown_by: as in a Misconception, by the name of the mistake.
    hints: the section of a hint that is not in the exercise's own; the last one is `several`.
    Raises KeyError for a mistake without a hint.
    """
    hint = HINTS["several"] | HINTS[hints] | HINTS.get(name, {})
    if missing := sorted(set(mistakes) - set(hint)):
        raise KeyError(f"write a hint for {', '.join(missing)} in the section {name} of hints.toml")
    recognised = {**_RECOGNISED, **(shown_by or {})}
    misconceptions = tuple(
        Misconception(
            mistake, hint[mistake], wrong if isinstance(wrong, tuple) else (wrong,), recognised.get(mistake)
        )
        for mistake, wrong in mistakes.items()
    )
    return Exercise(name, check, misconceptions, hidden, prompt)


def generator_mistakes(right: Callable[..., Any]) -> Mistakes:
    """The mistakes of an answer that is right but for the Generator, the last of its three arguments."""

    def seeding_globally(a: Any, b: Any, rng: np.random.Generator) -> Any:
        np.random.seed(0)
        return right(a, b, rng)

    return {
        "global-state": seeding_globally,
        "fresh-rng": lambda a, b, rng: right(a, b, np.random.default_rng()),
        "fixed-seed": lambda a, b, rng: right(a, b, np.random.default_rng(0)),
    }
