"""Runs a reader's answers and checks them, in the worker of a live page; worker.js calls these functions.

Orders come as JSON, and what they give goes back as JSON. Every order has a fresh namespace, in which the
lesson's own imports run first. What an answer prints is kept, up to MOST characters.
"""

import base64
import contextlib
import io
import json
import linecache
import traceback
from typing import Any

from heinit_lab.checking.check import examine
from heinit_lab.checking.report import Report, rich
from heinit_lab.explorers.explorer import why_not

MOST = 10_000  # characters that an answer may print
SPENT = "Python has no memory left."  # the end of a report after which an interpreter is of no more use


class Printed(io.StringIO):
    """What is printed, up to MOST characters: an answer that prints without end fills no memory."""

    def write(self, text: str) -> int:
        room = MOST - self.tell()
        if room > 0:
            super().write(text[:room])
            if len(text) >= room:
                super().write("\n[…]")
        return len(text)


def check(order: str) -> str:
    """Run the answers of an order and check the last of them.

    order: {"setup": source, "answers": [{"name": exercise, "source": code}, …]}; the last answer is the one
    that is checked, and those before it are what it may call.
    Gives {"mark", "headline", "lines", "printed", "spent"}; headline and lines are HTML, and spent says that
    this interpreter is of no more use.
    """
    asked = json.loads(order)
    answers = asked["answers"]
    namespace: dict[str, Any] = {"__name__": "__main__"}
    printed = Printed()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        report = _run(asked["setup"], answers, namespace)
        if report is None:
            name = answers[-1]["name"]
            report = examine(name, namespace.get(name))
            if report.mark == "○":  # what a notebook says next is about its cells
                report = Report("○", report.headline, ("Write the function above, and check again.",))
    return json.dumps(
        {
            "mark": report.mark,
            "headline": rich(report.headline),
            "lines": [rich(line) for line in report.lines],
            "printed": printed.getvalue(),
            "spent": report.headline.endswith(SPENT),
        }
    )


_drawn: dict[str, Any] = {}  # the explorer that was drawn last, by the order without its stops


def draw(order: str) -> str:
    """Draw an explorer with a reader's functions.

    order: as for `check`, with "source", an expression that makes the explorer, "stops", where each slider
    stands, as the page writes it, and "narrow", whether the page is that of a telephone.
    Gives {"picture", "words"}: a PNG in base64, and what it shows; where there is none, "" and the reason.
    """
    asked = json.loads(order)
    stops = asked.pop("stops")
    key = json.dumps(asked, sort_keys=True)
    printed = Printed()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        if key not in _drawn:
            namespace: dict[str, Any] = {"__name__": "__main__"}
            report = _run(asked["setup"], asked["answers"], namespace)
            if report is not None:
                return _nothing(report)
            _drawn.clear()
            try:
                _drawn[key] = eval(asked["source"], namespace)
            except Exception as error:
                return _nothing(Report("✗", f"This cannot be drawn: {type(error).__name__}.", (f"{error}.",)))
            if asked["narrow"]:
                _drawn[key].narrow()
        explorer = _drawn[key]
        values = {
            slider.name: next(value for value in slider.values if slider.text(value) == stop)
            for slider, stop in zip(explorer.sliders, stops, strict=True)
        }
        try:
            frame = explorer.frame(**values)
        except Exception as error:
            return _nothing(why_not(explorer, error))
    return json.dumps({"picture": base64.b64encode(frame.png).decode(), "words": frame.words})


def _nothing(report: Report) -> str:
    return json.dumps({"picture": "", "words": report.plain.replace("\n", " ")})


def _run(setup: str, answers: list[dict[str, str]], namespace: dict[str, Any]) -> Report | None:
    """Run the lesson's imports, and then the answers; the report on the first that does not run, or None."""
    exec(compile(setup, "<setup>", "exec"), namespace)
    for answer in answers:
        name, source = answer["name"], answer["source"]
        file = f"<your {name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            exec(compile(source, file, "exec"), namespace)
        except BaseException as error:
            return _stopped(name, file, error)
    return None


def _stopped(name: str, file: str, error: BaseException) -> Report:
    """The report on an answer whose code does not run."""
    kind = type(error).__name__
    line = error.lineno if isinstance(error, SyntaxError) else None
    for frame in traceback.extract_tb(error.__traceback__):
        line = frame.lineno if frame.filename == file else line
    message = error.msg if isinstance(error, SyntaxError) else str(error)
    if isinstance(error, (MemoryError, SystemError)):  # where an allocation fails, Pyodide raises either
        kind, message = SPENT, "a call asked for more than the browser gives."
    where = f"Line {line}: " if line else ""
    return Report("✗", f"{name} does not run: {kind.removesuffix('.')}.", (f"{where}{message or kind}.",))
