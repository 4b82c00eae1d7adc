"""The report as one page: HTML that asks nobody for anything, in light and dark, on paper, and aloud."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from autograder.gradebook import Class, Record, Status
from autograder.report import figures, numbers
from autograder.report.compare import Changes
from autograder.report.similarity import Group
from heinit_lab.checking.report import rich

TEMPLATES = Path(__file__).parent / "templates"
SHOWN = 20  # mistakes that are seen at once; the rarer ones are folded away


def page(
    of: Class,
    made_at: datetime,
    blank: set[tuple[str, str]],
    groups: Sequence[Group],
    changed: Changes | None,
    table_name: str,
) -> str:
    """The report of a class. table_name: where its CSV lies, beside it."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    name = _names(of)
    environment.filters.update(
        label=name,
        points=points,
        sentence=lambda text: Markup(rich(text[:1].upper() + text[1:])),
        percent=lambda share: f"{100 * share:.0f} %",
        signed=lambda r: "–" if r is None else f"{r:+.2f}".replace("-", "−"),
        day=lambda when: f"{when.day} {when:%B %Y, %H:%M}",
        ago=lambda when: duration(made_at - when),
        whose=lambda record: f"{name(record.student)}, {record.lesson}: {record.status}",
        regraded=lambda pair: (
            f"{name(pair[1].student)}, {pair[1].lesson}: {points(pair[0].final)}, "
            f"now {points(pair[1].final)} of {points(pair[1].max_score)}"
        ),
        moved=lambda pair: (
            f"{pair[1].name}, mean share: {100 * pair[0].difficulty:.0f} %, "
            f"now {100 * pair[1].difficulty:.0f} %"
        ),
        counted=lambda m: f"{m[1]} in {m[0]}: {m[2]}, now {m[3]}",
    )
    environment.globals["label"] = name
    exercises, mistakes = numbers.exercises(of), numbers.mistakes(of)
    lessons = numbers.lessons(of, blank)
    return environment.get_template("report.html.j2").render(
        style=Markup((TEMPLATES / "report.css").read_text(encoding="utf-8")),
        course=of.course or "Course",
        made_at=made_at,
        table_name=table_name,
        changed=changed,
        tiles=_tiles(of, lessons),
        statuses=list(Status),
        whole=_whole(of),
        lessons=[
            _lesson(k, lesson, [e for e in exercises if e.lesson == lesson.name])
            for k, lesson in enumerate(lessons)
        ],
        mistakes=[_told(mistake) for mistake in mistakes],
        enough=numbers.ENOUGH,
        shown=SHOWN,
        groups=groups,
        **_people(of, blank),
    )


def points(value: float) -> str:
    """Points as they are said: at most two digits after the point."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def duration(span: timedelta) -> str:
    """A span of time in words, in its largest whole unit."""
    seconds = max(0, int(span.total_seconds()))
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if count := seconds // length:
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return "less than a minute"


def _names(of: Class) -> Callable[[str], str]:
    """How a student is called: the name and the id, or the id alone."""

    def label(student: str) -> str:
        known = of.students.get(student)
        return student if known is None or known.name == student else f"{_isolated(known.name)} ({student})"

    return label


def _isolated(name: str) -> str:
    """A name that is written from right to left, kept from turning the signs and names around it."""
    leftwards = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name)
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}" if leftwards else name


def _tiles(of: Class, lessons: Sequence[numbers.Lesson]) -> list[tuple[int | str, str]]:
    count = {status: sum(lesson.standing[status] for lesson in lessons) for status in Status}
    shares = list(numbers.whole(of).values())
    tiles: list[tuple[int | str, str]] = [
        (len(of.students), "student" if len(of.students) == 1 else "students"),
        (count[Status.GRADED], "hand-ins graded"),
        (count[Status.UNGRADABLE], "could not be graded"),
        (count[Status.UNGRADED], "wait to be graded"),
        (count[Status.MISSING], "not handed in"),
    ]
    if shares:
        tiles.append((f"{100 * sum(shares) / len(shares):.0f} %", "of the points, on average"))
    return tiles


def _whole(of: Class) -> dict[str, Any] | None:
    shares = list(numbers.whole(of).values())
    spread = numbers.spread(shares)
    if spread is None:
        return None
    counts = numbers.histogram(shares, 1, 10)
    says = (
        f"The share of their points that the {spread.n} students with a grade have: "
        f"half of them have at least {100 * spread.median:.0f} % (triangle), and the middle half lie "
        f"between {100 * spread.quartile:.0f} % and {100 * spread.upper:.0f} %."
    )
    ticks = ("0 %", "50 %", "100 %")
    return {
        "figure": figures.histogram("whole", counts, ticks, "All lessons", says, spread.median),
        "says": says,
    }


def _lesson(k: int, of: numbers.Lesson, exercises: Sequence[numbers.Exercise]) -> dict[str, Any]:
    says = "Nothing of it is graded yet."
    figure = None
    if of.spread is not None:
        says = (
            f"{of.spread.n} graded, from {points(of.spread.low)} to {points(of.spread.high)} of "
            f"{points(of.points)} points; median {points(of.spread.median)} (triangle)."
        )
        ticks = ("0", points(of.points))
        mark = of.spread.median / of.points if of.points else None
        figure = figures.histogram(f"lesson-{k}", of.histogram, ticks, of.name, says, mark)
    return {
        "of": of,
        "title": of.name,
        "says": says,
        "figure": figure,
        "exercises": exercises,
    }


def _told(mistake: numbers.Mistake) -> dict[str, Any]:
    """A mistake with the hint that its name stands for, where this version of the lessons knows it."""
    from heinit_lab.exercises import EXERCISES

    exercise = EXERCISES.get(mistake.exercise)
    hints = {m.name: m.hint for m in exercise.misconceptions} if exercise else {}
    return {
        "name": mistake.name,
        "exercise": mistake.exercise,
        "students": mistake.students,
        "of": mistake.of,
        "share": mistake.share,
        "hint": Markup(rich(hints.get(mistake.name, ""))),
    }


def _people(of: Class, blank: set[tuple[str, str]]) -> dict[str, Any]:
    """The records that ask for a word, by what is the matter, and who handed nothing in."""
    in_use = [lesson for lesson in of.lessons if numbers.handed_in(of, lesson)]
    records = [record for lesson in in_use for record in of.of(lesson)]

    def having(status: Status) -> list[Record]:
        return [record for record in records if record.status is status]

    missing = {lesson: [r.student for r in having(Status.MISSING) if r.lesson == lesson] for lesson in in_use}
    graded = having(Status.GRADED)
    return {
        "ungradable": [(r, r.reason or "No reason was kept.") for r in having(Status.UNGRADABLE)],
        "waiting": [(r, "") for r in having(Status.UNGRADED)],
        "blanks": [(r, f"{points(r.final or 0)} points") for r in graded if (r.student, r.lesson) in blank],
        "repaired": [(r, " ".join(r.repairs)) for r in records if r.repairs],
        "unsandboxed": [(r, "") for r in graded if not r.sandboxed],
        "missing": {lesson: students for lesson, students in missing.items() if students},
        "strangers": [student.id for student in of.students.values() if not student.enrolled],
    }
