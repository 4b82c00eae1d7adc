"""Hostile submissions in the pages that an instructor opens: nothing runs, nothing is asked for."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.attacks.run import Canaries, attacks
from autograder.course import nbgrader_api
from autograder.grading.run import Grading
from autograder.hidden_tests import HIDDEN
from autograder.lessons import lesson
from tests.autograder.classroom import hand_in, solved
from tests.autograder.feedback import hostile
from tests.autograder.feedback.test_safe import DOT
from tests.browser.conftest import AUTHORISED, formgrader
from tests.tools import FULL, system_tool

pytestmark = [pytest.mark.full, pytest.mark.xdist_group("pages")]

LESSON = lesson("3-worked-examples")
CORPUS = [case for case in attacks() if case.browser]
# the first has all that a page could fall for
HOSTILE = ["mallory", *(case.name for case in (CORPUS if FULL else CORPUS[:1]))]
HONEST = "An honest sentence with $x^2$ in it."
TABLE = '<table><tr><th>width</th><td style="text-align:right">256</td></tr></table>'
PICTURE = f'<img src="data:image/gif;base64,{DOT}" alt="An honest picture" width="600">'
SPY = """
window.__spied = [];
for (const name of ['alert', 'confirm', 'prompt', 'open', 'print'])
  window[name] = (...given) => { window.__spied.push(name); };
"""


class Canary(http.server.ThreadingHTTPServer):
    """A server on loopback that must not be asked for anything."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
        self.asked: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def get_request(self):
        self.asked.append("a connection")
        return super().get_request()


@pytest.fixture(scope="module")
def canary() -> Iterator[Canary]:
    with Canary() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, canary: Canary, released_course: Path) -> Path:
    """A course with an attack of the corpus a student, and one with all that a page could fall for."""
    system_tool("bwrap")
    warnings.filterwarnings("ignore", module="nbgrader")
    root = tmp_path_factory.mktemp("hostile") / "he101"
    shutil.copytree(released_course, root)
    with Canaries() as canaries:
        for case in CORPUS:
            hand_in(root, case.name, LESSON, case.notebooks(canaries)[0])
    hand_in(root, "mallory", LESSON, solved(LESSON))
    assert {result.status for result in Grading(root)} == {"graded"}

    path = root / "autograded" / "mallory" / LESSON.name / LESSON.path.name
    graded = hostile.notebook(canary.address, nbformat.read(path, as_version=4))
    shown = {"text/html": TABLE + PICTURE}
    graded.cells.append(nbformat.v4.new_markdown_cell(HONEST))
    graded.cells.append(
        nbformat.v4.new_code_cell("1 + 1", outputs=[nbformat.v4.new_output("display_data", shown)])
    )
    path.chmod(0o644)
    path.write_text(json.dumps(graded), encoding="utf-8")  # as if the grader had kept everything
    with nbgrader_api(root).gradebook as gradebook:
        student = gradebook.find_student("mallory")
        student.first_name = f'"><script>{hostile.OWN}</script>'
        student.last_name = f"<img src=x onerror='{hostile.OWN}'>"
        gradebook.db.commit()
    return root


@pytest.fixture(scope="module")
def address(course: Path) -> Iterator[str]:
    with formgrader(course) as address:
        yield address


@pytest.fixture
def page(browser: Browser, address: str, canary: Canary) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1200, "height": 900}, extra_http_headers=AUTHORISED)
    context.add_init_script(SPY)
    page = context.new_page()
    elsewhere: list[str] = []
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith((address, "data:", "file:")) else elsewhere.append(request.url)
        ),
    )
    yield page
    context.close()
    assert elsewhere == []
    assert canary.asked == []


def nothing_has_run(page: Page, url: str) -> None:
    """Look at an open page as long as a reader would, pressing what it offers."""
    page.wait_for_load_state("load")
    for bait in page.get_by_text("press", exact=True).all():
        if bait.is_visible():
            bait.click(force=True, no_wait_after=True)
    page.mouse.move(300, 300)
    page.keyboard.press("Tab")
    page.evaluate("new Promise(done => requestIdleCallback(() => done(), {timeout: 500}))")
    assert re.split("[?#]", page.url)[0].rstrip("/") == url.rstrip("/")
    assert len(page.context.pages) == 1
    assert page.evaluate("[window.__owned, window.__spied]") == [None, []]
    handlers = """
        [...document.querySelectorAll('#notebook *')].filter(
          element => element.getAttributeNames().some(name => name.startsWith('on'))
        ).length"""
    assert page.evaluate(handlers) == 0
    assert (
        page.locator("#notebook :is(script, style, iframe, form, object, embed, link, meta, svg)").count()
        == 0
    )
    outside = """
        [...document.querySelectorAll('#notebook *')].filter(element => {
          const style = getComputedStyle(element);
          return style.position == 'fixed' || (style.position == 'absolute' && style.clipPath == 'none');
        }).length"""
    assert page.evaluate(outside) == 0


def the_honest_parts_are_shown(page: Page) -> None:
    assert page.get_by_text("An honest sentence with").is_visible()
    assert page.locator("p", has_text="An honest sentence").locator("math msup").count() == 1
    assert page.get_by_role("cell", name="256").is_visible()
    assert page.get_by_role("img", name="An honest picture").count() == 1
    assert page.get_by_text("# honest comment").is_visible()


@pytest.mark.parametrize("student", HOSTILE)
def test_formgraders_view_of_a_hostile_submission_runs_nothing_and_grades_as_ever(
    page: Page, course: Path, address: str, screenshots: Path, student: str
) -> None:
    with nbgrader_api(course).gradebook as gradebook:
        submission = gradebook.find_submission_notebook(LESSON.name, LESSON.name, student).id
    url = f"{address}/formgrader/submissions/{submission}/"
    page.goto(url)
    score = page.locator('[id="test-he_std"]')
    # formgrader's own scripts have run
    expect(score).to_have_attribute("placeholder", re.compile(r"\d"), timeout=30_000)
    nothing_has_run(page, url)
    if student == "mallory":
        the_honest_parts_are_shown(page)
        assert score.get_attribute("placeholder") == f"{sum(b.points for b in HIDDEN['he_std']):g}"
        page.locator("span.name-hidden").last.click()  # the eye that shows the name still works
        assert page.locator("a.name-shown").is_visible()
    page.screenshot(path=screenshots / f"formgrader-{student}.png")


@pytest.mark.parametrize("student", HOSTILE)
def test_the_feedback_page_of_a_hostile_submission_runs_nothing(
    page: Page, course: Path, screenshots: Path, student: str
) -> None:
    made = nbgrader_api(course).generate_feedback(LESSON.name, student, force=True)
    assert made["success"], made
    path = course / "feedback" / student / LESSON.name / f"{LESSON.name}.html"
    page.goto(path.as_uri())
    nothing_has_run(page, path.as_uri())
    assert page.locator("script").count() == 0
    if student == "mallory":
        the_honest_parts_are_shown(page)
    page.screenshot(path=screenshots / f"feedback-{student}.png")


def test_formgraders_lists_show_a_hostile_name_as_text(page: Page, address: str) -> None:
    for place in (
        f"manage_submissions/{LESSON.name}",
        "manage_students",
        f"gradebook/{LESSON.name}/{LESSON.name}",
    ):
        page.goto(f"{address}/formgrader/{place}")
        page.get_by_text("<script>").first.wait_for(state="attached")
        assert page.evaluate("[window.__owned, window.__spied]") == [None, []]
