"""The report's numbers. Everything here is computed from the gradebook's records, and changes nothing."""

import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from autograder.gradebook import Cohort, Pair, Record, Status

ENOUGH = 20  # with fewer hand-ins, a correlation says more about chance than about the exercise
SPREAD = 1e-9  # points that differ by less are equal, but for rounding


@dataclass(frozen=True)
class Spread:
    """Where a list of numbers lies. Quartiles are interpolated, as spreadsheets do."""

    n: int
    mean: float
    low: float
    quartile: float
    median: float
    upper: float
    high: float


@dataclass(frozen=True)
class ExerciseStatistics:
    """How the class did in an exercise.

    n: hand-ins that were graded. difficulty: mean share of the points. full: share of the hand-ins
    with all points. discrimination: see `discrimination`; None where it says nothing.
    """

    name: str
    lesson: str
    points: float
    n: int
    difficulty: float
    full: float
    discrimination: float | None


@dataclass(frozen=True)
class MistakeCount:
    """A named mistake in an exercise, and the students who made it. of: how many were graded."""

    name: str
    exercise: str
    lesson: str
    students: tuple[str, ...]
    of: int

    @property
    def share(self) -> float:
        return len(self.students) / self.of


@dataclass(frozen=True)
class LessonStatistics:
    """How many records of a lesson have which status, and the points of the graded ones."""

    name: str
    points: float
    standing: dict[Status, int]
    blank: int
    spread: Spread | None
    histogram: tuple[int, ...]


def spread(values: Iterable[float]) -> Spread | None:
    """Mean, quartiles and ends of some numbers; None of no numbers."""
    numbers = list(values)
    if not numbers:
        return None
    # not statistics.quantiles, whose rounding can put a quartile outside of its neighbours
    quartiles = np.quantile(numbers, [0, 0.25, 0.5, 0.75, 1]).tolist()
    return Spread(len(numbers), statistics.fmean(numbers), *quartiles)


def histogram(values: Iterable[float], most: float, bins: int) -> tuple[int, ...]:
    """How many of the values, from 0 to `most`, lie in each of `bins` equal parts.

    A value on a border counts above the border, and `most` itself in the last part.
    """
    counts = [0] * bins
    for value in values:
        counts[max(0, min(int(value / most * bins + SPREAD), bins - 1)) if most else 0] += 1
    return tuple(counts)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation, from -1 to 1; None where either does not vary."""
    if any(max(values) - min(values) < SPREAD for values in (xs, ys)):
        return None
    return max(-1.0, min(1.0, statistics.correlation(xs, ys)))


def discrimination(records: Sequence[Record], exercise: str) -> float | None:
    """The corrected item-total correlation of an exercise.

    This is the correlation between the points of the exercise and the points of the rest of the
    lesson, without the exercise. Near 0, a student who has the exercise right does no better
    elsewhere. None with fewer than `ENOUGH` hand-ins, or where all have the same points.
    """
    cells = [record.cells for record in records if exercise in record.cells]
    items = [grades[exercise].score for grades in cells]
    rests = [sum(cell.score for name, cell in grades.items() if name != exercise) for grades in cells]
    return correlation(items, rests) if len(cells) >= ENOUGH else None


def lesson_statistics(cohort: Cohort, blank: Collection[Pair] = ()) -> list[LessonStatistics]:
    """Every lesson that somebody handed in. blank: the students and lessons with no answer at all."""
    rows = []
    for name, most in cohort.lessons.items():
        if cohort.handed_in(name):
            graded = cohort.graded(name)
            standing = {status: sum(r.status is status for r in cohort.of(name)) for status in Status}
            empty = sum((record.student, name) in blank for record in graded)
            scores = [record.final or 0.0 for record in graded]
            columns = histogram(scores, most, max(1, round(most)))
            rows.append(LessonStatistics(name, most, standing, empty, spread(scores), columns))
    return rows


def whole(cohort: Cohort) -> dict[str, float]:
    """For each student with a grade, the share of the points of the lessons that are graded, weighted."""
    shares = {}
    for student in cohort.students:
        records = [cohort.records[student, lesson] for lesson in cohort.lessons]
        graded = [r for r in records if r.status is Status.GRADED and r.max_score]
        if graded:
            weights = [cohort.weights.get(r.lesson, 1.0) for r in graded]
            earned = sum(w * (r.final or 0.0) for w, r in zip(weights, graded, strict=True))
            if most := sum(w * r.max_score for w, r in zip(weights, graded, strict=True)):
                shares[student] = earned / most
    return shares


def exercise_statistics(cohort: Cohort) -> list[ExerciseStatistics]:
    """Every exercise of the lessons that were graded, in the order of the course."""
    rows = []
    for lesson, names in cohort.exercises.items():
        graded = cohort.graded(lesson)
        for name, points in names.items():
            if shares := [record.cells[name].share for record in graded if name in record.cells]:
                full = sum(share >= 1 - SPREAD for share in shares) / len(shares)
                measures = statistics.fmean(shares), full, discrimination(graded, name)
                rows.append(ExerciseStatistics(name, lesson, points, len(shares), *measures))
    return rows


def mistake_counts(cohort: Cohort) -> list[MistakeCount]:
    """Every named mistake that was made, the most frequent first."""
    students: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    graded = {lesson: cohort.graded(lesson) for lesson in cohort.lessons}
    for record in (record for records in graded.values() for record in records):
        for exercise, cell in record.cells.items():
            for name in cell.misconceptions:
                students[name, exercise, record.lesson].append(record.student)
    counts = [MistakeCount(*key, tuple(made_by), len(graded[key[2]])) for key, made_by in students.items()]
    return sorted(counts, key=lambda m: (-len(m.students), -m.share, m.lesson, m.exercise, m.name))
