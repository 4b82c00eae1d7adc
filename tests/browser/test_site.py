"""The reading edition from the disk, in a browser without a network: read, moved, answered, searched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from autograder.lessons import lessons
from autograder.questions.question import Question, question
from autograder.site.build import PAGES
from tests.browser.axe import violations
from tests.tools import FULL

pytestmark = pytest.mark.xdist_group("site")

LESSONS = [f"{lesson.name}.html" for lesson in lessons()]
EVERY_PAGE = [*PAGES, *LESSONS]
AUDITED = ["index.html", "glossary.html", "instructors.html"]  # an audit of a lesson takes 13 seconds
SHOWN = "image => image.decode().then(() => image.naturalWidth > 0)"


def test_a_reader_walks_from_the_first_page_to_the_errata(reader: Page, site: Path) -> None:
    reader.goto((site / "index.html").as_uri())
    move_every_slider(reader)
    reader.locator(".lessons a").first.press("Enter")
    for number, file in enumerate(LESSONS, start=1):
        expect(reader.locator(".kicker")).to_have_text(f"Lesson {number} of {len(LESSONS)}")
        assert reader.url.endswith(file)
        if FULL or number == 1:
            make_every_guess(reader)
            assert move_every_slider(reader) >= 1
            answer_every_question(reader)
            open_every_solution(reader)
        reader.locator(".pager [rel=next]").press("Enter")
    expect(reader.locator("h1")).to_have_text("In your own project")
    reader.locator(".pager [rel=next]").press("Enter")
    expect(reader.locator("h1")).to_contain_text("Errata")


def make_every_guess(page: Page) -> None:
    """Write a guess into each field, or none into every second; what it was about comes into sight."""
    forms = page.locator("form.guess")
    assert forms.count() >= 3
    for k, form in enumerate(forms.all()):
        after = form.locator("xpath=following-sibling::div[1]")
        expect(after).to_have_attribute("hidden", "until-found")
        if k % 2:
            form.get_by_role("textbox").fill("42")
        form.get_by_role("button").press("Enter")
        expect(after).not_to_have_attribute("hidden", "until-found")
        expect(form.get_by_role("status")).to_have_text("Your guess: 42." if k % 2 else "")


def move_every_slider(page: Page) -> int:
    """Move each slider of the page by keyboard, and see its picture, words and value change."""
    sliders = page.locator(".explorer input[type=range]")
    for slider in sliders.all():
        explorer = slider.locator("xpath=ancestor::figure")
        picture, words = explorer.locator("img"), explorer.locator(".words")
        before = [picture.get_attribute("src"), words.inner_text(), slider.get_attribute("aria-valuetext")]
        at_the_end = slider.input_value() == slider.get_attribute("max")
        slider.press("ArrowLeft" if at_the_end else "ArrowRight")
        expect(picture).not_to_have_attribute("src", before[0] or "")
        expect(words).not_to_have_text(before[1])
        assert picture.evaluate(SHOWN)
        value = slider.get_attribute("aria-valuetext")
        assert value != before[2]
        expect(slider.locator("xpath=following-sibling::output")).to_have_text(value or "")
    return sliders.count()


def answer_every_question(page: Page) -> None:
    """Answer each question in every wrong way that it knows, in one that it does not, and rightly."""
    exercises = page.locator("details.solution code").evaluate_all("all => all.map(c => c.textContent)")
    asked = [question(name) for name in dict.fromkeys(exercises) if re.fullmatch(r"\w+", name)]
    expected = [q for q in asked if q is not None]
    forms = page.locator("form.question")
    assert forms.count() == len(expected) >= 3
    for form, known in zip(forms.all(), expected, strict=True):
        if known.options:
            answer_a_choice(form, known)
        else:
            answer_a_number(form, known)


def answer_a_choice(form: Locator, known: Question) -> None:
    said = form.get_by_role("status")
    form.get_by_role("button").press("Enter")
    expect(said).to_contain_text("○ Choose one first.")
    for wrong in known.wrong:
        form.get_by_role("radio", name=str(wrong.value), exact=True).press("Space")
        form.get_by_role("button").press("Enter")
        expect(said).to_contain_text("✗ Not this one.")
        tells(said, wrong.hints)
    form.get_by_role("radio", name=str(known.right), exact=True).press("Space")
    form.get_by_role("button").press("Enter")
    expect(said).to_have_text("✓ Right.")


def answer_a_number(form: Locator, known: Question) -> None:
    field, said = form.get_by_role("textbox"), form.get_by_role("status")
    for wrong in known.wrong:
        field.fill(f"{wrong.value:.6g}")
        field.press("Enter")
        expect(said).to_contain_text("✗ Not ")
        tells(said, wrong.hints)
    for other, mark in (("some", "○"), ("", "○"), ("98765.4", "✗"), (f"{known.right:.6g}", "✓")):
        field.fill(other)
        field.press("Enter")
        expect(said).to_contain_text(mark)


def tells(said: Locator, hints: tuple[str, ...]) -> None:
    """Whether the hints of a notebook are what the page says; marks aside, which it shows as formatting."""
    shown = re.sub(r"\W+", "", said.inner_text())
    for hint in hints:
        assert re.sub(r"\W+", "", hint) in shown


def open_every_solution(page: Page) -> None:
    for solution in page.locator("details.solution").all():
        expect(solution.locator(".verdict")).to_be_hidden()
        solution.locator("summary").press("Enter")
        expect(solution.locator(".highlight")).to_be_visible()
        expect(solution.locator(".verdict")).to_contain_text("✓")


TYPED = {  # where 0.125 is right
    **dict.fromkeys(
        [
            *(
                "1/8",
                "sqrt(2/128)",
                "√(2/128)",
                "0,125",
                " .125 ",
                "1.25e-1",
                "12.5 %",
                "2**-3",
                "2^-3",
                "1/2/4",
            ),
            *(
                "１/８",
                "0．125",
                "−(−0.125)",
                "2⁻³",
                "⅛",
                "12.5 × 10⁻²",
                "1 ÷ 8",
                "√2/√128",
                "sqrt 2 / sqrt 128",
            ),
            *("π/(8π)", "1,000/8000", "1 000 / 8 000", "(1/2)(1/4)"),
        ],
        "✓",
    ),
    "2/128": "This is the variance of these weights",
    "-0.125": "right but for its sign",
    "−1": "of the wrong sign",
    "0": "100 % too small",
    "0.13": "4 % too large",
    "1": "8 times what it should be",
    **dict.fromkeys(["1/0", "1e999", "10**999"], "○ That is larger than any number"),
    **dict.fromkeys(
        ["", "alert(1)", "1/", "(1/8", "0x10", "1.2.3", "1 8", "an eighth", "0/0", "(" * 100_000],
        "○ Write a number",
    ),
}


# What the page says to each number, and to the 5 that is written after each.
TYPE = """(field, all) => all.map((typed) => [typed, "5"].map((text) => {
  field.value = text;
  field.form.requestSubmit();
  return field.form.querySelector("[role=status]").innerText;
}))"""


def test_a_number_may_be_written_as_by_hand(reader: Page, site: Path) -> None:
    reader.goto((site / "3-worked-examples.html").as_uri())
    told = reader.locator("#q-he_std").evaluate(TYPE, list(TYPED))
    for (typed, said), (text, between) in zip(TYPED.items(), told, strict=True):
        assert said in text, typed
        assert "40 times" in between


def test_the_search_finds_a_section_and_leads_to_it(reader: Page, site: Path) -> None:
    reader.goto((site / "about.html").as_uri())
    reader.get_by_role("searchbox").fill("truncated normal")
    reader.keyboard.press("Enter")
    expect(reader.get_by_role("status")).to_contain_text("with truncated, normal")
    reader.locator(".results a").first.press("Enter")
    expect(reader.locator(":target")).to_be_in_viewport()
    reader.goto((site / "search.html").as_uri())
    reader.get_by_role("searchbox").fill("zzyzx")
    expect(reader.get_by_role("status")).to_contain_text("Nothing holds")


def test_the_contents_say_which_section_is_read(reader: Page, site: Path) -> None:
    reader.goto((site / LESSONS[0]).as_uri())
    link = reader.locator(".contents a").nth(3)
    link.press("Enter")
    expect(link).to_have_attribute("aria-current", "true")
    expect(reader.locator(".contents [aria-current]")).to_have_count(1)


def test_the_first_tab_leads_past_the_bar(reader: Page, site: Path) -> None:
    reader.goto((site / LESSONS[0]).as_uri())
    reader.keyboard.press("Tab")
    expect(reader.locator(".skip")).to_be_focused()
    reader.keyboard.press("Enter")
    expect(reader.locator("main")).to_be_focused()


LOOKS = (("light", 1280), ("dark", 390))


@pytest.mark.parametrize("file", EVERY_PAGE if FULL else AUDITED)
def test_axe_finds_nothing(browser: Browser, site: Path, screenshots: Path, file: str) -> None:
    """With the solutions open and a wrong answer given, in turn light and wide, or dark and narrow."""
    for scheme, width in LOOKS if FULL else [LOOKS[EVERY_PAGE.index(file) % 2]]:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page = context.new_page()
        page.goto((site / file).as_uri())
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        for form in page.locator("form.question").all():
            form.get_by_role("button").press("Enter")
        told = violations(page)
        page.screenshot(path=screenshots / f"site-{Path(file).stem}-{scheme}.png")
        context.close()
        assert told == [], "\n".join(told)


@pytest.mark.full
def test_figures_are_numbered_and_show_the_function_that_drew_them(reader: Page, site: Path) -> None:
    for number, file in enumerate(LESSONS, start=1):
        reader.goto((site / file).as_uri())
        figures = reader.locator("figure")
        for k, caption in enumerate(figures.locator("figcaption").all(), start=1):
            expect(caption).to_contain_text(re.compile(rf"Figure {number}\.{k}\b.*def \w+\(", re.DOTALL))
        assert figures.count() == reader.locator("figcaption").count() >= 5


def test_a_formula_has_brackets_that_grow(reader: Page, site: Path) -> None:
    reader.goto((site / "2-variance-derivation.html").as_uri())
    reader.evaluate("document.fonts.ready")
    assert reader.evaluate("document.fonts.check('16px \"heinit Math\"')")
    tall = reader.locator("math mo[stretchy=true]").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().height)"
    )
    assert tall
    assert min(tall) > 30


def test_a_page_shown_is_below_two_megabytes(site: Path) -> None:
    for file in EVERY_PAGE:
        page = (site / file).read_text(encoding="utf-8")
        shown = {site / name for name in re.findall(r'<img src="([^"]+)"', page)}
        own = [site / "site.css", site / "site.js", site / "math.woff", site / file]
        assert sum(path.stat().st_size for path in (*shown, *own)) < 2_000_000, file


def test_every_position_of_every_slider_has_its_picture_and_words(site: Path) -> None:
    for file in ("index.html", *LESSONS):
        page = (site / file).read_text(encoding="utf-8")
        tables = re.findall(r'<script type="application/json">(.*?)</script>', page, re.DOTALL)
        assert tables, file
        for table in map(json.loads, tables):
            positions = 1
            for stops in table["stops"]:
                positions *= len(stops)
            assert len(table["frames"]) == positions
            for picture, words in table["frames"]:
                assert (site / picture).is_file()
                assert words
