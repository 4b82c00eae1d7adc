"""A course directory: released byte for byte, graded by heinit and by nbgrader, wherever it lies."""

from __future__ import annotations

import json
import shutil
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner

import heinit_lab
from autograder.commands.grading import grade
from autograder.course import HANDOUTS, make_course, nbgrader_api
from autograder.errors import UsageError
from autograder.grading.run import Grading
from autograder.lessons import APPENDIX, lessons
from autograder.lessons.canonical import text
from heinit_lab.checking.report import VERDICT_MIME
from tests.autograder.classroom import hand_in, mistaken, released, run, solved
from tests.tools import FULL

LESSONS = lessons()
QUICK = LESSONS[3]  # the lesson that takes the least time to run
IDS = [lesson.name for lesson in LESSONS]


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    """A copy of the course elsewhere, with nothing submitted: it must work where it lies."""
    return Path(shutil.copytree(released_course, tmp_path / "moved"))


def grade_json(root: Path, *arguments: str) -> tuple[int, dict[tuple[str, str], dict]]:
    result = CliRunner().invoke(
        grade, [str(root), "--json", "--workers=1", *arguments], catch_exceptions=False
    )
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    return result.exit_code, {(line["student"], line["lesson"]): line for line in lines}


@pytest.mark.parametrize("lesson", LESSONS, ids=IDS)
def test_nbgrader_gives_back_the_students_notebook_byte_for_byte(released_course, lesson):
    made_by_nbgrader = released_course / "release" / lesson.name / lesson.path.name
    assert made_by_nbgrader.read_bytes() == lesson.path.read_bytes()


def test_what_students_get_holds_no_answer_and_no_hidden_check(released_course):
    for path in (released_course / "release").rglob("*.ipynb"):
        content = path.read_text(encoding="utf-8")
        assert "HIDDEN" not in content
        assert "BEGIN SOLUTION" not in content
        assert "autograder" not in content
    assert (released_course / HANDOUTS / APPENDIX.name).read_bytes() == APPENDIX.read_bytes()
    for wheel in (released_course / "release").rglob("*.whl"):
        assert not [n for n in zipfile.ZipFile(wheel).namelist() if not n.startswith("heinit_lab")]


@pytest.mark.parametrize("lesson", LESSONS if FULL else LESSONS[-1:], ids=lambda lesson: lesson.name)
def test_a_solved_notebook_gets_full_marks_a_released_one_none_and_mistakes_are_named(course, lesson):
    hand_in(course, "right", lesson, solved(lesson))
    hand_in(course, "blank", lesson, released(lesson))
    names = {}
    for k in range(3):
        notebook, names[f"mistaken{k}"] = mistaken(lesson, k)
        hand_in(course, f"mistaken{k}", lesson, notebook)

    code, results = grade_json(course)
    assert code == 0
    right, blank = results["right", lesson.name], results["blank", lesson.name]
    assert (right["status"], right["score"], right["max_score"]) == ("graded", 15.0, 15.0)
    assert (blank["status"], blank["score"], blank["max_score"]) == ("graded", 0.0, 15.0)
    assert {m for cell in right["cells"].values() for m in cell["misconceptions"]} == set()
    for student, planted in names.items():
        cells = results[student, lesson.name]["cells"]
        for exercise, misconception in planted.items():
            assert cells[exercise]["score"] < cells[exercise]["max_score"], (student, exercise)
            assert misconception in cells[exercise]["misconceptions"], (student, exercise)
    _every_test_cell_tells_its_verdict(course, "mistaken0", lesson.name)


