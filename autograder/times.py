"""Points in time: a text with a zone becomes UTC without a zone, as nbgrader's gradebook keeps times.

nbgrader's own parser takes CEST and PST for UTC and +0200 for 200 seconds; `settings.mend_nbgrader` puts
`utc` into its place. A zone is an offset or a name of the IANA's table. An abbreviation is read where the
course's own zone has it at that time, or the table's zone of that name. Everything else is refused in a
sentence: PST is the Pacific's to some, and the Philippines' or Pakistan's to others.
"""

import re
from datetime import UTC, datetime, timezone, tzinfo
from functools import cache
from importlib import resources
from zoneinfo import ZoneInfo

FORM = "2026-03-01 15:00:00 UTC"
TIME = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d)(?:[T ](?P<clock>\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?"
    r"(?: ?(?:(?P<offset>Z|[+-]\d\d(?::?\d\d)?)|(?P<zone>[A-Za-z][\w+-]*(?:/[\w+-]+)*)))?",
    re.ASCII,
)
UNITS = (("day", 86_400), ("hour", 3600), ("minute", 60))  # in seconds


class TimeError(ValueError):
    """A text is no time, or its zone is not known; the error's text goes on after the name of what has it."""


@cache
def zone_names() -> frozenset[str]:
    """The names of time zones, the same on every machine."""
    return frozenset(resources.files("tzdata").joinpath("zones").read_text(encoding="utf-8").split())


def zone_named(name: str) -> ZoneInfo:
    """The time zone of that name, such as Europe/Berlin. Raises TimeError where there is none."""
    if name not in zone_names():
        raise TimeError(f"names the time zone {name!r:.40}, which is none; write it as in Europe/Berlin")
    return ZoneInfo(name)


def utc(text: str, zone: str = "") -> datetime:
    """A time of ISO 8601, in UTC, as nbgrader keeps times; a text that names no zone is taken to be in UTC.

    zone: the course's, whose abbreviations are read.
    Other forms are refused: 01.03.2026 is the first of March to some, and the third of January to others.
    Raises TimeError.
    """
    match = TIME.fullmatch(text.strip())
    if match is None:
        raise TimeError(f"holds no time of the form {FORM}")
    offset = match["offset"] or ""
    try:
        time = datetime.fromisoformat(f"{match['date']}T{match['clock'] or '00:00'}{offset}")
        if time.tzinfo is None:
            time = time.replace(tzinfo=_zone(match["zone"] or "UTC", zone, time))
        return time.astimezone(UTC).replace(tzinfo=None)
    except TimeError:
        raise
    except (ValueError, OverflowError):
        raise TimeError(f"holds no time of the form {FORM}") from None


def shown_time(time: datetime, zone: str) -> str:
    """A time of the gradebook as the clocks of the course show it. zone: the course's, '' for UTC."""
    local = time.replace(tzinfo=UTC).astimezone(ZoneInfo(zone) if zone else UTC)
    return f"{local:%d %B %Y, %H:%M %Z}"


def _zone(name: str, course: str, time: datetime) -> tzinfo:
    """The zone that a text calls `name` at a local time. course: the name of the course's zone, or ''."""
    if name.upper() in ("UTC", "GMT", "Z"):
        return UTC
    if name in zone_names() and ("/" in name or not name.isupper()):
        return ZoneInfo(name)
    for zone in filter(None, (course, name if name in zone_names() else "")):
        for fold in (0, 1):  # in the hour that a clock shows twice, the abbreviation says which
            local = time.replace(tzinfo=ZoneInfo(zone), fold=fold)
            if local.tzname() == name and (offset := local.utcoffset()) is not None:
                return timezone(offset)
    raise TimeError(
        f"names the time zone {name!r:.40}, which is no name of one zone alone; "
        "write it as in Europe/Berlin or +02:00"
    )


def span(seconds: float, units: int = 1) -> str:
    """A span of time in words, rounded down, in so many of its largest units."""
    words = []
    for unit, length in UNITS:
        count, seconds = divmod(max(0, int(seconds)), length)
        if count:
            words.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return " and ".join(words[:units]) or "less than a minute"
