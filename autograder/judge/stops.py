"""Where a student's own cells stopped, and what that says about an exercise: a sentence each.

Only the errors of the student's cells are read here, which ran before any check asked anything. An error
in a test cell may carry a hidden input, and its text is never repeated.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.judge.cells import PageCell, mapping, page_cells, text_of
from autograder.repair.notebook import OURS, in_backticks
from heinit_lab.checking.report import VERDICT_MIME

NO_ANSWER = (
    "Hidden checks called the answer and got none: it ran out of time, or it ended its own process. "
    "All calls of one exercise share its time: does it compute, or write, more than it has to?"
)
MOST = 20  # cells of a notebook that are named
LONGEST = 200  # characters of an error's message
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LINE = re.compile(r"Cell In\[\d+\], line (\d{1,6})")
_PLACE = re.compile(r" \([^()]*, line \d+\)$")  # what a syntax error's message ends with
_MISSING = re.compile(r"name '(\w+)' is not defined")


@dataclass(frozen=True)
class Stop:
    """An error that a student's cell raised. line: None where it is not known."""

    cell: PageCell
    line: int | None
    error: str
    message: str

    def __str__(self) -> str:
        first = next((line.strip() for line in self.cell.source.splitlines() if line.strip()), "")
        name = self.cell.grade_id
        called = f"The cell of `{name}`" if name else f"The cell that begins `{_one_line(first, 60)}`"
        line = "" if self.line is None else f" at line {self.line}"
        words = ": ".join(filter(None, (self.error, self.message)))
        return f"{called} stopped{line}: {words}{'' if words.endswith(('.', '?', '!')) else '.'}"


def stops(cell: PageCell) -> Iterator[Stop]:
    """The errors that a cell raised; those of a test cell are not told."""
    for output in () if cell.check else cell.outputs:
        if output.get("output_type") == "error":
            lines = output.get("traceback")
            trace = _ANSI.sub("", "\n".join(map(text_of, lines if isinstance(lines, list) else [])))
            line = _LINE.search(trace)
            message = _one_line(_PLACE.sub("", text_of(output.get("evalue"))), LONGEST)
            yield Stop(
                cell, int(line[1]) if line else None, _one_line(text_of(output.get("ename")), 80), message
            )


def all_stops(notebook: Mapping[str, Any]) -> list[str]:
    """A sentence for each error of the student's cells, the first ones."""
    return [str(stop) for cell in page_cells(notebook) for stop in stops(cell)][:MOST]


def whys(notebook: Mapping[str, Any]) -> dict[str, str]:
    """`why_missing` of each exercise, by its name."""
    cells = list(page_cells(notebook))
    defines = mapping(mapping(notebook.get("metadata")).get(OURS)).get("defines")
    return {c.grade_id.removeprefix("test-"): why_missing(cells, defines, c) for c in cells if c.check}


def verdict(check: PageCell) -> Mapping[str, Any]:
    """What the hidden checks left in a test cell's outputs, or nothing."""
    data = (mapping(output.get("data")) for output in check.outputs if check.check)
    return next(filter(None, (mapping(bundle.get(VERDICT_MIME)) for bundle in data)), {})


def public_text(check: PageCell) -> str:
    """What the public check in a test cell printed, or the error that stopped the cell."""
    for output in check.outputs:
        data = mapping(output.get("data"))
        if output.get("output_type") == "error":
            return f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}"
        if output.get("output_type") == "display_data" and VERDICT_MIME not in data:
            return text_of(data.get("text/plain"))
    return ""


def why_missing(cells: Sequence[PageCell], defines: Any, check: PageCell) -> str:
    """Why the answer to an exercise is missing or cannot run, or '' where no cell of the student's says so.

    defines: as the repair has found it, what the cell of an answer defines in the place of the answer.
    check: the test cell.
    """
    exercise, says = check.grade_id.removeprefix("test-"), public_text(check)
    lookup = _MISSING.search(says)  # a name that the answer looks up and that nothing has bound
    needed = lookup[1] if lookup else exercise
    own = [cell for cell in cells if cell.grade_id == exercise]
    binding = [cell for cell in cells if _binds(exercise, cell)]
    others = [cell for cell in cells if lookup and re.search(rf"\b{needed}\b", cell.source)]
    for cell in (*own, *binding, *others):
        for stop in stops(cell):
            return str(stop)
    if verdict(check).get("no_answer"):
        return NO_ANSWER
    for cell in cells:
        if cell.grade_id == needed and (lookup or f"{exercise} is not defined" in says):
            return _ran_without_defining(cell, mapping(defines).get(needed))
    return ""


def _binds(name: str, cell: PageCell) -> bool:
    """Whether a cell's text defines a function or class of this name, or assigns to the name."""
    name = re.escape(name)
    lines = rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{name}\b|^{name}[ \t]*="
    return re.search(lines, cell.source, re.M) is not None


def _ran_without_defining(cell: PageCell, defines: Any) -> str:
    """What the cell of an answer did, where the cell ran and defines no answer."""
    if not cell.source.strip():
        return f"The cell of `{cell.grade_id}` is empty."
    names = in_backticks(map(text_of, defines)) if isinstance(defines, list) and defines else ""
    instead = f"defines {names}, not" if names else "does not define"
    return f"The cell of `{cell.grade_id}` ran to its end and {instead} `{cell.grade_id}`."


def _one_line(text: str, most: int) -> str:
    """Text of bounded length, in one line and without controls."""
    words = " ".join(_ANSI.sub("", text[: 10 * most]).replace("`", "'").split())
    return "".join(c for c in words if c.isprintable())[:most]
