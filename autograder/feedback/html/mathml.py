"""LaTeX as MathML, which browsers draw and screen readers read without any script.

latex2mathml does the conversion; what it leaves out (forms of operators, upright names, spaces around
the name of a function) is added here, and all that it writes passes tables of what is harmless.
"""

import html
import re
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert_to_element

from autograder.feedback.html.safe import HARMLESS

LONGEST = 2000  # characters of one formula; the longest of the lessons has about 120
# A definition can be made to double at each use.
_DEFINES = re.compile(r"\\(?:def|gdef|edef|xdef|let|futurelet|(?:re|provide)?newcommand|renewcommand)\b")
_ELEMENTS, _ATTRIBUTES = (set(HARMLESS["mathml"][kind].split()) for kind in ("elements", "attributes"))
_VALUE = re.compile(r"[\w.#% +-]{1,40}", re.ASCII)
_OPERATORS = {"±": "±", "∓": "∓", "~": "∼", "⟨": "⟨", "⟩": "⟩"}  # what the converter takes for letters
_FENCES = {"⟨": "prefix", "⟩": "postfix"}
_SIGNS = ("−", "-", "+", "±", "∓")
_STYLES = {"bold": "font-weight:bold", "monospace": "font-family:monospace"}  # what browsers know of variants


def mathml(tex: str, block: bool = False) -> str:
    """A formula as a <math> element; a formula that cannot be read, as its source in code.

    block: whether the formula stands on a line of its own.
    """
    tex = tex.strip()
    if len(tex) <= LONGEST and not _DEFINES.search(tex):
        try:
            return _written(convert_to_element(tex, display="block" if block else "inline"))
        except Exception:  # whatever the converter stumbles over, the reader sees the source
            pass
    source = f"<code>{html.escape(tex)}</code>"
    return f"<p>{source}</p>" if block else source


def _written(element: Element) -> str:
    """An element with its content: only elements and attributes of the tables, all text escaped."""
    row = _spaced(_joined(element)) if element.tag == "mrow" else element
    children = "".join(map(_written, row))
    if element.tag not in _ELEMENTS:
        return children
    text = html.unescape(element.text or "").replace(r"\_", "_")
    name, attributes = element.tag, dict(element.attrib)
    variant = attributes.pop("mathvariant", "")
    if name == "mo" and len(text) > 1 and text.isalpha():
        name = "mi"  # \operatorname: a name, not an operator with space around it
    if name == "mo" and text == "―":  # \overline: fonts have ‾ in all widths, but not ―
        text, attributes = "‾", {"stretchy": "true"}
    if name == "mo" and text in "/.":
        attributes |= {"lspace": "0", "rspace": "0"}
    if name == "mi" and (variant == "normal" or (len(text) == 1 and "Α" <= text <= "Ω")):
        attributes["mathvariant"] = "normal"
    kept = [
        f' {key}="{value}"'
        for key, value in attributes.items()
        if (key in _ATTRIBUTES or (key, value) == ("mathvariant", "normal")) and _VALUE.fullmatch(value)
    ]
    style = f' style="{_STYLES[variant]}"' if variant in _STYLES else ""
    return f"<{name}{''.join(kept)}{style}>{html.escape(text)}{children}</{name}>"


def _joined(row: Element) -> list[Element]:
    r"""The elements of a row, with upright letters joined to names: \mathrm{relu} is one word, not four."""
    joined: list[Element] = []
    for child in row:
        before = joined[-1] if joined and _is_upright(joined[-1]) else None
        if before is not None and before.text is not None and _is_upright(child):
            before.text += child.text or ""
        else:
            joined.append(child)
    return joined


def _spaced(row: list[Element]) -> list[Element]:
    """The elements of a row with the forms and spaces that the converter leaves out.

    A sign at the beginning is a prefix: −1, not − 1. Of two bars, the first opens and the second closes.
    A function's name stands apart from its neighbours, but for brackets: 2 max(0, g), log Λ.
    """
    spaced: list[Element] = []
    before: Element | None = None
    bars = 0
    for element in row:
        base = element[0] if element.tag in ("msub", "msup", "msubsup") else element
        text = html.unescape(base.text or "")
        if base.tag == "mi" and text in _OPERATORS:
            base.tag, base.text = "mo", _OPERATORS[text]
        begins = before is None or (before.tag == "mo" and not _closes(before) and not _is_name(before))
        if base.tag == "mo" and text in _FENCES:
            base.attrib |= {"form": _FENCES[text], "stretchy": "false"}
        elif base.tag == "mo" and text == "‖":
            base.attrib |= {"form": "postfix" if bars % 2 else "prefix", "stretchy": "false"}
            bars += 1
        elif base.tag == "mo" and text in _SIGNS and begins:
            base.set("form", "prefix")
        apart = _is_name(base) or (before is not None and _is_name(before) and base.tag not in ("mo", "mrow"))
        if apart and not begins and before is not None and "mspace" not in (before.tag, base.tag):
            spaced.append(Element("mspace", {"width": "0.167em"}))
        spaced.append(element)
        before = base
    return spaced


def _is_name(element: Element) -> bool:
    """Whether an element is the name of a function: log, max, relu."""
    if element.tag == "mrow" and len(element) == 1:
        return _is_name(element[0])
    return element.tag in ("mi", "mo") and len(element.text or "") > 1 and (element.text or "").isalpha()


def _closes(element: Element) -> bool:
    return element.get("form") == "postfix" or html.unescape(element.text or "") in (")", "]", "}")


def _is_upright(element: Element) -> bool:
    return element.tag == "mi" and element.attrib == {"mathvariant": "normal"} and not len(element)
