"""A course's settings: what `course.toml` says of due dates, late work, points, students and attempts.

The file is small, and only what nbgrader has no place for is kept there alone: due dates, extensions and the
points of a cell go on to nbgrader's gradebook (`grading/scoring.py`), so formgrader shows them too. Without
the file, and for what the file leaves out, the gradebook's own values and nbgrader's configuration hold.
`docs/instructors.md` shows the whole file. Every value is checked before anything uses the settings.
"""

import difflib
import json
import math
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn
from unicodedata import normalize
from zoneinfo import ZoneInfo

from autograder.errors import UsageError
from autograder.times import UNITS, TimeError, utc, zone_named

FILE = "course.toml"
_TABLES = ("lessons", "sections", "students")
BEST, LAST = "best", "last"
DAY = 86_400  # seconds
_SPAN = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) (day|hour|minute)s?")
_AMOUNT = re.compile(r"(\d{1,4}(?:\.\d{1,4})?) ?(%|points?)")
_Readers = Mapping[str, Callable[[str, Any], Any]]  # of the values of a table, by their keys


@dataclass(frozen=True)
class Amount:
    """Points, or a share of the points that a submission earned, in per cent."""

    value: float
    percent: bool

    def of(self, score: float) -> float:
        """The points that this amount is of a score."""
        return score * self.value / 100 if self.percent else self.value


@dataclass(frozen=True)
class LateRule:
    """What is taken off for each day begun after the due date, and at most in all."""

    per_day: Amount
    at_most: Amount = Amount(100, True)

    def penalty(self, score: float, seconds: float) -> float:
        """The points taken off a score, which never falls below 0. seconds: after the due date."""
        days = math.ceil(seconds / DAY)
        return max(0.0, min(days * self.per_day.of(score), self.at_most.of(score), score))


LATE = {"none": LateRule(Amount(0, False)), "zero": LateRule(Amount(100, True))}
Extension = timedelta | datetime  # a datetime is a due date of one's own, in UTC


@dataclass(frozen=True)
class LessonSettings:
    """The settings of a lesson; what is None is nbgrader's to say.

    due: in UTC, without a zone, as nbgrader keeps times. points: of the exercises that have others than the
    lesson gives. left_out: exercises that do not count. weight: how many times the lesson's points count.
    attempts: how many hand-ins are graded; None for all. counts: which of them counts, BEST or LAST.
    """

    due: datetime | None = None
    late: LateRule | None = None
    points: Mapping[str, float] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    counts_at_all: bool = True
    weight: float = 1.0
    attempts: int | None = None
    counts: str = LAST

    @property
    def last_counts(self) -> bool:
        """Whether every attempt is graded and the last counts, so that no earlier attempt matters."""
        return self.attempts is None and self.counts == LAST


@dataclass(frozen=True)
class StudentSettings:
    """The settings of a student, or of a section's students. extension: by lesson."""

    section: str = ""
    extension: Mapping[str, Extension] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """All settings of a course. default: of a lesson that the file does not name. timezone: '' for none.

    students: by their ids, in the composed form of Unicode.
    """

    timezone: str = ""
    default: LessonSettings = LessonSettings()
    lessons: Mapping[str, LessonSettings] = field(default_factory=dict)
    sections: Mapping[str, StudentSettings] = field(default_factory=dict)
    students: Mapping[str, StudentSettings] = field(default_factory=dict)

    def lesson(self, name: str) -> LessonSettings:
        """The settings of a lesson: due date, late rule, points, weight, `attempts` and `counts`."""
        return self.lessons.get(name, self.default)

    def section(self, student: str) -> str:
        """The section that a student is in, or ''."""
        return self._student(student).section

    def extension(self, student: str, lesson: str) -> Extension | None:
        """The extension of a student for a lesson: the student's own, else that of the section."""
        own = self._student(student).extension
        section = self.sections.get(self.section(student), StudentSettings()).extension
        return own.get(lesson, section.get(lesson))

    def _student(self, name: str) -> StudentSettings:
        return self.students.get(normalize("NFC", name), StudentSettings())

    def check_students(self, known: Iterable[str]) -> None:
        """Raise UsageError where the file names a student who is not in `known`, unless nobody is known."""
        known = sorted(normalize("NFC", name) for name in known)
        for name in self.students if known else ():
            if name not in known:
                _refuse(FILE, "students", name, known)


def read_settings(root: Path) -> Settings:
    """The settings of the course directory `root`. Raises UsageError where a value cannot be what it says."""
    path = root / FILE
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        return Settings()
    except (ValueError, RecursionError) as error:  # TOMLDecodeError and UnicodeDecodeError are such
        raise UsageError(
            f"{path} cannot be read ({error}). Mend that line; docs/instructors.md shows the file."
        ) from None
    return _SettingsReader(root, path).settings(content)


