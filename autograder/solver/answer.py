"""Answer the judge's questions about the session: what its names are, and what its functions return.

This module runs in a fork of the session that lives for one test cell. The fork is a student's
process, so the judge believes nothing that comes from here: every answer is data to be checked.
"""

from __future__ import annotations

import contextlib
import socket
import time
import traceback
from typing import Any

import numpy as np

from heinit_lab.checking.observe import Call, observe, own_global_state

from .channel import ChannelError, receive, send
from .randomness import drawn

MAX_TEXT = 4000  # characters of a message or traceback
# What is told of a call, in this order: names for each of hundreds of calls would cost more than the rest.
TOLD = (
    "value",
    "error",
    "where",
    "after",
    "shares",
    "global_rng",
    "warnings",
    "seconds",
    "work",
    "entropy",
)


def serve(sock: socket.socket, names: dict[str, Any]) -> None:
    """Answer until the judge has no more questions. names: those of the session."""
    functions: dict[str, Any] = {}
    with contextlib.suppress(ChannelError), own_global_state():
        while True:
            question = receive(sock)
            if question["op"] == "bind":
                _answer(sock, {name: _bind(name, names, functions) for name in question["names"]})
            else:
                for args, kwargs in question["asked"]:
                    _answer(sock, _call(functions[question["name"]], args, kwargs))


def _answer(sock: socket.socket, reply: dict[str, Any] | list[Any]) -> None:
    try:
        send(sock, reply)
    except ChannelError as error:
        send(sock, {"too_large": str(error)})


def _bind(name: str, names: dict[str, Any], functions: dict[str, Any]) -> dict[str, Any]:
    if name not in names:
        return {"kind": "missing"}
    value = names[name]
    if callable(value):
        functions[name] = value
        return {"kind": "callable"}
    return {"kind": "data", "value": value}


def _call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> list[Any]:
    """What is TOLD of a call."""
    # a limit on a process makes its own clock tick coarsely; that of the thread stays exact
    before, start = drawn(), time.thread_time()
    call = observe(function, *args, **kwargs)
    work = time.thread_time() - start
    copies = sum(isinstance(arg, np.random.Generator) for arg in (*args, *kwargs.values()))
    return [
        call.value,
        None if call.error is None else _error(call),
        call.where[:MAX_TEXT],
        _after(call),
        list(call.shares),
        call.global_rng,
        [text[:MAX_TEXT] for text in call.warnings[:20]],
        call.seconds,
        work,
        drawn() - before > copies,  # a copied Generator draws once, and is then set
    ]


def _after(call: Call) -> list[Any]:
    """What became of each argument: True where it is as it was, else its new value."""
    return [
        new if i in call.changed or isinstance(new, np.random.Generator) else True
        for i, new in enumerate(call.after)
    ]


def _error(call: Call) -> dict[str, str]:
    error = call.error
    assert error is not None
    try:
        message = str(error)
    except BaseException:
        message = ""
    try:
        lines = traceback.format_exception(type(error), error, error.__traceback__, limit=-5)
    except BaseException:
        lines = []
    name = getattr(type(error), "__name__", "error")
    return {
        "name": name[:200] if isinstance(name, str) else "error",
        "message": message[:MAX_TEXT],
        "traceback": "".join(lines)[-MAX_TEXT:],
    }
