"""A class on a JupyterHub, by the recipe of docs/hub.md: what it shows in blocks is written and run here."""

from __future__ import annotations

import ast
import configparser
import contextlib
import json
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import yaml
from playwright.sync_api import Browser, Page, expect

from autograder.lessons import lesson
from autograder.lessons.canonical import text as notebook_text
from autograder.lessons.compose import solve, unmarked
from autograder.sandbox.kinds import KINDS
from tests.browser.machine import Machine, machine

pytestmark = pytest.mark.xdist_group("hub")

RECIPE = (Path(__file__).resolve().parents[2] / "docs" / "hub.md").read_text(encoding="utf-8")
# above a block, the account that types it or the file that holds it
BLOCK = re.compile(r"^\*\*(?:As (\w+)|(/\S+))\*\*\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PASSWORDS = dict(re.findall(r"^(\w+):(choose .+)$", RECIPE, re.MULTILINE))
PORTS = ("8000", "8001", "8081")
ENVIRONMENTS = ("jupyterhub", "lessons", "grader")
EXCHANGE = "/srv/nbgrader/exchange"
LESSON = lesson("3-worked-examples")
NOTEBOOK = f"{LESSON.name}/{LESSON.name}.ipynb"
# what `nbgrader submit --student ben` leaves, but for the time
FORGED = f"""
folder="{EXCHANGE}/he101/inbound/ben+{LESSON.name}+2099-01-01 00:00:00 UTC+forged"
cp -r {LESSON.name} "$folder"
echo -n "2099-01-01 00:00:00 UTC" > "$folder/timestamp.txt"
printf %0128d 0 > "$folder/submission_secret.txt"
"""


@dataclass(frozen=True)
class Hub:
    """A running hub, and a course that is watched there."""

    machine: Machine
    address: str


@contextlib.contextmanager
def running_hub(folder: Path) -> Iterator[Hub]:
    """Follow the recipe until the second student has handed in."""
    ports = dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    recipe = re.sub("|".join(PORTS), lambda port: ports[port[0]], RECIPE)
    address = f"http://127.0.0.1:{ports['8000']}"
    with machine(folder, ENVIRONMENTS) as own, (folder / "log").open("w") as log:
        for account, file, text in BLOCK.findall(recipe):
            if account:
                own.run(account, text)
                continue
            owner = Path(file).parts[2] if file.startswith("/home/") else "root"
            own.run(owner, f"mkdir -p {Path(file).parent}; cat > {file}", text)
            if file.endswith(".service"):
                unit = configparser.ConfigParser()
                unit.read_string(text)
                service = unit["Service"]
                script = f"cd {service['WorkingDirectory']}; exec {service['ExecStart']}"
                own.start(service.get("User", "root"), script, log)
        while not answers(f"{address}/hub/health"):
            ended = [each for each in own.started if each.poll() is not None]
            assert not ended, (folder / "log").read_text()[-3000:]
            time.sleep(0.1)
        yield Hub(own, address)
        log_text = (folder / "log").read_text()
        print(log_text[-3000:])
        assert "it says that it is ben's, and ada handed it in" in log_text


def free_ports(count: int) -> list[str]:
    with contextlib.ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [str(probe.getsockname()[1]) for probe in probes]


def answers(url: str) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=10):
        return True
    return False


def test_the_recipe_uses_what_its_table_names_and_its_other_blocks_can_be_read():
    used = "".join(text for *_, text in BLOCK.findall(RECIPE))
    named = re.findall(r"`([^`]+)`", "".join(re.findall(r"^\| (`.+?) \|", RECIPE, re.MULTILINE)))
    assert len(named) > 8
    assert [name for name in named if name not in used] == []
    readers = {"python": ast.parse, "json": json.loads, "yaml": yaml.safe_load}
    blocks = re.findall(r"^```(\w+)\n(.*?)^```$", RECIPE, re.MULTILINE | re.DOTALL)
    read = [(kind, readers[kind](text)) for kind, text in blocks if kind in readers]
    ast.parse(dict(read)["yaml"]["hub"]["extraConfig"]["heinit.py"])


@pytest.mark.full
def test_a_class_fetches_hands_in_and_reads_its_feedback_on_a_hub(
    browser: Browser, tmp_path: Path, screenshots: Path
) -> None:
    with running_hub(tmp_path / "machine") as hub:
        ada = signed_in(browser, hub, "ada", "lab")
        fetch(ada)
        hub.machine.run("ada", f"cat > {NOTEBOOK}", solved(hub.machine.run("ada", f"cat {NOTEBOOK}")))
        validate(ada, screenshots)
        hub.machine.run("ada", FORGED)
        submit(ada)
        each_reads_their_own_alone(hub.machine)
        read_feedback(ada, screenshots)
        graded = json.loads(hub.machine.run("instructor", f"cat he101/autograded/ada/{NOTEBOOK}"))
        assert graded["metadata"]["heinit"]["wall"] in KINDS
        instructor = signed_in(browser, hub, "instructor", "formgrader")
        read_scores(instructor, screenshots)
        for page in (ada, instructor):
            page.context.close()


