"""formgrader in a course directory, in a real browser: its button grades with the judge."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from autograder.course import nbgrader_api
from autograder.grading.run import Grading
from autograder.lessons import lessons
from tests.autograder.classroom import hand_in, released, solved
from tests.browser.conftest import AUTHORISED, formgrader
from tests.tools import system_tool

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("formgrader")]

LESSON = lessons()[-1]


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, released_course: Path) -> Path:
    system_tool("bwrap")
    root = tmp_path_factory.mktemp("formgrader") / "he101"
    shutil.copytree(released_course, root)
    hand_in(root, "anna", LESSON, solved(LESSON))
    hand_in(root, "ben", LESSON, released(LESSON))
    hand_in(root, "dan", LESSON, "{broken")
    return root


@pytest.fixture(scope="module")
def address(course: Path) -> Iterator[str]:
    with formgrader(course) as address:
        yield address


def test_the_button_of_formgrader_gives_the_judges_scores(
    browser: Browser, course: Path, address: str, screenshots: Path
) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 700}, extra_http_headers=AUTHORISED)
    page = context.new_page()
    page.goto(f"{address}/formgrader/manage_submissions/{LESSON.name}")
    for student, score in (("anna", "15 / 15"), ("ben", "0 / 15")):
        row = page.locator("tr").filter(has_text=student)
        row.locator(".autograde a").click()
        dialog = page.locator(".modal.in, .modal.show").first
        expect(dialog).to_contain_text("Successfully autograded", timeout=180_000)
        dialog.get_by_role("button", name=re.compile("OK|Close")).first.click()
        expect(row).to_contain_text(score)
    page.screenshot(path=screenshots / "formgrader.png")
    context.close()

    for student, expected in (("anna", 15), ("ben", 0)):
        with nbgrader_api(course).gradebook as gradebook:
            assert gradebook.find_submission(LESSON.name, student).score == expected
        path = course / "autograded" / student / LESSON.name / LESSON.path.name
        graded = nbformat.read(path, as_version=4)
        assert graded.metadata["heinit"]["wall"] == "namespaces"


def test_what_cannot_be_graded_is_graded_by_hand_in_formgrader(
    browser: Browser, course: Path, address: str
) -> None:
    (result,) = Grading(course, student="dan")
    assert (result.status, "grade it by hand in formgrader" in result.reason) == ("ungradable", True)
    with nbgrader_api(course).gradebook as gradebook:
        key = gradebook.find_submission_notebook(LESSON.name, LESSON.name, "dan").id
    context = browser.new_context(viewport={"width": 1200, "height": 700}, extra_http_headers=AUTHORISED)
    page = context.new_page()
    page.goto(f"{address}/formgrader/submissions/{key}")
    expect(page.locator("body")).to_contain_text("This is not what dan handed in")
    boxes = page.locator("input.score")
    expect(boxes.first).to_be_enabled()
    points = [str(k % 2) for k in range(boxes.count())]
    for k, score in enumerate(points):
        with page.expect_response(lambda response: response.request.method == "PUT"):
            boxes.nth(k).fill(score)
            boxes.nth(k).press("Tab")
    context.close()
    (result,) = Grading(course, student="dan")
    assert (result.status, result.final) == ("unchanged", sum(map(float, points)))
    assert result.by_hand == sorted(result.cells)
