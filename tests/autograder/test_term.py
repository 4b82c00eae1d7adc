"""An instructor's term in one course; each number is compared with one that was worked out on paper.

Points of lesson 1: relu 2, zero_share 2, activity 4, dead_units 3, energy_kept 4, which is 15. Of lesson 2:
second_moment 1, relu_moments 6, preact_variance 2, weight_variance 2, gain 4, which is 15; with gain 6, 17.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from autograder.cli import main
from autograder.course import nbgrader_api, release
from autograder.lessons import lessons
from tests.autograder.classroom import hand_in, mistaken, released, solved
from tests.tools import system_tool

LESSON_ONE, LESSON_TWO = lessons()[:2]
ONE, TWO = LESSON_ONE.name, LESSON_TWO.name
ROSTER = (
    "id,first_name,last_name,email,lms_user_id\nanna,Anna,A,,1\nben,Ben,B,,2\nzoe,Zoe,Z,,3\ndan,Dan,D,,4\n"
)
SETTINGS = f"""
timezone = "Europe/Berlin"
late = {{ per_day = "10 %" }}
[lessons.{ONE}]
due = 2026-03-01T12:00:00
[lessons.{TWO}]
due = 2026-03-08T12:00:00
weight = 2
points = {{ gain = 6 }}
[students.zoe]
section = "tuesday"
extension = {{ {ONE} = "2 days" }}
"""


class Course:
    """The course of the term, worked on by the commands of docs/instructors.md."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def run(self, verb: str, *arguments: str, fails: bool = False) -> Result:
        result = CliRunner().invoke(main, [verb, str(self.root), *arguments])
        assert (result.exit_code != 0) is fails, result.output
        return result

    def collect(self, lesson, student: str, content, time: str) -> None:
        path = hand_in(self.root, student, lesson, content)
        path.with_name("timestamp.txt").write_text(time)

    def grades(self, lesson: str, fails: bool = False) -> dict[str, float | None]:
        """By student, what `grade --json` says; the report's table and the grade file say the same."""
        lines = self.run("grade", lesson, "--json", fails=fails).stdout.splitlines()
        results = {each["student"]: each for each in map(json.loads, lines)}
        final = {student: each["final"] for student, each in sorted(results.items())}
        self.run("report")
        self.run("export", "--to", "csv")
        for name, column in (("report/report.csv", "lesson_score"), ("grades.csv", "score")):
            rows = [row for row in self.table(name) if lesson in (row.get("lesson"), row.get("assignment"))]
            for row in rows:
                who = row.get("student") or row["student_id"]
                grade = final.get(who)
                same = row[column] == "" if grade is None else float(row[column]) == pytest.approx(grade)
                assert same, row
                exercise = row.get("exercise", "")
                hand = results[who]["by_hand"] if who in results else []
                here = (exercise in hand) if "exercise" in row else bool(hand)
                assert bool(row["by_hand"]) is here, row
        return final

    def table(self, name: str) -> list[dict[str, str]]:
        with (self.root / name).open(newline="", encoding="utf-8-sig") as file:
            return list(csv.DictReader(file))

    def by_hand(self, lesson: str, student: str, **points: float) -> None:
        """What formgrader writes where somebody enters points."""
        with nbgrader_api(self.root).gradebook as gradebook:
            for name, score in points.items():
                grade = gradebook.find_grade(f"test-{name}", lesson, lesson, student)
                grade.manual_score, grade.needs_manual_grade = score, False
            gradebook.db.commit()


