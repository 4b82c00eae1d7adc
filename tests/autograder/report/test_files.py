"""`heinit report` on a course directory: what it writes, what it keeps, and what it says."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.commands.course import report
from autograder.course import nbgrader_api
from autograder.errors import UsageError
from autograder.gradebook import Record, Status, Student, read_cohort, read_students
from autograder.lessons import lessons
from autograder.report.files import make_report, report_rows
from autograder.report.page import page
from tests.autograder.classroom import hand_in, released, solved
from tests.autograder.gradebooks import fill
from tests.autograder.report.classes import HOSTILE, big_class, class_of, graded

LESSON = lessons()[2]


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    """A copy of the course, with nothing submitted."""
    return Path(shutil.copytree(released_course, tmp_path / "he101"))


def rows(root: Path) -> list[dict[str, str]]:
    with (root / "report" / "report.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_in_the_gradebook_is_what_is_read(course):
    of = big_class(12)
    late = next(r for r in of.records.values() if r.status is Status.GRADED and r.score)
    stop = "The cell of `relu` stopped at line 1: SyntaxError: invalid syntax."
    cells = {name: replace(cell, why=stop) for name, cell in late.cells.items()}
    of.records[late.student, late.lesson] = replace(late, penalty=0.5, cells=cells, stopped=(stop,))
    fill(course, of)
    api = nbgrader_api(course)
    with api.gradebook as gradebook:
        read = read_cohort(gradebook, course)
    assert read.students == of.students
    assert set(of.records) < set(read.records)
    for key, record in of.records.items():
        found = read.records[key]
        assert (found.status, found.score, found.final) == (record.status, record.score, record.final), key
        assert (found.reason, found.stopped) == (record.reason, record.stopped)
        for name, cell in record.cells.items():
            assert found.cells[name] == cell, (key, name)
    assert [row[-1] for row in report_rows(read, set())].count(stop) == len(cells)
    html = page(read, datetime.now(UTC), set(), [], None)
    assert "Cells that stopped (1)" in html
    assert "stopped at line 1: SyntaxError" in html


def test_a_hand_given_grade_counts_and_one_that_nobody_gave_does_not(course):
    record = graded("anna", LESSON.name, he_std=(0, 1, "variance-for-std"))
    fill(course, class_of(record))
    api = nbgrader_api(course)
    with api.gradebook as gradebook:
        entry = gradebook.find_submission_notebook(LESSON.name, LESSON.name, "anna")
        grade = next(g for g in entry.grades if g.name == "test-he_std")
        grade.manual_score = 1.5
        gradebook.db.commit()
        assert read_cohort(gradebook, course).records["anna", LESSON.name].score == 1.5
        for each in entry.grades:
            each.manual_score = each.auto_score = None
        gradebook.db.commit()
        assert read_cohort(gradebook, course).records["anna", LESSON.name].status is Status.MISSING


def test_what_is_handed_in_and_not_graded_is_told_from_what_cannot_be(course):
    hand_in(course, "anna", LESSON, solved(LESSON))
    hand_in(course, "ben", LESSON, "Dear teacher, my notebook is attached.")
    made = make_report(course)
    records = made.cohort.records
    assert records["anna", LESSON.name].status is Status.UNGRADED
    assert records["ben", LESSON.name].status is Status.UNGRADABLE
    assert "It is a text, and no notebook" in made.page.read_text()
    assert [s.enrolled for s in made.cohort.students.values()] == [False, False]


def test_a_course_with_nothing_in_it_has_a_report_too(course):
    made = make_report(course)
    assert "Nothing has been handed in yet." in made.page.read_text()
    assert rows(course) == []


def test_answers_are_read_from_graded_notebooks(course):
    blank = graded("blank", LESSON.name, he_std=(0, 1))
    full = graded("full", LESSON.name, he_std=(1, 1))
    fill(course, class_of(blank, full))
    for student, notebook in (("blank", released(LESSON)), ("full", solved(LESSON))):
        path = hand_in(course, student, LESSON, notebook)
        shutil.copytree(path.parent, course / "autograded" / student / LESSON.name)
    made = make_report(course)
    assert made.blank == {("blank", LESSON.name)}
    assert {r["student"]: r["blank"] for r in rows(course) if r["exercise"]} == {"blank": "yes", "full": ""}


def test_the_table_has_a_row_for_each_exercise_and_for_each_lesson_without_any(course):
    fill(course, class_of(graded("anna", LESSON.name, he_std=(0.5, 1, "rounded"))))
    make_report(course)
    found = rows(course)
    he_std = next(row for row in found if row["exercise"] == "he_std")
    assert (he_std["score"], he_std["max_score"], he_std["misconceptions"]) == ("0.5", "1.0", "rounded")
    assert he_std["lesson_score"] == "0.5"
    assert {row["lesson"]: row["status"] for row in found if not row["exercise"]} == {
        lesson.name: "missing" for lesson in lessons() if lesson != LESSON
    }


def test_a_second_report_says_what_changed_and_the_first_is_kept(course):
    fill(course, class_of(graded("anna", LESSON.name, he_std=(0, 1, "rounded"))))
    first = make_report(course)
    assert first.changed is None
    assert "There is no earlier report." in first.page.read_text()
    fill(course, class_of(graded("ben", LESSON.name, he_std=(1, 1))))
    second = make_report(course)
    assert second.changed is not None
    assert second.changed.since == first.made_at
    assert second.changed.graded == {LESSON.name: ("ben",)}
    assert "1 more is graded in 3-worked-examples" in second.page.read_text()
    (kept,) = (course / "report" / "earlier").iterdir()
    third = make_report(course, compare=kept)
    assert third.changed is not None
    assert third.changed.since == first.made_at


def test_what_cannot_be_compared_leaves_the_last_report_as_it_was(course):
    made = make_report(course)
    before = made.page.read_bytes()
    with pytest.raises(UsageError, match="holds no earlier report"):
        make_report(course, compare=course / "nowhere")
    assert made.page.read_bytes() == before
    assert not (course / "report" / "earlier").exists()


def test_the_command_gives_the_numbers_as_one_object(course):
    fill(course, big_class(25))
    result = CliRunner().invoke(report, [str(course), "--json"], catch_exceptions=False)
    assert result.exit_code == 0
    output = json.loads(result.stdout)
    assert Path(output["page"]).is_file()
    assert str(output["page"]) in result.stderr
    assert output["compared_with"] is None
    he_normal = next(e for e in output["exercises"] if e["name"] == "he_normal")
    assert 0 < he_normal["difficulty"] < 1


def test_a_directory_that_is_no_course_is_told_so(tmp_path):
    with pytest.raises(UsageError, match="is not a course directory"):
        make_report(tmp_path)


class Tags(HTMLParser):
    """The tags of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def hostile_class(n: int = 24):
    """Names, ids, reasons and repairs that are HTML and formulas."""
    of = big_class(n, hostile=True)
    for key, record in of.records.items():
        of.records[key] = replace(record, repairs=(HOSTILE,))
    for student in of.students:
        of.students[student] = Student(student, f"=cmd|'/c calc'!A1{HOSTILE}", f"+1{HOSTILE}", f"@{HOSTILE}")
    formula = "=HYPERLINK(1)"
    of.students[formula] = Student(formula)
    for lesson, most in of.lessons.items():
        of.records[formula, lesson] = Record(formula, lesson, Status.MISSING, max_score=most)
    return of


