"""The messages between judge and solver, and their form on the channel.

Every message is a frozen dataclass. On the channel it is a list: the name of its class, then its
fields. The reader names the classes that it expects, and takes nothing else. A field of a solver's
message (typed Any) holds whatever a student's process sent, so the judge checks each that it uses.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from .channel import ChannelError, End, receive, send

LONGEST_TEXT = 4000  # characters of a text about a call: an error, a warning


@dataclass(frozen=True)
class BoxOrder:
    """From the sandbox to the warm parent: make a box for one submission. Three descriptors follow: a
    socket for orders, and the writing ends of two pipes, one for answers and one for init's life.

    kind: of sandbox; "none" runs the solver with the caller's own rights. walls: those of this kind.
    fresh: what is an empty folder in every box. directory: where a box without namespaces has its folder.
    places: what Landlock opens, each with its rights. disk, watch: bytes of these folders, and of all
    processes together, where 0 leaves that to a control group. rlimits: limits of one process, by their
    names. processes: how many there may be at the same time.
    """

    kind: str
    disk: int
    rlimits: dict[str, int]
    watch: int
    walls: list[str] = field(default_factory=list)
    fresh: list[str] = field(default_factory=list)
    directory: str = ""
    places: list[Any] = field(default_factory=list)
    processes: int = 0


@dataclass(frozen=True)
class Ready:
    """Whether the warm parent, the solver of a box, or a fork is ready.

    ready: True, or why not.
    """

    ready: Any = True


@dataclass(frozen=True)
class PutFiles:
    """To the solver, before any cell: write these files into the folder in which the cells run."""

    files: dict[str, bytes]


@dataclass(frozen=True)
class RunCell:
    """To the solver: run a student's cell, in so many seconds of processor time."""

    source: str
    cpu_seconds: float


@dataclass(frozen=True)
class CellRan:
    """What a cell showed, its number, and the seconds of processor time that it took."""

    outputs: Any
    count: Any
    seconds: Any


@dataclass(frozen=True)
class ForkForTest:
    """To the solver: fork for a test cell; answered by Ready. Two descriptors follow: the reading end of a
    pipe of questions, and the writing end of a pipe of answers.

    last: whether no cell comes after it. cpu_seconds: processor time of all the test cell's calls.
    """

    last: bool
    cpu_seconds: float


@dataclass(frozen=True)
class BindNames:
    """To a fork: say what these names of the session mean; answered by NamesBound.

    stand_ins: the student's functions that stand-ins replace first; see CallReference.
    """

    names: list[str]
    stand_ins: list[str]


@dataclass(frozen=True)
class NamesBound:
    """Which of the names are functions, and the values of the others; a missing name is in neither."""

    functions: Any
    values: Any


@dataclass(frozen=True)
class FindMentions:
    """To a fork: say which of these names the code of a bound function uses; answered by Mentions."""

    name: str
    names: list[str]


@dataclass(frozen=True)
class Mentions:
    """The names that a function's code uses, itself or through the student's other functions."""

    names: Any


@dataclass(frozen=True)
class CallReference:
    """From a fork, in the middle of a call: a stand-in was called; answered by ReferenceAnswer.

    name: of the function that the stand-in replaces.
    """

    name: Any
    args: Any
    kwargs: Any


@dataclass(frozen=True)
class ReferenceAnswer:
    """To a fork: what the reference answer gave.

    error: the name and the message of what it raised, or None. generators: the Generators among the
    arguments and keywords, in their order, as the call left them.
    """

    value: Any
    error: list[str] | None
    generators: list[Any]


@dataclass(frozen=True)
class CallFunction:
    """To a fork: call a bound function with each of these arguments and keywords; a CallAnswer for each."""

    name: str
    calls: Any


@dataclass(frozen=True)
class CallAnswer:
    """What became of a call: a `heinit_lab.checking.observe.Call`, without what the judge knows itself.

    error: the name and the message of what it raised, or None. after: for each argument, True where
    the argument is unchanged, else its new value. work: seconds of processor time, observing it
    included. entropy: whether it drew from the operating system's.
    """

    value: Any
    error: Any
    where: Any
    after: Any
    shares: Any
    global_rng: Any
    warnings: Any
    seconds: Any
    work: Any
    entropy: Any


def send_message(end: End, message: Any, seconds: float | None = None, fds: Sequence[int] = ()) -> None:
    """Send a message, and the descriptors that follow it. Raises as `channel.send` does."""
    send(end, to_wire(message), seconds, fds)


def send_or_instead(end: End, message: Any, instead: Callable[[ChannelError], Any]) -> None:
    """Send a message. instead: gives what to send where the channel does not take the message."""
    try:
        send_message(end, message)
    except ChannelError as error:
        send_message(end, instead(error))


def receive_message(end: End, *kinds: type[Any], seconds: float | None = None) -> Any:
    """Receive a message of one of these kinds. Raises as `channel.receive` and `from_wire` do."""
    return from_wire(receive(end, seconds), *kinds)


def to_wire(message: Any) -> list[Any]:
    """What the channel sends of a message."""
    return [type(message).__name__, *vars(message).values()]


def from_wire(value: Any, *kinds: type[Any]) -> Any:
    """The message that was received. Raises ChannelError where the value is none of these kinds."""
    match value:
        case [str(name), *parts]:
            for kind in kinds:
                if name == kind.__name__ and len(parts) == len(fields(kind)):
                    return kind(*parts)
    raise ChannelError("the message is malformed")
