"""Answer the stand-ins of a fork with the reference answers, outside the judge's own memory.

The arguments of a stand-in's call are a student's: `he_normal(10**6, 10**6, rng)` asks for 8 TB. So the
reference answer runs in a second process (autograder/limited_process.py), which the kernel ends where a call
takes too much, and gives back bytes alone: the frame that the channel sends to the fork, which is of bounded
size. The process starts with the first call and ends with the notebook.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from autograder.limited_process import LimitedProcess, OverLimitError
from autograder.solver.channel import ChannelError, frame
from autograder.solver.messages import CallReference, ReferenceAnswer, to_wire

MEMORY = 2**30  # bytes of address space
CPU_SECONDS = 5  # of one call
SECONDS = 30.0  # of wall time of one call


def reference_process() -> LimitedProcess:
    """The process in which the reference answers run, for one notebook's stand-ins."""
    return LimitedProcess(MEMORY, CPU_SECONDS, SECONDS)


def reference_frame(call: CallReference, process: LimitedProcess, modules: Mapping[str, str]) -> bytes:
    """The frame that answers a call.

    modules: the functions that may be called, and the modules that have them. Raises ChannelError where
    another function is called, where the call is malformed, and where it takes too much.
    """
    match call:
        case CallReference(str(name), tuple(args), dict(kwargs)) if name in modules:
            try:
                return process.call(_answer, modules[name], name, args, kwargs)
            except OverLimitError:
                raise ChannelError(f"it called {name} with arguments that are too large") from None
    raise ChannelError("it asked for what it may not call")


def _answer(module: str, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> bytes:
    """The frame with what a reference answer returns or raises."""
    generators = [each for each in (*args, *kwargs.values()) if isinstance(each, np.random.Generator)]
    try:
        value = getattr(import_module(module), name)(*args, **kwargs)
        return frame(to_wire(ReferenceAnswer(value, None, generators)))
    except Exception as error:
        raised = [type(error).__name__, str(error)[:1000]]
        return frame(to_wire(ReferenceAnswer(None, raised, generators)))
