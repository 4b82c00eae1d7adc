"""A picture under a slider: each position has its own picture and words."""

from __future__ import annotations

import io

import numpy as np
import pytest
from IPython.utils.capture import capture_output
from PIL import Image

from heinit_lab.drivers import Driver, fallbacks
from heinit_lab.explorers import Explorer, Slider
from heinit_lab.explorers.explorer import status
from heinit_lab.figures.show import figure, image


def bar(function=lambda height: height) -> Explorer:
    fig, ax = figure()
    ax.set(xlim=(0, 2), ylim=(0, 10))
    (line,) = ax.plot([1, 1], [0, 1])

    def update(height: int) -> str:
        line.set_ydata([0, function(height)])
        return f"The bar is {height} high."

    return Explorer("A bar", fig, update, [line], [Slider("height", "height", [1, 5, 9], 5)], ("answer",))


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


def test_a_frame_depends_on_the_slider_alone_and_not_on_the_way_there():
    explorer = bar()
    first = explorer.frame(height=9)
    explorer.frame(height=1)
    again = explorer.frame(height=9)
    assert first == again
    assert explorer.frame(height=1).png != first.png
    assert explorer.frame().words == "The bar is 5 high."


def test_what_does_not_move_stays_where_it_was():
    explorer = bar()
    low, high = pixels(explorer.frame(height=1).png), pixels(explorer.frame(height=9).png)
    changed = np.argwhere(low != high)
    width = low.shape[1]
    assert 0 < len(changed) < 0.05 * low.size
    assert changed[:, 1].min() > 0.3 * width
    assert changed[:, 1].max() < 0.7 * width


def test_in_a_notebook_it_gives_widgets_and_a_picture_for_pages_without_them(shell):
    with capture_output() as captured:
        bar()._ipython_display_()
    data = captured.outputs[0].data
    assert "application/vnd.jupyter.widget-view+json" in data
    assert 'alt="The bar is 5 high."' in data["text/html"]
    assert data["text/plain"] == "[A bar: The bar is 5 high.]"


def test_a_cell_that_runs_again_leaves_no_widgets_of_its_former_run(shell, monkeypatch):
    request = {"metadata": {"cellId": "one"}, "header": {"msg_id": "first"}}
    monkeypatch.setattr(shell, "get_parent", lambda: request, raising=False)
    boxes = []

    def show():
        explorer = bar()
        monkeypatch.setattr(
            explorer, "_box", lambda *args: boxes.append(Explorer._box(explorer, *args)) or boxes[-1]
        )
        with capture_output():
            explorer._ipython_display_()

    def are_open():
        return [[widget.comm is not None for widget in (box, *box.children)] for box in boxes]

    for cell, run, expected in (
        ("one", "first", [True]),
        ("one", "first", [True, True]),  # two in one cell
        ("two", "second", [True, True, True]),
        ("one", "third", [False, False, True, True]),
    ):
        request.update(metadata={"cellId": cell}, header={"msg_id": run})
        show()
        assert are_open() == [[is_open] * 5 for is_open in expected]


def test_moving_the_slider_changes_the_picture_and_the_words():
    explorer = bar()
    box = explorer._widget(explorer.frame())
    _, slider, image, words = box.children
    before = image.value
    slider.value = 9
    assert image.value != before
    assert "9 high" in words.value
    assert 'alt="The bar is 9 high."' in image.value


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (NotImplementedError(), "waiting for your `answer`."),
        (ValueError("bad shape"), "your `answer` raised"),
    ],
)
def test_an_unsolved_or_failing_exercise_is_told_kindly(shell, error, sentence):
    def answer(height):
        raise error

    with capture_output() as captured:
        bar(answer)._ipython_display_()
    assert sentence in captured.outputs[0].data["text/plain"]
    assert "drawn by your own `answer`." in captured.outputs[0].data["text/plain"]


def test_a_value_that_cannot_be_drawn_is_not_told_as_an_error_of_the_answer(shell):
    def answer(height):
        return "tall"

    with capture_output() as captured:
        bar(answer)._ipython_display_()
    sentence = captured.outputs[0].data["text/plain"]
    assert "cannot be drawn" in sentence
    assert "raised" not in sentence


def test_names_in_the_words_are_shown_as_code_and_heard_without_marks():
    assert "own <code>relu</code> and" in status("the lesson's own `relu` and")
    assert 'alt="the lesson&#x27;s own relu"' in image(b"", "the lesson's own `relu`", 640, 350)
    never = [Driver(name, print, solved=False) for name in ("relu", "zero_share", "energy_kept")]
    assert "own `relu`, `zero_share` and `energy_kept` draw this." in fallbacks(*never)
