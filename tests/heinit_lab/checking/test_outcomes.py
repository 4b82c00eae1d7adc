"""Checks of what comes of a value, where many values are right."""

from __future__ import annotations

import math
from itertools import pairwise

from heinit_lab.checking.check import examine
from heinit_lab.checking.outcomes import Outcomes
from heinit_lab.checking.trials import Case

# any two numbers with the right sum are right
CASES = Case(4, want=[1, 3], kind="small"), Case(10, want=[5, 5], kind="large"), Case(20, want=[8, 12])


def outcome(case, value):
    return "" if isinstance(value, list) and sum(value) == case.args[0] else "The sum is another."


CHECK = Outcomes(*CASES, outcome=outcome, alike=lambda a, b: a == b)


def test_every_value_of_the_right_outcome_is_right():
    for answer in (lambda n: [1, n - 1], lambda n: [n / 2, n / 2], lambda n: [n, 0, 0]):
        assert CHECK("parts", answer).finding is None


def test_what_is_wrong_is_said_of_the_outcome_and_not_of_another_value():
    evidence = CHECK("parts", lambda n: [1, 3])
    assert evidence.finding.headline == "parts(10) is [1, 3]."
    assert evidence.finding.lines == ("The sum is another. Right on 1 of 3 cases.",)
    assert evidence.about == "values"
    assert CHECK("parts", lambda n: [n, n > 15]).pattern() == ""


def test_an_error_and_a_value_of_any_kind_are_told():
    assert "ZeroDivisionError" in CHECK("parts", lambda n: 1 / 0).finding.headline
    for value in (None, "text", math.nan, object()):
        assert CHECK("parts", lambda n, value=value: value).finding is not None


def test_an_answer_makes_a_mistake_that_is_wrong_alike_and_right_where_the_mistake_is():
    def wrong(n):
        return [n, n]

    assert CHECK("parts", lambda n: [n] * 2).behaves_like(wrong)
    assert not CHECK("parts", lambda n: [n, 1]).behaves_like(wrong)
    assert not CHECK("parts", lambda n: [n, 0]).behaves_like(wrong)
    assert not CHECK("parts", lambda n: [n, n] if n > 4 else [n, 0]).behaves_like(wrong)


def test_a_prescription_by_inputs_by_outputs_or_by_hand_is_right_and_its_outcome_is_told_where_it_is_not():
    for rule in (
        lambda a, b: math.sqrt(2 / a),
        lambda a, b: math.sqrt(2 / b),
        lambda a, b: math.sqrt(1.95 / a),
    ):

        def relu_only(sizes, activation, a=0.0, rule=rule):
            c = {"relu": 1, "identity": 0.5, "abs": 0.5, "leaky": 1 / (1 + a * a), "tanh": 0.8}[activation]
            pairs = pairwise(sizes[:-1])
            return [math.sqrt(c) * rule(*pair) for pair in pairs] + [0.0]

        assert examine("prescribe", relu_only).mark == "✓"
    report = examine("prescribe", lambda sizes, activation, a=0.0: [0.1] * (len(sizes) - 1))
    assert "The signal's second moment is" in report.plain
    assert "layers forward" in report.plain
