"""The report's figures: small SVGs that take their colours from the page, light or dark.

Lengths carry the numbers, which stand beside them; colour carries nothing. Each figure has a title
and a description for readers who do not see it.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape


def _svg(width: float, height: float, name: str, title: str, says: str, drawn: str) -> Markup:
    return Markup(
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-labelledby="{name}-title {name}-says">'
        f'<title id="{name}-title">{escape(title)}</title><desc id="{name}-says">{escape(says)}</desc>'
        f"{drawn}</svg>"
    )


def _text(x: float, y: float, says: object, anchor: str = "middle", kind: str = "") -> str:
    return f'<text x="{x:.4g}" y="{y:.4g}" text-anchor="{anchor}" class="{kind}">{escape(says)}</text>'


def histogram(
    name: str, counts: Sequence[int], ticks: Sequence[str], title: str, says: str, mark: float | None = None
) -> Markup:
    """Columns with their counts above them.

    name: an identifier that no other figure of the page has. ticks: labels at equal distances along
    the axis, from its beginning to its end. mark: where a triangle points, as a share of the axis.
    """
    width, height, top = 320.0, 96.0, 16.0
    step, highest = width / len(counts), max([1, *counts])
    drawn = []
    for k, count in enumerate(counts):
        tall = height * count / highest
        y = top + height - tall
        if count:
            drawn.append(
                f'<rect x="{k * step + 1:.4g}" y="{y:.4g}" width="{step - 2:.4g}" height="{tall:.4g}"/>'
            )
            drawn.append(_text((k + 0.5) * step, y - 3, count, kind="count"))
    base = top + height
    drawn.append(f'<path d="M0 {base}H{width}" class="axis"/>')
    for k, tick in enumerate(ticks):
        anchor = "start" if k == 0 else "end" if k == len(ticks) - 1 else "middle"
        drawn.append(_text(k * width / (len(ticks) - 1), base + 21, tick, anchor))
    if mark is not None:
        x = mark * width
        drawn.append(f'<path d="M{x:.4g} {base + 2}l5 8h-10z" class="mark"/>')
    return _svg(width, base + 26, name, title, says, "".join(drawn))
