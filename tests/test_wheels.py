"""The two wheels, installed where there is no checkout, serve every verb of students and instructors."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from autograder.lessons import lesson, lessons
from autograder.lessons.compose import solve
from autograder.site.frames import FRAMES_MIME
from tests.autograder.classroom import hand_in, solved
from tests.autograder.site.test_build import FRAMES
from tests.servers import serving
from tests.tools import FULL, system_tool

ROOT = Path(__file__).resolve().parents[1]
LESSON = "3-worked-examples"
OURS = ("heinit", "_heinit")
# what a submission sees of the grader's own packages
LOOK = """
import pathlib, sysconfig
packages = pathlib.Path(sysconfig.get_path("purelib"))
print("numpy" in {path.name for path in packages.iterdir()})
print([str(path) for name in ("autograder", "heinit_solutions") for path in (packages / name).rglob("*")])
"""

# verbs in one process, since starting it costs more than they do
ONE_AFTER_THE_OTHER = """
from autograder.cli import main
ends = []
for verb, *more in {verbs}:
    try:
        main([verb, "he101", *more])
    except SystemExit as end:
        ends.append(f"{{verb}} ended with {{end.code}}")
print(*ends, sep="\\n")
"""

pytestmark = [
    pytest.mark.xdist_group("wheels"),  # they are installed once
    pytest.mark.skipif(os.name == "nt", reason="the environment is put together from links"),
]


@dataclass
class Installation:
    """An environment with the two wheels, and a user with an empty home, who knows no checkout."""

    base: Path

    @property
    def python(self) -> Path:
        return self.base / "environment" / "bin" / "python"

    @property
    def packages(self) -> Path:
        return Path(sysconfig.get_path("purelib", vars={"base": str(self.base / "environment")}))

    @property
    def variables(self) -> dict[str, str]:
        return {"HOME": str(self.base / "home"), "PATH": os.defpath, "LANG": "C.UTF-8"}

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command of the environment in the user's home."""
        program = self.python.with_name(str(command[0]))
        return subprocess.run(
            [program, *command[1:]],
            cwd=self.base / "home",
            env=self.variables,
            capture_output=True,
            text=True,
            check=False,
        )

    def install(self, *arguments: str | Path) -> None:
        """Run `pip install ARGUMENTS` without a network."""
        done = self.run(
            "python", "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", *arguments
        )
        assert done.returncode == 0, done.stderr

    def heinit(self, *arguments: str | Path) -> str:
        """Run `heinit ARGUMENTS`, which must succeed; what it prints."""
        done = self.run("heinit", *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("wheels")
    for project in (ROOT, ROOT / "notebooks"):
        command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
        subprocess.run(command, cwd=project, check=True, capture_output=True)
    return {path.name.split("-")[0]: path for path in folder.glob("*.whl")}


@pytest.fixture(scope="module")
def installed(wheels: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheels beside all that this environment has installed, but for the checkout's own two packages."""
    made = Installation(tmp_path_factory.mktemp("installed"))
    (made.base / "home").mkdir()
    present = Path(sysconfig.get_path("purelib"))
    # what uv makes has no pip
    venv.create(made.base / "environment", with_pip=not (present / "pip").is_dir(), symlinks=True)
    for path in present.iterdir():
        if not path.name.startswith(OURS):
            _link(path, made.packages / path.name)
    for name in ("etc", "share"):  # JupyterLab's application, and nbconvert's templates
        _link(Path(sys.prefix, name), made.base / "environment" / name)
    alembic = made.python.with_name("alembic")  # nbgrader runs it to make a gradebook
    alembic.write_text(f"#!{made.python}\nfrom alembic.config import main\nmain()\n")
    alembic.chmod(0o755)
    made.install(*wheels.values())
    return made


def _link(source: Path, target: Path) -> None:
    """A second name for a file or a tree; a copy on another file system."""

    def link(old: str, new: str) -> None:
        try:
            os.link(old, new)
        except OSError:
            shutil.copy2(old, new)

    if source.is_dir():
        shutil.copytree(source, target, copy_function=link, dirs_exist_ok=True)
    else:
        link(str(source), str(target))


def test_a_wheel_carries_its_licence_and_its_types_and_the_students_wheel_no_answers(wheels):
    inside = {name: zipfile.ZipFile(path).namelist() for name, path in wheels.items()}
    assert set(inside) == {"heinit", "heinit_lab"}
    for package in ("autograder", "heinit_solutions"):
        assert f"{package}/py.typed" in inside["heinit"]
    assert "heinit_lab/py.typed" in inside["heinit_lab"]
    for name in inside.values():
        assert any(path.endswith("licenses/LICENSE") for path in name)
    assert all(path.startswith("heinit_lab") for path in inside["heinit_lab"])
    assert not [path for path in inside["heinit"] if path.startswith(("tests", "benchmarks", "notebooks"))]


def test_a_student_opens_the_lessons(installed):
    home = installed.base / "home"
    with serving("lab", home=home, cwd=home, heinit=str(installed.python.with_name("heinit"))) as server:
        assert LESSON in server.get("api/contents").decode()
        assert b"jupyter-config-data" in server.get("lab")
    for each in lessons():
        copied = home / "workspace" / each.name / each.path.name
        assert copied.read_bytes() == each.path.read_bytes()


def test_an_instructor_makes_a_course_and_grades_and_a_submission_sees_no_answer(installed):
    system_tool("bwrap")
    home = installed.base / "home"
    installed.heinit("course", "he101")
    (wheel,) = (home / "he101" / "release" / LESSON).glob("*.whl")
    notebook = solved(lesson(LESSON))
    notebook.cells.insert(1, nbformat.v4.new_code_cell(LOOK, id="look"))
    hand_in(home / "he101", "anna", lesson(LESSON), notebook)
    verbs = [("grade", "--json"), ("feedback",), ("report",), ("export", "--to=csv")]
    verbs += [("receipt", "anna", LESSON)] if FULL else []  # which grades once more
    told = installed.run("python", "-c", ONE_AFTER_THE_OTHER.format(verbs=verbs))
    result, *_ = map(json.loads, told.stdout.splitlines()[:1])
    assert (result["status"], result["score"]) == ("graded", 15.0)
    ends = [f"{verb[0]} ended with 0" for verb in verbs]
    assert told.stdout.splitlines()[-len(verbs) :] == ends, told.stderr
    graded = nbformat.read(home / "he101" / "autograded" / "anna" / LESSON / f"{LESSON}.ipynb", as_version=4)
    (look,) = (cell for cell in graded.cells if cell.id == "look")
    assert look.outputs[0].text == "True\n[]\n"
    for made in (f"feedback/anna/{LESSON}/{LESSON}.html", "report/index.html", "grades.csv"):
        assert (home / "he101" / made).is_file(), made

    elsewhere = home / "elsewhere"
    installed.install("--target", elsewhere, wheel)
    assert (elsewhere / "heinit_lab" / "data" / "digits.npz").is_file()


@pytest.mark.full
def test_a_made_up_class_hands_in(installed):
    installed.heinit("demo", "tour", "--students", "1", "--no-grade")
    assert list((installed.base / "home" / "tour" / "submitted").glob("*/*/*.ipynb"))


@pytest.mark.full
def test_hostile_notebooks_are_held(installed):
    system_tool("bwrap")
    assert json.loads(installed.heinit("attack", "--case", "reference-answers", "--json"))["held"]


@pytest.mark.full
def test_the_site_is_written(installed):
    home = installed.base / "home"
    keys = "from autograder.lessons import lessons as a; from autograder.site.execute import key as k; "
    told = installed.run("python", "-c", keys + "print(*[f'{x.name}-{k(x)}.ipynb' for x in a()])")
    (home / "runs").mkdir()
    for each, name in zip(lessons(), told.stdout.split(), strict=True):
        run = solve(nbformat.read(each.path, as_version=4), each.solutions)
        _with_an_explorer(run)  # running all lessons for real takes minutes
        nbformat.write(run, home / "runs" / name)
    installed.heinit("site", "pages", "--cache", "runs")
    pages = home / "pages"
    assert {f"{each.name}.html" for each in lessons()} <= {path.name for path in pages.iterdir()}
    assert "he101" in (pages / "instructors.html").read_text(encoding="utf-8")
    assert list((pages / "notebooks" / LESSON).glob("heinit_lab-*.whl"))


def _with_an_explorer(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.id == "hook-explorer":
            cell.outputs = [nbformat.v4.new_output("display_data", {FRAMES_MIME: FRAMES})]


@pytest.mark.parametrize("arguments", [("test",), ("bench",), ("author", LESSON)], ids=lambda a: a[0])
def test_a_verb_that_works_on_the_sources_says_so(installed, arguments):
    done = installed.run("heinit", *arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("heinit: this verb works on the course's sources")
    assert "Clone the repository" in done.stderr
