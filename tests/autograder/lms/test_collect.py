"""From platforms' archives into submitted/: each platform's form is a case of archives.toml."""

from __future__ import annotations

import io
import logging
import shutil
import tomllib
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from nbgrader.api import Gradebook
from nbgrader.apps import ZipCollectApp
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeReleaseAssignment,
    ExchangeSubmit,
)
from traitlets.config import Config

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.gradebook import Student
from autograder.grading.run import Grading
from autograder.lms.class_list import ClassList
from autograder.lms.hand_ins import Collection, HandIn
from autograder.lms.platforms import PLATFORMS, read_paths
from autograder.repair.released import released_lesson
from tests.autograder.hand_ins import LESSON, MONDAY, NAME, OWN, TUESDAY, content, named, packed

CLASS = (
    Student("ada", "Ada", "Lovelace", "ada@he.org", "101"),
    Student("emmy", "Emmy", "Nöther", "emmy@he.org", "102"),
    Student("jan1", "Jan", "Novák", "jan1@he.org", "103"),
    Student("jan2", "Jan", "Novák", "jan2@he.org", "104"),
    Student("kit_k", "Kit", "Kowalski", "kit@he.org", "kit-k"),
    Student("mary", "Mary-Ann", "O’Neil", "mary@he.org", "105"),
)
CASES = tomllib.loads(Path(__file__).with_name("archives.toml").read_text(encoding="utf-8"))["archive"]


def without_flag(data: bytes, encoding: str = "utf-8") -> bytes:
    """The archive, whose names are in an encoding that no flag tells."""
    out = bytearray(data)
    for mark, flag, length, name in ((b"PK\3\4", 6, 26, 30), (b"PK\1\2", 8, 28, 46)):
        at = -1
        while (at := out.find(mark, at + 1)) >= 0:
            size = int.from_bytes(out[at + length : at + length + 2], "little")
            old = bytes(out[at + name : at + name + size]).decode().encode(encoding)
            out[at + flag + 1] &= ~0x08
            out[at + name : at + name + size] = old.ljust(size, b"_")[:size] if len(old) < size else old
    return bytes(out)


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(released_course, tmp_path / "he101"))
    with nbgrader_api(root).gradebook as gradebook:
        for student in CLASS:
            about = {key: value for key, value in vars(student).items() if key not in ("id", "enrolled")}
            gradebook.update_or_create_student(student.id, **about)
    return root


def archive(root: Path, name: str, made: tuple[int, ...], files: Mapping[str, object]) -> Path:
    path = root / "downloaded" / NAME / "archive" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(packed(files, made))
    return path


def submitted(root: Path) -> dict[str, bytes]:
    """The content of what is submitted, by student."""
    paths = sorted((root / "submitted").glob(f"*/{NAME}/{OWN}"))
    return {path.parent.parent.name: path.read_bytes() for path in paths}


