"""Which functions a student's function calls, as far as its code says so."""

import dis
import inspect
from collections.abc import Iterator, Sequence
from types import CodeType, FunctionType
from typing import Any

from heinit_lab.checking.observe import Function


def wrong_calls(name: str, function: Function) -> str:
    """A sentence on the functions of earlier exercises that an answer calls and that are not right, or ''."""
    from heinit_lab.exercises import EXERCISES, earlier  # they import this package

    notebook = getattr(inspect.unwrap(function), "__globals__", {})
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

    A name is used where the code looks it up, whether or not anything has that name, and where the code looks
    up, or has as a default, what has that name. What is used by the function of such a name is not followed.
    """
    found: set[str] = set()
    todo: list[Any] = [inspect.unwrap(function)]
    notebook = getattr(todo[0], "__globals__", {})
    named = {id(notebook[name]): name for name in names if name in notebook}
    followed: set[int] = set()
    while todo:
        value = todo.pop()
        if not isinstance(value, FunctionType) or value.__globals__ is not notebook or id(value) in followed:
            continue
        followed.add(id(value))
        looked_up = set(_looked_up(value.__code__))
        found |= looked_up.intersection(names)
        used = [*(notebook[name] for name in looked_up if name in notebook), *(value.__defaults__ or ())]
        found |= {named[id(each)] for each in used if id(each) in named}
        todo += [each for each in used if id(each) not in named]
    return [name for name in names if name in found]


def _looked_up(code: CodeType) -> Iterator[str]:
    """The global names that a piece of code looks up, and those of the functions inside it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname in ("LOAD_GLOBAL", "LOAD_NAME"):
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _looked_up(constant)
