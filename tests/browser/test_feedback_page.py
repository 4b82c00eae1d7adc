"""Feedback pages in a real browser: an accessibility audit, light and dark, wide, narrow and on paper."""

from __future__ import annotations

import shutil
import warnings
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.feedback.run import FeedbackRun
from autograder.grading.run import Grading
from autograder.lessons import lesson
from tests.autograder.classroom import hand_in, mistaken, solved
from tests.browser.axe import violations
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("pages")

LESSONS = [lesson("1"), lesson("3")]


LOOKS = list(product(("anna", "cleo"), ("light", "dark"), (1200, 390)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory, released_course: Path) -> dict[str, Path]:
    """A page for each student: anna is right in lesson 1, cleo makes named mistakes in lesson 3."""
    system_tool("bwrap")
    warnings.filterwarnings("ignore", module="nbgrader")
    root = tmp_path_factory.mktemp("pages") / "he101"
    shutil.copytree(released_course, root)
    hand_in(root, "anna", LESSONS[0], solved(LESSONS[0]))
    hand_in(root, "cleo", LESSONS[1], mistaken(LESSONS[1], 0)[0])
    assert {result.status for result in Grading(root)} == {"graded"}
    return {made.student: root / made.page for made in FeedbackRun(root)}


@pytest.mark.full
@pytest.mark.parametrize(("student", "scheme", "width"), LOOKS)
def test_an_audit_finds_nothing_serious_and_nothing_runs_over_the_edge(
    browser: Browser, pages: dict[str, Path], screenshots: Path, student: str, scheme: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(pages[student].as_uri())
    assert [told for told in violations(page) if "(serious)" in told or "(critical)" in told] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    page.screenshot(path=screenshots / f"feedback-{student}-{scheme}-{width}.png", full_page=True)
    context.close()


@pytest.mark.full
def test_a_link_of_a_result_leads_to_the_answer_and_one_to_the_lesson(
    browser: Browser, pages: dict[str, Path]
) -> None:
    page = browser.new_page()
    page.goto(pages["cleo"].as_uri())
    result = page.get_by_role("region", name="3.1 · he_std")
    result.get_by_role("link", name="Your answer").click()
    assert page.locator(":target").inner_text().startswith("Your answer")
    result.get_by_role("link", name="Read again: Example 1, step 1: the standard deviation").click()
    heading = page.locator(":target").get_by_role("heading", name="Example 1, step 1")
    assert heading.is_visible()
    page.get_by_role("link", name="Larger layers, smaller weights").click()
    assert page.locator(":target").get_by_role("heading", name="Larger layers").is_visible()
    page.close()
