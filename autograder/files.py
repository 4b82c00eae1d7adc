"""Files that are written and read again, and folders that are cleared.

Whoever looks finds the old file or the new file, whole. What is read may all the same be of another version,
or damaged: `read_json` and `typed` raise ValueError whatever is wrong, and whoever reads says what to do.
"""

import json
import os
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import is_dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path, PurePosixPath
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict


def write_atomically(path: Path, content: bytes | str, *, durable: bool = False) -> None:
    """Replace the file at `path`, or create it. Text is written as UTF-8, without translated line ends.

    durable: whether the content is on the disk when this returns. Raises OSError; then the old
    file is still there.
    """
    with replacing(path, durable=durable) as temporary:
        temporary.write_bytes(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(path: Path, *, durable: bool = False) -> Iterator[Path]:
    """A path beside `path` to write a file to, which takes the place of `path` at the end of the `with`.

    Where the `with` is left by an exception, the temporary file is removed.
    """
    temporary = path.with_name(f".heinit-{secrets.token_hex(8)}")  # short: `path` may have the longest name
    try:
        yield temporary
        if durable:
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException as error:
        temporary.unlink(missing_ok=True)
        if isinstance(error, OSError) and error.filename in (temporary, str(temporary)):
            error.filename = str(path)  # the name that a reader of the message knows
        raise


def clear(folder: Path, wanted: Collection[str]) -> None:
    """Remove what a folder holds, except the files with these paths and the folders that they are in.

    wanted: paths from the folder, with / between their parts.
    """
    above = {str(parent) for path in wanted for parent in PurePosixPath(path).parents}
    for place, folders, files in os.walk(folder, topdown=False):
        for path in (Path(place, name) for name in (*files, *folders)):
            inside = path.relative_to(folder).as_posix()
            if path.is_dir() and not path.is_symlink():
                if inside not in above:
                    path.rmdir()
            elif inside not in wanted:
                path.unlink()


def fill(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write these files into a folder, which then holds nothing else. files: by path, as in `clear`."""
    folder.mkdir(parents=True, exist_ok=True)
    clear(folder, files)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        write_atomically(folder / path, content)


def read_json(path: Path) -> Any:
    """The content of a JSON file. Raises ValueError where it is damaged, OSError where it cannot be read."""
    return parse_json(path.read_bytes())


def parse_json(text: bytes | str) -> Any:
    """What a JSON text holds. Raises ValueError for any other text."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def typed(hint: Any, value: Any) -> Any:
    """The value of type `hint` that JSON kept as `value`: a dataclass, as `asdict` gives it, or part of one.

    What a dataclass does not know is of a later version, and left out. Raises ValueError where something
    is missing, or has another type.
    """
    kind, inner = get_origin(hint) or hint, get_args(hint)
    if hint is Any:
        return value
    if kind is UnionType:
        return None if value is None and NoneType in inner else typed(inner[0], value)
    if is_dataclass(hint) or is_typeddict(hint):
        hints, known = get_type_hints(hint), typed(dict[str, Any], value)
        if missing := getattr(hint, "__required_keys__", frozenset()) - known.keys():
            raise ValueError(f"it lacks {', '.join(sorted(missing))}")
        try:
            return hint(**{name: typed(hints[name], known[name]) for name in hints if name in known})
        except TypeError as error:  # of a dataclass, a field is missing
            raise ValueError(str(error)) from None
    if kind in (list, tuple) and isinstance(value, list):
        return kind(typed(inner[0], part) for part in value)
    if kind is dict and isinstance(value, dict):
        return {name: typed(inner[1], part) for name, part in value.items()}
    if isinstance(value, str) and kind is datetime:
        return datetime.fromisoformat(value)
    if isinstance(value, str) and issubclass(kind, Enum):
        return kind(value)
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ValueError(f"{value!r:.40} is no {kind.__name__}")
    return value
