"""Run the solved lessons, and keep their outputs until something that the outputs depend on changes."""

import asyncio
import hashlib
import importlib.metadata
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode

import heinit_lab
from autograder.errors import HeinitError
from autograder.files import write_atomically
from autograder.grading.environment import imported
from autograder.lessons import Lesson
from autograder.lessons.compose import solve
from autograder.site.pictures import smaller
from autograder.surroundings import inherited

LAB = Path(heinit_lab.__file__).parent
TIMEOUT = 600  # seconds of one cell
RECORD = "from autograder.site.frames import record\n\nrecord()"
# What draws, counts and shows; another version may draw another picture.
VERSIONS = ("numpy", "matplotlib", "pillow", "ipython", "ipykernel")


def executed(
    lessons: Sequence[Lesson], cache: Path, progress: Callable[[str, bool], None]
) -> dict[str, NotebookNode]:
    """The solved lessons with their outputs, by name; explorers as frames.

    cache: a folder that keeps the lessons' runs. progress: called with each lesson's name and whether
    the lesson was run anew.
    Raises HeinitError where a lesson does not run, or the cache cannot be written.
    """

    def outputs(lesson: Lesson) -> NotebookNode:
        kept = cache / f"{lesson.name}-{key(lesson)}.ipynb"
        run = kept_run(kept)
        progress(lesson.name, run is None)
        if run is None:
            _keep(_run(lesson), kept)
            run = nbformat.read(kept, as_version=4)
        return run

    # the later lessons take longest, so they begin
    order = list(reversed(lessons))
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return {lesson.name: run for lesson, run in zip(order, pool.map(outputs, order), strict=True)}


def _run(lesson: Lesson) -> NotebookNode:
    notebook = solve(lesson.notebook, lesson.solutions)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(RECORD))
    run(notebook, f"the solved lesson {lesson.name}")
    del notebook.cells[0]
    return notebook


def run(notebook: NotebookNode, name: str, **variables: str) -> None:
    """Run a notebook in a kernel of its own, and leave the outputs in its cells.

    name: what an error calls the notebook. variables: of the kernel's environment, besides `inherited`.
    Raises HeinitError where a cell fails.
    """
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    with tempfile.TemporaryDirectory() as folder:
        # a kernel of this interpreter, and not the python3 of somebody's home
        specs = KernelSpecManager(kernel_dirs=[])
        kernel = AsyncKernelManager(kernel_spec_manager=specs, connection_file=f"{folder}/kernel.json")
        if os.name != "nt":  # sockets of files: ports may be taken by the time a kernel binds them
            kernel.transport, kernel.ip = "ipc", f"{folder}/kernel"
        client = NotebookClient(
            notebook,
            km=kernel,
            timeout=TIMEOUT,
            coalesce_streams=True,  # whatever the kernel's timing, what a cell prints is one output
            force_raise_errors=True,  # also of cells at whose errors a student's *Run All* goes on
            shutdown_kernel="immediate",
            resources={"metadata": {"path": folder}},
        )
        try:
            environment = {**inherited(), "HOME": folder, **variables}
            execution = client.async_execute(env=environment, stderr=subprocess.DEVNULL, cleanup_kc=True)
            asyncio.run(execution)  # ends the kernel too, which else would keep its memory until we end
        except (CellExecutionError, CellTimeoutError, DeadKernelError, RuntimeError) as error:
            plain = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip().splitlines()
            raise HeinitError(f"{name} does not run: {plain[-1]}") from None
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            if (data := output.get("data", {})) and "text/html" in data:
                data["text/html"] = smaller(data["text/html"])


def kept_run(path: Path) -> NotebookNode | None:
    """A run that was kept; None where there is none, or where it is damaged: then the lesson is run again."""
    try:
        notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(notebook)
    except (OSError, ValueError, AttributeError, RecursionError, nbformat.ValidationError):
        return None
    return notebook


def _keep(notebook: NotebookNode, path: Path) -> None:
    """Write a lesson's run in the place of older runs of the lesson."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        older = set(path.parent.glob(f"{path.name.rpartition('-')[0]}-*.ipynb")) - {path}
        write_atomically(path, nbformat.writes(notebook))
        for run in older:
            run.unlink()
    except OSError as error:
        raise HeinitError(
            f"{path} cannot be written ({error.strerror}). Name a folder of your own with --cache."
        ) from None


def key(lesson: Lesson) -> str:
    """A hash of all that a lesson's outputs depend on."""
    digest = hashlib.sha256(f"{sys.version_info[:2]}".encode())
    for name in VERSIONS:
        digest.update(f"{name} {importlib.metadata.version(name)}\n".encode())
    for path in depends_on(lesson):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def depends_on(lesson: Lesson) -> list[Path]:
    """The files behind a lesson's outputs: notebook, answers, and everything that these import of heinit_lab.

    Of the exercises only the lesson's own count, since `check` looks an exercise up by name.
    """
    cells = lesson.notebook.cells
    sources = [cell.source for cell in cells if cell.cell_type == "code"]
    new = {Path(__file__).with_name(name) for name in ("frames.py", "pictures.py")}
    new |= {Path(str(lesson.solutions.__file__)), *(LAB / "exercises" / lesson.module).glob("*.*")}
    files = {lesson.path, LAB / "exercises" / "hints.toml"}
    files |= {path for path in LAB.rglob("*") if path.suffix in (".npz", ".json", ".mplstyle")}
    while new or sources:
        files |= new
        sources += [path.read_text(encoding="utf-8") for path in new if path.suffix == ".py"]
        new = _files(imported(sources.pop())) - files
    return sorted(files)


def _files(modules: Iterable[str]) -> set[Path]:
    """The files of those modules that are of heinit_lab, with those of the packages around them."""
    paths = {LAB.parent / module.replace(".", "/") for module in modules if module.split(".")[0] == LAB.name}
    around = {package for path in paths for package in (path, *path.parents) if package.is_relative_to(LAB)}
    candidates = {file for path in around for file in (path / "__init__.py", path.with_suffix(".py"))}
    return set(filter(Path.is_file, candidates))
