"""What a submitted cell defines, read from its text: nothing of a submission is run here."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from functools import lru_cache

LONGEST = 100_000  # characters; a longer cell is not parsed
TRANSPARENT = re.compile(r"%%(time|capture|prun)\b")  # cell magics that run their cell in the notebook
# Magics and shell lines are no Python; something that does nothing stands in for each.
# The possessive `*+` keeps a line of many blanks from being tried at each of them.
LINE_MAGIC = re.compile(r"^([ \t]*+)(?:[%!?].*|.*\?[ \t]*)$", re.M)
ASSIGNED_MAGIC = re.compile(r"^([\w, \t]+=[ \t]*)[%!].*$", re.M)


class Answer(IntEnum):
    """What a cell has for a function, from nothing to the best."""

    NONE = 0
    STUB = 1  # the function as it was released, or with no body
    BROKEN = 2  # a definition that cannot be parsed
    ASIDE = 3  # a whole definition in a cell that does not run
    FILLED = 4


@dataclass(frozen=True)
class Reading:
    """What a cell's text says. binds: the last top-level statement that binds each name."""

    parses: bool
    binds: dict[str, ast.stmt] = field(default_factory=dict)
    uses: frozenset[str] = frozenset()


@lru_cache(maxsize=500)
def read_code(source: str) -> Reading:
    """Read a cell's text as IPython would; `parses` is False where that fails."""
    tree = _parse(source)
    if tree is None:
        return Reading(parses=False)
    binds = {name: statement for statement in _top_level(tree.body) for name in _bound(statement)}
    uses = frozenset(node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
    return Reading(True, binds, uses)


def answer(source: str, cell_type: str, name: str, stub: str = "") -> Answer:
    """What a cell has for the function `name`. stub: the text of the released cell."""
    reading = read_code(source)
    if not reading.parses:
        broken = re.search(rf"^[ \t]*(?:async[ \t]+)?def[ \t]+{re.escape(name)}\b", source, re.M)
        return Answer.BROKEN if broken else Answer.NONE
    if name not in reading.binds:
        return Answer.NONE
    if same_text(source, stub) or _is_stub(reading.binds[name]):
        return Answer.STUB
    return Answer.FILLED if cell_type == "code" else Answer.ASIDE


def same_text(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but blank lines and the ends of lines."""
    return _lines(one) == _lines(other)


def runs_alone(source: str) -> bool:
    """Whether a cell's text can be compiled by itself, as IPython would: dedented."""
    tree = _parse(textwrap.dedent(source))
    if tree is None:
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(tree, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def joins(head: str, tail: str, name: str) -> bool:
    """Whether `tail` is the rest of the function `name` that begins in `head`."""
    first = next((line for line in tail.splitlines() if line.strip()), "")
    if first[:1] not in (" ", "\t") or runs_alone(tail) or not runs_alone(joined(head, tail)):
        return False
    whole = read_code(joined(head, tail)).binds.get(name)
    return isinstance(whole, ast.FunctionDef) and (whole.end_lineno or 0) > len(head.rstrip().splitlines())


def joined(head: str, tail: str) -> str:
    """The text of a cell that was cut in two."""
    return head.rstrip("\n") + "\n" + tail.strip("\n")


def without_definition(source: str, name: str) -> str:
    """The text with the definition of `name` turned to comments, so that nothing of it is lost."""
    statement = read_code(source).binds[name]
    decorators = statement.decorator_list if isinstance(statement, ast.FunctionDef) else []
    start = min([statement.lineno, *(node.lineno for node in decorators)])
    lines = source.split("\n")
    for i in range(start - 1, statement.end_lineno or start):
        lines[i] = f"# {lines[i]}".rstrip()
    return "\n".join(lines)


def imports(source: str) -> dict[str, str]:
    """The names that a cell's imports bind, each with a line that imports it."""
    found = {}
    tree = _parse(source)
    for statement in tree.body if tree is not None else []:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            for alias in statement.names:
                one = (
                    ast.Import([alias])
                    if isinstance(statement, ast.Import)
                    else ast.ImportFrom(statement.module, [alias], statement.level)
                )
                found[alias.asname or alias.name.split(".")[0]] = ast.unparse(one)
    return found


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


def _top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run in the notebook's own namespace, blocks included, in order."""
    stack = list(reversed(body))
    while stack:
        statement = stack.pop()
        yield statement
        if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            inner = [node for node in ast.iter_child_nodes(statement) if isinstance(node, ast.stmt)]
            handlers = [
                node
                for child in ast.iter_child_nodes(statement)
                if isinstance(child, (ast.ExceptHandler, ast.match_case))
                for node in child.body
            ]
            stack.extend(reversed([*inner, *handlers]))


def _bound(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.name
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.split(".")[0] for alias in statement.names)
    elif isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
            yield from (node.id for node in names if isinstance(node.ctx, ast.Store))


def _is_stub(statement: ast.stmt) -> bool:
    """Whether a function still does nothing but say that it is not written."""
    if not isinstance(statement, ast.FunctionDef):
        return False
    return all(_does_nothing(inner) for inner in statement.body)


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Raise) and statement.exc is not None:
        raised = statement.exc.func if isinstance(statement.exc, ast.Call) else statement.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return constant or isinstance(statement, ast.Pass)


def _lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.splitlines() if line.strip()]
