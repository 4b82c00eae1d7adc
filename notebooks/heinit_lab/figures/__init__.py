"""The course's figures: one style, colours with a meaning, and `show`, which gives alt text.

Importing this module makes the style the default of new figures.
"""

from heinit_lab.figures.marks import band, guess_level, histogram, label_left, label_line, level, note, theory
from heinit_lab.figures.numbers import number, percent
from heinit_lab.figures.show import Plot, figure, image, picture, show, size
from heinit_lab.figures.style import COLOURS, PAPER, RULES, in_words, use_style

__all__ = [
    "COLOURS",
    "PAPER",
    "RULES",
    "Plot",
    "band",
    "figure",
    "guess_level",
    "histogram",
    "image",
    "in_words",
    "label_left",
    "label_line",
    "level",
    "note",
    "number",
    "percent",
    "picture",
    "show",
    "size",
    "theory",
    "use_style",
]

use_style()
