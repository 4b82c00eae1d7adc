"""A verdict in words: once for the eye, once for a screen reader, once for a terminal."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

VERDICT_MIME = "application/vnd.heinit.verdict+json"

# Of a mark's line; it holds a contrast of 3 in light and dark themes.
_COLOURS = {"✓": "#009E73", "✗": "#D55E00", "○": "#B07D00"}


@dataclass(frozen=True)
class Report:
    """What a check says. Text may use *emphasis* and `code`.

    mark: ✓ right, ✗ wrong, ○ not solved yet.
    verdict: the same for a program, or empty.
    """

    mark: str
    headline: str
    lines: tuple[str, ...] = ()
    verdict: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        return "\n".join(_plain(line) for line in (f"{self.mark} {self.headline}", *self.lines))

    @property
    def ansi(self) -> list[str]:
        """For a terminal, and for JupyterLab, whose red is hard to read on what it lays behind an error."""
        return [f"\x1b[1m{self.mark} {_plain(self.headline)}\x1b[0m", *map(_plain, self.lines)]

    @property
    def html(self) -> str:
        body = "".join(f"<div>{rich(line)}</div>" for line in self.lines)
        return (
            f'<div role="status" style="border-left:4px solid {_COLOURS[self.mark]};padding:2px 0 2px 12px;'
            f'margin:4px 0;line-height:1.6"><strong>{self.mark} {rich(self.headline)}</strong>{body}</div>'
        )

    def bundle(self) -> dict[str, Any]:
        """The mime bundle that a notebook displays."""
        data: dict[str, Any] = {"text/plain": self.plain, "text/html": self.html}
        if self.verdict:
            data[VERDICT_MIME] = dict(self.verdict)
        return data


_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*]+)(?<=[^\s*])\*(?![\w*])")  # not the stars of 10**6 * 2


def _plain(text: str) -> str:
    parts = text.split("`")
    parts[::2] = [_EMPHASIS.sub(r"\1", part) for part in parts[::2]]
    return "`".join(parts)


def rich(text: str) -> str:
    """The same text as HTML, all of it escaped but for *emphasis* and `code`."""
    parts = re.split(r"`([^`]*)`", html.escape(text, quote=False))
    parts[::2] = [_EMPHASIS.sub(r"<em>\1</em>", part) for part in parts[::2]]
    parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
    return "".join(parts)
