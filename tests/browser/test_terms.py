"""Definitions of terms, the frame around what has the focus, and wider spacing, on a page from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.lessons import lessons
from tests.browser.axe import violations

pytestmark = pytest.mark.xdist_group("site")

LESSON = f"{lessons()[3].name}.html"
OPEN = ".definition:popover-open"
CLIPPED = """
() => [...document.querySelectorAll("main *")].filter(one => {
  const style = getComputedStyle(one);
  const hides = [style.overflowX, style.overflowY].some(how => how === "hidden" || how === "clip");
  const seen = one.offsetParent !== null && !one.closest(".unseen, .formula, math");
  return hides && seen && (one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1);
}).map(one => one.outerHTML.slice(0, 200))
"""
# the spacing of WCAG 2.1, 1.4.12
SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
    "p { margin-bottom: 2em !important; }"
)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, offline=True)
    context.set_default_timeout(15_000)
    expect.set_options(timeout=15_000)
    yield context.new_page()
    expect.set_options(timeout=180_000)
    context.close()


def test_a_definition_opens_by_keyboard_mouse_and_without_a_script(
    browser: Browser, page: Page, site: Path
) -> None:
    page.goto((site / LESSON).as_uri())
    term, shown = page.locator(".term:visible").first, page.locator(OPEN)
    term.press("Enter")
    expect(shown).to_contain_text(f"{term.inner_text()}:")
    assert violations(page, OPEN) == []
    page.keyboard.press("Tab")
    expect(shown.get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)

    term.hover()
    shown.hover()
    page.mouse.move(5, 5)
    expect(shown).to_have_count(0)
    term.hover()
    term.click()
    page.mouse.move(5, 5)
    shown.get_by_role("link").press("Enter")
    expect(page.locator(".glossary :target")).to_be_in_viewport()

    context = browser.new_context(
        java_script_enabled=False, offline=True, viewport={"width": 390, "height": 800}
    )
    still = context.new_page()
    still.goto((site / LESSON).as_uri())
    still.locator(".term:visible").first.click()
    expect(still.locator(OPEN)).to_be_in_viewport(ratio=1)
    context.close()


def test_what_has_the_focus_is_framed(page: Page, site: Path) -> None:
    page.goto((site / LESSON).as_uri())
    focus = "[document.activeElement.tagName, getComputedStyle(document.activeElement).outlineWidth]"
    places = []
    for _ in range(60):
        page.keyboard.press("Tab")
        places.append(page.evaluate(focus))
    assert {"A", "BUTTON", "INPUT"} <= {tag for tag, _ in places}
    assert {width for _, width in places} == {"3px"}


def test_wider_spacing_cuts_nothing_off(page: Page, site: Path) -> None:
    for file in (LESSON, "glossary.html", "five-weeks.html"):
        page.goto((site / file).as_uri())
        page.add_style_tag(content=SPACING)
        assert page.evaluate("document.documentElement.scrollWidth") == 1280, file
        assert page.evaluate(CLIPPED) == [], file
