"""Verify a receipt: grade the submission again, under its seed, and compare."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from autograder import hints
from autograder.errors import HeinitError
from autograder.grading.environment import environment_hash, versions
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.grading.run import Grading
from autograder.grading.worker import Grader, Outcome, Task
from autograder.judge.preprocessor import key_of, secret


@dataclass(frozen=True)
class Verified:
    """A receipt, and what differs from it now; nothing does where it is verified."""

    result: Result
    differences: list[str]


def verify(root: Path, student: str, lesson: str) -> Verified:
    """Grade a submission again as its receipt says, writing nothing.

    Raises UsageError where there is no such course or lesson, HeinitError where there is no
    receipt of a grade.
    """
    grading = Grading(root, [lesson], student)
    with grading.api.gradebook as gradebook:
        result = Receipts(gradebook.engine).find(student, lesson)
    if result is None or result.status != "graded":
        why = f" It was ungradable: {result.reason}" if result is not None else ""
        raise HeinitError(
            f"{student} has no grade for {lesson} here.{why} Grade it with: {hints.heinit('grade', root)}"
        )
    (submission,) = grading.submissions
    content = submission.read()
    receipt, found = result.receipt, []
    if hashlib.sha256(content).hexdigest() != receipt["submission"]:
        found.append("the submitted notebook is another one now: grade it first")
        return Verified(result, found)
    order = grading.order()
    if grading.checks[lesson] != receipt["checks"]:
        found.append("the lesson's checks are others than those that graded it")
    if environment_hash() != receipt["environment"]:
        changed = [
            f"{name} {receipt['versions'].get(name)} then, {now} now"
            for name, now in versions().items()
            if receipt["versions"].get(name) != now
        ]
        found.append(
            f"the environment is another: {', '.join(changed) or 'the code that grades has changed'}"
        )
    grader = Grader(order)
    grader.start()
    outcome = grader.do(Task(student, lesson, content, key_of(student, lesson, secret(root))))
    if outcome.seed and outcome.seed != receipt["seed"]:
        found.append("the hidden inputs are others: the course's secret has changed")
    return Verified(result, found + _differences(result, outcome))


def _differences(result: Result, outcome: Outcome) -> list[str]:
    if outcome.reason:
        return [f"it cannot be graded now: {outcome.reason}"]
    found = []
    for name, score in sorted(outcome.scores.items()):
        exercise = name.removeprefix("test-")
        then = result.cells.get(exercise, {})
        now = {"score": score, "misconceptions": outcome.misconceptions.get(exercise, [])}
        found += [
            f"{exercise}: {key} {then.get(key)!r} then, {value!r} now"
            for key, value in now.items()
            if then.get(key) != value
        ]
    return found
