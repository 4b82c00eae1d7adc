"""Whether two values are the same, and the words for how they differ."""

import math
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import numpy as np

_FLOATS = (float, np.float64)
_WRITTEN = (str, bytes, type(None), list, tuple, set, int)  # what is shown as Python writes it
NO_RETURN = "A function that ends without `return` gives back `None`."
_CAUSES = {
    "NoneType": NO_RETURN,
    "generator": "A function with `yield` gives back a generator. Collect the parts in a list instead.",
}


def same(got: Any, want: Any, rtol: float = 1e-5, atol: float = 1e-8) -> bool:
    """Whether `got` is `want` up to rounding.

    rtol: as a share of the right number. atol: how far from 0 a number may be where 0 is right, as a share
    of the largest number of the array; at most atol itself.

    Shapes must agree, but a list, a tuple or an array of any float dtype will do, and so will an array of
    one number where a number is asked. Booleans are booleans: 1.0 is not True; nor is 1 + 0j a real number.
    No right value is nan; two mistakes that both give nan are the same.
    A dict needs the same keys, in any order.
    """
    if isinstance(want, dict):
        return (
            isinstance(got, dict)
            and set(got) == set(want)
            and all(same(got[key], want[key], rtol, atol) for key in want)
        )
    if isinstance(want, (list, tuple)):
        return long_as(want, got) and all(same(g, w, rtol, atol) for g, w in zip(got, want, strict=True))
    # most comparisons are of two floats; this takes a fifteenth of the time of the general case
    if type(got) in _FLOATS and type(want) in _FLOATS:
        if math.isnan(want):
            return math.isnan(got)
        return bool(got == want or abs(got - want) <= (rtol * abs(want) if want else atol) < math.inf)
    b = np.asarray(want)
    if isinstance(got, (list, tuple)) and (len(got),) != b.shape[:1]:
        return False  # saves making an array of a long list
    a = _shaped_as(b, as_array(got))
    if a is None or a.shape != b.shape or not _alike(a, b):
        return False
    return bool(np.array_equal(a, b) or np.all(_close(a, b, rtol, atol)))


@np.errstate(all="ignore")  # an answer may hold numbers that are too large to subtract
def _close(a: np.ndarray, b: np.ndarray, rtol: float = 1e-5, atol: float = 1e-8) -> np.ndarray:
    """Which entries of `a` are those of `b` up to rounding; see `same`. Both have one shape and one kind."""
    if b.dtype.kind == "b":
        return np.asarray(a == b)
    largest = np.max(np.abs(b), initial=0.0)
    far = np.where(b == 0, atol * min(largest or 1.0, 1.0), rtol * np.abs(b))
    near = (a == b) | (np.abs(a - b) <= np.where(np.isfinite(b), far, 0.0))
    return np.asarray(near | (np.isnan(a) & np.isnan(b)))


def _shaped_as(want: np.ndarray, got: np.ndarray | None) -> np.ndarray | None:
    """`got`, without its axes where a number is wanted and it is an array of one."""
    return got.reshape(()) if got is not None and want.ndim == 0 and got.size == 1 else got


def has_parts(value: Any) -> bool:
    """Whether `value` is a list, a tuple, or an array with an axis."""
    return isinstance(value, (list, tuple)) or (isinstance(value, np.ndarray) and value.ndim > 0)


def long_as(want: Any, got: Any) -> bool:
    """Whether a value has as many parts as the right one."""
    return has_parts(got) and len(got) == len(want)


def as_array(value: Any) -> np.ndarray | None:
    """`value` as an array of numbers or booleans, or None where it cannot be one."""
    if value is None or isinstance(value, (str, bytes, dict, set)):
        return None
    try:
        array = np.asarray(value)
    except Exception:
        return None
    return array if array.dtype.kind in "biufc" else None


def real_array(value: Any) -> np.ndarray | None:
    """`value` as an array of real numbers, or None where it is none."""
    array = as_array(value)
    return array if array is not None and array.dtype.kind in "iuf" else None


