"""Lesson 2: its explorers, at every stop."""

from __future__ import annotations

import pytest

from heinit_lab.explorers.variance_derivation import depth_explorer, gain_explorer, signal_explorer
from heinit_solutions.variance_derivation import gain


def test_the_slider_of_the_hook_starts_at_the_guess():
    for guess, start, words in (None, 1.0, ""), (2.74, 2.7, " Your guess was c = 2.74."), (-5, 0.8, " Your"):
        explorer = signal_explorer(guess, networks=2, n=8)
        assert explorer.start == {"c": start}
        assert explorer.frame().words.partition("fades.")[2].startswith(words)
        assert ("guess" in explorer.frame().words) == (guess is not None)


@pytest.mark.parametrize("make", [signal_explorer, depth_explorer, lambda: gain_explorer(gain)])
def test_every_stop_of_every_slider_has_a_picture_and_words_and_leaves_the_axes(make):
    explorer = make()
    first = explorer.frame()
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes]
    for slider in explorer.sliders:
        for value in slider.values:
            frame = explorer.frame(**{slider.name: value})
            assert str(value) in frame.words
            assert "nan" not in frame.words
            assert len(frame.png) > 1000
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes] == limits
    assert explorer.frame().words == first.words


def test_the_gain_explorer_is_driven_by_the_students_gain_and_until_then_by_the_lessons_own():
    def stub(name, a=0.0):
        raise NotImplementedError()

    waiting = gain_explorer(stub)
    assert waiting.powered_by == ("gain",)
    assert waiting.frame().words.startswith("relu: the c is 2. ")
    assert waiting.frame().words.endswith("the lesson's own `gain` draws this.")
    wrong = {"relu": 0.0, "tanh": -1.0, "abs": 1e6, "gelu": float("inf")}
    explorer = gain_explorer(lambda name, a=0.0: wrong[name])
    for name in wrong:
        assert "your c is" in explorer.frame(name=name).words
