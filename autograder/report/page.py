"""The report as one page: HTML that asks nobody for anything, in light and dark, on paper, and aloud."""

import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from autograder.gradebook import Cohort, Pair, Status
from autograder.grades import points, remarks
from autograder.report.class_statistics import (
    ENOUGH,
    exercise_statistics,
    histogram,
    lesson_statistics,
    mistake_counts,
    spread,
    whole,
)
from autograder.report.compare import Changes
from autograder.report.similarity import SimilarGroup
from autograder.templating import environment
from autograder.text import displayable
from autograder.times import span
from heinit_lab.checking.report import rich

TEMPLATES = Path(__file__).parent / "templates"
TABLE = "report.csv"  # the same numbers, beside the page
SHOWN = 20  # mistakes that are seen at once; the rarer ones are folded away


def page(
    cohort: Cohort,
    made_at: datetime,
    blank: set[Pair],
    groups: Sequence[SimilarGroup],
    changed: Changes | None,
) -> str:
    """The report of a class."""
    from heinit_lab.exercises import EXERCISES

    templates = environment(TEMPLATES)
    templates.filters |= {
        "label": partial(_label, cohort),
        "sentence": lambda text: Markup(rich(text[:1].upper() + text[1:])),
        "percent": lambda share: f"{100 * share:.0f} %",
        "signed": lambda r: "–" if r is None else f"{r:+.2f}".replace("-", "−"),
        "day": lambda when: f"{when.day} {when:%B %Y, %H:%M}",
        "ago": lambda when: span((made_at - when).total_seconds()),
    }
    shares = whole(cohort).values()
    html = templates.get_template("report.html.j2").render(
        cohort=cohort,
        made_at=made_at,
        table_name=TABLE,
        changed=changed,
        Status=Status,
        whole=spread(shares),
        shares=histogram(shares, 1, 10),
        lessons=lesson_statistics(cohort, blank),
        exercises=exercise_statistics(cohort),
        mistakes=mistake_counts(cohort),
        # the hint of a mistake, where this version of the lessons knows the mistake
        hints={(e.name, m.name): m.hint for e in EXERCISES.values() for m in e.misconceptions},
        enough=ENOUGH,
        shown=SHOWN,
        groups=groups,
        **_people(cohort, blank),
    )
    return displayable(html)


def _label(cohort: Cohort, student: str) -> str:
    """What the page calls a student: the name and the id, or the id alone."""
    known = cohort.students.get(student)
    if known is None or known.name == student:
        return student
    name = known.name
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in name):
        # a name from right to left must not turn the signs and names around it
        name = f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"
    return f"{name} ({student})"


def _people(cohort: Cohort, blank: set[Pair]) -> dict[str, Any]:
    """The records that an instructor should look at, by what is the matter, and who handed nothing in."""
    records = [r for lesson in cohort.lessons if cohort.handed_in(lesson) for r in cohort.of(lesson)]
    having = {status: [record for record in records if record.status is status] for status in Status}
    graded, missing = having[Status.GRADED], defaultdict(list)
    for record in having[Status.MISSING]:
        missing[record.lesson].append(record.student)
    return {
        "ungradable": [(r, r.reason or "No reason was kept.") for r in having[Status.UNGRADABLE]],
        "waiting": [(r, "") for r in having[Status.UNGRADED]],
        "blanks": [(r, f"{points(r.final or 0)} points") for r in graded if (r.student, r.lesson) in blank],
        "late": [(r, f"{remarks(r.late, r.penalty, ())}.") for r in graded if r.late or r.penalty],
        "by_hand": [(r, f"{', '.join(r.by_hand)}.") for r in graded if r.by_hand],
        "repaired": [(r, " ".join(r.repairs)) for r in records if r.repairs],
        "stopped": [(r, " ".join(r.stopped)) for r in graded if r.stopped],
        "unsandboxed": [(r, "") for r in graded if not r.sandboxed],
        "missing": missing,
        "strangers": [student.id for student in cohort.students.values() if not student.enrolled],
    }
