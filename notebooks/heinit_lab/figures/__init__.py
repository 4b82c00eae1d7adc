"""The course's figures: one style, colours with a meaning, and `show`, which gives alt text.

Importing this folder makes the style the default of new figures. `show` makes and shows figures, `marks` is
what many figures draw, `style` the colours, `numbers` how a number is written.
"""

from heinit_lab.figures.style import use_style

use_style()
