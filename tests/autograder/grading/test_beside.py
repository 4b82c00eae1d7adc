"""What lies beside a notebook is there for its own cells, and costs nobody else a grade."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from nbformat.v4 import new_code_cell

from autograder.cli import main
from autograder.feedback.run import FeedbackRun
from autograder.grading import writer
from autograder.grading.run import Grading
from autograder.grading.verify import verify
from autograder.grading.writer import Writer
from autograder.lessons.compose import solution_function
from autograder.submissions.submission import keepable
from tests.autograder.classroom import hand_in, solved
from tests.autograder.grading.conftest import ONE
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("beside")
LEFT_OUT = "Left out of what lies beside the notebook: "
Put = Callable[[Path], object]


def notebook(answer: str = "{relu}", above: str = ""):
    """Lesson 1, solved, with another cell for `relu`. Its own answer goes to the place of {relu}."""
    solution = solved(ONE)
    at = next(i for i, cell in enumerate(solution.cells) if solution_function(cell) == "relu")
    relu = "import numpy as np\n" + solution.cells[at].source
    solution.cells[at].source = answer.replace("{relu}", relu)
    if above:
        solution.cells.insert(at, new_code_cell(above.replace("{relu}", relu), id="above"))
    return solution, relu


RELU = notebook()[1]
# an answer, the cell above it, and the files beside the notebook
USED: dict[str, tuple[str, str, dict[str, str]]] = {
    "helper": ("from helper import relu", "", {"helper.py": RELU}),
    "package": ("from own.part import *", "", {"own/__init__.py": "", "own/part.py": RELU}),
    "run": ("%run helper.py", "", {"helper.py": RELU}),
    "written": ("from sol import relu", "%%writefile sol.py\n{relu}", {}),
    "data": (
        "{relu}\nassert open('data.csv').read() == '2'",
        "assert open('data.csv').read() == '1'\nopen('data.csv', 'w').write('2')",
        {"data.csv": "1"},
    ),
    "restarted": (
        "from helper import relu",
        "import os\nopen('x', 'w').close()\nos._exit(1)",
        {"helper.py": RELU},
    ),
    "shadows": (
        "{relu}",
        "",
        dict.fromkeys(("numpy.py", "heinit_lab/__init__.py", "autograder.py", "multiprocessing.py"), "1 / 0"),
    ),
}


def links(folder: Path) -> None:
    (folder / "gradebook").symlink_to(folder.parents[2] / "gradebook.db")
    (folder / "secret").symlink_to(folder.parents[2] / ".heinit-secret")
    (folder / "system").symlink_to("/etc/passwd")
    (folder / "neighbour").symlink_to(folder.parents[1] / "zoe")
    (folder / "hard").hardlink_to(folder.parents[2] / "gradebook.db")
    os.mkfifo(folder / "pipe")


def names(folder: Path) -> None:
    (folder / ("n" * 251)).write_text("long")
    (folder / f".{ONE.name}.ipynb.heinit").mkdir()
    (folder / f".{ONE.name}.ipynb.heinit" / "x").write_text("x")
    (folder / "two\nlines \x1b[31m").write_text("x")
    (folder / os.fsdecode(b"caf\xe9")).touch()


def sparse(folder: Path) -> None:
    with (folder / "sparse").open("wb") as file:
        file.truncate(3 * 2**30)


def linked_notebook(folder: Path) -> None:
    (folder / f"{ONE.name}.ipynb").unlink()
    (folder / f"{ONE.name}.ipynb").symlink_to(folder.parents[1] / "zoe" / ONE.name / f"{ONE.name}.ipynb")


def hard_notebook(folder: Path) -> None:
    (folder / f"{ONE.name}.ipynb").rename(folder.parents[2] / "mine.ipynb")
    (folder / f"{ONE.name}.ipynb").hardlink_to(folder.parents[2] / "mine.ipynb")


def linked_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.parents[1] / "zoe" / ONE.name)


def linked_student(folder: Path) -> None:
    shutil.rmtree(folder.parent)
    folder.parent.symlink_to(folder.parents[1] / "zoe")


def in_the_way(folder: Path) -> None:
    place = folder.parents[2] / "autograded" / folder.parent.name
    place.mkdir(parents=True)
    (place / ONE.name).write_text("a file, where the folder should be")


# what a student does to the folder, and what the result must say
LEAVES: dict[str, tuple[Put, str]] = {
    "links": (links, f"{LEFT_OUT}`gradebook` (a symbolic link), `hard` (a hard link"),
    "names": (names, f"{LEFT_OUT}`caf\\udce9` (its name is not UTF-8)."),
    "sparse": (sparse, f"{LEFT_OUT}`sparse` (more than 16 MiB in all)."),
    "file": (lambda folder: (folder / "notes").write_text("x"), ""),
    "folder": (lambda folder: (folder / "notes" / "x").mkdir(parents=True), ""),
}
REFUSED: dict[str, tuple[Put, str]] = {
    "steers\x1b]0;x\x07\n": (lambda _: None, "has control characters. Rename it."),
    "linked-notebook": (linked_notebook, "ipynb is a symbolic link, no file that can be read"),
    "hard-notebook": (hard_notebook, "ipynb is a hard link"),
    "linked-folder": (linked_folder, "its folder is a symbolic link, and not opened"),
    "linked-student": (linked_student, "its folder is a symbolic link, and not opened"),
    "linked-time": (
        lambda f: (f / "timestamp.txt").symlink_to("/etc/hostname"),
        "timestamp.txt is a symbolic",
    ),
    "waiting-time": (lambda f: os.mkfifo(f / "timestamp.txt"), "timestamp.txt is a named pipe"),
    "caf\udce9": (lambda folder: None, "is not UTF-8"),
    "in-the-way": (in_the_way, "cannot be written (File exists)"),
    "long": (
        lambda folder: folder.rename(folder.parent / ("l" * 252)),
        "the course has no lesson called lll",
    ),
}


@pytest.fixture(scope="module")
def course(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class in which everybody's notebook is right."""
    system_tool("bwrap")
    root = Path(shutil.copytree(released_course, tmp_path_factory.mktemp("beside") / "he101"))
    right, _ = notebook()
    for student, (answer, above, files) in USED.items():
        folder = hand_in(root, student, ONE, notebook(answer, above)[0]).parent
        for path, content in files.items():
            (folder / path).parent.mkdir(exist_ok=True)
            (folder / path).write_text(content)
    for student, (put, _) in (LEAVES | REFUSED).items():
        put(hand_in(root, student, ONE, right).parent)
    hand_in(root, "zoe", ONE, right)
    return root


