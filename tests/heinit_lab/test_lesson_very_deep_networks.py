"""Lesson 5: its races and measurements; the numbers of its text are held by tests/autograder/claims."""

from __future__ import annotations

import io
import json
import re
from math import log, sqrt

import nbformat
import numpy as np
import pytest
from matplotlib.text import Text
from rich.console import Console

from autograder.lessons import lesson
from autograder.lessons.compose import solve
from benchmarks.replication import SEEDS, keep, settings, table
from heinit_lab.digits import digits, images
from heinit_lab.experiments import very_deep_networks as experiments
from heinit_lab.figures.show import picture
from heinit_lab.networks import draw, forward, moments
from heinit_lab.plots import very_deep_networks as plots
from heinit_lab.race import race, sizes, stored
from heinit_solutions import very_deep_networks as answers
from tests.tools import FULL

LESSON = lesson("5-very-deep-networks")
KEPT = stored()
DEPTHS = (5, 8, 10, 12, 15, 20, 25, 30)
NAMES = {1.0: "xavier", 2.0: "he"}


@pytest.fixture(scope="module")
def prose() -> dict[str, str]:
    """The text cells by id."""
    cells = nbformat.read(LESSON.path, 4).cells
    return {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}


def test_the_digits_are_split_centred_and_scaled_once_and_for_all():
    data = digits()
    pixels, labels = images()
    assert (pixels.shape, int(pixels.max()), len(labels)) == ((1797, 8, 8), 16, 1797)
    assert (data.train.shape, data.test.shape, data.train.dtype) == ((1437, 64), (360, 64), np.float32)
    assert np.mean(data.train.astype(float) ** 2) == pytest.approx(1, abs=1e-6)
    assert np.abs(data.train.mean(axis=0)).max() < 1e-6
    assert np.bincount(data.test_labels).max() / 360 < 0.2
    with pytest.raises(ValueError, match="read-only"):
        data.train[0, 0] = 1


@pytest.mark.parametrize(
    "name",
    ["he 5", "xavier 10", *(["he 30", "xavier 30", "he 30, batch norm", "he 30, uniform"] if FULL else ())],
)
def test_a_kept_race_runs_again_as_it_was_kept(name):
    setting = next(s for s in settings() if s.name == name)
    run = setting.run(SEEDS[3])
    assert run.share == pytest.approx(KEPT[name]["share"][3], abs=0.08)
    assert run.losses[-1] == pytest.approx(KEPT[name]["loss"][3], abs=0.15)


def test_adam_trains_xaviers_network_on_any_processor(prose):
    # its losses have spikes, and where they fall depends on rounding: only the way down is certain
    run = next(s for s in settings() if s.name == "xavier 30, Adam").run(SEEDS[3])
    assert min(run.losses) < 0.5
    assert "spikes" in prose["read-adam"]


def test_every_setting_is_kept_with_ten_seeds():
    assert {s.name for s in settings()} == set(KEPT)
    assert all(len(kept["share"]) == 10 for kept in KEPT.values())


def test_the_table_of_the_replication_has_a_line_for_every_setting_and_counts_what_overflowed():
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(table(KEPT))
    lines = {line[:28].strip(): line[28:].split() for line in console.export_text().splitlines() if line}
    assert set(KEPT) < set(lines)
    assert lines["he 30"][:4] == ["0.90", "0.94", "0.96", "0"]
    assert lines["c 3, 30"][3:] == ["10", "(10", "overflow)", "never"]
    assert "(3 overflow)" in " ".join(lines["he 30, rate 0.05"])


def test_a_layers_factor_has_mean_1_and_second_moment_1_plus_5_over_n():
    factors = experiments.carried(64, 1, networks=200_000)[:, 1]
    assert factors.mean() == pytest.approx(1, abs=5 * sqrt(5 / 64 / 200_000))
    assert np.mean(factors**2) == pytest.approx(1 + 5 / 64, abs=0.005)


def test_signal_without_matrices_is_distributed_as_with_them():
    quick = np.log(experiments.carried(32, 10, networks=4000)[:, -1])
    slow = []
    for seed in range(400):
        Ws = answers.init_network([32] * 11, 2, np.random.default_rng(seed))
        q = answers.forward_moments(np.ones((1, 32)), Ws)
        slow.append(log(q[-1] / q[0]))
    error = np.std(slow) / sqrt(len(slow))
    assert np.mean(slow) == pytest.approx(quick.mean(), abs=5 * error)
    assert np.std(slow) == pytest.approx(quick.std(), rel=0.2)


