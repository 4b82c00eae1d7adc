"""The messages between judge and solver, and their form on the channel.

Every message is a frozen dataclass. On the channel it is a list: the name of its class, then its
fields. The reader names the classes that it expects, and takes nothing else; but a field of a
solver's answer holds whatever a student's process sent, so the judge checks each one that it uses.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from .channel import ChannelError

# From the sandbox to the warm parent


@dataclass(frozen=True)
class BoxOrder:
    """Make a box for one submission; the socket of its solver follows.

    isolate: False runs the solver with the caller's own rights, in `directory`. fresh: the folders
    that are empty in every box. disk, watch: bytes of these folders, and of all processes together,
    where 0 leaves that to a control group. rlimits: limits of one process, by their names.
    """

    isolate: bool
    walls: list[str]
    disk: int
    fresh: list[str]
    directory: str
    rlimits: dict[str, int]
    watch: int


# From the judge to the solver of one submission, and back


@dataclass(frozen=True)
class RunCell:
    """Run a student's cell. cpu_seconds: of processor time that the cell may take."""

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
    """Fork for a test cell, whose socket follows; answered by Ready.

    last: no cell comes after it, so that no fork is needed. cpu_seconds: as in RunCell, of all calls.
    """

    last: bool
    cpu_seconds: float


@dataclass(frozen=True)
class Ready:
    """Whether what was ordered is there: the warm parent, the judge, or a fork."""

    ready: Any = True


# From the judge to a fork, and back


@dataclass(frozen=True)
class BindNames:
    """Say what these names of the session mean; answered by NamesBound."""

    names: list[str]


@dataclass(frozen=True)
class NamesBound:
    """Which of the names are functions, and the values of the others; a missing name is in neither."""

    functions: Any = field(default_factory=list)
    values: Any = field(default_factory=dict)


@dataclass(frozen=True)
class CallFunction:
    """Call a bound function with each of these arguments; one Answer for each."""

    name: str
    calls: Any  # arguments and keywords of each


@dataclass(frozen=True)
class Answer:
    """What became of a call: a `heinit_lab.checking.observe.Call`, without what the judge knows itself.

    error: the name and the message of what it raised, or None. after: for each argument, True where it
    is unchanged, else its new value. work: seconds of processor time with observing it.
    entropy: whether it drew from the operating system's.
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


@dataclass(frozen=True)
class TooLarge:
    """In place of an answer that the channel does not take, with the reason."""

    reason: Any


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
    raise ChannelError("its answer was malformed")
