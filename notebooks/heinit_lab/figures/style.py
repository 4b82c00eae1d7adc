"""One style for all figures. Colour never speaks alone: markers and line styles differ too."""

import re
from functools import cache
from pathlib import Path

STYLE = Path(__file__).with_name("course.mplstyle")

PAPER = "#" + re.findall(r"figure\.facecolor: (\w+)", STYLE.read_text(encoding="utf-8"))[0]
"""The colour behind every figure."""

# Okabe and Ito's colours, by what they mean in this course; some darker than theirs, so that small
# words in them have a contrast of 4.5 on a figure's paper.
COLOURS = {
    "he": "#0072B2",
    "xavier": "#BC5200",
    "glorot": "#007D5A",
    "theory": "#222222",
    "off": "#999999",
    "accent": "#B0508A",
    "warm": "#E69F00",
    "sky": "#56B4E9",
}
HE, XAVIER, GLOROT, THEORY, OFF, ACCENT, WARM, SKY = COLOURS.values()
_WORDS = {OFF: "#666666", WARM: "#8A5F00", SKY: "#1C6E9E"}

RULES = {"Xavier": (XAVIER, "s"), "Glorot": (GLOROT, "^"), "He": (HE, "o")}
"""The colour and the marker of each rule for the weights."""


@cache
def use_style() -> None:
    """Make the course's style the default of new figures, from the first call on."""
    from matplotlib import rc_file

    rc_file(STYLE, use_default_template=False)


def in_words(colour: str) -> str:
    """The colour in which words about something of this colour are written: dark enough to be read."""
    return _WORDS.get(colour, colour)
