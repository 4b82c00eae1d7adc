"""From a platform's archive into submitted/, with nbgrader's own zip_collect."""

from __future__ import annotations

import io
import logging
import shutil
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
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

from autograder.course import nbgrader_api
from autograder.gradebook import Student
from autograder.grading.run import Grading
from autograder.lessons import lessons
from autograder.lessons.canonical import text
from autograder.lms.collect import MOST_UNPACKED, PlatformFile, read_all
from tests.autograder.classroom import run, solved

LESSON = lessons()[2]
NAME = LESSON.name
MONDAY, TUESDAY = (2026, 3, 2, 9, 0, 0), (2026, 3, 3, 9, 0, 0)
CLASS = (
    Student("ada", "Ada", "Lovelace", "ada@he.org", "101"),
    Student("emmy", "Emmy", "Nöther", "emmy@he.org", "102"),
    Student("jan1", "Jan", "Novák", "jan1@he.org", "103"),
    Student("jan2", "Jan", "Novák", "jan2@he.org", "104"),
)


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(released_course, tmp_path / "he101"))
    with nbgrader_api(root).gradebook as gradebook:
        for student in CLASS:
            gradebook.update_or_create_student(
                student.id,
                first_name=student.first_name,
                last_name=student.last_name,
                email=student.email,
                lms_user_id=student.lms_user_id,
            )
    return root


def archive(root: Path, name: str, made: tuple[int, ...], files: Mapping[str, str | bytes]) -> None:
    path = root / "downloaded" / NAME / "archive" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as written:
        for place, content in files.items():
            written.writestr(zipfile.ZipInfo(place, made), content)


def submitted(root: Path) -> dict[str, str]:
    """The content of what is submitted, by student."""
    paths = sorted((root / "submitted").glob(f"*/{NAME}/{NAME}.ipynb"))
    return {path.parent.parent.name: path.read_text() for path in paths}


@pytest.fixture
def collect(course: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs nbgrader's zip_collect in the course, in this process; what it logs. It exits where it fails."""

    def collect(*options: str, root: Path = course) -> str:
        monkeypatch.chdir(root)
        log = io.StringIO()
        app = ZipCollectApp()
        app.log.addHandler(logging.StreamHandler(log))
        app.initialize([NAME, *options])
        app.start()
        return log.getvalue()

    return collect


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("adalovelace_101_9001_3-worked-examples.ipynb", PlatformFile("101", NAME, order=9001)),
        ("adalovelace_LATE_101_9001_x_1_2_y.ipynb", PlatformFile("101", "x_1_2_y", order=9001, late=True)),
        ("ada2_101_9001_a.ipynb", PlatformFile("101", "a", order=9001)),
        # Canvas takes such a _2_ out of a name
        ("ada_van_der_2_101_9001_a.ipynb", PlatformFile("2", "9001_a", order=101)),
        ("anon_x9Y_9001_a.ipynb", PlatformFile("anon_x9Y", "a", order=9001)),
        ("LATE_anon_x9Y_9001_a.ipynb", PlatformFile("anon_x9Y", "a", order=9001, late=True)),
        ("zip/Ada Lovelace_7_assignsubmission_file_/a.ipynb", PlatformFile("Ada Lovelace", "a", named=True)),
        ("Ada Lovelace_7_assignsubmission_file/sub/a.ipynb", PlatformFile("Ada Lovelace", "a", named=True)),
        ("Ada Lovelace_7_assignsubmission_file_a_b.ipynb", PlatformFile("Ada Lovelace", "a_b", named=True)),
        (
            "Lesson 3_ada_attempt_2026-03-01-15-00-00_a.ipynb",
            PlatformFile("ada", "a", when=datetime(2026, 3, 1, 15)),
        ),
        ("3-worked-examples.ipynb", None),
        ("notes/3-worked-examples.ipynb", None),
    ],
)
def test_a_place_is_read_as_the_platform_wrote_it(place, expected):
    file = read_all([place])[place]
    assert (file and replace(file, title="", end=0)) == expected


