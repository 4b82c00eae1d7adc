"""Lesson 2: every number in its text is recomputed here, by running its cells."""

from __future__ import annotations

import math
import re

import nbformat
import numpy as np
import pytest

import heinit_lab
from autograder.lessons import lesson
from autograder.lessons.compose import solve
from heinit_lab.experiments.variance_derivation import leaky_layers, ones_expected
from heinit_lab.explorers.variance_derivation import depth_explorer, gain_explorer, signal_explorer
from heinit_lab.figures.numbers import number
from heinit_lab.networks import LAWS, TRUNCATED_STD, draw, forward, moments, unit_normal
from heinit_lab.plots import variance_derivation as plots
from heinit_solutions import variance_derivation as solutions
from heinit_solutions.variance_derivation import gain, relu_moments, second_moment, weight_variance


class Page:
    """The solved lesson, run from top to bottom."""

    def __init__(self):
        source = lesson("2-variance-derivation")
        cells = solve(nbformat.read(source.path, 4), source.solutions).cells
        self.prose = {cell.id: cell.source for cell in cells if cell.cell_type == "markdown"}
        self.alts: dict[str, str] = {}
        self.names: dict[str, dict] = {}
        space: dict = {}
        running = ""
        shown = heinit_lab.show
        heinit_lab.show = lambda fig, alt: self.alts.update({running: alt})
        try:
            for cell in cells:
                if cell.cell_type == "code" and not cell.source.startswith("from heinit_lab import check"):
                    running = cell.id
                    exec(cell.source, space)
                    self.names[cell.id] = dict(space)
        finally:
            heinit_lab.show = shown

    def says(self, cell: str, *numbers: str) -> None:
        text = self.prose[cell].replace("\n", " ")
        for printed in numbers:
            assert re.search(rf"(?<![\d.]){re.escape(printed)}(?!\d|\.\d)", text), (cell, printed)


@pytest.fixture(scope="module")
def page():
    return Page()


@pytest.fixture(scope="module")
def normal():
    """Points and weights for means over a standard normal."""
    z = np.linspace(-12, 12, 40_001)
    weights = np.exp(-(z**2) / 2)
    return z, weights / weights.sum()


def ends(q):
    """Mean, standard error and the middle 80 % at the last layer."""
    last = q[:, -1]
    return last.mean(), last.std() / np.sqrt(len(last)), *np.percentile(last, (10, 90))


def second_moments(depth, n, networks, rng, c=2.0, law="normal"):
    """Of networks with an input each, a row for each network."""
    x = unit_normal(n, rng, networks)
    return moments(forward(x, draw([n] * (depth + 1), c, rng, networks=networks, law=law))[1])


def test_the_hook_tells_what_the_slider_shows(page):
    explorer = signal_explorer()
    for c, left, becomes in (1.9, "0.23", "fades"), (2.1, "4.6", "swells"):
        assert f"is {left} times" in explorer.frame(c=c).words
        assert f"The signal {becomes}." in explorer.frame(c=c).words
        page.says("hook-read", left)
    assert "The signal keeps its size." in explorer.frame(c=2.0).words
    assert "between 0.22 and 1.7" in explorer.frame(c=2.0).words
    page.says("hook-read", "0.22", "1.7")
    assert 1.05**30 > 4
    assert 0.95**-30 > 4


def test_relu_takes_the_variance_to_0_34_and_halves_the_second_moment(page):
    measured = page.names["relu-moments-figure"]["measured"]
    theory = page.names["relu-moments-figure"]["theory"]
    assert f"{measured['variance']:.2f}" == f"{theory['variance']:.2f}" == "0.34"
    assert f"{measured['second moment']:.2f}" == "0.50"
    assert f"{theory['mean']:.3f}" == "0.399"
    assert f"{theory['mean'] ** 2:.3f}" == "0.159"
    h = page.names["relu-moments-figure"]["h"]
    for errors in (h.std(), (h**2).std(), ((h - h.mean()) ** 2).std()):
        assert 0.0004 < errors / 1000 < 0.0014
    page.says("relu-moments-read", "0.34", "0.50", "0.399", "0.159", "0.001")
    page.says("know", "0.34")


