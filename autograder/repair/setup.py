"""What the lesson's own ordinary cells define (imports, constants, helpers) is there when a check runs.

Where the notebook has nothing that defines a name, the lesson's statement is put back. Where a cell has
lines of the student's beside the lesson's, any of them may fail (a module that is not installed, a magic,
a file that is not there), and would take the lines below along. Such a cell stays as it is and is run in
pieces: the lesson's statements first, then each of the cell's own by itself.
"""

from autograder.repair.notebook import SubmittedCell, in_backticks
from autograder.repair.parsing import binds_data, pieces, read_code, without_comments
from autograder.repair.released import ReleasedLesson


def put_back_setup(cells: list[SubmittedCell], lesson: ReleasedLesson) -> list[str]:
    """Insert what the notebook needs of the lesson's set-up and has nowhere above. Returns the sentences.

    Above the first check, the order of the cells does not matter: no function is called before that check.
    """
    tests = (i for i, cell in enumerate(cells) if cell.stands_for and cell.stands_for.is_test)
    first, at = next(tests, 0), 0
    bound: set[str] = set()
    needed: set[str] = set()
    missing: set[str] = set()
    for i, cell in enumerate(cells):
        if cell.kind != "code" or (cell.stands_for and cell.stands_for.demo):
            continue
        code = read_code(cell.source)
        needed |= code.needs & lesson.setup.keys()
        bound |= {name for name in code.binds if _bound_alike(name, cell, lesson)}
        if i < first:
            at = i + 1 if code.binds.keys() & lesson.setup.keys() - bound else at
        else:
            missing |= needed - bound
            needed = set()
    if not missing:
        return []
    inserted = list(missing)
    for name in inserted:  # and what these statements need in turn; the list grows in the loop
        inserted += read_code(lesson.setup[name]).needs & lesson.setup.keys() - set(inserted)
    statements = dict.fromkeys(line for name, line in lesson.setup.items() if name in inserted)
    cells.insert(at, SubmittedCell("code", "\n".join(statements), id="imports"))
    names = in_backticks(name for name in lesson.setup if name in missing)
    if all(map(_imports, statements)):
        return [f"The lesson's imports were missing above the checks, and are put back: {names}."]
    return [f"The lesson's set-up was missing above the checks, and is put back: {names}."]


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
        if names and not alone and not all(without_comments(part) in own for part in parts):
            cell.pieces = ["\n".join(statements), *parts]


def _bound_alike(name: str, cell: SubmittedCell, lesson: ReleasedLesson) -> bool:
    """Whether a cell binds a name as the lesson does: `np = 3` is no import of `np`."""
    code = read_code(cell.source)
    imported = _imports(lesson.setup.get(name, ""))
    return name in code.binds and not (imported and binds_data(code, name))


def _imports(statement: str) -> bool:
    return statement.startswith(("import ", "from "))
