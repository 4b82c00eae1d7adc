"""Frames are what the sliders of a notebook would show, one for every product of stops."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from PIL import Image

from autograder.site.frames import COLOURS, MOST, RACE_SLIDERS, frames, race_frames
from autograder.site.pictures import webp
from heinit_lab.explorers import Explorer, Slider
from heinit_lab.explorers.relu_half_killing import half_explorer
from heinit_lab.explorers.very_deep_networks import depth_explorer, race_explorer
from heinit_lab.explorers.worked_examples import weights_explorer
from heinit_lab.figures.show import figure
from heinit_solutions import relu_half_killing as first
from heinit_solutions import very_deep_networks as last
from heinit_solutions import worked_examples as third


def explorer(stops: int = 3) -> Explorer:
    fig, ax = figure(2, 1)
    (line,) = ax.plot([0, 1], [0, 0])

    def update(a: int, b: str) -> str:
        line.set_ydata([a, ord(b)])
        return f"{a} and {b}"

    sliders = [Slider("a", "A", range(stops), 1), Slider("b", "B", "xyz", "z", "<{}>")]
    return Explorer("Two sliders", fig, update, [line], sliders)


def picture(frame: dict[str, str]) -> bytes:
    return base64.b64decode(frame["picture"])


def test_there_is_a_frame_for_every_product_in_the_order_of_the_sliders():
    made = frames(explorer())
    assert [f["words"] for f in made["frames"]] == [f"{a} and {b}" for a, b in product(range(3), "xyz")]
    assert [s["stops"] for s in made["sliders"]] == [["0", "1", "2"], ["<x>", "<y>", "<z>"]]
    assert [s["start"] for s in made["sliders"]] == [1, 2]
    assert made["size"] == (200, 100)


def test_a_frame_is_the_notebooks_picture_in_few_colours():
    made, one, narrow = frames(explorer()), explorer(), explorer()
    narrow.narrow()
    for frame, (a, b) in zip(made["frames"], product(range(3), "xyz"), strict=True):
        drawn = one.frame(a=a, b=b).png
        assert base64.b64decode(frame["narrow"]) == webp(narrow.frame(a=a, b=b).png, COLOURS)
        assert picture(frame) == webp(drawn, COLOURS)
        ours, theirs = (
            np.asarray(Image.open(io.BytesIO(content)).convert("RGB"), dtype=int)
            for content in (picture(frame), drawn)
        )
        assert ours.shape == theirs.shape
        assert np.abs(ours - theirs).mean() < 1
        assert (ours[0, 0] == theirs[0, 0]).all()  # the paper keeps its colour
    assert made["narrow"]["size"][0] == 420


def test_too_many_pictures_are_refused_with_what_to_do():
    with pytest.raises(ValueError, match="fewer page_values"):
        frames(explorer(stops=MOST))


def test_the_stops_of_a_page_are_some_of_the_sliders_own_and_its_start_is_among_them():
    explorers = (
        half_explorer(first.relu, first.zero_share, first.energy_kept),
        weights_explorer(third.he_normal),
        depth_explorer(last.init_network, last.forward_moments, last.backward),
    )
    for drawn in explorers:
        fewer = [slider for slider in drawn.sliders if slider.page_values is not None]
        assert fewer, drawn.title
        for slider in fewer:
            assert set(slider.page_values) < set(slider.values)
            assert slider.start in slider.page_values


def test_a_page_keeps_the_page_values_of_a_slider():
    drawn = explorer(stops=MOST)
    drawn.sliders = (replace(drawn.sliders[0], page_values=(0, 1)), *drawn.sliders[1:])
    assert len(frames(drawn)["frames"]) == 2 * 3


def test_the_race_is_told_epoch_by_epoch(monkeypatch):
    fewer = [Slider(s.name, s.label, s.values[:2], s.values[0], s.form) for s in RACE_SLIDERS]
    monkeypatch.setattr("autograder.site.frames.RACE_SLIDERS", [Slider("depth", "L", (5,), 5), *fewer[1:]])
    made = race_frames(race_explorer())
    told = [f["words"] for f in made["frames"]]
    assert len(told) == 4
    assert all(words.startswith("5 layers, plain SGD, epoch ") for words in told)
    assert ["epoch 1 of 30" in words for words in told] == [True, False, True, False]
    assert "press" not in " ".join(told).lower()
    assert "JupyterLab" in made["note"]
