"""Lesson 3: every number in the text is measured here again."""

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


def text_gives(*numbers: str) -> None:
    """Assert that each of these is in the lesson's text."""
    for number in numbers:
        assert number in TEXT, number


def mean_squares(samples: int, rng: np.random.Generator) -> np.ndarray:
    """Of 3 x 4 matrices drawn by He's rule."""
    return np.mean(rng.normal(0, 0.5**0.5, size=(samples, 3, 4)) ** 2, axis=(1, 2))


def test_the_printed_matrices_are_the_sources():
    assert PRINTED.shape == (3, 4)
    assert PRINTED.sum() == pytest.approx(1.168)
    assert PRINTED_LARGE.shape == (3, 5)
    assert PRINTED_LARGE.sum() == pytest.approx(0.268)


def test_the_standard_deviations_are_those_of_the_text():
    assert f"{he_std(4):.4f}" == "0.7071"
    assert he_std(128) == 0.125
    assert 2 / 128 == 0.015625
    assert f"{he_std(4) / he_std(128):.2f}" == "5.66"
    text_gives("0.707", "0.7071", "0.015625", "0.125", "5.66")


def test_the_printed_matrix_has_the_variances_that_the_text_gives():
    report = sample_report(PRINTED, 0.5)
    assert {k: f"{v:.3f}" for k, v in report.items()} == {
        "m2": "0.316",
        "var0": "0.306",
        "var1": "0.334",
        "se": "0.204",
        "z": "-0.902",
    }
    assert np.sum(PRINTED**2 >= 0.5) == 3
    text_gives("0.316", "0.306", "0.334", "0.204", "-0.902", "only 3 of the 12 squares")


def test_a_variance_passed_as_scale_is_xaviers_for_four_inputs_and_a_64th_of_hes_for_128():
    assert 0.5**2 == 1 / 4
    assert (2 / 128) ** 2 / (2 / 128) == 1 / 64
    assert f"{2 * 0.25 * math.sqrt(2 / 8192):.3f}" == "0.008"
    text_gives("0.25, give or take 0.008")


def test_the_printed_matrix_passes_on_63_per_cent_of_the_energy():
    assert f"{2 * np.mean(PRINTED**2):.3f}" == "0.632"
    rng = np.random.default_rng(47)
    X = rng.standard_normal((10_000, 4))
    H = np.maximum(0, X @ PRINTED.T)
    assert f"{np.mean(H**2):.2f}" == "0.63"
    assert np.all(np.abs(np.mean(H == 0, axis=0) - 0.5) < 0.01)
    one_input = np.mean(H**2, axis=1)
    assert 0.01 < 1.96 * one_input.std() / 100 < 0.025, "give or take 0.02"


def test_twelve_honest_draws_lie_where_the_text_says():
    low, high = interval(0.5, 12)
    assert (f"{low:.3f}", f"{high:.3f}") == ("0.183", "0.972")
    assert high / low > 5
    assert (f"{2 * low:.2f}", f"{2 * high:.2f}") == ("0.37", "1.94")
    above = probability_above(np.mean(PRINTED**2), 0.5, 12)
    assert f"{1 - above:.2f}" == "0.18"
    assert f"{2 * (1 - above):.2f}" == "0.37"
    text_gives("0.183", "0.972", "0.37 or 1.94", "lower 18 %", "$p = 0.37$")


@pytest.mark.parametrize("var", [0.25, 0.8])
def test_the_printed_matrix_is_compatible_with_other_variances_too(var):
    low, high = interval(var, 12)
    assert low < np.mean(PRINTED**2) < high


def test_the_series_for_the_tail_agrees_with_simulation_and_with_the_density():
    m2 = mean_squares(20_000, np.random.default_rng(34))
    assert f"{m2.std():.3f}" == "0.204"
    for t in (0.2, 0.316, 0.5, 0.9):
        p = probability_above(t, 0.5, 12)
        assert abs(np.mean(m2 > t) - p) < 5 * math.sqrt(p * (1 - p) / m2.size)
        grid = np.linspace(t, 5, 20_001)
        assert np.trapezoid(density(grid, 0.5, 12), grid) == pytest.approx(p, rel=1e-3)


def test_five_per_cent_takes_3074_draws_and_8192_give_three():
    assert draws_needed(0.05) == 3074
    assert draws_needed(0.1) == 769
    assert f"{196 * math.sqrt(2 / 12):.0f}" == "80"
    assert f"{196 * math.sqrt(2 / 8192):.1f}" == "3.1"
    assert math.sqrt(2 / 8192) == 1 / 64
    assert (2 / 128 - 1 / 128) / (2 / 128) * 64 == 32
    text_gives("3,074", "is 769", "± 80 %", "3.1 %", "32 standard errors")


