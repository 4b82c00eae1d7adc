"""What a test cell holds in place of the student's function, and the line to the fork behind it."""

import builtins
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import numpy as np

from autograder.solver.channel import Budget, ChannelClosed, ChannelError, ChannelTimeout, Inbox, send_frame
from autograder.solver.messages import (
    LONGEST_TEXT,
    BindNames,
    CallAnswer,
    CallFunction,
    CallReference,
    FindMentions,
    Mentions,
    NamesBound,
    from_wire,
    send_message,
)
from autograder.solver.pipes import PipeEnd
from heinit_lab.checking.observe import Arguments, Call, moved_on, same_data

LATE = "it took too long"
M = TypeVar("M")


class StudentError(Exception):
    """The student's function raised something that is none of Python's own exceptions."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.__heinit_type__ = name if name.isidentifier() else "an error"  # what a check calls it


class NoAnswerError(Exception):
    """The student's function gave no answer: it ended its process, or took too long."""

    __heinit_type__ = ""  # nothing that the student raised


def student_error(name: str, message: str) -> Exception:
    """An exception of the judge's own for one that happened elsewhere.

    name: its class there. Only ordinary exceptions of Python keep their class; SystemExit,
    KeyboardInterrupt, StopIteration, or a class that is called `eval`, become StudentError.
    """
    kind = _TABLE.get(name)
    if kind is not None:
        with suppress(TypeError):  # UnicodeDecodeError and its like want more than a message
            return kind(message)
    return StudentError(name, message)


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
    the checks keep them until the cell has ended. work: seconds of processor time that the answers
    took so far, and entropy: whether one drew from the system's, as the fork says.

    stand_ins: the student's functions that stand-ins replace in the fork. reference: gives the frame that
    answers the call of a stand-in. called: the names of the stand-ins that were called so far.
    """

    def __init__(
        self, stand_ins: Collection[str] = (), reference: Callable[[CallReference], bytes] | None = None
    ) -> None:
        self._stand_ins, self._reference = list(stand_ins), reference
        self.called: set[str] = set()
        self._ends: tuple[PipeEnd, PipeEnd] | None = None
        self._dead = "there is no process to ask"
        self._until = self._late = 0.0
        self.work = 0.0
        self.entropy = False

    def connect(self, questions: PipeEnd, answers: PipeEnd) -> None:
        """Talk to a fork through these ends of pipes."""
        self._ends, self._dead = (questions, answers), ""
        self._inbox, self._budget = Inbox(answers), Budget(times=4 if self._stand_ins else 2)

    @property
    def connected(self) -> bool:
        """Whether there are ends of pipes; the fork at their other ends may be gone."""
        return self._ends is not None

    def renew(self, seconds: float, work: float) -> None:
        """All answers from now on have so much wall time.

        work: seconds of processor time for all answers, after which the fork is ended from outside.
        """
        self._until = time.monotonic() + seconds
        self._late = self._late or time.monotonic() + work

    def ask(self, question: BindNames | FindMentions | CallFunction) -> None:
        """Send a question, whose answers `hear` then gives.

        Raises NoAnswerError where nobody reads it, now and ever after.
        """
        with self._alive():
            assert self._ends is not None
            send_message(self._ends[0], question, seconds=self._seconds())

    def hear(self, kind: type[M]) -> M:
        """The next answer, of this kind. Raises NoAnswerError where none comes, now and ever after.

        Until it comes, the calls of stand-ins are answered.
        """
        with self._alive():
            kinds = [kind, *([CallReference] if self._reference else [])]
            while isinstance(answer := from_wire(self._receive(), *kinds), CallReference):
                self._relay(answer)
        if isinstance(answer, CallAnswer):
            self.work += seconds_of(answer.work)
            self.entropy |= answer.entropy is True
        heard: M = answer
        return heard

    def _receive(self) -> Any:
        return self._inbox.receive(seconds=self._seconds(), budget=self._budget)

    def _relay(self, call: CallReference) -> None:
        """Send what the reference answer gives to the stand-in that was called."""
        assert self._ends is not None and self._reference is not None
        answer = self._reference(call)
        self.called.add(call.name)
        send_frame(self._ends[0], answer, seconds=self._seconds())

    def mentions(self, name: str, names: Sequence[str]) -> list[str] | None:
        """Those of the names that the code of a bound function uses, as the fork says; None if it is gone."""
        if not names:
            return []
        try:
            self.ask(FindMentions(name, list(names)))
            answer = self.hear(Mentions)
        except NoAnswerError:
            return None
        heard = answer.names if isinstance(answer.names, list) else []
        used = {each for each in heard if isinstance(each, str)}
        return [each for each in names if each in used]

    def bind(self, names: list[str]) -> dict[str, Any]:
        """What the names mean in the session: a copy of plain data, or a Proxy. Missing ones are left out."""
        if not names:
            return {}
        self.ask(BindNames(names, self._stand_ins))
        answer = self.hear(NamesBound)
        values = answer.values if isinstance(answer.values, dict) else {}
        functions = answer.functions if isinstance(answer.functions, list) else []
        functions = [name for name in functions if isinstance(name, str)]
        data = {name: values[name] for name in names if name in values}
        return data | {name: Proxy(name, self) for name in names if name in functions}

    def close(self) -> None:
        for end in self._ends or ():
            end.close()
        self._ends, self._dead = None, self._dead or "its process has ended"

    def _seconds(self) -> float:
        return max(0.0, self._until - time.monotonic())

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Turn an error of the channel inside the `with` into a NoAnswerError, now and ever after."""
        if self._dead:
            raise NoAnswerError(self._dead)
        try:
            yield
        except ChannelTimeout:
            self._dead = LATE
        except ChannelClosed as error:
            late = time.monotonic() >= self._late  # a fork that computes for too long is ended, not heard
            self._dead = LATE if late else f"it ended its own process, or took too much memory ({error})"
        except ChannelError as error:
            self._dead = f"its answer is not taken: {error}"
        if self._dead:
            raise NoAnswerError(self._dead)


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

    def __observe__(self, calls: Sequence[Arguments]) -> list[Call]:
        try:
            self._line.ask(CallFunction(self.__name__, calls))
        except NoAnswerError as error:
            return [Call(args=args, after=args, error=error) for args, _ in calls]
        return [self._next_call(args) for args, _ in calls]

    def _next_call(self, args: tuple[Any, ...]) -> Call:
        """The call with these arguments, whose answer is the next."""
        try:
            return _call(args, self._line.hear(CallAnswer))
        except NoAnswerError as no_answer:
            error = no_answer
        except (LookupError, TypeError, ValueError, AttributeError):
            error = NoAnswerError("its answer was malformed")
        return Call(args=args, after=args, error=error)


