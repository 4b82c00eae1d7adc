"""How an exercise is put together with its hints, and what exercises of several lessons share.

A hint says what a mistake is, and never gives the answer's code. hints.toml in this folder has the hints for
mistakes that several exercises have, hints.toml in a lesson's folder a section for each exercise.
"""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from heinit_lab.checking import Exercise, Misconception, Prompt
from heinit_lab.checking.compare import real_array
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.checking.exercise import FIRST_CASE, Evidence
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Trial, Trials

Mistakes = Mapping[str, Function | tuple[Function, ...]]  # by name: wrong answers that make the mistake

AXES = (None, 0, 1)
EXACT = 1e-5  # relative; no measure of a few samples is so near to what is asked by chance, in any float type
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
        if not (entries := trial.pair.entries):
            return False
        mine, right = entries
        exact = np.isclose(mine, right, rtol=trial.rtol, atol=0)
        places = range(1, 7)
        rounded = np.any([np.isclose(mine, right.round(k), rtol=1e-7, atol=0) for k in places], axis=0)
        if not np.all(exact | rounded):
            return False
        some = some or not np.all(exact)
    return some


def scalars(trials: Trials) -> np.ndarray | None:
    """The values of all calls, or None where some value is no single real number."""
    values = [real_array(trial.call.value) for trial in trials]
    if any(value is None or value.shape != () for value in values):
        return None
    return np.array(values, dtype=float)


def constant(trials: Trials) -> float | None:
    """The one number that every call gave, or None where the calls gave several, or no numbers."""
    values = scalars(trials)
    return float(values[0]) if values is not None and np.ptp(values) < 1e-6 else None


def is_constant(trials: Trials) -> bool:
    return constant(trials) is not None


def in_every_matrix(
    test: Callable[[np.ndarray, float], bool], shaped: bool = True
) -> Callable[[DrawTrials], bool]:
    """Recognises what every small matrix shows. test: of a matrix of the right shape, and its variance.

    shaped: False also tests matrices of another shape.
    """

    @np.errstate(all="ignore")  # numbers may be too large to square
    def shown(draws: DrawTrials) -> bool:
        matrices = [
            (W, shape, variance)
            for case, call in zip(draws.plan.shapes, draws.shape_calls, strict=True)
            for W, shape, variance in zip(
                case.matrices(call.value), case.shapes, case.variances, strict=False
            )
        ]
        return bool(matrices) and all(
            W is not None
            and (W.shape == shape or not shaped)
            and bool(np.all(np.isfinite(W)))
            and test(W.astype(float), variance)
            for W, shape, variance in matrices
        )

    return shown


def is_centred(W: np.ndarray, variance: float) -> bool:
    """Whether the mean of the matrix, or of each column or row, is 0 exactly."""
    means = (np.abs(W.mean(axis)).max() for axis in AXES)
    return len(np.unique(np.abs(W))) > 1 and min(means) <= EXACT * np.abs(W).max()


def is_scaled_to_itself(W: np.ndarray, variance: float) -> bool:
    """Whether the second moment or the variance is exactly the one asked for, though the numbers differ."""
    moments = [f(W, axis) for axis in AXES for f in (np.var, lambda u, along: np.mean(np.square(u), along))]
    exact = any(np.allclose(moment, variance, rtol=EXACT, atol=0) for moment in moments)
    return exact and len(np.unique(np.abs(W))) > 1


def ends_after_a_few_decimals(W: np.ndarray, variance: float) -> bool:
    """Whether the numbers are rounded, and are more than a few numbers."""
    return len(np.unique(np.abs(W))) > 3 and any(np.array_equal(W, W.round(k)) for k in range(1, 7))


def gives_what(wrong: Sequence[Function], where: Callable[[Trial], bool]) -> Callable[[Trials], bool]:
    """Recognises an answer that gives what one of these gives, on every case that tells something.

    where: whether a case does.
    """

    def shown(trials: Trials) -> bool:
        telling = [trial for trial in trials if where(trial)]
        return any(all(trial.gives(trial.case.under(f).value) for trial in telling) for f in wrong)

    return shown


def _touches_global(draws: DrawTrials) -> bool:
    return draws.randomness is not None and draws.randomness.global_rng


# How a mistake shows itself in every exercise that has one of this name. Exercises in drawing say for
# themselves how rounding shows.
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
