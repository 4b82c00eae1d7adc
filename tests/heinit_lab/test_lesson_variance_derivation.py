"""Lesson 2: its derivations in other words; the numbers of its text are held by tests/autograder/claims."""

from __future__ import annotations

import math

import nbformat
import numpy as np
import pytest

import heinit_lab
from autograder.lessons import lesson
from autograder.lessons.compose import solve
from heinit_lab.experiments.variance_derivation import leaky_layers, ones_expected
from heinit_lab.figures.numbers import number
from heinit_lab.networks import LAWS, TRUNCATED_STD, draw, forward, moments, unit_normal
from heinit_lab.plots import variance_derivation as plots
from heinit_solutions import variance_derivation as solutions
from heinit_solutions.variance_derivation import relu_moments, second_moment


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


def test_one_forward_pass_serves_every_position_of_the_slider():
    one, two = (second_moments(12, 32, 5, np.random.default_rng(0), c=c) for c in (1.0, 1.7))
    assert two == pytest.approx(one * 1.7 ** np.arange(13), rel=1e-3)


def test_the_mean_is_exact_at_any_width():
    for n, law in (1, "signs"), (3, "uniform"), (8, "normal"):
        mean, error, *_ = ends(second_moments(3, n, 60_000, np.random.default_rng(n), law=law))
        assert abs(mean - 1) < 4.5 * error < 0.2, (n, law)


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


def test_every_law_has_mean_0_and_the_variance_it_says(normal):
    z, weights = normal
    inside = np.abs(z) <= 2
    assert math.sqrt(z[inside] ** 2 @ weights[inside] / weights[inside].sum()) == pytest.approx(
        TRUNCATED_STD, abs=2e-4
    )
    for law, drawn in LAWS.items():
        w = drawn(np.random.default_rng(3), (8_000, 50), np.float32)
        assert abs(w.mean()) < 0.008, law
        assert w.var() == pytest.approx(TRUNCATED_STD**2 if law == "truncated" else 1, rel=0.012), law


@pytest.mark.full
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
