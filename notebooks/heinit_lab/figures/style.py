"""One style for all figures. Colour never speaks alone: markers and line styles differ too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import matplotlib.style
from matplotlib.axes import Axes

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
_WORDS = {COLOURS["off"]: "#666666", COLOURS["warm"]: "#8A5F00", COLOURS["sky"]: "#1C6E9E"}


def use_style() -> None:
    """Make the course's style the default of new figures."""
    matplotlib.style.use(Path(__file__).with_name("course.mplstyle"))


def in_words(colour: str) -> str:
    """The colour in which words about something of this colour are written: dark enough to be read."""
    return _WORDS.get(colour, colour)


def label_line(
    ax: Axes, x: float, y: float, text: str, colour: str, *, lift: float = 0, **kwargs: Any
) -> None:
    """Write a line's name to the right of a point, in its colour, instead of a legend.

    lift: how far above the point, in points. Other keywords go to `Axes.annotate`.
    """
    beside = {"textcoords": "offset points", "va": "center", "fontsize": 9, "annotation_clip": False}
    ax.annotate(text, (x, y), **{"xytext": (6, lift), "color": in_words(colour), **beside, **kwargs})


def label_left(ax: Axes, x: float, y: float, text: str, colour: str, *, lift: float = 0) -> None:
    """Like `label_line`, to the left of the point."""
    label_line(ax, x, y, text, colour, xytext=(-6, lift), ha="right")
