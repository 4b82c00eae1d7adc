"""The course's figures: one style, colours with a meaning, and `show`, which gives alt text.

Importing this module makes the style the default of new figures.
"""

from heinit_lab.figures.numbers import power_of_ten
from heinit_lab.figures.show import figure, image, picture, show, size
from heinit_lab.figures.style import COLOURS, in_words, label_left, label_line, use_style

__all__ = [
    "COLOURS",
    "figure",
    "image",
    "in_words",
    "label_left",
    "label_line",
    "picture",
    "power_of_ten",
    "show",
    "size",
    "use_style",
]

use_style()
