"""What runs in the kernel of a lesson under test: few pictures, and a look at the words of every figure."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count, islice, repeat
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.mathtext import MathTextParser
from matplotlib.text import Text
from PIL import Image

from autograder.site import frames
from heinit_lab import race
from heinit_lab.explorers import Slider
from heinit_lab.figures import show
from heinit_lab.race import Epoch

DRAWN_OF = 5  # figures of a lesson, one is drawn where most are left out
NARROW_OF = 10  # figures, one has a narrow form
EPOCHS = 1
DPI = 50
CONTRAST = 4.5  # of small words, WCAG 2.2, success criterion 1.4.3


def record(notes: str, few: bool) -> None:
    """Record as a site's lessons do, and keep what `Words` finds. few: see `leave_out_most`."""
    words = Words(Path(notes) / f"figures-{os.getpid()}.json")
    if few:
        leave_out_most(words)
    frames.record()
    print_figure = FigureCanvasBase.print_figure

    def look(self: FigureCanvasBase, *args: Any, **kwargs: Any) -> Any:
        words.look(self.figure)
        return print_figure(self, *args, **kwargs)

    FigureCanvasBase.print_figure = look


class Words:
    """The words of figures: how many figures were looked at, and which words hardly show.

    Words whose mathematics cannot be read end the cell with an error.
    """

    def __init__(self, notes: Path) -> None:
        self.notes, self.figures, self.faint = notes, 0, dict[str, float]()

    def look(self, fig: Figure) -> None:
        self.figures += 1
        paper = np.array(to_rgba(fig.get_facecolor())[:3])
        for words in fig.findobj(Text):
            if words.get_visible() and words.get_text().strip():
                if words._preprocess_math(words.get_text())[1]:
                    MathTextParser("agg").parse(words.get_text(), DPI, words.get_fontproperties())
                if contrast(words, paper) < CONTRAST:
                    self.faint[words.get_text()] = contrast(words, paper)
        self.notes.write_text(json.dumps({"figures": self.figures, "faint": self.faint}), encoding="utf-8")


def leave_out_most(words: Words) -> None:
    """Draw the first explorer and a fifth of the figures, coarsely and with few narrow forms; few epochs.

    What is not drawn is made and looked at all the same: the text that a reader gets is there.
    A wide figure is not laid out, which takes longer than to draw it.
    """
    table, narrowed, picture = frames._table, frames.narrow_picture, show.picture
    explorers, figures, forms = count(), count(), count()

    def shorter_table(title: str, explorer: Any, sliders: Any, frame: Any) -> dict[str, Any]:
        undrawn = next(explorers) > 0
        if undrawn:
            explorer._draw = partial(blank, explorer.fig, count())
        made = table(title, explorer, [*map(shorter, sliders)], frame)
        if undrawn:
            made["narrow"]["smallest"] = None
        return made

    def coarse(fig: Figure, dpi: float | None = None) -> bytes:
        if next(figures) % DRAWN_OF:
            words.look(fig)
            return blank(fig, repeat(0))
        fig.set_layout_engine("none")
        return picture(fig, DPI)

    frames._table, show.picture = shorter_table, coarse
    frames.narrow_picture = lambda fig: None if next(forms) % NARROW_OF else narrowed(fig)
    race.train = partial(standing_still, race.train)


def standing_still(
    train: Callable[..., Iterator[Epoch]], depth: int, c: Any, seed: int = 0, epochs: int = 30, **options: Any
) -> Iterator[Epoch]:
    """A training that stands still after the first epoch."""
    trained = list(islice(train(depth, c, seed, epochs, **options), EPOCHS))
    yield from trained
    yield from repeat(trained[-1], epochs - len(trained))


def blank(fig: Figure, shades: Iterator[int]) -> bytes:
    """A picture of the figure's form in which nothing is drawn, in the next shade."""
    width, height = (round(10 * inches) for inches in fig.get_size_inches())
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), (next(shades), 0, 0)).save(buffer, "png")
    return buffer.getvalue()


def shorter(slider: Slider) -> Slider:
    """A slider with the start and its neighbour alone."""
    start = list(slider.values).index(slider.start)
    return replace(slider, values=slider.values[max(start - 1, 0) :][:2])


def contrast(words: Text, paper: np.ndarray) -> float:
    *rgb, alpha = to_rgba(words.get_color())
    seen = np.array(rgb) * alpha + paper * (1 - alpha)
    return (luminance(paper) + 0.05) / (luminance(seen) + 0.05)


def luminance(rgb: np.ndarray) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
