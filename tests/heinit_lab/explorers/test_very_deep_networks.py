"""The explorers of lesson 5: depth and gradient, and the live race."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from heinit_lab.explorers.very_deep_networks import LiveRace, depth_explorer, race_explorer
from heinit_solutions import very_deep_networks as answers


def test_the_depth_explorer_tells_the_factor_and_the_lessons_own_functions_draw_what_is_unsolved():
    explorer = depth_explorer(answers.init_network, answers.forward_moments, answers.backward, 0.3)
    assert "3.7 × 10⁻⁹" in explorer.frame(c=1.0, depth=28).words
    assert "On average 1 of what went in" in explorer.frame(c=2.0, depth=60).words
    assert "On average 0.046" in explorer.frame(c=1.9, depth=60).words
    assert explorer.powered_by == ["init_network", "forward_moments", "backward"]
    assert any("your guess for c = 1.9: 0.3" in text.get_text() for text in explorer.fig.axes[0].texts)

    def stub(*args):
        raise NotImplementedError()

    half = depth_explorer(answers.init_network, answers.forward_moments, stub)
    assert (
        half.frame().words == f"{explorer.frame().words} Until yours is solved, the lesson's own "
        "`backward` draws this."
    )


def test_no_slider_of_the_depth_explorer_draws_a_network():
    drawn = []

    def counted(*args):
        drawn.append(args)
        return answers.init_network(*args)

    explorer = depth_explorer(counted, answers.forward_moments, answers.backward)
    explorer.frame()
    before = len(drawn)
    for slider in explorer.sliders:
        for value in slider.values:
            explorer.frame(**{slider.name: value})
    assert len(drawn) == before > 0


def test_a_live_race_can_be_stopped_by_its_button_and_says_where():
    live = race_explorer()
    assert isinstance(live, LiveRace)
    live._widget(live.frame())
    live._widgets["start"].click()
    live.stop()
    live.begin(depth=5, epochs=10**6)
    while live.epochs_run < 3:
        assert live.running
        time.sleep(0.01)  # or this thread takes the processor from the race
    assert live._widgets["start"].disabled
    live._widgets["stop"].click()
    live.wait(60)
    assert not live.running
    assert 3 <= live.epochs_run < 10**6
    assert "stopped" in live._words
    assert not live._widgets["start"].disabled
    assert live._widgets["progress"].value == live.epochs_run


def test_where_python_has_no_threads_a_race_runs_in_the_loop_and_can_be_stopped(monkeypatch):
    """As in a browser, where starting a thread raises."""

    def no_threads(_):
        raise RuntimeError("can't start new thread")

    live = race_explorer()
    live._widget(live.frame())

    async def pressed():
        live.begin(depth=5, epochs=200)
        while live.epochs_run < 2:
            assert live.running
            await asyncio.sleep(0)
        live._widgets["stop"].click()
        while live.running:
            await asyncio.sleep(0)

    # in a thread of its own, begun before there can be no more: this one may have a loop that runs
    with ThreadPoolExecutor(1) as apart:
        apart.submit(int).result()
        monkeypatch.setattr(threading.Thread, "start", no_threads)
        apart.submit(asyncio.run, pressed()).result()
    assert 2 <= live.epochs_run < 200
    assert "stopped" in live._words
    assert not live._widgets["start"].disabled


def test_a_live_race_runs_to_its_end_and_tells_both_results():
    live = race_explorer()
    live.begin(depth=5, c=1.0, epochs=3, helper="Adam")
    live.wait(60)
    assert live.epochs_run == 3
    assert "done" in live._words
    assert "c = 1 names" in live._words
    assert "epoch 3 of 3" in live.frame().words
