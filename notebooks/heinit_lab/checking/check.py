"""`check`, which students call on their answers."""

import difflib
import os
import sys

from heinit_lab.checking.calls import report_on_calls
from heinit_lab.checking.exercise import Evidence, Exercise
from heinit_lab.checking.observe import Function
from heinit_lab.checking.report import Report

_latest: dict[str, tuple[Function, Evidence]] = {}  # of the last checks, for the hidden ones below them
_tries: dict[str, dict[str, int]] = {}  # by exercise: how often in a row a student's check showed a mistake


class CheckFailed(AssertionError):
    """An answer is not right yet. The text is the whole message: a notebook shows no traceback."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.plain)
        self.report = report

    def _render_traceback_(self) -> list[str]:
        return self.report.ansi


def check(name: str, function: Function | None = None) -> None:
    """Check your answer to the exercise `name`, and say what is wrong with it.

    function: the answer; by default, what `name` means in the notebook.
    Raises CheckFailed where the answer is not right. While nbgrader grades, `check` only reports:
    the points come from the hidden part of the cell.
    """
    __tracebackhide__ = True
    answer = sys._getframe(1).f_globals.get(name) if function is None else function
    report = examine(name, answer, again=not grading())
    deliver(report, _remember(name, answer if function is None else None, report.mark))


def examine(name: str, function: Function | None, again: bool = False) -> Report:
    """What `check` says about an answer, as a Report.

    again: whether this is one of a student's tries, of which the later ones get the deeper hints.
    """
    from heinit_lab.exercises import EXERCISES  # they import this package

    if name not in EXERCISES:
        similar = difflib.get_close_matches(str(name), EXERCISES, n=1)
        suggestion = f" Did you mean `{similar[0]}`?" if similar else ""
        return Report(
            "✗",
            f"There is no exercise called {name}.{suggestion}",
            (f"The exercises are: {', '.join(EXERCISES)}.",),
        )
    if function is None:
        return Report(
            "○", f"{name} is not defined yet.", ("Run the cell that defines it, then this one again.",)
        )
    if not callable(function):
        return Report(
            "✗",
            f"{name} is not a function.",
            (f"It is a {type(function).__name__}: is the name used again for something else?",),
        )
    evidence = EXERCISES[name].probe(function)
    if evidence.finding and (report := report_on_calls(EXERCISES[name], evidence.finding, function)):
        return report
    _latest[name] = (function, evidence)
    return report_on(EXERCISES[name], evidence, again)


def latest(name: str, function: Function) -> Evidence | None:
    """The evidence of the last check of an exercise, where it was of this function; it is given once."""
    checked, evidence = _latest.pop(name, (None, None))
    return evidence if checked is function else None


def report_on(exercise: Exercise, evidence: Evidence, again: bool = False) -> Report:
    """The verdict of the public check, in words. again: as in `examine`."""
    finding, named = evidence.finding, [] if evidence.unsolved else exercise.named(evidence)[:2]
    earlier = _tries.get(exercise.name, {}) if again else {}
    tries = {misconception.name: earlier.get(misconception.name, 0) + 1 for misconception in named}
    if again:
        _tries[exercise.name] = tries  # another mistake, or none, starts again
    if finding is None:
        public = "1 public check passes" if evidence.count == 1 else f"{evidence.count} public checks pass"
        more = "1 more runs" if exercise.hidden == 1 else f"{exercise.hidden} more run"
        hidden = "" if grading() else f" {more} when it is graded."
        remark = (evidence.remark,) if evidence.remark else ()
        return Report("✓", f"{exercise.name}: {public}.{hidden}", remark)
    if evidence.unsolved:
        return Report(
            "○",
            f"{exercise.name} is not solved yet.",
            ("Fill in the cell above, run it, then run this one.",),
        )
    hints = tuple(misconception.at(tries[misconception.name]) for misconception in named)
    lines = hints or tuple(filter(None, (*finding.lines, evidence.pattern(exercise.parts))))
    return Report("✗", finding.headline, lines)


def deliver(report: Report, display_id: str | None = None) -> None:
    """Show a report, or raise it where the answer is wrong and nobody is grading.

    display_id: under which what is shown can be replaced.
    """
    __tracebackhide__ = True
    if report.mark != "✓" and not grading():
        raise CheckFailed(report) from None
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.display import display

    bundle = report.bundle()
    if InteractiveShell.initialized():
        display(bundle, raw=True, display_id=display_id)
    else:  # in a script, whose console may have no sign for the mark
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        print(bundle["text/plain"].encode(encoding, "replace").decode(encoding))


def _remember(name: str, function: Function | None, mark: str) -> str | None:
    """Keep the verdict for `progress`, where a student works in a notebook.

    function: of the notebook, so that the verdict is watched; None where another one was checked.
    Returns the id under which to display the verdict.
    """
    from IPython.core.getipython import get_ipython

    from heinit_lab.checking import standing
    from heinit_lab.exercises import EXERCISES
    from heinit_lab.progress import record

    shell = get_ipython()
    if name not in EXERCISES or "NBGRADER_EXECUTION" in os.environ or not hasattr(shell, "kernel"):
        return None
    record(name, mark)
    standing.forget(name)
    if mark != "✓" or function is None:
        return None
    standing.stands(name, function, shell)
    return standing.place(name)


def grading() -> bool:
    """Whether nbgrader is grading now, rather than validating or a student working."""
    return os.environ.get("NBGRADER_EXECUTION") == "autograde"
