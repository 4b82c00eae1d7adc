"""Lesson 3: its figures and its laws; the numbers of its text are held by tests/autograder/claims."""

from __future__ import annotations

import math
import re

import nbformat
import numpy as np
import pytest

from autograder.lessons import lesson as find
from heinit_lab.explorers.worked_examples import weights_explorer
from heinit_lab.mean_squares import density, interval, log_ratio, probability_above, quick_interval
from heinit_lab.plots import worked_examples as plots
from heinit_lab.source import PRINTED, PRINTED_LARGE
from heinit_solutions.worked_examples import (
    draws_needed,
    he_normal,
    he_std,
    he_uniform,
    log_lr,
    sample_report,
)

CELLS = nbformat.read(find("3").path, 4).cells
TEXT = "\n".join(c.source for c in CELLS if c.cell_type == "markdown")
M2 = float(np.mean(PRINTED**2))


def stub(*args, **kwargs):
    raise NotImplementedError()


def driven(*answers):
    """The figures that the six answers draw, in the order of the exercises."""
    std, normal, uniform, report, needed, lr = answers
    rng = np.random.default_rng
    return (
        plots.sums_of_squares(std, rng(38)),
        plots.large_mean_squares(normal, rng(37), None),
        plots.mean_squares(normal, uniform, rng(34), M2),
        plots.printed_large(report),
        plots.precision(needed, rng(35), None),
        plots.evidence(lr, rng(36).normal(0, 0.5**0.5, size=(50, 3, 4))),
    )


