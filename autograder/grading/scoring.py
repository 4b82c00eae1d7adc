"""What the course's settings make of graded work, without running anything again.

The checks give each answer a share of its points. How many points an exercise has, when the work was due and
what lateness costs may change afterwards: `Scoring.settle` brings the gradebook to where the settings say,
and writes new points and penalties of all that is graded, from the scores that are there. Due dates,
extensions and points go into nbgrader's own columns, so formgrader and `nbgrader autograde` follow them too.
`LatePenalties` stands in the place of nbgrader's step of that kind.

The table `heinit_rules` keeps by what rules each lesson was scored last. So a run can say which rule has
changed, and what `course.toml` no longer says is taken out of the gradebook again, where it was put there.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbformat import from_dict
from nbgrader.api import Assignment, Grade, Gradebook, Student, SubmittedAssignment, SubmittedNotebook
from nbgrader.converters import Autograde
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import compute_checksum
from sqlalchemy import Column, MetaData, String, Table, Text, func, inspect, select, update

from autograder.database import store_row
from autograder.files import parse_json, typed
from autograder.gradebook import Pair
from autograder.grades import late_by
from autograder.grading.receipts import Receipts
from autograder.grading.result import Result
from autograder.settings import LateRule, read_settings, source_points

RULES = Table(
    "heinit_rules",
    MetaData(),
    Column("lesson", String(128), primary_key=True),
    Column("rules", Text, nullable=False),
)
SAME = 1e-9  # points that differ by less are equal, but for rounding
WORDS = {"due": "due date", "late": "late rule", "points": "points", "extensions": "extensions"}
# Of a lesson: the keys of WORDS, and `ours`, which `course.toml` has put into the gradebook.
Rules = dict[str, Any]


class Scoring:
    """A course's settings, and its open gradebook. autograde: nbgrader's, with its configuration."""

    def __init__(self, root: Path, gradebook: Gradebook, autograde: Autograde) -> None:
        self._root, self._gradebook, self._penalties = root, gradebook, LatePenalties(parent=autograde)
        self._penalties.init_plugin()
        self.settings = read_settings(root)

    def settle(self, keep: bool = True) -> tuple[set[Pair], list[str]]:
        """Score all that is graded by the present rules. Returns what was scored again, and sentences.

        keep: False to change nothing, and only to know what would be scored again.
        """
        db, engine = self._gradebook.db, self._gradebook.engine
        self.settings.check_students(self._students())
        before, now, again = self.rules_before(), dict[str, Rules](), set[Pair]()
        for assignment in self._gradebook.assignments:
            rules = before.get(assignment.name, {})
            again |= self._put_points(assignment, rules.get("points", {}))
            now[assignment.name] = self._put(assignment, rules)
        db.flush()
        again |= self._new_penalties()
        graded = set(db.execute(select(Assignment.name).join(Assignment.submissions)).scalars())
        if keep:
            db.commit()
            RULES.metadata.create_all(engine)
            for lesson in [lesson for lesson, rules in now.items() if rules != before.get(lesson)]:
                store_row(db, RULES, lesson=lesson, rules=json.dumps(now[lesson]))
            db.commit()
        else:
            db.rollback()
        db.expunge_all()
        counts, scored = Counter(lesson for _, lesson in again), "scored" if keep else "to be scored"
        return again, [
            f"{lesson}: {', '.join(words) or 'scores'} changed, {counts[lesson]} {scored} again."
            for lesson in now
            if lesson in graded and self.settings.lesson(lesson).counts_at_all
            if (words := changed(before.get(lesson), now[lesson])) or counts[lesson]
        ]

    def rules_before(self) -> dict[str, Rules]:
        """By what rules each lesson was scored last; damaged ones are as none."""
        if not inspect(self._gradebook.engine).has_table(RULES.name):
            return {}
        rows = self._gradebook.db.execute(select(RULES.c.lesson, RULES.c.rules))
        return {lesson: typed(dict[str, Any], parse_json(rules)) for lesson, rules in rows}

    def _students(self) -> set[str]:
        folders = {path.name for path in self._root.glob("submitted/*")}
        return folders | set(self._gradebook.db.execute(select(Student.id)).scalars())

    # Into nbgrader's columns

    def _put(self, assignment: Assignment, before: Rules) -> Rules:
        """Put due date and extensions into the gradebook; returns by what rules the lesson is scored."""
        lesson, ours = assignment.name, before.get("ours", {})
        wanted = self.settings.lesson(lesson)
        if wanted.due is not None or ours.get("due") == _iso(assignment.duedate):
            assignment.duedate = wanted.due
        due = assignment.duedate
        given = {student: self.extension(student, lesson, due) for student in self.settings.students}
        put = {student: _seconds(extension) for student, extension in given.items() if extension is not None}
        row, entered = SubmittedAssignment, {}
        entries = self._gradebook.db.query(row).filter(
            row.assignment_id == assignment.id, row.extension.is_not(None) | row.student_id.in_(put)
        )
        for entry in entries.all():
            theirs = ours.get("extensions", {}).get(entry.student_id)
            if (extension := self.extension(entry.student_id, lesson, due)) is not None:
                entry.extension = extension
            elif due is None or _seconds(entry.extension) == theirs:
                entry.extension = None
            if entry.extension:
                entered[entry.student_id] = _seconds(entry.extension)
        return {
            "due": _iso(due),
            "late": self._penalties.says(wanted.late),
            "points": {cell.name: cell.max_score for cell in graded_cells(assignment)},
            "extensions": {**entered, **put},
            "ours": {"due": _iso(wanted.due), "extensions": put},
        }

    def extension(self, student: str, lesson: str, due: datetime | None) -> timedelta | None:
        """A student's extension of a due date; None where the settings give none, or nothing is due."""
        given = self.settings.extension(student, lesson)
        if given is None or due is None:
            return None
        return given - due if isinstance(given, datetime) else given

    def _put_points(self, assignment: Assignment, before: Mapping[str, float]) -> set[Pair]:
        """Put the points of exercises into the gradebook, and score by them. Returns what has new scores.

        before: the points by which the cells were scored last, where that is known.
        """
        lesson, again = assignment.name, set[Pair]()
        settings, points = self.settings.lesson(lesson), source_points(self._root, lesson)
        for cell in graded_cells(assignment):
            exercise = cell.name.removeprefix("test-")
            most = settings.points.get(exercise, points.get(exercise, cell.max_score))
            most = 0.0 if exercise in settings.left_out else most
            scored_by = before.get(cell.name, cell.max_score)
            if abs(most - scored_by) > SAME:
                again |= self._rescale(lesson, cell, scored_by, most)
            if abs(most - cell.max_score) > SAME:
                self._set_points(cell, most)
        return again

    def _rescale(self, lesson: str, cell: Any, before: float, most: float) -> set[Pair]:
        """Give every answer the same share of the points as before."""
        db, again = self._gradebook.db, set[Pair]()
        exercise, receipts = cell.name.removeprefix("test-"), Receipts(self._gradebook.engine)
        grades = (
            select(Grade, SubmittedAssignment.student_id)
            .join(SubmittedNotebook, SubmittedNotebook.id == Grade.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(Grade.cell_id == cell.id)
        )
        for grade, student in db.execute(grades).all():
            if grade.auto_score is None:
                continue
            result = receipts.find(student, lesson)
            share = share_of(result, exercise)
            if before > 0 and (share is None or abs(share * before - grade.auto_score) > SAME):
                share = grade.auto_score / before  # of another grader
            grade.auto_score = None if share is None else share * most
            if share is None or grade.manual_score is not None:  # a person's points are looked at again
                grade.needs_manual_grade = True
            again.add((student, lesson))
        return again

    def _set_points(self, cell: Any, most: float) -> None:
        """Give other points to one of nbgrader's cells."""
        cell.max_score = most
        for source in cell.notebook.source_cells:
            if source.name == cell.name:  # nbgrader's checksum is over the points too
                solutions = {each.name for each in cell.notebook.solution_cells}
                marks = {"grade": True, "solution": cell.name in solutions, "grade_id": cell.name}
                about = {"cell_type": source.cell_type, "source": source.source or ""}
                whole = {**about, "metadata": {"nbgrader": {**marks, "points": most}}}
                source.checksum = compute_checksum(from_dict(whole))

    def _new_penalties(self) -> set[Pair]:
        """Write the penalties of all that is graded; returns where a penalty has changed."""
        db, again, entry = self._gradebook.db, set[Pair](), SubmittedAssignment
        totals = select(Grade.notebook_id, func.sum(Grade.score)).group_by(Grade.notebook_id)
        scores: dict[str, float] = dict(db.execute(totals).all())
        rows = db.execute(
            select(
                *(SubmittedNotebook.id, SubmittedNotebook.late_submission_penalty),
                *(entry.student_id, Assignment.name, entry.timestamp, Assignment.duedate, entry.extension),
            )
            .join(entry, entry.id == SubmittedNotebook.assignment_id)
            .join(Assignment, Assignment.id == entry.assignment_id)
        ).all()
        for key, before, student, lesson, *times in rows:
            penalty = self.penalty(student, lesson, scores.get(key, 0.0), late_by(*times))
            if abs((penalty or 0.0) - (before or 0.0)) > SAME:
                values = {"late_submission_penalty": penalty}
                db.execute(update(SubmittedNotebook).where(SubmittedNotebook.id == key).values(values))
                again.add((student, lesson))
        return again

    def score_of(self, result: Result) -> float:
        """The points of a result's answers by the present points of the exercises."""
        score = 0.0
        for cell in graded_cells(self._gradebook.find_assignment(result.lesson)):
            score += (share_of(result, cell.name.removeprefix("test-")) or 0.0) * cell.max_score
        return score

    def penalty(self, student: str, lesson: str, score: float, seconds: float) -> float | None:
        """The points off a score for lateness; None where there are none. seconds: after the due date."""
        if seconds <= 0:
            return None
        plugin = self._penalties.plugin_for(self.settings.lesson(lesson).late)
        penalty = plugin.late_submission_penalty(student, score, seconds)
        return None if penalty is None else max(0.0, min(penalty, score))


def pending(root: Path, api: Any) -> list[str]:
    """What `heinit grade` would score again in a course directory, a sentence a lesson. api: nbgrader's."""
    with api.gradebook as gradebook:
        autograde = Autograde(coursedir=api.coursedir, parent=api)
        return Scoring(root, gradebook, autograde).settle(keep=False)[1]


class CourseRule(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    """The late rule of `course.toml`, as a plugin of nbgrader's."""

    rule: LateRule

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float:
        return self.rule.penalty(score, total_seconds_late)


class LatePenalties(AssignLatePenalties):  # type: ignore[misc]
    """nbgrader's step, which takes the rule of `course.toml` where there is one, else nbgrader's plugin."""

    def init_plugin(self) -> None:
        """As nbgrader calls it: for the submission that is graded."""
        super().init_plugin()
        coursedir = getattr(getattr(self.parent, "parent", None), "coursedir", None)
        if coursedir is not None and hasattr(self, "assignment_id"):
            self.plugin_inst = self.plugin_for(
                read_settings(Path(coursedir.root)).lesson(self.assignment_id).late
            )

    def plugin_for(self, rule: LateRule | None) -> Any:
        """nbgrader's plugin, or the one that holds this rule."""
        if rule is None:
            return self.plugin_inst
        plugin = CourseRule(parent=self)
        plugin.rule = rule
        return plugin

    def says(self, rule: LateRule | None) -> str:
        """The rule and its values, to be compared."""
        if rule is not None:
            return repr(rule)
        plugin = self.plugin_inst
        values = {name: getattr(plugin, name) for name in plugin.trait_names(config=True)}
        return f"{type(plugin).__name__} {sorted(values.items())}"


def graded_cells(assignment: Assignment) -> list[Any]:
    """The cells of an assignment that have points."""
    return [cell for each in assignment.notebooks for cell in (*each.grade_cells, *each.task_cells)]


def share_of(result: Result | None, exercise: str) -> float | None:
    """The share of its points that the checks gave an exercise; None where no receipt says so."""
    cell = result.cells.get(exercise) if result is not None else None
    if cell is None or cell["score"] is None:
        return None
    return cell.get("share", cell["score"] / cell["max_score"] if cell["max_score"] else None)


def changed(before: Rules | None, now: Rules) -> list[str]:
    """What rules are others than before, in words."""
    return [words for key, words in WORDS.items() if before is not None and before.get(key) != now[key]]


def _iso(time: datetime | None) -> str | None:
    return None if time is None else time.isoformat()


def _seconds(span: timedelta | None) -> float | None:
    return None if span is None else span.total_seconds()
