"""One slip costs one slip: what calls a wrong earlier function is judged again with a right one."""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib import import_module
from itertools import zip_longest
from pathlib import Path
from socket import socketpair
from typing import Any

import numpy as np
import pytest

from autograder.hidden_tests import HIDDEN, Assessment
from autograder.judge.client import Judge
from autograder.judge.examination import FAILED
from autograder.judge.follow_through import with_verdict
from autograder.judge.messages import CellOrder
from autograder.judge.references import reference_frame, reference_process
from autograder.lessons.compose import HIDDEN_TEST
from autograder.sandbox.limits import Limits
from autograder.solver.channel import ChannelError, Opaque, receive
from autograder.solver.messages import CallReference, ReferenceAnswer, from_wire
from heinit_lab.checking.report import VERDICT_MIME
from heinit_lab.exercises import BY_LESSON, earlier, lesson_of
from tests.tools import FULL

pytestmark = pytest.mark.xdist_group("follow-through")
DATA = tomllib.loads(Path(__file__).with_name("calling.toml").read_text(encoding="utf-8"))
SET_UP = """import numpy as np
from collections.abc import Sequence
from heinit_lab.activations import ACTIVATIONS"""
POINTS = {name: sum(b.points for b in behaviours) for name, behaviours in HIDDEN.items()}
Verdicts = Callable[[Mapping[str, str]], dict[str, dict[str, Any]]]


@pytest.fixture(scope="module")
def verdicts() -> Iterator[Verdicts]:
    """The verdicts on answers, which are cells by the names of their exercises."""
    judge = Judge(Limits(cell_seconds=5, seconds=20), wall="none")

    def judged(answers: Mapping[str, str]) -> dict[str, dict[str, Any]]:
        cells = [CellOrder("student", SET_UP)]
        for name, source in answers.items():
            test = f'from heinit_lab import check\ncheck("{name}")' + HIDDEN_TEST.format(name=name)
            cells += [CellOrder("student", source), CellOrder("test", test)]
        bundles = [o.get("data", {}) for r in judge.run(cells, list(answers)).results for o in r.outputs]
        left = [bundle for bundle in bundles if VERDICT_MIME in bundle]
        return {b[VERDICT_MIME]["exercise"]: {**b[VERDICT_MIME], "says": b["text/plain"]} for b in left}

    yield judged
    judge.close()


def lost(verdicts: dict[str, dict[str, Any]]) -> dict[str, float]:
    return {name: v["score"] for name, v in verdicts.items() if v["score"] < POINTS[name]}


def answer(name: str) -> str:
    """An answer that calls earlier functions where that is natural."""
    module = import_module(f"heinit_solutions.{lesson_of(name)}")
    return DATA["natural"].get(name) or inspect.getsource(getattr(module, name))


def with_a_slip(name: str) -> dict[str, str]:
    """The wrong function of an exercise, and right answers to those that call it, and to what these call.

    Nothing where no answer calls it: then its mistake can cost no other points.
    """
    lesson = [exercise.name for exercise in BY_LESSON[lesson_of(name)]]
    calls = {(a, b) for a in lesson for b in lesson if a != b and re.search(rf"\b{b}\(", answer(a))}
    callers = {name}
    while more := {a for a, b in calls if b in callers} - callers:
        callers |= more
    if callers == {name}:
        return {}
    while more := {b for a, b in calls if a in callers} - callers:
        callers |= more
    slip = f"import heinit_lab.exercises as e\n{name} = e.EXERCISES['{name}'].misconceptions[0].wrong[0]"
    return {each: slip if each == name else answer(each) for each in lesson if each in callers}


@pytest.mark.full
def test_one_wrong_function_costs_its_own_points_only_for_every_exercise(verdicts):
    lessons = [[exercise.name for exercise in exercises] for exercises in BY_LESSON.values()]
    for names in zip_longest(*lessons):  # one of each lesson in one hand-in
        hand_ins = {name: hand_in for name in names if name and (hand_in := with_a_slip(name))}
        together = {name: source for hand_in in hand_ins.values() for name, source in hand_in.items()}
        assert not hand_ins or lost(verdicts(together)).keys() == hand_ins.keys()