def test_three_inputs_and_three_laws_give_the_one_variance(page):
    rows = page.names["through-weights"]["rows"]
    for _, x, measured in rows:
        assert solutions.preact_variance(x, 2 / 64) == pytest.approx(2)
        for value in measured.values():
            assert value == pytest.approx(2, rel=0.02)
    assert [f"{2 * x.var():.2f}" for _, x, _ in rows] == ["1.97", "1.12", "0.00"]
    page.says("through-weights-read", "1.97", "1.12", "0", "20,000", "2 %")


def test_symmetric_weights_keep_half_and_skewed_ones_more(page):
    signs, skewed = (
        [second_moment(np.maximum(z, 0)) / second_moment(z) for z in page.names["symmetry"][name]]
        for name in ("signs", "skewed")
    )
    assert (f"{min(signs):.3f}", f"{max(signs):.3f}") == ("0.499", "0.501")
    assert (f"{skewed[0]:.3f}", f"{skewed[-1]:.3f}") == ("0.736", "0.516")
    page.says("symmetry-read", "0.499", "0.501", "0.736", "0.516")
    page.says("table", "0.736")
    # the share of one Exp(1) - 1 in closed form, and the scatter of a point of signs with many inputs
    assert skewed[0] == pytest.approx(2 / math.e, abs=0.004)
    assert math.sqrt(3) / 2 / math.sqrt(500_000) == pytest.approx(0.001, abs=3e-4)


def test_the_depth_explorer_measures_what_it_predicts_where_layers_are_wide(page):
    explorer = depth_explorer()
    wide, narrow = explorer.frame(c=2.0, n=128).words, explorer.frame(c=2.0, n=8).words
    assert "0.94 ± 0.12" in wide
    assert "Half of the networks are below 0.57" in wide
    assert "0.012 ± 0.0054" in narrow
    page.says("depth-read", "0.94 ± 0.12", "0.012 ± 0.005", "80")


def test_one_forward_pass_serves_every_position_of_the_slider():
    one, two = (second_moments(12, 32, 5, np.random.default_rng(0), c=c) for c in (1.0, 1.7))
    assert two == pytest.approx(one * 1.7 ** np.arange(13), rel=1e-3)


def test_the_mean_is_exact_at_any_width():
    for n, law in (1, "signs"), (3, "uniform"), (8, "normal"):
        mean, error, *_ = ends(second_moments(3, n, 60_000, np.random.default_rng(n), law=law))
        assert abs(mean - 1) < 4.5 * error < 0.2, (n, law)


def test_one_network_is_spread_as_the_text_says(page, normal):
    z, weights = normal
    term = 2 * np.maximum(z, 0) ** 2
    assert term @ weights == pytest.approx(1, abs=1e-4)
    assert term**2 @ weights - 1 == pytest.approx(5, abs=1e-3)
    assert f"{math.sqrt((1 + 5 / 128) ** 30 - 1):.2f}" == "1.47"
    assert f"{math.exp(-5 * 30 / (2 * 128)):.2f}" == "0.56"
    page.says("spread", "1 ± 1.47", "0.56")
    q = second_moments(10, 64, 2000, np.random.default_rng(5))[:, -1]
    assert abs(np.mean(q**2) - (1 + 5 / 64) ** 10) < 4 * np.std(q**2) / math.sqrt(2000)
    assert np.median(q) == pytest.approx(math.exp(-50 / 128), rel=0.08)


def test_one_matrix_for_all_layers_lets_each_network_go_its_own_way(page):
    flow = page.names["ties-figure"]["flow"]
    _, _, low, high = ends(flow["one matrix"])
    assert (f"{low:.0e}", f"{high:.1e}") == ("8e-05", "1.9e+03")
    _, _, low, high = ends(flow["independent"])
    assert (number(low), number(high)) == ("0.04", "2.7")
    page.says("ties-read", "0.00008", "1,900", "0.04", "2.7")
    assert round(ends(flow["independent"])[3] / ends(flow["independent"])[2], -1) == 70
    page.says("ties", "70")
    q = flow["one matrix"]
    assert np.all(np.abs(q.mean(axis=0)[:5] - 1) < 0.05)
    assert f"{q[:, -1].mean():.0e}" == "2e+07"
    assert q[:, -1].max() > 0.9 * q[:, -1].sum()
    page.says("ties-read", r"2 \times 10^7", "300")
    assert "independent: 0.35, 8 in 10" in page.alts["ties-figure"]
    assert "one matrix: 0.51, 8 in 10" in page.alts["ties-figure"]


