"""The bodies of wrong answers, from the code that an exercise keeps for each of its named mistakes.

A mistake's `wrong` functions are short, and lean on the module around them. As a student would write it:

- the parameters have the names that the stub gives them;
- `sqrt` of the module `math` becomes NumPy's, and the rest of the standard library is imported;
- a number from outside is written out;
- a helper that is one expression takes the place of its call, and any other helper is defined at the top.

A function that takes anything else from outside cannot stand on its own, and is left out.
"""

import ast
import copy
import itertools
import keyword
import linecache
import math
import sys
import textwrap
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from types import FunctionType
from typing import Any, TypeVar

import numpy as np

from heinit_lab.checking.exercise import Exercise

Node = TypeVar("Node", bound=ast.AST)
# All trees share one node of each of these. What shows tracebacks hangs its trees on them, as `parent`.
SHARED = (ast.expr_context, ast.operator, ast.cmpop, ast.unaryop, ast.boolop)


class NotOnItsOwnError(Exception):
    """The code takes something from outside that a notebook does not have."""


def slips(exercise: Exercise, parameters: Sequence[str], known: Mapping[str, Any]) -> dict[str, list[str]]:
    """The bodies that make each mistake, by its name, in the order of the exercise.

    parameters: the names in the stub. known: what the notebook defines, by name.
    """
    bodies = defaultdict(list)
    for mistake in exercise.misconceptions:
        for wrong in mistake.wrong:
            with suppress(NotOnItsOwnError):
                body = _Body(known).text(wrong, parameters)
                bodies[mistake.name].append(body)
    return dict(bodies)


def step_by_step(body: str) -> str:
    """The same answer with a line and a name for every step, as hardly anybody else writes it."""
    names = (f"step{number}" for number in itertools.count(1))

    def split(node: ast.BinOp | ast.Call, steps: list[ast.stmt]) -> ast.expr:
        parts = node.args if isinstance(node, ast.Call) else [node.left, node.right]
        for i, part in enumerate(parts):
            if isinstance(part, (ast.BinOp, ast.Call)):
                value, name = split(part, steps), next(names)
                steps.append(ast.Assign([ast.Name(name)], value))
                parts[i] = ast.Name(name)
        if isinstance(node, ast.BinOp):
            node.left, node.right = parts
        return node

    def lines(statements: list[ast.stmt]) -> list[ast.stmt]:
        written: list[ast.stmt] = []
        for statement in statements:
            if isinstance(statement, ast.For):
                statement.body = lines(statement.body)
            value = getattr(statement, "value", None)
            if isinstance(value, (ast.BinOp, ast.Call)):
                split(value, written)
            written.append(statement)
        return written

    tree = ast.parse(f"def answer():\n{textwrap.indent(body, '    ')}").body[0]
    assert isinstance(tree, ast.FunctionDef)
    return "\n".join(ast.unparse(ast.fix_missing_locations(line)) for line in lines(tree.body))


class _Body:
    """A function's body, and the imports and helpers that must stand above it."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self.known = known
        self.above: dict[str, ast.stmt] = {}

    def text(self, function: Callable[..., Any], parameters: Sequence[str]) -> str:
        definition = self.definition(function)
        if len(definition.args.args) != len(parameters):
            raise NotOnItsOwnError(f"not {len(parameters)} parameters")
        names = map(ast.Name, parameters)
        lines = [*self.above.values(), *_put(definition, names).body]
        return "\n".join(ast.unparse(ast.fix_missing_locations(line)) for line in lines)

    def definition(self, function: Callable[..., Any]) -> ast.FunctionDef:
        """A function's definition, in which every name from outside is replaced or known."""
        if not isinstance(function, FunctionType):
            raise NotOnItsOwnError(f"{function} is not written in Python")
        definition = _source(function)
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        values = {**function.__globals__, **dict(zip(function.__code__.co_freevars, cells, strict=True))}
        for node in ast.walk(definition):
            match node:
                case ast.arg(arg=bound) | ast.Name(id=bound, ctx=ast.Store()):
                    values.pop(bound, None)
        changed = _Outside(self, values).visit(definition)
        assert isinstance(changed, ast.FunctionDef)
        return changed

    def instead(self, name: str, value: object) -> ast.expr:
        """What stands for a name from outside."""
        module = getattr(value, "__module__", None)
        if self.known.get(name) is value:
            return ast.Name(name)
        if getattr(math, name, None) is value and hasattr(np, name):
            return ast.Attribute(ast.Name("np"), name)
        if isinstance(value, (int, float, tuple)):
            return ast.parse(repr(value), mode="eval").body
        if module in sys.stdlib_module_names:
            self.above[name] = ast.ImportFrom(module, [ast.alias(name)], 0)
            return ast.Name(name)
        if isinstance(value, FunctionType):
            public = name if keyword.iskeyword(name.strip("_")) else name.strip("_")
            helper = self.definition(value)
            helper.name = public
            self.above[public] = helper
            return ast.Name(public)
        raise NotOnItsOwnError(name)


