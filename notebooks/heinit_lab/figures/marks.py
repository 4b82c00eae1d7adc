"""What many figures draw: a measured line with its band, a prediction, a guess, words beside a line."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from heinit_lab.figures.style import ACCENT, PAPER, THEORY, in_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D


CARD = {"facecolor": PAPER, "edgecolor": "none", "pad": 1}
"""The `bbox` of words that lie on other marks."""


def band(
    ax: Axes, x: ArrayLike, low: ArrayLike, middle: ArrayLike, high: ArrayLike, colour: str, **line: Any
) -> None:
    """A measured line, and the range of single networks around it. line: goes to `Axes.plot`."""
    ax.fill_between(x, low, high, color=colour, alpha=0.18, lw=0)
    ax.plot(x, middle, color=colour, **line)


def networks(
    ax: Axes, x: ArrayLike, rows: np.ndarray, colour: str, shares: Sequence[float] = (0, 0.5, 1), **line: Any
) -> np.ndarray:
    """Many networks, a row each, as a line with a band. Returns the three quantiles that they show.

    shares: the quantiles, by default those of the least, the middle and the greatest network.
    """
    low, middle, high = quantiles = np.quantile(rows, shares, axis=0)
    band(ax, x, low, middle, high, colour, **line)
    return np.asarray(quantiles)


def theory(ax: Axes, x: ArrayLike = (), y: ArrayLike = ()) -> Line2D:
    """A predicted line, dashed, over whatever was measured. Without numbers, one that is to move."""
    (line,) = ax.plot(x, y, "--", color=THEORY, lw=1.4, marker="", zorder=2.5)
    return line


def level(ax: Axes, y: float) -> None:
    """A predicted number as a dashed line across the axes."""
    ax.axhline(y, color=THEORY, ls="--", lw=1.2)


def note(
    ax: Axes, x: float, y: float, text: str, colour: str = THEORY, *, inside: bool = False, **kw: Any
) -> Any:
    """Small words at a point, in data coordinates, or, inside, as shares of the axes. kw: for `Axes.text`."""
    place = {"transform": ax.transAxes} if inside else {}
    return ax.text(x, y, text, **{"color": in_words(colour), "fontsize": 9, **place, **kw})


def guess_level(ax: Axes, y: float, text: str, x: float = 0.97, ha: str = "right") -> None:
    """A reader's guess as a line across the axes. x: where its words stand, as a share of the width."""
    ax.axhline(y, ls="-.", color=ACCENT, lw=1.4)
    across = ax.get_yaxis_transform()
    label_line(ax, x, y, text, ACCENT, xytext=(0, 4), ha=ha, va="bottom", xycoords=across)


def guess_star(ax: Axes, x: float, y: float, text: str, **label: Any) -> None:
    """A reader's guess for the end of a line, with its words beside it."""
    ax.plot(x, y, "*", color=ACCENT, ms=11, clip_on=False)
    label_line(ax, x, y, text, ACCENT, **label)


def label_line(
    ax: Axes, x: float, y: float, text: str, colour: str, *, lift: float = 0, **kwargs: Any
) -> Any:
    """Write a line's name to the right of a point, in its colour, instead of a legend.

    lift: how far above the point, in points. Other keywords go to `Axes.annotate`.
    """
    beside = {"textcoords": "offset points", "va": "center", "fontsize": 9, "annotation_clip": False}
    return ax.annotate(text, (x, y), **{"xytext": (6, lift), "color": in_words(colour), **beside, **kwargs})


def label_left(ax: Axes, x: float, y: float, text: str, colour: str) -> None:
    """Like `label_line`, to the left of the point."""
    label_line(ax, x, y, text, colour, xytext=(-6, 0), ha="right")


def below(fig: Figure, sentence: str) -> None:
    """Write a sentence below a figure, on whose functions have made it, in lines as long as it is wide."""
    words = sentence.replace("`", "").strip()
    fig.supxlabel(textwrap.fill(words, int(14 * fig.get_figwidth())), fontsize=9)


def histogram(ax: Axes, values: ArrayLike, edges: ArrayLike, colour: str, **counted: Any) -> np.ndarray:
    """Filled bars, and their heights. counted: goes to `np.histogram`."""
    heights, edges = np.histogram(values, edges, **counted)
    ax.stairs(heights, edges, fill=True, color=colour, alpha=0.4)
    return heights
