"""From hand-in to feedback without a person: through the exchange, through kills, one watcher a course."""

from __future__ import annotations

import json
import re
import shutil
import signal
import sqlite3
import subprocess
import sysconfig
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import main as cli
from autograder.course import nbgrader_api
from autograder.errors import HeinitError
from autograder.lessons.canonical import text
from autograder.watch import rounds
from autograder.watch.rounds import Watcher
from tests.autograder.classroom import hand_in, mistaken, released, solved
from tests.autograder.grading.conftest import ONE
from tests.tools import system_tool

RIGHT, WRONG, BLANK = text(solved(ONE)), text(mistaken(ONE, 0)[0]), text(released(ONE))


@pytest.fixture
def course(released_course: Path, tmp_path: Path, monkeypatch) -> Path:
    system_tool("bwrap")
    monkeypatch.setattr(rounds, "LOOK", 0.1)
    return Path(shutil.copytree(released_course, tmp_path / "he101"))


def heinit(*arguments: str):
    return CliRunner().invoke(cli, arguments)


def told(course: Path) -> list[tuple]:
    """What one pass of a watcher did."""
    return [(e.event, e.student, e.score) for e in Watcher(course, once=True)]


def test_a_hand_in_in_the_exchange_is_collected_graded_and_its_feedback_can_be_fetched(course, monkeypatch):
    exchange, home = course.parent / "exchange", course.parent / "home"
    exchange.mkdir()
    exchange.chmod(0o777)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.Exchange.root = {str(exchange)!r}\nc.CourseDirectory.course_id = 'he101'\n")
    (course / "course.toml").write_text('attempts = 2\ncounts = "best"\n')
    own = {"assignment_dir": str(home), "cache": str(home / "cache")}
    student = nbgrader_api(course, Exchange=own, CourseDirectory={"student_id": "ada"})
    assert student.release_assignment(ONE.name)["success"]

    def through(name: str) -> None:
        student.coursedir.assignment_id, student.coursedir.student_id = ONE.name, "ada"
        step = getattr(student.exchange, name)
        step(coursedir=student.coursedir, authenticator=student.authenticator, parent=student).start()

    (home / ONE.name).mkdir(parents=True)
    for content, score, events in (
        (RIGHT, 15.0, {"graded", "feedback", "released"}),
        (WRONG, 2.0, {"graded", "feedback", "released"}),
        (BLANK, None, {"beyond the limit", "feedback", "released"}),
    ):
        (home / ONE.name / f"{ONE.name}.ipynb").write_text(content)
        through("Submit")
        newest = max((exchange / "he101" / "inbound").iterdir())
        secret = newest / "submission_secret.txt"  # is written last
        hidden = secret.rename(course.parent / "secret")
        assert told(course) == []
        hidden.rename(secret)
        done = told(course)
        assert {event for event, _, _ in done} == events
        assert done[0][1:] == ("ada", score)
    assert told(course) == [("beyond the limit", "ada", None)]

    through("FetchFeedback")
    pages = list((home / ONE.name / "feedback").glob("*/*.html"))
    assert len(pages) == 3
    first, second, third = sorted(pages)
    assert third.read_text() == first.read_text()  # the third was beyond the limit, and the page says so
    assert ">2 <span>of 15 points" in second.read_text()
    for page, others in ((first, {second}), (second, {first})):
        shown = page.read_text().partition("Your exercises")[0]
        links = re.findall(r'<a href="([^"#]+)"', shown)
        assert {(page.parent / link.replace("%20", " ").replace("%3A", ":")).resolve() for link in links} == {
            other.resolve() for other in others
        }


@contextmanager
def watching(course: Path):
    heinit = Path(sysconfig.get_path("scripts")) / "heinit"
    command = [heinit, "watch", str(course), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def receipts(course: Path) -> dict[str, str]:
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        return dict(gradebook.execute("select student, graded_at || result from heinit_receipt"))


@pytest.mark.full
def test_a_watcher_that_is_killed_or_stopped_is_followed_by_another_and_nothing_is_done_twice(course):
    class_of_four = [f"student{n}" for n in range(4)]
    for student in class_of_four:
        hand_in(course, student, ONE, RIGHT)
    with watching(course) as watcher:
        assert json.loads(watcher.stdout.readline())["event"] == "graded"
        second = heinit("watch", str(course))
        assert second.exit_code == 1
        assert "is in use: `heinit watch` since" in second.stderr
        assert heinit("report", str(course)).exit_code == 0  # waits for the round, and no longer
        watcher.send_signal(signal.SIGKILL)
    before = receipts(course)
    events = told(course)
    assert Counter(kind for kind, *_ in events)["graded"] == len(class_of_four) - len(before)
    assert {student: receipt for student, receipt in receipts(course).items() if student in before} == before
    assert len(list((course / "feedback").glob("*/*/*.html"))) == len(class_of_four)
    with watching(course) as watcher:
        hand_in(course, "student4", ONE, WRONG)
        lines = [json.loads(watcher.stdout.readline()) for _ in range(2)]
        assert [(line["event"], line["student"]) for line in lines] == [
            ("graded", "student4"),
            ("feedback", "student4"),
        ]
        assert (course / lines[1]["page"]).is_file()
        watcher.send_signal(signal.SIGINT)
        rest, says = watcher.communicate(timeout=60)
        assert (watcher.returncode, rest, says.splitlines()[-1]) == (130, "", "heinit: stopped.")


def test_what_goes_wrong_is_told_once_and_tried_again_and_ends_one_pass(course, monkeypatch):
    hand_in(course, "ada", ONE, RIGHT)
    failures = [HeinitError("the disk is full"), HeinitError("the disk is full"), OSError("no place")]

    def round_that_fails(self):
        if failures:
            raise failures.pop(0)
        return (yield from real(self))

    real = Watcher._round
    monkeypatch.setattr(Watcher, "_round", round_that_fails)
    monkeypatch.setattr(rounds, "PAUSE", 0)
    events = iter(Watcher(course))
    assert [next(events).reason for _ in range(2)] == ["the disk is full", "no place"]
    assert [next(events).event for _ in range(2)] == ["graded", "feedback"]
    events.close()
    failures.append(HeinitError("the disk is full"))
    assert heinit("watch", str(course), "--once").stderr == "heinit: the disk is full\n"
    hand_in(course, "bob", ONE, "{")
    once = heinit("watch", str(course), "--once", "--json")
    assert (once.exit_code, json.loads(once.stdout)["event"]) == (1, "ungradable")
