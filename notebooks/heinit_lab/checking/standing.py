"""A verdict in a notebook holds for the function that was checked, and is taken back when that changes.

After each cell that runs, the functions of the exercises that passed are looked at. Where a function was
defined anew with other code, or a cell that was to define the function has failed, a note that the verdict is
out of date takes its place. The verdict of an earlier kernel stays: its place in the notebook is not known.
"""

import re
from typing import Any

from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report
from heinit_lab.progress import record

_checked: dict[str, Function] = {}  # the exercises that passed, and the functions that did
_watched: list[Any] = []  # the shell after whose cells they are looked at


def place(name: str) -> str:
    """The id under which the verdict on an exercise is displayed."""
    return f"heinit-{name}"


def forget(name: str) -> None:
    """Take an exercise for not checked."""
    _checked.pop(name, None)


def stands(name: str, function: Function, shell: Any) -> None:
    """From now on, take back the verdict on an exercise that passed when it holds no longer.

    shell: IPython's, in which the function was defined.
    """
    _checked[name] = function
    if not any(shell is watched for watched in _watched):
        _watched[:] = [shell]
        shell.events.register("post_run_cell", _after_a_cell)


def _after_a_cell(result: Any) -> None:
    """Look at the functions that passed. result: IPython's, of the cell that has just run."""
    from IPython.display import update_display

    source = str(result.info.raw_cell) if result.info is not None else ""
    failed = "" if result.success else type(result.error_before_exec or result.error_in_exec).__name__
    for name, function in list(_checked.items()):
        now = _watched[0].user_ns.get(name)
        if failed and _defines(source, name):
            why = f"The cell that defines it has failed since ({failed}). Mend that cell and run it"
        elif _code(now) != _code(function):
            why = "The function has changed since"
        else:
            continue
        forget(name)
        record(name, "○")
        report = Report("○", f"{name}: this verdict is out of date.", (f"{why}, then run this one again.",))
        update_display(report.bundle(), display_id=place(name), raw=True)


def _code(function: Any) -> Any:
    """What tells two functions apart: equal source on equal lines gives equal code and defaults."""
    code = getattr(function, "__code__", None)
    return function if code is None else (code, repr((function.__defaults__, function.__kwdefaults__)))


def _defines(source: str, name: str) -> bool:
    """Whether a cell that may not even parse was to define a function."""
    return bool(re.search(rf"(?mi)^[ \t]*\w*def\w*[ \t]+{name}\b|^[ \t]*{name}[ \t]*=[^=]", source))
