"""The feedback page: what it tells, what it keeps to itself, and that both ways make the same."""

from __future__ import annotations

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result
from nbformat import NotebookNode

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.feedback import page
from autograder.feedback.page import feedback_page
from autograder.grades import CellGrade, Grades, read_grades
from autograder.grading.run import Grading
from autograder.lessons import lesson
from heinit_lab.checking.report import VERDICT_MIME
from tests.autograder.classroom import hand_in, mistaken, released, run, solved
from tests.autograder.feedback import hostile
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("feedback")

LESSON = lesson("3-worked-examples")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, released_course: Path) -> Path:
    """A graded course: anna is right, ben is blank, cleo makes the first named mistake everywhere."""
    system_tool("bwrap")
    warnings.filterwarnings("ignore", module="nbgrader")
    root = tmp_path_factory.mktemp("feedback") / "he101"
    shutil.copytree(released_course, root)
    wrong = mistaken(LESSON, 0)[0]
    copied = next(cell for cell in wrong.cells if cell.id == "test-he_std")
    wrong.cells.append(nbformat.from_dict({**copied, "id": "copied"}))
    for student, notebook in (("anna", solved(LESSON)), ("ben", released(LESSON)), ("cleo", wrong)):
        hand_in(root, student, LESSON, notebook)
    assert {result.status for result in Grading(root)} == {"graded"}
    return root


