"""The report on accessibility is that of its table, and what the table rests on is there."""

from __future__ import annotations

import ast
from pathlib import Path

from benchmarks.accessibility import LEVELS, PAGE, VERDICTS, axe_rules, criteria, render
from tests.browser.axe import RULES

TESTS = Path(__file__).parent


def test_the_report_is_current():
    assert PAGE.read_text(encoding="utf-8") == render(), "run `./heinit bench accessibility --store`"


def test_every_criterion_of_levels_a_and_aa_has_a_verdict_that_rests_on_something():
    known = criteria()
    assert [sum(c.level == level for c in known) for level in ("A", "AA")] == [30, 20]
    numbers = [tuple(map(int, criterion.number.split("."))) for criterion in known]
    assert numbers == sorted(set(numbers))
    for criterion in known:
        assert criterion.verdict in VERDICTS, criterion
        rests = criterion.rules or criterion.tests or criterion.hand
        assert rests or criterion.verdict in ("not applicable", "not evaluated"), criterion


def test_the_tests_that_the_report_names_are_there_and_the_rules_are_run():
    for name in {test for criterion in criteria() for test in criterion.tests}:
        file, _, function = name.partition("::")
        tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
        assert function in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, name
    assert {tag for tags in LEVELS.values() for tag in tags.split()} <= {*RULES}
    rules = axe_rules()
    assert len(rules) > 60
    assert "wcag143" in rules["color-contrast"]
    assert "label-content-name-mismatch" not in rules, "it is experimental, and not run"