def test_however_an_answer_calls_a_wrong_function_it_loses_what_is_its_own_only(verdicts):
    for case in DATA["hand_in"] if FULL else DATA["hand_in"][::2]:
        names, own, partly = list(case["cells"]), case.get("own", {}), case.get("points", {})
        slips, others = names[: case.get("slips", 1)], names[case.get("slips", 1) :]
        judged, why = verdicts(case["cells"]), case["why"]
        points = lost(judged)
        assert points.keys() == {*slips, *own, *partly}, why
        assert {name: points[name] for name in partly} == partly, why
        for name in others:
            follows = [] if name in own else case.get("follows", {}).get(name, slips)
            assert judged[name]["follows"] == follows, why
            assert name in partly or judged[name]["misconceptions"] == own.get(name, []), why
            called = f"the {follows[0]} it calls is not" if len(follows) == 1 else "it calls are not"
            full = f"{name} is right; " in judged[name]["says"] and called in judged[name]["says"]
            assert full == (name not in own and name not in partly), why


def test_the_cells_run_again_only_where_an_answer_may_follow_a_wrong_function(verdicts, tmp_path):
    right, wrong = answer("relu"), "def relu(x):\n    return -x"
    calls, alone = answer("energy_kept"), "def energy_kept(y):\n    return np.mean(y > 0)"
    slip = calls.replace("y**2", "abs(y)")
    hand_ins = [(right, calls), (wrong, alone), (right, slip), (right, "energy_kept = 3"), (wrong, calls)]
    for i, (relu, energy_kept) in enumerate(hand_ins):
        runs = tmp_path / str(i)
        verdicts({"relu": f"{relu}\nopen({str(runs)!r}, 'a').write('.')", "energy_kept": energy_kept})
        assert runs.read_text() == (".." if energy_kept is calls and relu is wrong else "."), i


def test_the_judge_answers_for_the_functions_that_it_lists_and_bounds_what_they_take():
    modules = {"he_normal": "heinit_solutions.worked_examples"}
    rng, same = np.random.default_rng(1), np.random.default_rng(1)
    with closing(reference_process()) as process:

        def answer(*call: Any) -> ReferenceAnswer:
            frame = reference_frame(CallReference(*call), process, modules)
            ours, theirs = socketpair()
            with ours, theirs:
                theirs.sendall(frame)
                return from_wire(receive(ours), ReferenceAnswer)

        given = answer("he_normal", (2, 3, rng), {})
        assert np.array_equal(given.value, same.normal(0, 1, size=(3, 2)))
        assert given.generators[0].random() == same.random()
        assert answer("he_normal", (2,), {"rng": rng}).error[0] == "TypeError"
        assert answer("he_normal", (10**6, 10**6, rng), {}).error[0] == "MemoryError"
        assert isinstance(answer("he_normal", (3000, 3000, rng), {}).value, Opaque)  # more than may pass
        for call in (
            ("he_uniform", (2, 3, rng), {}),
            ("he_normal.__globals__", (), {}),
            (["he_normal"], (2, 3, rng), {}),
            ("he_normal", 2, {}),
            ("he_normal", (2, 3), [rng]),
        ):
            with pytest.raises(ChannelError, match="may not call"):
                answer(*call)
    for name, others in {"energy_kept": ["relu", "zero_share", "activity", "dead_units"], "relu": []}.items():
        assert earlier(name) == others


def test_a_test_cell_that_failed_stays_an_error_whatever_is_right():
    full = Assessment("relu", {"values": 2.0}, {"values": 2.0}, follows=("zero_share",))
    assert FAILED in with_verdict([FAILED], full)
    left = {"output_type": "execute_result", "data": {"text/plain": "0.0"}, "metadata": {}}
    shown = with_verdict([{"output_type": "stream", "name": "stdout", "text": "a student's"}, left], full)
    assert [o["data"]["text/plain"].partition(":")[0] for o in shown] == ["✓ relu", "2.0"]
