"""The lessons in a JupyterLab that runs in the reader's browser, Python included: JupyterLite.

This edition is an optional part of the site, which JupyterLite's own packages build from what is
installed here. The edition works on a web host, not from a disk. A browser that opens a lesson fetches
Python, NumPy and Matplotlib from one other host, which JupyterLite names. Everything else lies in the
folder: the lessons, the widgets and their wheels, so that no package index is asked.
"""

import importlib.util
import json
import os
import re
import shutil
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

HERE = Path(__file__).parent / "jupyterlite"  # the settings of the build and of the edition, and its note
NEEDED = ("jupyterlite_core", "jupyterlite_pyodide_kernel")
EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")
WIDGETS = ("ipywidgets", "jupyterlab_widgets", "comm")  # pure Python, and not in Pyodide's own collection
EPOCH = 1_700_000_000  # the time in every file, so that only what changed is written again
ELSEWHERE = re.compile(r"\n+<small>[^\n]*there is no module `heinit_lab`[^\n]*</small>")


@dataclass(frozen=True)
class Lite:
    """What the pages say about the edition. source: where a browser fetches Python from."""

    source: str

    @property
    def host(self) -> str:
        return urlsplit(self.source).netloc


def lite() -> Lite:
    """The edition. Raises UsageError where JupyterLite is not installed."""
    if not all(map(importlib.util.find_spec, NEEDED)):
        python, packages = sys.executable, " ".join(NEEDED).replace("_", "-")
        # uv makes environments without pip
        has_pip = importlib.util.find_spec("pip")
        pip = f"{python} -m pip install" if has_pip else f"uv pip install -p {python}"
        raise UsageError(
            "The edition that runs in a browser is made by JupyterLite, which is not installed. "
            f"Install it with: {pip} {packages}"
        )
    from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL

    return Lite(PYODIDE_CDN_URL)


def lite_files(edition: Lite, course: Sequence[Lesson], wheel: Path) -> dict[str, bytes]:
    """Every file of the edition, by its path on the site.

    wheel: heinit_lab's. Raises HeinitError where JupyterLite cannot build.
    """
    configuration = json.loads((HERE / "jupyter_lite_config.json").read_text(encoding="utf-8"))
    configuration["LiteBuildConfig"] |= {
        # other extensions of this machine's JupyterLab, such as nbgrader's, ask for a server
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(_extension(name)) for name in EXTENSIONS],
        "source_date_epoch": EPOCH,
    }
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "wheels").mkdir()
        shutil.copy(wheel, root / "wheels")
        for name in WIDGETS:
            build_wheel(root / "wheels", name)
        for lesson in course:
            notebook = root / "files" / lesson.name / lesson.path.name
            notebook.parent.mkdir(parents=True)
            notebook.write_text(nbformat.writes(_notebook(lesson, edition)), encoding="utf-8")
        shutil.copy(NOTEBOOKS / "ERRATA.md", root / "files")
        shutil.copy(HERE / "jupyter-lite.json", root)
        (root / "jupyter_lite_config.json").write_text(json.dumps(configuration), encoding="utf-8")
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("JUPYTERLITE_")}
        command = [sys.executable, "-P", "-m", "jupyterlite_core", "build"]
        build = subprocess.run(command, cwd=root, env=inherited, capture_output=True, text=True, check=False)
        if build.returncode:
            lines = (build.stderr or build.stdout).strip().splitlines()
            raise HeinitError(f"JupyterLite could not build the edition for browsers: {lines[-1]}")
        written = [path for path in sorted((root / "out").rglob("*")) if path.is_file()]
        return {f"lite/{path.relative_to(root / 'out').as_posix()}": path.read_bytes() for path in written}


def _extension(name: str) -> Path:
    from jupyter_core.paths import jupyter_path

    for folder in jupyter_path("labextensions"):
        if (path := Path(folder) / name / "package.json").is_file():
            return path.parent
    raise HeinitError(
        f"JupyterLab's extension {name}, which the edition for browsers needs, is not installed"
    )


def _notebook(lesson: Lesson, edition: Lite) -> nbformat.NotebookNode:
    """The lesson to solve, with a note on where Python runs and a cell that installs heinit_lab."""
    notebook = nbformat.read(lesson.path, as_version=4)
    notebook.cells[0].source = ELSEWHERE.sub("", notebook.cells[0].source)
    notice = (HERE / "in-this-browser.md").read_text(encoding="utf-8").rstrip().format(host=edition.host)
    notebook.cells[1:1] = [
        nbformat.v4.new_markdown_cell(notice, id="in-this-browser"),
        nbformat.v4.new_code_cell("%pip install -q heinit-lab", id="install"),
    ]
    return notebook
