"""Where submissions are graded: here, or on a cluster. Both give each task its outcome."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from autograder.grading.worker import Grader, Order, Outcome, Task

ALONE = 2  # times that a task is tried with no other beside it, before it is called ungradable
KILLS = "it ended the worker that graded it, {times} times, with nothing else running there: {why}"


class Engine(Protocol):
    """Grades tasks, in any order. Raises SandboxError where there are no walls."""

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Each task with its outcome, as they come."""


class Here:
    """One worker, in this process."""

    def __init__(self, order: Order) -> None:
        self._grader = Grader(order)

    def run(self, tasks: Iterable[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Each task with its outcome, in their order."""
        self._grader.start()
        for task in tasks:
            outcome = self._grader.grade(task)
            yield task, again(self._grader.grade, task) if outcome.retry else outcome


def again(grade: Callable[[Task], Outcome], task: Task) -> Outcome:
    """Try a task alone whose worker failed: blame must not fall on a neighbour, nor on bad luck."""
    for _ in range(ALONE):
        outcome = grade(task)
        if not outcome.retry:
            return outcome
    return Outcome(reason=KILLS.format(times=ALONE, why=outcome.reason))
