"""What a teacher takes from the site: slides that need no network, and the cheat sheet on one sheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from autograder.errors import HeinitError
from autograder.lessons import lessons
from autograder.site.build import HERE
from autograder.site.execute import executed
from autograder.site.lesson_page import lesson_page
from autograder.site.pictures import Pictures
from autograder.site.reveal import RELEASE, reveal_files
from autograder.site.sheet import printed
from autograder.site.slides import deck
from autograder.templating import environment
from tests.browser.conftest import ROOT

pytestmark = pytest.mark.xdist_group("site")

# of the slide that is shown: its number of pictures that are not drawn, and how far it stands out
SHOWN = """
() => {
  const slide = Reveal.getCurrentSlide();
  const missing = [...slide.querySelectorAll("img")].filter(image => !image.naturalWidth);
  const low = Math.max(...[...slide.children].map(one => one.getBoundingClientRect().bottom));
  return [missing.length, Math.max(0, low - innerHeight), Math.max(0, slide.scrollWidth - 1100)];
}
"""


def test_a_lessons_slides_are_one_file_in_which_nothing_stands_out(
    browser: Browser, lesson_runs: Path, tmp_path: Path
) -> None:
    try:
        reveal = reveal_files(ROOT / "build" / "lessons")
    except HeinitError:
        pytest.skip(f"reveal.js {RELEASE} cannot be had here")
    lesson, runs = lessons()[0], executed(lessons(), lesson_runs, lambda *_: None)
    templates = environment(HERE / "templates")
    templates.globals["live"] = False
    page = lesson_page(lesson, runs[lesson.name], Pictures(), templates)
    file = tmp_path / "slides.html"
    file.write_text(deck(page, runs[lesson.name], reveal, templates), encoding="utf-8")

    context = browser.new_context(viewport={"width": 1280, "height": 880}, offline=True)
    slides = context.new_page()
    trouble: list[str] = []
    slides.on("pageerror", lambda error: trouble.append(str(error)))
    slides.on("requestfailed", lambda request: trouble.append(request.url[:200]))
    slides.goto(file.as_uri())
    slides.wait_for_function("window.Reveal && Reveal.isReady()")
    count = slides.evaluate("Reveal.getTotalSlides()")
    assert count > 15
    for number in range(count):
        assert slides.evaluate(SHOWN) == [0, 0, 0], number
        slides.keyboard.press("Space")
    assert slides.evaluate("Reveal.isLastSlide()")
    context.close()
    assert trouble == []


def test_the_cheat_sheet_is_one_sheet_of_a4_and_the_same_each_time(browser: Browser, site: Path) -> None:
    files = {path.name: path.read_bytes() for path in site.iterdir() if path.is_file()}
    pdf = printed(files, "cheat-sheet.html")
    assert len(re.findall(rb"/Type /Page\b", pdf)) == 1
    (box,) = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    assert [round(float(side)) for side in box] == [595, 842]
    assert printed(files, "cheat-sheet.html") == pdf
