"""Run an exercise's hidden checks and give its points.

`grade` ends every test cell of the instructor's version. The value of the cell is the score,
a built-in float, which nbgrader reads as partial credit. (It reads anything that is not a
number as full credit, `np.float64(1.0)` included.)
"""

import importlib
import pkgutil
import sys
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from autograder.hidden_tests.behaviour import Behaviour
from heinit_lab.checking.check import deliver, latest
from heinit_lab.checking.compare import listed
from heinit_lab.checking.exercise import Evidence, Exercise
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report
from heinit_lab.exercises import EXERCISES

# any text, set by the judge; hidden inputs follow from it
SEED: ContextVar[str] = ContextVar("SEED", default="")


def _all() -> dict[str, tuple[Behaviour, ...]]:
    """The tables of all lessons' modules, as one."""
    package = sys.modules["autograder.hidden_tests"]
    names = {module.name for module in pkgutil.iter_modules(package.__path__)} - {"grade", "behaviour"}
    modules = [importlib.import_module(f"{package.__name__}.{name}") for name in sorted(names)]
    return {name: row for module in modules for name, row in module.HIDDEN.items()}


HIDDEN: dict[str, tuple[Behaviour, ...]] = _all()
ASSESSED: dict[str, "Assessment"] = {}  # by `grade`, the last of each exercise


@dataclass(frozen=True)
class Assessment:
    """What the hidden checks say of an answer.

    follows: the student's functions that the answer calls, and that are wrong where the answer is not: it was
    judged again with right ones in their places, and what is then right has its points.
    points, max_points: by the name of the behaviour. misconceptions: names. hints: a sentence for each name.
    no_answer: whether a call never came back: out of time, or the answer ended its process.
    right_parts: by the name of a behaviour that has a share of its points, the parts that are right.
    wrong_kinds: by the name of a behaviour, a sentence on what is wrong: that no answer came, and why; else,
    where the public check passes, the kinds of case.
    """

    name: str
    points: dict[str, float]
    max_points: dict[str, float]
    misconceptions: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    follows: tuple[str, ...] = field(default=(), kw_only=True)
    unsolved: bool = False
    no_answer: bool = False
    right_parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    wrong_kinds: Mapping[str, str] = field(default_factory=dict)

    @property
    def score(self) -> float:
        return float(sum(self.points.values()))

    @property
    def max_score(self) -> float:
        return float(sum(self.max_points.values()))


def grade(name: str, function: Function | None = None) -> float:
    """Run the hidden checks of the exercise `name`, show what they say, and return the points.

    function: the answer; by default, what `name` means in the notebook.
    Raises CheckFailed where points are lost and nobody is grading.
    """
    __tracebackhide__ = True
    if function is None:
        function = sys._getframe(1).f_globals.get(name)
    public = latest(name, function) or EXERCISES[name].probe(function) if callable(function) else None
    ASSESSED[name] = assessment = assess(name, function, public=public)
    deliver(report_of(assessment))
    return assessment.score


def assess(
    name: str, function: Function | None, seed: str | None = None, public: Evidence | None = None
) -> Assessment:
    """What the hidden checks say about an answer.

    seed: any text; by default what the judge has set as SEED, else a fixed one. public: the evidence of the
    public check, where there is some: what that check refuses never gets full marks.
    """
    seed = SEED.get() if seed is None else seed
    exercise, max_points = EXERCISES[name], {b.name: b.points for b in HIDDEN[name]}
    if not callable(function):
        return Assessment(name, dict.fromkeys(max_points, 0.0), max_points, unsolved=True)

    points, hidden = probed(name, function, seed)
    if points == max_points and public is not None and public.finding is not None:
        points |= {
            lost: round(points[lost] * public.share(exercise.parts), 2) for lost in _refused(name, public)
        }
    if points == max_points:
        return Assessment(name, points, max_points)
    # the public check has named the mistake, or given it no name: it bears the same name here
    public = public or exercise.probe(function)
    named = _named(exercise, [public] if public.finding else hidden)
    unsolved = any(evidence.unsolved for evidence in (public, *hidden))
    parts, kinds, no_answer = dict[str, tuple[str, ...]](), dict[str, str](), False
    for behaviour, evidence in zip(HIDDEN[name], hidden, strict=True):
        if 0 < points[behaviour.name] < behaviour.points:
            parts[behaviour.name] = evidence.right_parts(exercise.parts)
        unanswered = _unanswered(evidence)
        no_answer |= bool(unanswered)
        kinds[behaviour.name] = unanswered or ("" if public.finding else evidence.wrong_kinds)
    mistakes = tuple(named), tuple(named.values())
    return Assessment(name, points, max_points, *mistakes, unsolved, no_answer, parts, kinds)


