"""A real JupyterLab, as `heinit lab --solved` serves it, and a real browser to open it with."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, Page, Request, expect, sync_playwright

from autograder.errors import HeinitError
from autograder.site.build import build_site
from autograder.site.live.pyodide import RELEASE, pyodide_files
from tests.conftest import Once
from tests.tools import chromium

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "of-this-test"
AUTHORISED = {"Authorization": f"token {TOKEN}"}
# the last flag: letters as wide as on a dense screen
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --font-render-hinting=none"
)


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab. workspace: the folder that it shows."""

    address: str
    workspace: Path

    def url(self, notebook: str = "") -> str:
        return f"{self.address}/lab/tree/{notebook}?reset&token={TOKEN}"


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    base = tmp_path_factory.mktemp("lab")
    workspace, settings = base / "workspace", base / "settings"
    for plugin, setting in {
        # All cells in the page at once: by default JupyterLab keeps only those in sight.
        "notebook-extension/tracker": '{"windowingMode": "none"}',
        # On a busy machine, saving by the clock meets the saving that Validate does, and a dialog comes up.
        "docmanager-extension/plugin": '{"autosave": false}',
    }.items():
        file = settings / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(setting)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "HOME": str(base / "home"),
        "JUPYTER_TOKEN": TOKEN,
        "JUPYTERLAB_SETTINGS_DIR": str(settings),
    }
    command = Path(sysconfig.get_path("scripts")) / "heinit"
    log = (base / "log").open("w+")
    server = subprocess.Popen(
        [command, "lab", "--solved", "--no-browser", f"--port={port}", f"--dir={workspace}"],
        env=environment,
        stdout=log,
        stderr=log,
        start_new_session=sys.platform != "win32",
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _until_it_answers(server, f"{address}/api/status?token={TOKEN}", log.name)
        yield Lab(address, workspace)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
        log.close()


def _until_it_answers(server: subprocess.Popen[bytes], url: str, log: str) -> None:
    while server.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=10):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"JupyterLab ended: {Path(log).read_text()[-2000:]}")


@contextlib.contextmanager
def formgrader(course: Path) -> Iterator[str]:
    """JupyterLab, started in a course directory, whose configuration formgrader reads; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    home = course.parent / "home"
    home.mkdir()
    root = ["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.port={port}", *root],
        cwd=course,
        env={**os.environ, "HOME": str(home), "JUPYTER_TOKEN": TOKEN},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=10).close()
                break
            except OSError:
                time.sleep(0.1)
        assert server.poll() is None
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=180_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS.split())
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[Page]:
    """A page that fails its test if it asks another host for anything."""
    context = browser.new_context(viewport={"width": 1100, "height": 1000})
    context.set_default_timeout(180_000)
    page = context.new_page()
    elsewhere: list[str] = []

    def watch(url: str) -> None:
        if not url.startswith((lab.address, lab.address.replace("http", "ws"), "data:", "blob:")):
            elsewhere.append(url)

    page.on("request", lambda request: watch(request.url))
    page.on("websocket", lambda socket: watch(socket.url))
    yield page
    context.close()
    assert elsewhere == []


@pytest.fixture(scope="session")
def site(once: Once, lesson_runs: Path) -> Path:
    """The reading edition, built once; with live pages, where the files of Pyodide can be had."""
    place = Path("under a path") / "course"

    def fill(folder: Path) -> None:
        kept = ROOT / "build" / "lessons"
        try:
            pyodide_files(None, kept)
        except HeinitError:
            build_site(folder / place, lesson_runs, lambda name, ran: None)
        else:
            pyodide = kept / f"pyodide-{RELEASE}"
            build_site(folder / place, lesson_runs, lambda name, ran: None, live=True, pyodide=pyodide)

    return once("site", fill) / place


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures are left to look at; not kept in the repository."""
    folder = ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def reader(browser: Browser) -> Iterator[Page]:
    """A page without a network, which fails its test where something is missing or goes wrong."""
    expect.set_options(timeout=15_000)  # from the disk, nothing takes long
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, offline=True, reduced_motion="reduce"
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    trouble: list[str] = []
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("requestfailed", lambda request: trouble.extend(failed(request)))
    page.on(
        "request",
        lambda asked: trouble.append(asked.url) if not asked.url.startswith(("file:", "data:")) else None,
    )
    yield page
    context.close()
    expect.set_options(timeout=180_000)
    assert trouble == []


def failed(request: Request) -> list[str]:
    """A request that failed. One that the reader left behind, by turning the page, has not."""
    return [] if request.failure == "net::ERR_ABORTED" else [f"{request.failure}: {request.url}"]
