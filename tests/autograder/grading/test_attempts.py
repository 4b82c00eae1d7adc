"""Several attempts at a lesson: which are graded, which counts, and what stays of the others."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.feedback.run import FeedbackRun
from autograder.gradebook import read_cohort
from autograder.grading import run
from autograder.grading.run import Grading
from autograder.grading.verify import verify
from autograder.lessons.canonical import text
from autograder.settings import read_settings
from tests.autograder.classroom import hand_in, mistaken, released, solved
from tests.autograder.grading.conftest import ONE
from tests.tools import system_tool

WRONG, RIGHT, BLANK, BROKEN = text(mistaken(ONE, 0)[0]), text(solved(ONE)), text(released(ONE)), "{"
DUE, IN_TIME, LATE = "2026-03-01 12:00:00 UTC", "2026-03-01 11:00:00 UTC", "2026-03-01 13:00:00 UTC"
BEYOND = "beyond the limit"

# The lesson's table in course.toml; what is handed in, one after the other; and of each its status, the
# number of the attempt, whether that counts, and the points in the gradebook afterwards.
CLASSES = {
    "without rules": ("", [(WRONG, "graded", 1, True, 2), (RIGHT, "graded", 2, True, 15)]),
    "the last counts": (
        "attempts = 2",
        [
            (RIGHT, "graded", 1, True, 15),
            (RIGHT, "unchanged", 1, True, 15),
            (BROKEN, "ungradable", 0, True, 15),
            (WRONG, "graded", 2, True, 2),
            (BLANK, BEYOND, 3, False, 2),
            (RIGHT, "graded", 1, True, 15),  # what is handed in again is no new attempt
        ],
    ),
    "the best counts": (
        'attempts = 3\ncounts = "best"',
        [
            (WRONG, "graded", 1, True, 2),
            (RIGHT, "graded", 2, True, 15),
            (BROKEN, "ungradable", 0, True, 15),
            (BLANK, "graded", 3, False, 15),
            (RIGHT + " ", BEYOND, 4, False, 15),
            (BROKEN, BEYOND, 5, False, 15),
            (WRONG, "unchanged", 2, True, 15),
        ],
    ),
}


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    system_tool("bwrap")
    return Path(shutil.copytree(released_course, tmp_path / "he101"))


def rules(course: Path, table: str, above: str = "") -> None:
    (course / "course.toml").write_text(f'{above}\n[lessons."{ONE.name}"]\n{table}\n')


def points(course: Path, student: str) -> float | None:
    with nbgrader_api(course).gradebook as gradebook:
        return read_cohort(gradebook, course).records[student, ONE.name].final


@pytest.mark.full
def test_attempts_are_numbered_limited_and_the_best_or_the_last_counts(course):
    for student, (table, steps) in CLASSES.items():
        rules(course, table)
        for number, (content, *expected, score) in enumerate(steps):
            hand_in(course, student, ONE, content)
            results = [[r.status, r.attempt, r.counts] for r in Grading(course, student=student)]
            assert expected in results, (student, number)
            assert points(course, student) == score, (student, number)
            if content != BROKEN:
                (again,) = Grading(course, student=student)
                assert again.status in ("unchanged", BEYOND)


@pytest.mark.full
def test_all_attempts_are_graded_again_where_the_checks_change_and_the_best_still_counts(course, monkeypatch):
    monkeypatch.setattr(run, "PAUSE", 1e9)  # all are saved together
    rules(course, 'attempts = 2\ncounts = "best"')
    for content in (RIGHT, WRONG, BLANK):
        hand_in(course, "ada", ONE, content)
        list(Grading(course))
    source = course / "source" / ONE.name / f"{ONE.name}.ipynb"
    source.write_text(source.read_text() + "\n")
    again = [(r.status, r.attempt, r.counts) for r in Grading(course)]
    assert again == [(BEYOND, 3, False), ("graded", 1, True), ("graded", 2, False)]
    assert points(course, "ada") == 15
    assert [r.status for r in Grading(course)] == [BEYOND]
    forced = [(r.attempt, r.counts, r.score) for r in Grading(course, force=True)]
    assert forced == [(3, False, None), (1, True, 15), (2, False, 2)]
    rules(course, 'attempts = 3\ncounts = "best"')  # there is room for one more
    assert [(r.status, r.attempt) for r in Grading(course)] == [("graded", 3)]
    assert verify(course, "ada", ONE.name).differences == []  # of the first attempt, which counts


def test_of_a_right_answer_too_late_and_a_wrong_one_in_time_the_better_grade_counts(course):
    rules(course, 'counts = "best"')
    with (course / "nbgrader_config.py").open("a") as config:
        config.write('c.LateSubmissionPlugin.penalty_method = "zero"\n')
    with nbgrader_api(course).gradebook as gradebook:
        gradebook.update_or_create_assignment(ONE.name, duedate=DUE)
    for content, time, counts in ((WRONG, IN_TIME, True), (RIGHT, LATE, False)):
        hand_in(course, "ada", ONE, content).with_name("timestamp.txt").write_text(time)
        (result,) = Grading(course)
        assert (result.status, result.counts) == ("graded", counts)
    assert points(course, "ada") == 2


def test_feedback_of_every_attempt_is_kept_and_every_page_links_to_the_others(course):
    rules(course, 'attempts = 3\ncounts = "best"', 'timezone = "Europe/Berlin"')
    folder = course / "feedback" / "ada" / ONE.name
    winter, summer = "2026-03-28 23:30:00 UTC", "2026-03-29 22:30:00 UTC"
    for content, time in ((WRONG, winter), (RIGHT, summer), (BLANK, ""), (RIGHT + " ", "")):
        hand_in(course, "ada", ONE, content).with_name("timestamp.txt").write_text(time)
        list(Grading(course))
        list(FeedbackRun(course))
    name = f"{ONE.name}.html"
    pages = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}
    assert set(pages) == {name, f"attempt-1/{name}", f"attempt-3/{name}"}
    for place, path in pages.items():
        page = re.sub(r"\s+", " ", path.read_text())
        shown = page[page.index("Your attempts") : page.index("Your exercises")]
        linked = {(path.parent / link).resolve() for link in re.findall(r'href="([^"]+)"', shown)}
        assert linked == {other.resolve() for other in pages.values() if other != path}, place
        assert "Attempt 1</a>, handed in on 29 March 2026, 00:30 CET:" in shown.replace(", this page", "</a>")
        assert "handed in on 30 March 2026, 00:30 CEST: <strong>this attempt counts" in shown
        assert "Attempt 4: not graded, since it was handed in beyond the limit" in shown
        assert "2 of 15 points by the checks; it does not count" in shown
    assert ">2 <span>of 15 points" in pages[f"attempt-1/{name}"].read_text()
    assert {page.status for page in FeedbackRun(course)} == {"unchanged"}


def test_rules_are_read_from_the_courses_settings(tmp_path):
    (tmp_path / "source" / "a").mkdir(parents=True)
    (tmp_path / "source" / "a" / "a.ipynb").touch()
    assert read_settings(tmp_path).lesson("a").last_counts
    (tmp_path / "course.toml").write_text('attempts = 5\n[lessons."a"]\nattempts = 2\ncounts = "best"\n')
    rules = [read_settings(tmp_path).lesson(name) for name in "ab"]
    assert [(each.attempts, each.counts, each.last_counts) for each in rules] == [
        (2, "best", False),
        (5, "last", False),
    ]
    (tmp_path / "course.toml").write_text("attempts = ")
    with pytest.raises(UsageError, match=r"course\.toml cannot be read"):
        read_settings(tmp_path)
