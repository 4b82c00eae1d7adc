"""Answers that were cut in several cells, or merged with the text beside them: both are put right.

A slip of a key does either in every notebook program, and what is left does not run.
"""

from itertools import product

from autograder.repair.notebook import SubmittedCell
from autograder.repair.parsing import definition_in_text, read_code, runs_alone
from autograder.repair.released import ReleasedLesson

MOST_PIECES = 5  # of one answer that are joined
WORDS = {2: "two", 3: "three", 4: "four", 5: "five"}


def join_split_answers(cells: list[SubmittedCell], lesson: ReleasedLesson) -> list[str]:
    """Join each function that was cut in several cells, and say so."""
    repairs = []
    for function in filter(None, (cell.function for cell in lesson.solutions())):
        at = 0
        while at < len(cells):
            pieces = 1
            while count := _join_at(cells, at, function):
                pieces += count - 1
            if pieces > 1:
                number = WORDS.get(pieces, str(pieces))
                repairs.append(f"`{function}` was cut in {number} cells, which were joined.")
            at += 1
    return repairs


def _join_at(cells: list[SubmittedCell], at: int, function: str) -> int:
    """Join a cut function whose first piece is here. Returns how many cells were joined, or 0."""
    head = cells[at]
    for count in range(2, MOST_PIECES + 1):
        pieces = cells[at : at + count]
        may_join = (cell.kind == "code" and cell.marked_as in (None, head.marked_as) for cell in pieces)
        if len(pieces) < count or not all(may_join):
            return 0
        if (source := joined([piece.source.strip("\n") for piece in pieces], function)) is not None:
            head.source = source
            del cells[at + 1 : at + count]
            return count
    return 0


def joined(pieces: list[str], name: str) -> str | None:
    """The source of these cells, if the function `name` was cut into them, even in the middle of a line.

    A piece that runs by itself is continued only by lines that do not run by themselves, or after a bare
    `return`: the cell below may be the student's own.
    """
    head, *tails = pieces
    if name not in "".join(pieces) or not (_is_open(head) or any(map(_is_body, tails))):
        return None
    for ends in product(("\n", ""), repeat=len(tails)):
        whole = head
        for end, tail in zip(ends, tails, strict=True):
            one_word = whole.endswith("return") and tail[:1].isidentifier()
            if not end and (one_word or not _is_open(whole)):
                break
            last = whole.count("\n") + bool(end)  # the last line that is not of this tail alone
            whole += end + tail
        else:
            statement = read_code(whole).binds.get(name) if runs_alone(whole) else None
            if statement is not None and (statement.end_lineno or 0) > last:
                return whole
    return None


def _is_open(source: str) -> bool:
    """Whether code does not run, or ends with a `return` whose value may have been cut off."""
    return not runs_alone(source) or source.split()[-1:] == ["return"]


def _is_body(source: str) -> bool:
    """Whether lines are part of a function, and no program by themselves."""
    first = next((line for line in source.splitlines() if line.strip()), "")
    return first[:1] in (" ", "\t") and not runs_alone(source)


def cut_from_text(cells: list[SubmittedCell], lesson: ReleasedLesson) -> list[str]:
    """Give each answer that was merged with text a cell of its own again, and say so.

    The text becomes a text cell, and every line stays in the notebook.
    """
    repairs = []
    for released in lesson.solutions():
        for cell in [c for c in cells if released.function and released.function in c.source]:
            parts = definition_in_text(cell.source, released.function or "")
            if parts is None:
                continue
            above, code, below = parts
            own = cell.marked_as if cell.marked_as is released else None
            answer = SubmittedCell("code", code, metadata=cell.metadata if own else {}, marked_as=own)
            if own is None:
                before = SubmittedCell("markdown", above, cell.id, cell.metadata, marked_as=cell.marked_as)
            else:
                before = SubmittedCell("markdown", above)
            at = cells.index(cell)
            parted = (before, answer, SubmittedCell("markdown", below))
            cells[at : at + 1] = [part for part in parted if part.source.strip()]
            repairs.append(
                f"`{released.function}` stood in one cell with text; it has a cell of its own again."
            )
    return repairs