def test_what_comes_from_students_is_text_and_nothing_else(course):
    of = hostile_class()
    fill(course, of)
    first, made = make_report(course), make_report(course)
    assert first.changed is None
    tags = Tags(made.page.read_text())
    assert "script" not in tags.tags
    assert "b" not in tags.tags
    assert HOSTILE in "".join(tags.text)


def test_no_cell_of_the_table_is_a_formula(course):
    fill(course, hostile_class())
    make_report(course)
    cells = [cell for row in rows(course) for cell in row.values()]
    assert any(cell.startswith("'=") for cell in cells)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


def test_names_are_in_the_order_of_a_list_and_one_from_right_to_left_turns_nothing_around(course):
    mended = replace(
        graded("s2", LESSON.name, he_std=(1, 1)), repairs=("the check of `he_std` was missing.",)
    )
    of = class_of(graded("s1", LESSON.name, he_std=(1, 1)), mended, graded("s3", LESSON.name, he_std=(1, 1)))
    for student, first, last in (("s1", "Zoë", "Zand"), ("s2", "فريد", "حداد"), ("s3", "Åsa", "Ångström")):
        of.students[student] = Student(student, first, last)
    fill(course, of)
    with nbgrader_api(course).gradebook as gradebook:
        assert [student.id for student in read_students(gradebook)] == ["s3", "s1", "s2"]
    page = make_report(course).page.read_text(encoding="utf-8")
    isolated = "\N{FIRST STRONG ISOLATE}فريد حداد\N{POP DIRECTIONAL ISOLATE} (s2)"
    assert isolated in page
    assert "The check of <code>he_std</code> was missing." in page
