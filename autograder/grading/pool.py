"""Do many independent tasks: in this process, or in workers on one machine or on many.

How it works. A `Job` is what all tasks of a run share, and knows how to do one task. Where the
tasks are done by workers, each worker gets a copy of the job once, keeps it warm, and does one
task after the other. Workers share no files with the process that started the run, and never
open the gradebook: a task carries all that it needs, and its outcome carries all that came of it.

A task without an outcome gets a `Refusal`. Where its worker failed, the cause may be this task,
another task, or bad luck. So the task is tried again with nothing else running beside it, and is
refused for good only when that has failed twice.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

T = TypeVar("T")  # a task
O = TypeVar("O")  # its outcome
ALONE = 2  # times that a task is tried with no other beside it, before it is refused
KILLS = "it ended the worker that had it, {times} times, with nothing else running there: {why}"


@dataclass(frozen=True)
class Refusal:
    """Why a task has no outcome. retry: whether the worker may be to blame."""

    reason: str
    retry: bool = False


class Job(ABC, Generic[T, O]):
    """What all tasks of a run share. It is pickled to go to the workers.

    tasks_per_start: as many tasks take a worker about as long as it takes to start one.
    """

    tasks_per_start: ClassVar[int]

    def start(self) -> None:
        """Get ready, in the process that does the tasks. Raises HeinitError where none can be done."""

    @abstractmethod
    def do(self, task: T) -> O | Refusal:
        """Do one task. Raises HeinitError where no other task would be done either."""

    def close(self) -> None:
        """The run is over."""

    @abstractmethod
    def environment(self) -> str:
        """A hash that is equal on two machines where they give the same outcomes."""


def do_all(
    job: Job[T, O], tasks: Iterable[T], count: int, workers: int | None = 1, scheduler: str | None = None
) -> Iterator[tuple[T, O | Refusal]]:
    """Each task with its outcome, as they come. The tasks are drawn as they are needed.

    count: how many there are. workers, scheduler: as in `workers_for`; where a scheduler's address
    is given, its workers do the tasks.
    Raises HeinitError where no task can be done, UsageError where the address is not safe to use.
    """
    workers = workers_for(job, count, workers)
    if workers <= 1 and scheduler is None:
        return here(job, tasks)
    from autograder.grading.cluster import Cluster  # Dask takes a second to import

    return Cluster(job, workers, scheduler).run(tasks)


def here(job: Job[T, O], tasks: Iterable[T]) -> Iterator[tuple[T, O | Refusal]]:
    """Do the tasks in this process, in their order."""
    job.start()
    for task in tasks:
        outcome = job.do(task)
        retry = isinstance(outcome, Refusal) and outcome.retry
        yield task, do_alone(job.do, task) if retry else outcome


def do_alone(do: Callable[[T], O | Refusal], task: T) -> O | Refusal:
    """Try a task again whose worker failed, while nothing else runs there."""
    why = ""
    for _ in range(ALONE):
        outcome = do(task)
        if not isinstance(outcome, Refusal) or not outcome.retry:
            return outcome
        why = outcome.reason
    return Refusal(KILLS.format(times=ALONE, why=why))


def workers_for(job: Job[T, O], count: int, workers: int | None = 1) -> int:
    """How many workers do so many tasks; at most 1 means this process.

    workers: how many there may be; None for one on each core, where there is enough to do.
    """
    return min(count, min(cores(), count // job.tasks_per_start) if workers is None else workers)


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
