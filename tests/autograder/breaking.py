"""Ways to break a notebook, by which tests/broken describes what arrives from students.

A cell is named by its id; a copy of `he_std` is called `he_std-copy`, the end of a cut one
`he_std-tail`, a new one as the step says. A place is a cell's id, `top` or `end`.
"""

from __future__ import annotations

import ast
import base64
import copy as copies
import gzip
import importlib.util
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import nbformat

Notebook = dict[str, Any]


def copy(notebook: Notebook, name: str, place: str, called: str | None = None) -> None:
    _put(notebook, {**copies.deepcopy(_cell(notebook, name)), "id": called or f"{name}-copy"}, place)


def delete(notebook: Notebook, *names: str) -> None:
    for name in names:
        notebook["cells"].remove(_cell(notebook, name))


def move(notebook: Notebook, name: str, place: str) -> None:
    cell = _cell(notebook, name)
    notebook["cells"].remove(cell)
    _put(notebook, cell, place)


def retype(notebook: Notebook, name: str, kind: str) -> None:
    cell = _cell(notebook, name)
    cell["cell_type"] = kind
    for key in ("outputs", "execution_count"):
        cell.pop(key, None)
    if kind == "code":
        cell.update(outputs=[], execution_count=None)


def write(notebook: Notebook, name: str, source: str) -> None:
    _cell(notebook, name)["source"] = source


def put_above(notebook: Notebook, name: str, text: str) -> None:
    """Put lines on top of a cell."""
    cell = _cell(notebook, name)
    cell["source"] = f"{text}\n{cell['source']}"


def insert(notebook: Notebook, name: str, source: str, place: str, kind: str = "code") -> None:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    _put(notebook, {**cell, **({"outputs": [], "execution_count": None} if kind == "code" else {})}, place)


def split(notebook: Notebook, name: str, line: int, marked: bool = False) -> None:
    """Cut a cell before a line, counted from 0. marked: the end keeps the metadata, as in JupyterLab."""
    cell = _cell(notebook, name)
    lines = cell["source"].split("\n")
    metadata = copies.deepcopy(cell["metadata"]) if marked else {}
    tail = {**cell, "id": f"{name}-tail", "metadata": metadata, "source": "\n".join(lines[line:])}
    cell["source"] = "\n".join(lines[:line])
    _put(notebook, tail, name)


def cut_before(notebook: Notebook, name: str, *texts: str) -> None:
    """Cut a cell before the first place of each of these texts, as JupyterLab does at the cursor."""
    cell, place = _cell(notebook, name), name
    for number, text in enumerate(texts):
        at = cell["source"].index(text)
        tail = {**cell, "id": f"{name}-{number}", "metadata": {}, "source": cell["source"][at:].lstrip("\n")}
        cell["source"] = cell["source"][:at].rstrip("\n")
        _put(notebook, tail, place)
        cell, place = tail, tail["id"]


def join(notebook: Notebook, names: list[str], into: str, between: str = "\n\n") -> None:
    """Merge cells into one of them, whose kind and metadata stay."""
    cell = _cell(notebook, into)
    cell["source"] = between.join(_cell(notebook, name)["source"] for name in names)
    delete(notebook, *(name for name in names if name != into))


def unmark(notebook: Notebook, *names: str) -> None:
    """Take nbgrader's metadata away: from these cells, or from all."""
    for cell in notebook["cells"]:
        if not names or cell["id"] in names:
            cell["metadata"] = {}


def renumber(notebook: Notebook, pattern: str) -> None:
    """Give each cell a new id, as a converter does: `{}` for its number, `{:08x}` for eight digits."""
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = pattern.format(number)


def drop(notebook: Notebook, *keys: str) -> None:
    """Take these entries out of the metadata of each cell."""
    for cell in notebook["cells"]:
        cell["metadata"] = {key: value for key, value in cell["metadata"].items() if key not in keys}


def annotate(notebook: Notebook, kind: str, metadata: dict[str, Any]) -> None:
    """Add to the metadata of each cell of a kind, or of the notebook."""
    if kind == "notebook":
        notebook["metadata"].update(metadata)
    for cell in notebook["cells"]:
        if cell["cell_type"] == kind:
            cell["metadata"].update(metadata)


def reformat(notebook: Notebook) -> None:
    """Write the code of each cell anew from its syntax tree: more than any formatter changes."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["source"] = ast.unparse(ast.parse(cell["source"]))


def anonymous(notebook: Notebook) -> None:
    """Take all metadata and ids away, as an editor of the old format does."""
    unmark(notebook)
    minor(notebook, 2)


def minor(notebook: Notebook, number: int) -> None:
    notebook["nbformat_minor"] = number
    for cell in notebook["cells"]:
        cell.pop("id")


def mark(notebook: Notebook, name: str, key: str, value: Any = None) -> None:
    """Set a key of nbgrader's metadata, or take it out."""
    marks = _cell(notebook, name)["metadata"].setdefault("nbgrader", {})
    marks[key] = value
    if value is None:
        del marks[key]


