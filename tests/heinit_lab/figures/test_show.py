"""Figures are shown with words, in one style."""

from __future__ import annotations

import matplotlib
import pytest
from IPython.utils.capture import capture_output

from heinit_lab.figures.show import figure, picture, show
from heinit_lab.figures.style import COLOURS


def test_a_figure_is_an_image_with_alt_text_that_notebooks_keep(shell):
    fig, ax = figure()
    ax.plot([1, 2])
    with capture_output() as captured:
        show(fig, alt='A line from 1 to 2, "rising".')
    data = captured.outputs[0].data
    assert 'alt="A line from 1 to 2, &quot;rising&quot;."' in data["text/html"]
    assert 'width="600"' in data["text/html"]
    assert data["text/plain"] == '[figure: A line from 1 to 2, "rising".]'


def test_a_figure_without_words_is_refused():
    fig, _ = figure()
    with pytest.raises(ValueError, match="needs a sentence"):
        show(fig, alt=" ")


def test_figures_are_not_kept_by_pyplot():
    import matplotlib.pyplot as plt

    figure()
    assert plt.get_fignums() == []
    assert picture(figure()[0]).startswith(b"\x89PNG")


def test_the_courses_style_is_on_and_lines_differ_by_more_than_colour():
    figure()  # from the first figure on
    cycle = list(matplotlib.rcParams["axes.prop_cycle"])
    assert cycle[0]["color"].upper() == COLOURS["he"]
    assert len({style["marker"] for style in cycle}) == len(cycle)
