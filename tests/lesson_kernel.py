"""What runs in the kernel of a lesson under test: fewer frames, and a look at the words of every figure."""

from __future__ import annotations

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
from matplotlib.text import Text

from autograder.site import frames
from heinit_lab import race
from heinit_lab.explorers import Slider
from heinit_lab.figures import show
from heinit_lab.race import Epoch

NARROW_OF = 5  # figures, one has a narrow form where most are left out
EPOCHS = 3
DPI = 50
CONTRAST = 4.5  # of small words, WCAG 2.2, success criterion 1.4.3


def record(notes: str, few: bool) -> None:
    """Record as a site's lessons do, and note the contrasts. few: see `leave_out_most`."""
    if few:
        leave_out_most()
    frames.record()
    note_contrasts(Path(notes) / f"figures-{os.getpid()}.json")


def leave_out_most() -> None:
    """Leave out most frames of each explorer, most epochs of a race, and the narrow form of most figures.

    A wide figure is coarse, and not laid out, which takes longer than to draw it.
    """
    table, narrowed, figures = frames._table, frames.narrow_picture, count()
    frames._table = lambda title, explorer, sliders, frame: table(
        title, explorer, [*map(shorter, sliders)], frame
    )
    frames.narrow_picture = lambda fig: None if next(figures) % NARROW_OF else narrowed(fig)
    race.train = partial(standing_still, race.train)
    show.picture = partial(coarse, show.picture)


def standing_still(
    train: Callable[..., Iterator[Epoch]], depth: int, c: Any, seed: int = 0, epochs: int = 30, **options: Any
) -> Iterator[Epoch]:
    """A training that stands still after the first epochs."""
    trained = list(islice(train(depth, c, seed, epochs, **options), EPOCHS))
    yield from trained
    yield from repeat(trained[-1], epochs - len(trained))


def coarse(picture: Callable[..., bytes], fig: Figure) -> bytes:
    fig.set_layout_engine("none")
    return picture(fig, DPI)


def shorter(slider: Slider) -> Slider:
    """A slider with the start and its neighbour alone."""
    start = list(slider.values).index(slider.start)
    return replace(slider, values=slider.values[max(start - 1, 0) :][:2])


def note_contrasts(notes: Path) -> None:
    """Keep in `notes` how many figures were drawn, and which words hardly show, with their contrast."""
    figures, faint = 0, {}
    draw = FigureCanvasBase.print_figure

    def look(self, *args, **kwargs):
        nonlocal figures
        figures += 1
        paper = np.array(to_rgba(self.figure.get_facecolor())[:3])
        for words in self.figure.findobj(Text):
            if words.get_visible() and words.get_text().strip() and contrast(words, paper) < CONTRAST:
                faint[words.get_text()] = contrast(words, paper)
        notes.write_text(json.dumps({"figures": figures, "faint": faint}), encoding="utf-8")
        return draw(self, *args, **kwargs)

    FigureCanvasBase.print_figure = look


def contrast(words: Text, paper: np.ndarray) -> float:
    *rgb, alpha = to_rgba(words.get_color())
    seen = np.array(rgb) * alpha + paper * (1 - alpha)
    return (luminance(paper) + 0.05) / (luminance(seen) + 0.05)


def luminance(rgb: np.ndarray) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
