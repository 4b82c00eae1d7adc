"""What became of a student's cell is said in one line, and nothing of a check is."""

from __future__ import annotations

from typing import Any

from autograder.judge.stops import all_stops, whys
from autograder.solver.session import Session

RIGHT = "def relu(x):\n    return np.maximum(x, 0)"
# What the student wrote into the cell of `relu`, and what is said about that.
CASES = {
    "def relu(x:\n    return x": "stopped at line 1: SyntaxError: '(' was never closed.",
    "def relu(x):\n\ty = x\n        return y": "stopped at line 3: TabError: inconsistent use of tabs",
    f"```python\n{RIGHT}\n```": "stopped at line 1: SyntaxError: invalid syntax.",
    f"# mine\nimport no_such_module\n{RIGHT}": "at line 2: ModuleNotFoundError: No module named",
    f"n = int(input())\n{RIGHT}": "stopped at line 1: RuntimeError: input() was called, but nobody is there",
    f"def f(y):\n    return 1 / 0\n\n\nf(3)\n{RIGHT}": "at line 5: ZeroDivisionError: division by zero.",
    f"raise ValueError('a\\nb `c` \\x1b[31m ' + 'd' * 999)\n{RIGHT}": "at line 1: ValueError: a b 'c' dddd",
    "def ReLU(x):\n    return x": "ran to its end and defines `ReLU`, not `relu`.",
    "answers = {'relu': lambda x: x}": "ran to its end and defines `answers`, not `relu`.",
    "if False:\n    def relu(x):\n        return x": "ran to its end and does not define `relu`.",
    " ": "is empty.",
}


def notebook(session: Session, source: str, says: str, verdict: dict[str, Any]) -> dict[str, Any]:
    """A notebook with an answer that was run, and a check that showed these."""
    session.forget()
    marks = {"grade_id": "relu", "solution": True, "grade": False}
    answer = {"cell_type": "code", "source": source, "outputs": session.run(source)}
    secret = {"output_type": "error", "ename": "HiddenError", "evalue": "hidden 0.12345", "traceback": []}
    shown = {"output_type": "display_data", "data": {"text/plain": says}}
    left = {"output_type": "display_data", "data": {"application/vnd.heinit.verdict+json": verdict}}
    test = {"grade_id": "test-relu", "solution": False, "grade": True, "points": 2}
    check = {"cell_type": "code", "source": "check('relu')", "outputs": [shown, left, secret]}
    names = [name for name in ("ReLU", "answers") if name in session.namespace]
    return {
        "metadata": {"heinit": {"defines": {"relu": names}}},
        "cells": [{**answer, "metadata": {"nbgrader": marks}}, {**check, "metadata": {"nbgrader": test}}],
    }


def test_what_happened_in_a_cell_is_said_in_one_line(session):
    for source, words in CASES.items():
        graded = notebook(session, source, "○ relu is not defined yet.", {})
        said = whys(graded)["relu"]
        assert said.startswith("The cell of `relu` "), said
        assert words in said
        assert len(said) < 300
        assert said.isprintable()
        assert all_stops(graded) == ([said] if "stopped" in said else [])


def test_an_error_in_a_check_is_not_told(session):
    graded = notebook(session, RIGHT, "✗ relu(1) is 2; expected 1.", {})
    assert whys(graded) == {"relu": ""}
    assert all_stops(graded) == []


def test_a_call_that_never_came_back_is_told_without_what_was_asked(session):
    graded = notebook(session, RIGHT, "✓ relu: 5 public checks pass.", {"no_answer": True})
    assert "ran out of time" in whys(graded)["relu"]


def test_a_name_that_another_cell_should_have_bound_leads_to_that_cell(session):
    graded = notebook(session, RIGHT, "✗ relu(1) raises NameError.\nname 'half' is not defined", {})
    source = "import no_such_module\nhalf = 0.5"
    helper = {"cell_type": "code", "source": source, "metadata": {}, "outputs": session.run(source)}
    graded["cells"].insert(0, helper)
    assert whys(graded)["relu"].startswith("The cell that begins `import no_such_module` stopped at line 1")


def test_a_notebook_of_odd_parts_says_nothing(session):
    for cells in ([{"cell_type": "code", "outputs": [{"output_type": "error", "traceback": 7}]}], [], None):
        assert len(all_stops({"metadata": [], "cells": cells})) == len(cells or [])
        assert whys({"metadata": [], "cells": cells}) == {}
