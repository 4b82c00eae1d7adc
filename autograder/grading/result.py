"""What became of one submission."""

from dataclasses import dataclass, field
from typing import Any

from autograder.grading.environment import environment_hash, versions


@dataclass(frozen=True)
class Result:
    """What became of one submission; `asdict` of it is a line of `heinit grade --json`.

    status: graded, unchanged or ungradable. score: what the checks gave, before late penalties and
    manual grades, which are in the gradebook; None where the submission is ungradable.
    cells: for each function, its score, max_score and the names of its misconceptions; why: where points are
        missing, what happened in the student's cell, or ''.
    repairs: what was repaired before grading, and what was left out beside the notebook, a sentence each.
    stopped: the student's cells that stopped with an error, a sentence each.
    sandboxed: whether the student's code ran inside the sandbox.
    reproducible: False where an answer drew from the operating system's entropy.
    work: seconds of processor time that the student's cells, the answers and the checks took.
    receipt: as `receipt` makes it.
    """

    student: str
    lesson: str
    status: str
    score: float | None
    max_score: float | None
    reason: str = ""
    cells: dict[str, dict[str, Any]] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    sandboxed: bool = False
    reproducible: bool = True
    work: dict[str, float] = field(default_factory=dict)
    receipt: dict[str, Any] = field(default_factory=dict)


def receipt(submission: str, checks: str, seed: str = "") -> dict[str, Any]:
    """Hashes of the submission, the checks and the environment, the versions, and the hidden inputs' seed.

    submission: as `submissions.content_hash` gives it. checks: as `environment.checks_hash` does.
    """
    return {
        "submission": submission,
        "checks": checks,
        "environment": environment_hash(),
        "versions": versions(),
        "seed": seed,
    }
