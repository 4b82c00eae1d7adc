"""What the lessons import: checks, random networks, figures, explorers, and the digits they train on.

Importing it needs NumPy alone: Matplotlib, IPython and ipywidgets are imported where something is drawn or
shown, and the first figure gives all later ones the course's style. It holds no hidden checks and no answers,
though lesson 5 asks students to write much of `networks` again, by themselves.
"""

from heinit_lab.checking import check
from heinit_lab.figures.show import figure, show
from heinit_lab.progress import progress

__version__ = "0.2.0"
__all__ = ["check", "figure", "progress", "show"]
