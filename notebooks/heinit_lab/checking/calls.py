"""Which functions a student's function calls, as far as its code says so, and what a check says of that."""

import dis
import inspect
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from types import CellType, CodeType, FunctionType
from typing import Any

import numpy as np

from heinit_lab import networks
from heinit_lab.checking.exercise import Exercise
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report

MOST = 10_000  # values that are looked at
# What figures compute with, where it is also what an exercise asks for; the other answers are not here.
OWN: dict[str, Function] = {
    "relu": networks.relu,
    "forward_moments": lambda x, Ws: networks.moments(networks.forward(x, Ws)[1]),
}


def report_on_calls(exercise: Exercise, finding: Report, function: Function) -> Report | None:
    """What the check says of a wrong answer that calls wrong functions of earlier exercises; else None.

    What the answer's own mistake is, and whether it has one, can be seen only with right functions in these
    places. Where there are such functions here, the check runs with them. finding: what it found without.
    """
    from heinit_lab.exercises import EXERCISES, earlier  # they import this package

    name, notebook = exercise.name, _notebook(function)
    wrong = {}
    for called in mentions(function, earlier(name)):
        evidence = EXERCISES[called].probe(notebook[called]) if callable(notebook.get(called)) else None
        if evidence is None or evidence.finding:
            wrong[called] = "solved" if evidence is None or evidence.unsolved else "right"
    if not wrong:
        return None
    called, state = next(iter(wrong.items()))
    first = f"{'Solve' if state == 'solved' else 'Check'} {called} first."
    if len(wrong) == 1 and called in OWN and _right_with(OWN[called], called, exercise, function):
        return Report("✗", f"{name} is right; the {called} it calls is not.", (first,))
    return Report("✗", finding.headline, (f"{name} calls {called}, which is not {state} yet. {first}",))


def _right_with(own: Function, called: str, exercise: Exercise, function: Function) -> bool:
    """Whether an answer passes the check with `own` in the place of the function `called` of its notebook."""
    notebook = _notebook(function)
    kept = {called: notebook[called]} if called in notebook else {}
    notebook[called] = own
    try:
        return exercise.probe(function).finding is None
    finally:
        del notebook[called]
        notebook.update(kept)


def mentions(function: Function, names: Sequence[str]) -> list[str]:
    """Those of the names that a function's code uses, itself or through other functions of its notebook.

    The code uses a name where the code looks the name up, defined or not, and where a value that the code
    looks up is, or holds, the function of that name. What such a function itself uses is not followed.
    """
    notebook = _notebook(function)
    named = {id(notebook[name]): name for name in names if callable(notebook.get(name))}
    used: set[str] = set()
    followed: dict[int, Any] = {}
    todo: list[Any] = [function]
    while todo and len(followed) < MOST:
        value = todo.pop()
        if id(value) in named:
            used.add(named[id(value)])
        elif id(value) not in followed:
            followed[id(value)] = value
            todo += _held(value)
            if isinstance(value, FunctionType) and value.__globals__ is notebook:
                looked_up = set(_looked_up(value.__code__))
                used |= looked_up.intersection(names)
                todo += [notebook[name] for name in looked_up if name in notebook]
    return [name for name in names if name in used]


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
