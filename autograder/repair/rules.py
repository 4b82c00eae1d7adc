"""How a submitted notebook is mended, and which rules decide where nothing is known.

nbgrader stops at a copied or deleted cell, and grades a check that runs above its answer. Where
the lesson's own cell is known, a repair is no guess: a check is put back as it was released.
Where it is not, these rules hold, and each repair is told in a sentence:

- Of the copies of an answer, the last one that has an answer counts, as in the student's kernel.
- A cell that still is the stub never undoes an answer.
- A cell without marks is known by its id, then by the function that it defines.
- A check runs below its answer and the lesson's answers that it needs. Nothing else is moved.
- No text that a student wrote is lost, and an unbroken notebook stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from autograder.repair.notebook import (
    OURS,
    Cell,
    heavy,
    is_piece_of,
    is_text_of,
    own_lines,
    put_together,
    take_apart,
)
from autograder.repair.parsing import Answer, answer, joined, joins, read_code, same_text, without_definition
from autograder.repair.released import Original, Originals
from autograder.submissions import UngradableError

NOTE = "mended"  # the id of the cell that tells the student


@dataclass(frozen=True)
class Mended:
    """A notebook that nbgrader can grade, and what had to be done for that."""

    notebook: NotebookNode
    repairs: tuple[str, ...]


def mend(notebook: NotebookNode, lesson: Originals) -> Mended:
    """The notebook with the lesson's cells in it, each once and in a place where it works.

    Raises UngradableError where none of them can be found in it.
    """
    work = _Mending(notebook, lesson)
    work.run()
    read_code.cache_clear()  # it is for the cells of one notebook
    repairs = tuple(dict.fromkeys(work.repairs))
    if repairs:
        lines = ["**This notebook was mended before it was graded.**", "", *(f"- {line}" for line in repairs)]
        work.cells.insert(0, Cell("markdown", "\n".join(lines), id=NOTE, metadata={OURS: "note"}))
    metadata = notebook.get("metadata")
    try:
        built = put_together(work.cells, dict(metadata or {}), {"repairs": list(repairs)} if repairs else {})
    except nbformat.ValidationError as error:
        line = str(error).strip().splitlines()[0]
        raise UngradableError(f"it is damaged beyond repair ({line}). Grade it by hand.") from None
    return Mended(built, repairs)


class _Mending:
    """One notebook on its way. `cells` is changed step by step; `repairs` grows.

    counts: for each solution cell, the cell whose definition of its function counts.
    """

    def __init__(self, notebook: NotebookNode, lesson: Originals) -> None:
        self.lesson = lesson
        self.repairs: list[str] = []
        self.counts: dict[str, Cell] = {}
        self.restored: set[str] = set()
        self.cells = [c for c in take_apart(notebook) if c.metadata.get(OURS) != "note"]
        if heavy(self.cells, dict(notebook.get("metadata") or {})):
            self._say("Metadata too large to keep was left out; grading needs none of it.")

    def run(self) -> None:
        self._claim()
        self._join()
        for original in self.lesson.solutions():
            self._choose_solution(original)
        for original in self.lesson.fixed():
            self._choose_fixed(original)
        if not any(cell.held and not self.lesson.cells[cell.held].demo for cell in self.cells):
            raise UngradableError(
                "it is a different notebook: none of the lesson's cells or functions are in it. "
                "Ask for the right one."
            )
        for original in self.lesson.cells.values():
            if self._holder(original.name) is None and not original.demo:
                self._put_back(original)
        self._order()
        self._silence_stubs()
        self._import()
        stale = [cell.held for cell in self.cells if cell.stale and cell.held not in self.restored]
        if stale:
            self._say(f"nbgrader's marks were old, changed or missing, and are as released: {_list(stale)}.")

    # Which cell is which

    def _claim(self) -> None:
        """Take note of the lesson's cell that each cell says it is, by its marks or else by its id."""
        foreign = 0
        for cell in self.cells:
            marked = cell.marks.get("grade_id")
            colab = cell.metadata.get("id")  # where Colab keeps it
            names = [n for n in (marked, cell.id, colab) if isinstance(n, str) and n in self.lesson.cells]
            cell.claim = names[0] if names else ""
            used = any(cell.marks.get(key) for key in ("grade", "solution", "locked", "task"))
            foreign += used and not cell.claim
        if foreign:
            cells = "a cell" if foreign == 1 else f"{foreign} cells"
            self._say(f"Marks of nbgrader that are not this lesson's were taken off {cells}.")

    def _join(self) -> None:
        """Join a function that was cut in two: its end cannot run as a cell of its own."""
        for name in (cell.function for cell in self.lesson.solutions() if cell.function):
            at = 0
            while at + 1 < len(self.cells):
                head, tail = self.cells[at : at + 2]
                if (
                    head.kind == tail.kind == "code"
                    and tail.claim in ("", head.claim)
                    and joins(head.source, tail.source, name)
                ):
                    head.source = joined(head.source, tail.source)
                    self.cells.remove(tail)
                    self._say(f"`{name}` was cut in two cells, which were joined.")
                else:
                    at += 1

    def _choose_solution(self, original: Original) -> None:
        name = original.name
        claims = [c for c in self.cells if c.claim == name and not c.held]
        best = max(claims, key=lambda c: (self._answer(c, original), self._at(c)), default=None)
        if best is not None and self._answer(best, original) >= Answer.ASIDE:
            self.counts[name] = best
        elif (elsewhere := self._elsewhere(original, best)) is not None:
            self.counts[name] = elsewhere
            if self._may_hold(elsewhere) and not self._works(original, best):
                self._say(
                    f"The cell of `{name}` has no answer; the cell that defines the function counts."
                    if claims
                    else f"The cell of `{name}` was not marked; it was recognised by its function."
                )
                best = elsewhere
        elif best is None:
            free = [c for c in self.cells if self._may_hold(c) and c.kind == "code"]
            found = [c for c in free if self._answer(c, original) > Answer.NONE]
            best = max(found, key=lambda c: (self._answer(c, original), self._at(c)), default=None)
            if best is not None:
                self._say(f"The cell of `{name}` was not marked; it was recognised by its function.")
        if len(claims) > 1:
            which = "the last one that has an answer counts" if name in self.counts else "the last one counts"
            self._say(f"`{name}` stood in {len(claims)} cells: {which}, the others stay as plain cells.")
        if best is not None:
            self._hold(best, original)

    def _elsewhere(self, original: Original, best: Cell | None) -> Cell | None:
        """The cell that defines a function which none of the cells marked for it define."""
        if original.function is None:
            return None
        found = [
            cell
            for cell in self.cells
            if cell.claim != original.name
            and (rank := self._answer(cell, original)) >= Answer.ASIDE
            and (rank == Answer.FILLED or self._may_hold(cell))
        ]
        if (works := self._works(original, best)) is not None:
            return works
        return max(
            found, key=lambda c: (self._answer(c, original), self._may_hold(c), self._at(c)), default=None
        )

    def _works(self, original: Original, best: Cell | None) -> Cell | None:
        """The definition that the check would meet if all stayed as it is, where it is an answer."""
        if best is None:
            return None
        tests = [
            i
            for i, cell in enumerate(self.cells)
            if cell.claim in self.lesson.cells
            and (fixed := self.lesson.cells[cell.claim]).grade
            and not fixed.solution
            and self.lesson.solution_of(fixed.name) == original
        ]
        above = self.cells[: tests[0] if tests else self._at(best) + 1]
        ranks = [(self._answer(cell, original), cell) for cell in above if cell.kind == "code"]
        met = [(rank, cell) for rank, cell in ranks if rank in (Answer.STUB, Answer.FILLED)]
        return met[-1][1] if met and met[-1][0] == Answer.FILLED else None

    def _choose_fixed(self, original: Original) -> None:
        name = original.name
        claims = [c for c in self.cells if c.claim == name and not c.held]
        if not claims:
            same = [c for c in self.cells if not c.claim and not c.held]
            claims = [c for c in same if is_text_of(c, original)][:1]
        if not claims:
            return
        floor = max((self._at(c) for c in self._needs(original)), default=-1)
        best = next((c for c in claims if self._at(c) > floor and c.kind == original.cell_type), claims[-1])
        for cell in claims:
            if cell is not best and not own_lines(cell, original):
                self.cells.remove(cell)  # the lesson's text, or a piece of it
        if len(claims) > 1:
            self._say(f"{_called(original, self.lesson)} stood in {len(claims)} cells; it counts once.")
        if not any(same_text(best.source, text) for text in (original.released, original.source)):
            while (tail := self._after(best)) is not None and is_piece_of(tail, original):
                self.cells.remove(tail)  # the end of a cell that was cut in two
            self._keep_text(best, original)
        best.source = original.source
        self._hold(best, original)

    def _keep_text(self, cell: Cell, original: Original) -> None:
        """Keep what a student wrote into a locked cell, as text that is not run: nbgrader drops it."""
        said = f"{_called(original, self.lesson)} was changed, and is as released"
        if own_lines(cell, original):
            self.cells.insert(self._at(cell), Cell("raw", cell.source))
            said += "; what was written there stands above it, as text"
        self._say(f"{said}.")

    def _hold(self, cell: Cell, original: Original) -> None:
        if cell.kind != original.cell_type:
            self._say(f"The cell `{original.name}` was turned into {cell.kind}, and is {original.cell_type}.")
        cell.become(original)
        cell.claim = original.name

    # Where the lesson's cells stand

    def _put_back(self, original: Original) -> None:
        name, source, said = original.name, original.source, "was missing and is put back as released"
        if original.solution and name in self.counts:
            source = f"# `{original.function}` is defined in another cell."
            said = "was missing; the function in another cell counts"
        elif original.solution:
            said = "was missing and is put back without an answer"
        cell = Cell(original.cell_type, source)
        cell.become(original)
        self.cells.insert(self._place(original), cell)
        self.restored.add(name)
        self._say(f"{_called(original, self.lesson)} {said}.")

    def _place(self, original: Original) -> int:
        """Where a missing cell goes: next to the cells that it stands next to in the lesson."""
        tests = [t for t in self.lesson.fixed() if self.lesson.solution_of(t.name) == original]
        if original.solution and (found := [h for t in tests if (h := self._holder(t.name))]):
            return min(map(self._at, found))
        by_place = {cell.held or cell.id: i for i, cell in reversed(list(enumerate(self.cells)))}
        places = self.lesson.places
        here = places.index(original.name) if original.name in places else 0
        for name in reversed(places[:here]):
            if name in by_place:
                return by_place[name] + 1
        for name in places[here + 1 :]:
            if name in by_place:
                return by_place[name]
        own = self.lesson.solution_of(original.name)
        holder = self._holder(own.name) if own is not None else None
        return self._at(holder) + 1 if holder is not None else len(self.cells)

    def _order(self) -> None:
        """Move each check below what it needs; the student's own cells stay in their order."""
        for original in self.lesson.fixed():
            cell = self._holder(original.name)
            if cell is None or not original.grade:
                continue
            floor = max((self._at(c) for c in self._needs(original)), default=-1)
            at = self._at(cell)
            if at > floor:
                continue
            while floor + 1 < len(self.cells) and self._is_test(self.cells[floor + 1]):
                floor += 1
            self.cells.insert(floor + 1, cell)
            del self.cells[at]
            if original.name not in self.restored:
                called = _called(original, self.lesson)
                self._say(f"{called} stood above an answer that it needs; it was moved below.")

    def _needs(self, test: Original) -> Iterator[Cell]:
        """The cells that a check must follow."""
        own = self.lesson.solution_of(test.name)
        if own is not None:
            yield from filter(None, (self._holder(own.name), self.counts.get(own.name)))
            yield from self._used_by(own, test)
        for original in self.lesson.above(test.name):
            if not original.solution and not original.grade and not original.demo:
                yield from filter(None, [self._holder(original.name)])

    def _used_by(self, own: Original, test: Original) -> Iterator[Cell]:
        """The answers that an answer calls, and those that they call, unless the check is below one."""
        by_function = {o.function: o for o in self.lesson.solutions() if o.function}
        todo, seen = [own.name], {own.name}
        holder = self._holder(test.name)
        above = self.cells[: self._at(holder)] if holder is not None else []
        while todo:
            cell = self.counts.get(todo.pop())
            for name in sorted(read_code(cell.source).uses & by_function.keys()) if cell else []:
                other = by_function[name]
                if other.name in seen or other.name not in self.counts:
                    continue
                seen.add(other.name)
                todo.append(other.name)
                if not any(self._answer(c, other) == Answer.FILLED for c in above):
                    yield self.counts[other.name]

    def _silence_stubs(self) -> None:
        """Turn a stub to comments where it would undo the answer above it, before the check runs."""
        # a later check may call the answer too, through another one
        last = max((at for at, cell in enumerate(self.cells) if self._is_test(cell)), default=0)
        for original in self.lesson.solutions():
            counts, function = self.counts.get(original.name), original.function
            if counts is None or function is None:
                continue
            for at, cell in enumerate(self.cells):
                undoes = at > self._at(counts) and (at < last or cell.claim == original.name)
                if undoes and cell.kind == "code" and self._answer(cell, original) == Answer.STUB:
                    cell.source = without_definition(cell.source, function)
                    self._say(f"An unsolved copy of `{original.name}` below the answer was commented out.")

    def _import(self) -> None:
        """Put back, at the top, the lesson's imports that no cell above the first check makes."""
        first = next((i for i, cell in enumerate(self.cells) if self._is_test(cell)), 0)
        code = [(i, read_code(c.source)) for i, c in enumerate(self.cells) if c.kind == "code"]
        bound = {name for i, reading in code if i < first for name in reading.binds}
        demos = {n for n, original in self.lesson.cells.items() if original.demo}
        used = {
            name
            for i, reading in code
            if self.cells[i].held not in demos
            for name in reading.uses - reading.binds.keys()
        }
        missing = {n: line for n, line in self.lesson.imports.items() if n in used - bound}
        if missing:
            self.cells.insert(0, Cell("code", "\n".join(dict.fromkeys(missing.values())), id="imports"))
            self._say(
                f"The lesson's imports were missing above the checks, and are put back: {_list(missing)}."
            )

    # Small questions

    def _answer(self, cell: Cell, original: Original) -> Answer:
        """What a cell has for a solution cell of the lesson."""
        if original.function is None:  # an answer in words, or code without a function
            if cell.claim != original.name or not cell.source.strip():
                return Answer.NONE
            if same_text(cell.source, original.source):
                return Answer.STUB
            return Answer.FILLED if cell.kind == original.cell_type else Answer.ASIDE
        kind = cell.kind
        if cell.claim in self.lesson.cells and self.lesson.cells[cell.claim].locked:
            kind = "raw"  # a locked cell's text is not run
        return answer(cell.source, kind, original.function, original.source)

    def _may_hold(self, cell: Cell) -> bool:
        """Whether a cell can become a cell of the lesson: it is none, or not in its own words."""
        if cell.held or not cell.claim:
            return not cell.held
        claimed = self.lesson.cells[cell.claim]
        return claimed.locked or self._answer(cell, claimed) == Answer.NONE

    def _holder(self, name: str) -> Cell | None:
        return next((cell for cell in self.cells if cell.held == name), None)

    def _is_test(self, cell: Cell) -> bool:
        return (
            bool(cell.held)
            and self.lesson.cells[cell.held].grade
            and not self.lesson.cells[cell.held].solution
        )

    def _at(self, cell: Cell) -> int:
        return next(i for i, other in enumerate(self.cells) if other is cell)

    def _after(self, cell: Cell) -> Cell | None:
        at = self._at(cell) + 1
        return self.cells[at] if at < len(self.cells) else None

    def _say(self, sentence: str) -> None:
        self.repairs.append(sentence)


def _called(original: Original, lesson: Originals) -> str:
    own = lesson.solution_of(original.name) if original.grade and not original.solution else None
    return f"The check of `{own.name}`" if own is not None else f"The cell `{original.name}`"


def _list(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)
