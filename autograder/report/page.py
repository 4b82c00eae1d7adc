"""The report as one page: HTML that asks nobody for anything, in light and dark, on paper, and aloud."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.gradebook import Cohort, Pair, Record, Status, points
from autograder.report import figures, numbers
from autograder.report.compare import Changes
from autograder.report.similarity import SimilarGroup
from autograder.templating import environment
from heinit_lab.checking.report import rich

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 20  # mistakes that are seen at once; the rarer ones are folded away


def page(
    cohort: Cohort,
    made_at: datetime,
    blank: set[Pair],
    groups: Sequence[SimilarGroup],
    changed: Changes | None,
    table_name: str,
) -> str:
    """The report of a class. table_name: where its CSV lies, beside the page."""
    from heinit_lab.exercises import EXERCISES

    label = _labels(cohort)
    templates = environment(TEMPLATES)
    templates.filters.update(
        label=label,
        sentence=lambda text: Markup(rich(text[:1].upper() + text[1:])),
        percent=percent,
        signed=lambda r: "–" if r is None else f"{r:+.2f}".replace("-", "−"),
        day=lambda when: f"{when.day} {when:%B %Y, %H:%M}",
        ago=lambda when: duration(made_at - when),
    )
    templates.globals["label"] = label
    exercises, lessons = numbers.exercises(cohort), numbers.lessons(cohort, blank)
    return templates.get_template("report.html.j2").render(
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        course=cohort.course or "Course",
        made_at=made_at,
        table_name=table_name,
        changed=changed,
        changes=list(_changes(changed, label)) if changed else [],
        tiles=_tiles(cohort, lessons),
        statuses=list(Status),
        whole=_whole(cohort),
        lessons=[
            (lesson, *_scores(k, lesson), [e for e in exercises if e.lesson == lesson.name])
            for k, lesson in enumerate(lessons)
        ],
        mistakes=numbers.mistakes(cohort),
        # the hint of a mistake, where this version of the lessons knows the mistake
        hints={(e.name, m.name): m.hint for e in EXERCISES.values() for m in e.misconceptions},
        enough=numbers.ENOUGH,
        shown=SHOWN,
        groups=groups,
        **_people(cohort, blank),
    )


def percent(share: float) -> str:
    """A share as a whole number of percent."""
    return f"{100 * share:.0f} %"


def duration(span: timedelta) -> str:
    """A span of time in words, in its largest whole unit."""
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if count := seconds // length:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _labels(cohort: Cohort) -> Callable[[str], str]:
    """What the page calls a student: the name and the id, or the id alone."""

    def label(student: str) -> str:
        known = cohort.students.get(student)
        return student if known is None or known.name == student else f"{_isolated(known.name)} ({student})"

    return label


def _isolated(name: str) -> str:
    """A name that is written from right to left, kept from turning the signs and names around it."""
    leftwards = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if leftwards else name


def _changes(changed: Changes, label: Callable[[str], str]) -> Iterator[tuple[str, str, list[str]]]:
    """What changed: the words for a single item and for several, and the items."""

    def status(records: Sequence[Record]) -> list[str]:
        return [f"{label(r.student)}, {r.lesson}: {r.status}" for r in records]

    for lesson, students in changed.graded.items():
        yield f"more is graded in {lesson}", f"more are graded in {lesson}", list(map(label, students))
    scores = [
        f"{label(r.student)}, {r.lesson}: {points(was.final or 0)}, "
        f"now {points(r.final or 0)} of {points(r.max_score)}"
        for was, r in changed.scores
    ]
    yield "grade differs", "grades differ", scores
    ungradable = "cannot be graded, since then"
    yield f"hand-in {ungradable}", f"hand-ins {ungradable}", status(changed.ungradable)
    yield "hand-in is no longer ungradable", "hand-ins are no longer ungradable", status(changed.mended)
    yield "student is new", "students are new", list(map(label, changed.joined))
    yield "student is gone", "students are gone", list(map(label, changed.left))
    moved = [
        f"{now.name}, mean share: {percent(was.difficulty)}, now {percent(now.difficulty)}"
        for was, now in changed.moved
    ]
    yield "exercise moved", "exercises moved", moved
    counts = [f"{name} in {exercise}: {was}, now {now}" for exercise, name, was, now in changed.mistakes]
    yield "mistake differs in number", "mistakes differ in number", counts


def _tiles(cohort: Cohort, lessons: Sequence[numbers.LessonStatistics]) -> list[tuple[int | str, str]]:
    count = {status: sum(lesson.standing[status] for lesson in lessons) for status in Status}
    spread = numbers.spread(numbers.whole(cohort).values())
    tiles: list[tuple[int | str, str]] = [
        (len(cohort.students), "student" if len(cohort.students) == 1 else "students"),
        (count[Status.GRADED], "hand-ins graded"),
        (count[Status.UNGRADABLE], "could not be graded"),
        (count[Status.UNGRADED], "wait to be graded"),
        (count[Status.MISSING], "not handed in"),
    ]
    return tiles + ([(percent(spread.mean), "of the points, on average")] if spread else [])


def _whole(cohort: Cohort) -> tuple[Markup, str] | None:
    """The figure of all lessons together, and its caption."""
    shares = numbers.whole(cohort).values()
    spread = numbers.spread(shares)
    if spread is None:
        return None
    says = (
        f"The share of their points that the {spread.n} students with a grade have: "
        f"half of them have at least {percent(spread.median)} (triangle), and the middle half lie "
        f"between {percent(spread.quartile)} and {percent(spread.upper)}."
    )
    counts, ticks = numbers.histogram(shares, 1, 10), ("0 %", "50 %", "100 %")
    return figures.histogram("whole", counts, ticks, "All lessons", says, spread.median), says


def _scores(k: int, lesson: numbers.LessonStatistics) -> tuple[Markup, str]:
    """The figure of a lesson's scores, and its caption."""
    spread = lesson.spread
    if spread is None:
        return Markup(""), "Nothing of it is graded yet."
    says = (
        f"{spread.n} graded, from {points(spread.low)} to {points(spread.high)} of "
        f"{points(lesson.points)} points; median {points(spread.median)} (triangle)."
    )
    ticks = ("0", points(lesson.points))
    mark = spread.median / lesson.points if lesson.points else None
    return figures.histogram(f"lesson-{k}", lesson.histogram, ticks, lesson.name, says, mark), says


def _people(cohort: Cohort, blank: set[Pair]) -> dict[str, Any]:
    """The records that an instructor should look at, by what is the matter, and who handed nothing in."""
    records = [r for lesson in cohort.lessons if cohort.handed_in(lesson) for r in cohort.of(lesson)]
    having = {status: [record for record in records if record.status is status] for status in Status}
    graded = having[Status.GRADED]
    missing: dict[str, list[str]] = {}
    for record in having[Status.MISSING]:
        missing.setdefault(record.lesson, []).append(record.student)
    return {
        "ungradable": [(r, r.reason or "No reason was kept.") for r in having[Status.UNGRADABLE]],
        "waiting": [(r, "") for r in having[Status.UNGRADED]],
        "blanks": [(r, f"{points(r.final or 0)} points") for r in graded if (r.student, r.lesson) in blank],
        "repaired": [(r, " ".join(r.repairs)) for r in records if r.repairs],
        "unsandboxed": [(r, "") for r in graded if not r.sandboxed],
        "missing": missing,
        "strangers": [student.id for student in cohort.students.values() if not student.enrolled],
    }