def heinit(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def check(case: Mapping[str, object], of: Mapping[str, HandIn], nobodys: Mapping[str, str]) -> None:
    """That hand-ins are as a case of archives.toml has them."""
    expected = case.get("taken", {})
    assert {student for student, hand_in in of.items() if hand_in.has_notebook} == set(expected)
    for student, kind in expected.items():
        assert of[student].files[OWN] == content(kind), student
    without = {student: sorted(h.files) for student, h in of.items() if not h.has_notebook}
    assert without == case.get("without", {})
    for student, places in case.get("beside", {}).items():
        assert {*map(named, places), OWN} == set(of[student].files)
    assert [path.partition(": ")[2] for path in nobodys] == list(map(named, case.get("nobodys", [])))
    assert all(case.get("because", "") in why for why in nobodys.values())
    when = {student: str(h.when) for student, h in of.items() if h.when}
    assert when == case.get("when", {})
    for student, words in case.get("says", {}).items():
        assert words in " ".join(of[student].notes) if words else not of[student].notes


def test_each_platforms_archive_is_laid_out_as_its_case_says(released_course, tmp_path):
    config = nbgrader_api(released_course).coursedir
    source = released_course / "source" / NAME / OWN
    with Gradebook(config.db_url, config.course_id) as gradebook:
        lesson = released_lesson(gradebook, NAME, NAME, source)
    failed = []
    for number, case in enumerate(CASES):
        files = {
            unicodedata.normalize(case.get("form", "NFC"), place): kind
            for place, kind in case["files"].items()
        }
        data = packed(files)
        if case.get("unflagged") or case.get("old"):
            data = without_flag(data, "cp437" if case.get("old") else "utf-8")
        path = tmp_path / f"archive{number}.zip"
        path.write_bytes(data)
        class_list = ClassList(CLASS if case.get("roster", True) else [], case.get("groups"))
        zone = ZoneInfo(case["zone"]) if "zone" in case else None
        collection = Collection([path], class_list, lesson, NAME, zone)
        of = {hand_in.student: hand_in for hand_in in collection}
        try:
            assert collection.problems == []
            check(case, of, collection.nobodys)
        except AssertionError as error:
            failed.append(f"{case['name']}: {error}")
    assert not failed, "\n\n".join(failed)


def test_every_platform_has_a_case():
    places = {place for case in CASES for place in case["files"]}
    seen = {file.platform.name for file in read_paths(places).values() if file}
    assert {platform.name for platform in PLATFORMS} <= seen


def test_what_is_collected_is_graded_and_exported_and_nobody_unreadable_gets_a_zero(course, tmp_path):
    first = tmp_path / "submissions.zip"
    first.write_bytes(
        packed(
            {
                f"lovelaceada_101_9001_{NAME}.ipynb": "solved",
                "nötheremmy_102_text.html": "<p>",
                "novákjan_103_9003_damaged.zip": "PK\3\4",
                f"guest_999_9004_{NAME}.ipynb": "solved",
            }
        )
    )
    told = heinit("collect", course, NAME, first)
    assert told.exit_code == 1
    assert "ada: collected from submissions.zip (Canvas)" in told.output
    assert "there is nobody called 999 in the gradebook" in told.output
    statuses = {result.student: result.status for result in Grading(course)}
    assert statuses == {"ada": "graded", "emmy": "ungradable", "jan1": "ungradable"}
    told = heinit("export", course, "--to", "canvas", "--missing", "zero")
    rows = {row.split(",")[2]: row.rpartition(",")[2] for row in _lines(course / "grades-canvas.csv")[2:]}
    assert rows == {"101": "15", "102": "", "103": "", "104": "", "kit-k": "", "105": ""}
    assert "emmy, 3-worked-examples: could not be graded; left empty" in told.output
    assert "lists what is nobody's" in told.output
    (course / "downloaded" / NAME / "nobodys.txt").unlink()
    heinit("export", course, "--to", "canvas", "--missing", "zero")
    rows = {row.split(",")[2]: row.rpartition(",")[2] for row in _lines(course / "grades-canvas.csv")[2:]}
    assert rows == {"101": "15", "102": "", "103": "", "104": "0", "kit-k": "0", "105": "0"}


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_archives_are_taken_in_in_any_order_and_what_came_in_another_way_stays(course, tmp_path):
    tuesday, monday, folder = tmp_path / "b.zip", tmp_path / "a.zip", tmp_path / "loose"
    tuesday.write_bytes(packed({f"lovelaceada_101_9100_{NAME}-1.ipynb": "solved"}, TUESDAY))
    monday.write_bytes(
        packed({f"lovelaceada_101_9001_{OWN}": "half", f"nötheremmy_102_9002_{OWN}": "half"}, MONDAY)
    )
    (folder / "kit_k").mkdir(parents=True)
    (folder / "kit_k" / OWN).write_bytes(content("solved"))
    own = course / "submitted" / "emmy" / NAME / OWN
    own.parent.mkdir(parents=True)
    own.write_bytes(content("blank"))
    heinit("collect", course, NAME, monday)
    assert submitted(course) == {"ada": content("half"), "emmy": content("blank")}
    told = heinit("collect", course, NAME, tuesday, folder)
    assert "ada: replaced from b.zip (Canvas)" in told.output
    assert "emmy: another submission is there, and stays" in told.output
    told = heinit("collect", course, NAME, monday, "--force")
    assert told.exit_code == 0
    assert submitted(course) == {k: content(v) for k, v in
                                 {"ada": "solved", "emmy": "half", "kit_k": "solved"}.items()}  # fmt: skip
    assert len(list((course / "downloaded" / NAME / "archive").iterdir())) == 3
    assert "3 unchanged." in heinit("collect", course, NAME).output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["9-nowhere"], "Its lessons are: "),
        ([NAME], "there is no archive of 3-worked-examples yet"),
        ([NAME, "--timezone", "Mars/Olympus"], "there is no time zone 'Mars/Olympus'"),
    ],
)
def test_what_cannot_be_collected_is_said_in_a_sentence(course, arguments, says):
    told = heinit("collect", course, *arguments)
    assert told.exit_code == 2
    assert says in told.output


def test_a_file_that_only_looks_like_an_archive_is_named(course, tmp_path):
    page = tmp_path / "submissions.zip"
    page.write_text("<!doctype html><title>Log in</title>")
    told = heinit("collect", course, NAME, page)
    assert "submissions.zip cannot be opened: it is a web page, not the notebook, and no zip." in told.output
    assert told.exit_code == 1