def _call(args: tuple[Any, ...], answer: CallAnswer) -> Call:
    """A Call from an answer, which may say anything; what the judge can see itself is not read there."""
    if not isinstance(answer.after, list) or len(answer.after) != len(args):
        raise ValueError("after")
    after = tuple(old if new is True else new for old, new in zip(args, answer.after, strict=True))
    generators = [i for i, arg in enumerate(args) if isinstance(arg, np.random.Generator)]
    if not all(isinstance(after[i], np.random.Generator) for i in generators):
        raise ValueError("after")
    error = None
    if answer.error is not None:
        name, message = answer.error
        error = student_error(_text(name), _text(message))
    return Call(
        args=args,
        after=after,
        value=answer.value,
        error=error,
        where=_text(answer.where),
        changed=tuple(
            i for i, new in enumerate(after) if i not in generators and not same_data(args[i], new)
        ),
        shares=tuple(i for i in range(len(args)) if i in answer.shares),
        drew=any(moved_on(args[i], after[i]) for i in generators),
        global_rng=bool(answer.global_rng),
        warnings=tuple(_text(text) for text in answer.warnings[:20]),
        seconds=seconds_of(answer.seconds),
    )


def seconds_of(value: Any) -> float:
    """The seconds that an answer took, or 0 where it says nothing sensible."""
    return float(value) if isinstance(value, (int, float)) and 0 <= value < 1e6 else 0.0


def _text(value: Any) -> str:
    """Text of bounded length, whatever the value is."""
    return value[:LONGEST_TEXT] if isinstance(value, str) else ""


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
