"""Call an answer, and record the value and every effect of the call.

Every check, public or hidden, calls the student's function through `observe`. A check reads the effects
from the returned `Call`, and never from the arguments that the check passed in: the grader runs the
function in another process, and what happens to arguments there cannot be seen here.

In the grader's process a stand-in takes the function's place. The stand-in has a method
`__observe__(arguments)`, which takes the arguments of several calls and returns a `Call` for each. Sending
them together saves most of the journeys between the two processes.
"""

import builtins
import contextlib
import copy
import inspect
import io
import time
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[..., Any]
Arguments = tuple[tuple[Any, ...], dict[str, Any]]  # of one call: by position, and by keyword


@dataclass(frozen=True)
class Call:
    """One call of a function, and its effects.

    args: the arguments before the call.
    after: the arguments after the call; a Generator that was drawn from has moved on.
    value: what the function returned, or None if it raised; a list for an object array of matrices.
    error: what the function raised, or None.
    where: for an error, the student's line that raised it, such as "line 3: return 1 / 0".
    changed: positions of the arguments that the call changed in place (a Generator may always change).
    shares: positions of the arguments whose memory the value shares.
    drew: whether a Generator among the arguments was drawn from.
    global_rng: whether NumPy's global random state was touched.
    seconds: processor time of the call.
    """

    args: tuple[Any, ...]
    after: tuple[Any, ...] = ()
    value: Any = None
    error: BaseException | None = None
    where: str = ""
    changed: tuple[int, ...] = ()
    shares: tuple[int, ...] = ()
    drew: bool = False
    global_rng: bool = False
    warnings: tuple[str, ...] = ()
    seconds: float = 0.0


def observe(function: Function, *args: Any, **kwargs: Any) -> Call:
    """Call `function` on copies of the arguments; prints are swallowed, warnings recorded.

    The function may call its parameters what it likes, as long as they stand in the statement's order.

    Whatever it raises is kept in the Call, except KeyboardInterrupt, which is the student
    pressing stop.
    """
    (call,) = observe_each(function, [(args, kwargs)])
    return call


def observe_each(function: Function, arguments: Iterable[Arguments]) -> list[Call]:
    """`observe` several calls, one after the other."""
    if hasattr(function, "__observe__"):
        calls: list[Call] = function.__observe__(list(arguments))
        return calls
    with own_global_state():
        return list(observe_in_turn(function, arguments))


def observe_in_turn(function: Function, arguments: Iterable[Arguments]) -> Iterator[Call]:
    """`observe` several calls, each when its turn comes.

    A Generator that several calls get is one object for the function, too, and goes on where the call before
    left off: so an answer that recognises the Generator is found out.
    """
    copies: dict[int, np.random.Generator] = {}
    kept = []  # so that no other Generator gets the identity of one before
    for args, kwargs in arguments:
        kept.append(args)
        yield _observe(function, args, kwargs, copies)


def _observe(
    function: Function,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    copies: dict[int, np.random.Generator],
) -> Call:
    given, keywords = copy.deepcopy((args, kwargs), dict(copies))
    generators = [i for i, arg in enumerate(args) if isinstance(arg, np.random.Generator)]
    copies |= {id(args[i]): given[i] for i in generators}
    value, error, where = None, None, ""
    start = time.process_time()
    with warnings.catch_warnings(record=True) as caught, _silence(), own_global_state() as touched:
        warnings.simplefilter("always")
        try:
            placed, named = _placed(function, given, keywords)
            value = function(*placed, **named)
        except KeyboardInterrupt:
            raise
        except BaseException as raised:
            error, where = raised, _student_line(raised)
    seconds = time.process_time() - start
    value = _unboxed(value)

    return Call(
        args=args,
        after=tuple(copy.deepcopy(arg) if i in generators else arg for i, arg in enumerate(given)),
        value=value,
        error=error,
        where=where,
        changed=tuple(
            i
            for i, (old, new) in enumerate(zip(args, given, strict=True))
            if i not in generators and not same_data(old, new)
        ),
        shares=tuple(i for i, arg in enumerate(given) if _overlap(value, arg)),
        drew=any(moved_on(args[i], given[i]) for i in generators),
        global_rng=touched(),
        warnings=tuple(str(w.message) for w in caught),
        seconds=seconds,
    )