def heinit(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def graded(course: Path, student: str) -> tuple[NotebookNode, Grades]:
    path = course / "autograded" / student / LESSON.name / LESSON.path.name
    with nbgrader_api(course).gradebook as gradebook:
        return nbformat.read(path, as_version=4), read_grades(gradebook, LESSON.name, student)


def test_the_page_tells_the_score_the_mistakes_by_name_and_where_to_look(course: Path):
    page = feedback_page(*graded(course, "cleo"))
    names = list(mistaken(LESSON, 0)[1].values())
    assert names and all(f">{name}<" in page for name in names)
    assert "This is the <em>variance</em> of these weights." in page
    assert "he_std(4) is 0.5; expected 0.7071" in page
    assert "Read again: Example 1, step 1: the standard deviation" in page
    assert "Randomness</strong>: all randomness comes from rng" in page
    assert "Repaired before grading" in page
    assert page.count("stood in 2 cells") + page.count("was repaired before") == 1


def test_where_no_mistake_is_named_the_page_says_what_is_true_of_all_cases_and_the_kinds_that_are_wrong(
    course,
):
    notebook, grades = graded(course, "cleo")
    cell = next(
        cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "test-he_std"
    )
    for output in cell.outputs:
        data = output.get("data", {})
        if VERDICT_MIME in data:
            data[VERDICT_MIME] |= {"misconceptions": [], "wrong_kinds": {"values": "Wrong for one <unit>."}}
        elif "text/plain" in data:
            data["text/plain"] = "✗ he_std(4) is 2; expected 0.7071.\nEvery value is twice the right one."
    page = feedback_page(notebook, grades)
    assert '<p class="says">Every value is twice the right one.</p>' in page
    assert '<p class="says">Values: Wrong for one &lt;unit&gt;.</p>' in page


def test_a_behaviour_that_counts_only_with_another_is_not_called_wrong(course: Path):
    page = feedback_page(*graded(course, "cleo"))
    beginning = page.index('aria-labelledby="result-1"')
    he_std = page[beginning : page.index("</section>", beginning)]
    assert "<strong>Edge cases</strong>: counts only together with values" in he_std
    assert he_std.count('class="lost"') == he_std.count('class="waits"') == 1


def test_the_page_says_that_an_answer_is_right_and_a_function_that_it_calls_is_not(course: Path):
    notebook, grades = graded(course, "anna")
    (check,) = (cell for cell in notebook.cells if cell.id == "test-he_normal")
    (verdict,) = (o.data[VERDICT_MIME] for o in check.outputs if VERDICT_MIME in o.get("data", {}))
    verdict["follows"] = ["he_std", "<b>"]
    assert '<p class="says">he_normal is right; the he_std it calls is not.</p>' in feedback_page(
        notebook, grades
    )
    verdict["score"] = 4
    assert "The he_std that he_normal calls is not right: " in feedback_page(notebook, grades)


def test_the_page_never_shows_a_hidden_check(course: Path):
    for student in ("anna", "ben", "cleo"):
        page = feedback_page(*graded(course, student))
        assert "HIDDEN" not in page
        assert "autograder" not in page


def test_a_hidden_check_that_is_not_closed_is_cut_to_the_end(course: Path):
    notebook, grades = graded(course, "anna")
    cell = next(cell for cell in notebook.cells if cell.id == "test-he_std")
    cell.source = "check(1)\n  ### BEGIN HIDDEN TESTS\nsecret = 1\n"
    page = feedback_page(notebook, grades)
    assert "check" in page
    assert "secret" not in page


def test_points_comments_and_penalties_of_the_instructor_are_told(course: Path):
    notebook, grades = graded(course, "cleo")
    cells = {**grades.cells, "test-he_std": CellGrade(max_score=2.0, auto=0.0, manual=1.5, extra=0.25)}
    page = feedback_page(
        notebook,
        replace(
            grades,
            penalty=1.0,
            cells=cells,
            comments={"he_std": "Nearly **there**, $x^2$ <script>x</script>."},
        ),
    )
    assert "1.75 of 2 points" in page
    assert "Graded by your instructor." in page
    assert "0.25 of extra credit." in page
    assert "1 point is taken off because it came late." in page
    assert page.count("Nearly <strong>there</strong>, <math") == 2
    assert "<script" not in page


def test_a_damaged_notebook_still_gives_a_page(course: Path):
    notebook, grades = graded(course, "anna")
    evil = f'"><script>{hostile.OWN}</script>'
    damaged = nbformat.from_dict({**notebook, "cells": [*notebook.cells, *hostile.damaged(evil)]})
    page = feedback_page(damaged, replace(grades, name=evil, student=evil, comments={"he_std": evil}))
    assert "<script" not in page
    assert page.count("<html") == 1


def test_the_page_asks_nobody_for_anything(course: Path):
    for student in ("anna", "cleo"):
        page = feedback_page(*graded(course, student))
        for way in ("<script", "<link", "<iframe", "@import", "url(", 'http-equiv="refresh', 'src="http'):
            assert way not in page


@pytest.mark.full
def test_heinit_and_nbgrader_make_the_same_page_and_heinit_makes_it_once(course: Path):
    page = course / "feedback" / "cleo" / LESSON.name / f"{LESSON.name}.html"
    first = heinit("feedback", str(course), "--json")
    assert first.exit_code == 0, first.stderr
    output = [json.loads(line) for line in first.stdout.splitlines()]
    assert [(one["student"], one["status"]) for one in output] == [
        ("anna", "made"),
        ("ben", "made"),
        ("cleo", "made"),
    ]
    ours = page.read_text(encoding="utf-8")

    again = heinit("feedback", str(course), LESSON.name)
    assert again.stderr.strip().endswith("3 unchanged.")

    theirs = run("nbgrader", "generate_feedback", LESSON.name, "--force", cwd=course)
    assert theirs.returncode == 0, theirs.stderr
    assert page.read_text(encoding="utf-8") == ours

    with nbgrader_api(course).gradebook as gradebook:
        grade = gradebook.find_grade("test-he_std", LESSON.name, LESSON.name, "cleo")
        grade.manual_score = 0.25
        gradebook.db.commit()
    changed = heinit("feedback", str(course), "--json")
    assert [json.loads(line)["status"] for line in changed.stdout.splitlines()] == [
        "unchanged",
        "unchanged",
        "made",
    ]
    assert "0.25 of 1 points" in page.read_text(encoding="utf-8")


def test_a_page_is_made_again_where_code_a_template_or_a_sentence_of_it_has_changed(monkeypatch):
    monkeypatch.setattr(page, "hash_of", lambda sources: sources)
    hashed = page.code_hash.__wrapped__()
    assert {
        *("autograder.feedback.results", "autograder.judge.stops", "autograder.text", "autograder.times"),
        *("autograder.hidden_tests.worked_examples", "heinit_lab.exercises.worked_examples.he_std"),
        *(
            "feedback/templates/feedback.html.j2",
            "feedback/templates/page.css",
            "feedback/html/harmless.toml",
        ),
        "heinit_lab/exercises/worked_examples/hints.toml",
    } <= hashed.keys()


@pytest.mark.full
def test_many_workers_make_the_pages_that_one_makes(course: Path):
    assert heinit("feedback", str(course), "--force", "--workers=1").exit_code == 0
    before = {path: path.read_bytes() for path in course.glob("feedback/*/*/*.html")}
    for path in before:
        path.write_bytes(b"damaged")
    output = heinit("feedback", str(course), "--workers=2", "--json")
    assert {json.loads(line)["status"] for line in output.stdout.splitlines()} == {"made"}
    assert {path: path.read_bytes() for path in before} == before
    assert heinit("feedback", str(course), "--workers=1").stderr.strip().endswith("3 unchanged.")


def test_a_notebook_that_cannot_be_read_costs_nobody_else_a_page(course: Path, tmp_path: Path):
    root = tmp_path / "he101"
    shutil.copytree(course, root)
    (root / "autograded" / "ben" / LESSON.name / LESSON.path.name).write_text("{")
    output = heinit("feedback", str(root), "--force", "--json")
    assert output.exit_code == 1
    lines = [json.loads(line) for line in output.stdout.splitlines()]
    assert {one["student"]: one["status"] for one in lines} == {
        "anna": "made",
        "ben": "failed",
        "cleo": "made",
    }
    assert "Grade it again with --force" in next(one["reason"] for one in lines if one["reason"])


def test_nbgrader_releases_the_pages_that_heinit_made(course: Path, tmp_path: Path):
    root, exchange = tmp_path / "he101", tmp_path / "exchange"
    shutil.copytree(course, root)
    exchange.mkdir()
    exchange.chmod(0o777)
    for student in ("anna", "ben", "cleo"):  # as they come from the exchange
        for name, content in (
            ("timestamp.txt", "2026-01-01 10:00:00.000000 UTC"),
            ("submission_secret.txt", student),
        ):
            (root / "submitted" / student / LESSON.name / name).write_text(content)
            (root / "autograded" / student / LESSON.name / name).write_text(content)
    assert heinit("feedback", str(root), "--force").exit_code == 0
    released = run("nbgrader", "release_feedback", LESSON.name, f"--Exchange.root={exchange}", cwd=root)
    assert released.returncode == 0, released.stderr
    pages = sorted(path.read_text(encoding="utf-8") for path in exchange.rglob("*.html"))
    assert pages == sorted(path.read_text(encoding="utf-8") for path in root.glob("feedback/*/*/*.html"))
    assert len(pages) == 3


def test_what_is_not_in_the_gradebook_is_named_and_the_others_are_made(course: Path, tmp_path: Path):
    root = tmp_path / "he101"
    shutil.copytree(course, root)
    shutil.copytree(root / "autograded" / "anna", root / "autograded" / "zoe")
    made = heinit("feedback", str(root), "--force")
    assert made.exit_code == 1
    assert (
        "feedback/zoe/3-worked-examples/3-worked-examples.html was not made: the gradebook does not have it"
        in made.stderr
    )
    assert "1 failed, 3 made." in made.stderr


def test_a_student_or_lesson_that_does_not_exist_is_wrong_use(course: Path):
    assert heinit("feedback", str(course), "--student", "nobody").exit_code == 2
    assert heinit("feedback", str(course), "9-none").exit_code == 2
