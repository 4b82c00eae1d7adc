"""What drives a figure: a function that the student builds, or the lesson's own until that is solved."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, NamedTuple

import numpy as np

from heinit_lab.checking.compare import listed

Answer = Callable[..., Any]
"""A student's answer to an exercise, solved or not."""


class Driver(NamedTuple):
    """A function behind a figure. solved: whether it is the student's, right or wrong."""

    name: str
    function: Callable[..., Any]
    solved: bool


def driver(name: str, answer: Answer, own: Callable[..., Any], *example: Any) -> Driver:
    """The student's answer to the exercise `name`, or the lesson's own where that cannot drive a figure.

    example: arguments of a call. A stub raises an error, a wrong answer may give another shape.
    """
    right = np.shape(own(*example))
    try:
        solved = np.asarray(answer(*deepcopy(example)), dtype=float).shape == right
    except Exception:  # a stub, or a mistake of which the check says more
        solved = False
    return Driver(name, answer if solved else own, solved)


def fallbacks(*drivers: Driver) -> str:
    """A sentence that says which functions are the lesson's own, or ''."""
    names = [f"`{each.name}`" for each in drivers if not each.solved]
    if not names:
        return ""
    drawing = "draw this" if len(names) > 1 else "draws this"
    return f" Until yours is solved, the lesson's own {listed(names)} {drawing}."