def _refuse(path: object, where: str, name: str, known: Iterable[str]) -> NoReturn:
    """Raise UsageError: at `where`, the file `path` has a name that is not known."""
    known = list(known)
    near = difflib.get_close_matches(name, known, n=1)
    shown = ", ".join(known[:30]) + (", …" if len(known) > 30 else "")
    meant = f"Did you mean {near[0]}?" if near else f"Known here: {shown or 'none'}."
    raise UsageError(f"{path}: {where or 'the file'} names {name!r}, which is not known. {meant}")


class _SettingsReader:
    """Reads one file. Each method takes the keys to a value, such as "lessons.1-a.due", and the value."""

    def __init__(self, root: Path, path: Path) -> None:
        self._root, self._path, self._timezone = root, path, ""
        self._lessons = sorted(place.parent.name for place in root.glob("source/*/*.ipynb"))
        self._rules: _Readers = {"late": self._late, "attempts": self._count, "counts": self._counts}

    def settings(self, content: dict[str, Any]) -> Settings:
        tables: _Readers = dict.fromkeys(_TABLES, self._entries)
        top = self._read("", content, {"timezone": self._zone, **self._rules, **tables})
        self._timezone = top.pop("timezone", "")
        lessons, sections, students = (top.pop(name, {}) for name in _TABLES)
        default, extension = LessonSettings(**top), {"extension": self._extensions}
        with_section: _Readers = {"section": self._section, **extension}
        return Settings(
            self._timezone,
            default,
            {name: self._lesson(name, value, default) for name, value in lessons.items()},
            {
                name: StudentSettings(**self._read(f"sections.{name}", value, extension))
                for name, value in sections.items()
            },
            {
                normalize("NFC", name): StudentSettings(**self._read(f"students.{name}", value, with_section))
                for name, value in students.items()
            },
        )

    # Tables

    def _lesson(self, name: str, value: Any, default: LessonSettings) -> LessonSettings:
        self._known("lessons", name, self._lessons)
        readers: _Readers = {
            **self._rules,
            "due": self._moment,
            "weight": partial(self._number, least=0, most=1000),
            "points": partial(self._points, lesson=name),
            "left_out": partial(self._left_out, lesson=name),
        }
        read = self._read(f"lessons.{name}", value, readers)
        if read.get("left_out") is True:
            read |= {"left_out": (), "counts_at_all": False}
        for exercise in read.get("left_out", ()):
            if (given := read.get("points", {}).get(exercise)) is not None:
                key = f"lessons.{name}.points.{exercise}"
                raise self._wrong(key, given, "left away, since left_out names it")
        return replace(default, **read)

    def _points(self, key: str, value: Any, lesson: str) -> dict[str, float]:
        table = self._table(key, value, source_points(self._root, lesson))
        return {name: self._number(f"{key}.{name}", points, 0.01, 1000) for name, points in table.items()}

    def _left_out(self, key: str, value: Any, lesson: str) -> tuple[str, ...] | bool:
        if value is True:
            return True
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self._wrong(key, value, 'a list of exercises, such as ["he_std"], or true for the lesson')
        for exercise in value:
            self._known(key, exercise, source_points(self._root, lesson))
        return tuple(value)

    def _section(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or len(value) > 100:
            raise self._wrong(key, value, "the name of a section, in quotation marks")
        return value

    def _extensions(self, key: str, value: Any) -> dict[str, Extension]:
        for_all = dict.fromkeys(self._lessons, value) if isinstance(value, str) else value
        table = self._table(key, for_all, self._lessons)
        return {name: self._extension(f"{key}.{name}", given) for name, given in table.items()}

    def _read(self, where: str, value: Any, readers: _Readers) -> dict[str, Any]:
        """The value as a table, whose values the readers of their keys have read."""
        table = self._table(where, value, readers)
        return {key: readers[key](f"{where}.{key}".removeprefix("."), part) for key, part in table.items()}

    def _table(self, where: str, value: Any, keys: Iterable[str]) -> dict[str, Any]:
        """The value as a table of these keys alone."""
        for key in (table := self._entries(where, value)):
            self._known(where, key, keys)
        return table

    def _entries(self, where: str, value: Any) -> dict[str, Any]:
        """The value as a table of any keys."""
        if not isinstance(value, dict):
            raise self._wrong(where, value, "a table of settings")
        return value

    def _known(self, where: str, key: str, known: Iterable[str]) -> None:
        if key not in known:
            _refuse(self._path, where, key, known)

    # Values

    def _wrong(self, key: str, value: Any, allowed: str) -> UsageError:
        shown = str(value).lower() if isinstance(value, bool) else str(value)
        return UsageError(f"{self._path}: {key} is {shown!r:.60}; it must be {allowed}.")

    def _zone(self, key: str, value: Any) -> str:
        try:
            return zone_named(value if isinstance(value, str) else "").key
        except TimeError:
            raise self._wrong(key, value, 'the name of a time zone, such as "Europe/Berlin"') from None

    def _number(self, key: str, value: Any, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not least <= value <= most:
            raise self._wrong(key, value, f"a number from {least:g} to {most:g}")
        return float(value)

    def _count(self, key: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
            raise self._wrong(key, value, "a whole number from 1 to 1000")
        return value

    def _counts(self, key: str, value: Any) -> str:
        if value not in (BEST, LAST):
            raise self._wrong(key, value, f'"{BEST}" or "{LAST}"')
        return str(value)

    def _moment(self, key: str, value: Any) -> datetime:
        """A point in time in UTC; of two that a clock shows alike, the later."""
        example = "2026-12-01T23:59:00"
        try:
            if isinstance(value, str):
                if re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
                    raise self._wrong(key, value, f"a date with its time, such as {example}")
                if re.fullmatch(r"[\d:T. -]+:\d\d(?:\.\d+)?", value.strip()):
                    value = datetime.fromisoformat(value.strip())
                else:
                    return utc(value, self._timezone)
            if not isinstance(value, datetime):  # a datetime is a date
                what = "a date with its time" if isinstance(value, (date, time)) else "a date and time"
                raise self._wrong(key, value, f"{what}, such as {example}")
            if value.tzinfo is None:
                if not self._timezone:
                    allowed = f'in some zone: write timezone = "Europe/Berlin" above, or {example}+01:00'
                    raise self._wrong(key, value.isoformat(), allowed)
                value = value.replace(tzinfo=ZoneInfo(self._timezone), fold=1)
            moment: datetime = value.astimezone(UTC).replace(tzinfo=None)
            return moment
        except TimeError as error:
            raise UsageError(f"{self._path}: {key} {error}.") from None
        except (ValueError, OverflowError):
            raise self._wrong(key, value, f"a date and time, such as {example}") from None

    def _extension(self, key: str, value: Any) -> Extension:
        if isinstance(value, str) and (match := _SPAN.fullmatch(value)):
            return timedelta(seconds=float(match[1]) * dict(UNITS)[match[2]])
        if isinstance(value, datetime) or (isinstance(value, str) and re.match(r"\d{4}-", value)):
            return self._moment(key, value)
        allowed = 'a time, such as "3 days" or "12 hours", or a due date such as 2026-12-04T23:59:00'
        raise self._wrong(key, value, allowed)

    def _late(self, key: str, value: Any) -> LateRule:
        if isinstance(value, str) and value in LATE:
            return LATE[value]
        if not isinstance(value, dict):
            allowed = '"none", "zero", or a table such as {per_day = "10 %", at_most = "50 %"}'
            raise self._wrong(key, value, allowed)
        table = self._table(key, value, ("per_day", "at_most"))
        if "per_day" not in table:
            raise self._wrong(key, value, 'with what is taken off: {per_day = "10 %"}')
        amounts = {name: self._amount(f"{key}.{name}", amount) for name, amount in table.items()}
        return LateRule(**amounts)

    def _amount(self, key: str, value: Any) -> Amount:
        match = _AMOUNT.fullmatch(value) if isinstance(value, str) else None
        if match is None or (match[2] == "%" and float(match[1]) > 100):
            allowed = 'a share of what was earned, up to "100 %", or points, such as "1.5 points"'
            raise self._wrong(key, value, allowed)
        return Amount(float(match[1]), match[2] == "%")


def source_points(root: Path, lesson: str) -> dict[str, float]:
    """The points of a lesson's exercises in the instructor's notebook; none where it cannot be read."""
    try:
        cells = json.loads((root / "source" / lesson / f"{lesson}.ipynb").read_bytes())["cells"]
        marks = [cell["metadata"].get("nbgrader", {}) for cell in cells]
        return {
            str(mark["grade_id"]).removeprefix("test-"): float(mark["points"])
            for mark in marks
            if mark.get("grade") or mark.get("task")
        }
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def mend_nbgrader(root: Path) -> None:
    """Have nbgrader read the zones of times as heinit does. root: of the course, whose time zone is known.

    This raises nothing: a configuration that ends in an error is none, and nbgrader would grade by its own,
    without a sandbox. Whoever uses a setting is told of a damaged `course.toml`.
    """
    from nbgrader import utils

    timezone = ""
    with suppress(UsageError, OSError):
        timezone = read_settings(root).timezone

    def parse_utc(ts: datetime | str | None) -> datetime | None:
        if isinstance(ts, datetime):
            return ts.astimezone(UTC).replace(tzinfo=None) if ts.tzinfo else ts
        try:
            return ts if ts is None else utc(ts, timezone)
        except TimeError as error:
            raise ValueError(f"the time {ts!r:.60} {error}.") from None

    utils.parse_utc = parse_utc
