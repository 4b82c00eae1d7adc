"""Live pages in a browser: functions written, checked, drawn with, taken away and brought back."""

from __future__ import annotations

import itertools
import json
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from autograder.grading.run import Grading
from autograder.lessons import Lesson, lesson, lessons
from autograder.lessons.compose import solution_function
from autograder.site.serving import server
from heinit_lab.checking.report import VERDICT_MIME
from heinit_lab.exercises import EXERCISES
from tests.browser.axe import violations
from tests.browser.live import Interpreter, answers, check, corpus_files, form, write
from tests.corpus import differences, verdicts
from tests.tools import missing

pytestmark = pytest.mark.xdist_group("live")

LESSONS = lessons()
WRONG = {
    "he_std": ("def he_std(n_in):\n    return 2 / n_in\n", "This is the variance"),
    "draws_needed": ("def draws_needed(rel, z=1.96):\n    return None\n", "ends without return"),
    "log_lr": ("def log_lr(W, var_a, var_b):\n    return 0.0\n", "✗ log_lr"),
}


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """The site as a careful web host serves it, under a path."""
    if not (site / "live").is_dir():
        missing("Pyodide's files cannot be had: ./heinit site pages --live says how")
    for name, content in corpus_files().items():
        (site / name).write_bytes(content)
    with server(site.parents[1], None) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{pages.server_port}/under%20a%20path/{site.name}"
        pages.shutdown()


@pytest.fixture
def context(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser that remembers nothing, and fails its test where a page asks another host or goes wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True)
    context.set_default_timeout(180_000)
    host, trouble = address.partition("/under")[0], list[str]()
    context.on(
        "request", lambda r: trouble.append(r.url) if not r.url.startswith((host, "data:", "blob:")) else None
    )
    context.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
    context.on("weberror", lambda error: trouble.append(str(error.error)))
    yield context
    context.close()
    assert trouble == []


