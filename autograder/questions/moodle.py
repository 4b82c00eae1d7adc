"""Questions as Moodle XML, a category for each lesson.

The form is that of Moodle's documentation ("Moodle XML format"). An answer of 0 % carries the hint of its
mistake as feedback; in the behaviour "interactive with multiple tries" a wrong answer shows the hint, and
the question may be tried again.
"""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from autograder.questions.bank import Item, Response, code

PENALTY = "0.3333333"  # of a further try, Moodle's own default
NEAR = 0.005  # how near a number must be to a mistake's, relative to it


def moodle_xml(bank: dict[str, list[Item]]) -> bytes:
    """The content of an XML file."""
    quiz = Element("quiz")
    for lesson, items in bank.items():
        category = SubElement(quiz, "question", type="category")
        _text(SubElement(category, "category"), f"$course$/top/He initialization/{lesson}")
        for item in items:
            quiz.append(_question(item))
    ElementTree.indent(quiz)
    content: bytes = ElementTree.tostring(quiz, encoding="utf-8", xml_declaration=True)
    return content


def _question(item: Item) -> Element:
    node = Element("question", type="multichoice" if item.choices else "numerical")
    _text(SubElement(node, "name"), item.name)
    _text(SubElement(node, "questiontext", format="html"), item.prompt)
    for tag, text in {"defaultgrade": "1", "penalty": PENALTY, "hidden": "0", "idnumber": item.name}.items():
        SubElement(node, tag).text = text
    if item.choices:
        for tag, text in {"single": "true", "shuffleanswers": "true", "answernumbering": "none"}.items():
            SubElement(node, tag).text = text
        for choice in item.choices:
            _answer(node, Response(code(choice), choice.hint), choice.value == item.right, "html")
        return node
    _answer(node, Response(item.right), True, tolerance=item.tolerance)
    for mistake in item.mistakes:
        _answer(node, mistake, False, tolerance=max(NEAR * abs(float(mistake.value)), 1e-12))
    return node


def _answer(
    node: Element,
    answer: Response,
    right: bool,
    form: str = "moodle_auto_format",
    tolerance: float | None = None,
) -> None:
    child = SubElement(node, "answer", fraction="100" if right else "0", format=form)
    SubElement(child, "text").text = str(answer.value)
    _text(SubElement(child, "feedback", format="html"), answer.hint)
    if tolerance is not None:
        SubElement(child, "tolerance").text = f"{tolerance:.6g}"


def _text(node: Element, text: str) -> None:
    SubElement(node, "text").text = text