def aligned(got: Any, want: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Each array of the right value after the one in its place, as floats; none where the kinds differ."""
    if isinstance(want, (dict, tuple, list)):
        keyed = isinstance(want, dict)
        if not (isinstance(got, dict) and set(got) == set(want) if keyed else long_as(want, got)):
            return []
        parts = [aligned(got[key], want[key]) for key in (want if keyed else range(len(want)))]
        return [pair for part in parts for pair in part] if all(parts) else []
    array, right = as_array(got), np.asarray(want)
    kinds = "b" if right.dtype.kind == "b" else "iuf"
    comparable = array is not None and array.dtype.kind in kinds
    return [(np.asarray(array, float), right.astype(float))] if comparable else []


def short(value: Any, digits: int = 4, depth: int = 3) -> str:
    """A value on one line: numbers to `digits` significant digits, large arrays by their shape.

    depth: how deep lists and dicts are read. Of a value that is too large or too deep, a part is shown.
    """
    if isinstance(value, (dict, list, tuple)) and depth == 0:
        return "…"
    if isinstance(value, dict):
        parts = [f"{_cut(k)}: {short(v, digits, depth - 1)}" for k, v in islice(value.items(), 8)]
        return "{" + ", ".join(parts) + "}"
    if isinstance(value, (list, tuple)) and any(map(has_parts, value[:12])):
        parts = [short(v, digits, depth - 1) for v in value[:4]]
        body = ", ".join(parts) + (", …" if len(value) > 4 else "")
        return f"[{body}]" if isinstance(value, list) else f"({body})"
    array = as_array(value)
    if array is None:
        if isinstance(value, type) or (callable(value) and hasattr(value, "__name__")):
            return _cut(f"a {'class' if isinstance(value, type) else 'function'} ({value.__name__})")
        return _cut(value, repr) if isinstance(value, _WRITTEN) else _kind(value)
    if array.ndim == 0:
        return _number(array[()], digits)
    if array.size > 12:
        return f"an array of {describe(array)}"
    body = np.array2string(
        array, separator=", ", formatter={"all": lambda v: _number(v, digits)}, max_line_width=200
    )
    return " ".join(body.split())


def describe(array: np.ndarray) -> str:
    """Shape, dtype and scale of an array with entries."""
    kind = f"shape {array.shape}, {_dtype(array)}"
    if array.dtype.kind == "b":
        return kind
    with np.errstate(all="ignore"):
        scale = float(np.sqrt(np.mean(np.abs(array.astype(complex)) ** 2)))
    return f"{kind}, root mean square {_number(scale, 3)}"


def _dtype(array: np.ndarray) -> str:
    """What an array holds. How long an integer is depends on the platform, so words leave the length out."""
    return {"i": "int", "u": "uint"}.get(array.dtype.kind, str(array.dtype))


def gap(got: Any, want: Any) -> str:
    """How far a wrong value is off: "1.1 % less", "has shape (3,), not (4,)"."""
    if isinstance(want, (dict, list, tuple)):
        return _gap_of_parts(got, want)
    b = np.asarray(want)
    a = _shaped_as(b, as_array(got))
    if a is None:
        return f"it is {_kind(got)}, not {_kind(want)}"
    if a.shape != b.shape:
        return f"it has shape {a.shape}, not {b.shape}"
    if not _alike(a, b):
        return f"it holds {_dtype(a)}, not {_dtype(b)}"
    if a.ndim == 0 and b != 0 and b.dtype.kind != "b":
        percent = 100 * (float(np.real(a)) / float(b) - 1)
        if not np.isfinite(percent):
            return ""
        if abs(percent) <= 100:
            digits = ".0f" if abs(percent) >= 1 else ".2g"
            return f"{abs(percent):{digits}} % {'more' if percent > 0 else 'less'}"
        return f"{_number(percent / 100 + 1, 3)} times it"
    if a.ndim:
        off = int(np.sum(~_close(a, b)))
        return f"{off} of {a.size} entries differ"
    return ""


def _gap_of_parts(got: Any, want: Any) -> str:
    if isinstance(want, dict):
        if not isinstance(got, dict):
            return f"it is {_kind(got)}, not a dict"
        if set(got) != set(want):
            return f"its keys are {_keys(got)}, not {_keys(want)}"
        wrong = [str(key) for key in want if not same(got[key], want[key])]
        return f"wrong under: {', '.join(wrong)}"
    if not has_parts(got):
        return f"it is {_kind(got)}, not {len(want)} values"
    if len(got) != len(want):
        return f"it has {len(got)} part{'s' if len(got) != 1 else ''}, not {len(want)}"
    wrong = [str(i) for i in range(len(want)) if not same(got[i], want[i])]
    return f"part {', '.join(wrong)} differs" if len(wrong) == 1 else f"parts {', '.join(wrong)} differ"


def _keys(value: dict[Any, Any]) -> str:
    keys = sorted(map(_cut, islice(value, 20)))
    return f"{keys}{' and more' if len(value) > 20 else ''}"


def _cut(value: Any, form: Callable[[Any], str] = str) -> str:
    """A value's text, of at most 60 characters."""
    try:
        text = form(value)
    except ValueError:  # an integer of more digits than Python writes
        text = f"a {type(value).__name__}"
    return text if len(text) <= 60 else text[:59] + "…"


def _kind(value: Any) -> str:
    array = as_array(value)
    if value is None:
        return "None"
    if array is None:
        kind = f"array of dtype {value.dtype}" if isinstance(value, np.ndarray) else type_name(value)
        return f"a{'n' if kind[0] in 'aeiou' else ''} {kind}"
    return (
        "a number" if array.ndim == 0 else f"an array of {'booleans' if array.dtype == bool else 'numbers'}"
    )


def listed(names: Sequence[str]) -> str:
    """Names in a row: a, b and c."""
    return " and ".join(", ".join(names).rsplit(", ", 1))


def cause(value: Any) -> str:
    """Why an answer may have returned a value of this kind, or ''."""
    return _CAUSES.get(type_name(value), "")


def type_name(value: Any) -> str:
    """The name of a value's type; a stand-in for a value of another process bears the name of its type."""
    return str(getattr(value, "__heinit_type__", type(value).__name__))


def _alike(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether both hold booleans, both complex numbers, or both real ones."""
    return all((a.dtype.kind == kind) == (b.dtype.kind == kind) for kind in "bc")


def _number(value: Any, digits: int) -> str:
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, np.integer)):
        return str(int(value))
    if isinstance(value, (complex, np.complexfloating)):
        return f"{value:.{digits}g}"
    return f"{float(value) + 0.0:.{digits}g}"  # no minus before 0
