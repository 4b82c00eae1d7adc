"""What the code of a submitted cell defines, found by parsing its text. No submitted code is run here."""

import ast
import re
import symtable
import textwrap
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache
from itertools import pairwise

LONGEST = 100_000  # characters; a longer cell is not parsed
KEPT = 2000  # cells that are parsed once: the cells of a notebook, and pairs of them
MOST_PIECES = 50  # of a cell that is cut; the last piece holds the rest
TRANSPARENT = re.compile(r"%%(time|capture|prun)\b")  # cell magics that run their cell in the notebook
# Magics and shell lines are not Python: before parsing, `pass` or `None` takes the place of each.
# The possessive `*+` matches a line of many blanks in linear time.
LINE_MAGIC = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?[ \t]*)$", re.M)
ASSIGNED_MAGIC = re.compile(r"^([\w, \t]+=[ \t]*)[%!].*$", re.M)
BLOCKS = (ast.stmt, ast.ExceptHandler, ast.match_case)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # their bodies have a namespace of their own
DEFINES = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, *SCOPES)
REACH = 60  # lines above and below a definition that may belong to its code
DATA = (  # the value of such an expression is no function
    *(ast.Constant, ast.JoinedStr, ast.BinOp, ast.UnaryOp, ast.Compare, ast.GeneratorExp),
    *(ast.List, ast.Tuple, ast.Dict, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp),
)


class AnswerState(IntEnum):
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
    notebook's namespace, the last statement that does so. needs: every name that the code looks up in
    that namespace and binds nowhere itself, be it by a loop or as a function's own variable.
    starts: the first line of each top-level statement, counted from 0.
    """

    parses: bool
    binds: dict[str, ast.stmt] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()
    starts: tuple[int, ...] = ()


@lru_cache(maxsize=KEPT)
def read_code(source: str) -> ParsedCode:
    """Parse a cell's code as IPython would."""
    parsed = _parse(source)
    if parsed is None:
        return ParsedCode(parses=False)
    tree, text = parsed
    binds = {name: statement for statement in _top_level(tree) for name in _bound(statement)}
    return ParsedCode(True, binds, _needs(text), tuple(map(_start, tree.body)))


def answer(source: str, cell_type: str, name: str, stub: str = "", own: bool = True) -> AnswerState:
    """How far a cell with this source and type defines the function `name`.

    stub: the source of the released cell. own: whether the cell is the one for this answer; elsewhere, a
    number or a list of that name is another variable, and no answer.
    """
    code = read_code(source)
    if not code.parses:
        broken = re.search(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.M)
        return AnswerState.BROKEN if broken else AnswerState.NONE
    if name not in code.binds or (not own and binds_data(code, name)):
        return AnswerState.NONE
    if same_text(source, stub) or _is_stub(code.binds[name]):
        return AnswerState.STUB
    return AnswerState.FILLED if cell_type == "code" else AnswerState.ASIDE


def same_text(a: str, b: str) -> bool:
    """Whether two texts are equal, apart from blank lines and blanks at the ends of lines."""
    return _lines(a) == _lines(b)


@lru_cache(maxsize=KEPT)
def runs_alone(source: str) -> bool:
    """Whether a cell is a program by itself. Like IPython, this removes a common indentation first.

    To compile the cell would say so too, but the code of nested `finally` blocks grows as 2**depth.
    """
    parsed = _parse(textwrap.dedent(source))
    return parsed is not None and all(_is_complete(parsed[0]))


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


