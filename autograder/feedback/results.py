"""What became of each exercise, in words: from a graded notebook and its grades."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.grades import CellGrade, Grades
from autograder.hidden_tests import HIDDEN
from autograder.hidden_tests.behaviour import Behaviour
from autograder.hidden_tests.grade import followed_through
from autograder.judge.cells import PageCell
from autograder.judge.stops import public_text, verdict, why_missing
from heinit_lab.checking.exercise import Misconception
from heinit_lab.exercises import EXERCISES

_HEADING = re.compile(r"^(#{1,3})[ \t]++(.+)$", re.MULTILINE)
_NUMBER = re.compile(r"Exercise (\d+\.\d+)")


@dataclass(frozen=True)
class BehaviourResult:
    """One behaviour, and the points that it earned.

    waits_for: the name of the behaviour that must hold before it counts, or ''. parts: those that are right,
        of a value that is right in part.
    """

    behaviour: Behaviour
    earned: float
    waits_for: str
    parts: list[str]

    @property
    def state(self) -> str:
        """One of held, part, waits and lost."""
        if self.earned:
            return "held" if self.earned >= self.behaviour.points else "part"
        return "waits" if self.waits_for else "lost"


@dataclass(frozen=True)
class ExerciseResult:
    """One exercise. says: the first line of the public check. why: what happened in the answer's cell, or ''.

    behaviours: those that were tested.
    answer: the anchor of the student's cell. look: anchor and title of the section that explains it.
    follows: that the answer has points although it calls wrong functions, or ''.
    """

    title: str
    grade: CellGrade
    follows: str
    says: str
    why: str
    behaviours: list[BehaviourResult]
    misconceptions: list[Misconception]
    answer: str
    look: tuple[str, str] | None
    comment: str
    patterns: list[str]  # sentences on where and how the answer is wrong, of public and hidden checks

    @property
    def state(self) -> str:
        """One of waiting, full, part and none."""
        if self.grade.needs_manual:
            return "waiting"
        if self.grade.score >= self.grade.max_score:
            return "full"
        return "part" if self.grade.score > 0 else "none"


def results(cells: Sequence[PageCell], grades: Grades, defines: Any = None) -> Iterator[ExerciseResult]:
    """The exercises, in the order of the notebook. defines: as in `why_missing`."""
    section: tuple[str, str] | None = None
    number, answers = "", dict[str, str]()
    for i, cell in enumerate(cells):
        if cell.kind == "markdown":
            for level, title in _HEADING.findall(cell.source):
                number = match[1] if (match := _NUMBER.search(title)) else number
                section = (anchor(i), plain(title.rstrip("# \t"))) if len(level) == 2 else section
        if cell.solution:
            answers[cell.grade_id] = anchor(i)
        if cell.grade_id not in grades.cells:
            continue
        exercise = cell.grade_id.removeprefix("test-")
        hidden = verdict(cell)
        points, right_parts = hidden.get("points", {}), hidden.get("right_parts", {})
        behaviours = HIDDEN.get(exercise, ()) if points else ()
        grade = grades.cells[cell.grade_id]
        worth = grade.max_score / hidden["max_score"] if hidden.get("max_score") else 1.0
        lost = grade.score < grade.max_score
        named = hidden.get("misconceptions", []) if lost else []
        known = {m.name: m for m in EXERCISES[exercise].misconceptions} if exercise in EXERCISES else {}
        yield ExerciseResult(
            title=f"{number} · {exercise}" if number else exercise,
            grade=grade,
            follows=_follows(exercise, hidden),
            says=public_text(cell).partition("\n")[0][:500].lstrip("✓✗○ ") if cell.check else "",
            why=why_missing(cells, defines, cell) if cell.check and lost else "",
            behaviours=[
                BehaviourResult(
                    replace(b, points=b.points * worth),
                    float(points.get(b.name, 0.0)) * worth,
                    b.waits_for(points),
                    right_parts.get(b.name, []),
                )
                for b in behaviours
            ],
            misconceptions=[known[name] for name in named if name in known],
            answer=answers.get(exercise, anchor(i)),
            look=section,
            comment=grades.comments.get(exercise, "") or grades.comments.get(cell.grade_id, ""),
            patterns=_patterns(cell, hidden, bool(named)) if lost and cell.check else [],
        )


def _follows(exercise: str, hidden: Mapping[str, Any]) -> str:
    """The sentence on the wrong functions that an answer calls. hidden: the verdict of the hidden checks."""
    follows = [name for name in hidden.get("follows", []) if name in EXERCISES]
    return followed_through(exercise, follows, hidden["score"] == hidden["max_score"]) if follows else ""


def anchor(number: int) -> str:
    """The id of a cell in the page."""
    return f"cell-{number + 1}"


def plain(title: str) -> str:
    """A heading without its marks."""
    return re.sub(r"[`*$]", "", title).strip()


def _patterns(cell: PageCell, hidden: Mapping[str, Any], named: bool) -> list[str]:
    """What the public check says where no mistake is named, and on which kinds of case hidden ones fail."""
    headline, *below = public_text(cell).splitlines() or [""]
    kinds, points = hidden.get("wrong_kinds", {}), hidden.get("points", {})
    rows = HIDDEN.get(cell.grade_id.removeprefix("test-"), ())
    lost = [row.name for row in rows if kinds.get(row.name) and float(points.get(row.name, 0.0)) < row.points]
    public = [line[:500] for line in below[:3]] if headline.startswith("✗") and not named else []
    return [*public, *(f"{name.capitalize()}: {kinds[name]}" for name in lost)]