def test_biases_add_a_straight_line(page):
    q = moments(page.names["bias-figure"]["hs"])
    for rows, variance in zip(q, page.names["bias-figure"]["variances"], strict=True):
        mean, error, *_ = ends(rows)
        assert abs(mean - (1 + 20 * variance / 2)) < 3 * error
    assert f"{q[2].mean(axis=0)[-1]:.0f}" == "6"
    page.says("bias-read", "6", "0.5", "20")


def test_a_vector_of_ones_overshoots_by_a_sum(page):
    flow = page.names["backward-figure"]["flow"]
    factor = 1 + (1 - 1 / 64) / math.pi
    assert f"{factor:.3f}" == "1.313"
    assert round(1.313**30, -2) == 3500
    page.says("ones-back", "1.313", "3,500")
    expected = ones_expected(30, 64, relu_moments)
    assert expected[1] == pytest.approx(factor)
    assert f"{expected[-1]:.0f}" == "13"
    mean, error, low, high = ends(flow["ones"])
    assert (f"{mean:.0f} ± {error:.0f}", f"{low:.1f}", f"{high:.0f}") == ("14 ± 2", "0.9", "32")
    page.says("backward-read", "13", "14 ± 2", "0.9", "32", "3,500")
    assert abs(flow["ones"][:, 1].mean() - factor) < 3 * flow["ones"][:, 1].std() / 20
    page.says("table", "13")


def test_a_random_vector_keeps_its_size_and_a_loss_nearly(page):
    flow = page.names["backward-figure"]["flow"]
    for name, cell in ("random", "backward-read"), ("loss", "backward-loss"):
        mean, error, *_ = ends(flow[name])
        page.says(cell, f"{mean:.1f} ± {error:.1f}")
    mean, error, *_ = ends(flow["random"])
    assert abs(mean - 1) < 2 * error
    page.says("table", "1.4 ± 0.2")


def backward_of(g, n, depth, networks, rng):
    """Mean of g^2 at the bottom of small networks, in float64, written apart from the lesson's."""
    W = rng.standard_normal((depth, networks, n, n)) * math.sqrt(2 / n)
    h, gates = np.ones((networks, n)), []
    for layer in W:
        z = np.einsum("rij,rj->ri", layer, h)
        gates.append(z > 0)
        h = np.maximum(z, 0)
    for layer, gate in zip(W[::-1], gates[::-1], strict=True):
        g = np.einsum("rij,ri->rj", layer, g * gate)
    return np.mean(g**2, axis=1)


def test_half_of_a_random_gradient_comes_back_only_where_no_sum_is_exactly_0():
    """Signs that meet an input of ones add up to 0 once in (8 over 4) / 2^8 = 70 / 256 rows."""
    rng, n, rows = np.random.default_rng(9), 8, 200_000
    for law, kept in (("uniform", 1 / 2), ("signs", (1 - 70 / 256) / 2)):
        w = LAWS[law](rng, (rows, n), np.float32)
        share = np.sum(w[w.sum(axis=1) > 1e-4] ** 2) / np.sum(w**2)
        assert abs(share - kept) < 5 * 0.5 / math.sqrt(rows), law


def test_both_backward_predictions_hold_in_small_networks_too():
    """In a layer of 16 all gates shut once in 65,536 draws; the curve for ones leaves that out."""
    n, depth, networks, rng = 16, 4, 15_000, np.random.default_rng(8)
    for start, expected in (
        (np.ones((networks, n)), ones_expected(depth, n, relu_moments)[-1]),
        (rng.standard_normal((networks, n)), 1.0),
    ):
        q = backward_of(start, n, depth, networks, rng)
        assert abs(q.mean() - expected) < 4.5 * q.std() / math.sqrt(networks) < 0.15