def _unanswered(evidence: Evidence) -> str:
    """Why a call never came back, in a sentence, or ''."""
    errors = (call.error for call in evidence.calls if type(call.error).__name__ == "NoAnswerError")
    return next((f"A call gave no answer: {error}." for error in errors), "")


def probed(name: str, function: Function, seed: str) -> tuple[dict[str, float], list[Evidence]]:
    """The points of each behaviour, and the evidence of each."""
    points: dict[str, float] = {}
    most = {behaviour.name: behaviour.points for behaviour in HIDDEN[name]}
    hidden: list[Evidence] = []
    for behaviour in HIDDEN[name]:
        rng = np.random.default_rng(zlib.crc32(f"{seed}/{name}/{behaviour.name}".encode()))
        evidence = behaviour.probe(function, rng)
        shares = [points[need] / most[need] for need in behaviour.needs]
        share = min([evidence.share(EXERCISES[name].parts), *shares])
        points[behaviour.name] = round(behaviour.points * share, 2)
        hidden.append(evidence)
    return points, hidden


def _refused(name: str, public: Evidence) -> list[str]:
    """The behaviours that lose their points where the public check alone has found something.

    That is the behaviour that the finding is about; for wrong values, the edge cases where there are some.
    """
    names = [behaviour.name for behaviour in HIDDEN[name]]
    lost = "edge cases" if public.about == "values" and "edge cases" in names else public.about
    return [b.name for b in HIDDEN[name] if lost in (b.name, *b.needs)]


def _named(exercise: Exercise, evidences: Iterable[Evidence]) -> dict[str, str]:
    """The misconceptions that any evidence shows, with their hints; a stub shows none."""
    solved = [evidence for evidence in evidences if not evidence.unsolved]
    return {m.name: m.hint for evidence in solved for m in exercise.named(evidence)}


def report_of(assessment: Assessment) -> Report:
    """What the hidden checks say of an answer, in words."""
    verdict = {
        "exercise": assessment.name,
        "follows": list(assessment.follows),
        "score": assessment.score,
        "max_score": assessment.max_score,
        "points": assessment.points,
        "wrong_kinds": dict(assessment.wrong_kinds),
        "misconceptions": list(assessment.misconceptions),
        "no_answer": assessment.no_answer,
        "right_parts": {name: list(parts) for name, parts in assessment.right_parts.items()},
    }
    total = f"{assessment.score:g} of {assessment.max_score:g} points"
    full = assessment.score == assessment.max_score
    followed = (followed_through(assessment.name, assessment.follows, full),) if assessment.follows else ()
    if full:
        return Report("✓", f"{assessment.name}: {total}.", followed, verdict)
    if assessment.unsolved and assessment.score == 0:
        return Report("○", f"{assessment.name}: not solved, {total}.", (), verdict)
    lines = [_line(behaviour, assessment) for behaviour in HIDDEN[assessment.name]]
    return Report("✗", f"{assessment.name}: {total}.", (*followed, *assessment.hints, *lines), verdict)


def followed_through(name: str, follows: Sequence[str], full: bool) -> str:
    """That an answer has its points although it calls wrong functions. full: all of its points."""
    called, several = listed([f"the {each}" for each in follows]), len(follows) > 1
    are = "are" if several else "is"
    if full:
        return f"{name} is right; {called} it calls {are} not."
    right = "right functions in their places" if several else f"a right {follows[0]} in its place"
    return (
        f"T{called[1:]} that {name} calls {are} not right: {name} was judged "
        f"again with {right}, and what is then right has its points."
    )


def _line(behaviour: Behaviour, assessment: Assessment) -> str:
    """What became of one behaviour."""
    earned = assessment.points[behaviour.name]
    if waits_for := behaviour.waits_for(assessment.points):
        return f"– {behaviour.name}: counts only together with {waits_for}, 0 of {behaviour.points:g}"
    mark = "✓" if earned == behaviour.points else "◐" if earned else "✗"
    parts = assessment.right_parts.get(behaviour.name)
    right = f"; right: {', '.join(parts)}" if parts else ""
    kinds = assessment.wrong_kinds.get(behaviour.name) if earned < behaviour.points else ""
    line = f"{mark} {behaviour.name} ({behaviour.says}{right}): {earned:g} of {behaviour.points:g}"
    return f"{line}. {kinds}" if kinds else line
