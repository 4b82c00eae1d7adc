"""Formulas: every one of the lessons is read, and spaced as in print."""

from __future__ import annotations

import re

import nbformat
import pytest

from autograder.feedback.html.mathml import mathml
from autograder.lessons import lessons

THIN = '<mspace width="0.167em"></mspace>'


def formulas(markdown: str) -> list[str]:
    text = re.sub(r"(?ms)^(```|~~~).*?^\1\s*$|(`+)(?:(?!\2).)+?\2(?!`)", " ", markdown)
    return [a or b for a, b in re.findall(r"(?s)\$\$(.+?)\$\$|\$([^$\n]+?)\$", text)]


def test_every_formula_of_the_lessons_is_read():
    cells = [cell for lesson in lessons() for cell in nbformat.read(lesson.path, as_version=4).cells]
    found = {f for cell in cells if cell.cell_type == "markdown" for f in formulas(cell.source)}
    assert len(found) > 200
    assert [f for f in found if not mathml(f).startswith("<math")] == []
    assert [f for f in found if "\\" in mathml(f)] == []


@pytest.mark.parametrize("tex", ["p(-y)", "y > -1", "(0.5, -1)", "e^{-x}", "\\pm 1", "[-b, b]", "-w"])
def test_a_sign_that_begins_something_is_a_prefix(tex):
    assert 'form="prefix"' in mathml(tex)


@pytest.mark.parametrize(
    "tex", ["n - 1", "(a) - 1", "a^2 - 1", "128 \\pm 16", "\\|x\\| - 1", "\\sqrt{2} - 1"]
)
def test_a_sign_between_two_things_is_none(tex):
    sign = re.search(r"<mo([^>]*)>[−±]</mo>", mathml(tex))
    assert sign is not None
    assert "prefix" not in sign[1]


@pytest.mark.parametrize(
    ("tex", "apart"),
    [
        ("2\\max(0, g)", f"<mn>2</mn>{THIN}<mi>max</mi><mo"),
        ("6 \\log 2", f"<mn>6</mn>{THIN}<mi>log</mi>{THIN}<mn>2</mn>"),
        ("a\\operatorname{relu}(z)", f"<mi>a</mi>{THIN}<mi>relu</mi><mo"),
        ("= \\max(0, z)", "<mo>=</mo><mi>max</mi><mo"),
        ("c\\,\\log x", f"<mi>c</mi>{THIN}<mi>log</mi>{THIN}<mi>x</mi>"),
    ],
)
def test_a_functions_name_stands_apart_from_what_is_no_bracket(tex, apart):
    assert apart in mathml(tex)


def test_brackets_and_bars_open_and_close():
    assert mathml("\\langle g, h\\rangle").count('form="prefix"') == 1
    bars = re.findall(
        r'<mo form="(\w+)" stretchy="false">‖</mo>', mathml("v\\lVert x\\rVert^2 + \\lVert y\\rVert")
    )
    assert bars == ["prefix", "postfix", "prefix", "postfix"]


def test_signs_that_the_converter_takes_for_letters_are_operators():
    assert "<mo>∼</mo>" in mathml("W \\sim N")
    assert "<mo>±</mo>" in mathml("128 \\pm 16")
    assert '<mo stretchy="true">‾</mo>' in mathml("\\overline{w^2}")
