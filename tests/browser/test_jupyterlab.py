"""The lessons in JupyterLab, in a real browser: the student's whole path, from the stub to Validate."""

from __future__ import annotations

import re
import time
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from playwright.sync_api import Locator, Page, expect

from autograder.lessons import Lesson, lesson, lessons
from autograder.lessons.compose import checked_function, solution_function, solve, unmarked
from tests.browser.axe import violations
from tests.browser.conftest import TOKEN, Lab

pytestmark = pytest.mark.xdist_group("jupyterlab")  # one server and one browser for them all

LESSONS = [lesson.name for lesson in lessons()]
DONE = re.compile(r"^\[\d+\]:$")
RACE = "The race, live"
EXPLORER = "from heinit_lab.explorers.variance_derivation import depth_explorer\n\ndepth_explorer()"
QUICK, RACING = "3-worked-examples", "5-very-deep-networks"


@pytest.mark.full
@pytest.mark.parametrize("name", LESSONS)
def test_a_student_solves_a_lesson_from_its_first_cell_to_validate(
    page: Page, lab: Lab, screenshots: Path, name: str
) -> None:
    path = f"{name}/{name}.ipynb"
    open_notebook(page, lab, path)
    page.screenshot(path=screenshots / f"lab-{name}-opened.png")
    write_and_run_every_cell(page, lesson(name))
    expect(page.locator('[data-mime-type="application/vnd.jupyter.stderr"]')).to_have_count(0)
    expect(page.locator('[data-mime-type="application/vnd.jupyter.error"]')).to_have_count(0)
    moved = [move_every_slider(page, box, screenshots, name) for box in explorers(page)]
    assert sum(moved) >= 1
    if name == RACING:
        start_and_stop_the_race(page, screenshots)
    finds_nothing_in_either_theme(page, screenshots, name)
    validate(page, screenshots, name)
    *saved, new = nbformat.read(lab.workspace / path, as_version=4).cells
    assert [cell.source for cell in saved] == [cell.source for cell in solved(lesson(name)).cells]
    assert new.source == ""  # Shift+Enter in the last cell makes another
    if name == QUICK:
        stands_without_its_kernel(page, lab, path)


def open_notebook(page: Page, lab: Lab, path: str) -> None:
    """Open a notebook with all of its cells in the page.

    JupyterLab now and then reads the setting for that after the notebook: then the page is loaded again.
    """
    load_notebook(page, lab, path)
    while page.locator(".jp-Notebook .jp-Cell").count() < len(
        nbformat.read(lab.workspace / path, as_version=4).cells
    ):
        load_notebook(page, lab, path)


def load_notebook(page: Page, lab: Lab, path: str) -> None:
    page.goto(lab.url(path))
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_be_visible()
    expect(page.locator(".jp-NotebookPanel .jp-Toolbar-kernelName")).to_have_text(re.compile("Python 3"))
    # the page says idle before there is a kernel; the server knows
    end = time.monotonic() + 180
    while not kernel_is_ready(page, lab, path):
        assert time.monotonic() < end, "the kernel does not start"
        page.wait_for_timeout(100)


def kernel_is_ready(page: Page, lab: Lab, path: str) -> bool:
    """Whether the notebook's kernel is idle and the page is connected to it."""
    sessions = page.request.get(f"{lab.address}/api/sessions?token={TOKEN}").json()
    kernels = [session["kernel"] for session in sessions if session["path"] == path]
    return any(kernel["execution_state"] == "idle" and kernel["connections"] for kernel in kernels)


def solved(of: Lesson) -> NotebookNode:
    """The lesson as a student leaves it who answers as the reference does."""
    notebook = solve(nbformat.read(of.path, as_version=4), of.solutions)
    for cell in notebook.cells:
        cell.source = unmarked(cell.source)
    return notebook


def write_and_run_every_cell(page: Page, of: Lesson) -> None:
    """From the top with the keyboard alone: an answer into each stub, and a look at what its check says."""
    cells = page.locator(".jp-Notebook .jp-Cell")
    cells.first.locator(".jp-MarkdownOutput, .jp-RenderedMarkdown").first.click(position={"x": 2, "y": 2})
    page.keyboard.press("Escape")
    told = 0
    for shown, cell in zip(cells.all(), solved(of).cells, strict=True):
        if solution_function(cell):
            page.keyboard.press("Enter")
            page.keyboard.press("Control+A")
            page.keyboard.insert_text(cell.source)
        page.keyboard.press("Shift+Enter")
        if cell.cell_type == "code":
            expect(shown.locator(".jp-InputArea-prompt")).to_have_text(DONE)
        if checked_function(cell):
            expect(shown.get_by_role("status")).to_have_text(
                re.compile(rf"^✓ {checked_function(cell)}: .*public checks? pass")
            )
            told += 1
    assert told >= 5


def explorers(page: Page) -> list[Locator]:
    """Every explorer with sliders, but for the race, which has buttons too."""
    boxes = page.locator(".widget-vbox").filter(has=page.locator(".widget-hslider"))
    return boxes.filter(has_not_text=RACE).all()


