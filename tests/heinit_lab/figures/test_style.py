"""The words of figures can be read."""

from __future__ import annotations

import nbformat
import numpy as np
import pytest
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from autograder.lessons import Lesson, lessons
from autograder.lessons.compose import solve
from autograder.solver.session import Session

CONTRAST = 4.5  # of small words, WCAG 2.2, success criterion 1.4.3


def luminance(rgb: np.ndarray) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


def contrast(words: Text, paper: np.ndarray) -> float:
    *rgb, alpha = to_rgba(words.get_color())
    seen = np.array(rgb) * alpha + paper * (1 - alpha)
    return (luminance(paper) + 0.05) / (luminance(seen) + 0.05)


@pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.name)
def test_the_words_of_every_figure_of_a_lesson_stand_out_from_its_paper(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    faint: dict[str, float] = {}
    drawn = []
    draw = FigureCanvasBase.print_figure

    def look(self, *args, **kwargs):
        drawn.append(self.figure)
        paper = np.array(to_rgba(self.figure.get_facecolor())[:3])
        for words in self.figure.findobj(Text):
            if words.get_visible() and words.get_text().strip() and contrast(words, paper) < CONTRAST:
                faint[words.get_text()] = contrast(words, paper)
        return draw(self, *args, **kwargs)

    monkeypatch.setattr(FigureCanvasBase, "print_figure", look)
    session = Session()
    for cell in solve(nbformat.read(lesson.path, 4), lesson.solutions).cells:
        if cell.cell_type == "code":
            assert not [o for o in session.run(cell.source) if o["output_type"] == "error"]
    assert drawn
    assert faint == {}
