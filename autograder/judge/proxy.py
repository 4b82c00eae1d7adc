"""What a test cell holds in place of the student's function, and the line to the fork behind it."""

from __future__ import annotations

import builtins
import socket
import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from autograder.solver.answer import TOLD
from autograder.solver.channel import Budget, ChannelError, Inbox, send
from heinit_lab.checking.observe import Arguments, Call, same_data

MAX_TEXT = 4000  # characters of a message


class StudentError(Exception):
    """The student's function raised something that is none of Python's own exceptions."""


class NoAnswerError(Exception):
    """The student's function gave no answer: it ended its process, or took too long."""


def student_error(name: str, message: str) -> Exception:
    """An exception of the judge's own for one that happened elsewhere.

    name: its class there. Only ordinary exceptions of Python keep their class; SystemExit,
    KeyboardInterrupt, StopIteration, or a class that is called `eval`, become StudentError.
    """
    kind = _TABLE.get(name)
    if kind is not None:
        try:
            return kind(message)
        except TypeError:  # UnicodeDecodeError and its like want more than a message
            pass
    return StudentError(f"{name}: {message}" if message else name)


_TABLE: dict[str, type[Exception]] = {
    name: kind
    for name, kind in vars(builtins).items()
    if isinstance(kind, type)
    and issubclass(kind, Exception)
    and not issubclass(kind, (StopIteration, StopAsyncIteration, Warning))
    and kind.__name__ == name
}


class Line:
    """The judge's end of the line to a fork that answers for one test cell.

    All its answers together are bounded: by seconds of wall time, and in what they may hold, since
    the checks keep them until the cell has ended. work: seconds of processor time
    that they took so far, and entropy: whether one drew from the system's, as the fork tells it.
    """

    def __init__(self, sock: socket.socket, seconds: float) -> None:
        self._sock, self._until = sock, time.monotonic() + seconds
        self._inbox, self._budget = Inbox(sock), Budget(times=2)
        self._dead = ""
        self.work = 0.0
        self.entropy = False

    def ask(self, question: dict[str, Any]) -> None:
        """Put a question, which `hear` then gives the answers of.

        Raises NoAnswerError where it is not taken, now and ever after.
        """
        if self._dead:
            raise NoAnswerError(self._dead)
        try:
            send(self._sock, question, seconds=self._seconds())
        except ChannelError as error:
            raise self._gone(error) from None

    def hear(self) -> dict[str, Any]:
        """The next answer. Raises NoAnswerError where none comes, now and ever after."""
        if self._dead:
            raise NoAnswerError(self._dead)
        try:
            answer = self._inbox.receive(seconds=self._seconds(), budget=self._budget)
        except ChannelError as error:
            raise self._gone(error) from None
        if isinstance(answer, list) and len(answer) == len(TOLD):
            answer = dict(zip(TOLD, answer, strict=True))
        if not isinstance(answer, dict):
            self._dead = "its answer was malformed"
            raise NoAnswerError(self._dead)
        self.work += told_seconds(answer, "work")
        self.entropy |= answer.get("entropy") is True
        return answer

    def _seconds(self) -> float:
        return max(0.0, self._until - time.monotonic())

    def _gone(self, error: ChannelError) -> NoAnswerError:
        self._dead = _why(str(error))
        return NoAnswerError(self._dead)

    def bind(self, names: Iterable[str]) -> dict[str, Any]:
        """What the names mean in the session: a copy of plain data, or a Proxy. Missing ones are left out."""
        wanted = list(names)
        if not wanted:
            return {}
        self.ask({"op": "bind", "names": wanted})
        answer = self.hear()
        bound: dict[str, Any] = {}
        for name in wanted:
            found = answer.get(name)
            if not isinstance(found, dict):
                continue
            if found.get("kind") == "callable":
                bound[name] = Proxy(name, self)
            elif found.get("kind") == "data" and "value" in found:
                bound[name] = found["value"]
        return bound

    def close(self) -> None:
        """Hang up; the fork ends."""
        self._sock.close()


