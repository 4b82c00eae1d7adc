"""What is saved: byte for byte and number for number what `nbgrader autograde` saves."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.course import nbgrader_api
from autograder.grading.run import Grading
from autograder.lessons import lessons
from autograder.lessons.compose import solution_function
from tests.autograder.classroom import hand_in, mistaken, released, run, solved
from tests.autograder.grading.conftest import ONE, scores
from tests.tools import NO_SKIP


def saved(root: Path) -> dict[str, object]:
    """What the gradebook knows of everyone's notebooks."""
    with nbgrader_api(root).gradebook as gradebook:
        return {
            f"{s.student.id} {s.assignment.name}": (
                s.timestamp,
                s.score,
                s.late_submission_penalty,
                {g.name: (g.auto_score, g.manual_score, g.needs_manual_grade, g.score) for g in n.grades},
                {c.name: (c.auto_comment, c.manual_comment) for c in n.comments},
            )
            for s in gradebook.db.query(_submitted()).all()
            for n in s.notebooks
        }


def _submitted():
    from nbgrader.api import SubmittedAssignment

    return SubmittedAssignment


@pytest.mark.full
def test_heinit_and_nbgrader_save_the_same_notebooks_and_the_same_numbers(released_course, tmp_path):
    root = Path(shutil.copytree(released_course, tmp_path / "course"))
    lesson = lessons()[2]
    right, helper = solved(lesson), ""
    for cell in right.cells:  # what lies beside a notebook is found by its cells in both
        if solution_function(cell) == "he_std":
            helper, cell.source = f"import numpy as np\n{cell.source}", "from helper import he_std"
    folder = hand_in(root, "right", lesson, right).parent
    (folder / "helper.py").write_text(helper)
    (folder / "numpy.py").write_text("1 / 0")
    hand_in(root, "blank", lesson, released(lesson))
    hand_in(root, "wrong", lesson, mistaken(lesson, 1)[0])
    folder = hand_in(root, "late", lesson, mistaken(lesson, 0)[0]).parent
    (folder / "timestamp.txt").write_text("2026-03-02 15:00:00 +0200\n")  # 13:00 in UTC
    (folder / "notes").mkdir()
    (folder / "notes" / "mine.txt").write_text("my notes")
    (root / ".heinit-secret").write_text("of this test")
    (root / "course.toml").write_text(
        f'late = "zero"\n[lessons.{lesson.name}]\ndue = "2026-03-02 23:00:00 Australia/Sydney"\n'
        'points = { he_std = 3.5 }\nleft_out = ["draws_needed"]\n'
    )
    other = Path(shutil.copytree(root, tmp_path / "other"))
    for course in (root, other):
        folder = course / "submitted" / "right" / lesson.name
        (folder / "link").symlink_to(course / "gradebook.db")
        (folder / "hard").hardlink_to(course / ".heinit-secret")

    results = {r.student: r for r in Grading(root)}
    done = run("nbgrader", "autograde", lesson.name, cwd=other)
    assert done.returncode == 0, done.stderr[-2000:]
    assert saved(root) == saved(other)
    late = saved(root)[f"late {lesson.name}"]
    assert results["right"].score == results["right"].max_score
    assert late[2] == results["late"].score > 0 == results["late"].final
    right = saved(root)[f"right {lesson.name}"]
    assert [late[0].hour, right[3]["test-he_std"][0], right[3]["test-draws_needed"][0]] == [13, 3.5, 0]
    files = sorted(p.relative_to(other) for p in other.glob("autograded/**/*") if p.is_file())
    assert files == sorted(p.relative_to(root) for p in root.glob("autograded/**/*") if p.is_file())
    assert {p.name for p in files if p.parts[1] == "right"} == {
        f"{lesson.name}.ipynb",
        "helper.py",
        "numpy.py",
    }
    for path in files:
        assert (root / path).read_bytes() == (other / path).read_bytes(), path
        assert (root / path).stat().st_mode == (other / path).stat().st_mode, path
    (root / "submitted" / "late" / lesson.name / "notes" / "mine.txt").unlink()
    list(Grading(root, student="late", force=True))
    assert not (root / "autograded" / "late" / lesson.name / "notes" / "mine.txt").exists()