@pytest.mark.full
def test_every_number_of_a_term_is_the_one_worked_out_on_paper(released_course, tmp_path):
    system_tool("bwrap")
    course = Course(Path(shutil.copytree(released_course, tmp_path / "he101")))
    (tmp_path / "class.csv").write_text(ROSTER)
    assert "4 new" in course.run("course", "--roster", str(tmp_path / "class.csv")).output
    (course.root / "course.toml").write_text(SETTINGS)

    # Lesson 1 is due on the first of March at 11:00 in UTC.
    right = solved(LESSON_ONE)
    course.collect(LESSON_ONE, "anna", right, "2026-03-01 11:59:59 CET")  # a second before
    course.collect(LESSON_ONE, "ben", mistaken(LESSON_ONE, 0)[0], "2026-03-01 13:00:00 +0100")  # an hour late
    course.collect(LESSON_ONE, "zoe", right, "2026-03-03 21:00:00 Australia/Sydney")  # 10:00 in UTC
    course.collect(LESSON_ONE, "dan", "{broken", "2026-03-01 09:00:00 UTC")
    # ben has 2 of 15 (half of activity), less 10 % for the day begun: 1.8. dan has none, which is no zero.
    paper = {"anna": 15, "ben": pytest.approx(1.8), "dan": None, "zoe": 15}
    assert course.grades(ONE, fails=True) == paper
    output = course.run("grade", ONE, "--student", "ben", "--force").output
    assert "1 hour late, 0.2 points off" in output

    # ben hands in again, a day and an hour late: two days begun, 15 less 20 % is 12.
    # The watcher says so, and tells dan's again, which it cannot grade.
    course.collect(LESSON_ONE, "ben", right, "2026-03-02 12:00:00 UTC")
    events = course.run("watch", "--once", fails=True).stdout
    assert f"ben {ONE}: graded 12 of 15 (1 day and 1 hour late, 3 points off)." in events
    assert f"ben {ONE}: feedback feedback/ben" in events and f"dan {ONE}: ungradable" in events
    assert course.grades(ONE, fails=True) == {**paper, "ben": 12}

    # dan is graded by hand, since the checks could not: 2 + 2 + 3 + 0 + 1 = 8. anna's relu becomes 1.5 of 2.
    stand_in = course.root / "autograded" / "dan" / ONE / f"{ONE}.ipynb"  # which formgrader shows
    assert "This is not what dan handed in" in stand_in.read_text(encoding="utf-8")
    course.by_hand(ONE, "dan", relu=2, zero_share=2, activity=3, dead_units=0)
    assert course.grades(ONE, fails=True)["dan"] is None  # one exercise waits
    course.by_hand(ONE, "dan", energy_kept=1)
    course.by_hand(ONE, "anna", relu=1.5)
    paper = {"anna": 14.5, "ben": 12, "dan": 8, "zoe": 15}
    assert course.grades(ONE) == paper
    for student, words in (("anna", "relu: 1.5 of 2, by hand"), ("dan", "A person has graded all of it")):
        verified = course.run("receipt", student, ONE).output
        assert f"{student}, {ONE}: {paper[student]:g} of 15" in verified and words in verified

    # Lesson 2, with 6 points for gain, is 17. ben's is blank, and zoe hands in nothing.
    course.collect(LESSON_TWO, "anna", solved(LESSON_TWO), "2026-03-08 10:00:00 UTC")
    course.collect(LESSON_TWO, "ben", released(LESSON_TWO), "2026-03-08 10:00:00 UTC")
    assert course.grades(TWO) == {"anna": 17, "ben": 0}

    # A check is corrected: gain gives at least 2 of its 4, which is 3 of 6, and the lesson is graded again.
    source = course.root / "source" / TWO / f"{TWO}.ipynb"
    text = source.read_text(encoding="utf-8")
    assert text.count(r"grade(\"gain\")") == 1
    source.write_text(text.replace(r"grade(\"gain\")", r"max(grade(\"gain\"), 2.0)"), encoding="utf-8")
    release(course.root, [TWO])
    assert course.grades(TWO) == {"anna": 17, "ben": 3}

    # Lesson 1 is now due at noon on the second, 11:00 in UTC: ben is an hour late, so one day is begun.
    # 15 less 10 % is 13.5. Nothing runs again.
    settings = SETTINGS.replace("2026-03-01T12", "2026-03-02T12")
    (course.root / "course.toml").write_text(settings)
    notes = course.run("export", "--to", "csv").stderr
    assert f"{ONE}: due date changed, 1 to be scored again." in notes
    notes = course.run("grade").stderr
    assert f"{ONE}: due date changed, 1 scored again." in notes and "1 rescored, 5 unchanged" in notes
    assert course.grades(ONE) == {**paper, "ben": 13.5}

    # What the student reads.
    course.run("feedback")
    pages = course.root / "feedback"
    for student, lesson, *words in (
        ("ben", ONE, "13.5 <span>of 15", "1.5 points are taken off because it came late (1 hour)"),
        ("anna", ONE, "14.5 <span>of 15", "1.5 of 2 points", "Graded by your instructor"),
        ("dan", ONE, "8 <span>of 15", "your instructor has graded it by hand"),
        ("anna", TWO, "17 <span>of 17", "6 of 6 points"),
    ):
        page = (pages / student / lesson / f"{lesson}.html").read_text(encoding="utf-8")
        assert [word for word in words if word not in page] == [], student

    # The end of the term. Lesson 2 counts twice: anna 14.5 + 34, ben 13.5 + 6; of 15 + 34 points.
    course.run("export", "--to", "csv")
    page = (course.root / "report" / "index.html").read_text(encoding="utf-8")
    assert "Late (1)" in page and "Graded by hand (2)" in page
    notes = course.run("export", "--to", "canvas").stderr
    assert f"A person decided points of: anna ({ONE}), dan ({ONE})." in notes
    totals = {r["student_id"]: r for r in course.table("grades.csv") if r["assignment"] == "total"}
    numbers = {student: (float(row["score"]), float(row["max_score"])) for student, row in totals.items()}
    assert numbers == {"anna": (48.5, 49), "ben": (19.5, 49), "dan": (8, 15), "zoe": (15, 15)}
    assert totals["zoe"]["section"] == "tuesday"
    summary = json.loads(course.run("report", "--json").stdout)["lessons"]
    assert [lesson["spread"]["mean"] for lesson in summary] == [(14.5 + 13.5 + 8 + 15) / 4, (17 + 3) / 2]
    assert {each: lesson["standing"][each] for lesson in summary[1:] for each in ("graded", "missing")} == {
        "graded": 2,
        "missing": 2,
    }
