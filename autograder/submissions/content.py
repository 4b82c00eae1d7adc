"""From the bytes of a submitted file to the JSON value of a notebook, whatever happened to them on the way.

`read_content` takes a file whose cells can be read beyond doubt, and says in a sentence what was wrong with
it: another encoding, a wrapping, text behind the end, a comma too many, merge markers that part nothing that
counts. Of any other file it says what the file is. Outputs are left out before anything is parsed, so that
their size costs nothing. Nothing here takes more than linear time, or unpacks more than LARGEST_NOTEBOOK.
"""

import ast
import base64
import codecs
import json
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from autograder.submissions.archives import is_junk, zip_of
from autograder.submissions.filetypes import BINARY, TEXT, kind_in_words

LARGEST_NOTEBOOK = 128 * 2**20  # bytes of a submitted file
LARGEST_WITHOUT_OUTPUTS = 32 * 2**20
LARGEST_MENDED = 4 * 2**20  # characters of a text whose commas are put right
LARGEST_LITERAL = 2**20  # characters that are read as Python's text of a value
LONGEST_NUMBER = 300  # digits
JUNK = "\ufeff\0\x1a \t\r\n"  # characters around a notebook that say nothing
_OUTPUTS = re.compile(rb'(?<!\\)"outputs"\s*+:\s*+\[')
_STRING = rb'"(?:[^"\\]++|\\.)*+(?:"|\Z)'
_BRACKET = re.compile(_STRING + rb"|[\[\]{}]", re.S)
_COMMAS = re.compile(_STRING.decode() + r"|,(?=\s*+[}\],])|\}(?=\s*+\{)", re.S)
_MEMBER = re.compile(r'\s*+[{,]\s*+"(\w{1,40})"\s*+:\s*+')
_ELEMENT = re.compile(r"\s*+[\[,]\s*+")


class UnreadableError(Exception):
    """No notebook can be read; the text says what the file is, as in "it is a PDF"."""


@dataclass
class Content:
    """What a file holds. value: the JSON value of a notebook. repairs: what was wrong, a sentence each.

    cut_off: whether the file ends within the cells, so that the last ones are missing.
    """

    value: Any = None
    repairs: list[str] = field(default_factory=list)
    cut_off: bool = False


def read_content(data: bytes) -> Content:
    """The notebook in a file. Raises UnreadableError where there is none that can be read beyond doubt."""
    content = Content()
    data = _unpacked(data, content)
    if not data.strip(b"\0 \t\r\n"):
        zeros = "it holds nothing but zeros: it was lost on its way"
        raise UnreadableError(zeros if data.strip() else "it is empty")
    if (kind := kind_in_words(data)) != TEXT:
        raise UnreadableError(kind)
    data = _in_utf8(data, content)
    sides = _sides_of_merge(data)
    if not sides:
        content.value = _value(data, content)
        return content
    try:
        content.value, theirs = (_value(side, content) for side in sides)
    except UnreadableError:
        raise UnreadableError("it holds an unfinished merge, and its sides cannot be read") from None
    if _cells(content.value) != _cells(theirs):
        raise UnreadableError("it holds both sides of an unfinished merge, and their cells differ")
    content.repairs.append("Marks of an unfinished merge were taken out; both sides have the same cells.")
    return content


def _unpacked(data: bytes, content: Content) -> bytes:
    """The file in an archive of one notebook; any other data as it is."""
    try:
        if data[:2] == b"\x1f\x8b":
            inner = zlib.decompressobj(31).decompress(data, LARGEST_NOTEBOOK + 1)
        elif data[:4] == b"PK\3\4":
            inner = _only_notebook(data)
        else:
            return data
        if not inner:
            raise zlib.error
    except (zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError, ValueError, OSError):
        raise UnreadableError(f"{kind_in_words(data)} that cannot be opened") from None
    if len(inner) > LARGEST_NOTEBOOK:
        raise UnreadableError(f"it is larger than {LARGEST_NOTEBOOK // 2**20} MiB when it is unpacked")
    content.repairs.append("The notebook was packed, and was unpacked.")
    return inner


def _only_notebook(data: bytes) -> bytes:
    with zip_of(data) as archive:
        names = [n for n in archive.namelist() if n.endswith(".ipynb") and not is_junk(n)]
        if len(names) != 1:
            count = f"{len(names)} notebooks: hand in one" if names else "no notebook in it"
            kind = kind_in_words(data, archive.namelist())
            raise UnreadableError(f"{kind}, with {count}" if "zip" in kind else kind)
        with archive.open(names[0]) as file:
            return file.read(LARGEST_NOTEBOOK + 1)


