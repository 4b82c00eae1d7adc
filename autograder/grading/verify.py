"""Verify a receipt: grade the submission again, under its seed, and compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder import hints
from autograder.errors import HeinitError
from autograder.grading.environment import environment_hash, versions
from autograder.grading.job import Refusal
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.grading.run import Grading
from autograder.submissions.submission import UngradableError


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
    student = next((each.student for each in grading.submissions), student)  # as the gradebook writes it
    with grading.api.gradebook as gradebook:
        result = Receipts(gradebook.engine).find(student, lesson)
    if result is None or result.status != "graded":
        why = f" It was ungradable: {result.reason}" if result is not None else ""
        raise HeinitError(
            f"{student} has no receipt of a grade for {lesson} here, or it is damaged.{why} "
            f"Grade it with: {hints.heinit('grade', root)}"
        )
    (submission,) = grading.submissions
    receipt, differences = result.receipt, []
    job = grading.job()
    try:
        task = grading.task(submission, job)
    except UngradableError as error:
        return Verified(result, [f"it cannot be graded now: {error}"])
    if task.hash != receipt["submission"]:
        return Verified(
            result, ["the submitted notebook, or a file beside it, is another one now: grade it first"]
        )
    if grading.checks[lesson] != receipt["checks"]:
        differences.append("the lesson's checks are others than those that graded it")
    if environment_hash() != receipt["environment"]:
        changed = [
            f"{name} {receipt['versions'].get(name)} then, {now} now"
            for name, now in versions().items()
            if receipt["versions"].get(name) != now
        ]
        differences.append(
            f"the environment is another: {', '.join(changed) or 'the code that grades has changed'}"
        )
    job.start()
    outcome = job.do(task)
    if isinstance(outcome, Refusal):
        return Verified(result, [*differences, f"it cannot be graded now: {outcome.reason}"])
    if outcome.result.receipt["seed"] != receipt["seed"]:
        differences.append("the hidden inputs are others: the course's secret has changed")
    for exercise, now in outcome.result.cells.items():
        then: Mapping[str, Any] = result.cells.get(exercise, {})
        differences += [
            f"{exercise}: {key} {then.get(key)!r} then, {now[key]!r} now"
            for key in ("score", "misconceptions")
            if then.get(key) != now[key]
        ]
    return Verified(result, differences)
