"""A figure laid out again for a narrow page, such as a telephone's: fewer inches, and no smaller letters.

The same `Figure` is laid out anew, so that nothing is computed twice. Panels that stood side by side stand
one under the other, words that have no room are broken into lines or turned, and small words grow until
their letters are `LEAST` high.
"""

from __future__ import annotations

import re
import textwrap
from itertools import pairwise
from typing import TYPE_CHECKING, cast

import numpy as np

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox


PHONE = 382
"""The pixels that a picture has on a page of 390 pixels; site.css lets it reach into the margins."""
WIDTH = 4.2
"""Inches of a narrow figure."""
LEAST = 9.0
"""The height of the smallest letters, in pixels of that page; of an exponent as well."""
DPI = 175
"""Pixels an inch of a narrow picture: telephones have dense screens."""
TALL = {1: 9.0, 2: 2.6, 3: 2.2}
"""The greatest height of a row in inches, by the number of rows."""
_INDEX = 0.7  # of a letter is the height of its exponent or index, in Matplotlib
_HAS_INDEX = re.compile(r"\$[^$]*[\^_][^$]*\$")
_SPARE = 0.96  # of a room is used: what is laid out again moves a little


def narrow(fig: Figure) -> None:
    """Lay a figure out for a narrow page, for good."""
    rows = _stack(fig)
    fig.set_size_inches(WIDTH, rows * min(fig.get_figheight(), TALL[min(rows, 3)]))
    fig.set_dpi(DPI)
    fig.set_layout_engine("none")  # long labels leave no room for axes, and are broken first
    fig.draw_without_rendering()  # only now there are tick labels
    for ax in fig.axes:
        _give_ticks_room(ax)
        _give_legend_room(ax)
    for text in texts(fig):
        text.set_fontsize(_enough(text))
    fig.set_layout_engine("constrained")
    fig.draw_without_rendering()
    for ax in fig.axes:
        _turn_ticks(ax)
        _break_lines(ax)
    for text in fig.texts:
        _fit(text, fig.bbox.width)


def smallest(fig: Figure) -> float:
    """The height of the smallest letters of a figure that was drawn, in pixels of a page of 390."""
    return min(map(_height, texts(fig)), default=np.inf)


def texts(fig: Figure) -> list[Text]:
    """All words of a figure that are seen."""
    from matplotlib.text import Text

    return [text for text in fig.findobj(Text) if text.get_visible() and text.get_text().strip()]


def _height(text: Text) -> float:
    """The height of a text's smallest letters, in pixels of a page of 390."""
    shown = PHONE / _figure(text).get_figwidth()  # pixels an inch
    return float(text.get_fontsize()) / 72 * shown * (_INDEX if _HAS_INDEX.search(text.get_text()) else 1)


def _enough(text: Text) -> float:
    """The size in points at which a text can be read on a narrow page: its own, or a greater one."""
    return float(text.get_fontsize()) * max(1.0, LEAST / _height(text))


def _figure(artist: Artist) -> Figure:
    """The figure that an artist is in; this course has no subfigures."""
    return cast("Figure", artist.figure)


def _stack(fig: Figure) -> int:
    """Put the panels of a row under each other, in two columns where there are many. The number of rows."""
    from matplotlib.gridspec import GridSpec

    panels = fig.axes
    grid = panels[0].get_gridspec()
    if grid is None or grid.nrows > 1 or grid.ncols == 1:
        return 1
    columns = 1 if grid.ncols <= 3 else 2
    rows = -(-len(panels) // columns)
    stacked = GridSpec(rows, columns, figure=fig)
    for k, ax in enumerate(panels):
        ax.set_subplotspec(stacked[k // columns, k % columns])
        if k % columns == 0 and ax.get_shared_y_axes().joined(panels[0], ax):
            ax.tick_params(labelleft=True)  # what its neighbour on the left showed for it
            ax.set_ylabel(ax.get_ylabel() or panels[0].get_ylabel())
    return rows


def _give_ticks_room(ax: Axes) -> None:
    """Make the labels of ticks large enough, and break those that are long."""
    for axis in (ax.xaxis, ax.yaxis):
        labels = [label for label in axis.get_ticklabels() if label.get_text()]
        if labels:
            axis.set_tick_params(labelsize=max(map(_enough, labels)))
    room = 0.45 * ax.figure.bbox.width
    if any(label.get_window_extent().width > room for label in ax.get_yticklabels()):
        for label in (labels := ax.get_yticklabels()):
            _fit(label, room)
        ax.set_yticks(ax.get_yticks(), [label.get_text() for label in labels])
        needed = len(labels) * max(label.get_window_extent().height for label in labels) / ax.bbox.height
        _figure(ax).set_figheight(_figure(ax).get_figheight() * max(1.0, 1.15 * needed))


def _turn_ticks(ax: Axes) -> None:
    """Turn the labels of ticks that meet."""
    boxes = [label.get_window_extent() for label in ax.get_xticklabels() if label.get_text()]
    boxes.sort(key=lambda box: box.x0)
    if any(left.x1 > right.x0 and left.x0 < right.x0 for left, right in pairwise(boxes)):
        ax.tick_params(axis="x", labelrotation=90)


def _give_legend_room(ax: Axes) -> None:
    """Put the entries of a legend that is wider than its panel under each other."""
    legend = ax.get_legend()
    if legend is None or legend.get_window_extent().width <= ax.bbox.width:
        return
    size = legend.get_texts()[0].get_fontsize()
    words = [text.get_text() for text in legend.get_texts()]
    ax.legend(list(filter(None, legend.legend_handles)), words, fontsize=size)


def _break_lines(ax: Axes) -> None:
    """Break the titles and the labels of a panel, and the words in it, where they have too little room."""
    from matplotlib.text import Text

    width, height = ax.figure.bbox.size
    box = ax.bbox
    end = min((other.bbox.x0 for other in ax.figure.axes if other.bbox.x0 > box.x1), default=width)
    for title in ax.get_children():
        if isinstance(title, Text) and title not in ax.texts:
            _fit(title, end - box.x0)
    middle, centre = (box.y0 + box.y1) / 2, (box.x0 + box.x1) / 2
    _fit(ax.xaxis.label, 2 * min(centre, width - centre))
    _fit(ax.yaxis.label, 2 * min(middle, height - middle))
    boxes: list[Bbox] = []
    for text in sorted((t for t in ax.texts if t.get_text()), key=lambda t: -t.get_window_extent().x0):
        own = text.get_window_extent()
        right = [other.x0 - own.x0 for other in boxes if own.overlaps(other)]
        if right and min(right) > own.width / 3:
            _fit(text, min(right))
        boxes.append(own)


def _fit(text: Text, room: float) -> None:
    """Break a text into lines that are not longer than the room, in pixels."""
    box, lines = text.get_window_extent(), text.get_text().split("\n")
    if (long := max(box.width, box.height)) > _SPARE * room:
        width = int(max(map(len, lines)) * _SPARE * room / long)
        text.set_text(textwrap.fill(" ".join(lines), max(width, 1), break_long_words=False))