def _placed(function: Function, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Arguments:
    """The arguments; those with a keyword go by position where the function calls its parameter otherwise.

    A check gives the keywords in the order of the statement's signature, behind the other arguments.
    """
    if not kwargs:
        return args, kwargs
    with contextlib.suppress(TypeError, ValueError):  # a function may have no signature to be read
        signature = inspect.signature(function)
        try:
            signature.bind(*args, **kwargs)
        except TypeError:
            signature.bind(*args, *kwargs.values())
            return (*args, *kwargs.values()), {}
    return args, kwargs


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Swallow what is printed; `print` does nothing, since writing an array out can take seconds."""
    say = builtins.print

    def print_elsewhere(*values: Any, file: Any = None, **how: Any) -> None:
        if file is not None:
            say(*values, file=file, **how)

    builtins.print = print_elsewhere
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        builtins.print = say


def same_data(a: Any, b: Any) -> bool:
    """Whether two argument values are the same data, exactly: types, shapes, every entry."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(a, np.ndarray)
            and isinstance(b, np.ndarray)
            and a.dtype == b.dtype
            and a.shape == b.shape
            and bool(np.array_equal(a, b, equal_nan=a.dtype.kind in "fc"))
        )
    if isinstance(a, (list, tuple)):
        return (
            type(a) is type(b)
            and len(a) == len(b)
            and all(same_data(x, y) for x, y in zip(a, b, strict=True))
        )
    if isinstance(a, dict):
        return type(a) is type(b) and list(a) == list(b) and all(same_data(a[key], b[key]) for key in a)
    return bool(a == b) or (a != a and b != b)


def _arrays(value: Any) -> Iterator[np.ndarray]:
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _arrays(part)
    elif isinstance(value, dict):
        yield from _arrays(list(value.values()))


def _unboxed(value: Any) -> Any:
    """The matrices of an object array as a list, as the channel to the grader passes them; else the value."""
    if isinstance(value, np.ndarray) and value.dtype == object and value.ndim:
        parts = list(value)
        if all(isinstance(part, np.ndarray) and part.ndim > 1 for part in parts):
            with contextlib.suppress(TypeError, ValueError):
                return [np.asarray(part, dtype=float) if part.dtype == object else part for part in parts]
    return value


def _overlap(value: Any, arg: Any) -> bool:
    return any(np.may_share_memory(v, a) for v in _arrays(value) for a in _arrays(arg))


def moved_on(rng: np.random.Generator, before: np.random.Generator) -> bool:
    """Whether a Generator has another state than its copy, as it has after a draw."""
    return repr(rng.bit_generator.state) != repr(before.bit_generator.state)


@contextlib.contextmanager
def own_global_state() -> Iterator[Callable[[], bool]]:
    """Lend NumPy a global random state, see whether an answer touches it, and put the old state back.

    The lent state is one that no answer sets: an answer that sets the same seed again would leave its own
    state unchanged, and go unseen. An untouched state gives the expected number next; comparing whole states
    would cost a hundred times as much. Saving and restoring is most of the cost, and only the outermost of
    nested blocks does so.
    """
    global _kept
    outermost = _kept is None
    if outermost:
        _kept = np.random.get_state(legacy=False)
    np.random.seed(_LENT)
    changed: list[bool] = []
    try:
        yield lambda: changed[0]
    finally:
        changed.append(np.random.random_sample() != _NEXT)
        if outermost and _kept is not None:
            np.random.set_state(_kept)
            _kept = None


_kept: dict[str, Any] | None = None
_LENT = 618_033_988
_NEXT = np.random.RandomState(_LENT).random_sample()


def _student_line(error: BaseException) -> str:
    """The last line of the student's own code on the way to the error, or ''."""
    frames = traceback.extract_tb(error.__traceback__)[1:]  # the first is `observe` itself
    own = [
        f"line {frame.lineno}: {frame.line.strip()}"
        for frame in frames
        if frame.line  # compiled code has none, such as a Generator's
        and "site-packages" not in frame.filename
        and "/lib/python" not in frame.filename
    ]
    return own[-1] if own else ""