@pytest.fixture
def reader(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(scope="module")
def interpreter(browser: Browser, address: str) -> Iterator[Interpreter]:
    """The interpreter of live pages, started, with the corpus of known answers at hand."""
    page = browser.new_page()
    page.goto(f"{address}/index.html")
    started = Interpreter(page, "live/corpus.js")
    started.order("start")
    yield started
    page.close()


def download(page: Page, to: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("button", name="Download as notebook").press("Enter")
    path = to / started.value.suggested_filename
    started.value.save_as(path)
    return path


@pytest.mark.full
@pytest.mark.parametrize("name", [each.name for each in LESSONS])
def test_a_reader_solves_a_lesson_by_keyboard_and_an_instructor_grades_what_they_download(
    reader: Page, address: str, released_course: Path, tmp_path: Path, name: str
) -> None:
    of = lesson(name)
    reader.goto(f"{address}/{name}.html")
    for exercise, source in answers(of).items():
        check(reader, exercise, source, f"✓ {exercise}: ")
    reader.goto(f"{address}/index.html")
    expect(reader.locator("#progress")).to_contain_text(f"{len(answers(of))} of {len(answers(of))} pass")
    reader.goto(f"{address}/{name}.html")
    handed_in = download(reader, tmp_path)
    verdicts = graded(released_course, tmp_path, of, handed_in)
    assert verdicts.keys() == answers(of).keys()
    assert all(verdict["score"] == verdict["max_score"] for verdict in verdicts.values()), verdicts


def graded(released_course: Path, tmp_path: Path, of: Lesson, notebook: Path) -> dict[str, dict[str, Any]]:
    """The verdict on each exercise of a notebook that was handed in."""
    course = tmp_path / "course"
    shutil.copytree(released_course, course)
    place = course / "submitted" / "reader" / of.name
    place.mkdir(parents=True)
    shutil.copy(notebook, place / f"{of.name}.ipynb")
    assert [result.status for result in Grading(course, [of.name])] == ["graded"]
    path = course / "autograded" / "reader" / of.name / f"{of.name}.ipynb"
    outputs = [out for cell in nbformat.read(path, as_version=4).cells for out in cell.get("outputs", ())]
    found = [out.data[VERDICT_MIME] for out in outputs if VERDICT_MIME in out.get("data", {})]
    return {verdict["exercise"]: verdict for verdict in found}


def test_wrong_answers_are_told_as_in_a_notebook_and_as_the_grader_names_them(
    reader: Page, address: str, released_course: Path, tmp_path: Path
) -> None:
    of = lesson("3-worked-examples")
    reader.goto(f"{address}/{of.name}.html")
    told = {name: check(reader, name, source, said).inner_text() for name, (source, said) in WRONG.items()}
    assert all("✗" in text for text in told.values())
    verdicts = graded(released_course, tmp_path, of, download(reader, tmp_path))
    assert verdicts["he_std"]["misconceptions"] == ["variance-for-std"]
    for name, text in told.items():
        assert verdicts[name]["score"] < verdicts[name]["max_score"]
        known = {m.name: m.hint for m in EXERCISES[name].misconceptions}
        for mistake in verdicts[name]["misconceptions"]:
            assert re.sub(r"\W+", "", known[mistake]) in re.sub(r"\W+", "", text)
    he_normal = "def he_normal(n_in, n_out, rng):\n    return rng.normal(0, he_std(n_in), (n_out, n_in))\n"
    check(reader, "he_normal", he_normal, "✗ ")
    write(reader, "he_std", answers(of)["he_std"])
    expect(form(reader, "he_std")).to_have_class("live old")  # the verdict is of another answer
    check(reader, "he_normal", he_normal, "✓ he_normal")
    reader.goto(f"{address}/index.html")
    expect(reader.locator("#progress")).to_contain_text(f"1 of {len(answers(of))} pass")


HOSTILE = {
    "endless": ("while True:\n    try:\n        pass\n    except BaseException:\n        pass\n", "Stopped."),
    "nul": ("x = '\0'\n", "null bytes"),
    "recursion": ("def f(n):\n    return f(n + 1)\nf(0)\n", "RecursionError"),
    "check": (
        "from heinit_lab.checking import check\nimport heinit_lab.checking.check as c\nc.examine = print\n",
        "not defined yet",
    ),
    "printing": ("while True:\n    print('on and on')\n", "Stopped."),
    "memory": (
        "blocks = []\nwhile True:\n    blocks.append(bytearray(10**8))\n",
        "Python has no memory left",
    ),
    "deep": ("import sys\nsys.setrecursionlimit(10**7)\ndef f(n):\n    return f(n + 1)\nf(0)\n", "Python"),
    "long": ("# " + "x" * 1_000_000 + "\n", "not defined yet"),
}


@pytest.mark.full
def test_hostile_and_clumsy_answers_end_in_a_sentence_and_other_answers_are_kept(
    reader: Page, address: str
) -> None:
    reader.goto(f"{address}/1-relu-half-killing.html")
    kept = "def zero_share(H):\n    return np.mean(H == 0)\n"
    write(reader, "zero_share", kept)
    status, stop = (
        form(reader, "relu").get_by_role("status"),
        form(reader, "relu").get_by_role("button", name="Stop"),
    )
    for name, (source, said) in HOSTILE.items():
        editor = form(reader, "relu").get_by_role("textbox")
        editor.fill(source)
        editor.press("Control+Enter")
        if said == "Stopped.":
            expect(status, name).to_contain_text("is being checked")
            stop.click()
        expect(form(reader, "relu"), name).to_have_attribute("aria-busy", "false")
        expect(status, name).to_contain_text(said)
        editor.fill("def relu(x):\n    return np.maximum(x, 0)\n")
        editor.press("Control+Enter")
        expect(status, name).to_contain_text("✓ relu")
    expect(form(reader, "zero_share").get_by_role("textbox")).to_have_value(kept)


def test_the_editor_indents_gives_back_undoes_and_lets_go_by_keyboard(reader: Page, address: str) -> None:
    reader.goto(f"{address}/1-relu-half-killing.html")
    editor = form(reader, "relu").get_by_role("textbox")
    editor.fill("")
    editor.focus()
    reader.keyboard.type("def relu(x):\nif x:\nreturn 1")
    expect(editor).to_have_value("def relu(x):\n    if x:\n        return 1")
    reader.keyboard.press("Enter")
    reader.keyboard.press("Backspace")
    reader.keyboard.type("return 0")
    expect(editor).to_have_value("def relu(x):\n    if x:\n        return 1\n    return 0")
    reader.keyboard.press("Control+A")
    reader.keyboard.press("Tab")
    expect(editor).to_have_value("    def relu(x):\n        if x:\n            return 1\n        return 0")
    reader.keyboard.press("Shift+Tab")
    expect(editor).to_have_value("def relu(x):\n    if x:\n        return 1\n    return 0")
    reader.keyboard.press("Control+Z")
    expect(editor).to_have_value("    def relu(x):\n        if x:\n            return 1\n        return 0")
    reader.keyboard.press("Escape")
    reader.keyboard.press("Tab")
    expect(form(reader, "relu").get_by_role("button", name="Check relu")).to_be_focused()


def test_the_stub_comes_back_after_asking(reader: Page, address: str) -> None:
    reader.goto(f"{address}/1-relu-half-killing.html")
    editor = form(reader, "relu").get_by_role("textbox")
    stub = editor.input_value()
    assert "NotImplementedError" in stub
    asked_for: list[str] = []
    editor.fill("mine")
    reader.once("dialog", lambda dialog: (asked_for.append(dialog.message), dialog.dismiss()))
    form(reader, "relu").get_by_role("button", name="Start again").press("Enter")
    expect(editor).to_have_value("mine")
    reader.once("dialog", lambda dialog: dialog.accept())
    form(reader, "relu").get_by_role("button", name="Start again").press("Enter")
    expect(editor).to_have_value(stub)
    assert "Throw away your answer to relu" in asked_for[0]


def test_a_notebook_goes_out_and_in_without_a_byte_changed_and_others_are_refused(
    reader: Page, address: str, tmp_path: Path
) -> None:
    of = LESSONS[3]
    reader.goto(f"{address}/{of.name}.html")
    assert download(reader, tmp_path).read_bytes() == of.path.read_bytes()
    given = {name: f"def {name}(*args):\n    return '{name} ±√'" for name in answers(of)}
    for name, source in given.items():
        form(reader, name).get_by_role("textbox").fill(source)
    path = download(reader, tmp_path)
    cells = nbformat.read(path, as_version=4).cells
    taken = {solution_function(cell): cell.source for cell in cells if solution_function(cell) is not None}
    assert taken == given
    reader.goto(f"{address}/index.html")
    reader.once("dialog", lambda dialog: dialog.accept())
    reader.get_by_role("button", name="Forget everything").press("Enter")
    reader.goto(f"{address}/{of.name}.html")
    chooser, said = reader.locator(".take input[type=file]"), reader.locator(".take").get_by_role("status")
    chooser.set_input_files(path)
    expect(said).to_contain_text(f"{len(given)} of {len(given)} answers are read")
    for name, source in given.items():
        expect(form(reader, name).get_by_role("textbox")).to_have_value(source)
    damaged = tmp_path / "damaged.ipynb"
    damaged.write_bytes(path.read_bytes()[:1000])
    foreign = tmp_path / "foreign.ipynb"
    foreign.write_text(json.dumps({"cells": [None, {"source": 3}]}))
    for file, sentence in (
        (damaged, "it is damaged. Nothing was changed."),
        (LESSONS[0].path, "This is the notebook of lesson 1"),
        (foreign, "holds no answers"),
    ):
        chooser.set_input_files(file)
        expect(said).to_contain_text(sentence)
    expect(form(reader, next(iter(given))).get_by_role("textbox")).to_have_value(given[next(iter(given))])


def test_two_tabs_show_the_same_answers(context: BrowserContext, address: str) -> None:
    first, second = context.new_page(), context.new_page()
    for tab in (first, second):
        tab.goto(f"{address}/1-relu-half-killing.html")
    form(first, "relu").get_by_role("textbox").fill("of the first tab")
    expect(form(second, "relu").get_by_role("textbox")).to_have_value("of the first tab")
    form(second, "zero_share").get_by_role("textbox").fill("of the second tab")
    expect(form(first, "zero_share").get_by_role("textbox")).to_have_value("of the second tab")
    first.reload()
    expect(form(first, "relu").get_by_role("textbox")).to_have_value("of the first tab")
    expect(form(first, "zero_share").get_by_role("textbox")).to_have_value("of the second tab")
    second.goto(f"{address}/index.html")
    second.once("dialog", lambda dialog: dialog.accept())
    second.get_by_role("button", name="Forget everything").press("Enter")
    expect(form(first, "relu").get_by_role("textbox")).to_have_value(re.compile("NotImplementedError"))
    expect(form(first, "zero_share").get_by_role("textbox")).to_have_value(re.compile("NotImplementedError"))


@pytest.mark.full
def test_an_explorer_is_drawn_with_the_readers_own_functions(
    reader: Page, address: str, screenshots: Path
) -> None:
    reader.goto(f"{address}/1-relu-half-killing.html")
    for name, source in answers(LESSONS[0]).items():
        form(reader, name).get_by_role("textbox").fill(source)
    form(reader, "relu").get_by_role("textbox").fill("def relu(x):\n    return np.where(x > 1, x, 0)\n")
    explorer = reader.locator(".explorer").filter(has=reader.locator(".draw")).first
    words, picture = explorer.locator(".words"), explorer.locator("img")
    stored = words.inner_text()
    explorer.locator(".draw").press("Enter")
    expect(picture).to_have_attribute("src", starting_with("data:image/png"))
    own = words.inner_text()
    assert own != stored
    slider = explorer.locator("input[type=range]").nth(1)
    at_the_end = slider.input_value() == slider.get_attribute("max")
    slider.press("ArrowLeft" if at_the_end else "ArrowRight")
    expect(words).not_to_have_text(own)
    explorer.screenshot(path=screenshots / "live-drawn.png")
    explorer.get_by_role("button", name="Show the stored pictures").press("Enter")
    expect(picture).not_to_have_attribute("src", starting_with("data:"))


# The explorers of a page that a reader's functions draw: for each the order, where its sliders stand.
ORDERS = """() => [...document.querySelectorAll(".explorer:has(.draw)")].map((explorer) => ({
  setup: COURSE.lessons.find(({ file }) => file === COURSE.file).setup,
  source: explorer.querySelector(".draw").dataset.source,
  stops: explorer.stops(),
}))"""


@pytest.mark.full
def test_every_explorer_that_takes_functions_is_drawn_in_the_page(
    reader: Page, address: str, interpreter: Interpreter
) -> None:
    orders = []
    for of in LESSONS:
        reader.goto(f"{address}/{of.name}.html")
        listed = [{"name": name, "source": source} for name, source in answers(of).items()]
        orders += [order | {"answers": listed} for order in reader.evaluate(ORDERS)]
    assert len(orders) >= 7
    for order, narrow in itertools.product(orders, (False, True)):
        drawn = interpreter.order("draw", order=order | {"narrow": narrow})
        assert drawn["picture"], drawn["words"]


def starting_with(text: str) -> re.Pattern[str]:
    """A pattern for what starts with a text."""
    return re.compile("^" + re.escape(text))


@pytest.mark.full
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])
def test_pages_with_editors_are_right_for_every_reader_in_every_state(
    browser: Browser, address: str, screenshots: Path, scheme: str, width: int
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/3-worked-examples.html")
    he_std = form(page, "he_std")
    for source, said in (
        (WRONG["he_std"][0], "✗"),
        ("def he_std(n_in):\n    return np.sqrt(2 / n_in)\n", "✓"),
        ("print('seen')\ndef he_std(n_in):\n    raise NotImplementedError\n", "○"),
    ):
        check(page, "he_std", source, said)
        he_std.screenshot(path=screenshots / f"live-{scheme}-{'✗✓○'.index(said)}.png")
        assert violations(page, "form.live", ".take") == []
    page.goto(f"{address}/index.html")
    assert violations(page, "main") == []
    page.screenshot(path=screenshots / f"live-{scheme}-front.png", full_page=True)
    context.close()


@pytest.mark.full
def test_what_a_check_says_in_the_browser_is_what_it_says_here(interpreter: Interpreter) -> None:
    theirs = interpreter.order("corpus", part=0, of=1)
    mine = json.loads(verdicts(0, 1))
    assert len(mine) > 30
    assert differences(mine, theirs) == []


def test_from_a_disk_a_page_says_what_live_exercises_need(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    page.goto((site / "3-worked-examples.html").as_uri())
    expect(page.locator(".live-from-disk").first).to_be_visible()
    expect(page.locator("form.live").first).to_be_hidden()
    expect(page.locator(".stub").first).to_be_visible()
    page.close()
