"""Answer the judge's questions about the session: what its names are, and what its functions return.

This module runs in a fork of the session that lives for one test cell. The fork is a student's
process, so the judge believes nothing that comes from here: every answer is data to be checked.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from heinit_lab.checking.calls import mentions
from heinit_lab.checking.observe import Call, observe_in_turn, own_global_state

from .channel import ChannelError
from .entropy import entropy_draws
from .messages import (
    LONGEST_TEXT,
    BindNames,
    CallAnswer,
    CallFunction,
    FindMentions,
    Mentions,
    NamesBound,
    receive_message,
    send_message,
    send_or_instead,
)
from .pipes import PipeEnd
from .stand_ins import put_stand_in


def answer_questions(questions: PipeEnd, answers: PipeEnd, names: dict[str, Any]) -> None:
    """Answer until the judge has no more questions. names: those of the session."""
    functions: dict[str, Any] = {}
    replaced: set[str] = set()
    with contextlib.suppress(ChannelError), own_global_state():
        while True:
            question: Any = receive_message(questions, BindNames, FindMentions, CallFunction)
            if isinstance(question, FindMentions):
                send_message(answers, Mentions(mentions(functions[question.name], question.names)))
            elif isinstance(question, BindNames):
                for name in set(question.stand_ins) - replaced:
                    put_stand_in(name, names, questions, answers)
                replaced.update(question.stand_ins)
                values = {name: names[name] for name in question.names if name in names}
                functions = {name: value for name, value in values.items() if callable(value)}
                data = {name: value for name, value in values.items() if name not in functions}
                send_or_instead(answers, NamesBound(list(functions), data), lambda _: NamesBound([], {}))
            else:
                calls = observe_in_turn(functions[question.name], question.calls)
                for args, kwargs in question.calls:
                    answer = _answer(calls, (*args, *kwargs.values()))
                    send_or_instead(answers, answer, partial(_too_large, answer))


def _too_large(answer: CallAnswer, error: ChannelError) -> CallAnswer:
    reason = ["ValueError", f"what it returned is not taken: {error}"]
    return replace(answer, value=None, error=reason, where="", after=[True] * len(answer.after), shares=[])


def _answer(calls: Iterator[Call], arguments: Sequence[Any]) -> CallAnswer:
    """Make the next call, which has these arguments."""
    # a limit on a process makes its own clock tick coarsely; that of the thread stays exact
    before, start = entropy_draws(), time.thread_time()
    call = next(calls)
    work = time.thread_time() - start
    copies = 2 * sum(isinstance(arg, np.random.Generator) for arg in arguments)
    return CallAnswer(
        value=call.value,
        error=None if call.error is None else _error(call.error),
        where=call.where[:LONGEST_TEXT],
        after=_after(call),
        shares=list(call.shares),
        global_rng=call.global_rng,
        warnings=[text[:LONGEST_TEXT] for text in call.warnings[:20]],
        seconds=call.seconds,
        work=work,
        entropy=entropy_draws() - before > copies,  # a copied Generator draws once, and is then set
    )


def _after(call: Call) -> list[Any]:
    """What became of each argument: True where it is as it was, else its new value."""
    return [
        new if i in call.changed or isinstance(new, np.random.Generator) else True
        for i, new in enumerate(call.after)
    ]


def _error(error: BaseException) -> list[str]:
    """The name of an exception's class, and its message."""
    try:
        message = str(error)
    except BaseException:
        message = ""
    name = getattr(type(error), "__name__", "error")
    return [name[:200] if isinstance(name, str) else "error", message[:LONGEST_TEXT]]
