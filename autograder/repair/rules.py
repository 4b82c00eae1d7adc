"""How a submitted notebook is repaired before it is graded.

nbgrader cannot grade a notebook in which a student copied or deleted one of its cells, and runs a
check even where it stands above the answer. The repair finds each released cell in the submission
and puts back the ones that are missing. Where the submission leaves open what the student meant,
these rules decide, and a sentence in the notebook names each repair:

- Of several copies of an answer, the last copy that is filled in counts, as in the student's kernel.
- A cell that still holds the stub never replaces an answer. A cell without nbgrader's marks is recognised
  by its id, or else by the function that it defines.
- A check runs below its own answer and below every answer that this answer calls. Nothing else moves.
- In a set-up cell that was changed, the lesson's lines run first, then each of the student's by itself.
- Every line that the student wrote stays in the notebook, and an intact notebook does not change.

`repair` takes these steps: recognise the cells, join answers that were split, choose a cell for each
released cell, put back missing cells, order the checks, comment out stubs, secure the set-up.
"""

from collections.abc import Iterable, Iterator

import nbformat
from nbformat import NotebookNode

from autograder.repair.notebook import (
    OURS,
    SubmittedCell,
    add_repairs,
    in_backticks,
    put_together,
    small_entries,
    take_apart,
)
from autograder.repair.parsing import (
    AnswerState,
    answer,
    forget_parsed,
    read_code,
    same_text,
    without_definition,
)
from autograder.repair.released import ReleasedCell, ReleasedLesson
from autograder.repair.setup import cut_setup, put_back_setup
from autograder.repair.splitting import cut_from_text, join_split_answers
from autograder.submissions.notebook_file import first_line
from autograder.submissions.submission import ASK, UngradableError
from autograder.text import storable


def repair(
    notebook: NotebookNode, lesson: ReleasedLesson, notes: Iterable[str] = (), cut_off: bool = False
) -> NotebookNode:
    """The notebook with every released cell in it once, at a place where the cell works.

    `repairs_of` gives the sentences on what was repaired.
    notes: sentences on the file and on what lies beside it, to be told with the repairs. cut_off: whether
    the last cells are missing, as in `Submitted`.
    Raises UngradableError where the notebook has no cell of the lesson, or cannot be made valid.
    """
    work = _NotebookRepair(notebook, lesson)
    work.run(cut_off)
    defines = work.other_definitions()
    forget_parsed()
    try:
        repaired = put_together(work.cells, work.metadata)
    except nbformat.ValidationError as error:
        reason = f"it is damaged beyond repair ({first_line(error)}). Grade it by hand."
        raise UngradableError(reason) from None
    if defines:
        repaired.metadata[OURS] = {"defines": defines}
    add_repairs(repaired, [*notes, *work.repairs])
    return repaired


