"""The lessons in a JupyterLab that runs in the reader's browser, Python included: JupyterLite.

This edition is an optional part of the site, which JupyterLite's own packages build from what is
installed here. The edition works on a web host, not from a disk. A browser that opens a lesson fetches
Python, NumPy and Matplotlib from one other host, which JupyterLite names. Everything else lies in the
folder: the lessons, the widgets and their wheels, so that no package index is asked.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat

from autograder.errors import HeinitError, UsageError
from autograder.lessons import NOTEBOOKS, Lesson
from autograder.wheels import build_wheel

FOLDER = "lite"
TEXT = Path(__file__).parent / "text"
NEEDED = ("jupyterlite_core", "jupyterlite_pyodide_kernel")
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
WIDGETS = ("ipywidgets", "jupyterlab_widgets", "comm")  # pure Python, and not in Pyodide's own collection
EPOCH = 1_700_000_000  # the time in every file, so that only what changed is written again
KERNEL = "@jupyterlite/pyodide-kernel-extension:kernel"
ELSEWHERE = re.compile(r"\n+<small>[^\n]*there is no module `heinit_lab`[^\n]*</small>")


@dataclass(frozen=True)
class Lite:
    """What the pages say about the edition. source: where a browser fetches Python from."""

    source: str

    @property
    def host(self) -> str:
        return urlsplit(self.source).netloc

    def address(self, lesson: Lesson) -> str:
        """Where a lesson opens, relative to the site."""
        return f"{FOLDER}/lab/index.html?path={lesson.name}/{lesson.path.name}"


def lite() -> Lite:
    """The edition. Raises UsageError where JupyterLite is not installed."""
    if not all(map(_is_installed, NEEDED)):
        # uv makes environments without pip
        python = sys.executable
        pip = f"{python} -m pip install" if _is_installed("pip") else f"uv pip install -p {python}"
        packages = " ".join(name.replace("_", "-") for name in NEEDED)
        raise UsageError(
            "The edition that runs in a browser is made by JupyterLite, which is not installed. "
            f"Install it with: {pip} {packages}"
        )
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

    return Lite(PYODIDE_CDN_URL)


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def lite_files(edition: Lite, course: Sequence[Lesson], wheel: Path) -> dict[str, bytes]:
    """Every file of the edition, by its path on the site.

    wheel: heinit_lab's. Raises HeinitError where JupyterLite cannot build.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for lesson in course:
            _put(root / "files" / lesson.name / lesson.path.name, _notebook(lesson, edition))
        _put(root / "files" / "ERRATA.md", (NOTEBOOKS / "ERRATA.md").read_bytes())
        _put(root / "wheels" / wheel.name, wheel.read_bytes())
        for name in WIDGETS:
            build_wheel(root / "wheels", name)
        _put(root / "jupyter-lite.json", json.dumps(SETTINGS).encode())
        _put(root / "jupyter_lite_config.json", json.dumps(_configuration()).encode())
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTERLITE_")}
        build = subprocess.run(
            [sys.executable, "-m", "jupyterlite_core", "build"],
            cwd=root,
            env=inherited,
            capture_output=True,
            text=True,
            check=False,
        )
        if build.returncode:
            lines = (build.stderr or build.stdout).strip().splitlines()
            raise HeinitError(f"JupyterLite could not build the edition for browsers: {lines[-1]}")
        out = root / "out"
        return {
            f"{FOLDER}/{path.relative_to(out).as_posix()}": path.read_bytes()
            for path in sorted(out.rglob("*"))
            if path.is_file()
        }


SETTINGS = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "appName": "He initialization",
        "litePluginSettings": {KERNEL: {"disablePyPIFallback": True}},
    },
}


def _configuration() -> dict[str, object]:
    return {
        "LiteBuildConfig": {
            "apps": ["lab"],
            "contents": ["files"],
            "output_dir": "out",
            "cache_dir": "cache",
            # other extensions of this machine's JupyterLab, such as nbgrader's, ask for a server
            "ignore_sys_prefix": ["federated_extensions"],
            "federated_extensions": [str(_extension(name)) for name in EXTENSIONS],
            "no_sourcemaps": True,
            "no_unused_shared_packages": True,
            "source_date_epoch": EPOCH,
        },
        "PipliteAddon": {"piplite_urls": ["wheels"]},
    }


def _extension(name: str) -> Path:
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        if (path := Path(folder) / name / "package.json").is_file():
            return path.parent
    raise HeinitError(
        f"JupyterLab's extension {name}, which the edition for browsers needs, is not installed"
    )


def _notebook(lesson: Lesson, edition: Lite) -> bytes:
    """The lesson to solve, with a note on where Python runs and a cell that installs heinit_lab."""
    notebook = nbformat.read(lesson.path, as_version=4)
    notebook.cells[0].source = ELSEWHERE.sub("", notebook.cells[0].source)
    notice = (TEXT / "in-this-browser.md").read_text(encoding="utf-8").rstrip().format(host=edition.host)
    notebook.cells[1:1] = [
        nbformat.v4.new_markdown_cell(notice, id="in-this-browser"),
        nbformat.v4.new_code_cell("%pip install -q heinit-lab", id="install"),
    ]
    written: str = nbformat.writes(notebook)
    return written.encode()


def _put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
