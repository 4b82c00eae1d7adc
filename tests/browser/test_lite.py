"""The edition that runs in a browser, on a web host: it opens, is read, and says what it fetches.

Python itself is on another host, which no test asks: what is tested is that it, and nothing else, is asked.
"""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from autograder.lessons import lessons

pytestmark = pytest.mark.xdist_group("site")


@pytest.fixture(scope="module")
def host(site: Path) -> Iterator[str]:
    """The site on a web host, under a path; its address."""
    handler = functools.partial(Quiet, directory=site.parent)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{site.name}"
    server.shutdown()
    thread.join()
    server.server_close()


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere(browser: Browser, host: str) -> Iterator[tuple[Page, list[str]]]:
    """A page, and what it asks of other hosts. None of them answers."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    requests: list[str] = []

    def watch(url: str) -> None:
        if not url.startswith((host.rsplit("/", 1)[0], "data:", "blob:")):
            requests.append(url)

    context.on("request", lambda request: watch(request.url))
    yield context.new_page(), requests
    context.close()


def test_a_lesson_opens_from_its_page_beside_all_others_and_asks_the_one_host_that_it_names(
    elsewhere: tuple[Page, list[str]], host: str, screenshots: Path
) -> None:
    page, requests = elsewhere
    lesson = lessons()[2]
    page.goto(f"{host}/{lesson.name}.html")
    aside = page.locator(".notebook")
    named = aside.locator("p").last.locator("code").inner_text()
    assert requests == []
    aside.get_by_role("link", name="open it in this browser").click()
    expect(page.locator(".jp-Notebook h1")).to_contain_text("Lesson 3")
    expect(page.locator(".jp-Notebook")).to_contain_text(f"fetches Python, NumPy and Matplotlib from {named}")
    expect(page.locator(".jp-Notebook .jp-CodeCell").first).to_contain_text("%pip install -q heinit-lab")
    expect(page.locator(".jp-Toolbar-kernelName")).to_have_text("Python (Pyodide)")
    for _ in range(1800):  # a worker asks, once the kernel has been started
        if requests:
            break
        page.wait_for_timeout(100)
    page.screenshot(path=screenshots / "lite.png")
    page.locator(".jp-BreadCrumbs-home").click()
    for each in lessons():
        expect(page.locator(".jp-DirListing-item").filter(has_text=each.name)).to_be_visible()
    assert {urlsplit(url).netloc for url in requests} == {named}
