"""Which functions a student's function calls, as far as its code says so."""

import dis
import inspect
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from types import CellType, CodeType, FunctionType
from typing import Any

import numpy as np

from heinit_lab.checking.observe import Function

MOST = 10_000  # values that are looked at


def wrong_calls(name: str, function: Function) -> str:
    """A sentence on the functions of earlier exercises that an answer calls and that are not right, or ''."""
    from heinit_lab.exercises import EXERCISES, earlier  # they import this package

    notebook = _notebook(function)
    wrong, unsolved = [], []
    for called in mentions(function, earlier(name)):
        other = notebook.get(called)
        evidence = EXERCISES[called].probe(other) if callable(other) else None
        if evidence is None or evidence.unsolved:
            unsolved.append(called)
        elif evidence.finding:
            wrong.append(called)
    if unsolved:
        return f"{name} calls {unsolved[0]}, which is not solved yet: solve {unsolved[0]} first."
    return f"{name} calls {wrong[0]}, which is not right yet: check {wrong[0]} first." if wrong else ""


def mentions(function: Function, names: Sequence[str]) -> list[str]:
    """Those of the names that a function's code uses, itself or through other functions of its notebook.

    A name is used where the code looks it up, whether or not anything has that name, and where what the code
    looks up is or holds what has that name. What the function of such a name uses is not followed.
    """
    notebook = _notebook(function)
    named = {id(notebook[name]): name for name in names if name in notebook}
    found: set[str] = set()
    followed: dict[int, Any] = {}
    todo: list[Any] = [function]
    while todo and len(followed) < MOST:
        value = todo.pop()
        if id(value) in named:
            found.add(named[id(value)])
        elif id(value) not in followed:
            followed[id(value)] = value
            todo += _held(value)
            if isinstance(value, FunctionType) and value.__globals__ is notebook:
                looked_up = set(_looked_up(value.__code__))
                found |= looked_up.intersection(names)
                todo += [notebook[name] for name in looked_up if name in notebook]
    return [name for name in names if name in found]


def _notebook(function: Function) -> dict[str, Any]:
    """The names among which a function looks up what it does not define; none where nothing says so."""
    return getattr(inspect.unwrap(function), "__globals__", {})


def _held(value: Any) -> Iterable[Any]:
    """What a value holds that may be called."""
    match value:
        case FunctionType():
            cells = [cell.cell_contents for cell in value.__closure__ or () if cell != CellType()]
            return [*cells, *(value.__defaults__ or ()), *(value.__kwdefaults__ or {}).values()]
        case list() | tuple():
            return value
        case dict():
            return value.values()
        case partial():
            return [value.func, *value.args, *value.keywords.values()]
        case np.vectorize():
            return [value.pyfunc]
    return [inspect.unwrap(value)] if hasattr(value, "__wrapped__") else []  # as what functools.cache makes


def _looked_up(code: CodeType) -> Iterator[str]:
    """The global names that a piece of code looks up, and those of the functions inside it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _looked_up(constant)
