"""Grade files: what Canvas and Moodle read, what is empty, who is not in them."""

from __future__ import annotations

import csv
import json
import os
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.course import nbgrader_api
from autograder.feedback.page import feedback_page
from autograder.gradebook import Record, Status, Student
from autograder.grades import read_grades
from autograder.lessons import lessons
from tests.autograder.classroom import run
from tests.autograder.gradebooks import fill
from tests.autograder.report.classes import class_of, graded

ONE, TWO, THREE = (lesson.name for lesson in lessons()[:3])
WHY = "it is a web page, not the notebook."


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    """anna: graded, and late. ben: ungradable. cleo: waits. dora: nothing. ed: with an earlier grade."""
    root = Path(shutil.copytree(released_course, tmp_path / "he101"))
    late = graded("anna", ONE, relu=(2, 2), activity=(2.5, 4))
    earlier = graded("ed", ONE, relu=(1.5, 2))
    of = class_of(
        replace(late, penalty=1.0, handed_in=datetime(2026, 3, 1, 12)),
        graded("anna", TWO, gain=(0, 5)),
        Record("ben", ONE, Status.UNGRADABLE, reason=WHY),
        Record("cleo", ONE, Status.UNGRADED),
        Record("dora", ONE, Status.MISSING),
        replace(earlier, status=Status.UNGRADABLE, reason=WHY),
    )
    names = {
        "anna": ("Anna", "Ångström", "anna@he.org", "4711"),
        "ben": ("Ben", "Bloch", "ben@he.org", "4712"),
        "cleo": ("", "", "cleo@he.org", "4713"),
        "dora": ("Dora", "O'Neil, Jr.", "", ""),
        "ed": ("=1+1", "@Ed", "ed@he.org", "4715"),
    }
    for student, fields in names.items():
        of.students[student] = Student(student, *fields)
    fill(root, of)
    return root


def heinit(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in ("export", *arguments)])


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_canvas_reads_its_own_columns_and_an_ungradable_one_is_empty(course):
    result = heinit(course, "--to", "canvas")
    assert result.exit_code == 0, result.output
    assert rows(course / "grades-canvas.csv") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", ONE, TWO],
        ["    Points Possible", "", "", "", "", "15", "15"],
        ["cleo", "4713", "", "cleo", "", "", ""],
        ["'@Ed, =1+1", "4715", "", "ed", "", "1.5", ""],
        ["Ångström, Anna", "4711", "", "anna", "", "3.5", "0"],
        ["Bloch, Ben", "4712", "", "ben", "", "", ""],
        ["O'Neil, Jr., Dora", "", "", "dora", "", "", ""],
    ]
    notes = result.stderr
    assert f"ben, {ONE}: could not be graded; left empty, which is not a zero. {WHY}" in notes
    assert f"ed, {ONE}: could not be graded; the earlier grade stands." in notes
    assert f"Handed in and not graded yet, left empty: cleo ({ONE})." in notes
    assert f"{ONE}: not handed in, left empty: dora." in notes
    assert "Without a Canvas ID" in notes
    assert "'@Ed" not in notes
    assert "formula: @Ed, =1+1" in notes


def test_moodle_names_a_user_by_one_field_and_who_lacks_it_is_left_out(course):
    result = heinit(course, "--to", "moodle", "--out", course / "m.csv")
    assert result.exit_code == 1
    assert rows(course / "m.csv") == [
        ["First name", "Last name", "Email address", ONE, TWO],
        ["", "", "cleo@he.org", "-", "-"],
        ["'=1+1", "'@Ed", "ed@he.org", "1.5", "-"],
        ["Anna", "Ångström", "anna@he.org", "3.5", "0"],
        ["Ben", "Bloch", "ben@he.org", "-", "-"],
    ]
    assert "Not in the file, since they have no email address: dora." in result.stderr


def test_two_with_one_address_are_left_out_of_a_file_for_moodle(course):
    from autograder.course import nbgrader_api

    with nbgrader_api(course).gradebook as gradebook:
        gradebook.update_or_create_student("ben", email="anna@he.org")
    result = heinit(course, "--to", "moodle")
    assert result.exit_code == 1
    assert "anna@he.org" not in (course / "grades-moodle.csv").read_text()
    assert "another one has the same email address: anna, ben." in result.stderr


def test_a_plain_table_says_what_each_empty_grade_means(course):
    assert heinit(course, "--to", "csv").exit_code == 0
    header, *table_rows = rows(course / "grades.csv")
    table = {
        (row["assignment"], row["student_id"]): row
        for row in (dict(zip(header, r, strict=True)) for r in table_rows)
    }
    statuses = {
        student: (table[ONE, student]["status"], table[ONE, student]["score"])
        for student in ("anna", "ben", "cleo", "dora", "ed")
    }
    assert statuses == {
        "anna": ("graded", "3.5"),
        "ben": ("ungradable", ""),
        "cleo": ("not graded", ""),
        "dora": ("missing", ""),
        "ed": ("ungradable", "1.5"),
    }
    anna = table[ONE, "anna"]
    assert (anna["raw_score"], anna["late_submission_penalty"], anna["timestamp"]) == (
        "4.5",
        "1.0",
        "2026-03-01 12:00:00",
    )
    assert table[ONE, "ben"]["reason"] == WHY


