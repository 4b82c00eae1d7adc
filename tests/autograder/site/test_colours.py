"""The colours of the pages stand out from what they are drawn on, in both themes, by WCAG's formula."""

from __future__ import annotations

import re

from autograder.site import build

STYLE = (build.HERE / "static" / "site.css").read_text(encoding="utf-8")
LIVE = (build.HERE / "static" / "live.css").read_text(encoding="utf-8")
TEXT = ("ink", "quiet", "accent", "right", "wrong", "string", "value")


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb or #rgb, from 0 to 1 (WCAG 2.1)."""
    digits = colour.lstrip("#")
    pairs = [digits[i : i + 2] for i in (0, 2, 4)] if len(digits) == 6 else [2 * digit for digit in digits]
    parts = [int(pair, 16) / 255 for pair in pairs]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted(map(luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_text_and_edges_stand_out_in_both_themes():
    assert 20.9 < contrast("#000", "#ffffff") < 21.1
    themes = [dict(re.findall(r"--(\w+): (#\w+);", theme)) for theme in STYLE.split("@media screen", 1)]
    assert all(set(theme) >= {*TEXT, "paper", "shade", "edge"} for theme in themes)
    for theme in themes:
        for ground in ("paper", "shade"):
            low = {name: contrast(theme[name], theme[ground]) for name in TEXT}
            assert {name: ratio for name, ratio in low.items() if ratio < 4.5} == {}, ground
        assert contrast(theme["edge"], theme["paper"]) >= 3
    named = re.findall(r"(?<!-)\bcolor: (?!inherit|var\()([^;]+);", STYLE + LIVE)
    assert named == [], "a colour of its own, which this test does not know"
