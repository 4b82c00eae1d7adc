"""The appendix *In your own project*, run with the framework that it is about: `heinit bench frameworks`.

Installs the PyTorch that the page names into `build/frameworks`, apart from the course's own packages (some
gigabytes where only a build for graphics cards is to be had), and runs every cell. It prints what each cell
printed, and ends with an error where that is not what the page shows. With `--store` the page shows it from
then on.
"""

import math
import os
import re
import shutil
import subprocess
import sys
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.files import write_atomically
from autograder.lessons import APPENDIX, checkout
from autograder.lessons.canonical import canonical, text
from autograder.site.execute import run

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# How many units of its last digit a number may be off on another machine. A race amplifies every rounding.
UNITS = {"run-race": 10.0}


def _install(version: str) -> Path:
    """The folder with that version of PyTorch, installed where it is missing. Raises HeinitError."""
    folder = checkout() / "build" / "frameworks" / f"torch-{version}"
    if not folder.is_dir():
        half = folder.with_suffix(".half")  # so that what was cut short is not taken for whole
        uv, mine = shutil.which("uv"), [sys.executable, "-m", "pip", "install"]
        pip = [uv, "pip", "install", "--python", sys.executable] if uv else mine
        print(f"installing PyTorch {version} into {folder}", file=sys.stderr)
        command = [*pip, "--target", str(half), f"torch=={version}"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = "".join(done.stderr.strip().splitlines()[-1:])
            raise HeinitError(
                f"PyTorch {version} could not be installed ({reason}). See that this machine has a network "
                "and room for some gigabytes, or install it yourself with "
                f"`pip install --target {folder} torch=={version}`."
            )
        half.rename(folder)
    return folder


def printed(cell: NotebookNode) -> str:
    """What a cell printed and showed, in words."""
    outputs = cell.get("outputs", ())
    return "".join(out.get("text", "") or out.get("data", {}).get("text/plain", "") for out in outputs)


def agrees(page: str, now: str, units: float) -> bool:
    """Whether two outputs have the same words, and numbers that differ by few units of the last digit."""
    pairs = zip_longest(NUMBER.findall(page), NUMBER.findall(now), fillvalue="nan")
    return NUMBER.sub("#", page) == NUMBER.sub("#", now) and all(
        math.isclose(float(a), float(b), rel_tol=0, abs_tol=units * _unit(a)) for a, b in pairs
    )


def _unit(number: str) -> float:
    """What 1 in the last digit of a number is: 0.01 for 2.30, 1e-25 for 2.5e-24."""
    digits, _, power = number.partition("e")
    return float(10.0 ** (int(power or 0) - len(digits.partition(".")[2])))


def with_outputs(page: NotebookNode) -> str:
    """The content of the page's file: the canonical form of a lesson, and the outputs."""
    outputs = {cell.id: cell.outputs for cell in page.cells if cell.cell_type == "code"}
    kept = canonical(page)
    for cell in kept.cells:
        if cell.id in outputs:
            cell.outputs = outputs[cell.id]
    return text(kept)


def main() -> None:
    """Run the appendix, print its outputs, and compare them with the page's or store them in it."""
    page = nbformat.read(APPENDIX, as_version=4)
    (version,) = re.findall(r"PyTorch (\d+\.\d+\.\d+)", page.cells[0].source)
    path = os.pathsep.join(filter(None, [str(_install(version)), os.environ.get("PYTHONPATH")]))
    now = canonical(page)
    run(now, "the appendix", PYTHONPATH=path)
    differ = []
    for cell, ran in zip(page.cells, now.cells, strict=True):
        if cell.cell_type == "code":
            same = agrees(printed(cell), printed(ran), UNITS.get(cell.id, 1.5))
            print(f"[{cell.id}] {'as on the page' if same else 'NOT as on the page'}\n{printed(ran)}")
            differ += [cell.id] * (not same)
    if "--store" in sys.argv[1:]:
        write_atomically(APPENDIX, with_outputs(now))
        print(f"kept in {APPENDIX}")
    elif differ:
        raise SystemExit(f"The page shows something else in {', '.join(differ)}. To show this: --store.")