@pytest.mark.parametrize(
    ("penalty", "total"),
    [(20.0, "0"), (0.25, "4.25"), pytest.param(0.0, "4.5", marks=pytest.mark.full)],
)
def test_feedback_report_and_every_grade_file_tell_the_same_total(course, penalty, total):
    with nbgrader_api(course).gradebook as gradebook:
        gradebook.find_submission(ONE, "anna").notebooks[0].late_submission_penalty = penalty
        gradebook.db.commit()
        grades = read_grades(gradebook, ONE, "anna")
    page = feedback_page(nbformat.read(lessons()[0].path, as_version=4), grades)
    assert f'<strong class="total">{total} <span>' in page
    told = json.loads(CliRunner().invoke(main, ["report", str(course), "--json"]).stdout)
    assert told["lessons"][0]["spread"]["high"] == float(total)
    in_files = {row[9] for row in rows(course / "report" / "report.csv") if (row[0], row[3]) == ("anna", ONE)}
    assert {float(score) for score in in_files} == {float(total)}
    for to, column in (("csv", 10), ("canvas", 5), ("moodle", 3)):
        out = course / f"{to}.csv"
        assert heinit(course, "--to", to, "--out", out, "--lesson", ONE).exit_code in (0, 1)
        (row,) = [row for row in rows(out) if any(cell in row for cell in ("anna", "anna@he.org"))]
        assert row[column] == total, to


@pytest.mark.full
def test_the_penalty_is_nbgraders(course):
    run("nbgrader", "export", "--to=theirs.csv", cwd=course)
    with (course / "theirs.csv").open(newline="") as file:
        theirs = {(r["assignment"], r["student_id"]): float(r["score"]) for r in csv.DictReader(file)}
    heinit(course, "--to", "csv")
    with (course / "grades.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            if row["score"]:
                assert float(row["score"]) == theirs[row["assignment"], row["student_id"]]


@pytest.mark.parametrize("to", ["canvas", "moodle"])
def test_what_was_not_handed_in_is_a_zero_only_where_that_is_asked_for(course, to):
    heinit(course, "--to", to, "--missing", "zero")
    named = {row[1] if to == "canvas" else row[2]: row[-2:] for row in rows(course / f"grades-{to}.csv")}
    assert named["4713" if to == "canvas" else "cleo@he.org"] == ["" if to == "canvas" else "-", "0"]
    assert named["4712" if to == "canvas" else "ben@he.org"] == ["" if to == "canvas" else "-", "0"]


def test_a_lesson_that_nobody_handed_in_is_there_only_by_name(course):
    heinit(course, "--to", "canvas", "--lesson", THREE)
    assert rows(course / "grades-canvas.csv")[0][-1] == THREE
    result = heinit(course, "--to", "canvas", "--lesson", "9-nowhere")
    assert result.exit_code == 2
    assert "Its lessons are: " in result.stderr


@pytest.mark.full
def test_nbgrader_export_has_them_too_with_its_own_options(course):
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f'c.CanvasExporter.assignments = {{"{ONE}": "Half the neurons (99)"}}\n')
    done = run(
        "nbgrader",
        "export",
        "--exporter=autograder.lms.canvas.CanvasExporter",
        "--to=canvas.csv",
        f'--assignment=["{ONE}", "9-nowhere"]',
        '--student=["anna", "ben"]',
        cwd=course,
    )
    assert done.returncode == 0, done.stderr
    header, _, anna, ben = rows(course / "canvas.csv")
    assert header[5:] == ["Half the neurons (99)"]
    assert (ben[1], anna[1], anna[5]) == ("4712", "4711", "3.5")
    assert "could not be graded" in done.stderr
    assert "9-nowhere" in done.stderr


def test_who_handed_in_without_being_on_the_list_is_in_the_file_and_named(course):
    path = course / "submitted" / "stranger" / ONE / f"{ONE}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("no notebook")
    result = heinit(course, "--to", "csv")
    assert "stranger, 1-relu-half-killing: could not be graded" in result.stderr
    assert any("stranger" in row for row in rows(course / "grades.csv"))


def test_what_cannot_be_matched_or_looked_into_is_told_and_never_a_zero(course, tmp_path):
    with nbgrader_api(course).gradebook as gradebook:
        for student in ("fay", "gil"):
            gradebook.update_or_create_student(student)
    submitted = course / "submitted"
    (submitted / "fay" / "lesson one").mkdir(parents=True)  # which may be any lesson
    (submitted / "gil").symlink_to(tmp_path)  # ... and so may this be
    (submitted / os.fsdecode(b"m\xfcller") / TWO).mkdir(parents=True)  # and this anybody's
    told = heinit(course, "--to", "csv", "--missing", "zero")
    grades = {(row[0], row[1]): (row[7], row[10]) for row in rows(course / "grades.csv")[1:]}
    assert {lesson for lesson, _ in grades} == {ONE, TWO}, "nobody is known to have handed in the third"
    assert {grades[lesson, who] for lesson in (ONE, TWO) for who in ("fay", "gil")} == {("ungradable", "")}
    assert grades[ONE, "dora"] == ("missing", "0")
    assert grades[TWO, "dora"] == ("missing", "")
    assert r"nobody has the name of the folder m\xfcller" in told.output
    assert "holds what is no lesson's: lesson one" in told.output
