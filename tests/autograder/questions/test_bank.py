"""The bank of questions is read as Moodle and Canvas read it, and marks what the site's pages mark."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from click.testing import CliRunner

from autograder.commands.course import export
from autograder.lessons import lessons
from autograder.questions.bank import Item, bank, to_html
from autograder.questions.moodle import moodle_xml
from autograder.questions.qti import QTI, SCORE, qti_archive
from autograder.questions.question import question

made_bank = cache(lambda: bank(lessons()))
Mark = Callable[[Item, float | str], tuple[bool, str]]  # whether an answer is right, and what is said


def items_of_bank() -> list[Item]:
    return [item for items in made_bank().values() for item in items]


def text(node: Element | None) -> str:
    return (node is not None and node.text) or ""


@pytest.fixture(scope="module")
def in_moodle() -> Mark:
    quiz = ElementTree.fromstring(moodle_xml(made_bank()))
    questions = {text(node.find("name/text")): node for node in quiz if node.get("type") != "category"}
    assert len(questions) == len(items_of_bank())

    def mark(item: Item, given: float | str) -> tuple[bool, str]:
        for answer in questions[item.name].iter("answer"):  # the first that fits counts
            value = text(answer.find("text"))
            if item.choices:
                fits = value == f"<code>{given}</code>"
            else:
                fits = abs(float(given) - float(value)) <= float(text(answer.find("tolerance")))
            if fits:
                return answer.get("fraction") == "100", text(answer.find("feedback/text"))
        return False, ""

    return mark


@pytest.fixture(scope="module")
def in_canvas() -> Mark:
    items: dict[str, Element] = {}
    with zipfile.ZipFile(io.BytesIO(qti_archive(made_bank()))) as archive:
        manifest = ElementTree.fromstring(archive.read("imsmanifest.xml"))
        files = [node.attrib["href"] for node in manifest.iter() if node.tag.endswith("}file")]
        assert sorted([*files, "imsmanifest.xml"]) == sorted(archive.namelist())
        for file in files:
            for node in ElementTree.fromstring(archive.read(file)).iter(f"{{{QTI}}}item"):
                items[node.attrib["title"]] = node
    assert len(items) == len({node.attrib["ident"] for node in items.values()}) == len(items_of_bank())
    name = {"q": QTI}

    def holds(condition: Element, given: float | str) -> bool:
        kind = condition.tag.removeprefix(f"{{{QTI}}}")
        if kind in ("or", "and", "conditionvar"):
            return (any if kind == "or" else all)(holds(part, given) for part in condition)
        if kind == "other" or isinstance(given, str):
            return kind == "other" or text(condition) == given
        value = float(text(condition))
        return {"varequal": given == value, "vargte": given >= value, "varlte": given <= value}[kind]

    def mark(item: Item, given: float | str) -> tuple[bool, str]:
        node, score, said = items[item.name], "0", ""
        if isinstance(given, str):
            labels = node.iterfind(".//q:response_label", name)
            shown = f"<code>{given}</code>"
            given = next(
                each.attrib["ident"] for each in labels if text(each.find(".//q:mattext", name)) == shown
            )
        for condition in node.iterfind(".//q:respcondition", name):
            variables = condition.find("q:conditionvar", name)
            if variables is None or not holds(variables, given):
                continue
            if (feedback := condition.find("q:displayfeedback", name)) is not None:
                ident = feedback.attrib["linkrefid"]
                said = text(node.find(f"q:itemfeedback[@ident='{ident}']//q:mattext", name))
            if (score_set := condition.find("q:setvar", name)) is not None:
                assert score_set.attrib["varname"] == SCORE
                score = text(score_set)
        return score == "100", said

    return mark


@pytest.mark.parametrize("platform", ["in_moodle", "in_canvas"])
def test_a_platform_marks_as_the_site_does_and_tells_the_hints(
    request: pytest.FixtureRequest, platform: str
) -> None:
    mark: Mark = request.getfixturevalue(platform)
    for item in items_of_bank():
        asks = question(item.name.split()[1])
        assert asks is not None
        right, _ = mark(item, asks.right)
        assert right, item.name
        if not isinstance(asks.right, str):
            assert mark(item, asks.right * (1 + 0.9 * asks.close))[0]
            assert not mark(item, asks.right * (1 + 1.1 * asks.close) + 1e-6)[0]
            assert not mark(item, -asks.right)[0]
        for wrong in asks.wrong:
            right, said = mark(item, wrong.value)
            assert not right, (item.name, wrong)
            for hint in wrong.hints:
                assert to_html(hint) in said, (item.name, wrong)


def test_a_formula_is_left_to_the_platform_and_html_to_nobody():
    assert to_html("Which $c < 1$ does `a<b` need?") == (
        "<p>Which \\(c &lt; 1\\) does <code>a&lt;b</code> need?</p>"
    )
    assert to_html("$$x^2$$") == "<p>\\[x^2\\]</p>"


def test_the_verb_writes_the_file_of_a_platform_for_the_lessons_that_are_named(tmp_path: Path):
    for to, start in (("moodle", b"<?xml"), ("canvas", b"PK")):
        out = tmp_path / to
        done = CliRunner().invoke(export, ["questions", "--to", to, "--out", str(out), "--lesson", "3"])
        assert done.exit_code == 0, done.output
        assert "6 questions of 1 lessons" in done.stderr
        assert out.read_bytes().startswith(start)
    assert moodle_xml(made_bank()) == moodle_xml(bank(lessons()))
    assert qti_archive(made_bank()) == qti_archive(bank(lessons()))
