"""Markdown of the course as a page's HTML: headings get anchors, links lead to pages of the site."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from urllib.parse import unquote

from autograder.errors import HeinitError
from autograder.feedback.html.markdown import render_markdown

_HEADING = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
_FORMULA = re.compile(r'<math\b[^>]*display="block">.*?</math>', re.DOTALL)
_CODE = re.compile(
    r'(?<=<div class="highlight">)(<pre>(?:<span></span>)?<code>)(.*?)\n*(?=</code>)', re.DOTALL
)
_INLINE = r'<math\b(?![^>]*display="block")[^>]*>(?:(?!</math>).)*</math>'
_TOGETHER = re.compile(rf"[(\[“]{_INLINE}[.,;:?)\]”]*|{_INLINE}[.,;:?)\]”]+", re.DOTALL)
_SENTENCE = 80  # characters of a cell that are too many for a third of a telephone
_ROLES = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row"}
_ROLES |= {"th": "columnheader", "td": "cell"}
_PARTS = re.compile(rf"<({'|'.join(_ROLES)})\b([^>]*)>")
_LONG = re.compile(r"<code>[^<\s]{24,}")  # a word of code that a third of a telephone would break
_OPTION = re.compile(r"<code>(?=--?\w)([^<\s]+)(?=</code>)")
_INDEX = re.compile(r"<m(sub|sup)><m[ino]\b[^>]*>[^<]*</m[ino]>")
_WIDE = 28  # characters of a formula that may need scrolling on a telephone
_GAP = '<mspace width="2em"></mspace>'  # \qquad, between two formulas on one line
_LINK = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_EXERCISE = re.compile(r"Exercise \d+\.\d+ · `?(\w+)`?")


@dataclass(frozen=True)
class Heading:
    """A heading of a page. title: its HTML. anchor: the fragment that leads to it."""

    level: int
    title: str
    anchor: str


class Prose:
    """The Markdown of one page, rendered piece by piece.

    strict: whether a link that leads nowhere on the site is an error; otherwise it becomes its text, and the
    name of the file that it led to.
    headings: those rendered so far.
    """

    def __init__(self, strict: bool = True) -> None:
        self.strict = strict
        self.headings: list[Heading] = []
        self._lost: list[str] = []

    def html(self, markdown: str) -> str:
        """A piece as HTML. Raises HeinitError for a link that leads nowhere, where that is strict."""
        if not self.strict:
            markdown = _LINK.sub(_told, markdown)
        made = render_markdown(markdown, link=self._link)
        if self._lost and self.strict:
            raise HeinitError(f"a link leads nowhere on the site: {self._lost[0]}")
        made = re.sub(r"<a(?! href)[^>]*>(.*?)</a>", r"\1", made, flags=re.DOTALL)
        made = made.replace(' rel="noopener noreferrer nofollow"', "")
        made = _OPTION.sub(r'<code class="together">\1', made)
        made = _TABLE.sub(_table, made)
        made = _FORMULA.sub(_formula, hanging(made))
        # a browser may end a line between a formula and the bracket or full stop beside it
        made = _TOGETHER.sub(r'<span class="together">\g<0></span>', made)
        return _HEADING.sub(self._with_anchor, made)

    def _with_anchor(self, match: re.Match[str]) -> str:
        level, title = int(match[1]), match[2]
        heading = Heading(level, title, self._free(anchor(title)))
        self.headings.append(heading)
        if level == 1:
            return f"<h1>{title}</h1>"
        named = html.escape(plain(title), quote=True)
        return (
            f'<div class="heading"><h{level} id="{heading.anchor}">{title}</h{level}>'
            f'<a class="anchor" href="#{heading.anchor}" aria-label="Link to: {named}">#</a></div>'
        )

    def _free(self, wanted: str) -> str:
        taken = {heading.anchor for heading in self.headings}
        return next(a for a in (wanted, *(f"{wanted}-{k}" for k in range(2, 99))) if a not in taken)

    def _link(self, address: str) -> str | None:
        found = on_the_site(address)
        if found is None:
            self._lost.append(address)
        return found


def _told(match: re.Match[str]) -> str:
    """A link to a file that is not on the site, as words."""
    text, address = match.groups()
    if on_the_site(address) is not None:
        return match[0]
    return text if text.strip("`") == address else f"{text} (`{address}`)"


def _table(match: re.Match[str]) -> str:
    """A table in a box that can scroll by itself; one of sentences can be stacked on a narrow screen.

    A browser that stacks it would not tell its rows and columns any more, so they are named.
    """
    made = match[0]
    cells = re.findall(r"<td\b[^>]*>(.*?)</td>", made, re.DOTALL)
    if any(len(plain(cell)) > _SENTENCE or _LONG.search(cell) for cell in cells):
        made = _PARTS.sub(lambda part: f'<{part[1]} role="{_ROLES[part[1]]}"{part[2]}>', made)
        made = made.replace("<table ", '<table class="sentences" ', 1)
    return f'<div class="wide" role="group" aria-label="Table" tabindex="0">{made}</div>'


def _formula(match: re.Match[str]) -> str:
    """A displayed formula in a box that can scroll by itself, with the keyboard too.

    Several formulas on one line stand below each other where there is no room.
    """
    formula = match[0].replace(' tabindex="0"', "")  # the box is what scrolls here
    several = _several(formula)
    wide = ' role="group" aria-label="Formula" tabindex="0"' if len(plain(formula)) > _WIDE else ""
    kind = "formula several" if len(several) > 1 else "formula"
    return f'<div class="{kind}"{wide}>{"".join(several)}</div>'


def _several(formula: str) -> list[str]:
    """The formulas between wide gaps of the outermost row, each by itself."""
    match = re.fullmatch(r"(<math\b[^>]*><mrow>)(.*)(</mrow></math>)", formula, re.DOTALL)
    if match is None:
        return [formula]
    start, body, end = match.groups()
    parts = [""]
    for piece in body.split(_GAP):
        within = parts[-1].count("<mrow") > parts[-1].count("</mrow>")
        parts[-1:] = [parts[-1] + _GAP + piece] if within else [parts[-1], piece]
    return [f"{start}{part}{end}" for part in parts[1:]]


def hanging(made: str) -> str:
    """Code in colours, in which each line knows its indentation, so that what does not fit hangs below it.

    Code that has no colours is words in columns; on a narrow screen its gaps are closed.
    """

    def line(text: str) -> str:
        bare = re.sub(r"<[^>]+>", "", text)
        return f'<span class="line" style="--in:{len(bare) - len(bare.lstrip(" "))}">{text}\n</span>'

    def lines(code: re.Match[str]) -> str:
        start = code[1] if "<span class" in code[2] else code[1].replace("<pre>", '<pre class="columns">')
        return start + "".join(map(line, code[2].split("\n")))

    return _CODE.sub(lines, made)


def on_the_site(address: str) -> str | None:
    """The address on the site of what a notebook or a Markdown page links to, or None."""
    if re.match(r"(?:https?|mailto):", address):
        return address
    path, _, fragment = address.partition("#")
    name = path.rsplit("/", 1)[-1]
    if name.endswith(".ipynb"):
        page = f"{name.removesuffix('.ipynb')}.html"
    elif name == "ERRATA.md" or not path:
        page = "errata.html" if path else ""
    else:
        return None
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