def test_the_curve_for_ones_is_linear_in_depth_where_layers_are_wide():
    expected = ones_expected(30, 10**7, relu_moments)[1:]
    assert expected == pytest.approx(1 + (2 * np.arange(1, 31) - 1) / np.pi, rel=1e-4)


def test_either_fan_costs_the_ratio_of_the_end_widths(page):
    flow = page.names["taper"]["flow"]
    for fan, way, expected in ("in", 0, 1), ("out", 0, 32), ("out", 1, 1), ("in", 1, 1 / 32):
        q = flow[fan][way]
        last = q[:, -1] if way == 0 else q[:, 0]
        assert abs(last.mean() - expected) < 3 * last.std() / 20, (fan, way)
    page.says("taper-read", "32")


def test_the_slope_of_a_usual_leaky_unit_changes_one_part_in_ten_thousand(page):
    assert 1 - weight_variance(1, 0.01) / weight_variance(1) == pytest.approx(1e-4, rel=0.01)
    page.says("leaky", "10,000", "0.01")


def test_laws_of_the_same_variance_agree_and_the_truncated_one_loses(page):
    flow = page.names["laws-figure"]["flow"]
    errors = []
    for law in ("normal", "uniform", "corrected"):
        mean, error, *_ = ends(flow[law])
        assert abs(mean - 1) < 1.4 * error
        errors.append(f"{error:.2f}")
    assert set(errors) == {"0.04"}
    mean, error, *_ = ends(flow["truncated"])
    assert f"{mean:.2f}" == "0.07"
    assert abs(mean - 0.7737**10) < 3 * error
    assert f"{0.7737**10:.3f}" == "0.077"
    assert round(100 * (1 - 0.7737)) == 23
    page.says("laws-read", "0.04", "0.07", "0.077", "23 %")


def test_every_law_has_mean_0_and_the_variance_it_says(normal):
    z, weights = normal
    inside = np.abs(z) <= 2
    assert math.sqrt(z[inside] ** 2 @ weights[inside] / weights[inside].sum()) == pytest.approx(
        TRUNCATED_STD, abs=2e-4
    )
    for law, drawn in LAWS.items():
        w = drawn(np.random.default_rng(3), (400_000,), np.float32)
        assert abs(w.mean()) < 0.008, law
        assert w.var() == pytest.approx(TRUNCATED_STD**2 if law == "truncated" else 1, rel=0.012), law


def test_the_bound_of_the_uniform_law_and_the_truncation_are_as_printed(page):
    assert math.sqrt(6 / 100) ** 2 / 3 == pytest.approx(2 / 100)
    assert f"{TRUNCATED_STD:.8f}" == "0.87962566"
    assert f"{TRUNCATED_STD**2:.4f}" == "0.7737"
    density, within = math.exp(-2) / math.sqrt(2 * math.pi), math.erf(math.sqrt(2))
    assert (f"{density:.4f}", f"{within:.4f}") == ("0.0540", "0.9545")
    assert 1 - 4 * density / within == pytest.approx(TRUNCATED_STD**2, rel=1e-9)
    page.says("laws", "0.87962566", "0.7737", "0.0540", "0.9545")


def test_the_areas_under_the_four_curves_are_as_printed(page):
    assert f"{1 / gain('gelu'):.3f}" == "0.425"
    assert f"{1 / gain('tanh'):.3f}" == "0.394"
    page.says("integrands-read", "0.425", "0.394")


def test_tanh_has_a_stable_level_for_either_gain(page, normal):
    z, weights = normal
    for c, level in (gain("tanh"), "1.00"), ((5 / 3) ** 2, "1.18"):
        for q in (0.2, 5.0):
            for _ in range(300):
                q = c * 50 * (np.tanh(math.sqrt(q) * z[::50]) ** 2 @ weights[::50])
            assert f"{q:.2f}" == level
    assert f"{gain('tanh'):.2f}" == "2.54"
    assert f"{25 / 9:.2f}" == "2.78"
    page.says("tanh-note", "2.54", "2.78", "1.18", "5/3")


