"""Questions to answer while reading, made of the data behind the checks of a notebook.

An exercise has cases with right values, and mistakes with a name, a hint, and code that makes them.
So a question is a case; the wrong answers that it knows are what the mistakes give for that case;
and what it says to a wrong answer is the hint that a student gets in the notebook. Where the right
value is a number, the reader writes it; elsewhere the values are there to choose from.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod, sqrt
from typing import Any

import numpy as np

from heinit_lab.checking.asks import UNIFORM, Ask
from heinit_lab.checking.compare import as_array, same, short
from heinit_lab.checking.draws import Draws
from heinit_lab.checking.exercise import Exercise, Misconception
from heinit_lab.checking.observe import observe
from heinit_lab.checking.trials import Trial, Trials
from heinit_lab.exercises import EXERCISES

Mistaken = Iterable[tuple[Misconception, Any]]

# How near a number is to be, relative to the right one: worked out by hand; measured on many draws; a count.
CLOSE, DRAWN_CLOSE, EXACT = 0.005, 0.03, 1e-6
OPTIONS = 5
DIGITS = 3

# Which case is asked, and in which words. Of an exercise that is not listed, the first case is asked, as a
# call; of one with None, nothing, since its cases are tables.
ASKED: Mapping[str, tuple[int, str] | None] = {
    "relu": (0, "One unit is at −1.5, another at 2.5. What does ReLU make of [−1.5, 2.5]?"),
    "zero_share": (3, "What is the share of zeros in [[0, 1e-12, 2], [0, 0, 0]]?"),
    "activity": (
        1,
        "Two examples, two units: `Z = [[1, 2], [-1, 0]]`. Which are `per_input`, `per_unit`?",
    ),
    "dead_units": (
        2,
        "A batch: `Z = [[-1, 0.5, 0], [-2, 3, 0], [-3, -4, -1]]`. Which units are dead?",
    ),
    "energy_kept": (3, "Which share of the energy of [1, 4, 2, −2] is left after ReLU?"),
    "second_moment": (3, "What is the second moment of the six entries of [[1, 2, −2], [0, 4, 3]]?"),
    "relu_moments": (1, "For σ = 2, which are the mean, the variance and the second moment after ReLU?"),
    "preact_variance": (2, "The input is [3, 1, 2], and each weight has variance 0.25. What is Var[$z$]?"),
    "weight_variance": (3, "Sums of 10 terms, slope 0.3 below 0. Which variance keeps the second moment?"),
    "gain": (4, "Which $c$ does abs need, $f(z) = |z|$?"),
    "he_std": (3, "What is σ for `n_in = 128`?"),
    "sample_report": (0, "`W = [[1, -1]]`, and somebody claims the variance 1. Which report is right?"),
    "draws_needed": (0, "How many draws pin a variance to within 0.5 of it, in 95 % of samples?"),
    "log_lr": (0, "One weight, 0.8. What is the log-likelihood ratio of variance 0.5 against 0.25?"),
    "xavier_std": (3, "What is Xavier's σ for `n_in = 256`?"),
    "glorot_std": (2, ""),
    "he_over_glorot": (3, "10 inputs, 70 outputs: how many times larger are He's weights than Glorot's?"),
    "compare_table": None,
    "layer_backward": (
        1,
        "`W = [[1, 2], [-3, 0.5]]`, `z = [-2, 0.25]` and `g = [3, -2]`. Which is the gradient?",
    ),
    "forward_moments": (
        1,
        "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`. Which are the two moments?",
    ),
    "backward": (
        1,
        "`x = [3, -1]`, the matrices `[[1, 2], [-3, 4]]` and `[[2, -1], [1, 3]]`, and `g = [2, -1]`. "
        "Which is the gradient?",
    ),
    "calibrate": (
        1,
        "`x = [[1, 2], [3, -1]]` and one matrix, `[[1, 2], [-3, 4]]`, whose moment is 12.75. "
        "What is returned?",
    ),
    "conv_fan_in": (
        4,
        "A well-known network begins with shape (64, 3, 7, 7). What is its fan-in?",
    ),
}


@dataclass(frozen=True)
class Wrong:
    """An answer that a named mistake gives. value: a number, or the text of an option."""

    value: float | str
    hints: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """What a reader is asked. prompt: Markdown. right: a number, or the text of an option.

    close: for a number, how far off a right answer may be, relative to it.
    options: for a choice, all answers in the order in which they stand; empty for a number.
    """

    name: str
    prompt: str
    right: float | str
    wrong: tuple[Wrong, ...]
    close: float = CLOSE
    options: tuple[str, ...] = field(default=())


def question(name: str) -> Question | None:
    """The question of an exercise, or None where its data give none that can be read."""
    exercise = EXERCISES[name]
    evidence = exercise.probe(lambda *args, **kwargs: None)
    if isinstance(evidence, Draws):
        return _of_draws(exercise, evidence)
    asked = ASKED.get(name, (0, ""))
    if asked is None or not isinstance(evidence, Trials):
        return None
    trial, prompt = evidence.trials[asked[0]], asked[1]
    prompt = prompt or f"What is `{trial.text}`?"
    if isinstance(trial.case.want, (dict, tuple, list)) or np.ndim(trial.case.want):
        return _choice(exercise, prompt, trial.case.want, _mistaken(exercise, trial))
    return _number(exercise, prompt, float(trial.case.want), _mistaken(exercise, trial))


def _of_draws(exercise: Exercise, evidence: Draws) -> Question | None:
    """Of an exercise that draws: what is known of its matrices before they are drawn."""
    ask = next((ask for ask in evidence.plan.laws if not ask.many), None)
    if ask is None:
        ask = evidence.plan.shapes[1]
        prompt = f"Which shapes have the matrices of `{exercise.name}({_arguments(ask.args)}, rng)`?"
        return _choice(exercise, prompt, ask.shapes, _drawn(exercise, evidence, ask, _shapes))
    call = f"`{exercise.name}({_arguments(ask.args)}, rng)`"
    if evidence.plan.kurtosis == UNIFORM:
        prompt = f"{call} draws {_count(ask):,} weights. How far from 0 may one lie?"
        right, measured = sqrt(3 * ask.variances[0]), _farthest
    else:
        prompt = f"{call} draws {_count(ask):,} weights. About how large is the mean of their squares?"
        right, measured = ask.variances[0], _mean_square
    return _number(exercise, prompt, right, _drawn(exercise, evidence, ask, measured), DRAWN_CLOSE)


def _number(
    exercise: Exercise, prompt: str, right: float, mistaken: Mistaken, close: float = CLOSE
) -> Question | None:
    close = EXACT if right == round(right) else close  # a count has no rounding
    found: dict[float | str, list[Misconception]] = {}
    for mistake, value in mistaken:
        number = as_array(value)
        if number is None or number.ndim or number.dtype.kind not in "iuf" or not np.isfinite(number):
            continue
        if abs(number - right) > 3 * close * abs(right):
            near = (v for v in found if abs(float(v) - number) <= max(close, CLOSE) * abs(number))
            found.setdefault(next(near, float(number)), []).append(mistake)
    return Question(exercise.name, prompt, right, _wrongs(found), close) if found else None


def _choice(exercise: Exercise, prompt: str, want: Any, mistaken: Mistaken) -> Question | None:
    right = short(want, DIGITS)
    found: dict[float | str, list[Misconception]] = {}
    for mistake, value in mistaken:
        text = short(value, DIGITS)
        if text != right and not text.startswith("an array of"):
            found.setdefault(text, []).append(mistake)
    kept = dict(list(found.items())[: OPTIONS - 1])
    options = [right, *map(str, kept)]
    random.Random(exercise.name).shuffle(options)
    return Question(exercise.name, prompt, right, _wrongs(kept), options=tuple(options)) if kept else None


def _mistaken(exercise: Exercise, trial: Trial) -> Mistaken:
    """What each named mistake gives for a case, where it is not right there."""
    for mistake in exercise.misconceptions:
        for code in mistake.wrong:
            call = observe(code, *trial.case.args, **trial.case.kwargs)
            if call.error is None and not same(call.value, trial.case.want, trial.rtol):
                yield mistake, call.value


def _drawn(
    exercise: Exercise, evidence: Draws, ask: Ask, measured: Callable[[Sequence[np.ndarray]], Any]
) -> Mistaken:
    """What is measured of the matrices that each named mistake draws."""
    for mistake in exercise.misconceptions:
        for code in mistake.wrong:
            call = observe(code, *ask.args, np.random.default_rng(evidence.plan.seed))
            matrices = ask.matrices(call.value) if call.error is None else []
            numbers = [matrix for matrix in matrices if matrix is not None and matrix.size]
            if numbers and len(numbers) == len(matrices):
                yield mistake, measured(numbers)


def _mean_square(matrices: Sequence[np.ndarray]) -> float:
    return float(np.mean(np.square(matrices[0], dtype=float)))


def _farthest(matrices: Sequence[np.ndarray]) -> float:
    return float(np.abs(matrices[0]).max())


def _shapes(matrices: Sequence[np.ndarray]) -> list[tuple[int, ...]]:
    return [matrix.shape for matrix in matrices]


def _arguments(args: Iterable[Any]) -> str:
    return ", ".join(map(short, args))


def _count(ask: Ask) -> int:
    return prod(ask.shapes[0])


def _wrongs(found: Mapping[float | str, list[Misconception]]) -> tuple[Wrong, ...]:
    """What is told to each wrong answer: two hints at most, the most telling first, as in a notebook."""
    distinct = {value: list(dict.fromkeys(mistakes)) for value, mistakes in found.items()}
    return tuple(
        Wrong(value, tuple(m.hint for m in mistakes[:2]), tuple(m.name for m in mistakes))
        for value, mistakes in distinct.items()
    )