class _Outside(ast.NodeTransformer):
    """Replaces the names that a function takes from outside, and calls of helpers that are one expression."""

    def __init__(self, body: _Body, values: Mapping[str, Any]) -> None:
        self.body, self.values = body, values

    def visit_Call(self, node: ast.Call) -> ast.AST:
        helper = self.values.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if isinstance(helper, FunctionType) and not node.keywords:
            definition = self.body.definition(helper)
            line = definition.body[0]
            value = line.value if isinstance(line, ast.Return) else None
            if value and not isinstance(value, ast.Tuple) and len(definition.args.args) == len(node.args):
                put = _put(definition, [self.visit(argument) for argument in node.args])
                returned = put.body[0]
                assert isinstance(returned, ast.Return)
                assert returned.value is not None
                return returned.value
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return self.body.instead(node.id, self.values[node.id]) if node.id in self.values else node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        untyped = ast.Assign([node.target], node.value or ast.Constant(None), lineno=node.lineno)
        return self.generic_visit(untyped)


def _put(definition: ast.FunctionDef, expressions: Iterable[ast.expr]) -> ast.FunctionDef:
    """The definition with expressions in the place of its parameters."""
    names = [arg.arg for arg in definition.args.args]
    instead = dict(zip(names, expressions, strict=True))

    class Put(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.AST:
            return copied(instead.get(node.id, node))

    definition.body = [Put().visit(line) for line in definition.body]
    return definition


def _source(function: FunctionType) -> ast.FunctionDef:
    """A function's definition, without docstring and types. Two lambdas of a line differ in their extent."""
    code = function.__code__
    places = [place for place in code.co_positions() if None not in place and place[2:] != (0, 0)]
    extent = (*min((p[0], p[2]) for p in places), *max((p[1], p[3]) for p in places))
    for node in _of_line(code.co_filename).get(code.co_firstlineno, ()):
        match node:
            case ast.FunctionDef(name=code.co_name):
                return _bare(copied(node))
            case ast.Lambda(body=b) if (b.lineno, b.col_offset, b.end_lineno, b.end_col_offset) == extent:
                own = copied(node)
                return _bare(ast.FunctionDef(code.co_name, own.args, [ast.Return(own.body)], []))
    raise NotOnItsOwnError(f"no source of {code.co_name}")


def copied(node: Node) -> Node:
    """A copy of a tree, but for the nodes that all trees share."""
    return copy.deepcopy(node, {id(part): part for part in ast.walk(node) if isinstance(part, SHARED)})


@cache
def _of_line(filename: str) -> dict[int, list[ast.FunctionDef | ast.Lambda]]:
    """The functions of a file by their first line: a file has many mistakes, and parsing it takes time."""
    functions = defaultdict(list)
    for node in ast.walk(ast.parse("".join(linecache.getlines(filename)))):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            functions[node.lineno].append(node)
    return functions


def _bare(definition: ast.FunctionDef) -> ast.FunctionDef:
    if definition.args.vararg or definition.args.kwarg:
        raise NotOnItsOwnError("any number of arguments")
    if ast.get_docstring(definition) is not None:
        definition.body = definition.body[1:]
    definition.returns = None
    for arg in definition.args.args:
        arg.annotation = None
    return definition
