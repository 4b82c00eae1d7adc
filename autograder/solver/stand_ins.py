"""Stand-ins: a call of the student's function that goes over the channel to the reference answer.

Where the judge judges an answer again with right earlier functions (autograder/judge/follow_through.py), a
stand-in takes the place of each earlier function in the fork. The stand-in holds none of the reference
answer's code: it sends its arguments to the judge, and waits for the value in the middle of the call.
"""

import builtins
import functools
import inspect
from contextlib import suppress
from types import FunctionType
from typing import Any

import numpy as np

from .messages import CallReference, ReferenceAnswer, receive_message, send_message
from .pipes import PipeEnd


def put_stand_in(name: str, names: dict[str, Any], questions: PipeEnd, answers: PipeEnd) -> None:
    """Put a stand-in in the place of the function `name` of a session, under whatever name it is kept.

    names: those of the session.
    """
    own, signature = names.get(name), None
    with suppress(TypeError, ValueError):  # there is no such function, or none that says what it takes
        signature = inspect.signature(own)  # type: ignore[arg-type]
    stand_in = StandIn(name, signature, questions, answers)
    if isinstance(own, FunctionType) and not own.__closure__:  # it may also be a default, or in a table
        own.__code__, own.__defaults__, own.__kwdefaults__ = _relay.__code__, None, {"stand_in": stand_in}
    else:
        names[name] = stand_in


def _relay(*args: Any, stand_in: Any, **kwargs: Any) -> Any:
    return stand_in(*args, **kwargs)


class StandIn:
    """Takes the place of the student's function `name`.

    signature: of that function, which may call its parameters otherwise than the statement.
    """

    def __init__(
        self, name: str, signature: inspect.Signature | None, questions: PipeEnd, answers: PipeEnd
    ) -> None:
        self.name, self.signature, self.questions, self.answers = name, signature, questions, answers
        self._once = functools.cache(self._ask)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the reference answer returns or raises. A Generator among the arguments moves on."""
        if kwargs and self.signature is not None:
            bound = self.signature.bind(*args, **kwargs)
            args, kwargs = bound.args, bound.kwargs
        plain = all(isinstance(each, (int, float, str)) for each in (*args, *kwargs.values()))
        return (self._once if plain else self._ask)(*args, **kwargs)  # a loop may ask the same very often

    def _ask(self, *args: Any, **kwargs: Any) -> Any:
        send_message(self.answers, CallReference(self.name, args, kwargs))
        answer: ReferenceAnswer = receive_message(self.questions, ReferenceAnswer)
        generators = [each for each in (*args, *kwargs.values()) if isinstance(each, np.random.Generator)]
        for generator, moved in zip(generators, answer.generators, strict=False):
            generator.bit_generator.state = moved.bit_generator.state
        if answer.error is not None:
            kind, message = answer.error
            raise getattr(builtins, kind, RuntimeError)(message)
        return answer.value
