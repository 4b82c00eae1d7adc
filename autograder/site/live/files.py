"""The files below `live/` on the site: Python, the course's package, and the scripts that use them."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.site.live.pyodide import LOCK

HERE = Path(__file__).parent
PACKED = ("pyodide.asm.wasm",)  # a third as large, whether or not the host packs what it sends
FIRST = ("pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip", LOCK["packages"]["numpy"]["file_name"])


def live_files(pyodide: Mapping[str, bytes], wheel: Path) -> dict[str, bytes]:
    """Every file, by its path on the site. pyodide: the release's files, by name. wheel: heinit_lab's."""
    files = {
        f"{name}.gz" if name in PACKED else name: gzip.compress(content, mtime=0)
        if name in PACKED
        else content
        for name, content in pyodide.items()
    }
    files[wheel.name] = wheel.read_bytes()
    files["pyodide-lock.json"] = (HERE / "pyodide-lock.json").read_bytes()
    files["page.py"] = (HERE / "page.py").read_bytes()
    files |= {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}
    first = first_bytes(files, wheel.name)
    drawing = sum(p["size"] for p in LOCK["packages"].values()) - LOCK["packages"]["numpy"]["size"]
    manifest = {"bytes": first, "drawing": drawing, "packed": PACKED, "wheel": wheel.name}
    files["manifest.json"] = json.dumps(manifest).encode()
    return {f"live/{name}": content for name, content in files.items()}


def first_bytes(files: Mapping[str, bytes], wheel: str) -> int:
    """What a page fetches before its first check, in bytes."""
    names = [f"{name}.gz" if name in PACKED else name for name in (*FIRST, wheel)]
    return sum(len(files[name]) for name in names)
