"""Classes to report on, made by hand or by chance."""

from __future__ import annotations

import random

from autograder.gradebook import Cohort, ExerciseGrade, Record, Status, Student
from autograder.hidden_tests import HIDDEN
from autograder.lessons import lessons
from heinit_lab.exercises import BY_LESSON, EXERCISES

HOSTILE = "\"><script>alert(1)</script><b x='"


def class_of(*records: Record, exercises: dict[str, dict[str, float]] | None = None) -> Cohort:
    """The class that these records are of; every lesson is worth what its records say."""
    students = {record.student: Student(record.student) for record in records}
    points = {record.lesson: record.max_score for record in records}
    by_lesson = exercises or {
        record.lesson: {name: cell.max_score for name, cell in record.cells.items()}
        for record in records
        if record.cells
    }
    kept = {(record.student, record.lesson): record for record in records}
    for student in students:
        for lesson, most in points.items():
            kept.setdefault((student, lesson), Record(student, lesson, Status.MISSING, max_score=most))
    return Cohort("he101", points, {lesson: by_lesson.get(lesson, {}) for lesson in points}, students, kept)


def graded(student: str, lesson: str, **cells: tuple[float, float] | tuple[float, float, str]) -> Record:
    """A graded record: for each exercise its points, those that there are, and named mistakes."""
    grades = {name: ExerciseGrade(c[0], c[1], tuple(map(str, c[2:]))) for name, c in cells.items()}
    return Record(
        student,
        lesson,
        Status.GRADED,
        score=sum(cell.score for cell in grades.values()),
        max_score=sum(cell.max_score for cell in grades.values()),
        cells=grades,
    )


def big_class(n: int = 120, seed: int = 0, hostile: bool = False) -> Cohort:
    """A class by chance: some are better than others, and some exercises harder."""
    rng = random.Random(seed)
    records = []
    by_lesson = {lesson.name: [e.name for e in BY_LESSON[lesson.module]] for lesson in lessons()}
    hard = {name: rng.uniform(-1.2, 0.6) for name in EXERCISES}
    for k in range(n):
        student = f"{HOSTILE}{k}" if hostile else f"s{k:03}"
        able = rng.gauss(0.6, 0.8)
        for j, (lesson, names) in enumerate(by_lesson.items()):
            fate = rng.random()
            if j == 4 or fate < 0.04 + 0.02 * j:
                continue
            if fate < 0.1:
                why = HOSTILE if hostile else "it is a web page, not the notebook. Ask for a new copy."
                records.append(Record(student, lesson, Status.UNGRADABLE, max_score=15, reason=why))
                continue
            cells = {}
            for name in names:
                most = sum(behaviour.points for behaviour in HIDDEN[name])
                right = able + hard[name] + rng.gauss(0, 0.7) > 0
                named = EXERCISES[name].misconceptions
                slip = named[min(int(rng.expovariate(0.9)), len(named) - 1)].name
                score = most if right else rng.choice([0, 0, 0.5]) * most
                cells[name] = (score, most) if right else (score, most, slip)
            records.append(graded(student, lesson, **cells))
    return class_of(*records)
