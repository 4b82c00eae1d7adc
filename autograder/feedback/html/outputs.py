"""The outputs of a cell as HTML that is safe in any page. Nothing here trusts the notebook's format."""

import html
import json
from collections.abc import Mapping
from typing import Any

from nbconvert.filters.ansi import ansi2html, strip_ansi

from autograder.feedback.html.markdown import render_markdown
from autograder.feedback.html.pictures import KINDS, can_be_shown
from autograder.feedback.html.safe import CUT, LONGEST, bounded, safe_html
from autograder.judge.cells import text_of

MOST_COLOURS = 5_000  # changes of colour in a text; the time to read them grows with the square
UNSHOWN = '<p class="unshown">An output that a page does not show ({}).</p>'


def render_output(output: Mapping[str, Any]) -> str:
    """One output of a cell, or '' where the output shows nothing."""
    match output.get("output_type"):
        case "stream":
            return render_text(text_of(output.get("text")))
        case "error":
            lines = output.get("traceback")
            trace = "\n".join(map(text_of, lines)) if isinstance(lines, list) else ""
            return render_text(trace or f"{text_of(output.get('ename'))}: {text_of(output.get('evalue'))}")
        case "display_data" | "execute_result":
            data = output.get("data")
            return _bundle(data) if isinstance(data, Mapping) else ""
    return ""


def render_text(text: str) -> str:
    """Text as a terminal shows it, with the terminal's colours."""
    if not text.strip():
        return ""
    cut = CUT if len(text) > LONGEST else ""
    text = text[:LONGEST].rstrip()
    if text.count("\x1b") > MOST_COLOURS:
        text = strip_ansi(text)
    return f'<pre tabindex="0">{ansi2html(text)}{cut}</pre>'


def _bundle(data: Mapping[str, Any]) -> str:
    """The richest form of a display that a page can show."""
    plain = text_of(data.get("text/plain"))
    own_html = text_of(data.get("text/html"))
    if len(own_html) <= LONGEST and (shown := safe_html(own_html).strip()):
        return bounded(shown, own_html)
    if shown := render_markdown(text_of(data.get("text/markdown"))).strip():
        return shown
    for kind in KINDS:
        if (content := text_of(data.get(kind))) and can_be_shown(content):
            return _image(kind, content, plain)
    if latex := text_of(data.get("text/latex")):
        return render_markdown(latex)
    kinds = ", ".join(sorted(str(kind) for kind in data))
    unshown = UNSHOWN.format(html.escape(kinds[:200])) if kinds else ""
    if "image/" in kinds:  # the words alone would pass for all that there is
        return unshown + render_text(plain)
    if plain:
        return render_text(plain)
    if "application/json" in data:
        return render_text(json.dumps(data["application/json"], indent=1)[: LONGEST + 1])
    return unshown


def _image(kind: str, content: str, alt: str) -> str:
    words = alt.strip()[:500] or "A picture that this cell made; it has no description."
    return f'<img src="data:{kind};base64,{"".join(content.split())}" alt="{html.escape(words)}">'
