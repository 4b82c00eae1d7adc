"""Markdown as a page shows it: clean HTML, mathematics as MathML, code in colours."""

import base64
import binascii
import html
import secrets
from collections.abc import Mapping
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import TextLexer, get_lexer_by_name
from pygments.util import ClassNotFound

from autograder.feedback.html.mathml import mathml
from autograder.feedback.html.safe import Link, safe_html, to_the_web

LONGEST = 20_000  # characters of one cell; the time to parse a cell can grow with the square
PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/svg+xml")


def render_markdown(
    text: str,
    *,
    attachments: Mapping[str, Any] | None = None,
    headings_below: int = 0,
    link: Link = to_the_web,
) -> str:
    """Markdown, as Jupyter reads it, as HTML that is safe in any page.

    attachments: the pictures that a notebook's cell carries, as nbformat keeps them.
    headings_below: how many levels deeper the headings go: 1 makes `# Title` an <h2>.
    link: gives the address that a link's address becomes, or None for none; by default only
        links to the web stay.
    """
    if len(text) > LONGEST:
        return f"<pre>{html.escape(text)}</pre>"
    renderer = _Renderer(attachments or {}, headings_below)
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # whatever the parser stumbles over, the reader sees the source
        return f"<pre>{html.escape(text)}</pre>"
    return safe_html(rendered, renderer.held, link)


def render_code(source: str, language: str = "python") -> str:
    """Code in colours: a <div class="highlight"> with Pygments' short class names."""
    formatter = HtmlFormatter(cssclass="highlight", wrapcode=True)
    return str(highlight(source, lexer(language), formatter))


def lexer(language: str) -> Lexer:
    """The lexer of a language; of one that Pygments does not know, the lexer of plain text."""
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return TextLexer()


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """HTML with tokens in the places of formulas and code; `held` has what the tokens stand for."""

    def __init__(self, attachments: Mapping[str, Any], headings_below: int) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.held: dict[str, str] = {}
        self._secret = secrets.token_hex(8)  # a submission cannot write a token
        self._pictures = attachments
        self._below = headings_below

    def _hold(self, ours: str) -> str:
        token = f"held{self._secret}x{len(self.held)}x"
        self.held[token] = ours
        return token

    def block_math(self, body: str) -> str:
        # a long formula can be scrolled on a narrow screen, by keyboard too
        return self._hold(mathml(body, block=True).replace("<math ", '<math tabindex="0" ', 1))

    def inline_math(self, body: str) -> str:
        return self._hold(mathml(body))

    def latex_environment(self, name: str, body: str) -> str:
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def block_code(self, code: str, info: str | None = None) -> str:
        language = (info or "").split()
        return self._hold(render_code(code, language[0] if language else "text")) + "\n"

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        level = min(level + self._below, 6)
        return f"<h{level}>{text}</h{level}>\n"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        if url.startswith("attachment:"):
            kinds = self._pictures.get(url.removeprefix("attachment:"))
            held = kinds if isinstance(kinds, Mapping) else {}
            usable = (kind for kind in PICTURES if isinstance(held.get(kind), str) and is_base64(held[kind]))
            url = next((f"data:{kind};base64,{held[kind]}" for kind in usable), "")
        named = f' title="{html.escape(title)}"' if title else ""
        return f'<img src="{html.escape(url)}" alt="{html.escape(text)}"{named}>'


def is_base64(text: str) -> bool:
    """Whether a text is base64, and nothing else."""
    try:
        base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return False
    return True
