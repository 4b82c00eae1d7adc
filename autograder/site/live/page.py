"""Runs a reader's answers and checks them, in the worker of a live page; worker.js calls these functions.

Orders come as JSON, and what they give goes back as JSON. Every order has a fresh namespace, in which the
lesson's own imports run first. What an answer prints is kept, up to MOST characters.
"""

import contextlib
import io
import json
import linecache
import traceback
from typing import Any

from heinit_lab.checking.check import examine
from heinit_lab.checking.report import Report, rich

MOST = 10_000  # characters that an answer may print


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
    Gives {"mark", "headline", "lines", "printed"}; headline and lines are HTML.
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
    return json.dumps(
        {
            "mark": report.mark,
            "headline": rich(report.headline),
            "lines": [rich(line) for line in report.lines],
            "printed": printed.getvalue(),
        }
    )


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
    where = f"Line {line}: " if line else ""
    return Report("✗", f"{name} does not run: {kind}.", (f"{where}{message or kind}.",))
