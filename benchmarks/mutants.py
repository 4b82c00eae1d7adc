"""Mutants of a function: copies with one small change, such as a slip of the hand makes.

Swapped operators, operands and comparisons, an operand or an argument left out, arguments swapped,
changed constants, one function of NumPy for another, one name for another, a statement left out, a
transposition, an index or an end of a slice lost, a loop one round short, a result negated, cut in
precision, made whole, short of a part or gone, a Generator made inside, an argument overwritten.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType
from typing import Any

from autograder.demo.slips import copied

OPERATORS: dict[type[ast.AST], tuple[type[ast.AST], ...]] = {
    ast.Add: (ast.Sub,),
    ast.Sub: (ast.Add,),
    ast.Mult: (ast.Div, ast.Add),
    ast.Div: (ast.Mult, ast.FloorDiv),
    ast.Pow: (ast.Mult,),
    ast.MatMult: (ast.Mult,),
    ast.Gt: (ast.GtE, ast.Lt, ast.LtE),
    ast.GtE: (ast.Gt, ast.LtE, ast.Lt),
    ast.Lt: (ast.LtE, ast.Gt, ast.GtE),
    ast.LtE: (ast.Lt, ast.GtE, ast.Gt),
    ast.Eq: (ast.NotEq, ast.LtE, ast.GtE),
    ast.NotEq: (ast.Eq,),
}
OVERWRITES = ("maximum", "square")  # functions that can be told to write into their argument
ORDERED = (ast.Sub, ast.Div, ast.MatMult, ast.Pow)  # operators whose operands cannot change places
RESULTS = ("-{}", "None", "np.asarray({}).astype(np.float16)", "np.asarray({}).astype(int)")
GENERATORS = ("np.random.default_rng(0)", "np.random.default_rng()", "np.random")
# A function's name, and what it is mistaken for; "" takes the call away and leaves its first argument.
NAMES = {
    "all": ("any",),
    "asarray": ("abs",),
    "ceil": ("floor", "round"),
    "column_stack": ("vstack", "hstack"),
    "exp": ("log",),
    "log": ("log2", ""),
    "maximum": ("minimum",),
    "mean": ("sum", "median", "max", "var"),
    "normal": ("uniform", "laplace"),
    "reversed": ("",),
    "sqrt": ("square", ""),
    "square": ("abs", ""),
    "sum": ("mean", "max", "prod"),
    "uniform": ("normal",),
    "var": ("std",),
}


@dataclass(frozen=True)
class Mutant:
    """A changed function. change: the statement before and after."""

    name: str
    change: str
    function: Callable[..., Any]


def mutants(function: FunctionType) -> Iterator[Mutant]:
    """Every mutant of a function, in the order of its text; two with the same text are one."""
    tree = _bare(ast.parse(textwrap.dedent(inspect.getsource(function))))
    seen = {ast.unparse(tree)}
    for place, node in enumerate(ast.walk(tree)):
        for change in _changes(node, tree):
            changed = copied(tree)
            nodes = list(ast.walk(changed))
            if not change(nodes[place], changed):
                continue
            ast.fix_missing_locations(changed)
            if (text := ast.unparse(changed)) not in seen:
                seen.add(text)
                yield Mutant(function.__name__, _difference(tree, changed), _compiled(changed, function))


Change = Callable[[Any, ast.Module], bool]


def _changes(node: ast.AST, tree: ast.Module) -> Iterator[Change]:
    """What can be done to a node, each as a function that does it to the same node of a copy."""
    if isinstance(node, (ast.BinOp, ast.AugAssign)):
        yield from (_set("op", other()) for other in OPERATORS.get(type(node.op), ()))
    if isinstance(node, ast.BinOp):
        yield from (_only("left"), _only("right"))
        if isinstance(node.op, ORDERED):
            yield _turned
    if isinstance(node, ast.Compare):
        yield from (_compare(other) for other in OPERATORS.get(type(node.ops[0]), ()))
    if isinstance(node, ast.UnaryOp):
        yield _only("operand")
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield _set("value", not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        for value in dict.fromkeys((node.value + 1, node.value - 1, 1 - node.value)):
            yield _set("value", value)
    if isinstance(node, ast.Call):
        yield from _calls(node)
    if isinstance(node, ast.Attribute) and node.attr == "T":
        yield _only("value")
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        yield _only("value")
    if isinstance(node, ast.Slice):
        yield from (_set(end, None) for end in ("lower", "upper") if getattr(node, end) is not None)
    if isinstance(node, ast.For):
        yield from (_around("iter", f"list({{}})[{rounds}]") for rounds in ("1:", ":-1"))
    if isinstance(node, ast.Return) and not isinstance(node.value, (ast.Tuple, ast.Dict)):
        yield from (_around("value", result) for result in RESULTS)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        if node.id in (own := _own_names(tree)):
            yield from (_set("id", name) for name in own if name != node.id)
        if node.id == "rng":
            yield from (_instead(answer) for answer in GENERATORS)
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) > 1:
        yield lambda n, t: n.elts.reverse() is None
        yield from (_without("elts", k) for k in range(len(node.elts)))
    for field in ("body", "orelse"):
        statements = getattr(node, field, None)
        if isinstance(statements, list) and not isinstance(node, ast.Module) and len(statements) > 1:
            yield from (_without(field, k) for k in range(len(statements)))


def _calls(node: ast.Call) -> Iterator[Change]:
    called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    for other in NAMES.get(called, ()):
        yield _called(other)
    yield from (_without("keywords", k) for k in range(len(node.keywords)))
    if len(node.args) > 1:
        yield _swapped
        yield from (_without("args", k) for k in range(len(node.args)))
    if called in OVERWRITES and isinstance(node.args[0], ast.Name):
        yield _overwriting


def _set(field: str, value: object) -> Change:
    return lambda n, t: setattr(n, field, value) is None


def _only(part: str) -> Change:
    """A part of a node in the place of the whole."""
    return lambda n, t: _replace(t, n, getattr(n, part))


def _turned(node: ast.BinOp, tree: ast.Module) -> bool:
    node.left, node.right = node.right, node.left
    return True


def _around(field: str, form: str) -> Change:
    """What stands in a field, put into an expression in place of {}."""
    return lambda n, t: setattr(n, field, _parsed(form.format(f"({ast.unparse(getattr(n, field))})"))) is None


def _instead(text: str) -> Change:
    return lambda n, t: _replace(t, n, _parsed(text))


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _overwriting(node: ast.Call, tree: ast.Module) -> bool:
    node.keywords.append(ast.keyword("out", copied(node.args[0])))
    return True


def _compare(kind: type[ast.AST]) -> Change:
    return lambda n, t: n.ops.__setitem__(0, kind()) is None


def _without(field: str, k: int) -> Change:
    return lambda n, t: getattr(n, field).pop(k) is not None


def _swapped(node: ast.Call, tree: ast.Module) -> bool:
    node.args[0], node.args[1] = node.args[1], node.args[0]
    return True


def _called(other: str) -> Change:
    def change(node: ast.Call, tree: ast.Module) -> bool:
        if not other:
            return bool(node.args) and _replace(tree, node, node.args[0])
        if isinstance(node.func, ast.Attribute):
            node.func.attr = other
        else:
            node.func = ast.Name(other, ast.Load())
        return True

    return change


def _replace(tree: ast.Module, old: ast.AST, new: ast.AST) -> bool:
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, new)
                return True
            if isinstance(value, list) and old in value:
                value[value.index(old)] = new
                return True
    return False


def _own_names(tree: ast.Module) -> list[str]:
    """The names that the function binds: its arguments and variables."""
    own = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    own |= {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    return sorted(own)


def _bare(tree: ast.Module) -> ast.Module:
    """The tree without its docstring and annotations, which do nothing."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.returns = None
            node.body = node.body[1:] if ast.get_docstring(node) is not None else node.body
        elif isinstance(node, ast.arg):
            node.annotation = None
    return tree


def _difference(before: ast.Module, after: ast.Module) -> str:
    """The first line that differs, before and after; a line that is gone has no after."""
    old, new = ast.unparse(before).splitlines(), ast.unparse(after).splitlines()
    k = next(k for k in range(len(old)) if k >= len(new) or old[k] != new[k])
    gone = len(new) < len(old)
    return f"{old[k].strip()} → {'(left out)' if gone else new[k].strip()}"


def _compiled(tree: ast.Module, function: FunctionType) -> Callable[..., Any]:
    names = dict(function.__globals__)
    exec(compile(tree, f"<mutant of {function.__name__}>", "exec"), names)
    answer: Callable[..., Any] = names[function.__name__]
    return answer
