"""Lesson 4: what its pictures claim; the numbers of its text are held by tests/autograder/claims."""

from __future__ import annotations

import itertools
import re

import nbformat
import numpy as np
import pytest
from matplotlib.axes import Axes

from autograder.lessons import lesson as find
from heinit_lab.experiments.xavier_comparison import Flow, flow, gains
from heinit_lab.explorers import xavier_comparison as explorers
from heinit_lab.explorers.explorer import Explorer
from heinit_lab.plots import xavier_comparison as plots
from heinit_solutions import xavier_comparison as answers

CELLS = {cell.id: cell for cell in nbformat.read(find("4-xavier-comparison").path, 4).cells}


@pytest.fixture(scope="module")
def networks() -> tuple[Flow, Flow]:
    rng = np.random.default_rng(4)
    return flow([64] * 31, rng, linear=True), flow([64] * 31, rng)


@pytest.fixture(scope="module")
def depth() -> Explorer:
    return explorers.depth_explorer("Glorot")


def test_the_takeaway_is_told_in_the_source_s_terms():
    for phrase in (
        r"uses $\sqrt{2}$ times larger weights than Xavier",
        "compensates for ReLU zeroing out half the neurons",
        "stable gradient flow in deep ReLU networks",
    ):
        assert phrase in CELLS["read-sigma"].source


def test_the_measured_means_are_the_predicted_ones():
    networks = flow([64] * 6, np.random.default_rng(1), networks=4000)
    for rule, c in gains(networks.sizes).items():
        under = networks.under(c)
        for measured, predicted in zip((under.forward, under.backward), networks.predicted(c), strict=True):
            error = measured.std(axis=0) / np.sqrt(len(measured))
            assert np.all(np.abs(measured.mean(axis=0) - predicted) <= 5 * error + 1e-12), rule


def test_one_set_of_draws_serves_all_rules():
    sizes, c = [5, 8, 3], np.array([0.7, 1.9])
    measured = flow(sizes, np.random.default_rng(3), networks=6).under(c)
    rng = np.random.default_rng(3)
    h = rng.standard_normal((6, 5, 1), dtype=np.float32)
    start, Ws, masks = h, [], []
    for n_in, n_out, ci in zip(sizes[:-1], sizes[1:], c, strict=True):
        Ws.append(rng.standard_normal((6, n_out, n_in), dtype=np.float32) * np.sqrt(ci / n_in))
        z = Ws[-1] @ h
        masks.append(z > 0)
        h = np.maximum(z, 0)
    moments = (h**2).mean(axis=(1, 2)) / (start**2).mean(axis=(1, 2))
    np.testing.assert_allclose(measured.forward[:, -1], moments, rtol=1e-4)
    g = rng.standard_normal((6, 3, 1), dtype=np.float32)
    back = np.stack(
        [
            answers.layer_backward(
                Ws[0][k], masks[0][k, :, 0], answers.layer_backward(Ws[1][k], masks[1][k, :, 0], g[k, :, 0])
            )
            for k in range(6)
        ]
    )
    expected = (back**2).mean(axis=1) / (g**2).mean(axis=(1, 2))
    np.testing.assert_allclose(measured.backward[:, 0], expected, rtol=1e-4)


def test_every_state_of_the_explorers_has_its_words_and_keeps_its_axes(depth):
    drawn = (
        explorers.scales_explorer(answers.xavier_std, answers.glorot_std, answers.he_over_glorot),
        depth,
        explorers.gradient_explorer(answers.layer_backward),
    )
    for explorer in drawn:
        limits = [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes]
        words = {
            explorer.update(**dict(zip(explorer.start, values, strict=True)))
            for values in itertools.product(*(slider.values for slider in explorer.sliders))
        }
        assert len(words) == np.prod([len(slider.values) for slider in explorer.sliders])
        assert [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes] == limits
        assert explorer.frame().png.startswith(b"\x89PNG")


def test_all_that_the_depth_explorer_draws_lies_within_its_axes(depth):
    low, high = depth.fig.axes[0].get_ylim()
    for layers, shape in itertools.product(explorers.DEPTHS, explorers.SHAPES):
        depth.update(depth=layers, shape=shape)
        for ax in depth.fig.axes:
            for line in ax.lines:
                y = np.asarray(line.get_ydata(), dtype=float)
                assert np.all((y > low) & (y < high)), (layers, shape)


