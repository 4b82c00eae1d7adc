"""The settings of a course: the documented file is read, and what cannot be meant is a sentence."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.lessons import SHARE
from autograder.settings import BEST, LATE, Amount, LateRule, Settings, read_settings

ONE, THREE = "1-relu-half-killing", "3-worked-examples"
HEAD = f"[lessons.{ONE}]\n"
WRONG = {
    'timezone = "Berlin"': "timezone is 'Berlin'; it must be the name of a time zone",
    "timezone = 1": "timezone is '1'; it must be the name of a time zone",
    'tmezone = "Europe/Berlin"': "'tmezone', which is not known. Did you mean timezone?",
    'late = "never"': 'late is \'never\'; it must be "none", "zero", or a table',
    "late = 10": "late is '10'; it must be",
    "late = {}": "with what is taken off",
    "late = { per_day = 10 }": "late.per_day is '10'; it must be a share of what was earned",
    'late = { per_day = "110 %" }': "late.per_day is '110 %'",
    'late = { per_day = "1 point", grace = 2 }': "late names 'grace', which is not known",
    "attempts = 0": "attempts is '0'; it must be a whole number from 1",
    "attempts = true": "attempts is 'true'",
    "attempts = 2.5": "attempts is '2.5'",
    'counts = "first"': 'it must be "best" or "last"',
    "[lessons.1-relu-half-kiling]": f"Did you mean {ONE}?",
    "lessons = 3": "lessons is '3'; it must be a table",
    f"{HEAD}due = 2026-12-01": "a date with its time, such as 2026-12-01T23:59:00",
    f'{HEAD}due = "2026-12-01"': "a date with its time",
    f"{HEAD}due = 23:59:00": "a date with its time",
    f"{HEAD}due = 2026-12-01T23:59:00": 'in some zone: write timezone = "Europe/Berlin"',
    f'{HEAD}due = "2026-12-01 23:59 PST"': f"lessons.{ONE}.due names the time zone 'PST'",
    f'{HEAD}due = "2026-12-01 23:59 CEST"': "no name of one zone alone",
    f'{HEAD}due = "01.12.2026 23:59"': "it must be a date and time, such as",
    f'{HEAD}due = "tomorrow"': "holds no time of the form",
    f"{HEAD}due = false": "it must be a date and time",
    f"{HEAD}due = 0001-01-01T00:00:00+10:00": "it must be a date and time",
    f'timezone = "Europe/Berlin"\n{HEAD}due = "2026-12-01 23:59 CEST"': "'CEST'",  # in winter it is CET
    f"{HEAD}points = 3": "points is '3'; it must be a table",
    f"{HEAD}points = {{ rely = 3 }}": "points names 'rely', which is not known. Did you mean relu?",
    f"{HEAD}points = {{ relu = 0 }}": "points.relu is '0'; it must be a number from 0.01",
    f"{HEAD}points = {{ relu = nan }}": "points.relu is 'nan'",
    f'{HEAD}points = {{ relu = "3" }}': "points.relu is '3'",
    f"{HEAD}points = {{ relu = true }}": "points.relu is 'true'",
    f'{HEAD}left_out = "relu"': 'a list of exercises, such as ["he_std"], or true',
    f'{HEAD}left_out = ["rely"]': "Did you mean relu?",
    f"{HEAD}left_out = false": "left_out is 'false'",
    f'{HEAD}left_out = ["relu"]\npoints = {{ relu = 1 }}': "left_out names it",
    f"{HEAD}weight = -1": "weight is '-1'; it must be a number from 0",
    f"{HEAD}wieght = 1": "Did you mean weight?",
    "[students.zoe]\nextension = { 1 = 3 }": "students.zoe.extension names '1', which is not known",
    f'[students.zoe]\nextension = {{ {ONE} = "3 weeks" }}': 'such as "3 days" or "12 hours"',
    '[students.zoe]\nextention = "3 days"': "Did you mean extension?",
    "[students.zoe]\nsection = 3": "students.zoe.section is '3'",
    '[sections.A]\nsection = "B"': "sections.A names 'section', which is not known",
    "[lessons": "cannot be read",
    'late = "zero"\nlate = "none"': "cannot be read",
}


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    (tmp_path / "source").symlink_to(released_course / "source")
    return tmp_path


def test_a_value_that_cannot_be_meant_is_told_with_its_place_and_what_is_allowed(course):
    file = course / "course.toml"
    assert read_settings(course) == Settings()
    for text, words in WRONG.items():
        file.write_text(text, encoding="utf-8")
        with pytest.raises(UsageError) as caught:
            read_settings(course)
        assert words in str(caught.value) and str(file) in str(caught.value), text
    file.write_bytes(b'timezone = "\xff"')
    with pytest.raises(UsageError, match="cannot be read"):
        read_settings(course)
    file.write_text('\ufefflate = "zero"\r\n', encoding="utf-8")  # as a Windows editor saves it
    assert read_settings(course).lesson(ONE).late == LATE["zero"]


def test_the_documented_file_says_what_the_documentation_says(course):
    (page,) = re.findall(r"```toml\n(.*?)```", (SHARE / "docs" / "instructors.md").read_text("utf-8"), re.S)
    (course / "course.toml").write_text(page, encoding="utf-8")
    settings = read_settings(course)
    three, five, other = (settings.lesson(n) for n in (THREE, "5-very-deep-networks", ONE))
    assert three.due == datetime(2026, 12, 1, 22, 59)  # Berlin is an hour before UTC in December
    assert (three.late, three.points, three.left_out) == (LATE["zero"], {"he_std": 4.0}, ("draws_needed",))
    assert (three.weight, three.attempts, three.counts) == (2.0, 3, BEST)
    assert (three.counts_at_all, five.counts_at_all, other.counts_at_all) == (True, False, True)
    assert other.late == LateRule(Amount(10, True), Amount(50, True))
    assert settings.section("zoe") == "tuesday"
    assert settings.extension("zoe", THREE) == settings.extension("zoe", ONE) == timedelta(days=3)
    assert settings.extension("ben", THREE) is None


def test_a_late_rule_counts_days_begun_and_takes_no_more_than_it_may():
    ten = LateRule(Amount(10, True), Amount(50, True))
    day, points = 86_400, LateRule(Amount(1.5, False))
    assert [ten.penalty(12, s) for s in (1, day, day + 1, 30 * day)] == pytest.approx([1.2, 1.2, 2.4, 6])
    assert [points.penalty(4, s) for s in (1, day + 1, 9 * day)] == [1.5, 3, 4]
    assert (LATE["none"].penalty(12, day), LATE["zero"].penalty(12, 1)) == (0, 12)


def test_a_section_and_a_student_have_extensions_of_their_own(course):
    (course / "course.toml").write_text(
        'timezone = "Australia/Sydney"\n'
        f'{HEAD}due = 2026-04-05T02:30:00\n[lessons.{THREE}]\ndue = "2026-12-01 23:59 AEDT"\n'
        f'[sections.A]\nextension = {{ {ONE} = "12 hours", {THREE} = "1 day" }}\n'
        f'[students.zoe]\nsection = "A"\n[students.ben]\nsection = "A"\nextension = {{ {ONE} = "2 days" }}\n'
    )
    settings = read_settings(course)
    # that night the clock shows half past two twice: the later counts
    assert settings.lesson(ONE).due == datetime(2026, 4, 4, 16, 30)
    assert settings.lesson(THREE).due == datetime(2026, 12, 1, 12, 59)
    given = [settings.extension(s, n) for s in ("zoe", "ben", "ada") for n in (ONE, THREE)]
    half, day = timedelta(hours=12), timedelta(days=1)
    assert given == [half, day, 2 * day, day, None, None]


def test_a_due_date_in_nbgraders_gradebook_has_the_zone_that_its_name_says(course, released_course):
    """As formgrader and `nbgrader db` hand them to the gradebook."""
    for name in ("nbgrader_config.py", "gradebook.db"):
        (course / name).write_bytes((released_course / name).read_bytes())
    (course / "course.toml").write_text('timezone = "Europe/Berlin"')
    noon = datetime(2026, 7, 1, 12)
    times = {
        "2026-07-01 22:00:00 Australia/Sydney": noon,
        "2026-07-01T22:00 Australia/Sydney": noon,
        "2026-07-01 14:00:00 +0200": noon,
        "2026-07-01 14:00:00 +02:00": noon,
        "2026-07-01T14:00 +02": noon,
        "2026-07-01 14:00:00 CEST": noon,  # Berlin's in summer
        "2026-07-01 12:00:00.000000 UTC": noon,
        "2026-07-01 12:00:00": noon,
        "2026-07-01 05:00:00 America/Los_Angeles": noon,
    }
    with nbgrader_api(course).gradebook as gradebook:
        for text, time in times.items():
            assert gradebook.update_or_create_assignment(ONE, duedate=text).duedate == time, text
        for text in ("2026-07-01 12:00:00 PST", "2026-07-01 12:00:00 CET", "2026-07-01 12:00:00 EDT"):
            with pytest.raises(ValueError, match="names the time zone"):
                gradebook.update_or_create_assignment(ONE, duedate=text)
        assert gradebook.update_or_create_assignment(ONE, duedate=noon).duedate == noon