def _why(error: str) -> str:
    """Why there is no answer, in words."""
    if "in time" in error:
        return "it took too long"
    return f"it ended its own process ({error})" if "gone" in error else f"its answer is not taken: {error}"


class Proxy:
    """The student's function, called over the line.

    Called as a function it behaves like one: it returns, raises, and changes its arguments in
    place. Checks call it through `observe`, which gets the whole `Call`.
    """

    def __init__(self, name: str, line: Line) -> None:
        self.__name__ = self.__qualname__ = name
        self._line = line

    def __repr__(self) -> str:
        return f"<the student's {self.__name__}>"

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        (call,) = self.__observe__([(args, kwargs)])
        for old, new in zip(args, call.after, strict=True):
            _change(old, new)
        if call.error is not None:
            raise call.error
        return call.value

    def __observe__(self, asked: Sequence[Arguments]) -> list[Call]:
        try:
            self._line.ask({"op": "calls", "name": self.__name__, "asked": asked})
        except NoAnswerError as none:
            return [Call(args=args, after=args, error=none) for args, _ in asked]
        return [self._heard(args) for args, _ in asked]

    def _heard(self, args: tuple[Any, ...]) -> Call:
        """The call with these arguments, whose answer is the next."""
        try:
            return _call(args, self._line.hear())
        except NoAnswerError as none:
            error = none
        except (LookupError, TypeError, ValueError, AttributeError):
            error = NoAnswerError("its answer was malformed")
        return Call(args=args, after=args, error=error)


def _call(args: tuple[Any, ...], answer: dict[str, Any]) -> Call:
    """A Call from an answer, which may say anything: what can be seen here is not asked there."""
    if "too_large" in answer:
        return Call(
            args=args, after=args, error=ValueError(f"what it returned is not taken: {answer['too_large']}")
        )
    told = answer["after"]
    if not isinstance(told, list) or len(told) != len(args):
        raise ValueError("after")
    after = tuple(old if new is True else new for old, new in zip(args, told, strict=True))
    generators = [i for i, arg in enumerate(args) if isinstance(arg, np.random.Generator)]
    for i in generators:
        if not isinstance(after[i], np.random.Generator):
            raise ValueError("after")
    error = answer["error"]
    return Call(
        args=args,
        after=after,
        value=answer["value"],
        error=None if error is None else student_error(_text(error["name"]), _text(error["message"])),
        where=_text(answer["where"]),
        changed=tuple(
            i for i, new in enumerate(after) if i not in generators and not same_data(args[i], new)
        ),
        shares=tuple(i for i in range(len(args)) if i in answer["shares"]),
        drew=any(_state(args[i]) != _state(after[i]) for i in generators),
        global_rng=bool(answer["global_rng"]),
        warnings=tuple(_text(text) for text in answer["warnings"][:20]),
        seconds=told_seconds(answer),
    )


def told_seconds(answer: dict[str, Any], key: str = "seconds") -> float:
    """The seconds that an answer says it took, or 0 where it says nothing sensible."""
    told = answer.get(key)
    return float(told) if isinstance(told, (int, float)) and 0 <= told < 1e6 else 0.0


def _text(told: Any) -> str:
    """Text of bounded length from whatever was told."""
    return told[:MAX_TEXT] if isinstance(told, str) else ""


def _state(rng: np.random.Generator) -> str:
    return repr(rng.bit_generator.state)


def _change(old: Any, new: Any) -> None:
    """Do to an argument here what the call did to its copy there."""
    if isinstance(old, np.random.Generator) and isinstance(new, np.random.Generator):
        old.bit_generator.state = new.bit_generator.state
    elif isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape == new.shape and not np.array_equal(old, new):
            old[...] = new
    elif isinstance(old, list) and isinstance(new, list):
        old[:] = new
    elif isinstance(old, dict) and isinstance(new, dict):
        old.clear()
        old.update(new)