def set_key(notebook: Notebook, name: str, key: str, value: Any) -> None:
    """Set a key of a cell itself."""
    _cell(notebook, name)[key] = value


def schema(notebook: Notebook, version: int) -> None:
    """Write nbgrader's metadata as an older version did."""
    for cell in notebook["cells"]:
        if marks := cell["metadata"].get("nbgrader"):
            marks["schema_version"] = version
            marks.pop("task")
            if version < 2:
                marks.pop("cell_type")


def swell(notebook: Notebook, name: str, megabytes: int, lines: int = 1) -> None:
    """Give a cell an output of this size, in as many lines."""
    line = "x" * (megabytes * 10**6 // lines - 1) + "\n"
    _cell(notebook, name)["outputs"] = [{"output_type": "stream", "name": "stdout", "text": [line] * lines}]


def encode(data: bytes, encoding: str) -> bytes:
    """Write the file in another encoding; a letter that it does not have becomes a question mark."""
    return data.decode().encode(encoding, "replace")


def put_before(data: bytes, text: str) -> bytes:
    return text.encode("latin-1") + data


def put_behind(data: bytes, text: str, times: int = 1) -> bytes:
    return data + text.encode("latin-1") * times


def twice(data: bytes) -> bytes:
    return data + data


def change(data: bytes, old: str, new: str, count: int = -1) -> bytes:
    assert old.encode() in data
    return data.replace(old.encode(), new.encode("latin-1"), count)


def merge(data: bytes, line: str, other: str, base: str = "") -> bytes:
    """Let git's marks part a line that has `line` in it from another one, wherever it stands."""
    lines = []
    for mine in data.decode().splitlines():
        theirs = mine.replace(line, other)
        marks = [
            "<<<<<<< HEAD",
            mine,
            *([f"||||||| {base}", mine] if base else []),
            "=======",
            theirs,
            ">>>>>>> b",
        ]
        lines += marks if theirs != mine else [mine]
    return "\n".join(lines).encode()


def cut(data: bytes, text: str, more: int = 0) -> bytes:
    """End the file behind the last place of a text, and so many bytes."""
    return data[: data.rindex(text.encode()) + len(text) + more]


def pack(data: bytes, kind: str) -> bytes:
    if kind == "gzip":
        return gzip.compress(data)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("folder/lesson.ipynb", data)
        archive.writestr("__MACOSX/folder/._lesson.ipynb", b"")
    return file.getvalue()


def wrap(data: bytes, kind: str) -> bytes:
    """Put something around the notebook: a server's interface, a string of JSON, Python's quotes."""
    text, value = data.decode(), json.loads(data)
    base64_text = base64.b64encode(data).decode()
    wrapped = {
        "contents": {"name": "lesson.ipynb", "type": "notebook", "format": "json", "content": value},
        "text": {"type": "file", "format": "text", "content": text},
        "base64": {"type": "file", "format": "base64", "content": base64_text},
        "string": text,
        "cells": value["cells"],
    }
    return repr(value).encode() if kind == "python" else json.dumps(wrapped[kind]).encode()


STEPS = {
    step.__name__: step
    for step in (
        copy,
        delete,
        move,
        retype,
        write,
        put_above,
        insert,
        split,
        cut_before,
        join,
        unmark,
        renumber,
        drop,
        annotate,
        reformat,
        anonymous,
        minor,
        mark,
        set_key,
        schema,
        swell,
    )
}
FILE_STEPS = {  # of the file that the notebook is written to
    step.__name__: step for step in (encode, put_before, put_behind, twice, change, merge, cut, pack, wrap)
}


def broken(notebook: nbformat.NotebookNode, steps: list[list[Any]], folder: Path | None = None) -> bytes:
    """The content of a file: the notebook after these steps, and after `damage` in the folder's damage.py."""
    damaged: Notebook = json.loads(nbformat.writes(notebook))
    for cell in damaged["cells"]:
        cell["source"] = "".join(cell["source"])
    for name, *arguments in steps:
        if name in STEPS:
            STEPS[name](damaged, *arguments)
    script = folder / "damage.py" if folder is not None else None
    if script is not None and script.is_file():
        spec = importlib.util.spec_from_file_location("damage", script)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        damaged = module.damage(damaged)
    try:
        text = damaged if isinstance(damaged, str) else json.dumps(damaged, indent=1, ensure_ascii=False)
        file = text.encode()
    except UnicodeEncodeError:  # half of a surrogate pair, which JSON can write and UTF-8 cannot
        file = json.dumps(damaged, indent=1).encode()
    for name, *arguments in steps:
        if name not in STEPS:
            file = FILE_STEPS[name](file, *arguments)
    return file


def _cell(notebook: Notebook, name: str) -> dict[str, Any]:
    return next(cell for cell in notebook["cells"] if cell["id"] == name)


def _put(notebook: Notebook, cell: dict[str, Any], place: str) -> None:
    cells = notebook["cells"]
    at = {"top": 0, "end": len(cells)}.get(place)
    cells.insert(cells.index(_cell(notebook, place)) + 1 if at is None else at, cell)
