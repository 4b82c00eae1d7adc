"""Answers as data: a module for each lesson, with differently written right answers and mistakes.

RIGHT[exercise] are answers that must get full marks. MISTAKES[exercise][misconception] are
answers that must lose points and be named; they were not used to write the checks, so that
recognition is tested on mistakes it has not seen. With those in `otherwise/`, there are at least
three versions of every mistake. `further/` has more of both, written against the recognition as
it stood; UNNAMED[exercise], in `unnamed/`, are wrong answers that must lose points and bear no name.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

Answer = Callable[..., Any]

RIGHT: dict[str, tuple[Answer, ...]] = {}
MISTAKES: dict[str, dict[str, tuple[Answer, ...]]] = {}
UNNAMED: dict[str, tuple[Answer, ...]] = {}


def _modules(package: str, folder: Path) -> list[Any]:
    found = [module.name for module in pkgutil.iter_modules([str(folder)]) if not module.ispkg]
    return [importlib.import_module(f"{package}.{name}") for name in found]


for _module in _modules(__name__, Path(__file__).parent):
    RIGHT.update(_module.RIGHT)
    MISTAKES.update(_module.MISTAKES)
for _folder in ("otherwise", "further"):
    for _module in _modules(f"{__name__}.{_folder}", Path(__file__).parent / _folder):
        for _exercise, _answers in getattr(_module, "RIGHT", {}).items():
            RIGHT[_exercise] = (*RIGHT[_exercise], *_answers)
        for _exercise, _mistakes in _module.MISTAKES.items():
            for _name, _answers in _mistakes.items():
                MISTAKES[_exercise][_name] = (*MISTAKES[_exercise].get(_name, ()), *_answers)
for _module in _modules(f"{__name__}.unnamed", Path(__file__).parent / "unnamed"):
    for _exercise, _answers in _module.UNNAMED.items():
        UNNAMED[_exercise] = (*UNNAMED.get(_exercise, ()), *_answers)
