"""Broken notebooks, a folder each in tests/broken, and what becomes of them in a course."""

from __future__ import annotations

import json
import shutil
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import pytest
from click.testing import CliRunner
from nbformat import NotebookNode
from nbgrader.preprocessors import CheckCellMetadata

from autograder.commands.grading import grade
from autograder.course import nbgrader_api, release
from autograder.grading.run import Grading
from autograder.hidden_tests import HIDDEN, assess
from autograder.lessons import lesson as lesson_called
from autograder.lessons import lessons
from autograder.lessons.compose import checked_function
from autograder.repair.notebook import repairs_of
from autograder.repair.released import ReleasedLesson, released_lesson
from autograder.repair.rules import repair
from autograder.submissions.notebook_file import read_notebook
from autograder.submissions.submission import Submission, UngradableError
from tests.autograder.breaking import broken
from tests.autograder.classroom import hand_in, released, run, solved
from tests.tools import FULL

pytestmark = pytest.mark.xdist_group("repair")

BROKEN = Path(__file__).resolve().parents[2] / "broken"
CASES = sorted(folder.name for folder in BROKEN.iterdir() if folder.is_dir() and folder.name[0] not in "._")
LESSON = "4-xavier-comparison"
THROUGH_NBGRADER = 4  # of so many cases one goes through all of nbgrader's steps; in `heinit bench suite` all


@pytest.fixture(scope="module")
def course(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(released_course, tmp_path_factory.mktemp("repair") / "moved"))


def case_file(name: str) -> dict[str, Any]:
    """The case.toml of a case, with its defaults."""
    case = {"lesson": LESSON, **tomllib.loads((BROKEN / name / "case.toml").read_text(encoding="utf-8"))}
    return {"ways": [case.get("steps", [])], **case}


def content(name: str, steps: list[list[Any]]) -> bytes:
    """A case's notebook after these steps: one of the case's ways."""
    case = case_file(name)
    lesson = lesson_called(case["lesson"])
    start = released(lesson) if case.get("start") == "released" else solved(lesson)
    return broken(start, steps, BROKEN / name)


def submission(root: Path, name: str) -> Submission:
    """Hand in a case's notebook, as a student of that name; the first of several ways."""
    case = case_file(name)
    lesson = lesson_called(case["lesson"])
    return Submission(name, lesson.name, hand_in(root, name, lesson, content(name, case["ways"][0])))


@cache
def lesson_in(root: Path, name: str) -> ReleasedLesson:
    source = root / "source" / name / f"{name}.ipynb"
    with nbgrader_api(root).gradebook as gradebook:
        return released_lesson(gradebook, name, name, source)


def points(notebook: NotebookNode) -> dict[str, float]:
    """The points of a notebook whose cells run here, in order, each check as if by nbgrader."""
    sources: list[tuple[str | None, str]] = []
    for cell in notebook.cells:
        if cell.cell_type == "code" and "demo" not in cell.metadata.get("tags", []):
            pieces = cell.metadata.get("heinit", {}).get("pieces", [cell.source])
            sources += [(checked_function(cell), source) for source in pieces]
    return dict(_points(tuple(sources)))


@cache
def _points(sources: tuple[tuple[str | None, str], ...]) -> dict[str, float]:
    """The points of cells. sources: of each cell, with the name of the exercise that it checks, or None."""
    namespace: dict[str, Any] = {}
    scores: dict[str, float] = {}
    for name, source in sources:
        if name is not None:
            assert name not in scores, f"two checks of {name}"
            scores[name] = assess(name, namespace.get(name)).score
        else:
            try:
                exec(compile(source, "cell", "exec"), namespace)
            except (Exception, SystemExit):
                continue  # as in a notebook, the next cell runs
    return scores


