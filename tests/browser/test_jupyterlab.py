"""The lessons in JupyterLab, in a real browser: cells run, sliders move figures, checks answer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from autograder.lessons import lessons
from tests.browser.conftest import TOKEN, Lab

pytestmark = pytest.mark.xdist_group("browser")  # one server and one browser for them all

LESSONS = [lesson.name for lesson in lessons()]
DONE = re.compile(r"^\[\d+\]:$")


def open_notebook(page: Page, lab: Lab, path: str) -> None:
    page.goto(lab.url(path))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    expect(page.locator(".jp-NotebookPanel .jp-Toolbar-kernelName")).to_have_text(re.compile("Python 3"))
    # the page says idle before there is a kernel; the server knows
    while not kernel_is_ready(page, lab, path):
        page.wait_for_timeout(100)


def kernel_is_ready(page: Page, lab: Lab, path: str) -> bool:
    """Whether the notebook's kernel is idle and the page is connected to it."""
    sessions = page.request.get(f"{lab.address}/api/sessions?token={TOKEN}").json()
    kernels = [session["kernel"] for session in sessions if session["path"] == path]
    return any(kernel["execution_state"] == "idle" and kernel["connections"] for kernel in kernels)


def run_all(page: Page) -> None:
    """Run every cell and wait until the last has its number."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    prompts = page.locator(".jp-Notebook .jp-CodeCell .jp-InputArea-prompt")
    expect(prompts.last).to_have_text(DONE)


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_solved_lesson_runs_and_its_figures_move_under_the_keyboard(
    page: Page, lab: Lab, screenshots: Path, lesson: str
) -> None:
    open_notebook(page, lab, f"solved/{lesson}/{lesson}.ipynb")
    run_all(page)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')).to_have_count(0)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.error"]')).to_have_count(0)
    passed = page.get_by_role("status").filter(has_text=re.compile("public checks? pass"))
    tests = page.locator(".jp-CodeCell").filter(has_text=re.compile(r'check\("\w+"\)'))
    assert passed.count() == tests.count() >= 5

    # the last explorer: the first of lesson 5 is a race, which waits for its button
    box = page.locator(".widget-vbox").filter(has=page.locator(".widget-hslider")).last
    slider = box.locator(".widget-hslider .noUi-handle").first
    slider.scroll_into_view_if_needed()
    picture, words = box.locator("img").first, box.get_by_role("status").first
    before, said = picture.get_attribute("src"), words.inner_text()
    page.screenshot(path=screenshots / f"{lesson}-before.png")
    at_the_end = slider.get_attribute("aria-valuenow") == slider.get_attribute("aria-valuemax")
    slider.focus()
    slider.press("ArrowLeft" if at_the_end else "ArrowRight")
    expect(picture).not_to_have_attribute("src", before or "")
    expect(words).not_to_have_text(said)
    page.screenshot(path=screenshots / f"{lesson}-after.png")


def test_the_address_that_lab_gives_opens_the_first_lesson(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.address}/?token=of-this-test")
    expect(page.locator(".jp-Notebook h1").first).to_be_visible()
    assert LESSONS[0] in page.url


def test_a_student_answers_wrongly_is_told_why_answers_rightly_and_is_told_so(
    page: Page, lab: Lab, screenshots: Path
) -> None:
    name = "3-worked-examples"
    open_notebook(page, lab, f"{name}/{name}.ipynb")
    first = page.locator(".jp-CodeCell").first
    stub = page.locator(".jp-CodeCell").filter(has_text="def he_std(").first
    test = page.locator(".jp-CodeCell").filter(has_text='check("he_std")').first

    run(page, first)
    for body, mark, said in (
        (None, "○", "he_std is not solved yet"),
        ("return 2 / n_in", "✗", "This is the variance"),
        ("return np.sqrt(2 / n_in)", "✓", "public checks pass"),
    ):
        if body is not None:
            stub.locator(".cm-content").click()
            page.keyboard.press("Control+A")
            page.keyboard.type(f"def he_std(n_in):\n{body}")
        run(page, stub)
        run(page, test)
        expect(test.locator(".jp-OutputArea")).to_contain_text(said)
        expect(test.locator(".jp-OutputArea")).to_contain_text(mark)
    page.screenshot(path=screenshots / "he_std.png")


def run(page: Page, cell) -> None:
    """Run one cell and wait until it has a number that it had not before."""
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(DONE)
    expect(prompt).not_to_have_text(before)
