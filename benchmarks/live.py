"""Checks in a browser against checks in CPython: `heinit bench live [--parts N]`.

Builds the live pages' interpreter, lets it check every answer whose verdict is known, and compares mark,
words and names with what CPython says, one by one. Then measures: bytes before the first check, seconds to
it, cold and from the browser's cache, milliseconds a check, and Python's memory at the end. `--parts N`
checks every N-th answer.
"""

import argparse
import json
import statistics
import tempfile
import threading
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from autograder.lessons import CHECKOUT
from autograder.site.live.files import live_files
from autograder.site.live.pyodide import pyodide_files
from autograder.site.serving import server
from autograder.wheels import build_wheel
from heinit_lab.exercises import EXERCISES
from tests.browser.conftest import FLAGS
from tests.browser.live import Interpreter, corpus_files
from tests.corpus import differences, verdicts
from tests.tools import chromium

ROUNDS = 5
ORDER = {
    "setup": "import numpy as np",
    "answers": [{"name": "he_std", "source": "def he_std(n_in):\n    return np.sqrt(2 / n_in)\n"}],
}


def main() -> None:
    """Print what differs, and the measurements."""
    parser = argparse.ArgumentParser(prog="heinit bench live", description=__doc__)
    parser.add_argument("--parts", type=int, default=1)
    parts = parser.parse_args().parts
    assert CHECKOUT is not None
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder)
        runtime = pyodide_files(None, CHECKOUT / "build" / "lessons")
        files = live_files(runtime, build_wheel(site / "wheel")) | corpus_files()
        for name, content in {**files, "index.html": b"<!doctype html><title>Python</title>"}.items():
            (site / name).parent.mkdir(parents=True, exist_ok=True)
            (site / name).write_bytes(content)
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        with server(site, None) as pages:
            threading.Thread(target=pages.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{pages.server_port}/index.html"
            _compare(browser, address, parts)
            _measure(browser, address, json.loads(files["live/manifest.json"])["bytes"])
            pages.shutdown()
        browser.close()


def _page(browser: Browser, address: str) -> Page:
    page = browser.new_page()
    page.goto(address)
    return page


def _compare(browser: Browser, address: str, parts: int) -> None:
    page = _page(browser, address)
    interpreter = Interpreter(page, "live/corpus.js")
    interpreter.order("start")
    start = time.perf_counter()
    theirs = interpreter.order("corpus", part=0, of=parts)
    seconds = time.perf_counter() - start
    start = time.perf_counter()
    mine = json.loads(verdicts(0, parts))
    ours = time.perf_counter() - start
    different = differences(mine, theirs)
    marks = sum(a[2] != b[2] for a, b in different)
    names = sum(a[4] != b[4] for a, b in different)
    print(f"{len(mine)} answers to {len({row[0] for row in mine})} of {len(EXERCISES)} exercises")
    print(f"another mark: {marks}; other names: {names}; other words: {len(different)}")
    for a, b in different:
        print(f"  {a[0]}, {a[1]}\n    CPython: {a[3]}\n    browser: {b[3]}")
    browsers, own = (1000 * each / len(mine) for each in (seconds, ours))
    print(f"milliseconds an answer, browser / CPython: {browsers:.0f} / {own:.0f}")
    print(f"Python's memory at the end: {interpreter.order('memory') / 1e6:.0f} MB")
    page.close()


def _measure(browser: Browser, address: str, size: int) -> None:
    cold, warm, checks = [], [], []
    for _ in range(ROUNDS):
        context = browser.new_context()  # nothing in its cache
        for seconds in (cold, warm):
            page = context.new_page()
            page.goto(address)
            start = time.perf_counter()
            interpreter = Interpreter(page, "live/worker.js")
            interpreter.order("start")
            interpreter.order("check", order=ORDER)
            seconds.append(time.perf_counter() - start)
        for _ in range(10):
            start = time.perf_counter()
            interpreter.order("check", order=ORDER)
            checks.append(time.perf_counter() - start)
        context.close()
    median = statistics.median
    print(f"bytes fetched before the first check: {size / 1e6:.1f} MB")
    print(f"seconds to the first check, median of {ROUNDS}: {median(cold):.1f} cold, {median(warm):.1f} warm")
    print(f"milliseconds from an order to its report, median: {1000 * median(checks):.0f}")