class _NotebookRepair:
    """The repair of one notebook. `cells` changes step by step, and `repairs` grows.

    answers: by the name of each solution cell, the cell with the definition that counts.
    stale: the names of the cells whose marks had to be restored. restored: the names of the released
    cells that were missing.
    """

    def __init__(self, notebook: NotebookNode, lesson: ReleasedLesson) -> None:
        self.lesson = lesson
        metadata = notebook.get("metadata")
        self.metadata = storable(metadata) if isinstance(metadata, dict) else {}
        self.metadata.pop("widgets", None)  # what JupyterLab saves of explorers is large, and no damage
        self.cells = [cell for cell in take_apart(notebook) if cell.metadata.pop(OURS, "") != "note"]
        self.repairs: list[str] = []
        self.answers: dict[str, SubmittedCell] = {}
        self.stale: list[str] = []
        self.restored: set[str] = set()
        if any(small_entries(m) != m for m in (self.metadata, *(cell.metadata for cell in self.cells))):
            self.repairs.append("Metadata too large to keep was left out; grading needs none of it.")

    def run(self, cut_off: bool) -> None:
        self._recognise()
        if cut_off:
            self._check_answers_are_whole()
        self.repairs += cut_from_text(self.cells, self.lesson)
        self.repairs += join_split_answers(self.cells, self.lesson)
        for released in self.lesson.solutions():
            self._choose_solution(released)
        for released in self.lesson.fixed():
            self._choose_fixed(released)
        if all(cell.stands_for is None or cell.stands_for.demo for cell in self.cells):
            raise UngradableError(
                "it is a different notebook: none of the lesson's cells or functions are in it. "
                "Ask for the right one."
            )
        for released in self.lesson.cells.values():
            if self._cell_for(released) is None and not released.demo:
                self._put_back(released)
        self._order_checks()
        self._comment_out_stubs()
        self.repairs += put_back_setup(self.cells, self.lesson)
        cut_setup(self.cells, self.lesson)
        if self.stale:
            names = in_backticks(self.stale)
            self.repairs.append(
                f"nbgrader's marks were old, changed or missing, and are as released: {names}."
            )

    def _check_answers_are_whole(self) -> None:
        """Raise UngradableError where a file breaks off before the cell of the last answer."""
        there = {cell.marked_as.name for cell in self.cells if cell.marked_as}
        if lost := [cell.name for cell in self.lesson.solutions() if cell.name not in there]:
            raise UngradableError(f"it breaks off before the answers to {', '.join(lost)}. {ASK}")

    # Which cell is which

    def _recognise(self) -> None:
        """Set `marked_as` of each cell, by nbgrader's marks or else by the cell's id."""
        foreign = 0
        for cell in self.cells:
            colab_id = cell.metadata.get("id")
            for name in (colab_id, cell.id, cell.marks.get("grade_id")):  # the last one decides
                if isinstance(name, str) and name in self.lesson.cells:
                    cell.marked_as = self.lesson.cells[name]
            in_use = any(cell.marks.get(key) for key in ("grade", "solution", "locked", "task"))
            foreign += in_use and cell.marked_as is None
        if foreign:
            cells = "a cell" if foreign == 1 else f"{foreign} cells"
            self.repairs.append(f"Marks of nbgrader that are not this lesson's were taken off {cells}.")

    def _choose_solution(self, released: ReleasedCell) -> None:
        """Choose the cell that takes the place of a solution cell, and the cell whose answer counts."""
        name = released.name

        def rank(cell: SubmittedCell) -> tuple[AnswerState, bool, int]:
            return self._answer(cell, released), self._is_free(cell), self.cells.index(cell)

        marked = [cell for cell in self.cells if cell.marked_as is released and not cell.stands_for]
        chosen = max(marked, key=rank, default=None)
        if chosen is not None and self._answer(chosen, released) >= AnswerState.ASIDE:
            self.answers[name] = chosen
        else:  # the student may have written the answer into another cell
            met = self._answer_met_by_check(released, chosen)
            others = [cell for cell in self.cells if self._can_answer(cell, released)]
            other = met or max(others, key=rank, default=None)
            complete = other is not None and self._answer(other, released) >= AnswerState.ASIDE
            if other is not None and complete:
                self.answers[name] = other
            if other is not None and met is None and self._is_free(other) and (complete or chosen is None):
                chosen = other
                self.repairs.append(
                    f"The cell of `{name}` has no answer; the cell that defines the function counts."
                    if marked
                    else f"The cell of `{name}` was not marked; it was recognised by its function."
                )
        if len(marked) > 1:
            which = "the last one that has an answer" if name in self.answers else "the last one"
            self.repairs.append(
                f"`{name}` stood in {len(marked)} cells: {which} counts, the others stay as plain cells."
            )
        if chosen is not None:
            self._place(chosen, released)

    def _can_answer(self, cell: SubmittedCell, released: ReleasedCell) -> bool:
        """Whether a cell that is not marked as this solution cell can hold its answer."""
        state = self._answer(cell, released)
        if state in (AnswerState.STUB, AnswerState.BROKEN) and cell.kind != "code":
            return False
        return state == AnswerState.FILLED or (state > AnswerState.NONE and self._is_free(cell))

    def _answer_met_by_check(
        self, released: ReleasedCell, chosen: SubmittedCell | None
    ) -> SubmittedCell | None:
        """The cell whose answer the check would use if no cell changed its place, if there is one."""
        if chosen is None:
            return None
        end = self.cells.index(chosen) + 1
        for i, cell in enumerate(self.cells):
            test = cell.marked_as
            if test is not None and test.is_test and self.lesson.solution_of(test.name) is released:
                end = i
                break
        for cell in reversed(self.cells[:end]):
            state = self._answer(cell, released) if cell.kind == "code" else AnswerState.NONE
            if state in (AnswerState.STUB, AnswerState.FILLED):  # the last definition that runs
                return cell if state == AnswerState.FILLED else None
        return None

    def _choose_fixed(self, released: ReleasedCell) -> None:
        """Choose the cell that takes the place of a test or another fixed cell, and restore its text."""
        marked = [cell for cell in self.cells if cell.marked_as is released and not cell.stands_for]
        if not marked:
            marked = [c for c in self.cells if not c.stands_for and c.is_end_of(released)][:1]
        if not marked:
            return
        floor = self._floor(released)
        in_place = (c for c in marked if self.cells.index(c) > floor and c.kind == released.cell_type)
        chosen = next(in_place, marked[-1])
        for cell in marked:
            if cell is not chosen and not cell.own_lines(released):
                self.cells.remove(cell)
        title = self.lesson.title(released)
        if len(marked) > 1:
            self.repairs.append(f"{title} stood in {len(marked)} cells; it counts once.")
        if not any(same_text(chosen.source, text) for text in (released.released, released.source)):
            below = self.cells.index(chosen) + 1
            while below < len(self.cells) and self.cells[below].is_part_of(released):
                del self.cells[below]  # the second part of a cell that was split
            sentence = f"{title} was changed, and is as released"
            if chosen.own_lines(released):  # nbgrader would drop what the student wrote there
                self.cells.insert(below - 1, SubmittedCell("raw", chosen.source))
                sentence += "; what was written there stands above it, as text"
            self.repairs.append(f"{sentence}.")
        chosen.source = released.source
        self._place(chosen, released)

    def _place(self, cell: SubmittedCell, released: ReleasedCell) -> None:
        """Let a cell take the place of a released cell."""
        if cell.kind != released.cell_type:
            self.repairs.append(
                f"The cell `{released.name}` was turned into {cell.kind}, and is {released.cell_type}."
            )
        if cell.take_place_of(released):
            self.stale.append(released.name)

    # Where the lesson's cells stand

    def _put_back(self, released: ReleasedCell) -> None:
        """Insert a released cell that is missing."""
        source, what = released.source, "was missing and is put back as released"
        if released.solution and released.name in self.answers:
            source = f"# `{released.function}` is defined in another cell."
            what = "was missing; the function in another cell counts"
        elif released.solution:
            what = "was missing and is put back without an answer"
        cell = SubmittedCell(released.cell_type, source)
        cell.take_place_of(released)
        self.cells.insert(self._position(released), cell)
        self.restored.add(released.name)
        self.repairs.append(f"{self.lesson.title(released)} {what}.")

    def _position(self, released: ReleasedCell) -> int:
        """Where to insert a missing cell: next to a cell that is next to it in the lesson."""
        if released.solution:  # above its checks
            tests = [t for t in self.lesson.fixed() if self.lesson.solution_of(t.name) is released]
            if checks := [cell for cell in map(self._cell_for, tests) if cell]:
                return min(map(self.cells.index, checks))
        position: dict[str, int] = {}
        for i, cell in enumerate(self.cells):
            position.setdefault(cell.stands_for.name if cell.stands_for else cell.id, i)
        places = self.lesson.places
        at = places.index(released.name) if released.name in places else 0
        for name in filter(position.__contains__, reversed(places[:at])):
            return position[name] + 1
        for name in filter(position.__contains__, places[at + 1 :]):
            return position[name]
        solution = self.lesson.solution_of(released.name)
        above = self._cell_for(solution) if solution else None
        return self.cells.index(above) + 1 if above else len(self.cells)

    def _order_checks(self) -> None:
        """Move each check below the cells that it needs. The student's cells stay in their order."""
        for released in self.lesson.fixed():
            cell = self._cell_for(released)
            if cell is None or not released.grade:
                continue
            at, floor = self.cells.index(cell), self._floor(released)
            if at > floor:
                continue
            while floor + 1 < len(self.cells) and self._is_test(self.cells[floor + 1]):
                floor += 1  # checks that were moved before stay in front
            self.cells.insert(floor + 1, cell)
            del self.cells[at]
            if released.name not in self.restored:
                title = self.lesson.title(released)
                self.repairs.append(f"{title} stood above an answer that it needs; it was moved below.")

    def _floor(self, test: ReleasedCell) -> int:
        """The index of the last cell that must stand above a test; -1 where there is none."""
        return max(map(self.cells.index, self._needs(test)), default=-1)

    def _needs(self, test: ReleasedCell) -> Iterator[SubmittedCell]:
        """The cells that must stand above a test: the answers that run in it, and the lesson's own code."""
        solution = self.lesson.solution_of(test.name)
        if solution is not None:
            yield from filter(None, (self._cell_for(solution), self.answers.get(solution.name)))
            yield from self._called_answers(solution, test)
        code = (c for c in self.lesson.above(test.name) if not (c.solution or c.grade or c.demo))
        yield from filter(None, map(self._cell_for, code))

    def _called_answers(self, solution: ReleasedCell, test: ReleasedCell) -> Iterator[SubmittedCell]:
        """The answers that an answer calls, directly or not, and that are not yet defined above the test."""
        by_function = {cell.function: cell.name for cell in self.lesson.solutions() if cell.function}
        check = self._cell_for(test)
        above = self.cells[: self.cells.index(check)] if check else []
        names = [solution.name]
        for name in names:  # grows in the loop
            source = self.answers[name].source if name in self.answers else ""
            for function in sorted(read_code(source).needs & by_function.keys()):
                called = by_function[function]
                if called in names or called not in self.answers:
                    continue
                names.append(called)
                if not any(self._defines(c, self.lesson.cells[called]) for c in above):
                    yield self.answers[called]

    def _comment_out_stubs(self) -> None:
        """Comment out a stub that would replace the answer above it before a check runs."""
        # any check below counts, since its answer may call this one
        last_check = max((i for i, cell in enumerate(self.cells) if self._is_test(cell)), default=0)
        for released in self.lesson.solutions():
            if released.name not in self.answers or released.function is None:
                continue
            first = self.cells.index(self.answers[released.name]) + 1
            for at, cell in enumerate(self.cells[first:], first):
                matters = cell.kind == "code" and (at < last_check or cell.marked_as is released)
                if matters and self._answer(cell, released) == AnswerState.STUB:
                    cell.source = without_definition(cell.source, released.function)
                    self.repairs.append(
                        f"An unsolved copy of `{released.name}` below the answer was commented out."
                    )

    def other_definitions(self) -> dict[str, list[str]]:
        """For each answer that is missing, what its cell defines instead: a function of another name, say."""
        cells = {r.name: self._cell_for(r) for r in self.lesson.solutions() if r.name not in self.answers}
        names = {name: read_code(cell.source).binds for name, cell in cells.items() if cell}
        return {name: [n for n in list(binds)[:5] if n != name] for name, binds in names.items() if binds}

    # Questions about a cell

    def _answer(self, cell: SubmittedCell, released: ReleasedCell) -> AnswerState:
        """How far a cell answers a solution cell of the lesson."""
        if released.function is None:  # an answer in words, or code that defines no function
            if cell.marked_as is not released or not cell.source.strip():
                return AnswerState.NONE
            if same_text(cell.source, released.source):
                return AnswerState.STUB
            return AnswerState.FILLED if cell.kind == released.cell_type else AnswerState.ASIDE
        # the text of a locked cell is replaced, so code that was written there will not run
        kind = "raw" if cell.marked_as and cell.marked_as.locked else cell.kind
        own = cell.marked_as is released
        return answer(cell.source, kind, released.function, released.source, own)

    def _defines(self, cell: SubmittedCell, released: ReleasedCell) -> bool:
        """Whether a cell binds the function's name, be it to a variable of the student's."""
        bound = cell.kind == "code" and released.function in read_code(cell.source).binds
        return bound and self._answer(cell, released) != AnswerState.STUB

    def _is_free(self, cell: SubmittedCell) -> bool:
        """Whether a cell can take the place of a solution cell that it is not marked as.

        An unmarked cell can, and so can a marked cell whose own text is locked or holds no answer.
        """
        if cell.stands_for or cell.marked_as is None:
            return not cell.stands_for
        return cell.marked_as.locked or self._answer(cell, cell.marked_as) == AnswerState.NONE

    def _is_test(self, cell: SubmittedCell) -> bool:
        return cell.stands_for is not None and cell.stands_for.is_test

    def _cell_for(self, released: ReleasedCell) -> SubmittedCell | None:
        """The cell that stands for a released cell."""
        return next((cell for cell in self.cells if cell.stands_for is released), None)