def test_an_orthogonal_layers_factor_has_variance_3_over_n_plus_2_and_none_without_relu():
    factors = experiments.carried(16, 1, networks=100_000, orthogonal=True)[:, 1]
    assert factors.mean() == pytest.approx(1, abs=5 * sqrt(3 / 18 / 100_000))
    assert factors.var() == pytest.approx(3 / 18, rel=0.03)
    rng = np.random.default_rng(0)
    hs = forward(np.ones((200, 1, 16)), draw([16] * 9, 2, rng, networks=200, law="orthogonal"))[1]
    drawn, quick = np.log(moments(hs)[:, -1]), np.log(experiments.carried(16, 8, orthogonal=True)[:, -1])
    assert drawn.mean() == pytest.approx(quick.mean(), abs=5 * quick.std() / sqrt(200))
    assert drawn.std() == pytest.approx(quick.std(), rel=0.25)
    assert np.all(experiments.carried(16, 8, networks=3, linear=True, orthogonal=True) == 1)
    linear = experiments.carried(16, 1, networks=100_000, linear=True)[:, 1]
    assert (linear.mean(), linear.var()) == pytest.approx((1, 2 / 16), rel=0.03)


def test_constant_biases_do_to_the_second_moment_what_the_map_of_wide_layers_says():
    for c, bias in ((2.0, 0.0), (2.0, -0.1), (1.0, 0.3)):
        measured, wide = experiments.biased(c, bias, width=2000, depth=6, networks=40)
        assert measured.mean(axis=0) == pytest.approx(wide, rel=0.05)
        Ws = draw([300] * 7, c, np.random.default_rng(0), networks=20)
        hs = forward(np.ones((20, 1, 300)), Ws, biases=[bias] * 6)[1]
        assert moments(hs).mean(axis=0) == pytest.approx(wide, rel=0.25)
    small = experiments.biased(2.0, 0.01)[1]
    assert small[1] - 1 == pytest.approx(0.01 * sqrt(4 / np.pi), rel=0.02)


def test_pairs_of_races_that_differ_in_their_weights_share_the_order_of_the_batches():
    drawn = list(draw(sizes(5), 2, np.random.default_rng(0)))
    assert race(5, weights=drawn, epochs=1) == race(5, epochs=1)


def test_what_is_kept_of_some_settings_leaves_the_others_as_they_were(tmp_path):
    path = tmp_path / "races.json"
    path.write_text('{"he 30": 1, "he 5": 2}')
    keep(path, {"he 5": {"share": 3}})
    assert json.loads(path.read_text()) == {"he 5": {"share": 3}, "he 30": 1}


def test_calibrated_xavier_catches_up_with_he():
    run, runner = experiments.calibrated_race(answers.init_network, answers.calibrate, seed=0)
    assert run.share > 0.85
    assert runner == ""
    _, words = plots.lanes({"Xavier, calibrated": "xavier 30, calibrated"}, {"Xavier, calibrated": run})
    assert words.endswith(f", the run just made {run.share:.2f}.")


def stub(*args):
    raise NotImplementedError()


def test_the_lessons_own_functions_draw_what_the_students_do_not_yet():
    own_race, runner = experiments.calibrated_race(stub, stub, seed=0)
    assert own_race.share > 0.85
    assert runner.endswith("the lesson's own `init_network` and `calibrate` draw this.")
    few = {"depth": 3, "width": 8, "networks": 4}
    q, makers = experiments.own_spread(answers.init_network, stub, **few)
    assert (q.shape, q[:, 0].tolist()) == ((4, 4), [1.0] * 4)
    assert "own `forward_moments`" in makers
    mine, makers = experiments.own_spread(answers.init_network, answers.forward_moments, **few)
    assert mine == pytest.approx(q)
    assert makers == ""


def test_a_wrong_count_of_inputs_is_what_the_figure_of_convolutions_draws(monkeypatch):
    monkeypatch.setattr(experiments, "conv_moments", lambda fan, padding: fan)
    for count, fan in ((answers.conv_fan_in, 144), (lambda shape: shape[1] * shape[2], 48), (stub, 144)):
        measured, words = experiments.conv_stacks(count)
        assert list(measured) == [f"your count, 2/{fan}", "channels alone, 2/16"]
        assert bool(words) == (count is stub)
    assert list(experiments.conv_stacks(lambda shape: 0)[0]) == ["your count, 2/144", "channels alone, 2/16"]


