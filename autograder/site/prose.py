"""Markdown of the course as a page's HTML: headings get anchors, links lead to pages of the site.

The Markdown is the course's own, and so is the HTML in it: nothing is cleaned here.
"""

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import format as formatted
from pygments.formatters import HtmlFormatter
from pygments.token import STANDARD_TYPES

from autograder.errors import HeinitError
from autograder.feedback.html.markdown import lexer
from autograder.feedback.html.mathml import mathml

if TYPE_CHECKING:
    from autograder.site.terms import Marker

# The repository's pages for teachers that the site shows: the file in docs/ by its name.
TEACHING = {
    "instructors.md": "instructors.md",
    "ninety-minutes.md": "teaching/ninety-minutes.md",
    "five-weeks.md": "teaching/five-weeks.md",
    "accessibility.md": "accessibility.md",
}
# How a lesson begins a digression, with its title in a <summary>: a notebook shows a folded box, a wide page
# has it beside the text, paper within.
SIDE_NOTE = '<details class="aside">'
_SENTENCE = 80  # characters of a cell that are too many for a third of a telephone
_LONG = re.compile(r"<code>[^<\s]{24,}")  # a word of code that a third of a telephone would break
_ROLES = {"thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "th": "columnheader", "td": "cell"}
_WIDE = 28  # characters of a formula that may need scrolling on a telephone
# A web host may forbid inline styles, and then the style sheet has them.
_CLASSES = {
    "font-weight:bold": "bold",
    "font-family:monospace": "monospace",
    "text-align:right": "to-the-right",
    "text-align:center": "centred",
    "text-align:left": "to-the-left",
}
_INDEX = re.compile(r"<m(sub|sup)><m[ino]\b[^>]*>[^<]*</m[ino]>")
_EXERCISE = re.compile(r"Exercise \d+\.\d+ · `?(\w+)`?")


@dataclass(frozen=True)
class Heading:
    """A heading in a page's contents. title: its HTML. anchor: the fragment that leads to it."""

    title: str
    anchor: str


class Prose(IPythonRenderer):  # type: ignore[misc]  # nbconvert has no types
    """Renders the Markdown of one page, piece by piece.

    strict: whether a link that leads nowhere on the site is an error; otherwise the link becomes its text
    and the name of the file that it led to.
    contents: the headings of sections so far. marker: marks terms and citations in paragraphs; None for none.
    """

    def __init__(self, strict: bool = True) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.strict = strict
        self.contents: list[Heading] = []
        self._anchors: set[str] = set()  # of all headings so far
        self.marker: Marker | None = None

    def html(self, markdown: str) -> str:
        """A piece as HTML. Raises HeinitError for a link that leads nowhere, where `strict`."""
        return _with_classes(str(MarkdownWithMath(renderer=self).render(markdown)))

    def phrase(self, markdown: str) -> str:
        """A single paragraph as HTML, without the paragraph around it, and without marks."""
        marker, self.marker = self.marker, None
        text = self.html(markdown)
        self.marker = marker
        return text.strip().removeprefix("<p>").removesuffix("</p>")

    def iter_tokens(self, tokens: Iterable[dict[str, Any]], state: Any) -> Iterable[str]:
        """The HTML of each token. The bracket or full stop beside a formula goes to the formula."""
        copies = [dict(token) for token in tokens]
        for before, token, after in zip([{}, *copies], copies, [*copies[1:], {}], strict=False):
            if token["type"] == "inline_math":
                opening, closing = _cut(before, r"[(\[“]$"), _cut(after, r"^[.,;:?)\]”]+")
                token["attrs"] = {"opening": opening, "closing": closing}
        return [self.render_token(token, state) for token in copies]

    def text(self, text: str) -> str:
        return html.escape(html.unescape(text), quote=False)

    def paragraph(self, text: str) -> str:
        return f"<p>{self.marker.marked(text) if self.marker else text}</p>\n"

    def block_text(self, text: str) -> str:
        return self.marker.marked(text) if self.marker else text

    def linebreak(self) -> str:
        return "<br>\n"

    def codespan(self, text: str) -> str:
        together = ' class="together"' if re.fullmatch(r"--?\w\S*", text) else ""  # an option of a command
        return f"<code{together}>{html.escape(text, quote=False)}</code>"

    def link(self, text: str, url: str, title: str | None = None) -> str:
        address = on_the_site(url)
        if address is not None:
            return f'<a href="{html.escape(address)}">{text}</a>'
        if self.strict:
            raise HeinitError(f"a link leads nowhere on the site: {url}")
        return text if plain(text) == url else f"{text} ({self.codespan(url)})"

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        wanted = anchor(text)
        free = next(a for a in (wanted, *(f"{wanted}-{k}" for k in range(2, 99))) if a not in self._anchors)
        self._anchors.add(free)
        if level == 2:
            self.contents.append(Heading(text, free))
            if self.marker:
                self.marker.begin(free)
        if level == 1:
            return f"<h1>{text}</h1>\n"
        return (
            f'<div class="heading"><h{level} id="{free}">{text}</h{level}>'
            f'<a class="anchor" href="#{free}" aria-label="Link to: {html.escape(plain(text))}">#</a></div>\n'
        )

    def inline_math(self, body: str, opening: str = "", closing: str = "") -> str:
        formula = f"{opening}{mathml(body)}{closing}"  # a browser may end a line beside a formula
        return f'<span class="together">{formula}</span>' if opening or closing else formula

    def block_math(self, body: str) -> str:
        """A formula in a box that can scroll by itself, with the keyboard too.

        Several formulas on one line stand below each other where there is no room.
        """
        several = [mathml(part, block=True) for part in _several(body)]
        long = len(plain("".join(several))) > _WIDE
        wide = ' role="group" aria-label="Formula" tabindex="0"' if long else ""
        kind = "formula several" if len(several) > 1 else "formula"
        return f'<div class="{kind}"{wide}>{"".join(several)}</div>'

    def block_html(self, html: str) -> str:
        """HTML as it stands; a side note is open, and the page's script folds it where it has no room."""
        return str(super().block_html(html.replace(SIDE_NOTE, SIDE_NOTE.replace(">", " open>"))))

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def block_code(self, code: str, info: str | None = None) -> str:
        return render_lines(code, [*(info or "").split(), "text"][0]) + "\n"

    def table(self, text: str) -> str:
        """A table in a box that can scroll by itself; one of sentences can be stacked on a narrow screen.

        A browser that stacks a table no longer knows its rows and columns, so they are named.
        """
        kind, cells = "", re.findall(r"<td\b[^>]*>(.*?)</td>", text, re.DOTALL)
        if any(len(plain(cell)) > _SENTENCE or _LONG.search(cell) for cell in cells):
            kind = ' class="sentences" role="table"'
            text = re.sub(r"<(thead|tbody|tr|th|td)\b", lambda tag: f'{tag[0]} role="{_ROLES[tag[1]]}"', text)
        table = f"<table{kind}>\n{text}</table>"
        return f'<div class="wide" role="group" aria-label="Table" tabindex="0">{table}</div>\n'


def _with_classes(text: str) -> str:
    """HTML with classes in place of the inline styles that the renderers write."""
    return re.sub(r' style="([^"]*)"', lambda style: f' class="{_CLASSES[style[1]]}"', text)


def _cut(token: dict[str, Any], pattern: str) -> str:
    """Cut from a token of text what the pattern matches; what was cut."""
    match = re.search(pattern, token["raw"]) if token.get("type") == "text" else None
    if match is None:
        return ""
    token["raw"] = token["raw"][: match.start()] + token["raw"][match.end() :]
    return match[0]


def _several(tex: str) -> list[str]:
    r"""The formulas of a line, which are parted by \qquad outside of braces and of \left and \right."""
    parts: list[str] = []
    for piece in tex.split(r"\qquad"):
        last = parts[-1] if parts else ""
        if last.count("{") > last.count("}") or last.count(r"\left") > last.count(r"\right"):
            parts[-1] += rf"\qquad{piece}"
        else:
            parts.append(piece)
    return parts


def render_lines(code: str, language: str = "python") -> str:
    """Code in colours. Each line knows its indentation, so that what does not fit hangs below the line.

    Code that has no colours is words in columns; on a narrow screen the gaps between them are closed.
    """
    tokens = list(lexer(language).get_tokens(code))
    coloured = any(STANDARD_TYPES.get(kind) for kind, _ in tokens)
    texts = re.findall(r".*\n", formatted(tokens, HtmlFormatter(nowrap=True)))
    lines = (
        f'<span class="line in-{4 * ((len(line) - len(line.lstrip(" "))) // 4)}">{text}</span>'
        for line, text in zip(code.strip("\n").split("\n"), texts, strict=False)
    )
    opening = "<pre>" if coloured else '<pre class="columns">'
    return f'<div class="highlight">{opening}<span></span><code>{"".join(lines)}</code></pre></div>\n'


def on_the_site(address: str) -> str | None:
    """The address on the site of what a notebook or a Markdown page links to, or None."""
    if re.match(r"(?:https?|mailto):", address):
        return address
    path, _, fragment = address.partition("#")
    name = path.rsplit("/", 1)[-1]
    if name.endswith(".ipynb"):
        page = f"{name.removesuffix('.ipynb')}.html"
    elif name == "ERRATA.md" or name in TEACHING:
        page = f"{name.removesuffix('.md').lower()}.html"
    elif path:
        return None
    else:
        page = ""
    return page + (f"#{anchor(unquote(fragment).replace('-', ' '))}" if fragment else "")


def anchor(title: str) -> str:
    """The fragment of a heading: its words in small letters, joined by hyphens."""
    text = plain(title)
    if exercise := _EXERCISE.match(text):
        return f"exercise-{exercise[1]}"
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-") or "section"


def plain(html_text: str) -> str:
    """The text of a piece of HTML, on one line; a letter's index after _, its exponent after ^."""
    without = re.sub(r"<annotation\b.*?</annotation>|<script\b.*?</script>", "", html_text, flags=re.DOTALL)
    without = _INDEX.sub(lambda part: part[0] + ("_" if part[1] == "sub" else "^"), without)
    spaced = re.sub(r"</?(?:p|div|li|tr|td|th|h[1-6]|pre|ul|ol|table|figure)\b[^>]*>", " ", without)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", spaced)).split())