# the entries of an archive, and whom each is of, by when it was handed in, and whether late
EVES = "_x_bob_attempt_2031-01-01-00-00-00_"
ARCHIVES: dict[str, dict[str, tuple]] = {
    "Canvas": {
        f"byronbob_102_9001_{NAME}.ipynb": ("102", None, False),
        f"hackereve_LATE_103_9002{EVES}{NAME}.ipynb": ("103", None, True),
        f"hackereve_103_9003_x_102_9999_LATE_{NAME}.ipynb": ("103", None, False),
        f"hackereve_103_9004_Bob Byron_9_assignsubmission_file_{NAME}.ipynb": ("103", None, False),
    },
    "Canvas, of one": {f"hackereve_LATE_103_9002{EVES}{NAME}.ipynb": ("103", None, True)},
    "Blackboard": {
        f"Lesson 3_eve_attempt_2026-03-01-11-00-00{EVES}{NAME}.ipynb": (
            "eve",
            datetime(2026, 3, 1, 11),
            False,
        ),
        f"Lesson 3_eve_attempt_2026-03-01-12-00-00_x_102_9001_{NAME}.ipynb": (
            "eve",
            datetime(2026, 3, 1, 12),
            False,
        ),
        "Lesson 3_eve_attempt_2026-03-01-11-00-00.txt": ("eve", datetime(2026, 3, 1, 11), False),
    },
    "Blackboard, with numbers in the title": {
        f"HW_1_2_eve_attempt_2026-03-01-11-00-00_bob_attempt_2031-99-99-00-00-00_{NAME}.ipynb": (
            "eve",
            datetime(2026, 3, 1, 11),
            False,
        ),
        "HW_1_2_eve_attempt_2026-03-01-11-00-00.txt": ("eve", datetime(2026, 3, 1, 11), False),
    },
    "Moodle": {
        f"Eve X_7_assignsubmission_file_/Bob Byron_8_assignsubmission_file_/{NAME}.ipynb": (
            "Eve X",
            None,
            False,
        ),
        f"Eve X_7_assignsubmission_file_/a\nb/byronbob_102_9001_{NAME}.ipynb": ("Eve X", None, False),
        f"Eve X_7_assignsubmission_file_/{EVES}{NAME}.ipynb": ("Eve X", None, False),
    },
    "Moodle, flat": {
        f"Eve X_7_assignsubmission_file_Bob Byron_8_assignsubmission_file_{NAME}.ipynb": (
            "Eve X",
            None,
            False,
        ),
        f"Eve X_7_assignsubmission_file_102_9001_{NAME}.ipynb": ("Eve X", None, False),
    },
}


@pytest.mark.parametrize("kind", ARCHIVES)
def test_what_a_student_calls_the_file_decides_nothing(kind):
    said = read_all(ARCHIVES[kind])
    assert {place: file and (file.who, file.when, file.late) for place, file in said.items()} == ARCHIVES[
        kind
    ]


