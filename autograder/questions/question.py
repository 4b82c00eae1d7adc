"""Questions to answer while reading, made of the data behind the checks of a notebook.

An exercise has cases with right values, and mistakes with a name, a hint, and code that makes them. A
question is one of the cases. The wrong answers that a question knows are what the mistakes return for the
case, and a reader who gives such an answer reads the hint of the notebook. Where the right value is a
number, the reader writes it; elsewhere the reader chooses among values.
"""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import prod, sqrt
from typing import Any

import numpy as np

from heinit_lab.checking.compare import as_array, same, short
from heinit_lab.checking.draw_cases import UNIFORM
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.exercise import Exercise, Misconception
from heinit_lab.checking.observe import Function, observe
from heinit_lab.checking.trials import Cases
from heinit_lab.exercises import EXERCISES

Mistaken = Iterable[tuple[Misconception, Any]]  # mistakes, and what each returns
Given = dict[float | str, list[Misconception]]  # the mistakes that give a wrong answer

# How near a number must be, relative to the right one: worked out by hand; measured on many draws; a count.
CLOSE, DRAWN_CLOSE, EXACT = 0.005, 0.03, 1e-6
OPTIONS = 5
DIGITS = 3


@dataclass(frozen=True)
class Wrong:
    """An answer that a named mistake gives. value: a number, or the text of an option."""

    value: float | str
    hints: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """A question to a reader. prompt: Markdown. right: a number, or the text of an option.

    close: for a number, how far off a right answer may be, relative to it.
    options: for a choice, all answers in the order in which they stand; empty for a number.
    """

    name: str
    prompt: str
    right: float | str
    wrong: tuple[Wrong, ...]
    close: float = CLOSE
    options: tuple[str, ...] = ()


def question(name: str) -> Question | None:
    """The question of an exercise, or None where no case can be read at a glance."""
    exercise = EXERCISES[name]
    if isinstance(exercise.check, DrawPlan):
        return _of_draws(exercise, exercise.check)
    if exercise.prompt is None or not isinstance(exercise.check, Cases):
        return None
    case = exercise.check.cases[exercise.prompt.case]
    prompt = exercise.prompt.words or f"What is `{case.text(name)}`?"
    calls = ((mistake, case.under(code)) for mistake, code in _mistakes(exercise))
    returned = ((mistake, call.value) for mistake, call in calls if call.error is None)
    rtol = exercise.check.rtol
    mistaken = ((mistake, value) for mistake, value in returned if not same(value, case.want, rtol))
    if isinstance(case.want, (dict, tuple, list)) or np.ndim(case.want):
        return _choice(exercise, prompt, case.want, mistaken)
    return _number(exercise, prompt, float(case.want), mistaken)


def _of_draws(exercise: Exercise, plan: DrawPlan) -> Question | None:
    """The question of an exercise that draws: what is known of the matrices before they are drawn."""
    law = next((case for case in plan.laws if not case.many), None)
    case = law or plan.shapes[1]

    def drawn(measured: Callable[[Sequence[np.ndarray]], Any]) -> Mistaken:
        """What is measured of the matrices that each named mistake draws."""
        for mistake, code in _mistakes(exercise):
            call = observe(code, *case.args, np.random.default_rng(plan.seed))
            matrices = case.matrices(call.value) if call.error is None else []
            numbers = [matrix for matrix in matrices if matrix is not None and matrix.size]
            if numbers and len(numbers) == len(matrices):
                yield mistake, measured(numbers)

    call = f"`{exercise.name}({', '.join(map(short, case.args))}, rng)`"
    if law is None:
        shapes = drawn(lambda matrices: [matrix.shape for matrix in matrices])
        return _choice(exercise, f"Which shapes have the matrices of {call}?", case.shapes, shapes)
    draws = f"{call} draws {prod(case.shapes[0]):,} weights."
    if plan.kurtosis == UNIFORM:
        prompt, right = f"{draws} How far from 0 may one lie?", sqrt(3 * case.variances[0])
        measures = drawn(lambda matrices: float(np.abs(matrices[0]).max()))
    else:
        prompt, right = f"{draws} About how large is the mean of their squares?", case.variances[0]
        measures = drawn(lambda matrices: float(np.mean(np.square(matrices[0], dtype=float))))
    return _number(exercise, prompt, right, measures, DRAWN_CLOSE)


def _number(
    exercise: Exercise, prompt: str, right: float, mistaken: Mistaken, close: float = CLOSE
) -> Question | None:
    close = EXACT if right == round(right) else close  # a count has no rounding
    given: Given = {}
    for mistake, value in mistaken:
        number = as_array(value)
        if number is None or number.ndim or number.dtype.kind not in "iuf" or not np.isfinite(number):
            continue
        if abs(number - right) > 3 * close * abs(right):
            near = (v for v in given if abs(float(v) - number) <= max(close, CLOSE) * abs(number))
            given.setdefault(next(near, float(number)), []).append(mistake)
    return Question(exercise.name, prompt, right, _wrongs(given), close) if given else None


def _choice(exercise: Exercise, prompt: str, want: Any, mistaken: Mistaken) -> Question | None:
    right = short(want, DIGITS)
    given: Given = {}
    for mistake, value in mistaken:
        text = short(value, DIGITS)
        if text != right and not text.startswith("an array of"):
            given.setdefault(text, []).append(mistake)
    kept = dict(list(given.items())[: OPTIONS - 1])
    options = [right, *map(str, kept)]
    random.Random(exercise.name).shuffle(options)
    return Question(exercise.name, prompt, right, _wrongs(kept), options=tuple(options)) if kept else None


def _mistakes(exercise: Exercise) -> Iterator[tuple[Misconception, Function]]:
    """Each named mistake with each code that makes it."""
    return ((mistake, code) for mistake in exercise.misconceptions for code in mistake.wrong)


def _wrongs(given: Given) -> tuple[Wrong, ...]:
    """What is told to each wrong answer: two hints at most, the most telling first, as in a notebook."""
    distinct = {value: list(dict.fromkeys(mistakes)) for value, mistakes in given.items()}
    return tuple(
        Wrong(value, tuple(m.hint for m in mistakes[:2]), tuple(m.name for m in mistakes))
        for value, mistakes in distinct.items()
    )
