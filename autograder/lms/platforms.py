"""The forms in which learning platforms name what students handed in: a section of platforms.toml for each.

A student may name a file freely, and put files into a folder or an archive. So a name decides nothing behind
the platform's own part of a path, and that part is read from the left. One archive has one platform: the
form that most of its paths have. (Each path has the form of its own platform, whatever students append. Where
another form fits as many paths, that form claims more of a path for the platform, and so is not chosen.)
Only a path without that form, which an instructor added, is read as another platform's.

To take in another platform is to add a section there and a case to tests/autograder/lms/archives.toml. Where
the source named there is a repository, the form was read in its code.
"""

import re
import tomllib
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from autograder.times import TimeError, utc


@dataclass(frozen=True)
class Platform:
    """How a platform names a file.

    form: of a path, from the left. Its groups are `who` (a student, or what `by` says), `file` (what the
    student called it; `flat` in the second place where a form has two for that), and, where the platform has
    them: `text` (what was typed in place of a file), `own` (a file of the platform's), `late`, `order` (the
    larger, the newer, among a student's files of one hand-in), `when`, `before` (stands before an id, and may
    hold the beginning of an id with a _ in it).
    by: what `who` is: an "id", an "id or name" where `before` is a name, a "name", "any" of these, or a
    "number" of the archive's own list.
    clock: how `when` is written, for datetime.strptime, in the platform's local time.
    hint: what to do where nobody has such a name.
    """

    name: str
    form: re.Pattern[str]
    by: str
    clock: str = ""
    hint: str = ""


@dataclass(frozen=True)
class PlatformFile:
    """What a path in an archive says; the fields are the groups of `Platform.form`. end: of its own part."""

    platform: Platform
    who: str
    file: str = ""
    own: str = ""
    is_text: bool = False
    late: bool = False
    order: int = 0
    when: datetime | None = None
    before: str = ""
    end: int = 0


def _platform(name: str, form: str, **fields: str) -> Platform:
    return Platform(name, re.compile(form, re.S | re.X), **fields)


_TABLE = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
PLATFORMS = tuple(_platform(**section) for section in _TABLE["platform"])
# These count where no platform's form fits any path.
DRIVE, FOLDER = _platform(**_TABLE["google_classroom"]), _platform(**_TABLE["folder"])


def read_path(path: str, platform: Platform) -> PlatformFile | None:
    """Read a path as a platform writes it; None where the platform does not write such a path."""
    match = platform.form.fullmatch(path)
    if match is None:
        return None
    groups = {name: part or "" for name, part in match.groupdict().items()}
    named = next((name for name in ("file", "flat", "text", "own") if groups.get(name)), "")
    called = groups.get(named, "")
    if named == "text":
        called = re.sub(r"^\.", "receipt.", called.rpartition("/")[2])
    return PlatformFile(
        platform,
        groups["who"],
        called,
        own=groups.get("own", ""),
        is_text=named == "text",
        late=bool(groups.get("late")),
        order=int(groups.get("order") or 0),
        when=_time(groups.get("when", ""), platform.clock),
        before=groups.get("before", ""),
        end=match.start(named) if named else match.end(),
    )


def read_paths(paths: Collection[str]) -> dict[str, PlatformFile | None]:
    """What the paths of an archive say, all read as of the platform that wrote it."""

    def fits(platform: Platform) -> tuple[int, int]:
        files = [file for path in paths if (file := read_path(path, platform))]
        # Canvas gives each file a number of its own; in another platform's titles they would repeat
        distinct = {file.order or file.who for file in files} if platform.name == "Canvas" else files
        return len(distinct), -sum(file.end for file in files)

    platforms = sorted(PLATFORMS, key=fits, reverse=True)
    return {
        path: next((file for platform in platforms if (file := read_path(path, platform))), None)
        for path in paths
    }


_SUBMITTERS = re.compile(
    r"^(?:(?P<number>\S.*):|\s+(?:- )?:(?P<field>name|sid|email|created_at): *(?P<value>.*))\s*$", re.M
)


def read_submitters(text: str) -> dict[str, list[dict[str, str]]]:
    """Gradescope's list of who handed in a submission: by its number, the fields of each student.

    A field is on a line of its own, as Ruby writes YAML; `created_at` is that of the submission.
    """
    submissions: dict[str, list[dict[str, str]]] = {}
    students: list[dict[str, str]] = []
    for match in _SUBMITTERS.finditer(text):
        if match["number"]:
            students = submissions.setdefault(match["number"].strip("'\"").removeprefix("submission_"), [])
            continue
        value = match["value"].strip()
        if value[:1] in ("'", '"'):
            value = value[1:-1].replace("''", "'")
        if match["field"] != "created_at" and (not students or match["field"] in students[-1]):
            students.append({})
        for student in students if match["field"] == "created_at" else students[-1:]:
            student[match["field"]] = value
    return submissions


def _time(text: str, clock: str) -> datetime | None:
    with suppress(ValueError):
        if text and clock:  # Brightspace leaves out the colon of the time
            return datetime.strptime(re.sub(r"(\d\d)(?= [AP]M$)", r":\1", text), clock)
    return None


def utc_time(text: str) -> datetime | None:
    """A time in UTC, to the second, as Sakai and Gradescope write it: 20260302140000000, or of ISO 8601."""
    text = text.strip()
    with suppress(ValueError):
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S")
    with suppress(TimeError):
        return utc(re.sub(r"\.\d*", "", text))
    return None
