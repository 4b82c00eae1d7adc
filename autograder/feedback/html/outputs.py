"""The outputs of a cell as HTML that is safe in any page. Nothing here trusts the notebook's format."""

import base64
import html
import json
from collections.abc import Mapping
from typing import Any

from nbconvert.filters.ansi import ansi2html

from autograder.feedback.cells import text_of
from autograder.feedback.html.markdown import PICTURES, is_base64, render_markdown
from autograder.feedback.html.safe import safe_html

LONGEST = 200_000  # characters of text that one output shows in a page
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
    cut = "\n[the rest is in the notebook]" if len(text) > LONGEST else ""
    return f'<pre tabindex="0">{ansi2html(text[:LONGEST].rstrip())}{cut}</pre>'


def _bundle(data: Mapping[str, Any]) -> str:
    """The richest form of a display that a page can show."""
    plain = text_of(data.get("text/plain"))
    own_html = text_of(data.get("text/html"))
    if len(own_html) <= LONGEST and (shown := safe_html(own_html).strip()):
        return shown
    if shown := render_markdown(text_of(data.get("text/markdown"))).strip():
        return shown
    if svg := text_of(data.get("image/svg+xml")):
        # a picture inside an <img> runs no script and asks nobody for anything
        return _image("image/svg+xml", base64.b64encode(svg.encode("utf-8", "replace")).decode(), plain)
    for kind in PICTURES:
        if (content := text_of(data.get(kind))) and is_base64(content):
            return _image(kind, content, plain)
    if latex := text_of(data.get("text/latex")):
        return render_markdown(latex)
    if plain:
        return render_text(plain)
    if "application/json" in data:
        return render_text(json.dumps(data["application/json"], indent=1)[: LONGEST + 1])
    kinds = ", ".join(sorted(str(kind) for kind in data))
    return UNSHOWN.format(html.escape(kinds[:200])) if kinds else ""


def _image(kind: str, content: str, alt: str) -> str:
    words = alt.strip()[:500] or "A picture that this cell made; it has no description."
    return f'<img src="data:{kind};base64,{"".join(content.split())}" alt="{html.escape(words)}">'
