"""The forms in which learning platforms name what students handed in: a row of PLATFORMS for each platform.

A student may name a file freely, and put files into a folder or an archive. So a name decides nothing behind
the platform's own part of a path, and that part is read from the left. One archive has one platform: the
form that most of its paths have. (Each path has the form of its own platform, whatever students append; where
another form fits as often, the platform's part of the path ends further right there.) Only a path without
that form, which an instructor added, is read as another platform's.

To take in another platform is to add a row here and a case to tests/autograder/lms/archives.toml. Where
`source` names a repository, the form was read in its code; the others rest on what it says there.
"""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from autograder.times import TimeError, utc


@dataclass(frozen=True)
class Platform:
    """How a platform names a file.

    form: of a path, from the left. Its groups are `who` (a student, or what `by` says), `file` (what the
    student called it), and, where the platform has them: `text` (what was typed in place of a file), `own`
    (a file of the platform's), `late`, `order` (the larger, the newer, among a student's files of one
    hand-in), `when`, `before` (stands before an id, and may hold the beginning of an id with a _ in it).
    by: what `who` is: an "id", an "id or name" where `before` is a name, a "name", "any" of these, or a
    "number" of the archive's own list.
    clock: how `when` is written, for datetime.strptime, in the platform's local time.
    hint: what to do where nobody has such a name.
    """

    name: str
    form: re.Pattern[str]
    by: str
    source: str
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


def _row(name: str, by: str, form: str, source: str, clock: str = "", hint: str = "") -> Platform:
    return Platform(name, re.compile(form, re.S | re.X), by, source, clock, hint)


_TOP = r"(?:.*/)??"  # the folders above the platform's own part
PLATFORMS = (
    _row(
        "Moodle",
        "name",
        # the number belongs to this assignment alone; who handed in as a group has the group's name
        _TOP + r"(?P<who>[^/]+?)(?:_\d+)?_assignsubmission_"
        r"(?:(?P<text>onlinetext(?:_|_?/).+)|[a-z]+(?:_(?=[^/])|_?/)(?P<file>.+))",
        "moodle/moodle: mod/assign/classes/downloader.php; before 4.1 mod/assign/locallib.php, which puts a "
        "group and - before the name. No part of it is translated but `Participant` and `Default group`",
        hint="Where Moodle hides names (Participant), reveal them and download again. Where a group handed "
        "in, give --groups",
    ),
    _row(
        "Canvas",
        "id",
        r"(?:.*/)?(?:(?!LATE_)(?P<before>[^/]+?)_)??(?P<late>LATE_)?(?P<who>\d+|anon_[A-Za-z0-9]+)_"
        r"(?:(?P<order>\d+)_(?P<file>[^/]+)|(?P<text>(?:text|link)\.html))",
        "instructure/canvas-lms: lib/content_zipper.rb; a group's name stands before the id of one member",
        hint="Where Canvas hides names (anon_), end anonymous grading and download again",
    ),
    _row(
        "Blackboard",
        "id",
        r"(?:.*/)?(?:(?P<before>[^/]*?)_)??(?P<who>[^_/]+)_attempt_(?P<when>\d{4}(?:-\d\d){5})"
        r"(?:_(?P<file>[^/]+)|(?P<text>\.txt))",
        "kwurst/bb-file-cleanup: README.md, and nbgrader's manual on zip_collect; the .txt is Blackboard's "
        "receipt, and holds what was typed",
        "%Y-%m-%d-%H-%M-%S",
    ),
    _row(
        "Brightspace",
        "name",
        _TOP + r"\d+-\d+\ -\ (?P<who>[^/]+?)\ -\ (?P<when>[A-Z]\w+\ \d+,\ \d{4}\ \d{3,4}\ [AP]M)"
        r"(?:/(?P<file>.+)|\ -\ (?P<flat>[^/]+))",
        "the folders that brightspace_assessment_rename and other public scripts take apart, as in "
        "`397063-2557369 - Mary-Ann Smith - Sep 24, 2024 926 PM`",
        "%b %d, %Y %I:%M %p",
    ),
    _row(
        "Brightspace",  # where its dates are in another language: then nothing says when
        "name",
        _TOP + r"\d+-\d+\ -\ (?P<who>[^/]+)\ -\ [^/]*\d{4}[^/]*/(?P<file>.+)",
        "as above",
    ),
    _row(
        "Gradescope",
        "number",
        _TOP + r"submission_(?P<who>\d+)/(?P<file>.+)|" + _TOP + r"(?P<own>submission_metadata\.yml)",
        "what public readers of its export take apart (gradescope_auto_py and others): a folder for each "
        "submission, and `submission_metadata.yml` with `:submitters:`, by `:name:`, `:sid:`, `:email:`",
    ),
    _row(
        "Sakai",
        "id or name",
        _TOP + r"(?P<before>[^/,]*,[^/]*)\((?P<who>[^/()]+)\)"
        r"(?:/(?:(?P<own>timestamp\.txt|(?:comments|feedbackText)[^/]*|[Ff]eedback[^/]*/.*)"
        r"|(?P<text>[^/]*_submissionText\.html)|[^/]+/(?P<file>.+))"
        r"|_Submission\ attachment\(s\)_(?P<flat>[^/]+))",
        "what public readers of `bulk_download` take apart: `Last, First(id)/Submission attachment(s)/`, "
        "whose name is translated, and `timestamp.txt` in UTC",
        hint="Where Sakai grades anonymously, show the names and download again",
    ),
    _row(
        "ILIAS",
        "id or name",
        _TOP + r"(?P<before>[^/]+_[^/]*)_(?P<who>[^/_]+)_\d+/"
        r"(?P<late>(?:Late\ Submission|Versp(?:ae|ä|a)tete\ Abgabe)\ -\ )?(?P<file>.+)",
        "ILIAS-eLearning/ILIAS: ilExSubmission::getDirectoryNameFromUserData (Last_First_login_number)",
    ),
    _row(
        "Open edX",
        "id",
        _TOP + r"\[\d+\][^/]*/\[(?:\d+|x)\]\ -\ (?P<who>[^/]+?)\ -\ "
        r"(?:(?P<text>prompt_\d+\.txt)|(?P<file>[^/]+))",
        "openedx/edx-ora2: openassessment/data.py, create_zip_with_attachments",
    ),
    _row(
        "Teams",
        "name",
        _TOP + r"Submitted\ files/(?P<who>[^/]+)/(?P<file>.+)",
        "the folder `Student Work/Submitted files` of a class's SharePoint, as Microsoft's prompts for "
        "educators describe it: NAME/ASSIGNMENT/Version N/",
    ),
    _row(
        "GitHub Classroom",
        "id",
        _TOP + r"(?P<slug>[^/]+)-submissions/(?P=slug)-(?P<who>[^/]+)/(?P<file>.+)",
        "github/gh-classroom: cmd/gh-classroom/clone/student-repos/student-repos.go",
    ),
)
# Forms that fit what a student may call a file, too: they count where no platform's form fits any path
DRIVE = _row(
    "Google Classroom",
    "name",
    r"(?:.*/)?(?P<who>[^/]+?)\ -\ (?P<file>[^/]+)",
    "what Drive names the copies that Classroom makes for each student: NAME - TITLE. An upload keeps the "
    "student's own name for it, and says nobody's name",
)
FOLDER = _row("a folder a student", "any", r"(?P<who>[^/]+)/(?P<file>.+)", "the folders as they are")


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
