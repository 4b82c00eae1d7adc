"""Verify a receipt: grade the submission again, under its seed, and compare."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbgrader.api import MissingEntry

from autograder import command_lines
from autograder.errors import HeinitError
from autograder.grades import as_it_counts, read_grades
from autograder.grading.attempts import Attempts, folder_of, number_of
from autograder.grading.environment import environment_hash, versions
from autograder.grading.job import Refusal
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.grading.run import Grading
from autograder.settings import FILE
from autograder.submissions.submission import UngradableError


@dataclass(frozen=True)
class Verified:
    """A receipt with the points that count, and what differs now; nothing does where it is verified."""

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
        result, grades = Receipts(gradebook.engine).find(student, lesson), None
        attempts = Attempts(gradebook.engine).of(student, lesson)
        with suppress(MissingEntry):
            grades = read_grades(gradebook, lesson, student)
    counts = result and as_it_counts(result, grades)
    if result is not None and counts is not None and result.status != counts.status:
        return Verified(counts, [])
    if result is None or counts is None or result.status != "graded":
        why = f" It was ungradable: {result.reason}" if result is not None else ""
        raise HeinitError(
            f"{student} has no receipt of a grade for {lesson} here, or it is damaged.{why} "
            f"Grade it with: {command_lines.heinit('grade', root)}"
        )
    if not grading.submissions:
        raise HeinitError(f"{lesson} does not count: {FILE} leaves it out.")
    (submission,) = grading.submissions
    receipt, differences = result.receipt, list[str]()
    job = grading.job()
    kept = folder_of(root, student, lesson, number_of(attempts, receipt["submission"])) / submission.path.name
    try:
        task = grading.task(submission, job)
        other = task.hash != receipt["submission"] and kept.is_file()
        if other and not grading.settings.lesson(lesson).last_counts:  # another attempt counts
            task = grading.task(replace(submission, path=kept), job)
    except UngradableError as error:
        return Verified(counts, [f"it cannot be graded now: {error}"])
    if task.hash != receipt["submission"]:
        return Verified(
            counts, ["the submitted notebook, or a file beside it, is another one now: grade it first"]
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
        return Verified(counts, [*differences, f"it cannot be graded now: {outcome.reason}"])
    if outcome.result.receipt["seed"] != receipt["seed"]:
        differences.append("the hidden inputs are others: the course's secret has changed")
    for exercise, now in outcome.result.cells.items():
        then: Mapping[str, Any] = result.cells.get(exercise, {})
        # other points are no other answer of the checks
        share = "share" if "share" in then and "share" in now else "score"
        differences += [
            f"{exercise}: {key} {then.get(key)!r} then, {now.get(key)!r} now"
            for key in (share, "misconceptions")
            if then.get(key) != now.get(key)
        ]
    return Verified(counts, differences)