def test_blackboard_says_when_and_the_grade_knows_that_it_was_late(course, tmp_path):
    with nbgrader_api(course).gradebook as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-03-01 12:00:00 UTC")
    path = tmp_path / "gradebook.zip"
    path.write_bytes(packed({f"Lesson 3_ada_attempt_2026-03-01-15-00-00_{OWN}": "solved"}))
    assert heinit("collect", course, NAME, path, "--timezone", "Europe/Berlin").exit_code == 0
    assert [result.status for result in Grading(course)] == ["graded"]
    with nbgrader_api(course).gradebook as gradebook:
        assert gradebook.find_submission(NAME, "ada").total_seconds_late == 2 * 3600


@pytest.fixture
def zip_collect(course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs nbgrader's zip_collect in the course, in this process; what it logs. It exits where it fails."""

    def collect(*options: str) -> str:
        monkeypatch.chdir(course)
        log = io.StringIO()
        app = ZipCollectApp()
        app.log.addHandler(logging.StreamHandler(log))
        app.initialize([NAME, *options])
        app.start()
        return log.getvalue()

    return collect


def test_nbgraders_own_command_collects_the_same(course, zip_collect):
    files = {
        f"Lesson 3_ada_attempt_2026-03-01-15-00-00_{NAME}.ipynb": "solved",
        "Lesson 3_emmy_attempt_2026-03-01-15-00-00_answers.pdf": "pdf",
        "Lesson 3_who_attempt_2026-03-01-15-00-00_answers.pdf": "pdf",
    }
    archive(course, "gradebook.zip", MONDAY, files)
    log = zip_collect("--PlatformExtractor.timezone=UTC")
    assert submitted(course) == {"ada": content("solved")}
    stamp = course / "submitted" / "ada" / NAME / "timestamp.txt"
    assert stamp.read_text() == "2026-03-01 15:00:00 UTC"
    assert [path.name for path in (course / "submitted" / "emmy" / NAME).glob("*.pdf")] == ["answers.pdf"]
    assert "there is nobody called who in the gradebook. Import the roster" in log
    archive(course, "later.zip", TUESDAY, {f"Lesson 3_ada_attempt_2026-03-02-15-00-00_{OWN}": "half"})
    with pytest.raises(SystemExit):  # nbgrader overwrites nothing unasked
        zip_collect()
    zip_collect("--force")
    assert submitted(course) == {"ada": content("half")}


def test_a_regular_expression_of_the_instructors_own_comes_first(course, zip_collect):
    archive(course, "all.zip", MONDAY, {f"ada--{NAME}.ipynb": "mine", "in.zip": {f"emmy--{OWN}": "hers"}})
    (course / "downloaded" / NAME / "archive" / f"sofia--{OWN}").write_text("of a mail")
    own = rf"--FileNameCollectorPlugin.named_regexp=.*/(?P<student_id>\w+)--(?P<file_id>{NAME})"
    zip_collect(own)
    assert submitted(course) == {"ada": b"mine", "emmy": b"hers", "sofia": b"of a mail"}


def test_the_exchange_brings_a_submission_and_its_time(course, tmp_path, monkeypatch):
    shared, home = tmp_path / "exchange", tmp_path / "ada"
    shared.mkdir(mode=0o777)
    shared.chmod(0o777)
    home.mkdir()
    exchange = {"root": str(shared)}
    instructor = nbgrader_api(course, Exchange=exchange, CourseDirectory={"course_id": "he101"})
    monkeypatch.setenv("JUPYTERHUB_USER", "ada")
    monkeypatch.setenv("USER", "ada")

    def exchanged(kind: type, root: Path) -> None:
        config = Config(instructor.config)
        config.CourseDirectory.root = str(root)
        config.CourseDirectory.assignment_id = NAME
        kind(
            coursedir=CourseDirectory(config=config),
            authenticator=Authenticator(config=config),
            config=config,
        ).start()

    exchanged(ExchangeReleaseAssignment, course)
    monkeypatch.chdir(home)
    exchanged(ExchangeFetchAssignment, home)
    fetched = home / NAME / f"{NAME}.ipynb"
    assert fetched.read_bytes() == LESSON.path.read_bytes()
    fetched.write_bytes(content("solved"))
    exchanged(ExchangeSubmit, home)
    exchanged(ExchangeCollect, course)
    (owner,) = submitted(course)
    assert submitted(course)[owner] == content("solved")
    assert (course / "submitted" / owner / NAME / "timestamp.txt").read_text().strip()