def test_a_class_is_graded_whatever_lies_beside_one_notebook(course):
    results = {r.student: r for r in Grading(course) if r.lesson in (ONE.name, keepable("l" * 252))}
    for student in USED:
        assert (results[student].score, results[student].reason) == (15, ""), student
    for student, (_, sentence) in LEAVES.items():
        assert results[student].score == 15, student
        assert sentence in " ".join(results[student].repairs), student
        assert bool(sentence) == bool(results[student].repairs), student
    for student, (_, sentence) in REFUSED.items():
        name = keepable(student)
        assert results[name].status == "ungradable", student
        assert sentence in results[name].reason, student
    assert results["zoe"].score == 15
    assert "`numpy.py` was not used: `import numpy` gives the course's own." in results["shadows"].repairs
    autograded = course / "autograded"
    assert not [path for path in autograded.rglob("*") if path.is_symlink()]
    assert [p.name for p in (autograded / "links" / ONE.name).iterdir()] == [f"{ONE.name}.ipynb"]
    assert (autograded / "names" / ONE.name / ("n" * 251)).read_text() == "long"


def test_what_cannot_be_saved_of_one_student_is_told_and_the_others_are_saved(course, monkeypatch):
    """A file becomes a folder and the reverse, there is no room for a file, and a score cannot be stored."""
    submitted, real_replacing, real_store = course / "submitted", writer.replacing, Writer._store_scores

    def full(path, **options):
        if path.name == "new.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real_replacing(path, **options)

    def odd(self, task, outcome):
        if task.submission.student == "sparse":
            raise ValueError("a value that no gradebook takes")
        real_store(self, task, outcome)

    for student, other in (("file", "folder"), ("folder", "file")):
        place = submitted / student / ONE.name / "notes"
        shutil.rmtree(place) if place.is_dir() else place.unlink()
        LEAVES[other][0](place.parent)
    (submitted / "file" / ONE.name / "notes" / "x" / "new.csv").write_text("1")
    (submitted / "sparse" / ONE.name / "new").write_text("1")
    monkeypatch.setattr(writer, "replacing", full)
    monkeypatch.setattr(Writer, "_store_scores", odd)
    results = {r.student: r for r in Grading(course, [ONE.name]) if r.student not in REFUSED}
    assert [s for s, r in results.items() if r.status == "graded"] == ["file", "folder"]
    assert results["file"].repairs == [f"{LEFT_OUT}`notes/x/new.csv` (No space left on device)."]
    assert "a value that no gradebook takes" in results["sparse"].reason
    assert (course / "autograded" / "folder" / ONE.name / "notes").read_text() == "x"
    assert not (course / "autograded" / "file" / ONE.name / "notes").is_file()
    monkeypatch.undo()
    again = {r.student: r.status for r in Grading(course, [ONE.name])}
    assert (again["sparse"], again["file"], again["folder"]) == ("graded", "unchanged", "unchanged")


def test_the_receipt_is_of_the_files_too(course):
    assert verify(course, "helper", ONE.name).differences == []
    path = course / "submitted" / "helper" / ONE.name / "helper.py"
    path.write_text(f"# changed\n{RELU}")
    assert "a file beside it, is another" in verify(course, "helper", ONE.name).differences[0]
    assert [r.status for r in Grading(course, student="helper")] == ["graded"]


@pytest.mark.parametrize("verb", ["grade", "feedback", "report", "export"])
def test_no_name_steers_the_terminal(course, tmp_path, verb):
    options = ["--to", "csv", "--out", str(tmp_path / "grades.csv")] if verb == "export" else []
    done = CliRunner().invoke(main, [verb, str(course), *options])
    assert not isinstance(done.exception, Exception), done.exception
    said = done.output + done.stderr
    assert "\x1b" not in said
    assert "\x07" not in said
    assert (r"steers\x1b]0;x\x07\n" in said) == (verb in ("grade", "export"))


def test_a_page_that_cannot_be_written_costs_no_other_page(course):
    place = course / "feedback" / "links"
    shutil.rmtree(place, ignore_errors=True)
    place.parent.mkdir(exist_ok=True)
    place.write_text("a file, where the folder should be")
    pages = {page.student: page for page in FeedbackRun(course)}
    assert "cannot be written" in pages.pop("links").reason
    assert {page.status for page in pages.values()} <= {"made", "unchanged"}
