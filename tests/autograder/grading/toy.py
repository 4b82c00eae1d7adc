"""Tasks that are quickly done, and some that are not: numbers to be squared."""

from __future__ import annotations

import os
from dataclasses import dataclass

from autograder.errors import HeinitError


@dataclass(frozen=True)
class Square:
    """What came of a number."""

    number: int = 0
    reason: str = ""
    retry: bool = False
    where: int = 0

    def to_bytes(self) -> bytes:
        return f"{self.number} {self.where}".encode()


@dataclass(frozen=True)
class Squares:
    """deadly: the numbers that end the process which squares them. walls: whether it can work at all."""

    deadly: frozenset[int] = frozenset()
    walls: bool = True
    worth: int = 10

    def craft(self) -> Squarer:
        return Squarer(self)

    def environment(self) -> str:
        return "the same everywhere"

    def outcome(self, data: bytes) -> Square:
        number, where = map(int, data.split())
        return Square(number, where=where)

    def failed(self, reason: str, retry: bool = False) -> Square:
        return Square(reason=reason, retry=retry)


class Squarer:
    """Squares numbers. -1 goes wrong once, and -2 always, as if the worker were to blame."""

    def __init__(self, order: Squares) -> None:
        self.order, self.seen = order, set[int]()

    def start(self) -> None:
        if not self.order.walls:
            raise HeinitError("there are no walls")

    def close(self) -> None: ...

    def do(self, number: int) -> Square:
        self.start()
        if number in self.order.deadly:
            os._exit(1)
        if number == -2 or (number == -1 and number not in self.seen):
            self.seen.add(number)
            return Square(reason="bad luck", retry=True)
        return Square(number * number, where=os.getpid())
