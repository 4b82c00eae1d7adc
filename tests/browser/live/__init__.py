"""Live pages under test: answers written and checked there, and the corpus checked by their interpreter."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from autograder.lessons import Lesson
from autograder.lessons.compose import solution_function, unmarked
from tests.autograder.classroom import solved

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# What the corpus is made of; all of it needs NumPy and the lessons' package alone.
PARTS = ("tests/__init__.py", "tests/corpus.py", "tests/variants", "tests/wrong_answers", "heinit_solutions")

# Start a worker on this page, and keep what it says. Text may not be run as code there, so a test polls.
START = """(address) => {
  const worker = new Worker(address);
  window.said = new Map();
  worker.onmessage = ({ data }) => { if ("id" in data) window.said.set(data.id, data); };
  worker.onerror = (event) => { window.failed = event.message || "the worker cannot be loaded"; };
  window.order = (content) => worker.postMessage(content);
}"""


def corpus_files() -> dict[str, bytes]:
    """What a site needs beside its live files, so that its interpreter knows the corpus."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in PARTS:
            path = ROOT / part
            for file in sorted(path.rglob("*") if path.is_dir() else [path]):
                if file.suffix in (".py", ".toml"):
                    archive.write(file, file.relative_to(ROOT).as_posix())
    return {"live/corpus.js": (HERE / "corpus.js").read_bytes(), "live/corpus.zip": packed.getvalue()}


class Interpreter:
    """The interpreter of live pages, on a page of its own."""

    def __init__(self, page: Page, worker: str) -> None:
        self._page, self._orders = page, 0
        page.evaluate(START, worker)

    def order(self, what: str, **content: Any) -> Any:
        """The result of an order. Raises RuntimeError where the interpreter could not do it."""
        self._orders += 1
        self._page.evaluate("content => window.order(content)", {"id": self._orders, "do": what, **content})
        while True:
            said = self._page.evaluate("id => window.said.get(id) ?? window.failed ?? null", self._orders)
            if isinstance(said, str):
                raise RuntimeError(said)
            if said is not None:
                if "error" in said:
                    raise RuntimeError(said["error"])
                return said["result"]
            self._page.wait_for_timeout(20)


def form(page: Page, name: str) -> Locator:
    return page.locator(f"form.live[data-exercise={name}]")


def write(page: Page, name: str, source: str) -> None:
    """Write an answer with the keyboard: the editor indents, so it gets the text as a paste would give it."""
    editor = page.get_by_label(f"Your answer to {name}", exact=True)
    editor.focus()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)
    expect(editor).to_have_value(source)


def check(page: Page, name: str, source: str, said: str) -> Locator:
    write(page, name, source)
    page.keyboard.press("Control+Enter")
    expect(form(page, name)).to_have_attribute("aria-busy", "false")  # which is true from the key press on
    status = form(page, name).get_by_role("status")
    expect(status).to_contain_text(said)
    return status


def answers(of: Lesson) -> dict[str, str]:
    """The reference answers as a reader may write them: NumPy is there, and what the lesson imports."""
    return {
        name: unmarked(cell.source)
        for cell in solved(of).cells
        if (name := solution_function(cell)) is not None
    }
