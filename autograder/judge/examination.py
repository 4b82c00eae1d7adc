"""One test cell, run in two parts: what students see of it, then its hidden tests.

A student's function learns from each call what it was asked, and everything that it says later can repeat
that: the text of an error, a warning, a returned value. So the public parts of all test cells run before a
fork hears its first hidden question, and what they say is shown. Of the hidden parts, the score and the
verdict are shown, which are the judge's own words, and nothing else: no text of an error, no name of one.
"""

import ast
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from autograder.hidden_tests.grade import ASSESSED, Assessment
from autograder.judge.outputs import Output, error_output
from autograder.judge.proxy import Line, NoAnswerError, Proxy
from autograder.judge.solving import Solving
from autograder.solver.session import Session
from heinit_lab.checking.report import VERDICT_MIME
from heinit_lab.exercises import earlier

NOT_JUDGED = error_output("NotJudged", "this test cell was not run to its end")
FAILED = error_output("HiddenTestFailed", "a hidden test failed or did not come to its end")
MARK = "BEGIN HIDDEN TESTS"  # as nbgrader finds them


class Examination:
    """A test cell: the cell `i` of a notebook, whose student's code `solving` has run.

    source: the cell's. declared: names that it may use of the student's. line: to the cell's fork; by default
    a new one. outputs: of what has run so far.
    assessment: what the hidden checks say, where they end with `grade`.
    mentioned: where the answer lost points, the earlier exercises whose functions its code uses; None where
    that is not known, since the answer has ended its fork.
    """

    def __init__(
        self,
        i: int,
        source: str,
        declared: Sequence[str],
        solving: Solving,
        session: Session,
        line: Line | None = None,
    ) -> None:
        self._i, self._solving, self._session, self.source = i, solving, session, source
        self._public, self._hidden = public_and_hidden(source, session)
        self._declared = [name for name in declared if re.search(rf"\b{re.escape(name)}\b", source)]
        self._namespace: dict[str, Any] = {}
        self._halfway = False
        self.line = line or Line()
        self.assessment: Assessment | None = None
        self.mentioned: list[str] | None = []
        self.seconds = 0.0  # of processor time that the checks took
        self.outputs = [NOT_JUDGED]

    def run_public(self) -> None:
        names = self._bind()
        if names is None:
            return
        self._namespace = names
        self.outputs = self._run(self._public)
        if self._hidden and not _failed(self.outputs):
            shown = [o for o in self.outputs if o["output_type"] != "execute_result"]
            self.outputs = [*shown, NOT_JUDGED]  # the cell's value is that of its end
            self._halfway = True

    def run_hidden(self) -> None:
        """Run the hidden tests, where the part that students see came to its end."""
        if self._halfway and self._bind() is not None:
            ASSESSED.clear()
            shown = self._run(self._hidden)
            if _failed(shown):
                shown = [NOT_JUDGED if NOT_JUDGED in shown else FAILED]
            elif len(ASSESSED) == 1:
                ((name, self.assessment),) = ASSESSED.items()
                lost = self.assessment.score < self.assessment.max_score
                if lost and isinstance(self._namespace.get(name), Proxy):
                    self.mentioned = self.line.mentions(name, earlier(name))
            self.outputs = [*self.outputs[:-1], *filter(_own, shown)]
        self.line.close()

    def mentions(self, name: str, names: Sequence[str]) -> list[str]:
        """Those of the names that the code of the function `name` uses, as a fork says, if there is one."""
        bound = self._bind() or {}
        return (self.line.mentions(name, names) or []) if isinstance(bound.get(name), Proxy) else []

    def _run(self, source: str) -> list[Output]:
        """The outputs of a part, run with the names that there are."""
        session, start = self._session, time.process_time()
        session.forget()
        session.namespace.update(self._namespace)
        outputs = session.run(source, max(self._solving.limits.check_seconds - self.seconds, 0.1))
        self._namespace = session.forget()
        self.seconds += time.process_time() - start
        errors = [output for output in outputs if output["output_type"] == "error"]
        for error in errors:  # its frames show checks
            error.update(error_output(error["ename"], error["evalue"]))
        return outputs if errors or session.whole else [NOT_JUDGED]

    def _bind(self) -> dict[str, Any] | None:
        """What the declared names mean in this cell's fork; None where there is no fork.

        Where another exercise's answer has ended the fork, a fresh session makes a new one.
        """
        while self.line.connected or self._solving.connect(self._i, self.line):
            try:
                self.line.renew(self._solving.seconds(), self._solving.limits.cell_seconds)
                return self.line.bind(self._declared)
            except NoAnswerError:
                self.line.close()
                if not self._solving.again():
                    return None
        return None


def public_and_hidden(source: str, session: Session) -> tuple[str, str]:
    """A test cell's source up to its first hidden test, and from there on.

    A cell that cannot be cut there, as where a hidden test stands inside a function, is hidden as a whole.
    """
    public, mark, hidden = source.partition(MARK)
    if not mark:
        return source, ""
    line = public.rpartition("\n")[2]
    public, hidden = public.removesuffix(line), line + mark + hidden
    try:
        for part in (public, hidden):
            ast.parse(session.shell.transform_cell(part))
    except SyntaxError:
        return "", source
    return public, hidden


def _failed(outputs: Sequence[Output]) -> bool:
    return any(output["output_type"] == "error" for output in outputs)


def _own(output: Output) -> bool:
    """Whether an output of hidden tests is the judge's own: a verdict, a score, or that there is none."""
    match output:
        case {"output_type": "display_data", "data": dict(data)}:
            return VERDICT_MIME in data
        case {"output_type": "execute_result", "data": {"text/plain": str(text)}}:
            with suppress(ValueError):
                float(text)
                return True
            return False
        case _:
            return output in (NOT_JUDGED, FAILED)
