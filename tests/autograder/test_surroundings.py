"""Whatever a command is started in, the class gets the same grades, and nothing is written into a home."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.lessons import lessons
from tests.autograder.classroom import hand_in, mistaken

# Surroundings that stopped a run or changed it, or might have: variables of the environment. {gone} is a path
# that does not exist, {file} a file, {empty} a folder, {numpy} a folder with a NumPy that cannot be imported.
VARIABLES: dict[str, dict[str, str]] = {
    "a home of one's own": {"HOME": "{empty}"},
    "a home that nobody can write in": {"HOME": "/proc/here"},
    "IPython's folder": {"IPYTHONDIR": "{empty}"},
    "an IPython folder that cannot be": {"IPYTHONDIR": "{gone}/ipython"},
    "Jupyter's folders": {
        f"JUPYTER_{name}": "/proc/here" for name in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR", "PATH")
    },
    "the desktop's folders": {
        f"XDG_{name}": "{empty}" for name in ("CONFIG_HOME", "CACHE_HOME", "DATA_HOME")
    },
    "another NumPy": {"PYTHONPATH": "{numpy}"},
    "a start-up file": {"PYTHONSTARTUP": "{file}"},
    "another way to run Python": {"PYTHONOPTIMIZE": "2", "PYTHONHASHSEED": "5", "PYTHONUNBUFFERED": "1"},
    "warnings as errors": {"PYTHONWARNINGS": "error::SyntaxWarning", "PYTHONBREAKPOINT": "no.such"},
    "a backend that is not installed": {"MPLBACKEND": "module://not_installed.backend"},
    "a backend that there never was": {"MPLBACKEND": "nonsense"},
    "Matplotlib's folder": {"MPLCONFIGDIR": "/proc", "MATPLOTLIBRC": "{file}"},
    "a library that is gone": {"LD_PRELOAD": "{gone}/library.so"},
    "no language": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    "a language that is not installed": {"LC_ALL": "xx_YY.ISO-8859-1", "PYTHONIOENCODING": "cp1252"},
    "no folder for what is temporary": {"TMPDIR": "{gone}"},
    "a poor terminal": {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "5"},
    "a terminal that is forced": {"TERM": "", "FORCE_COLOR": "1", "COLUMNS": "many"},
    "proxies": dict.fromkeys(("http_proxy", "https_proxy", "ALL_PROXY"), "http://127.0.0.1:1"),
    "threads": {"OMP_NUM_THREADS": "no number", "OPENBLAS_NUM_THREADS": "64"},
}
# ... and what else a process inherits: how it is started
WAYS = {
    "nobody else may read, and there is nowhere to talk to": 'umask 077; exec "$@" <&- >&- 2>&-',
    "everybody may write": 'umask 000; exec "$@"',
}
VERBS = """
import json, sys, warnings
from autograder.cli import main

course, new, out = sys.argv[1:]
ended = {}
for verb, *rest in (
    ["grade", course],
    ["feedback", course],
    ["report", course],
    ["export", course, "--to", "csv", "--out", out + ".csv"],
    *([["course", new]] if new else []),
):
    try:
        main([verb, *rest])
    except SystemExit as end:
        ended[verb] = end.code
    except BaseException as error:
        ended[verb] = repr(error)
if new:
    try:
        import nbformat
        from autograder.site.execute import run

        source = "import matplotlib.pyplot as plt, os\\nassert 'IPYTHONDIR' not in os.environ"
        cell = nbformat.v4.new_code_cell(source)
        run(nbformat.v4.new_notebook(cells=[cell]), "a page of the site")
        ended["site"] = 0
    except BaseException as error:
        ended["site"] = repr(error)
with open(out, "w") as file:
    json.dump(ended, file)
"""


def rooms() -> list[tuple[dict[str, str], str]]:
    """As few rooms as there can be, in which each of VARIABLES and of WAYS is there once."""
    packed: list[dict[str, str]] = []
    for row in VARIABLES.values():
        room = next((room for room in packed if not room.keys() & row.keys()), None)
        if room is None:
            packed.append(room := {})
        room |= row
    ways = list(WAYS.values())
    return [
        (packed[i] if i < len(packed) else {}, ways[i % len(ways)])
        for i in range(max(len(packed), len(ways)))
    ]


def test_a_directory_that_is_gone_and_a_limit_that_is_too_low_are_named(tmp_path: Path):
    ways = {
        'mkdir gone; cd gone; rmdir ../gone; exec "$@"': "the directory that this was started in is gone.",
        'ulimit -n 20; exec "$@"': "RLIMIT_NOFILE (`ulimit -n`) is 20 here, and 48 is needed.",
        'ulimit -v 400000; exec "$@"': "RLIMIT_AS (`ulimit -v`) is 400000 here, and 524288 is needed.",
    }
    for way, words in ways.items():
        start = "from autograder.cli import main; main(['report', 'he101'])"
        command = ["sh", "-c", way, "-", sys.executable, "-c", start]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert words in done.stderr
        assert done.stderr.count("\n") == 1, done.stderr


@pytest.mark.full
def test_a_class_gets_the_same_grades_in_every_room(tmp_path: Path, released_course: Path):
    course = Path(shutil.copytree(released_course, tmp_path / "course"))
    hand_in(course, "zoë", lessons()[0], mistaken(lessons()[0], 0)[0])
    names = {"gone": tmp_path / "gone", "file": tmp_path / "file", "empty": tmp_path / "home"}
    names["numpy"] = tmp_path / "another"
    names["file"].write_text("raise SystemExit(9)\n")
    (names["numpy"] / "numpy").mkdir(parents=True)
    (names["numpy"] / "numpy" / "__init__.py").write_text("raise ImportError('another NumPy')\n")
    grades = set()
    for number, (variables, way) in enumerate(rooms()):
        here, out = tmp_path / f"room{number}", tmp_path / f"out{number}"
        shutil.copytree(course, here)
        names["empty"].mkdir(exist_ok=True)
        env = {**os.environ, **{name: value.format(**names) for name, value in variables.items()}}
        new = str(tmp_path / "new") if number == 0 else ""
        command = ["sh", "-c", way, "-", sys.executable, "-c", VERBS, str(here), new, str(out)]
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, check=False)
        ended = json.loads(out.read_text()) if out.exists() else {}
        told = f"{variables} {way}: {ended}\n{done.stderr[-3000:].decode(errors='replace')}"
        assert len(ended) == (6 if new else 4), told
        assert set(ended.values()) == {0}, told
        assert not list(names["empty"].iterdir()), told
        assert not names["gone"].exists(), told
        grades.add(out.with_suffix(".csv").read_text())
    assert len(grades) == 1, grades
