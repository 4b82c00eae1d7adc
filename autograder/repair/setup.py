"""What the lesson's own ordinary cells define (imports, constants, helpers) is there when a check runs.

Where the notebook has nothing that defines a name, the lesson's statement is put back. Where a cell has
lines of the student's beside the lesson's, any of them may fail (a module that is not installed, a magic,
a file that is not there), and would take the lines below along. Such a cell stays as it is and is run in
pieces: the lesson's statements first, then each of the cell's own by itself.
"""

from autograder.repair.notebook import SubmittedCell, quoted
from autograder.repair.parsing import bare, binds_data, pieces, read_code
from autograder.repair.released import ReleasedLesson


def put_back_setup(cells: list[SubmittedCell], lesson: ReleasedLesson) -> list[str]:
    """Insert what the notebook needs of the lesson's set-up but has nowhere above the checks; says so."""
    tests = (i for i, cell in enumerate(cells) if cell.stands_for and cell.stands_for.is_test)
    first, at = next(tests, 0), 0
    bound: set[str] = set()
    used: set[str] = set()
    for i, cell in enumerate(cells):
        if cell.kind != "code" or (cell.stands_for and cell.stands_for.demo):
            continue
        code = read_code(cell.source)
        used |= code.needs
        if i < first:
            bound |= {name for name in code.binds if _bound_alike(name, cell, lesson)}
            shadowed = code.binds.keys() & lesson.setup.keys() - bound
            at = i + 1 if shadowed else at
    missing = lesson.setup.keys() & used - bound
    for name in (todo := list(missing)):  # what these statements need in turn; the list grows in the loop
        needs = read_code(lesson.setup[name]).needs & lesson.setup.keys() - bound - missing
        missing |= needs
        todo += needs
    statements = {name: line for name, line in lesson.setup.items() if name in missing}
    if not statements:
        return []
    cells.insert(at, SubmittedCell("code", "\n".join(dict.fromkeys(statements.values())), id="imports"))
    what = "imports were" if all(map(_imports, statements.values())) else "set-up was"
    back = "are" if what == "imports were" else "is"
    return [f"The lesson's {what} missing above the checks, and {back} put back: {quoted(statements)}."]


def cut_setup(cells: list[SubmittedCell], lesson: ReleasedLesson) -> None:
    """Cut each cell that defines a part of the set-up for the first time, and holds other lines too."""
    own = set(lesson.setup.values())
    ready: set[str] = set()
    for cell in cells:
        if cell.kind != "code" or (cell.stands_for and not cell.stands_for.solution):
            continue
        names = [name for name in lesson.setup if name not in ready and _bound_alike(name, cell, lesson)]
        ready.update(names)
        statements = dict.fromkeys(lesson.setup[name] for name in names)
        parts = pieces(cell.source)
        alone = len(parts) == 1 and not any(map(_imports, statements))
        if names and not alone and not all(bare(part) in own for part in parts):
            cell.pieces = ["\n".join(statements), *parts]


def _bound_alike(name: str, cell: SubmittedCell, lesson: ReleasedLesson) -> bool:
    """Whether a cell binds a name as the lesson does: `np = 3` is no import of `np`."""
    code = read_code(cell.source)
    imported = _imports(lesson.setup.get(name, ""))
    return name in code.binds and not (imported and binds_data(code, name))


def _imports(statement: str) -> bool:
    return statement.startswith(("import ", "from "))