def test_the_printed_matrix_slightly_favours_xavier():
    assert f"{log_lr(PRINTED, 0.5, 0.25):.3f}" == "-0.369"
    assert f"{math.exp(log_lr(PRINTED, 0.5, 0.25)):.2f}" == "0.69"
    m2 = np.mean(PRINTED**2)
    heights = [float(density(m2, v, 12)) for v in (0.5, 0.25)]
    assert [f"{h:.2f}" for h in heights] == ["1.77", "2.56"]
    text_gives("-0.369", "0.69", "1.77 against 2.56")
    charge, pay = 12 / 2 * math.log(0.5 / 0.25), (1 / 0.25 - 1 / 0.5) / 2 * np.sum(PRINTED**2)
    assert (f"{charge:.2f}", f"{pay:.2f}") == ("4.16", "3.79")
    assert pay == pytest.approx(12 * m2)
    text_gives(r"$6 \log 2 = 4.16$", r"$12 \times 0.316 = 3.79$")


def test_the_ratio_of_two_densities_of_the_mean_square_is_the_likelihood_ratio_of_the_entries():
    W = np.random.default_rng(0).normal(0, 0.5**0.5, size=(20, 3, 4))
    ratios = log_ratio(np.mean(W**2, axis=(1, 2)), 0.5, 0.25, n=12)
    assert ratios == pytest.approx([log_lr(w, 0.5, 0.25) for w in W])


def test_a_quarter_of_right_matrices_favour_xavier_and_a_sixth_of_his_favour_he():
    # log LR < 0 where the sum of squares is below 12 ln 2 / (2 (1/0.25 - 1/0.5) / 2)
    turn = math.log(2) / (1 / 0.25 - 1 / 0.5)
    assert f"{1 - probability_above(turn, 0.5, 12):.2f}" == "0.24"
    assert f"{probability_above(turn, 0.25, 12):.2f}" == "0.16"
    lr = log_ratio(mean_squares(20_000, np.random.default_rng(36)), 0.5, 0.25, n=12)
    assert f"{np.mean(lr < 0):.2f}" == "0.24"
    assert f"{196 * math.sqrt(0.24 * 0.76 / 20_000):.1f}" == "0.6"
    text_gives("24 % give or take 0.6", "(16 %)")


def test_the_fifteen_printed_weights_are_illustrative():
    signs = np.sign(PRINTED_LARGE)
    assert np.array_equal(signs, (-1.0) ** np.add.outer(range(3), range(5)))
    assert 2**15 / 2 == 16384
    smallest = np.abs(PRINTED_LARGE).min()
    assert smallest == 0.056
    none_nearer = math.erfc(smallest / 0.125 / math.sqrt(2)) ** 15
    assert 575 < 1 / none_nearer < 590
    report = sample_report(PRINTED_LARGE, 2 / 128)
    assert (f"{report['m2']:.5f}", f"{report['se']:.4f}") == ("0.01401", "0.0057")
    assert abs(report["z"]) < 1
    text_gives("0.01401", "0.0057", "16,384", "once in 580", "**illustrative**")


def test_no_matrix_of_the_second_example_is_mistaken_for_xaviers():
    rng = np.random.default_rng(37)
    m2 = np.array([np.mean(rng.normal(0, 0.125, size=(64, 128)) ** 2) for _ in range(400)])
    assert np.sum(m2 < 1.5 / 128) == 0


def test_squared_weights_into_a_unit_add_up_to_two_whatever_the_width():
    for n, spread in ((4, "1.41"), (128, "0.25")):
        sums = np.sum(np.random.default_rng(n).normal(0, math.sqrt(2 / n), size=(20_000, n)) ** 2, axis=1)
        assert f"{2 * math.sqrt(2 / n):.2f}" == spread
        assert sums.mean() == pytest.approx(2, abs=0.05)
        assert sums.std() == pytest.approx(2 * math.sqrt(2 / n), rel=0.05)
        text_gives(f"± {spread}")
    assert 128 * 0.5 == 64
    assert 4 * 0.125**2 == 2 / 32
    assert f"{2 / 32}" == "0.0625"
    text_gives("64", "32-fold", "0.0625", "a 32nd")


def test_a_uniform_number_of_hes_variance_ends_at_1225_for_four_inputs():
    assert f"{math.sqrt(6 / 4):.3f}" == "1.225"
    assert f"{math.sqrt(3) * he_std(4):.3f}" == "1.225"
    assert math.isclose((1 / 4 / 3) / (2 / 4), 1 / 6)
    assert math.isclose(2 / (1 + 5) / 4, 1 / 3 / 4)
    text_gives("1.225", "a sixth of what ReLU needs")


def test_uniform_weights_stray_less_in_their_second_moment():
    assert f"{0.5 * math.sqrt((1.8 - 1) / 12):.3f}" == "0.129"
    m2 = np.mean(he_uniform(4, 60_000, np.random.default_rng(2)).reshape(-1, 12) ** 2, axis=1)
    assert m2.std() == pytest.approx(0.129, abs=0.003)
    text_gives("0.129", r"$1.8\,v^2$")


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
    for fig, words in (plots.printed_example(), plots.densities(4)):
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
