"""What decides a score besides the submission: the code of the course, and what it runs on.

The code is every module of ours that a worker, the judge or the solver imports, and every module
that these import. Imports are read from the source, so that nothing has to run. Two rules:

- A module that imports `pkgutil` loads the modules of its own package by name: all of them count.
- The root of a package does not count. That of heinit_lab gives notebooks what they draw with,
  and no score depends on a figure.
"""

import hashlib
import importlib.metadata
import platform
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

PROGRAMS = (
    "autograder.grading.worker",
    "autograder.judge.process",
    "autograder.sandbox.launch",
    "autograder.sandbox.wasm_host",
    "autograder.solver.guest",
    "autograder.solver.zygote",
)
OURS = ("autograder", "heinit_lab", "heinit_solutions")
DIGITS = "data/digits.npz"
IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+)?import[ \t]+(\([^)]*\)|[^\n]*)", re.M)
PACKAGES = ("numpy", "matplotlib", "ipython", "nbformat", "nbgrader")


@cache
def versions() -> dict[str, str]:
    """The versions of Python and of the packages that students' code and checks run on."""
    packages = {name: importlib.metadata.version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages}


@cache
def environment_hash() -> str:
    """A hash of the code that grades, answers and checks included, and of `versions`.

    Two machines grade alike where theirs are equal.
    """
    return hash_of(modules(own_folders()))


def checks_hash(source: Path) -> str:
    """A hash of the instructor's version of a lesson: its text, checks and points."""
    return hashlib.sha256(source.read_bytes() if source.is_file() else b"").hexdigest()


def own_folders() -> dict[str, Path]:
    """The folders of our packages, by name."""
    return {package: Path(str(files(package))) for package in OURS}


def hash_of(sources: Mapping[str, bytes]) -> str:
    """A hash of these files, by name, and of `versions`."""
    digest = hashlib.sha256(repr(sorted(versions().items())).encode())
    for name, source in sorted(sources.items()):
        digest.update(f"{name}\0".encode() + source)
    return digest.hexdigest()


def modules(folders: Mapping[str, Path], programs: Iterable[str] = PROGRAMS) -> dict[str, bytes]:
    """Every module of ours that these programs import, with its source; and the digits that checks train on.

    folders: of our packages, by name. programs: modules, by default those that decide a score.
    """
    sources = {DIGITS: folders["heinit_lab"].joinpath(DIGITS).read_bytes()}
    todo = list(programs)
    while todo:
        name = todo.pop()
        root, *path = name.split(".")
        if root not in folders or not path or name in sources:
            continue
        place = folders[root].joinpath(*path)
        file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
        if file.is_file():  # else it is something in the module above
            sources[name] = file.read_bytes()
            package = name if place.is_dir() else name.rpartition(".")[0]
            imports = set(imported(sources[name].decode(), package))
            if "pkgutil" in imports:
                inner = (p.relative_to(file.parent).with_suffix("").parts for p in file.parent.rglob("*.py"))
                imports |= {".".join((package, *parts)).removesuffix(".__init__") for parts in inner}
            todo += imports
    return sources


def imported(source: str, package: str = "") -> Iterator[str]:
    """Whatever a module of a package may import: modules, and the names that it takes from them."""
    for dots, module, names in IMPORT.findall(source):
        above = package.rsplit(".", len(dots) - 1)[0] if dots else ""
        origin = ".".join(filter(None, (above, module)))
        yield origin
        yield from (".".join(filter(None, (origin, name))) for name in re.findall(r"[\w.]+", names))