def _every_test_cell_tells_its_verdict(course: Path, student: str, name: str) -> None:
    notebook = nbformat.read(course / "autograded" / student / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            assert [o for o in cell.outputs if VERDICT_MIME in o.get("data", {})], cell.id
            assert not [o for o in cell.outputs if o.output_type == "error"], cell.id


BROKEN = {
    "empty": b"",
    "prose": b"Dear teacher, my notebook is attached.",
    "bytes": b"\x89PNG\r\n\x1a\n\xff\xfe",
    "json": b'{"hello": [1, 2, 3]}',
    "list": b"[]",
    "cut": b'{"cells": [{"cell_type": "code"',
    "damaged": b'{"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
    "other": text(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 + 1", id="a")])).encode(),
}


def test_what_cannot_be_graded_is_named_with_its_reason_and_stops_nobody(course):
    lesson = LESSONS[0]
    for student, content in BROKEN.items():
        hand_in(course, student, lesson, content)
    hand_in(course, "right", lesson, solved(lesson))
    (course / "submitted" / "nothing" / lesson.name).mkdir(parents=True)
    (course / "submitted" / "unknown" / "9-no-lesson").mkdir(parents=True)

    code, results = grade_json(course)
    assert code == 1
    assert results.pop(("right", lesson.name))["score"] == 15
    assert len(results) == len(BROKEN) + 2
    for result in results.values():
        assert result["status"] == "ungradable"
        assert result["score"] is None
        assert result["reason"].endswith(".")
    assert "it is a text, and no notebook" in results["prose", lesson.name]["reason"]
    assert "different notebook" in results["other", lesson.name]["reason"]
    for student, content in BROKEN.items():
        path = course / "submitted" / student / lesson.name / lesson.path.name
        assert path.read_bytes() == content


def test_a_second_run_grades_only_what_changed(course):
    lesson = LESSONS[0]
    hand_in(course, "anna", lesson, solved(lesson))
    hand_in(course, "ben", lesson, released(lesson))
    _, first = grade_json(course)
    hand_in(course, "ben", lesson, solved(lesson))
    _, second = grade_json(course)
    assert {r["status"] for r in first.values()} == {"graded"}
    assert second["anna", lesson.name] == {**first["anna", lesson.name], "status": "unchanged"}
    assert second["ben", lesson.name]["status"] == "graded"
    assert second["ben", lesson.name]["score"] == 15
    _, third = grade_json(course, "--student", "anna", "--force")
    assert [r["status"] for r in third.values()] == ["graded"]


def test_a_broken_resubmission_leaves_the_earlier_grade_standing(course):
    lesson = LESSONS[0]
    hand_in(course, "anna", lesson, solved(lesson))
    grade_json(course)
    hand_in(course, "anna", lesson, "oh no")
    code, results = grade_json(course)
    assert code == 1
    assert "stands until then" in results["anna", lesson.name]["reason"]
    with nbgrader_api(course).gradebook as gradebook:
        assert gradebook.find_submission(lesson.name, "anna").score == 15


def test_wrong_use_says_what_to_do_and_changes_nothing(course, tmp_path):
    with pytest.raises(UsageError, match="is not a course directory"):
        Grading(tmp_path)
    with pytest.raises(UsageError, match="Its lessons are: 1-relu"):
        Grading(course, ["no-such-lesson"])
    with pytest.raises(UsageError, match="no folder of a student called 'zoe'"):
        Grading(course, student="zoe")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "work.txt").write_text("precious")
    with pytest.raises(UsageError, match="exists already, and is left as it is"):
        make_course(tmp_path / "mine")
    assert (tmp_path / "mine" / "work.txt").read_text() == "precious"


@pytest.mark.full
def test_nbgraders_own_commands_work_in_a_moved_course(course):
    lesson = LESSONS[0]
    hand_in(course, "anna", lesson, solved(lesson))
    graded = run("nbgrader", "autograde", lesson.name, cwd=course)
    assert graded.returncode == 0, graded.stderr[-2000:]
    exported = run("nbgrader", "export", cwd=course)
    assert exported.returncode == 0, exported.stderr[-2000:]
    rows = (course / "grades.csv").read_text().splitlines()
    row = dict(zip(rows[0].split(","), next(r for r in rows if ",anna," in r).split(","), strict=True))
    assert (float(row["score"]), float(row["max_score"])) == (15, 15)


@pytest.mark.full
def test_a_bare_configuration_grades_with_the_package_installed(course, tmp_path):
    lesson, bare = QUICK, tmp_path / "bare"
    shutil.copytree(course / "source" / lesson.name, bare / "source" / lesson.name)
    (bare / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.root = {str(bare)!r}\nc.CourseDirectory.course_id = "bare"\n'
    )
    hand_in(bare, "anna", lesson, solved(lesson))
    hand_in(bare, "ben", lesson, released(lesson))
    for command in ("generate_assignment", "autograde"):
        done = run("nbgrader", command, lesson.name, cwd=bare)
        assert done.returncode == 0, done.stderr[-2000:]
    with nbgrader_api(bare).gradebook as gradebook:
        assert gradebook.find_submission(lesson.name, "anna").score == 15
        assert gradebook.find_submission(lesson.name, "ben").score == 0


@pytest.mark.full
def test_validate_tells_what_is_wrong_with_a_released_notebook(tmp_path):
    (tmp_path / "blank.ipynb").write_text(text(released(QUICK)))
    blank = run("nbgrader", "validate", "blank.ipynb", cwd=tmp_path)
    exercises = [cell for cell in released(QUICK).cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert blank.stdout.count("is not solved yet") == len(exercises)
    assert "Traceback" not in blank.stdout


@pytest.mark.full
def test_validate_passes_a_solved_notebook(tmp_path):
    """Here the quickest; of others, the browser's tests see that the button in JupyterLab passes them."""
    (tmp_path / "right.ipynb").write_text(text(solved(QUICK)))
    right = run("nbgrader", "validate", "right.ipynb", cwd=tmp_path)
    assert "Success! Your notebook passes all the tests." in right.stdout, right.stdout + right.stderr


def test_the_wheel_beside_every_released_lesson_holds_the_whole_package(released_course):
    package = Path(str(heinit_lab.__file__)).parent
    files = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    for lesson in LESSONS:
        (wheel,) = (released_course / "release" / lesson.name).glob("*.whl")
        names = zipfile.ZipFile(wheel).namelist()
        assert {name for name in names if ".dist-info/" not in name} == files, lesson.name


@pytest.mark.full
@pytest.mark.skipif(sys.platform == "win32", reason="nbgrader's exchange needs a shared Unix folder")
def test_a_lesson_fetched_through_the_exchange_runs_in_an_empty_home(course, tmp_path):
    """The same wheel, which holds the whole package, lies beside every lesson."""
    lesson = QUICK
    exchange, home = tmp_path / "exchange", tmp_path / "home"
    exchange.mkdir(mode=0o777)
    exchange.chmod(0o777)
    home.mkdir()
    place = (f"--Exchange.root={exchange}", "--course=he101")
    done = run("nbgrader", "release_assignment", lesson.name, *place, cwd=course)
    assert done.returncode == 0, done.stderr[-2000:]
    done = run("nbgrader", "fetch_assignment", lesson.name, *place, cwd=home, HOME=str(home))
    assert done.returncode == 0, done.stderr[-2000:]

    fetched = home / lesson.name
    _make_students_kernel(home, next(fetched.glob("*.whl")))
    notebook = nbformat.read(fetched / lesson.path.name, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(WHAT_IS_THERE))
    nbformat.write(notebook, fetched / "run.ipynb")
    command = ("execute", "--kernel_name=student", "--allow-errors", "--inplace", "run.ipynb")
    done = run("jupyter", *command, cwd=fetched, HOME=str(home), JUPYTER_PATH=str(home / "jupyter"))
    assert done.returncode == 0, done.stderr[-2000:]

    cells = nbformat.read(fetched / "run.ipynb", as_version=4).cells
    assert cells[-1].outputs[0].text.strip() == f"{home / 'lib'} False False"
    for cell in cells:
        errors = [o.ename for o in cell.get("outputs", []) if o.output_type == "error"]
        is_test = cell.metadata.get("nbgrader", {}).get("grade")
        assert errors == (["CheckFailed"] if is_test else []), cell.source


WHAT_IS_THERE = """
import importlib.util
from pathlib import Path
import heinit_lab
found = [importlib.util.find_spec(name) is not None for name in ("heinit_solutions", "autograder")]
print(Path(heinit_lab.__file__).parent.parent, *found)
"""


def _make_students_kernel(home: Path, wheel: Path) -> None:
    """A kernel that has the wheel and the course's libraries, but not this checkout.

    -S leaves out the site module, and with it the checkout's entry among the packages.
    """
    zipfile.ZipFile(wheel).extractall(home / "lib")
    packages = str(Path(nbformat.__file__).parent.parent)
    spec = home / "jupyter" / "kernels" / "student"
    spec.mkdir(parents=True)
    launch = [sys.executable, "-S", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec.joinpath("kernel.json").write_text(
        json.dumps(
            {
                "argv": launch,
                "display_name": "student",
                "language": "python",
                "env": {"PYTHONPATH": f"{home / 'lib'}:{packages}"},
            }
        )
    )


@pytest.mark.full
def test_a_course_of_another_layout_is_refused_and_renewed_with_its_grades(course):
    """The configuration and the sources of such a course name modules that have moved since."""
    lesson, config = LESSONS[0], course / "nbgrader_config.py"
    hand_in(course, "anna", lesson, solved(lesson))
    grade_json(course)
    for path, new, old in (
        (course / "source" / lesson.name / lesson.path.name, "autograder.hidden_tests", "autograder.hidden"),
        (config, "autograder.repair.preprocessor", "autograder.mending"),
    ):
        path.write_text(path.read_text().replace(new, old))
        with pytest.raises(UsageError, match=rf"names {old}, which .* --renew"):
            Grading(course)
    config.write_text(
        f'{config.read_text()}c.CourseDirectory.course_id = "he101"\nc.Exchange.timezone = "CET"\n'
    )

    renewed = run("heinit", "course", str(course), "--renew", cwd=course)
    assert renewed.returncode == 0, renewed.stderr
    assert "autograder.mending" in next(course.glob("before-renewal/*/nbgrader_config.py")).read_text()
    assert list(course.glob(f"before-renewal/*/source/{lesson.name}/*.ipynb"))
    api = nbgrader_api(course)
    assert api.config.Exchange.timezone == "CET"
    with api.gradebook as gradebook:
        assert gradebook.find_submission(lesson.name, "anna").score == 15
    hand_in(course, "ben", lesson, solved(lesson))
    _, results = grade_json(course)
    assert {student: result["score"] for (student, _), result in results.items()} == {"anna": 15, "ben": 15}


def test_of_a_course_of_another_layout_the_command_says_in_a_sentence_what_to_do(course, tmp_path):
    """Also where an update has left the old folder behind, empty."""
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text().replace("autograder.feedback import", "autograder.pages import"))
    (tmp_path / "empty" / "pages").mkdir(parents=True)
    left_behind = f"import autograder; autograder.__path__.append({str(tmp_path / 'empty')!r})"
    verb = f"from autograder.cli import main; main(['grade', {str(course)!r}])"
    refused = run("python", "-c", f"{left_behind}; {verb}", cwd=course)
    assert refused.returncode == 2
    assert refused.stderr.startswith(f"heinit: {course} was made by another version of heinit")
    assert len(refused.stderr.splitlines()) == 1
