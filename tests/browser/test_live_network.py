"""Live pages on a network that breaks, and on a host that is not careful."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from autograder.lessons import lesson
from autograder.site.serving import Pages
from tests.browser.axe import violations
from tests.browser.live import answers, check, form
from tests.tools import FULL, missing

pytestmark = pytest.mark.xdist_group("site")


class AwkwardPages(Pages):
    """A host that unpacks what lies packed, and calls whatever no browser runs or shows plain text."""

    def guess_type(self, path: Any) -> str:
        kind = super().guess_type(path)
        return kind if kind.startswith(("text/", "image/", "font/")) else "text/plain"

    def end_headers(self) -> None:
        if self.path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()


@pytest.fixture
def awkward(site: Path) -> Iterator[str]:
    """The address of the site on a host that is not careful."""
    if not (site / "live").is_dir():
        missing("Pyodide's files cannot be had: ./heinit site pages --live says how")
    pages = functools.partial(AwkwardPages, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), pages) as host:
        threading.Thread(target=host.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{host.server_port}"
        host.shutdown()


OTHER = "<!doctype html><title>Another page</title>"
Breaking = dict[str, tuple[Callable[[Route], None], str]]
BROKEN: Breaking = {
    "worker.js": (lambda route: route.abort(), "worker.js cannot be fetched"),
    "manifest.json": (lambda route: route.fulfill(status=404), "manifest.json cannot be fetched: the host"),
    "pyodide.asm.js": (lambda route: route.fulfill(body=OTHER), "or is no script"),
    "pyodide.asm.wasm.gz": (lambda route: route.fulfill(body=OTHER), "Python could not be started."),
    "numpy-*.whl": (lambda route: route.fulfill(body=OTHER), "or is another file"),
}
LATE: Breaking = {  # after Python has begun to start, which takes its time
    "python_stdlib.zip": (lambda route: route.abort(), "python_stdlib.zip cannot be fetched"),
    "heinit_lab-*.whl": (lambda route: route.fulfill(body=OTHER), "the files beside these pages are damaged"),
}


@pytest.mark.full
def test_python_that_does_not_come_is_told_and_comes_at_a_later_check_on_any_host(
    browser: Browser, awkward: str
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.clock.install()
    page.goto(f"{awkward}/3-worked-examples.html")
    name, source = "he_std", answers(lesson("3-worked-examples"))["he_std"]
    for file, (broken, said) in (BROKEN | LATE if FULL else BROKEN).items():
        context.route(f"**/live/{file}", broken)
        check(page, name, source, said)
        context.unroute(f"**/live/{file}")
    context.set_offline(True)
    check(page, name, source, "Check the connection, and try again: your answers are kept.")
    context.set_offline(False)
    context.route("**/live/manifest.json", lambda route: None)  # a fetch that never ends
    page.keyboard.press("Control+Enter")
    status = form(page, name).get_by_role("status")
    expect(status).to_contain_text("Python is fetched")
    page.clock.fast_forward(30_000)
    expect(status).to_contain_text("Nothing more of Python has come for 20 seconds")
    assert violations(page, "form.live") == []
    form(page, name).get_by_role("button", name="Stop").press("Enter")
    expect(status).to_contain_text("Stopped. Your answer is as you wrote it.")
    context.unroute("**/live/manifest.json")
    check(page, name, source, "✓ he_std")
    context.route("**/live/matplotlib-*.whl", lambda route: route.abort())
    explorer = page.locator(".explorer").filter(has=page.locator(".draw"))
    explorer.locator(".draw").press("Enter")
    expect(explorer.locator(".words")).to_contain_text("Python could not be fetched. matplotlib-")
    expect(form(page, name).get_by_role("textbox")).to_have_value(source)
    context.close()
