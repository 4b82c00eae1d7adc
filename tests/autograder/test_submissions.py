"""When a submission was handed in: a time that can be read in one way only."""

from __future__ import annotations

from datetime import datetime

import pytest

from autograder.lms.platforms import utc_time
from autograder.submissions.submission import Submission, UngradableError
from autograder.times import utc

AT_THREE = datetime(2026, 3, 1, 15)
TIMES = {
    "2026-03-01 15:00:00 UTC": AT_THREE,
    "2026-03-01 15:00:00.000000 UTC": AT_THREE,  # as nbgrader's exchange writes it
    "2026-03-01T15:00:00Z": AT_THREE,
    "2026-03-01T15:00": AT_THREE,
    "2026-03-01 16:00:00 CET": AT_THREE,
    "2026-03-01 16:00 Europe/Berlin": AT_THREE,
    "2026-03-01T16:00:00+01:00": AT_THREE,
    "2026-03-01 10:00:00 -0500": AT_THREE,
    "2026-03-01T17:00+02": AT_THREE,
    "2026-03-02 02:00:00 Australia/Sydney": AT_THREE,
    "2026-03-01 10:00 America/Port-au-Prince": AT_THREE,
    "2026-03-01 23:00 Singapore": AT_THREE,
    "2026-03-01 15:00 utc": AT_THREE,
    "2026-03-01": datetime(2026, 3, 1),
}
NO_TIMES = (
    *(
        "01.03.2026 15:00",
        "13.03.2026 15:00",
        "3/1/2026",
        "01/03/26 15:00",
        "1-3-2026",
        "2026/03/01",
        "03-01",
    ),
    *(
        "Mon Mar 2 12:00:00 UTC 2026",
        "1 March 2026",
        "20260301",
        "1772377200",
        "15:00",
        "2026-3-1",
        "2026-02-30",
    ),
    *(
        "2026-03-01 15:00 CEST!",
        "2026-03-01 25:00",
        "2026-03-01 ../etc",
        "٢٠٢٦-03-01",
    ),
    *("9999-12-31T23:59-01:00", "2026-03-01 15:00 01.03.2026"),
)


def test_a_time_of_iso_8601_is_read_in_utc_and_no_other_form_is_guessed(tmp_path):
    submission = Submission("anna", "lesson", tmp_path / "lesson.ipynb")
    file = tmp_path / "timestamp.txt"
    for text, time in TIMES.items():
        assert utc(text) == time, text
        for content in (text, f"\ufeff{text}\r\n"):
            file.write_text(content, encoding="utf-8")
            assert submission.submitted_at() == time, text
    for text in NO_TIMES:
        file.write_text(text, encoding="utf-8")
        with pytest.raises(
            UngradableError, match=r"holds no time of the form 2026-03-01 15:00:00 UTC\. Mend"
        ):
            submission.submitted_at()
    file.write_text("\n")
    assert submission.submitted_at() is None


ZONES = ("PST", "CEST", "IST", "AEDT", "Nowhere/Place", "UTC+2", "Sydney", "localtime", "Factory/Zone")
THEIRS = {  # the zone of a course, what its clocks show, and when that is in UTC
    ("Europe/Berlin", "2026-07-01 14:00:00 CEST"): datetime(2026, 7, 1, 12),
    ("Europe/Berlin", "2026-10-25 02:30:00 CEST"): datetime(2026, 10, 25, 0, 30),  # that hour comes twice
    ("Europe/Berlin", "2026-10-25 02:30:00 CET"): datetime(2026, 10, 25, 1, 30),
    ("America/Los_Angeles", "2026-03-01 07:00:00 PST"): AT_THREE,
    ("Asia/Manila", "2026-03-01 23:00:00 PST"): AT_THREE,
    ("Australia/Sydney", "2026-03-02 02:00:00 AEDT"): AT_THREE,
}


def test_an_abbreviation_is_read_in_the_courses_zone_and_else_refused_with_what_to_write(tmp_path):
    """nbgrader's exchange writes the abbreviation of the zone that is set for it."""
    file = tmp_path / "timestamp.txt"
    for zone in ZONES:
        file.write_text(f"2026-03-01 15:00:00 {zone}")
        with pytest.raises(UngradableError, match=r"names the time zone .* write it as in Europe/Berlin"):
            Submission("anna", "lesson", tmp_path / "lesson.ipynb").submitted_at()
    # as platforms write it: then nobody knows when it was
    assert (utc_time("2026-03-01 07:00:00.5 -0800"), utc_time("2026-03-01 07:00:00 PST")) == (AT_THREE, None)
    for (course, text), time in THEIRS.items():
        file.write_text(text)
        submission = Submission("anna", "lesson", tmp_path / "lesson.ipynb", timezone=course)
        assert submission.submitted_at() == time, (course, text)
    file.write_text("2026-07-01 14:00:00 CET")  # in July, Berlin has CEST
    with pytest.raises(UngradableError, match="names the time zone 'CET'"):
        Submission("anna", "lesson", tmp_path / "lesson.ipynb", timezone="Europe/Berlin").submitted_at()
