"""Rosters: three kinds of file as they come, every wrong line named, all students or none."""

from __future__ import annotations

import re
import shutil
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.gradebook import Student
from autograder.lms.roster import import_roster, read_groups, read_roster
from tests.autograder.classroom import run

NBGRADER = "id,first_name,last_name,email,lms_user_id\nada,Ada,Lovelace,ada@he.org,101\nemmy,,,,\n"
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,Worked examples (4711),Current Score
,,,,,Manual Posting,(read only)
    Points Possible,,,,,15,(read only)
"Lovelace, Ada",101,S-1,ada,Section 1,12,80
"Nöther, Emmy",102,S-2,,Section 1,,
Plato,103,,,Section 1,,
"Student, Test",999,,,Section 1,,
"""
MOODLE = """\
\ufeff"First name","Last name",Username,"ID number","Email address",Groups
Ada,Lovelace,ada,101,ada@he.org,"A, B"
Emmy,Nöther,,102,emmy@he.org,
Plato,"",,,plato+academy@he.org,
"""


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(released_course, tmp_path / "he101"))


def file(folder: Path, content: str | bytes) -> Path:
    path = folder / "roster.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def heinit(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in ("course", *arguments)])


def students(root: Path) -> dict[str, tuple[str | None, ...]]:
    with nbgrader_api(root).gradebook as gradebook:
        return {s.id: (s.first_name, s.last_name, s.email, s.lms_user_id) for s in gradebook.students}


def test_nbgraders_own_columns(tmp_path):
    assert read_roster(file(tmp_path, NBGRADER)) == [
        Student("ada", "Ada", "Lovelace", "ada@he.org", "101"),
        Student("emmy"),
    ]


def test_a_gradebook_export_of_canvas_as_it_comes(tmp_path):
    assert read_roster(file(tmp_path, CANVAS)) == [
        Student("ada", "Ada", "Lovelace", "", "101"),
        Student("S-2", "Emmy", "Nöther", "", "102"),
        Student("103", "", "Plato", "", "103"),
    ]


def test_a_gradebook_export_of_canvas_with_two_columns_of_names(tmp_path):
    two = """\
LastName,FirstName,ID,SIS User ID,SIS Login ID,Section,Worked examples (4711)
,,,,,,Manual Posting
    Points Possible,,,,,,15
