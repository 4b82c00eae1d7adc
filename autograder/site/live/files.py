"""The files below `live/` on the site: Python, the course's package, and the scripts that use them."""

import gzip
import json
from collections.abc import Mapping
from pathlib import Path

from autograder.site.live.pyodide import LOCK

HERE = Path(__file__).parent
PACKED = ("pyodide.asm.wasm",)  # a third as large, whether or not the host packs what it sends
NUMPY = LOCK["packages"]["numpy"]
# what a page fetches before its first check, with the wheel
FIRST = ("pyodide.asm.js", "pyodide.asm.wasm.gz", "python_stdlib.zip", NUMPY["file_name"])


def live_files(pyodide: Mapping[str, bytes], wheel: Path) -> dict[str, bytes]:
    """Every file, by its path on the site. pyodide: the release's files, by name. wheel: heinit_lab's."""
    files = dict(pyodide)
    for name in PACKED:
        files[f"{name}.gz"] = gzip.compress(files.pop(name), mtime=0)
    files[wheel.name] = wheel.read_bytes()
    files["pyodide-lock.json"] = (HERE / "pyodide-lock.json").read_bytes()
    files["page.py"] = (HERE / "page.py").read_bytes()
    files |= {path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())}
    first = sum(len(files[name]) for name in (*FIRST, wheel.name))
    drawing = sum(package["size"] for package in LOCK["packages"].values()) - NUMPY["size"]
    manifest = {"bytes": first, "drawing": drawing, "packed": PACKED, "wheel": wheel.name}
    files["manifest.json"] = json.dumps(manifest).encode()
    return {f"live/{name}": content for name, content in files.items()}
