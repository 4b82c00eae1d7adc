"""What a changed rule makes of what is graded already: new points and penalties, and nothing runs again."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell
from nbgrader.utils import compute_checksum

from autograder.course import nbgrader_api
from autograder.grading.result import Result, receipt_of
from autograder.grading.scoring import pending
from autograder.grading.worker import GradingTask, Outcome
from autograder.grading.writer import Writer
from autograder.repair.released import released_lesson
from autograder.submissions.submission import Submission
from tests.autograder.gradebooks import fill
from tests.autograder.grading.conftest import ONE
from tests.autograder.report.classes import class_of, graded

NAME = ONE.name
CONFIG = 'c.LateSubmissionPlugin.penalty_method = "zero"\n'
HEAD = f'timezone = "Europe/Berlin"\n[lessons.{NAME}]\n'
DUE = f"{HEAD}due = 2026-03-01T12:00:00\n"  # 11:00 in UTC
# The hand-ins are of 11:00 on the first, of 13:00 on the first, and of 12:00 on the third, in UTC.
TERM: list[tuple[str, dict[str, str], list[float], str]] = [
    # what changes, the files, the grades of anna, ben and zoe (8, 6 and 3 points), and what is words
    ("nothing", {}, [8, 6, 3], ""),
    ("a due date, nothing off", {"course.toml": DUE}, [8, 6, 3], "due date changed, 0 scored again."),
    ("nbgrader's rule", {"nbgrader_config.py": CONFIG}, [8, 0, 0], "late rule changed, 2 scored again."),
    # one day begun: 6 - 1 = 5; three days begun, at most 2: 3 - 2 = 1
    (
        "points a day",
        {"course.toml": f'late = {{ per_day = "1 point", at_most = "2 points" }}\n{DUE}'},
        [8, 5, 1],
        "late rule changed, 2 scored again.",
    ),
    # 6 less 10 % is 5.4, 3 less 30 % is 2.1
    ("a share a day", {"course.toml": f'late = {{ per_day = "10 %" }}\n{DUE}'}, [8, 5.4, 2.1], "2 scored"),
    (
        "an extension",
        {"course.toml": f'late = "zero"\n{DUE}[students.zoe]\nextension = "3 days"\n'},
        [8, 0, 3],
        "late rule, extensions changed, 2 scored again.",
    ),
    ("a later due date", {"course.toml": f"{HEAD}due = 2026-03-01T14:00:00"}, [8, 6, 0], "due date"),
    ("no due date", {"course.toml": ""}, [8, 6, 3], "due date changed, 1 scored again."),
    # relu has 3 for 2: anna 3 + 6, ben 3/2 * 1 + 5, zoe 0 + 3
    ("more points", {"course.toml": f"{HEAD}points = {{ relu = 3 }}"}, [9, 6.5, 3], "points changed, 3"),
    ("fewer points", {"course.toml": f"{HEAD}points = {{ relu = 1 }}"}, [7, 5.5, 3], "points changed, 3"),
    ("left out", {"course.toml": f'{HEAD}left_out = ["relu"]'}, [6, 5, 3], "points changed, 3"),
    ("as at first", {"course.toml": ""}, [8, 6, 3], "points changed, 3 scored again."),
    ("left out whole", {"course.toml": f"{HEAD}left_out = true"}, [8, 6, 3], ""),
]


@pytest.fixture
def course(released_course: Path, tmp_path: Path) -> Path:
    root = Path(shutil.copytree(released_course, tmp_path / "he101"))
    hand_ins = {
        "anna": graded("anna", NAME, relu=(2, 2), activity=(3, 4), energy_kept=(3, 4)),
        "ben": graded("ben", NAME, relu=(1, 2), activity=(1, 4), energy_kept=(4, 4)),
        "zoe": graded("zoe", NAME, relu=(0, 2), activity=(3, 4), energy_kept=(0, 4)),
    }
    times = [datetime(2026, 3, 1, 11), datetime(2026, 3, 1, 13), datetime(2026, 3, 3, 12)]
    fill(root, class_of(*(replace(r, handed_in=t) for r, t in zip(hand_ins.values(), times, strict=True))))
    return root


def settle(root: Path) -> tuple[set[tuple[str, str]], list[str], dict[str, float]]:
    """What was scored again, the sentences on it, and the grades."""
    with closing(Writer(root, nbgrader_api(root))) as writer:
        again, notes = writer.scoring.settle()
        return again, notes, {student: each.score for (student, _), each in writer.grades().items()}


@pytest.mark.full
def test_a_changed_rule_scores_again_what_is_graded_and_says_so(course):
    config = (course / "nbgrader_config.py").read_text()
    settle(course)
    for what, files, expected, words in TERM:
        for name, text in files.items():
            (course / name).write_text(config + text if name.endswith(".py") else text)
        announced = pending(course, nbgrader_api(course))
        _, notes, grades = settle(course)
        assert list(grades.values()) == pytest.approx(expected), what
        assert (words in notes[0] and notes[0].startswith(NAME)) if words else not notes, what
        assert [note.replace("to be ", "") for note in announced] == notes, what
        assert settle(course)[:2] == (set(), []), what


def test_points_that_change_change_nbgraders_checksum_too(course):
    """Else `nbgrader autograde` ends in an error: its checksum of a cell is over the points."""
    (course / "course.toml").write_text(f"{HEAD}points = {{ relu = 3 }}")
    settle(course)
    with nbgrader_api(course).gradebook as gradebook:
        cell = released_lesson(gradebook, NAME, NAME).cells["test-relu"]
    assert cell.points == 3
    assert compute_checksum(new_code_cell(cell.source, metadata=cell.metadata())) == cell.checksum


def test_what_was_entered_in_formgrader_holds_where_the_file_says_nothing(course):
    with nbgrader_api(course).gradebook as gradebook:
        gradebook.update_or_create_assignment(NAME, duedate="2026-03-01 12:00:00 UTC")
        gradebook.find_submission(NAME, "zoe").extension = timedelta(days=3)
        gradebook.db.commit()
    (course / "course.toml").write_text('late = "zero"')
    again, _, grades = settle(course)
    assert (again, grades) == ({("ben", NAME)}, {"anna": 8, "ben": 0, "zoe": 3})
    (course / "course.toml").unlink()
    assert settle(course)[2] == {"anna": 8, "ben": 6, "zoe": 3}
    with nbgrader_api(course).gradebook as gradebook:
        assert gradebook.find_submission(NAME, "zoe").duedate == datetime(2026, 3, 4, 12)


def test_points_that_a_person_gave_stay_and_are_to_be_looked_at_where_the_exercise_has_others(course):
    with nbgrader_api(course).gradebook as gradebook:
        grade = gradebook.find_grade("test-relu", NAME, NAME, "zoe")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    settle(course)
    (course / "course.toml").write_text(f"{HEAD}points = {{ relu = 4 }}")
    _, _, grades = settle(course)
    assert grades == {"anna": 10, "ben": 7, "zoe": 4.5}
    with nbgrader_api(course).gradebook as gradebook:
        assert gradebook.find_grade("test-relu", NAME, NAME, "zoe").needs_manual_grade
        assert not gradebook.find_grade("test-relu", NAME, NAME, "anna").needs_manual_grade


def test_a_persons_points_stand_for_the_version_that_the_person_saw(course):
    """ada's file cannot be graded: a person grades it, and then a new broken version comes in."""

    def save(content: str) -> Result:
        submission = Submission("ada", NAME, course / "submitted" / "ada" / NAME / f"{NAME}.ipynb")
        about = {**receipt_of(content, ""), "versions": {}}
        refused = Result("ada", NAME, "ungradable", None, 15, "it is broken.", receipt=about)
        with closing(Writer(course, nbgrader_api(course))) as writer:
            (result,) = writer.save([(GradingTask(submission, b"{"), Outcome(refused))])
        return result

    def confirm() -> None:
        with nbgrader_api(course).gradebook as gradebook:
            for grade in gradebook.find_submission_notebook(NAME, NAME, "ada").grades:
                grade.manual_score, grade.needs_manual_grade = 1.0, False
            gradebook.db.commit()

    assert (save("a" * 64).status, save("a" * 64).final) == ("ungradable", None)
    confirm()
    result = save("a" * 64)
    assert (result.status, result.final, result.by_hand) == ("unchanged", 5, sorted(result.cells))
    assert (save("b" * 64).status, save("b" * 64).status) == ("ungradable", "ungradable")
    confirm()
    assert (save("b" * 64).status, save("b" * 64).final) == ("unchanged", 5)
    stand_in = (course / "autograded" / "ada" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "This is not what ada handed in" in stand_in and "HIDDEN TESTS" not in stand_in
