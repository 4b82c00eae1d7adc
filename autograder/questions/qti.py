"""Questions as packages of QTI 1.2, as Canvas imports them: a quiz for each lesson.

The form is IMS Question & Test Interoperability 1.2 with the fields in which Canvas keeps the kind of a
question. A choice has the hint of its mistake beside it. For a number Canvas knows right answers alone, so
that the hints of all mistakes stand in the feedback on a wrong answer.
"""

import io
import zipfile
from hashlib import sha256
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from autograder.questions.bank import Item, Response, code

QTI = "http://www.imsglobal.org/xsd/ims_qtiasiv1p2"
PACKAGE = "http://www.imsglobal.org/xsd/imsccv1p1/imscp_v1p1"
SCORE = "SCORE"
WHEN = (1980, 1, 1, 0, 0, 0)  # of each file, so that the same questions give the same archive


def qti_archive(bank: dict[str, list[Item]]) -> bytes:
    """The content of a ZIP archive."""
    manifest = Element("manifest", identifier="heinit", xmlns=PACKAGE)
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "IMS Content"
    SubElement(metadata, "schemaversion").text = "1.1.3"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for lesson, items in bank.items():
            name, ident = f"{lesson}/{lesson}.xml", _ident(lesson)
            archive.writestr(zipfile.ZipInfo(name, WHEN), _xml(_quiz(lesson, ident, items)))
            resource = SubElement(resources, "resource", identifier=ident, type="imsqti_xmlv1p2")
            SubElement(resource, "file", href=name)
        archive.writestr(zipfile.ZipInfo("imsmanifest.xml", WHEN), _xml(manifest))
    return file.getvalue()


def _quiz(lesson: str, ident: str, items: list[Item]) -> Element:
    quiz = Element("questestinterop", xmlns=QTI)
    assessment = SubElement(quiz, "assessment", ident=ident, title=f"He initialization: {lesson}")
    section = SubElement(assessment, "section", ident="root_section")
    for item in items:
        section.append(_item(item))
    return quiz


def _item(item: Item) -> Element:
    node = Element("item", ident=_ident(item.name), title=item.name)
    fields = SubElement(SubElement(node, "itemmetadata"), "qtimetadata")
    kind = "multiple_choice_question" if item.choices else "numerical_question"
    for label, entry in {"question_type": kind, "points_possible": "1"}.items():
        field = SubElement(fields, "qtimetadatafield")
        SubElement(field, "fieldlabel").text = label
        SubElement(field, "fieldentry").text = entry
    presentation = SubElement(node, "presentation")
    _material(presentation, item.prompt)
    processing = SubElement(node, "resprocessing")
    outcomes = SubElement(processing, "outcomes")
    SubElement(outcomes, "decvar", maxvalue="100", minvalue="0", varname=SCORE, vartype="Decimal")
    (_choice if item.choices else _number)(node, presentation, processing, item)
    return node


def _choice(node: Element, presentation: Element, processing: Element, item: Item) -> None:
    response = SubElement(presentation, "response_lid", ident="response1", rcardinality="Single")
    render = SubElement(response, "render_choice")
    for choice in item.choices:
        ident = _ident(f"{item.name} {choice.value}")
        _material(SubElement(render, "response_label", ident=ident), code(choice))
        if choice.hint:
            condition = _condition(processing, goes_on=True)
            SubElement(condition, "varequal", respident="response1").text = ident
            _feedback(node, processing, f"{ident}_fb", choice.hint)
        if choice.value == item.right:
            right = ident
    SubElement(_condition(processing), "varequal", respident="response1").text = right
    SubElement(processing[-1], "setvar", action="Set", varname=SCORE).text = "100"


def _number(node: Element, presentation: Element, processing: Element, item: Item) -> None:
    response = SubElement(presentation, "response_str", ident="response1", rcardinality="Single")
    SubElement(SubElement(response, "render_fib", fibtype="Decimal"), "response_label", ident="answer1")
    if item.mistakes:
        SubElement(_condition(processing, goes_on=True), "other")
        _feedback(node, processing, "general_incorrect_fb", "".join(map(_told, item.mistakes)))
    right = float(item.right)
    either = SubElement(_condition(processing), "or")
    SubElement(either, "varequal", respident="response1").text = f"{right:.10g}"
    both = SubElement(either, "and")
    SubElement(both, "vargte", respident="response1").text = f"{right - item.tolerance:.10g}"
    SubElement(both, "varlte", respident="response1").text = f"{right + item.tolerance:.10g}"
    SubElement(processing[-1], "setvar", action="Set", varname=SCORE).text = "100"


def _told(mistake: Response) -> str:
    return f"<p>If you found {float(mistake.value):.4g}:</p>{mistake.hint}"


def _condition(processing: Element, *, goes_on: bool = False) -> Element:
    condition = SubElement(processing, "respcondition", {"continue": "Yes" if goes_on else "No"})
    return SubElement(condition, "conditionvar")


def _feedback(node: Element, processing: Element, ident: str, text: str) -> None:
    """Show a text where the last condition holds."""
    SubElement(processing[-1], "displayfeedback", feedbacktype="Response", linkrefid=ident)
    flow = SubElement(SubElement(node, "itemfeedback", ident=ident), "flow_mat")
    _material(flow, text)


def _material(node: Element, text: str) -> None:
    SubElement(SubElement(node, "material"), "mattext", texttype="text/html").text = text


def _xml(node: Element) -> bytes:
    ElementTree.indent(node)
    content: bytes = ElementTree.tostring(node, encoding="utf-8", xml_declaration=True)
    return content


def _ident(name: str) -> str:
    """An identifier that stays the same, so that a second import renews the question."""
    return "h" + sha256(name.encode()).hexdigest()[:31]
