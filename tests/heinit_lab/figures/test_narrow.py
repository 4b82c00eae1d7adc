"""A figure laid out for a telephone can be read there, and keeps all that it says."""

from __future__ import annotations

import io
import re

import matplotlib

from heinit_lab.figures.marks import below, note
from heinit_lab.figures.narrow import PHONE, WIDTH, narrow, smallest, texts
from heinit_lab.figures.show import figure


def overlapping(boxes):
    return [(a, b) for k, a in enumerate(boxes) for b in boxes[:k] if a.overlaps(b)]


def test_letters_are_large_enough_down_to_the_exponents():
    fig, ax = figure(7.4, 3.5)
    ax.plot([1, 2, 3], [1, 1e-9, 1e9])
    ax.set(yscale="log", title="A title that is much longer than the few inches of a narrow figure hold")
    note(ax, 0.1, 0.5, "small words", inside=True, fontsize=5)
    before = {text.get_text() for text in texts(fig)}
    narrow(fig)
    assert fig.get_figwidth() == WIDTH
    assert smallest(fig) > 9 - 1e-9
    assert before <= {" ".join(text.get_text().split()) for text in texts(fig)}
    svg = io.StringIO()
    with matplotlib.rc_context({"svg.fonttype": "none"}):
        fig.savefig(svg, format="svg")
    wide = float(re.search(r'width="([\d.]+)pt"', svg.getvalue())[1])
    sizes = [
        float(size) * PHONE / wide
        for size in re.findall(r"font(?:-size)?: (?:\w+ )*?([\d.]+)px", svg.getvalue())
    ]
    assert len(sizes) > 5
    assert min(sizes) > 9 - 0.01, "as the picture has them"


def test_panels_that_stood_side_by_side_stand_under_each_other_with_what_the_first_showed_for_all():
    for count, columns in ((2, 1), (3, 1), (4, 2)):
        fig, axes = figure(7.4, 2.8, ncols=count, sharey=True)
        axes[0].set_ylabel("second moment")
        narrow(fig)
        fig.draw_without_rendering()
        assert len({round(ax.bbox.x0) for ax in axes}) == columns
        assert all(ax.get_ylabel() == "second moment" for ax in axes[::columns])
        assert all(any(label.get_visible() for label in ax.get_yticklabels()) for ax in axes[::columns])
        assert not overlapping([ax.bbox for ax in axes])


def test_what_would_meet_is_broken_or_turned():
    ticks, noted = figure(7.2, 3.5), figure(7.2, 3.5)
    ticks[1].set_xticks([0, 1, 2, 3], ["vanishing signal", "exploding signal", "dead units", "loud scores"])
    ticks[1].set_yticks(
        range(9), [f"label {k} takes more than half of the width of a page" for k in range(9)]
    )
    noted[1].set(
        title="One title, and then a second part of it that has no room on the line", xlabel="x " * 50
    )
    for k, words in enumerate(("the first of the two notes", "the second of the two notes")):
        note(noted[1], 0.05 + 0.4 * k, 0.9, words, inside=True)
        noted[1].plot([k], [k], label=f"entry {k} of this legend, of some length")
    noted[1].legend(ncols=2)
    for fig, ax in (ticks, noted):
        narrow(fig)
        fig.draw_without_rendering()
        for labels in (ax.get_xticklabels(), ax.get_yticklabels(), ax.texts):
            assert not overlapping([label.get_window_extent() for label in labels])
        drawn = fig.get_tightbbox()
        assert -0.02 <= drawn.x0 <= drawn.x1 <= WIDTH + 0.02


def test_a_sentence_below_a_figure_stays_within_its_width():
    for width in (6.4, 7.2):
        fig, _ = figure(width, 3)
        below(fig, "Until `yours` is solved, the lesson's own draws this, as it does in each figure. " * 3)
        fig.draw_without_rendering()
        drawn = fig.get_tightbbox()
        assert 0 <= drawn.x0 <= drawn.x1 <= width