def test_what_a_grader_entered_by_hand_survives_a_regrade(released_course, tmp_path):
    root = Path(shutil.copytree(released_course, tmp_path / "course"))
    hand_in(root, "anna", ONE, released(ONE))
    list(Grading(root))
    with nbgrader_api(root).gradebook as gradebook:
        grade = gradebook.find_grade("test-relu", ONE.name, ONE.name, "anna")
        grade.manual_score, grade.extra_credit = 1.5, 0.5
        gradebook.find_comment("relu", ONE.name, ONE.name, "anna").manual_comment = "Nearly."
        gradebook.db.commit()
    hand_in(root, "anna", ONE, solved(ONE))
    (result,) = Grading(root)
    with nbgrader_api(root).gradebook as gradebook:
        grade = gradebook.find_grade("test-relu", ONE.name, ONE.name, "anna")
        assert (grade.auto_score, grade.manual_score, grade.score) == (2, 1.5, 2)
        assert grade.needs_manual_grade
        assert gradebook.find_comment("relu", ONE.name, ONE.name, "anna").manual_comment == "Nearly."
    assert result.score == 15


@pytest.mark.parametrize(
    "text", ["the day before yesterday", "01.03.2026 15:00", "9" * 20, "2" * 3000 + ":" + "3" * 3000]
)
def test_a_timestamp_that_is_no_time_is_named(released_course, tmp_path, text):
    root = Path(shutil.copytree(released_course, tmp_path / "course"))
    path = hand_in(root, "anna", ONE, solved(ONE))
    path.with_name("timestamp.txt").write_text(text)
    (result,) = Grading(root)
    assert result.status == "ungradable"
    assert "timestamp.txt holds no time" in result.reason


# PostgreSQL


def programs() -> Path:
    """Where initdb and pg_ctl lie, which Debian keeps off the PATH."""
    initdb = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    which = shutil.which("initdb")
    if not initdb and which is None:
        sentence = "PostgreSQL is not installed: apt install postgresql"
        pytest.fail(sentence, pytrace=False) if os.environ.get(NO_SKIP) == "1" else pytest.skip(sentence)
    return initdb[-1].parent if initdb else Path(str(which)).parent


@pytest.fixture
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of the test's own, on a socket in a temporary directory; the address of its database."""
    folder = programs()
    base = Path(subprocess.check_output(["mktemp", "-d"], text=True).strip())  # where others may enter
    who = {}
    if os.geteuid() == 0:  # it refuses to run as root
        nobody = pwd.getpwnam("nobody")
        os.chown(base, nobody.pw_uid, nobody.pw_gid)
        who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def run_program(*command: object) -> None:
        done = subprocess.run(
            [str(c) for c in command], cwd=base, capture_output=True, text=True, check=False, **who
        )
        assert done.returncode == 0, done.stdout + done.stderr

    run_program(folder / "initdb", "-D", base / "data", "-U", "heinit", "-A", "trust", "-E", "UTF8")
    options = f"-c listen_addresses='' -c unix_socket_directories='{base}' -c fsync=off"
    run_program(folder / "pg_ctl", "-D", base / "data", "-w", "-l", base / "log", "-o", options, "start")
    try:
        yield f"postgresql+psycopg://heinit@/postgres?host={base}"
    finally:
        run_program(folder / "pg_ctl", "-D", base / "data", "-w", "-m", "immediate", "stop")
        shutil.rmtree(base)


@pytest.mark.full
def test_a_gradebook_in_postgresql_gives_the_same_scores(course, reference, postgresql):
    (course / "gradebook.db").unlink()
    with (course / "nbgrader_config.py").open("a") as config:
        config.write(f"c.CourseDirectory.db_url = {postgresql!r}\n")
    done = run("nbgrader", "generate_assignment", ONE.name, "--force", cwd=course)
    assert done.returncode == 0, done.stderr[-2000:]
    assert scores(Grading(course)) == reference[1]
    assert not (course / "gradebook.db").exists()
    assert {r.status for r in Grading(course)} == {"unchanged", "ungradable"}
    assert saved(course) == saved(reference[0])