def test_the_lessons_own_gradient_and_scales_are_those_of_the_answers():
    rng = np.random.default_rng(0)
    Ws = experiments.network_driver(stub).function([5, 7, 6], 2, rng)
    x, g = rng.standard_normal((9, 5)), rng.standard_normal(6)
    own = experiments.gradient_driver(stub).function(x[0], Ws, g)
    assert own == pytest.approx(answers.backward(x[0], Ws, g))
    scaled = experiments._own_calibrated(x, Ws)
    assert all(map(np.allclose, scaled, answers.calibrate(x, Ws)))


def test_a_convolution_is_one(prose):
    """Against the sum written out, for both paddings."""
    rng = np.random.default_rng(0)
    h, W = rng.standard_normal((2, 3, 5, 4)), rng.standard_normal((6, 3, 3, 3))
    for padding in ("zero", "circular"):
        got = experiments.convolve(h, W, padding)
        for o, i, j in ((0, 0, 0), (5, 4, 3), (2, 2, 1)):
            want = 0.0
            for a in range(3):
                for b in range(3):
                    y, x = i + a - 1, j + b - 1
                    if padding == "circular" or (0 <= y < 5 and 0 <= x < 4):
                        want += float(W[o, :, a, b] @ h[1, :, y % 5, x % 4])
            assert got[1, o, i, j] == pytest.approx(want)
    assert answers.conv_fan_in((8, 3, 5, 5)) == 75
    assert "75" in prose["ask-conv-fan-in"]


def test_backward_is_the_slope_of_forward():
    rng = np.random.default_rng(0)
    Ws = answers.init_network([7, 9, 8, 5], 2, rng)
    x, g, step = rng.standard_normal(7), rng.standard_normal(5), rng.standard_normal(7)

    def value(x: np.ndarray) -> float:
        for W in Ws:
            x = np.maximum(W @ x, 0)
        return float(g @ x)

    slope = (value(x + 1e-6 * step) - value(x - 1e-6 * step)) / 2e-6
    assert answers.backward(x, Ws, g) @ step == pytest.approx(slope, rel=1e-6)


def test_calibrated_networks_have_second_moment_1_in_every_layer():
    Ws = answers.init_network([64] * 30 + [10], 1, np.random.default_rng(0))
    x = digits().train[:256].astype(float)
    assert answers.forward_moments(x, answers.calibrate(x, Ws))[1:] == pytest.approx(1)


@pytest.mark.full
def test_every_figure_has_words_with_numbers_and_shows_the_guess_once_there_is_one():
    """By running the solved lesson's cells, without the live race; guesses are empty, then made."""
    cells = solve(nbformat.read(LESSON.path, 4), LESSON.solutions).cells
    guesses = {c.id: c.source for c in cells if c.id.startswith("guess")}
    assert len(guesses) == sum(c.source.count("**Predict") for c in cells if c.cell_type == "markdown") == 11
    drawn: dict[str, str] = {}
    space: dict = {}
    for cell in cells:
        if cell.cell_type != "code" or cell.source.startswith("from heinit_lab import"):
            continue
        exec(cell.source, space)
        space["show"] = lambda fig, alt, cell=cell.id: drawn.update({cell: alt})
        if cell.id in guesses:
            assert re.fullmatch(r"guess\w* = None  # .+", cell.source), cell.source
    assert len(drawn) == 18
    for cell, words in drawn.items():
        assert len(words) > 80, cell
        assert any(character.isdigit() for character in words), cell
        assert "our guess" not in words, cell
    lane = {"He": "he 30"}
    for guess in (-3, 1e30):
        figures = [
            plots.depth_race(guess),
            plots.signal_spread(np.ones((3, 4)), 3, guess),
            plots.convolutions({name: {"circular": np.ones((3, 11))} for name in "ab"}, guess),
        ]
        figures += [plots.scale_range(f"{guess}"), plots.lanes(lane, guess=f"{guess}")]
        figures += [plots.residual_blocks(np.ones((3, 31)), np.ones((3, 31)), f"{guess}")]
        for fig, words in figures:
            picture(fig, dpi=30)
            assert f"Your guess: {guess}" in words
            texts = [text.get_text() for text in fig.findobj(Text)]
            assert any("your guess" in text for text in texts), words