def mean_squares(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Of 3 x 4 matrices drawn by He's rule."""
    return np.mean(rng.normal(0, 0.5**0.5, size=(samples, 3, 4)) ** 2, axis=(1, 2))


def test_the_printed_matrices_are_the_sources():
    assert PRINTED.shape == (3, 4)
    assert PRINTED.sum() == pytest.approx(1.168)
    assert PRINTED_LARGE.shape == (3, 5)
    assert PRINTED_LARGE.sum() == pytest.approx(0.268)


def test_the_series_for_the_tail_agrees_with_simulation_and_with_the_density():
    m2 = mean_squares(20_000, np.random.default_rng(34))
    assert f"{m2.std():.3f}" == "0.204"
    for t in (0.2, 0.316, 0.5, 0.9):
        p = probability_above(t, 0.5, 12)
        assert abs(np.mean(m2 > t) - p) < 5 * math.sqrt(p * (1 - p) / m2.size)
        grid = np.linspace(t, 5, 20_001)
        assert np.trapezoid(density(grid, 0.5, 12), grid) == pytest.approx(p, rel=1e-3)


def test_the_ratio_of_two_densities_of_the_mean_square_is_the_likelihood_ratio_of_the_entries():
    W = np.random.default_rng(0).normal(0, 0.5**0.5, size=(20, 3, 4))
    ratios = log_ratio(np.mean(W**2, axis=(1, 2)), 0.5, 0.25, n=12)
    assert ratios == pytest.approx([log_lr(w, 0.5, 0.25) for w in W])


def test_each_figure_is_drawn_by_what_students_build_and_by_the_lessons_own_until_then():
    answers = (he_std, he_normal, he_uniform, sample_report, draws_needed, log_lr)
    mine, own = driven(*answers), driven(*[stub] * 6)
    for answer, (fig, words), (_, without) in zip(answers, mine, own, strict=True):
        name = answer.__name__
        assert f"`{name}`" in without.partition("the lesson's own")[2], name
        assert words == without.partition(" Until yours")[0], name
        cells = [cell.id for cell in CELLS if re.search(rf"show\(.*\b{name}\b", cell.source)]
        assert cells, f"no figure of the lesson is drawn by {name}"
        assert any(letter.isdigit() for letter in words)
        fig.canvas.draw()


def test_a_figure_stays_whole_whatever_an_answer_draws():
    for scale in (0.0, 1e9, np.nan):
        draws = [
            lambda n_in, n_out, rng, s=scale, f=f: s * f(n_in, n_out, rng) for f in (he_normal, he_uniform)
        ]
        plots.mean_squares(*draws, np.random.default_rng(1), M2)[0].canvas.draw()
        plots.large_mean_squares(draws[0], np.random.default_rng(1), None)[0].canvas.draw()


def test_predictions_start_empty_and_a_figure_shows_a_guess_anywhere_and_none_without_one():
    guesses = [cell.source for cell in CELLS if cell.id.startswith("guess-")]
    assert len(guesses) == sum("**Predict.**" in cell.source for cell in CELLS) == 6
    assert all(re.fullmatch(r"guess_\w+(, guess_\w+)? = None(, None)?  # .*", source) for source in guesses)
    X = np.random.default_rng(1).normal(size=(200, 4))
    H = np.maximum(0, X @ PRINTED.T)
    for guess in (None, 0.5, 1e6):
        for fig, words in (
            plots.printed_spread(guess),
            plots.scales({"a": X[0], "b": X[1]}, guess),
            plots.zeros_and_energy(X, H, guess, guess),
            plots.precision(draws_needed, np.random.default_rng(1), guess),
            plots.two_claims(M2, 12, guess),
            plots.large_mean_squares(he_normal, np.random.default_rng(1), guess),
        ):
            fig.canvas.draw()
            shown = [text.get_text() for ax in fig.axes for text in ax.texts]
            assert any("your guess" in text for text in shown) == (guess is not None), words
            assert ("Your guess" in words) == (guess is not None)


def test_the_other_figures_come_with_words_that_give_their_numbers():
    races = plots.loss_bands({"normal": "he 30", "uniform": "he 30, uniform"})
    assert "uniform: the middle loss ends at" in races[1]
    for fig, words in (plots.printed_example(), plots.densities(4), races):
        assert len(words.split()) >= 10
        assert any(letter.isdigit() for letter in words)
        fig.canvas.draw()


def test_the_explorer_tells_when_a_sample_cannot_decide():
    explorer = weights_explorer(he_normal)
    assert "cannot tell the two rules apart" in explorer.frame().words
    assert "3 × 4 = 12 weights" in explorer.frame().words
    assert "tells the two rules apart" in explorer.frame(n_in=128, n_out=64).words
    assert explorer.frame(seed=2).png != explorer.frame(seed=3).png


def test_the_explorer_calls_no_wrong_answer_bad_luck_and_no_right_one_wrong():
    def scaled(share):
        return lambda n_in, n_out, rng: share(n_in) * he_normal(n_in, n_out, rng)

    wrong = {
        "zeros": lambda n: 0,
        "the variance": lambda n: np.sqrt(2 / n),
        "Xavier": lambda n: np.sqrt(0.5),
        "nan": lambda n: np.nan,
        "huge": lambda n: 1e9,
    }
    for name, share in wrong.items():
        explorer = weights_explorer(scaled(share))
        for n_in, n_out in ((4, 3), (64, 32)):
            for seed in range(4):
                words = explorer.update(n_in, n_out, seed)
                assert "this is not luck" in words, (name, n_in, seed)
                assert "one right sample in twenty" not in words, name
    right = weights_explorer(he_normal)
    rows = [right.update(n, m, seed) for n, m in ((2, 1), (4, 3)) for seed in range(20)]
    assert not [words for words in rows if "not luck" in words]
    assert [words for words in rows if "one right sample in twenty" in words]


def test_the_explorer_draws_with_the_lessons_own_weights_until_there_is_a_matrix():
    for answer in (stub, lambda n_in, n_out, rng: np.ones((n_in, n_out))):
        assert "the lesson's own `he_normal`" in weights_explorer(answer).frame().words
    assert "own" not in weights_explorer(he_normal).frame().words


@pytest.mark.parametrize("n", [12, 64, 8192])
def test_the_explorers_band_is_the_exact_one_to_a_per_cent(n):
    exact = interval(1, n)
    assert quick_interval(1, n) == pytest.approx(exact, rel=0.01)