def _in_utf8(data: bytes, content: Content) -> bytes:
    if data.startswith(b"\0\0\0\0"):
        data = data.lstrip(b"\0")
    encoding = json.detect_encoding(data)
    if encoding.startswith(("utf-16", "utf-32")):
        text = data.decode(encoding, "replace")
        if kind_in_words(b"", text=text) != BINARY:
            content.repairs.append(f"The file was in {encoding[:6].upper()}, and not in UTF-8.")
            return text.encode()
    elif encoding == "utf-8-sig":
        content.repairs.append("The file began with a byte order mark.")
        return data[3:]
    return data


def _sides_of_merge(data: bytes) -> tuple[bytes, bytes] | None:
    """Both versions, where git has left its marks in a file; else None."""
    if not all(
        re.search(rb"^" + mark, data, re.M) for mark in (b"<{7}(?: |\r?$)", b"={7}\r?$", b">{7}(?: |\r?$)")
    ):
        return None
    ours: list[bytes] = []
    theirs: list[bytes] = []
    both = (ours, theirs)
    into: tuple[list[bytes], ...] = both
    for line in data.split(b"\n"):
        match line[:7]:
            case b"<<<<<<<":
                into = (ours,)
            case b"|||||||":
                into = ()
            case b"=======":
                into = (theirs,)
            case b">>>>>>>":
                into = both
            case _:
                for side in into:
                    side.append(line)
    return b"\n".join(ours), b"\n".join(theirs)


def _value(data: bytes, content: Content) -> Any:
    """The notebook's JSON value in UTF-8, or in what is mostly that."""
    data = _without_outputs(data)
    if len(data) > LARGEST_WITHOUT_OUTPUTS:
        most = f"{LARGEST_WITHOUT_OUTPUTS // 2**20} MiB"
        raise UnreadableError(f"it is larger than {most} without its outputs")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text = data.decode(errors="heinit.windows-1252")
        content.repairs.append("Letters that are not in UTF-8 were read as Windows-1252.")
    if (kind := kind_in_words(b"", text=text)) != TEXT:
        raise UnreadableError(kind)
    return _parsed(text.lstrip(JUNK), content)


def _without_outputs(data: bytes) -> bytes:
    """The JSON text with nothing in its lists of outputs but the line breaks."""
    kept, at = [], 0
    while match := _OUTPUTS.search(data, at):
        kept.append(data[at : match.end()])
        at, depth = len(data), 1
        for token in _BRACKET.finditer(data, match.end()):
            first = data[token.start()]
            depth += (first in b"[{") - (first in b"]}")
            if depth == 0:
                at = token.start()
                break
        kept.append(b"\n" * data.count(b"\n", match.end(), at))
    return b"".join([*kept, data[at:]])


def _parsed(text: str, content: Content) -> Any:
    """The JSON value in a text."""
    start = max(0, text.find("{")) if text[:1] not in ("{", "[", '"') else 0
    for read, sentence in _WAYS:
        try:
            value, rest = read(text[start:])
        except RecursionError:
            raise UnreadableError("it is not a notebook (nested too deeply)") from None
        except (ValueError, SyntaxError, MemoryError, TypeError):
            continue
        inner = _unwrapped(value, content)
        if not _is_notebook(inner) and (start or rest.strip(JUNK)):
            break
        content.repairs += [sentence] if sentence else []
        content.repairs += ["What stood before the notebook was left out."] if start else []
        _check_rest(inner, rest, content)
        return inner
    if text[:1] == "{":
        return _broken_off(text, content)
    raise UnreadableError(TEXT)


def _whole(text: str, decoder: json.JSONDecoder | None = None) -> tuple[Any, str]:
    """The value at the beginning of a text, and the rest of the text."""
    value, end = (decoder or _STRICT).raw_decode(text)
    return value, text[end:]


def _with_right_commas(text: str) -> tuple[Any, str]:
    """The value after commas that stand before a bracket are taken out, and those between cells put in."""
    if len(text) > LARGEST_MENDED:
        raise ValueError

    def right(match: re.Match[str]) -> str:
        return {",": "", "}": "},"}.get(match[0], match[0])

    return _whole(_COMMAS.sub(right, text), _LENIENT)


def _as_python(text: str) -> tuple[Any, str]:
    """The value of a dictionary as Python prints it."""
    if len(text) > LARGEST_LITERAL or not text.startswith("{'"):
        raise ValueError
    end = text.rfind("}") + 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the student's text, not ours
        return ast.literal_eval(text[:end]), text[end:]