@pytest.mark.parametrize("name", [name for name in CASES if len(case_file(name)["ways"]) == 1])
def test_a_broken_notebook_gets_what_its_case_says(course, name):
    case = case_file(name)
    if not FULL and CASES.index(name) % THROUGH_NBGRADER:
        check_ways(course, name)
        return
    handed = submission(course, name)
    before = handed.path.read_bytes()
    # nbgrader's own first pass, with all its steps, and a second one that runs nothing
    api = nbgrader_api(course, Autograde={"autograde_preprocessors": [CheckCellMetadata]})
    outcome = api.autograde(handed.lesson, name, force=True)
    assert handed.path.read_bytes() == before

    autograded = course / "autograded" / name / handed.lesson / handed.path.name
    if case.get("status") == "ungradable":
        assert not outcome["success"]
        assert not autograded.exists()
        with pytest.raises(UngradableError, match=case["reason"]):
            repair(read_notebook(handed.read()).notebook, lesson_in(course, handed.lesson))
        return
    if case.get("nbgrader") == "stops":
        assert not outcome["success"]
        notebook = repair(read_notebook(handed.read()).notebook, lesson_in(course, handed.lesson))
    else:
        assert outcome["success"], outcome
        notebook = nbformat.read(autograded, as_version=4)
    check_repaired(case, notebook)


def check_repaired(case: dict[str, Any], notebook: NotebookNode) -> None:
    nbformat.validate(notebook)
    repairs = repairs_of(notebook)
    for words in case.get("says", []):
        assert any(words in sentence for sentence in repairs), (words, repairs)
    assert bool(case.get("intact")) == (not repairs), repairs
    text = "\n".join(cell.source for cell in notebook.cells)
    assert all(sentence in text for sentence in repairs)
    assert all(kept in text for kept in case.get("keeps", []))
    full = {n: sum(b.points for b in HIDDEN[n]) for n in _exercises(case["lesson"])}
    assert points(notebook) == {**full, **case.get("scores", {})}


@pytest.mark.parametrize("name", [name for name in CASES if len(case_file(name)["ways"]) > 1])
def test_every_way_to_break_a_notebook_so_has_the_same_end(course, name):
    check_ways(course, name)


def check_ways(course: Path, name: str) -> None:
    """Break a notebook in every way of a case, and see what the repair alone makes of it."""
    case = case_file(name)
    lesson = lesson_in(course, case["lesson"])
    for steps in case["ways"][:: 1 if FULL else 2]:
        if case.get("status") == "ungradable":
            with pytest.raises(UngradableError, match=case["reason"]):
                repaired(content(name, steps), lesson)
        else:
            check_repaired(case, repaired(content(name, steps), lesson))


def repaired(data: bytes, lesson: ReleasedLesson) -> NotebookNode:
    submitted = read_notebook(data)
    return repair(submitted.notebook, lesson, submitted.repairs, submitted.cut_off)


def _exercises(name: str) -> list[str]:
    return [exercise for cell in released(lesson_called(name)).cells if (exercise := checked_function(cell))]


def test_every_case_says_what_it_is_about():
    assert len(CASES) >= 25
    for name in CASES:
        case = case_file(name)
        assert case["description"].endswith(".")
        assert case["ways"] != [[]] or (BROKEN / name / "damage.py").is_file(), name


@pytest.mark.parametrize("start", [solved, released])
@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_an_unbroken_notebook_stays_as_it_is(course, lesson, start):
    notebook = start(lesson)
    repaired = repair(notebook, lesson_in(course, lesson.name))
    assert not repairs_of(repaired)
    fixed = {c.id for c in notebook.cells if not c.metadata.get("editable", True)}
    assert [c.id for c in repaired.cells] == [c.id for c in notebook.cells]
    for old, new in zip(notebook.cells, repaired.cells, strict=True):
        assert old.id in fixed or old.source == new.source


@pytest.mark.full
def test_a_repaired_notebook_needs_no_more_repair(course):
    for name in CASES:
        case = case_file(name)
        if case.get("status") != "ungradable":
            handed, lesson = submission(course, name), lesson_in(course, case["lesson"])
            once = repair(read_notebook(handed.read()).notebook, lesson)
            assert not repairs_of(repair(once, lesson)), name


def test_a_lesson_without_its_source_is_repaired_from_the_gradebook_alone(course):
    name = LESSON
    with nbgrader_api(course).gradebook as gradebook:
        lesson = released_lesson(gradebook, name, name)
    notebook = nbformat.reads(
        broken(
            solved(lesson_called(name)),
            [["delete", "test-xavier_std"], ["copy", "glorot_std", "end"], ["delete", "he_over_glorot"]],
        ),
        as_version=4,
    )
    repaired = repair(notebook, lesson)
    assert points(repaired) == {
        "xavier_std": 2,
        "glorot_std": 2,
        "he_over_glorot": 0,
        "compare_table": 3,
        "layer_backward": 5,
    }


