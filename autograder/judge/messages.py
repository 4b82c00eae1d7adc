"""The messages between the caller and the judge; `autograder.solver.messages` puts them on the channel."""

from dataclasses import dataclass
from typing import Any, NamedTuple


@dataclass(frozen=True)
class JudgeStart:
    """The first message, answered by JudgeReady.

    limits: the fields of `Limits`. wall, without: as `open_sandbox` takes them.
    """

    limits: dict[str, Any]
    wall: str
    without: list[str]


@dataclass(frozen=True)
class JudgeReady:
    """The judge can take notebooks. wall: the kind of sandbox that stands."""

    wall: str


@dataclass(frozen=True)
class JudgeFailed:
    """Why the judge cannot start, or cannot judge a notebook."""

    reason: str


class CellOrder(NamedTuple):
    """A cell to run. kind: "student" runs in the solver, "test" in the judge."""

    kind: str
    source: str


@dataclass(frozen=True)
class NotebookOrder:
    """A notebook to judge, answered by JudgedNotebook.

    cells: its CellOrders, in order. declared: the names that the released solution cells define;
    test cells may use them. seed: the hidden inputs follow from it. files: the content of the files that
    cells find in their folder, by their paths.
    """

    cells: list[Any]
    declared: list[str]
    seed: str
    files: dict[str, bytes]


class CellResult(NamedTuple):
    """The outputs of a cell, as a notebook keeps them, and its number."""

    outputs: list[dict[str, Any]]
    number: int | None = None


@dataclass(frozen=True)
class JudgedNotebook:
    """What became of a notebook.

    results: a CellResult for each cell. work: seconds of processor time that the student's `cells`
    took, the `answers` to the checks' calls (each observed, as it would be in a kernel), and the
    `checks`, without the forks and the channel between them.
    entropy: whether an answer drew from the operating system's, so that a regrade may differ.
    """

    results: list[Any]
    work: dict[str, float]
    entropy: bool
