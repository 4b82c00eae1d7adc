"""Every answer whose verdict is known, and what the public check says to each.

This module needs NumPy, the lessons' package, the reference answers and `tests.variants` alone, so that it
runs wherever a check runs: in CPython, and in a browser.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import heinit_solutions
from heinit_lab.checking.check import report_on
from heinit_lab.exercises import BY_LESSON, EXERCISES
from tests import variants

Row = list[Any]  # exercise, label, mark, what is said, names of mistakes
WRONG_ANSWERS = Path(variants.__file__).parents[1] / "wrong_answers"


# Mistakes, or single answers, whose wrong value is rounding or chance; mark and names are the same.
OF_ROUNDING_OR_CHANCE = {
    ("gain", "square-of-the-mean"): "the mean of an odd function is 0, or some 1e-17",
    ("gain", "square-missing"): "the mean of an odd function is 0, or some 1e-17",
    ("gain", "unnamed 4"): "1 less what is nearly 1, some 1e-13",
    ("xavier_std", "weights-for-their-std"): "draws without a seed",
}


def differences(mine: list[Row], theirs: list[Row]) -> list[tuple[Row, Row]]:
    """The answers to which two interpreters say something else, but for what is rounding or chance."""

    def excused(exercise: str, label: str) -> bool:
        return bool({(exercise, label), (exercise, label.rpartition(" ")[0])} & OF_ROUNDING_OR_CHANCE.keys())

    return [
        (a, b)
        for a, b in zip(mine, theirs, strict=True)
        if a != b and not (excused(a[0], a[1]) and (a[2], a[4]) == (b[2], b[4]))
    ]


def corpus() -> Iterator[tuple[str, str, Callable[..., Any]]]:
    """The exercise, a label and the answer: right answers, named mistakes, wrong answers without a name."""
    for lesson in BY_LESSON:
        solutions = getattr(__import__(f"{heinit_solutions.__name__}.{lesson}"), lesson)
        written = tomllib.loads((WRONG_ANSWERS / f"{lesson}.toml").read_text(encoding="utf-8"))
        for exercise in (each.name for each in BY_LESSON[lesson]):
            yield exercise, "reference", getattr(solutions, exercise)
            named = {m.name: m.wrong for m in EXERCISES[exercise].misconceptions}
            for label, answers in (
                ("right", variants.RIGHT[exercise]),
                *named.items(),
                *variants.MISTAKES[exercise].items(),
                ("unnamed", variants.UNNAMED.get(exercise, ())),
            ):
                for i, answer in enumerate(answers):
                    yield exercise, f"{label} {i}", answer
            for i, row in enumerate(written.get(exercise, ())):
                namespace: dict[str, Any] = {"np": np}
                exec(row["answer"], namespace)
                yield exercise, f"written {i}", namespace[exercise]


def verdicts(part: int = 0, of: int = 1) -> str:
    """What the check says to each answer, or to every `of`-th from `part` on.

    Gives JSON: a list of [exercise, label, mark, what is said, names of mistakes].
    """
    rows = []
    with np.errstate(all="ignore"):
        for i, (name, label, answer) in enumerate(corpus()):
            if i % of == part:
                exercise = EXERCISES[name]
                evidence = exercise.probe(answer)
                report = report_on(exercise, evidence)
                named = [misconception.name for misconception in exercise.named(evidence)]
                rows.append([name, label, report.mark, report.plain, named])
    return json.dumps(rows)