SEVERAL = (
    *("answer-copied", "stub-copied-below-the-answer", "check-deleted", "setup-line-fails", "format-3"),
    "another-notebook",
)


def test_a_class_of_broken_notebooks_is_graded_by_heinit_and_by_nbgrader(course, tmp_path):
    root = Path(shutil.copytree(course, tmp_path / "class", ignore=shutil.ignore_patterns("students")))
    shutil.rmtree(root / "submitted")
    shutil.rmtree(root / "autograded", ignore_errors=True)
    for name in SEVERAL:
        submission(root, name)
    result = CliRunner().invoke(grade, [str(root), "--json"], catch_exceptions=False)
    lines = {line["student"]: line for line in map(json.loads, result.stdout.splitlines())}
    assert result.exit_code == 1  # for the one that is another notebook
    assert set(lines) == set(SEVERAL)
    assert lines["another-notebook"]["status"] == "ungradable"
    assert lines["another-notebook"]["score"] is None
    assert "different notebook" in lines["another-notebook"]["reason"]
    for name in SEVERAL[:-1]:
        assert (lines[name]["status"], lines[name]["score"]) == ("graded", 15), name
        says = case_file(name).get("says", []) + case_file(name).get("judged", [])
        assert all(any(words in repair for repair in lines[name]["repairs"]) for words in says)
    assert lines["format-3"]["repairs"] == lines["format-3"]["stopped"] == []
    assert "line 1: ModuleNotFoundError" in lines["setup-line-fails"]["stopped"][0]
    again = CliRunner().invoke(grade, [str(root), "--json"], catch_exceptions=False)
    lines_again = {line["student"]: line for line in map(json.loads, again.stdout.splitlines())}
    assert lines_again["answer-copied"] == {**lines["answer-copied"], "status": "unchanged"}

    # the command of nbgrader names the one that it cannot grade, and grades the others
    done = run("nbgrader", "autograde", LESSON, "--force", "--Autograde.autograde_preprocessors=[]", cwd=root)
    assert done.returncode == 1
    assert "different notebook" in done.stderr
    graded = sorted(path.parts[-3] for path in (root / "autograded").glob("*/*/*.ipynb"))
    assert graded == sorted(SEVERAL[:-1])


@pytest.mark.full
def test_heinit_repairs_under_a_bare_configuration_as_well(course, tmp_path):
    bare = tmp_path / "bare"
    shutil.copytree(course / "source" / LESSON, bare / "source" / LESSON)
    (bare / "nbgrader_config.py").write_text(
        f'c = get_config()\nc.CourseDirectory.root = {str(bare)!r}\nc.CourseDirectory.course_id = "bare"\n'
    )
    release(bare, [LESSON])
    submission(bare, "check-deleted")
    (result,) = Grading(bare)
    assert (result.status, result.score) == ("graded", 15)
    assert any("was missing and is put back" in sentence for sentence in result.repairs)


def test_a_failure_in_the_repair_itself_is_named_and_stops_nobody(course, tmp_path, monkeypatch):
    root = Path(shutil.copytree(course / "source", tmp_path / "bare" / "source")).parent
    (root / "nbgrader_config.py").write_text(f"c = get_config()\nc.CourseDirectory.root = {str(root)!r}\n")
    submission(root, "check-deleted")
    (result,) = Grading(root)
    assert "not released" in result.reason
    assert result.max_score is None

    release(root, [LESSON])

    def fails(*_: Any) -> None:
        raise ZeroDivisionError("so it goes")

    monkeypatch.setattr("autograder.grading.worker.read_repaired", fails)
    submission(root, "check-copied")
    results = list(Grading(root))
    assert [r.status for r in results] == ["ungradable"] * 2
    assert all("so it goes" in r.reason for r in results)


def test_nbgrader_refuses_a_time_that_can_be_read_in_two_ways(course):
    handed = submission(course, "colab")
    stamp = handed.path.with_name("timestamp.txt")
    api = nbgrader_api(course, Autograde={"autograde_preprocessors": [CheckCellMetadata]})
    for time, is_read in (("01.03.2026 15:00", False), ("2026-03-01 15:00", True)):
        stamp.write_text(time)
        assert api.autograde(handed.lesson, "colab", force=True)["success"] == is_read, time
    stamp.unlink()
