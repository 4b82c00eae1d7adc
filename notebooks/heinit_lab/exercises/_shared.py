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

Hint = str | list[str]  # the first sentence, or that of the first, the second and the third try

HINTS: dict[str, dict[str, Hint]] = {
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
        parts = _pairs(trial.call.value, trial.case.want)
        if not parts or any(got.shape != want.shape for got, want in parts):
            return False
        mine, right = (np.concatenate([np.ravel(pair[k]) for pair in parts]) for k in (0, 1))
        exact = np.isclose(mine, right, rtol=trial.rtol, atol=0)
        places = range(1, 7)
        rounded = np.any([np.isclose(mine, right.round(k), rtol=1e-7, atol=0) for k in places], axis=0)
        if not np.all(exact | rounded):
            return False
        some = some or not np.all(exact)
    return some


def _pairs(got: Any, want: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each array of the right value, after the one in its place; none where a part is no numbers."""
    if isinstance(want, (dict, tuple, list)):
        if not isinstance(got, dict if isinstance(want, dict) else (tuple, list)) or len(got) != len(want):
            return []
        keys = list(want) if isinstance(want, dict) else range(len(want))
        if isinstance(want, dict) and set(got) != set(want):
            return []
        parts = [_pairs(got[key], want[key]) for key in keys]
        return [pair for part in parts for pair in part] if all(parts) else []
    array = as_array(got)
    numbers = array is not None and array.dtype.kind in "iuf"
    return [(np.asarray(array, float), np.asarray(want, float))] if numbers else []


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
    parts: tuple[str, ...] = (),
) -> Exercise:
    """An Exercise whose mistakes have their hints in hints.toml.

    mistakes: the code of each, by its name. shown_by: as in a Misconception, by the name of the mistake.
    hints: the section of a hint that is not in the exercise's own; the last one is `several`.
    parts: as in an Exercise.
    Raises KeyError for a mistake without a hint.
    """
    hint = HINTS["several"] | HINTS[hints] | HINTS.get(name, {})
    if missing := sorted(set(mistakes) - set(hint)):
        raise KeyError(f"write a hint for {', '.join(missing)} in the section {name} of hints.toml")
    recognised = {**_RECOGNISED, **(shown_by or {})}
    misconceptions = []
    for mistake, wrong in mistakes.items():
        sentences = hint[mistake]
        first, *deeper = [sentences] if isinstance(sentences, str) else sentences
        versions = wrong if isinstance(wrong, tuple) else (wrong,)
        shown = recognised.get(mistake)
        misconceptions.append(Misconception(mistake, first, versions, shown, tuple(deeper)))
    return Exercise(name, check, tuple(misconceptions), hidden, prompt, parts)


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