Nöther,"Emmy, Amalie",102,S-2,emmy,"Section 1 and Section 2",
,Plato,103,,,Section 1,
Student,Test,999,,,Section 1,
"""
    assert read_roster(file(tmp_path, two)) == [
        Student("emmy", "Emmy, Amalie", "Nöther", "", "102"),
        Student("103", "Plato", "", "", "103"),
    ]


def test_a_list_of_participants_of_moodle_as_it_comes(tmp_path):
    assert read_roster(file(tmp_path, MOODLE)) == [
        Student("ada", "Ada", "Lovelace", "ada@he.org", "101"),
        Student("102", "Emmy", "Nöther", "emmy@he.org", "102"),
        Student("plato+academy@he.org", "Plato", "", "plato+academy@he.org"),
    ]


def test_each_platforms_table_is_read_as_its_case_says(tmp_path):
    cases = tomllib.loads(Path(__file__).with_name("rosters.toml").read_text(encoding="utf-8"))["roster"]
    for case in cases:
        path = file(tmp_path, case["text"].lstrip("\n").encode(case.get("encoding", "utf-8")))
        if "error" in case:
            with pytest.raises(UsageError, match=re.escape(case["error"])):
                read_roster(path)
            continue
        assert read_roster(path) == [Student(*student) for student in case["students"]], case["name"]
        if "groups" in case:
            assert read_groups(path) == case["groups"]
        else:
            with pytest.raises(UsageError, match="names no groups"):
                read_groups(path)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_spreadsheets_way_of_writing_csv_does_not_matter(tmp_path, separator, end):
    lines = ["id", "first_name"], ["", ""], ["ada", "Ada"]
    content = "\ufeff" + "".join(separator.join(line) + end for line in lines)
    assert read_roster(file(tmp_path, content)) == [Student("ada", "Ada")]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("", "line 1: these are not the headings of a roster"),
        ("name,mail\nada,a@b\n", "line 1: these are not the headings of a roster"),
        ("id\n", "has no students"),
        ("id,email\nada,a@b\n\nemmy\n", "line 4: it has 1 cells, and the header has 2"),
        ("id,email\nada,a,b\n", "line 2: it has 3 cells, and the header has 2"),
        ("id\nada\nemmy\nada\n", "line 4: 'ada' is on line 2 already"),
        ("id,email\n,a@b\n", "line 2: there is no id. Fill in 'id'."),
        ("id\n../ada\n", "line 2: '../ada' cannot name a folder"),
        ("id\n.ada\n", "line 2: '.ada' cannot name a folder"),
        ("id\na:b\n", "line 2: 'a:b' cannot name a folder"),
        ("id\n" + "a" * 200 + "\n", "line 2: the id has more than 128 characters"),
        ('id,email\nada,a@b\nemmy,"x\n', "line 3: this is not CSV"),
        (b"id,first_name\nada,Ada\nemmy,Emm\xff\n", "line 3: this is not UTF-8"),
        ("First name,Last name,Username,Email address\nA,B,,\n", "Fill in 'username' or 'email address'."),
        ('id,email\nada,"a\nb"\n\nemmy\n', "line 5: it has 1 cells"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_imported(course, tmp_path, content, says):
    result = heinit(course, "--roster", file(tmp_path, content))
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert students(course) == {}


@given(st.text() | st.binary())
def test_any_file_is_a_roster_or_is_told_why_not(tmp_path_factory, content):
    path = file(tmp_path_factory.getbasetemp(), content if isinstance(content, bytes) else content.encode())
    try:
        assert read_roster(path)
    except UsageError as error:
        assert str(path) in str(error)


@pytest.mark.full
def test_a_new_course_has_its_class_from_the_beginning(tmp_path):
    result = heinit(tmp_path / "new", "--roster", file(tmp_path, CANVAS))
    assert result.exit_code == 0, result.output
    assert "imported 3 students" in result.stdout
    assert students(tmp_path / "new")["ada"] == ("Ada", "Lovelace", None, "101")


def test_no_course_is_made_with_a_wrong_roster(tmp_path):
    assert heinit(tmp_path / "new", "--roster", file(tmp_path, "id\n\n")).exit_code == 2
    assert heinit(tmp_path / "new", "--roster", tmp_path / "nowhere.csv").exit_code == 2
    assert not (tmp_path / "new").exists()


def test_on_a_course_that_is_there_only_the_roster_is_imported_and_nothing_is_wiped(course, tmp_path):
    before = (course / "nbgrader_config.py").stat().st_mtime_ns
    heinit(course, "--roster", file(tmp_path, NBGRADER))
    result = heinit(course, "--roster", file(tmp_path, "id,last_name\nada,Byron\nkurt,\n"))
    assert result.exit_code == 0
    assert "is a course already; the roster was imported: 1 new, 1 known." in result.stdout
    assert students(course) == {
        "ada": ("Ada", "Byron", "ada@he.org", "101"),
        "emmy": (None, None, None, None),
        "kurt": (None, None, None, None),
    }
    assert (course / "nbgrader_config.py").stat().st_mtime_ns == before


def test_all_students_are_imported_or_none(course):
    with nbgrader_api(course).gradebook as gradebook:
        with pytest.raises(AttributeError):
            import_roster(gradebook, [Student("ada", "Ada"), None])
        assert [student.id for student in gradebook.students] == []


@pytest.mark.full
def test_nbgraders_own_import_gives_the_same_students(course, tmp_path):
    other = Path(shutil.copytree(course, tmp_path / "other"))
    heinit(course, "--roster", file(tmp_path, NBGRADER))
    done = run("nbgrader", "db", "student", "import", str(tmp_path / "roster.csv"), cwd=other)
    assert done.returncode == 0, done.stderr
    assert students(course) == students(other)