def move_every_slider(page: Page, box: Locator, screenshots: Path, name: str) -> int:
    """Move each slider of an explorer by keyboard, and see its picture and its words change."""
    picture, words = box.locator("img").first, box.get_by_role("status").first
    handles = box.locator(".widget-hslider .noUi-handle")
    for handle in handles.all():
        before, said = picture.get_attribute("src"), words.inner_text()
        at_the_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
        handle.focus()
        handle.press("ArrowLeft" if at_the_end else "ArrowRight")
        expect(words).not_to_have_text(said)
        expect(picture).not_to_have_attribute("src", before or "")
        assert picture.get_attribute("alt") == words.inner_text()
    page.screenshot(path=screenshots / f"lab-{name}-moved.png")
    return handles.count()


def start_and_stop_the_race(page: Page, screenshots: Path) -> None:
    """Long enough that it cannot end by itself before it is stopped."""
    box = page.locator(".widget-vbox").filter(has_text=RACE)
    epochs = box.locator(".widget-hslider").filter(has_text="epochs").locator(".noUi-handle")
    epochs.focus()
    epochs.press("End")
    start, stop = (box.get_by_role("button", name=name) for name in ("Start", "Stop"))
    words, bar = box.get_by_role("status"), box.locator(".progress-bar")
    expect(stop).to_be_disabled()
    start.press("Enter")
    expect(words).to_contain_text(re.compile(r"epoch [1-9]\d* of 120"))
    expect(bar).not_to_have_attribute("style", re.compile("width: 0%"))
    expect(start).to_be_disabled()
    page.screenshot(path=screenshots / "lab-race-running.png")
    stop.press("Enter")
    expect(words).to_contain_text(re.compile(r"epoch \d+ of 120: stopped\."))
    expect(start).to_be_enabled()
    expect(stop).to_be_disabled()
    page.screenshot(path=screenshots / "lab-race-stopped.png")


def finds_nothing_in_either_theme(page: Page, screenshots: Path, name: str) -> None:
    """The rules of the pages, on all that the course puts into a notebook: its text and its outputs."""
    for theme in ("Light", "Dark"):
        page.get_by_role("menuitem", name="Settings", exact=True).click()
        page.locator(".lm-Menu-item[data-type=submenu]").filter(has_text=re.compile("^Theme$")).click()
        page.locator('[data-command="apputils:change-theme"]').filter(
            has_text=f"JupyterLab {theme}"
        ).first.click()
        expect(page.locator("body")).to_have_attribute("data-jp-theme-name", f"JupyterLab {theme}")
        expect(page.locator("body")).to_have_attribute("data-jp-theme-light", str(theme == "Light").lower())
        filters = page.locator(".jp-Notebook .heinit-figure").evaluate_all(
            "all => all.map(figure => getComputedStyle(figure).filter)"
        )
        assert len(filters) >= 5
        assert all((shown != "none") is (theme == "Dark") for shown in filters)
        told = violations(page, ".jp-Notebook .jp-RenderedMarkdown", ".jp-Notebook .jp-OutputArea-output")
        page.screenshot(path=screenshots / f"lab-{name}-{theme.lower()}.png")
        assert told == [], "\n".join(told)


def stands_without_its_kernel(page: Page, lab: Lab, path: str) -> None:
    """Open a lesson again after its kernel has ended: each explorer's picture and words are still there."""
    pictures = [box.locator("img").first.get_attribute("alt") for box in explorers(page)]
    for session in page.request.get(f"{lab.address}/api/sessions?token={TOKEN}").json():
        page.request.delete(f"{lab.address}/api/sessions/{session['id']}?token={TOKEN}")
    open_notebook(page, lab, path)
    for alt in pictures:
        expect(page.locator(".widget-vbox").get_by_alt_text(alt, exact=True)).to_be_visible()
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)


def validate(page: Page, screenshots: Path, name: str) -> None:
    """Press Validate, which runs the saved notebook afresh, and read its dialog."""
    page.get_by_role("button", name="Validate").click()
    dialog = page.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    page.screenshot(path=screenshots / f"lab-{name}-validated.png")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_have_count(0)


@pytest.mark.full
def test_the_address_that_lab_gives_opens_the_first_lesson(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.address}/?token=of-this-test")
    # beside it may be what was open before
    expect(page.locator(".jp-Notebook h1").filter(has_text="Lesson 1")).to_be_visible()
    assert LESSONS[0] in page.url


def test_a_student_answers_wrongly_is_told_why_answers_rightly_and_is_told_so(
    page: Page, lab: Lab, screenshots: Path
) -> None:
    tried = lab.workspace / "first-try" / "3-worked-examples.ipynb"
    tried.parent.mkdir()
    notebook = nbformat.read(lesson("3-worked-examples").path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    of_he_std = [cell for cell in code if "he_std" in (solution_function(cell), checked_function(cell))]
    notebook.cells = [code[0], *of_he_std, nbformat.v4.new_code_cell(EXPLORER)]
    nbformat.write(notebook, tried)
    open_notebook(page, lab, f"{tried.parent.name}/{tried.name}")
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
    stub.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.type("def he_std(n_in)")
    run(page, stub)
    expect(stub.locator(".jp-OutputArea")).to_contain_text("SyntaxError")
    expect(test.locator(".jp-OutputArea")).to_contain_text("○ he_std: this verdict is out of date.")
    expect(test.locator(".jp-OutputArea")).not_to_contain_text("public checks pass")
    run(page, page.locator(".jp-CodeCell").last)
    (explorer,) = explorers(page)
    assert move_every_slider(page, explorer, screenshots, "first-try") >= 1


def run(page: Page, cell) -> None:
    """Run one cell and wait until it has a number that it had not before."""
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    cell.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    expect(prompt).to_have_text(DONE)
    expect(prompt).not_to_have_text(before)