def packed(files: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as written:
        for place, data in files.items():
            written.writestr(place, data)
    return content.getvalue()


def test_what_a_student_packs_into_a_zip_is_that_students_and_costs_nobody_else(course, collect):
    archive(
        course,
        "all_1_2_of canvas.zip",
        MONDAY,
        {
            f"lovelaceada_101_9001_{NAME}.ipynb": "mine",
            "nötheremmy_102_9002_work.zip": packed(
                {
                    f"lovelaceada_101_9999_{NAME}.ipynb": b"Emmy's",
                    "novákjan_103_9999_a.zip": packed({"a": b""}),
                }
            ),
            f"novákjan_LATE_103_9010_x_ada_attempt_2031-01-01-00-00-00_{NAME}.ipynb": "Jan's",
            "novákjan_103_9003_damaged.zip": b"no archive",
            "novákjan_103_9004_damaged.tar.gz": b"no archive",
            "novákjan_104_9005_bomb.zip": packed({f"{NAME}.ipynb": b" " * (MOST_UNPACKED + 1)}),
        },
    )
    log = collect()
    assert submitted(course) == {"ada": "mine", "emmy": "Emmy's", "jan1": "Jan's"}
    assert "jan1: late, says Canvas" in log
    for name in (
        "damaged.zip is not unpacked",
        "damaged.tar.gz is not",
        "bomb.zip is not unpacked (it holds more",
    ):
        assert name in log


def test_canvas_late_and_resubmitted_and_renamed(course):
    notebook = text(solved(LESSON))
    archive(
        course,
        "submissions.zip",
        MONDAY,
        {
            f"lovelaceada_101_9001_{NAME}.ipynb": "old",
            f"lovelaceada_101_9002_{NAME}-1.ipynb": notebook,
            "lovelaceada_101_9003_1-relu-half-killing.ipynb": "another lesson",
            "nötheremmy_LATE_102_9004_my homework (final).ipynb": notebook,
            f"guest_999_9005_{NAME}.ipynb": "not of this class",
            "nötheremmy_LATE_102_9006_picture.png": "no notebook",
        },
    )
    done = run("nbgrader", "zip_collect", NAME, cwd=course)
    assert done.returncode == 0, done.stderr
    assert submitted(course) == {"ada": notebook, "emmy": notebook}
    assert "emmy: late, says Canvas" in done.stderr
    assert "there is nobody called 999 in the gradebook. Import the roster" in done.stderr
    assert not list((course / "submitted").rglob("timestamp.txt"))


def test_moodle_by_the_full_name_and_a_name_that_two_have_is_nobodys(course, collect):
    old, new = "old", text(solved(LESSON))
    archive(
        course,
        "a-newer.zip",
        TUESDAY,
        {f"Ada Lovelace_31_assignsubmission_file_/{NAME}.ipynb": new},
    )
    archive(
        course,
        "older.zip",
        MONDAY,
        {
            f"Ada Lovelace_31_assignsubmission_file_/{NAME}.ipynb": old,
            f"Nother Emmy_32_assignsubmission_file/mine/{NAME} (1).ipynb": new,
            f"Nother Emmy_32_assignsubmission_file/mine/.ipynb_checkpoints/{NAME}-checkpoint.ipynb": old,
            f"Jan Novák_33_assignsubmission_file_{NAME}.ipynb": new,
        },
    )
    log = collect()
    assert submitted(course) == {"ada": new, "emmy": new}
    assert "there are 2 called Jan Novák in the gradebook" in log


def test_blackboard_says_when_and_the_grade_knows_that_it_was_late(course, collect):
    with nbgrader_api(course).gradebook as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-03-01 12:00:00 UTC")
    archive(
        course,
        "gradebook.zip",
        MONDAY,
        {
            f"Lesson 3_ada_attempt_2026-03-01-11-00-00_{NAME}.ipynb": "too early",
            f"Lesson 3_ada_attempt_2026-03-01-15-00-00_{NAME}.ipynb": text(solved(LESSON)),
            "Lesson 3_ada_attempt_2026-03-01-15-00-00.txt": "a receipt",
        },
    )
    collect()
    assert submitted(course) == {"ada": text(solved(LESSON))}
    stamp = course / "submitted" / "ada" / NAME / "timestamp.txt"
    assert stamp.read_text().startswith("2026-03-01 15:00:00")
    assert [result.status for result in Grading(course)] == ["graded"]
    with nbgrader_api(course).gradebook as gradebook:
        assert gradebook.find_submission(NAME, "ada").total_seconds_late == 3 * 3600


def test_a_resubmission_is_collected_with_force(course, collect):
    archive(course, "monday.zip", MONDAY, {f"lovelaceada_101_9001_{NAME}.ipynb": "old"})
    collect()
    assert submitted(course) == {"ada": "old"}
    archive(course, "tuesday.zip", TUESDAY, {f"lovelaceada_101_9100_{NAME}-1.ipynb": "new"})
    with pytest.raises(SystemExit):  # nbgrader overwrites nothing unasked
        collect()
    collect("--force")
    assert submitted(course) == {"ada": "new"}


def test_without_a_roster_the_platforms_number_or_name_is_the_student(released_course, collect, tmp_path):
    root = Path(shutil.copytree(released_course, tmp_path / "without"))
    archive(
        root,
        "all.zip",
        MONDAY,
        {
            f"lovelaceada_101_9001_{NAME}.ipynb": "a",
            f"Emmy Nöther_32_assignsubmission_file_/{NAME}.ipynb": "b",
        },
    )
    collect(root=root)
    assert submitted(root) == {"101": "a", "Emmy-Nöther": "b"}


def test_a_regular_expression_of_the_instructors_own_comes_first(course, collect):
    archive(course, "all.zip", MONDAY, {f"ada--{NAME}.ipynb": "mine"})
    own = rf"--FileNameCollectorPlugin.named_regexp=.*/(?P<student_id>\w+)--(?P<file_id>{NAME})"
    collect(own)
    assert submitted(course) == {"ada": "mine"}


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
    fetched.write_text(text(solved(LESSON)))
    exchanged(ExchangeSubmit, home)
    exchanged(ExchangeCollect, course)
    (owner,) = submitted(course)
    assert submitted(course)[owner] == text(solved(LESSON))
    assert (course / "submitted" / owner / NAME / "timestamp.txt").read_text().strip()