def signed_in(browser: Browser, hub: Hub, account: str, place: str) -> Page:
    """A page of an account's own server, behind the hub's login."""
    page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
    page.set_default_timeout(180_000)
    page.goto(f"{hub.address}/hub/user-redirect/{place}")
    page.get_by_label("Username").fill(account)
    page.get_by_label("Password").fill(PASSWORDS[account])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile(f"/user/{account}/{place}"))
    return page


def fetch(ada: Page) -> None:
    """Have the list of assignments show the lesson, and fetch it."""
    ada.get_by_role("menuitem", name="Nbgrader", exact=True).click()
    panels = ada.locator(".lm-Menu").get_by_role("menuitem")
    expect(panels).to_have_text(["Assignment List"])  # nothing that is an instructor's
    panels.click()
    ada.locator("#released_assignments_list").get_by_role("button", name="Fetch").click()
    expect(ada.locator("#fetched_assignments_list")).to_contain_text(LESSON.name)


def solved(fetched: str) -> str:
    """The lesson as a student leaves it who answers as the reference does."""
    notebook = solve(nbformat.reads(fetched, as_version=4), LESSON.solutions)
    for cell in notebook.cells:
        cell.source = unmarked(cell.source)
    return notebook_text(notebook)


def validate(ada: Page, screenshots: Path) -> None:
    """Open the lesson, and press the list's button, which asks no kernel of the page's."""
    fetched = ada.locator("#fetched_assignments_list")
    fetched.get_by_text(LESSON.name, exact=True).first.click()
    fetched.get_by_role("link", name=LESSON.name, exact=True).last.click()
    expect(ada.locator(".jp-Notebook h1").first).to_contain_text("Lesson 3")
    ada.get_by_role("tab", name="Assignments").click()
    fetched.get_by_role("button", name="Validate").click()
    dialog = ada.locator(".jp-Dialog")
    expect(dialog).to_contain_text("Success! Your notebook passes all the tests.")
    ada.screenshot(path=screenshots / "hub-validated.png")
    dialog.get_by_role("button").last.click()
    expect(dialog).to_have_count(0)


def submit(ada: Page) -> None:
    ada.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    expect(ada.locator("#submitted_assignments_list")).to_contain_text(LESSON.name)


def each_reads_their_own_alone(own: Machine) -> None:
    """Both have handed in, and of what is not hers Ada can read the released lesson alone."""
    assert own.run("instructor", f"ls {EXCHANGE}/he101/inbound").count(LESSON.name) == 3
    found = own.attempt("ada", f"find {EXCHANGE} /home -type f -readable -not -user ada").stdout.split()
    assert {str(Path(path).parent) for path in found} == {f"{EXCHANGE}/he101/outbound/{LESSON.name}"}
    for forbidden in (f"ls {EXCHANGE}/he101/inbound", "ls ~ben", f"mv {EXCHANGE}/he101 {EXCHANGE}/mine"):
        assert own.attempt("ada", forbidden).returncode != 0


def read_feedback(ada: Page, screenshots: Path) -> None:
    """Wait until the list says that there is feedback, fetch it, and open the page."""
    submitted = ada.locator("#submitted_assignments_list")
    end = time.monotonic() + 180
    while not submitted.get_by_text("feedback available to fetch").count():
        assert time.monotonic() < end, "no feedback is there"
        with ada.expect_response(re.compile("/assignments[?]")):
            ada.locator("#refresh_assignments_list").click()
    submitted.get_by_role("button", name="Fetch Feedback").click()
    submitted.get_by_text("view feedback").click()
    ada.locator(".jp-DirListing-item").filter(has_text=".html").dblclick()
    page = ada.frame_locator(".jp-HTMLViewer iframe").locator("body")
    expect(page).to_contain_text("Ada Lovelace")
    expect(page).to_contain_text("15 of 15 points")
    ada.screenshot(path=screenshots / "hub-feedback.png")


def read_scores(instructor: Page, screenshots: Path) -> None:
    instructor.get_by_role("row").filter(has_text=LESSON.name).locator(".num-submissions a").click()
    for student, score in (("ada", "15 / 15"), ("ben", "0 / 15")):
        expect(instructor.get_by_role("row").filter(has_text=student)).to_contain_text(score)
    instructor.screenshot(path=screenshots / "hub-scores.png")
