"""The house rules: clean by every tool, lessons in canonical form, short files, no machine's paths."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat
import pytest

from autograder.lessons import lessons
from autograder.lessons.canonical import canonical, text

ROOT = Path(__file__).resolve().parents[1]
SCRIPTS = Path(sysconfig.get_path("scripts"))
LONGEST = 400
# where docs/hub.md has a hub keep its things, on whatever machine
RECIPE = (
    r"(?!/home/(?:jovyan|(?:jupyter-)?instructor)\b"
    r"|/opt/(?:grader|jupyterhub|lessons|tljh)\b|/srv/(?:jupyterhub|nbgrader)\b)"
)
ELSEWHERE = re.compile(
    rf"(?<![\w.]){RECIPE}/(?:home|Users|root|work|tmp|opt|mnt|srv)/[\w.-]+"  # a path of some machine
    r"|[A-Z]:\\\\?Users"
    r"|https?://[^\s)\"'>]*(?:/simple\b|pypi|/artifactory|/nexus)"  # a registry
    r"|(?:index-url|find-links)\s*=",
    re.ASCII,
)


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def contents() -> list[tuple[str, str]]:
    """Name and text of every tracked file that is text."""
    found = []
    for path in tracked():
        try:
            found.append((path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


@pytest.mark.parametrize(
    "command",
    [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",), ("lint-imports",)],
    ids=" ".join,
)
def test_a_tool_has_nothing_to_say(command):
    result = subprocess.run(
        [SCRIPTS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_a_lesson_is_in_canonical_form_byte_for_byte(lesson):
    kept = lesson.path.read_bytes()
    assert kept == text(canonical(nbformat.reads(kept.decode(), as_version=4))).encode()


def test_no_file_names_a_place_of_somebodys_machine_or_a_registry():
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [(name, ELSEWHERE.findall(content)) for name, content in contents() if name != own]
    assert [hit for hit in found if hit[1]] == []


def test_no_file_is_too_long_to_read():
    machines = (".lock", ".ipynb", ".json", ".svg")
    corpus = "tests/wrong_answers/"  # a file for each lesson, of many short answers
    made = "docs/kill-matrix.md"  # a row for each named mistake
    short = [
        each
        for each in contents()
        if not each[0].endswith(machines) and not each[0].startswith((corpus, made))
    ]
    lines = {name: content.count("\n") for name, content in short}
    long = {name: count for name, count in lines.items() if count > LONGEST}
    assert long == {}


def test_what_starts_the_course_may_be_executed():
    listed = subprocess.run(
        ["git", "ls-files", "-s", "heinit", ".ci/run"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["100755", "100755"]


def test_tests_of_one_group_are_done_by_one_worker(tmp_path):
    """What they share is made once; a version of pytest whose groups nobody sees made it in each worker."""
    grouped = "import pytest\n@pytest.mark.xdist_group('one')\n@pytest.mark.parametrize('i', range(4))\n"
    for name in "ab":
        (tmp_path / f"test_{name}.py").write_text(f"{grouped}def test(i): pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-n", "2", "--dist", "loadgroup", "-v"]
    alone = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "TMPDIR": str(tmp_path)}
    done = subprocess.run(
        [*command, "-c", os.devnull, "."],
        cwd=tmp_path,
        env=alone,
        capture_output=True,
        text=True,
        check=False,
    )
    workers = re.findall(r"\[(gw\d)\].* PASSED ", done.stdout)
    assert (len(workers), len(set(workers))) == (8, 1), done.stdout
