"""What a run over many tasks consists of: a job, and what stands for the outcome of a task that has none."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Generic, TypeVar

T = TypeVar("T")  # a task
O = TypeVar("O")  # its outcome
ALONE = 2  # times that a task is tried with no other beside it, before it is refused
KILLS = "its worker did not finish it, also {times} times with nothing else running there: {why}"


@dataclass(frozen=True)
class Refusal:
    """Why a task has no outcome. retry: whether the worker may be to blame."""

    reason: str
    retry: bool = False


class Job(ABC, Generic[T, O]):
    """What all tasks of a run share. It is pickled to go to the workers.

    tasks_per_start: how many tasks a worker does in about the time that it takes to start a worker.
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


def do_alone(do: Callable[[T], O | Refusal], task: T) -> O | Refusal:
    """Try a task again whose worker failed, while nothing else runs there."""
    why = ""
    for _ in range(ALONE):
        outcome = do(task)
        if not isinstance(outcome, Refusal) or not outcome.retry:
            return outcome
        why = outcome.reason
    return Refusal(KILLS.format(times=ALONE, why=why))