def _broken_off(text: str, content: Content) -> Any:
    """The notebook in a text that ends too early, as far as its cells are whole."""
    members: dict[str, Any] = {}
    at, problem = 0, json.JSONDecodeError("", text, 0)
    while member := _MEMBER.match(text, at):
        try:
            members[member[1]], at = _LENIENT.raw_decode(text, member.end())
        except json.JSONDecodeError as error:
            problem = error
            if member[1] == "cells":
                members["cells"], problem = _elements(text, member.end())
                content.cut_off = True
            break
    else:
        problem = json.JSONDecodeError("", text, at)
    breaks_off = "Unterminated" in problem.msg or problem.pos >= len(text.rstrip(JUNK)) - 12
    if breaks_off and members.get("cells"):
        whole = f"{len(members['cells'])} whole cells"
        members.setdefault("nbformat", 4)
        content.repairs.append(f"The file breaks off before its end; {whole} were read.")
        return members
    what = "it breaks off" if breaks_off else "its JSON is damaged"
    raise UnreadableError(f"it is not a whole notebook ({what} on line {problem.lineno})")


def _elements(text: str, at: int) -> tuple[list[Any], json.JSONDecodeError]:
    """The elements of a list that ends too early, and what ended them."""
    elements: list[Any] = []
    while element := _ELEMENT.match(text, at):
        try:
            value, at = _LENIENT.raw_decode(text, element.end())
        except json.JSONDecodeError as error:
            return elements, error
        elements.append(value)
    return elements, json.JSONDecodeError("", text, at)


def _unwrapped(value: Any, content: Content) -> Any:
    """The notebook in what a server's interface or a script has put around it."""
    for _ in range(3):
        inner = value.get("content") if isinstance(value, dict) and not _is_notebook(value) else None
        if isinstance(value, list) and value and all(isinstance(v, dict) and "cell_type" in v for v in value):
            inner = {"cells": value}
        if isinstance(text := inner if inner is not None else value, str):
            try:
                text = text if "{" in text else base64.b64decode(text, validate=True).decode()
                inner = _whole(text.strip(JUNK))[0]
            except (ValueError, RecursionError):
                return value
        if inner is None:
            break
        value = inner
        content.repairs.append("The notebook stood in a wrapping, which was taken off.")
    return value


def _check_rest(value: Any, rest: str, content: Content) -> None:
    """Say what stands behind a notebook's end. Raises UnreadableError where that is another notebook."""
    behind = rest.strip(JUNK)
    if not behind:
        content.repairs += ["Zeros behind the notebook's end were left out."] if "\0" in rest else []
        return
    try:
        again = _whole(behind)[0]
    except (ValueError, RecursionError):
        again = None
    if _is_notebook(again):
        if _cells(again) != _cells(value):
            raise UnreadableError("it holds two notebooks, one behind the other, and they differ")
        content.repairs.append("The notebook stood in the file twice.")
    else:
        content.repairs.append("What stood behind the notebook's end was left out.")


def _is_notebook(value: Any) -> bool:
    lists = (value.get(key) for key in ("cells", "worksheets")) if isinstance(value, dict) else ()
    return any(isinstance(cells, list) for cells in lists)


def _cells(value: Any) -> list[tuple[Any, str]]:
    """What counts of a notebook's cells: kind and text of each."""
    cells = value.get("cells", []) if isinstance(value, dict) else []
    dicts = [cell for cell in cells if isinstance(cell, dict)]
    return [(cell.get("cell_type"), "".join(map(str, cell.get("source") or ""))) for cell in dicts]


def _integer(digits: str) -> int:
    """A number; one with thousands of digits counts nothing in a notebook, and takes long to read."""
    return int(digits) if len(digits) <= LONGEST_NUMBER else 0


def _windows_1252(error: UnicodeError) -> tuple[str, int]:
    """A byte that is not in UTF-8, as Windows writes letters of Western Europe."""
    assert isinstance(error, UnicodeDecodeError)
    byte = error.object[error.start : error.start + 1]
    try:
        return byte.decode("cp1252"), error.start + 1
    except UnicodeDecodeError:  # five bytes have no letter there
        return byte.decode("latin-1"), error.start + 1


codecs.register_error("heinit.windows-1252", _windows_1252)
_STRICT = json.JSONDecoder(parse_int=_integer)
_LENIENT = json.JSONDecoder(parse_int=_integer, strict=False)
_WAYS: tuple[tuple[Callable[[str], tuple[Any, str]], str], ...] = (
    (_whole, ""),
    (partial(_whole, decoder=_LENIENT), "Characters that JSON writes otherwise were taken as they are."),
    (_with_right_commas, "Commas that were too many, or missing, were put right."),
    (_as_python, "The file held Python's text of a dictionary, and no JSON."),
)
