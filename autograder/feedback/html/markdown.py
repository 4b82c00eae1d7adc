"""Markdown as a page shows it: clean HTML, mathematics as MathML, Python in colours."""

import html
import secrets
from collections.abc import Mapping
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import PythonLexer, TextLexer

from autograder.feedback.html.mathml import mathml
from autograder.feedback.html.pictures import KINDS, can_be_shown
from autograder.feedback.html.safe import Link, as_text, bounded, safe_html, to_the_web

LONGEST = 20_000  # characters of one cell; the time to parse a cell can grow with the square
# No other language has colours: lexers are lists of regular expressions, and 20 characters can keep some
# of them busy for ever.
PYTHON = ("python", "python3", "py", "py3", "ipython", "ipython3")


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
        return as_text(text)
    renderer = _Renderer(attachments or {}, headings_below)
    try:
        rendered = MarkdownWithMath(renderer=renderer).render(text)
    except Exception:  # whatever the parser stumbles over, the reader sees the source
        return as_text(text)
    return bounded(safe_html(rendered, renderer.held, link), text)


def render_code(source: str, language: str = "python") -> str:
    """Code in colours: a <div class="highlight"> with Pygments' short class names."""
    if len(source) > LONGEST:
        return as_text(source)
    formatter = HtmlFormatter(cssclass="highlight", wrapcode=True)
    return bounded(str(highlight(source, lexer(language), formatter)), source)


def lexer(language: str) -> Lexer:
    """The lexer of Python, or, for any other language, the lexer of plain text."""
    return PythonLexer() if language.lower() in PYTHON else TextLexer()


class _Renderer(IPythonRenderer):  # type: ignore[misc]
    """HTML with tokens in the places of formulas and code; `held` has what the tokens stand for."""

    def __init__(self, attachments: Mapping[str, Any], headings_below: int) -> None:
        super().__init__(escape=False, exclude_anchor_links=True)
        self.held: dict[str, str] = {}
        self._secret = secrets.token_hex(8)  # a submission cannot write a token
        self._pictures = dict(attachments)
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
        if url.startswith("attachment:"):  # each is shown once
            kinds = self._pictures.pop(url.removeprefix("attachment:"), None)
            held = kinds if isinstance(kinds, Mapping) else {}
            usable = (k for k in KINDS if isinstance(held.get(k), str) and can_be_shown(held[k]))
            url = next((f"data:{kind};base64,{held[kind]}" for kind in usable), "")
        named = f' title="{html.escape(title)}"' if title else ""
        return f'<img src="{html.escape(url)}" alt="{html.escape(text)}"{named}>'
