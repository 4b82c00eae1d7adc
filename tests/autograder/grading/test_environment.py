"""What decides a score is hashed, as judge, solver and worker import it, and nothing else is."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.grading import environment
from autograder.grading.environment import OURS, modules

FOLDERS = {name: Path(str(importlib.util.find_spec(name).origin)).parent for name in OURS}
OF_AN_EXTRA = {"autograder.sandbox.wasm_host"} if importlib.util.find_spec("wasmtime") is None else set[str]()
LOADED = f"""
import sys
import {", ".join(name for name in environment.PROGRAMS if name not in OF_AN_EXTRA)}
print(*(name for name in sys.modules if name.partition(".")[0] in {OURS}))
"""


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    base = tmp_path_factory.mktemp("packages")
    ignore = shutil.ignore_patterns("cases", "__pycache__", "static")
    return {
        name: Path(shutil.copytree(folder, base / name, ignore=ignore)) for name, folder in FOLDERS.items()
    }


@pytest.fixture(scope="module")
def is_changed(copies: dict[str, Path]) -> Callable[..., bool]:
    """`is_changed(file, ...)`: whether what is hashed changes with a line at the end of these files."""
    before = modules(copies)
    return lambda *files: with_a_line(copies, *files) != before


def with_a_line(copies: dict[str, Path], *files: str) -> dict[str, str]:
    """What is hashed, with a line at the end of these files."""
    places = [file.partition("/") for file in files]
    contents = {path: path.read_bytes() for package, _, place in places for path in [copies[package] / place]}
    for path, content in contents.items():
        path.write_bytes(content + b"\n# a new line\n")
    try:
        return modules(copies)
    finally:
        for path, content in contents.items():
            path.write_bytes(content)


@pytest.mark.parametrize(
    "file",
    [
        "autograder/hidden_tests/worked_examples.py",
        "autograder/hidden_tests/grade.py",
        "autograder/solver/work.py",
        "autograder/solver/entropy.py",
        "autograder/judge/proxy.py",
        "autograder/repair/rules.py",
        "autograder/sandbox/launch.py",
        "autograder/sandbox/limits.py",
        "autograder/submissions/notebook_file.py",
        "autograder/grading/worker.py",
        "heinit_lab/checking/compare.py",
        "heinit_lab/data/digits.npz",
        "heinit_lab/patients.py",
        "heinit_lab/race.py",
        "heinit_lab/exercises/__init__.py",
        "heinit_lab/exercises/worked_examples/he_std.py",
        "heinit_solutions/very_deep_networks.py",
    ],
)
def test_what_decides_a_score_is_hashed(is_changed: Callable[..., bool], file: str):
    assert is_changed(file)


@pytest.mark.parametrize(
    "pattern",
    [
        "heinit_lab/figures/*.py",
        "heinit_lab/explorers/*.py",
        "heinit_lab/plots/*.py",
        "autograder/report/*.py",
        "autograder/feedback/*.py",
        "autograder/site/*.py",
        "autograder/lms/*.py",
    ],
)
def test_a_plot_an_explorer_a_report_or_a_page_is_not_hashed(
    copies: dict[str, Path], is_changed: Callable[..., bool], pattern: str
):
    package, _, place = pattern.partition("/")
    files = [f"{package}/{path.relative_to(copies[package])}" for path in copies[package].glob(place)]
    assert files
    assert not is_changed(*files) or [file for file in files if is_changed(file)] == []


def test_all_that_worker_judge_and_solver_load_is_hashed_but_the_packages_roots_and_figures():
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True)
    missing = set(done.stdout.split()) - set(modules(FOLDERS))
    code = {name for name in missing if _has_code(name)}
    assert {name for name in code if not name.startswith("heinit_lab.figures")} <= {"heinit_lab"}


def _has_code(name: str) -> bool:
    """Whether a module holds more than a docstring."""
    package, *path = name.split(".")
    place = FOLDERS[package].joinpath(*path)
    file = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    lines = compile(file.read_text(), str(file), "exec").co_names
    return bool(set(lines) - {"__doc__"})
