"""What became of one submission."""

from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from autograder.files import parse_json, typed
from autograder.grading.environment import environment_hash, versions


class ExerciseScore(TypedDict):
    """What the checks gave for one exercise.

    score: None where a person must grade it. why: where points are missing, what happened in the student's
    cell, or ''. share: of the points, however many those are.
    """

    score: float | None
    max_score: float
    misconceptions: list[str]
    why: NotRequired[str]
    share: NotRequired[float]


class Receipt(TypedDict):
    """What decided a grade: hashes of the submission, the checks and the environment, and what hashes hide.

    seed: of the hidden inputs, '' where nothing was graded.
    """

    submission: str
    checks: str
    environment: str
    versions: dict[str, str]
    seed: str


@dataclass(frozen=True)
class Result:
    """What became of one submission; `asdict` of it is a line of `heinit grade --json`.

    status: graded, rescored (its rules have changed, and nothing else), unchanged, ungradable, or "beyond the
        limit" of attempts, which is not graded.
    score: the points before the penalty for lateness, as the gradebook counts them, if there are any.
        Where nothing is graded they are an earlier version's, and where another attempt counts they are this
        attempt's. A receipt keeps what the checks gave.
    penalty: the points taken off for lateness. final: the points after it, which are the grade.
    late: seconds after the due date, 0 where it was in time.
    by_hand: the exercises of which a person decided the points.
    cells: for each function, its score, max_score and the names of its misconceptions.
    repairs: what was repaired before grading, and what was left out beside the notebook, a sentence each.
    stopped: the student's cells that stopped with an error, a sentence each.
    wall: the kind of sandbox that the student's code ran in; 'none' where there was none.
    reproducible: False where an answer drew from the operating system's entropy.
    work: seconds of processor time that the student's cells, the answers and the checks took.
    attempt: its number, 0 where it is none. counts: False where an earlier attempt counts.
    receipt: as `receipt_of` makes it.
    """

    student: str
    lesson: str
    status: str
    score: float | None
    max_score: float | None
    reason: str = ""
    penalty: float = 0.0
    final: float | None = None
    late: float = 0.0
    by_hand: list[str] = field(default_factory=list)
    cells: dict[str, ExerciseScore] = field(default_factory=dict)
    repairs: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    wall: str = ""
    reproducible: bool = True
    work: dict[str, float] = field(default_factory=dict)
    attempt: int = 0
    counts: bool = True
    receipt: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> "Result | None":
        """The result that a receipt keeps, of this version or a later one; None where it is damaged."""
        try:
            result: Result = typed(cls, parse_json(text))
            typed(Receipt, result.receipt)
        except ValueError:
            return None
        return result


def receipt_of(submission: str, checks: str, seed: str = "") -> dict[str, Any]:
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
