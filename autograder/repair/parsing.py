"""What the code of a submitted cell defines, found by parsing its text. No submitted code is run here."""

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

LONGEST = 100_000  # characters; a longer cell is not parsed
KEPT = 2000  # cells that are parsed once: the cells of a notebook, and pairs of them
TRANSPARENT = re.compile(r"%%(time|capture|prun)\b")  # cell magics that run their cell in the notebook
# Magics and shell lines are not Python: before parsing, `pass` or `None` takes the place of each.
# The possessive `*+` matches a line of many blanks in linear time.
LINE_MAGIC = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?[ \t]*)$", re.M)
ASSIGNED_MAGIC = re.compile(r"^([\w, \t]+=[ \t]*)[%!].*$", re.M)
BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # their bodies have a namespace of their own


class Answer(IntEnum):
    """How far a cell answers an exercise, in ascending order."""

    NONE = 0  # the cell does not define the function
    STUB = 1  # the function is as released, or its body is empty
    BROKEN = 2  # the definition cannot be parsed
    ASIDE = 3  # the definition is complete, but its cell does not run: it is not a code cell
    FILLED = 4


@dataclass(frozen=True)
class ParsedCode:
    """The names in a cell's code.

    parses: whether the code could be parsed. binds: for each name that the cell binds in the
    notebook's namespace, the last statement that does so. uses: every name that the code mentions.
    """

    parses: bool
    binds: dict[str, ast.stmt] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()


@lru_cache(maxsize=KEPT)
def read_code(source: str) -> ParsedCode:
    """Parse a cell's code as IPython would."""
    tree = _parse(source)
    if tree is None:
        return ParsedCode(parses=False)
    binds = {name: statement for statement in _top_level(tree) for name in _bound(statement)}
    uses = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return ParsedCode(True, binds, uses)


def answer(source: str, cell_type: str, name: str, stub: str = "") -> Answer:
    """How far a cell with this source and type defines the function `name`.

    stub: the source of the released cell.
    """
    code = read_code(source)
    if not code.parses:
        broken = re.search(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.M)
        return Answer.BROKEN if broken else Answer.NONE
    if name not in code.binds:
        return Answer.NONE
    if same_text(source, stub) or _is_stub(code.binds[name]):
        return Answer.STUB
    return Answer.FILLED if cell_type == "code" else Answer.ASIDE


def same_text(a: str, b: str) -> bool:
    """Whether two texts are equal, apart from blank lines and blanks at the ends of lines."""
    return _lines(a) == _lines(b)


@lru_cache(maxsize=KEPT)
def runs_alone(source: str) -> bool:
    """Whether a cell is a program by itself. Like IPython, this removes a common indentation first.

    To compile the cell would say so too, but the code of nested `finally` blocks grows as 2**depth.
    """
    tree = _parse(textwrap.dedent(source))
    return tree is not None and all(_is_complete(tree))


def _is_complete(tree: ast.Module) -> Iterator[bool]:
    """For each statement and expression that leaves a function or a loop, whether it stands inside."""
    stack: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]  # a node, in a function, in a loop
    while stack:
        node, function, loop = stack.pop()
        if isinstance(node, (ast.Return, ast.Yield, ast.YieldFrom, ast.Nonlocal)):
            yield function
        elif isinstance(node, (ast.Break, ast.Continue)):
            yield loop
        if isinstance(node, (*SCOPES, ast.Lambda)):
            function, loop = not isinstance(node, ast.ClassDef), False
        after = set(map(id, node.orelse)) if isinstance(node, LOOPS) else set()
        loop_inside = loop or isinstance(node, LOOPS)
        for child in ast.iter_child_nodes(node):
            stack.append((child, function, loop if id(child) in after else loop_inside))


def joined(head: str, tail: str, name: str) -> str | None:
    """The source of the cells `head` and `tail`, if the function `name` was split into these two."""
    if name not in head:
        return None
    first = next((line for line in tail.splitlines() if line.strip()), "")
    whole = head.rstrip("\n") + "\n" + tail.strip("\n")
    if first[:1] not in (" ", "\t") or runs_alone(tail) or not runs_alone(whole):
        return None
    definition = read_code(whole).binds.get(name)
    end = definition.end_lineno if isinstance(definition, ast.FunctionDef) else None
    return whole if end is not None and end > len(head.rstrip().splitlines()) else None


def without_definition(source: str, name: str) -> str:
    """The source with the definition of `name` commented out."""
    statement = read_code(source).binds[name]
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef) else []
    start = min([statement.lineno, *(node.lineno for node in decorators)])
    lines = source.split("\n")
    for i in range(start - 1, statement.end_lineno or start):
        lines[i] = f"# {lines[i]}".rstrip()
    return "\n".join(lines)


def imports(source: str) -> dict[str, str]:
    """For each name that a cell imports, the import statement."""
    return {
        name: ast.unparse(statement)
        for name, statement in read_code(source).binds.items()
        if isinstance(statement, (ast.Import, ast.ImportFrom))
    }


def forget_parsed() -> None:
    """Empty the caches, which serve the cells of one notebook."""
    read_code.cache_clear()
    runs_alone.cache_clear()


def _parse(source: str) -> ast.Module | None:
    if len(source) > LONGEST:
        return None
    if source.lstrip().startswith("%%"):
        head, _, rest = source.lstrip().partition("\n")
        if not TRANSPARENT.match(head):
            return None
        source = "\n" * (source.count("\n") - rest.count("\n")) + rest
    plain = LINE_MAGIC.sub(r"\1pass", ASSIGNED_MAGIC.sub(r"\1None", source))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the student's text, not ours
        for text in (source, plain):
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
    return None


def _top_level(tree: ast.Module) -> Iterator[ast.stmt]:
    """The statements that run in the notebook's own namespace, in order, nested blocks included."""
    stack: list[ast.AST] = [tree]  # not recursive: a chain of a thousand `elif` is a thousand levels deep
    while stack:
        node = stack.pop()
        if isinstance(node, ast.stmt):
            yield node
        if not isinstance(node, SCOPES):
            children = reversed(list(ast.iter_child_nodes(node)))
            stack += [child for child in children if isinstance(child, BLOCKS)]


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a definition, an import or an assignment binds."""
    if isinstance(statement, SCOPES):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        nodes = (node for target in targets for node in ast.walk(target))
        yield from (n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _is_stub(statement: ast.stmt) -> bool:
    """Whether a statement defines a function whose body does nothing or raises NotImplementedError."""
    return isinstance(statement, ast.FunctionDef) and all(map(_does_nothing, statement.body))


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