def test_a_gain_balances_a_layer_and_need_not_be_stable(page):
    explorer = gain_explorer(gain)
    assert "between 0.85 and 1.2" in explorer.frame(name="tanh").words
    assert "between 6.2 × 10⁻⁴ and 6.2" in explorer.frame(name="gelu").words
    page.says("gain-read", "0.85", "1.2", "0.0006", "6")


def test_the_worked_values_of_the_exercises_are_right(page):
    row = np.array([0.423, -0.891, 0.156, 0.734])
    assert f"{second_moment(row):.3f}" == "0.384"
    page.says("ex-second_moment", "0.384")
    assert [f"{v:.3f}" for v in relu_moments(math.sqrt(0.5))] == ["0.282", "0.170", "0.250"]
    page.says("ex-relu_moments", "0.282", "0.170", "0.250")
    assert solutions.preact_variance(np.array([1, -2, 0, 1]), 0.5) == pytest.approx(3)
    page.says("ex-preact_variance", "3")
    assert [weight_variance(4), weight_variance(128), weight_variance(4, 0.5)] == [0.5, 0.015625, 0.4]
    page.says("ex-weight_variance", "0.5", "0.015625", "0.4")
    assert [gain("relu"), gain("leaky", 0.5)] == pytest.approx([2, 1.6], rel=1e-6)
    page.says("ex-gain", "2", "1.6")


def test_a_mean_of_the_weights_adds_what_the_table_says(page):
    rng, x = np.random.default_rng(0), np.array([1.0, 2.0, -0.5, 3.0])
    w = 0.3 + math.sqrt(0.1) * rng.standard_normal((400_000, 4))
    expected = 0.1 * (x @ x) + 0.3**2 * x.sum() ** 2
    assert np.mean((w @ x) ** 2) == pytest.approx(expected, rel=0.015)


def test_every_figure_says_what_it_shows(page):
    assert len(page.alts) == 9
    for cell, alt in page.alts.items():
        assert len(alt) > 60, cell
        assert "nan" not in alt


def test_students_functions_drive_the_figures_and_the_lessons_own_do_until_they_are_solved(page):
    def stub(*args, **kwargs):
        raise NotImplementedError

    rows, n = page.names["through-weights"]["rows"], 2 ** np.arange(2)
    sums = {"skewed": page.names["symmetry"]["skewed"][:2]}
    drawn = {
        "preact_variance": lambda f: plots.through_weights(rows, 2 / 64, f)[1],
        "second_moment": lambda f: plots.kept(n, sums, f, None)[1],
        "weight_variance": lambda f: number(leaky_layers("normal", f, depth=2)[:, -1].mean()),
        "relu_moments": lambda f: number(ones_expected(5, 64, f)[-1]),
    }
    for name, words in drawn.items():
        right = getattr(solutions, name)
        assert words(right) == words(stub).partition(" Until yours is solved")[0], name
        assert words(lambda *given, f=right: np.add(f(*given), 1)) != words(right), name


def test_a_guess_anywhere_leaves_the_figures_whole_and_none_leaves_no_trace(page):
    names = page.names["progress"]
    for guess in (None, -5, 0.5, 1e30):
        drawn = (
            plots.relu_moments(names["measured"], names["theory"], guess),
            plots.kept(np.array([1]), {"skewed": [names["skewed"][0][:9]]}, second_moment, guess),
            plots.ties(page.names["ties-figure"]["flow"], guess),
            plots.gradients(page.names["backward-figure"]["flow"], np.ones(31), guess),
            plots.taper(names["sizes"], page.names["taper"]["flow"], guess),
            plots.laws(page.names["laws-figure"]["flow"], guess),
        )
        for fig, words in drawn:
            assert words.endswith("." if guess is None else f" Your guess: {guess:g}.")
            assert ("guess" in words) == (guess is not None)
            assert all(np.all(np.isfinite(ax.axis())) for ax in fig.axes)
