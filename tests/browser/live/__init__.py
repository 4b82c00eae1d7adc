"""Live pages under test: the corpus of known answers, checked by the pages' own interpreter."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

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
