"""The appendix *In your own project*, run with the frameworks that it is about: `heinit bench frameworks`.

Installs each framework of frameworks.toml into a folder of `build/frameworks`, apart from the course's own
packages and from each other (some gigabytes where only a build for graphics cards is to be had). Then it runs
each line that the page's table has, prints what was measured, what the table says, and whether the two agree;
and every cell of the page, with what it printed. It ends with an error where something differs. With
`--store` the page has the table and the outputs from then on.
"""

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.errors import HeinitError
from autograder.files import write_atomically
from autograder.lessons import APPENDIX, checkout
from autograder.lessons.canonical import canonical, text
from autograder.site.execute import run
from benchmarks._framework_lines import FRAMEWORKS, shown

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
# How many units of its last digit a number may be off on another machine. A race amplifies every rounding.
UNITS = {"run-race": 10.0}


def _install(packages: Sequence[str]) -> Path:
    """The folder with these packages, installed where it is missing. Raises HeinitError."""
    folder = checkout() / "build" / "frameworks" / packages[0].replace("==", "-")
    if not folder.is_dir():
        half = folder.with_name(folder.name + ".half")  # so that what was cut short is not taken for whole
        shutil.rmtree(half, ignore_errors=True)
        uv, mine = shutil.which("uv"), [sys.executable, "-m", "pip", "install"]
        pip = [uv, "pip", "install", "--python", sys.executable] if uv else mine
        print(f"installing {' and '.join(packages)} into {folder}", file=sys.stderr)
        command = [*pip, "--target", str(half), *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            reason = "".join(done.stderr.strip().splitlines()[-1:])
            raise HeinitError(
                f"{' and '.join(packages)} could not be installed ({reason}). See that this machine has a "
                "network and room for some gigabytes, or install it yourself with "
                f"`pip install --target {folder} {' '.join(packages)}`."
            )
        half.rename(folder)
    return folder


def on_the_path(packages: Sequence[str]) -> str:
    """The PYTHONPATH by which a process has these packages."""
    return os.pathsep.join(filter(None, [str(_install(packages)), os.environ.get("PYTHONPATH")]))


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
    """Run the table's lines and the appendix, print, and compare with the page or store in it."""
    page = nbformat.read(APPENDIX, as_version=4)
    differ = []
    for k, framework in enumerate(FRAMEWORKS):
        print(f"{framework['name']}: {', '.join(framework['packages'])}", flush=True)
        environment = os.environ | {"PYTHONPATH": on_the_path(framework["packages"])}
        command = [sys.executable, "-m", "benchmarks._framework_lines", str(k)]
        if subprocess.run(command, cwd=checkout(), env=environment, check=False).returncode:
            differ.append(f"the lines of {framework['name']}")
    if "--store" in sys.argv[1:]:
        next(cell for cell in page.cells if cell.id == "lines-table").source = shown()
    now = canonical(page)
    run(now, "the appendix", PYTHONPATH=on_the_path(FRAMEWORKS[0]["packages"]))
    for cell, ran in zip(page.cells, now.cells, strict=True):
        if cell.cell_type == "code":
            same = agrees(printed(cell), printed(ran), UNITS.get(cell.id, 1.5))
            print(f"[{cell.id}] {'as on the page' if same else 'NOT as on the page'}\n{printed(ran)}")
            differ += [cell.id] * (not same and "--store" not in sys.argv[1:])
    if "--store" in sys.argv[1:]:
        write_atomically(APPENDIX, with_outputs(now))
        print(f"kept in {APPENDIX}")
    if differ:
        raise SystemExit(f"The page says something else of {', '.join(differ)}; --store keeps new outputs.")
