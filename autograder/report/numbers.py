"""The report's numbers. Everything here is computed from records alone, and changes nothing."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from autograder.gradebook import Class, Record, Status

ENOUGH = 20  # fewer than this, and a correlation says more about chance than about the exercise
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
class Exercise:
    """How an exercise did.

    n: hand-ins that were graded. difficulty: mean share of its points. full: share of the hand-ins
    with all of them. discrimination: see `discrimination`; None where it says nothing.
    """

    name: str
    lesson: str
    points: float
    n: int
    difficulty: float
    full: float
    discrimination: float | None


@dataclass(frozen=True)
class Mistake:
    """A named mistake in an exercise, and who made it. of: how many were graded."""

    name: str
    exercise: str
    lesson: str
    students: tuple[str, ...]
    of: int

    @property
    def share(self) -> float:
        """Share of those graded who made it."""
        return len(self.students) / self.of


@dataclass(frozen=True)
class Lesson:
    """A lesson: how many stand where, and how the graded ones did."""

    name: str
    points: float
    standing: dict[Status, int]
    blank: int
    spread: Spread | None
    histogram: tuple[int, ...]


def spread(values: Iterable[float]) -> Spread | None:
    """Mean, quartiles and ends of some numbers; None of none."""
    numbers = sorted(values)
    if not numbers:
        return None
    return Spread(
        len(numbers),
        statistics.fmean(numbers),
        numbers[0],
        _quantile(numbers, 0.25),
        _quantile(numbers, 0.5),
        _quantile(numbers, 0.75),
        numbers[-1],
    )


def _quantile(numbers: Sequence[float], share: float) -> float:
    place = (len(numbers) - 1) * share
    below = int(place)
    above = min(below + 1, len(numbers) - 1)
    return numbers[below] + (place - below) * (numbers[above] - numbers[below])


def histogram(values: Iterable[float], most: float, bins: int) -> tuple[int, ...]:
    """How many of the values, from 0 to `most`, lie in each of `bins` equal parts.

    A value on a border counts above it, and `most` itself in the last part.
    """
    counts = [0] * bins
    for value in values:
        counts[max(0, min(int(value / most * bins + SPREAD), bins - 1)) if most else 0] += 1
    return tuple(counts)


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson's correlation, from -1 to 1; None where either does not vary."""
    x0, y0 = statistics.fmean(xs), statistics.fmean(ys)
    xx = sum((x - x0) ** 2 for x in xs)
    yy = sum((y - y0) ** 2 for y in ys)
    if xx < SPREAD or yy < SPREAD:
        return None
    xy = sum((x - x0) * (y - y0) for x, y in zip(xs, ys, strict=True))
    return max(-1.0, min(1.0, xy / sqrt(xx * yy)))


def discrimination(records: Sequence[Record], exercise: str) -> float | None:
    """The corrected item-total correlation of an exercise.

    It is the correlation between the points of this exercise and the points of the rest of the
    lesson, without it. Near 0, who has it right does no better elsewhere. None with fewer than
    `ENOUGH` hand-ins, or where all have the same.
    """
    both = [
        (r.cells[exercise].score, sum(c.score for name, c in r.cells.items() if name != exercise))
        for r in records
        if exercise in r.cells
    ]
    if len(both) < ENOUGH:
        return None
    return correlation([item for item, _ in both], [rest for _, rest in both])


def graded(of: Class, lesson: str) -> list[Record]:
    """The records of a lesson that stand as graded."""
    return [record for record in of.of(lesson) if record.status is Status.GRADED]


def lessons(of: Class, blank: Collection[tuple[str, str]] = ()) -> list[Lesson]:
    """Every lesson that somebody handed in. blank: the students and lessons with no answer at all."""
    return [_lesson(of, name, blank) for name in of.lessons if handed_in(of, name)]


def handed_in(of: Class, lesson: str) -> bool:
    """Whether anybody handed this lesson in."""
    return any(record.status is not Status.MISSING for record in of.of(lesson))


def _lesson(of: Class, name: str, blank: Collection[tuple[str, str]]) -> Lesson:
    records, done = of.of(name), graded(of, name)
    scores = [record.final or 0.0 for record in done]
    return Lesson(
        name,
        of.lessons[name],
        {status: sum(record.status is status for record in records) for status in Status},
        sum((record.student, name) in blank for record in done),
        spread(scores),
        histogram(scores, of.lessons[name], max(1, round(of.lessons[name]))),
    )


def whole(of: Class) -> dict[str, float]:
    """For each student with a grade, their share of all the points of the lessons graded for them."""
    shares = {}
    for student in of.students:
        own = [of.records[student, lesson] for lesson in of.lessons]
        done = [record for record in own if record.status is Status.GRADED and record.max_score]
        if done:
            shares[student] = sum(r.final or 0.0 for r in done) / sum(r.max_score for r in done)
    return shares


def exercises(of: Class) -> list[Exercise]:
    """Every exercise of the lessons that were graded, in the order of the course."""
    found = []
    for lesson, names in of.exercises.items():
        done = graded(of, lesson)
        for name, points in names.items():
            shares = [record.cells[name].share for record in done if name in record.cells]
            if shares:
                found.append(
                    Exercise(
                        name,
                        lesson,
                        points,
                        len(shares),
                        statistics.fmean(shares),
                        sum(share >= 1 - SPREAD for share in shares) / len(shares),
                        discrimination(done, name),
                    )
                )
    return found


def mistakes(of: Class) -> list[Mistake]:
    """Every named mistake that was made, the most frequent first."""
    made: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    counts = {lesson: len(graded(of, lesson)) for lesson in of.lessons}
    for (student, lesson), record in of.records.items():
        if record.status is Status.GRADED:
            for exercise, cell in record.cells.items():
                for name in cell.misconceptions:
                    made[lesson, exercise, name].append(student)
    found = [
        Mistake(name, exercise, lesson, tuple(students), counts[lesson])
        for (lesson, exercise, name), students in made.items()
    ]
    return sorted(found, key=lambda m: (-len(m.students), -m.share, m.lesson, m.exercise, m.name))
