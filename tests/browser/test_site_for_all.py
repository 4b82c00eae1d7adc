"""Pages for every reader: narrow, without a script, with less motion, in forced colours, on paper."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FloatRect, Page, expect

from tests.browser.test_site import EVERY_PAGE, LESSONS
from tests.tools import FULL

pytestmark = pytest.mark.xdist_group("site")


def test_no_page_is_wider_than_a_narrow_screen(reader: Page, site: Path) -> None:
    reader.set_viewport_size({"width": 320, "height": 800})
    for file in EVERY_PAGE if FULL else EVERY_PAGE[::2]:
        reader.goto((site / file).as_uri())
        assert reader.evaluate("document.documentElement.scrollWidth") == 320, file


def test_a_table_of_sentences_is_stacked_on_a_narrow_screen_and_stays_a_table(
    reader: Page, site: Path
) -> None:
    reader.set_viewport_size({"width": 390, "height": 800})
    reader.goto((site / "errata.html").as_uri())
    expect(reader.locator("[role=table] [role=rowgroup] [role=row] [role=columnheader]")).to_have_count(3)
    for row in reader.get_by_role("row").all()[1:]:
        boxes = [cell.bounding_box() for cell in row.get_by_role("cell").all()]
        assert len(boxes) == 3
        assert all(box is not None and box["width"] > 300 for box in boxes)


@pytest.mark.parametrize("file", ["index.html", LESSONS[-1]])
def test_without_a_script_the_first_picture_and_its_words_are_there(
    browser: Browser, site: Path, file: str
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((site / file).as_uri())
    expect.set_options(timeout=15_000)
    for explorer in page.locator(".explorer").all():
        explorer.scroll_into_view_if_needed()
        expect(explorer.locator("img")).to_be_visible()
        expect(explorer.locator(".words")).not_to_be_empty()
        expect(explorer).to_contain_text("need JavaScript")
    expect(page.locator("input[type=range]:visible")).to_have_count(0)
    expect(page.locator("button:visible:not(.term)")).to_have_count(0)
    expect.set_options(timeout=180_000)
    context.close()


def test_nothing_moves_by_itself_for_whoever_asks_for_less_motion(reader: Page, site: Path) -> None:
    for file in ("index.html", LESSONS[0]):
        reader.goto((site / file).as_uri())
        reader.locator("summary, .explorer input").first.focus()
        assert reader.evaluate("document.getAnimations().length") == 0
        assert reader.locator("[data-playing]").count() == 0
    style = (site / "site.css").read_text()
    assert not re.search(r"transition|animation|scroll-behavior", style)


# The steps of the picture, in place of the clock's: each is taken when the test says so.
STEPS = """
const later = window.setTimeout;
window.steps = [];
window.setTimeout = (step, ms) => (ms > 50 ? window.steps.push(step) : later(step, ms));
"""


def test_the_first_picture_moves_once_and_stops_where_it_began_or_is_touched(
    browser: Browser, site: Path
) -> None:
    context = browser.new_context(offline=True, reduced_motion="no-preference")
    context.add_init_script(STEPS)
    for touched in (False, True):
        page = context.new_page()
        page.goto((site / "index.html").as_uri())
        explorer = page.locator(".explorer")
        picture, slider, words = (explorer.locator(part) for part in ("img", "input", ".words"))
        table = explorer.evaluate("e => JSON.parse(e.querySelector('script').textContent)")
        start, last = int(slider.get_attribute("value") or ""), len(table["frames"]) - 1
        for position in (*range(last + 1), start):
            expect(explorer).to_have_attribute("data-playing", "")
            page.wait_for_function("window.steps.length == 1")
            assert int(slider.input_value()) == position
            expect(picture).to_have_attribute("src", table["frames"][position][0])
            expect(words).to_have_text(table["frames"][start][1])  # a screen reader would read each out
            if touched and position == last:
                slider.press("Shift")
            page.evaluate("window.steps.pop()()")
            if touched and position == last:
                break
        expect(explorer).not_to_have_attribute("data-playing", "")
        assert int(slider.input_value()) == (last if touched else start)
        expect(picture).to_have_attribute("src", table["frames"][last if touched else start][0])
        expect(words).to_have_text(table["frames"][last if touched else start][1])
    context.close()


def test_the_contents_go_along_on_a_narrow_screen(reader: Page, site: Path) -> None:
    reader.set_viewport_size({"width": 390, "height": 800})
    reader.goto((site / LESSONS[0]).as_uri())
    summary, link = reader.locator(".contents summary"), reader.locator(".contents a").nth(3)
    expect(link).to_be_hidden()
    summary.press("Enter")
    expect(link).to_be_visible()
    link.press("Enter")
    expect(link).to_be_hidden()
    expect(summary).to_be_in_viewport()
    expect(summary).to_contain_text(link.text_content() or "")
    title, bar = reader.locator(":target").bounding_box(), summary.bounding_box()
    assert title is not None and bar is not None
    assert title["y"] > bar["y"] + bar["height"]
    summary.press("Enter")
    reader.keyboard.press("Escape")
    expect(link).to_be_hidden()


def test_where_colours_are_forced_a_formula_hides_nothing(browser: Browser, site: Path) -> None:
    for scheme in ("light", "dark"):
        context = browser.new_context(
            viewport={"width": 1000, "height": 900}, forced_colors="active", color_scheme=scheme
        )
        page = context.new_page()
        page.goto((site / "3-worked-examples.html").as_uri())
        page.evaluate("document.fonts.ready")
        above = page.locator("p", has=page.locator("math")).locator("code", has_text="he_normal(4, 3,").first
        above.scroll_into_view_if_needed()
        box = above.evaluate("code => code.getClientRects()[0].toJSON()")
        line = FloatRect(x=box["x"], y=box["y"], width=box["width"], height=box["height"])
        shown = page.screenshot(clip=line)
        page.add_style_tag(content="math { visibility: hidden; }")
        assert page.screenshot(clip=line) == shown
        context.close()


def test_what_is_folded_leaves_no_line_on_paper(reader: Page, site: Path) -> None:
    reader.goto((site / LESSONS[0]).as_uri())
    reader.locator("details.solution").first.evaluate("solution => { solution.open = true; }")
    reader.emulate_media(media="print")
    solutions = reader.locator("details.solution").all()
    expect(solutions[0].locator(".highlight")).to_be_visible()
    for folded in solutions[1:]:
        expect(folded).to_be_hidden()


def test_a_narrow_page_has_narrow_pictures_and_folds_its_side_notes_which_paper_has_open(
    reader: Page, site: Path
) -> None:
    notes, picture, words = (reader.locator(part) for part in (".aside", ".explorer img", ".explorer .words"))
    are_open = "all => all.map(note => note.open)"
    for width, roomy in ((1440, True), (390, False)):
        reader.set_viewport_size({"width": width, "height": 800})
        reader.goto((site / LESSONS[2]).as_uri())
        assert notes.evaluate_all(are_open) == [roomy] * 3
        tall = picture.evaluate(
            "image => image.decode().then(() => image.naturalHeight > image.naturalWidth)"
        )
        assert tall is not roomy
        if roomy:
            note, text = notes.last.bounding_box(), reader.locator("main").bounding_box()
            assert note is not None and text is not None
            assert text["x"] + text["width"] < note["x"] < note["x"] + note["width"] <= width
    before = picture.evaluate("image => image.currentSrc")
    said = words.inner_text()
    slider = reader.locator(".explorer input").first
    slider.press("ArrowRight" if slider.input_value() == "0" else "ArrowLeft")
    expect(words).not_to_have_text(said)
    assert picture.evaluate("image => image.currentSrc") != before
    reader.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert notes.evaluate_all(are_open) == [True] * 3