def unsolved(*args):
    raise NotImplementedError()


@pytest.mark.full
def test_what_students_build_draws_and_until_it_is_solved_the_lesson_s_own_does():
    three = answers.xavier_std, answers.glorot_std, answers.he_over_glorot
    theirs = explorers.scales_explorer(*three).frame().words
    assert "by `he_over_glorot`, 1.323 times Glorot." in theirs
    assert (
        theirs + " Until yours is solved, the lesson's own `glorot_std` and `he_over_glorot` draw this."
        == (explorers.scales_explorer(answers.xavier_std, unsolved, unsolved).frame().words)
    )
    assert (
        "by `he_over_glorot`, 5.000 times"
        in explorers.scales_explorer(*three[:2], lambda n, m: 5).frame().words
    )
    own = explorers.gradient_explorer(unsolved).frame(steps=30).words
    assert own.startswith(explorers.gradient_explorer(answers.layer_backward).frame(steps=30).words)
    assert "the lesson's own `layer_backward`" in own
    for solved in (unsolved, answers.compare_table, lambda ns: answers.compare_table(ns)[:1]):
        words = plots.sigma(solved)[1]
        assert "Xavier from 0.5 to 0.0625; He from 0.707 to 0.0884" in words
        assert ("the lesson's own `compare_table`" in words) == (solved is not answers.compare_table)
    assert "Xavier from 1 to 0.125" in plots.sigma(lambda ns: answers.compare_table(ns) * [1, 2, 1, 1])[1]


def test_a_prediction_is_empty_until_the_student_writes_one_and_each_has_its_cell():
    guesses = [cell.source for cell in CELLS.values() if cell.id.startswith("guess")]
    assert all(re.match(r"\w+ = None  # ", source) for source in guesses)
    assert len(guesses) == sum(cell.source.count("**Predict") for cell in CELLS.values())
    for source in guesses:
        name = source.split()[0]
        assert (
            sum(re.search(rf"\({name}\)|, {name}\)", cell.source) is not None for cell in CELLS.values()) == 1
        )


@pytest.mark.full
@pytest.mark.filterwarnings("ignore:.*encountered:RuntimeWarning")
def test_the_gradient_explorer_tells_what_a_wrong_answer_does():
    for wrong in (lambda W, z, g: 0 * h_like(W), lambda W, z, g: np.nan * h_like(W), lambda W, z, g: W.T @ g):
        assert explorers.gradient_explorer(wrong).frame(steps=30).words.startswith("30 layers back")


def h_like(W):
    return np.ones(W.shape[1])


@pytest.mark.parametrize("guess", [0, -3, 1e30, 42, 0.5, None])
def test_any_guess_can_be_drawn(guess, networks):
    rules = {rule: np.arange(5.0) for rule in ("1 / n_in", "with a mean", "2 forgotten", "1 / W.shape[0]")}
    word = None if guess is None else "the first"
    drawn = (
        (guess, plots.ratio([1.0, 1.4, 2.0], guess)),
        (guess, plots.own_network(*networks, guess)),
        (guess, plots.one_layer({"a": rules, "b": rules}, guess)),
        (word, plots.weight_gradients(networks[1], word)),
    )
    for written, (fig, words) in drawn:
        assert ("our guess" in words) == (written is not None)
        assert written is None or str(written) in words.replace(",", "")
        assert any(map(written_on, fig.axes)) == (guess is not None)
    explorer = explorers.gradient_explorer(answers.layer_backward, guess)
    assert written_on(explorer.fig.axes[0]) == (guess is not None)


def written_on(ax: Axes) -> bool:
    return any("your guess" in text.get_text() for text in ax.texts)


def test_the_word_for_alternating_widths_stands_in_the_figure(depth):
    assert "your guess for alternating widths: Glorot" in [
        text.get_text() for text in depth.fig.axes[0].texts
    ]


def test_the_figure_of_the_ratio_says_what_it_shows():
    assert "from 1 to 32,768 at layer 30" in plots.ratio([2 ** (k / 2) for k in range(31)], 42)[1]
