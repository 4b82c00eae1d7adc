"""Tasks that are quickly done, and some that are not: numbers to be squared."""

from __future__ import annotations

import os
import time

from autograder.errors import HeinitError
from autograder.grading.job import Job, Refusal


class Squares(Job[int, tuple[int, int]]):
    """Squares numbers; an outcome is the square, and the process that made it.

    deadly: the numbers that end the process which squares them. walls: whether it can work at all.
    -1 goes wrong once, and -2 always, as if the worker were to blame; -3 takes for ever.
    """

    tasks_per_start = 10

    def __init__(self, deadly: frozenset[int] = frozenset(), walls: bool = True) -> None:
        self.deadly, self.walls, self.seen = deadly, walls, set[int]()

    def start(self) -> None:
        if not self.walls:
            raise HeinitError("there are no walls")

    def environment(self) -> str:
        return "the same everywhere"

    def do(self, task: int) -> tuple[int, int] | Refusal:
        if task in self.deadly:
            os._exit(1)
        while task == -3:
            time.sleep(60)
        if task == -2 or (task == -1 and task not in self.seen):
            self.seen.add(task)
            return Refusal("bad luck", retry=True)
        return task * task, os.getpid()