def definition_in_text(source: str, name: str) -> tuple[str, str, str] | None:
    """The text above a function's definition, the code with the definition, and the text below.

    None where the source is code, or has no definition of that name that runs. Beside the function, only
    imports, assignments and definitions count as code: a line of text such as `Note` would parse as well.
    """
    head = re.search(rf"^(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.M)
    if head is None or len(source) > LONGEST or read_code(source).parses:
        return None
    lines = source.split("\n")
    first = source[: head.start()].count("\n")
    body = (
        i for i, line in enumerate(lines[first + 1 :], first + 1) if line.strip() and line[0] not in " \t)"
    )
    last = next(body, len(lines))
    start = _furthest(range(max(0, first - REACH), first + 1), lambda at: lines[at:last])
    end = _furthest(range(min(len(lines), last + REACH), last - 1, -1), lambda at: lines[start:at])
    code = "\n".join(lines[start:end]).rstrip("\n")
    if not isinstance(read_code(code).binds.get(name), ast.FunctionDef):
        return None
    above, below = "\n".join(lines[:start]), "\n".join(lines[end:])
    return above.rstrip("\n"), code, below.strip("\n")


def _furthest(places: range, lines: Callable[[int], list[str]]) -> int:
    """The first place from which on, or up to which, all lines are code for sure; else the last place."""
    for place in places:
        parsed = _parse("\n".join(lines(place)))
        if parsed is not None and parsed[0].body and all(isinstance(s, DEFINES) for s in parsed[0].body):
            return place
    return places[-1]


def without_definition(source: str, name: str) -> str:
    """The source with the definition of `name` commented out."""
    statement = read_code(source).binds[name]
    lines = source.split("\n")
    for i in range(_start(statement), statement.end_lineno or statement.lineno):
        lines[i] = f"# {lines[i]}".rstrip()
    return "\n".join(lines)


def binds_data(code: ParsedCode, name: str) -> bool:
    """Whether the last statement that binds a name gives the name a value that is no function for sure."""
    statement = code.binds[name]
    if isinstance(statement, ast.For):
        return True
    value = statement.value if isinstance(statement, (ast.Assign, ast.AnnAssign)) else None
    if isinstance(value, ast.Call):
        given = (*value.args, *(keyword.value for keyword in value.keywords))
        return bool(given) and all(isinstance(argument, DATA) for argument in given)
    if isinstance(value, ast.Tuple):  # as in `a, b = 1, 2`
        return all(isinstance(part, DATA) for part in value.elts)
    return isinstance(value, DATA)


def forget_parsed() -> None:
    """Empty the caches, which serve the cells of one notebook."""
    read_code.cache_clear()
    runs_alone.cache_clear()


def pieces(source: str) -> list[str]:
    """A cell cut at its top-level statements, for each to run as a cell of its own.

    Comments take the place of the lines above a piece, so that an error in the piece names the cell's line.
    A cell that cannot be parsed, or is a cell magic's, stays whole.
    """
    lines = source.split("\n")
    starts = sorted(set(read_code(source).starts))[1:MOST_PIECES]
    if not starts or starts[-1] >= len(lines) or source.lstrip().startswith("%%"):
        return [source]
    above = [f"# {line}".rstrip() for line in lines]
    ends = [0, *starts, len(lines)]
    return ["\n".join(above[:a] + lines[a:b]) for a, b in pairwise(ends)]


def without_comments(source: str) -> str:
    """The source without its comment lines and blank lines."""
    return "\n".join(line for line in _lines(source) if not line.lstrip().startswith("#"))


def _parse(source: str) -> tuple[ast.Module, str] | None:
    """The syntax tree, and the text that gave the tree."""
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
                return ast.parse(text), text
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
    """The names that a definition, an import, an assignment or a loop binds."""
    if isinstance(statement, SCOPES):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign, ast.For)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        nodes = (node for target in targets for node in ast.walk(target))
        yield from (n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))


def _start(statement: ast.stmt) -> int:
    """The first line of a statement, its decorators included, counted from 0."""
    decorators = statement.decorator_list if isinstance(statement, SCOPES) else []
    return min([statement.lineno, *(node.lineno for node in decorators)]) - 1


def _needs(text: str) -> frozenset[str]:
    """The names that code looks up in the notebook's namespace and does not bind there."""
    try:
        tables = [symtable.symtable(text, "cell", "exec")]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return frozenset()
    top = tables[0].get_symbols()
    bound = {symbol.get_name() for symbol in top if symbol.is_assigned() or symbol.is_imported()}
    looked_up = set()
    for table in tables:  # grows in the loop
        tables += table.get_children()
        looked_up |= {s.get_name() for s in table.get_symbols() if s.is_referenced() and s.is_global()}
    return frozenset(looked_up - bound)


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
