"""The class report in a real browser: complete in one file, legible, and nothing serious for axe-core."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from autograder.gradebook import Cohort
from autograder.lessons import lessons
from autograder.report.compare import Snapshot, changes
from autograder.report.page import page as report_page
from autograder.report.similarity import SimilarGroup
from tests.autograder.report.classes import HOSTILE, big_class
from tests.browser.axe import violations
from tests.tools import FULL

pytestmark = pytest.mark.xdist_group("pages")

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ALIKE = [SimilarGroup("3-worked-examples", ("s003", "s017"), {"he_normal": 2}, 100)]


def written(of: Cohort, path: Path) -> Path:
    before = Snapshot(NOW - timedelta(days=12), big_class(len(of.students), seed=1))
    blank = {key for key, record in of.records.items() if record.score == 0}
    path.write_text(report_page(of, NOW, blank, ALIKE, changes(before, of)), encoding="utf-8")
    return path


@pytest.fixture(params=["light", "dark"] if FULL else ["light"])
def open_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page in one of the two colour schemes, which fails its test if it asks for anything else."""
    context = browser.new_context(viewport={"width": 1100, "height": 900}, color_scheme=request.param)
    page = context.new_page()
    requests: list[str] = []
    page.on("request", lambda sent: requests.append(sent.url))
    page.on("dialog", lambda dialog: requests.append(dialog.message))
    yield page
    context.close()
    assert len(requests) == 1, requests


@pytest.mark.full
@pytest.mark.parametrize(("open_page", "folded"), [("light", True), ("dark", False)], indirect=["open_page"])
def test_axe_finds_nothing_serious_in_the_report(open_page, tmp_path, folded, screenshots):
    open_page.goto(written(big_class(), tmp_path / "index.html").as_uri())
    if not folded:
        open_page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")
    assert violations(open_page) == []
    scheme = open_page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light'")
    open_page.screenshot(path=screenshots / f"report-{scheme}.png", full_page=True)


@pytest.mark.parametrize("width", [360, 1100])
def test_nothing_stands_out_of_the_page_whatever_students_are_called(open_page, tmp_path, width):
    open_page.set_viewport_size({"width": width, "height": 900})
    open_page.goto(written(big_class(40, hostile=True), tmp_path / "index.html").as_uri())
    assert open_page.evaluate("document.documentElement.scrollWidth") <= width
    assert HOSTILE in open_page.inner_text("#people-list")
    assert open_page.locator("script").count() == 0


def test_every_figure_says_in_words_what_it_shows(open_page, tmp_path):
    open_page.goto(written(big_class(), tmp_path / "index.html").as_uri())
    figures = open_page.get_by_role("img")
    assert figures.count() == len(lessons())  # but for one that nobody has handed in, and one of all
    for figure in figures.all():
        title, says = figure.locator("title").text_content(), figure.locator("desc").text_content()
        assert title
        assert len(str(says).split()) > 8


def test_every_link_of_the_contents_leads_somewhere(open_page, tmp_path):
    open_page.goto(written(big_class(), tmp_path / "index.html").as_uri())
    links = open_page.locator("nav a").all()
    assert len(links) == 7
    for link in links:
        assert open_page.locator(str(link.get_attribute("href"))).count() == 1


def test_the_report_prints_without_its_contents(open_page, tmp_path):
    open_page.goto(written(big_class(), tmp_path / "index.html").as_uri())
    open_page.emulate_media(media="print", color_scheme="light")
    assert not open_page.locator("nav").is_visible()
    assert open_page.evaluate("document.documentElement.scrollWidth") <= 1100
