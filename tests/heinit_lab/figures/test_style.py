"""The colours of figures."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from heinit_lab.figures.style import COLOURS, use_style

FILLS = {"off", "warm", "sky"}  # no words are written in these


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


@pytest.mark.parametrize("name", sorted(COLOURS.keys() - FILLS))
def test_small_words_can_be_read_on_a_figures_paper(name: str) -> None:
    with matplotlib.rc_context():
        use_style()
        paper = luminance("#" + matplotlib.rcParams["figure.facecolor"].lstrip("#"))
    assert (paper + 0.05) / (luminance(COLOURS[name]) + 0.05) >= 4.5
