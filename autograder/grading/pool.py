"""Do many tasks that know nothing of each other: here, or on the cores of one machine or of many.

How it works. An `Order` is what all tasks of a run share. Each worker gets it once and makes a
`Craft` of it, which keeps warm what it needs and does one task after the other. `Here` is one
worker in this process; `cluster.Cluster` has workers of Dask's `distributed`. What comes of a
task is bytes on its way back: workers share no files with us, and never open the gradebook.

A task whose worker failed may be the one to blame, or its neighbour, or bad luck. It is tried
again with nothing else running there, and fails for good only when that went wrong twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

ALONE = 2  # times that a task is tried with no other beside it, before it has failed
KILLS = "it ended the worker that had it, {times} times, with nothing else running there: {why}"


class Outcome(Protocol):
    """What came of a task. reason: why nothing did, or ''. retry: whether that may be the worker's fault."""

    @property
    def reason(self) -> str: ...

    @property
    def retry(self) -> bool: ...

    def to_bytes(self) -> bytes:
        """What `Order.outcome` makes the same outcome of."""


T = TypeVar("T")
O = TypeVar("O", bound=Outcome)
T_contra = TypeVar("T_contra", contravariant=True)
O_co = TypeVar("O_co", bound=Outcome, covariant=True)


class Craft(Protocol[T_contra, O_co]):
    """What a worker does, one task after the other."""

    def start(self) -> None:
        """Get ready. Raises HeinitError where that cannot be: then no task is done."""

    def do(self, task: T_contra, /) -> O_co:
        """Do one task. Raises HeinitError where no other would be done either."""

    def close(self) -> None:
        """The run is over."""


class Order(Protocol[T_contra, O_co]):
    """What all tasks of a run share; pickled to go to the workers.

    worth: as many tasks take one worker about as long as it takes to start another.
    """

    @property
    def worth(self) -> int: ...

    def craft(self) -> Craft[T_contra, O_co]:
        """Made once on each worker."""

    def environment(self) -> str:
        """Equal on two machines where they give the same outcomes."""

    def outcome(self, data: bytes) -> O_co:
        """The outcome that `to_bytes` made them of."""

    def failed(self, reason: str, retry: bool = False) -> O_co:
        """The outcome of a task that no worker could do."""


class Engine(Protocol[T, O_co]):
    """Does tasks, in any order. Raises HeinitError where none can be done."""

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, O_co]]:
        """Each task with its outcome, as they come."""


class Here(Engine[T, O]):
    """One worker, in this process."""

    def __init__(self, order: Order[T, O]) -> None:
        self._order, self._craft = order, order.craft()

    def run(self, tasks: Iterable[T]) -> Iterator[tuple[T, O]]:
        """Each task with its outcome, in their order."""
        self._craft.start()
        for task in tasks:
            outcome = self._craft.do(task)
            yield task, again(self._craft.do, task, self._order) if outcome.retry else outcome


def again(do: Callable[[T], O], task: T, order: Order[T, O]) -> O:
    """Try a task alone whose worker failed: blame must not fall on a neighbour, nor on bad luck."""
    for _ in range(ALONE):
        outcome = do(task)
        if not outcome.retry:
            return outcome
    return order.failed(KILLS.format(times=ALONE, why=outcome.reason))


def engine(
    order: Order[T, O], tasks: int, workers: int | None = 1, scheduler: str | None = None
) -> Engine[T, O]:
    """The workers of a scheduler, so many workers on this machine, or one in this process.

    tasks: how many there are. workers: None for a core each, where there is enough to do.
    """
    if workers is None:
        workers = min(cores(), tasks // order.worth)
    if min(workers, tasks) <= 1 and scheduler is None:
        return Here(order)
    from autograder.grading.cluster import Cluster  # imports a second's worth

    return Cluster(order, min(workers, tasks), scheduler)


def cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
