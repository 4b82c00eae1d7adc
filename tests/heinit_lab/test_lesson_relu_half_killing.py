"""Lesson 1: what its figures and its explorer claim; its numbers are held by tests/autograder/claims."""

from __future__ import annotations

import re
from math import sqrt

import nbformat
import numpy as np
import pytest

from autograder.hidden_tests import assess
from autograder.lessons import lesson as find
from autograder.lessons.compose import checked_function, solution_function
from heinit_lab import race as racing
from heinit_lab.digits import digits
from heinit_lab.experiments.relu_half_killing import UnitCounter
from heinit_lab.explorers.relu_half_killing import KINDS, half_explorer, spaced
from heinit_lab.networks import unit_shares
from heinit_lab.plots import relu_half_killing as plots
from heinit_solutions.relu_half_killing import activity, dead_units, energy_kept, relu, zero_share

NOTEBOOK = nbformat.read(find("1-relu-half-killing").path, 4)
CELLS = {cell.id: cell for cell in NOTEBOOK.cells}


def run(cell: str, **names):
    """What a demo cell defines after the first, the answers and the guesses; its figure's words as `alt`."""
    space: dict = {
        answer.__name__: answer for answer in (relu, zero_share, activity, dead_units, energy_kept)
    }
    exec(CELLS["setup"].source, space)
    for name, each in CELLS.items():
        if name.startswith("guess-"):
            exec(each.source, space)
    space |= {"show": lambda fig, alt: space.update(fig=fig, alt=alt), **names}
    exec(CELLS[cell].source, space)
    return space


@pytest.fixture(scope="module")
def layers():
    return run("two-directions")["zs"]


@pytest.fixture(scope="module")
def by_scale():
    return run("same-units")["by_scale"]


def test_equal_units_have_equal_gradients_and_zero_weights_none():
    space = run("starts")
    for start, moves in (("all zero", False), ("all equal", False), ("random", True)):
        W, _, V = (space["starts"][start](W) for W in space["drawn"])
        x, error = np.abs(digits().train[0]), np.arange(10.0)
        gate = x @ W.T > 0
        gradient = np.outer((V.T @ error) * gate, x)
        assert (np.ptp(gradient, axis=0).max() > 0) == moves
        if start == "all zero":
            assert not gradient.any()


def test_each_half_of_activity_has_half_the_points_and_so_have_both_in_each_others_place():
    def first_twice(Z):
        return activity(Z)[0], activity(Z)[0]

    def second_as_counts(Z):
        return activity(Z)[0], np.sum(Z > 0, axis=0)

    for wrong in (first_twice, second_as_counts, lambda Z: activity(Z)[::-1]):
        assert assess("activity", wrong).score == 2
    assert assess("activity", lambda Z: activity(Z)[0]).score == 0


def test_half_needs_symmetric_weights_and_no_bias_and_not_normal_ones():
    rng = np.random.default_rng(0)
    x = digits().train[0].astype(float)
    spread = 0.5 / sqrt(100_000)
    uniform = rng.uniform(-1, 1, (100_000, 64)) @ x
    assert abs(np.mean(uniform > 0) - 0.5) < 5 * spread
    assert abs(np.mean(uniform + 2 > 0) - 0.5) > 50 * spread
    lopsided = (rng.exponential(size=(100_000, 4)) - 1) @ np.ones(4)
    assert abs(np.mean(lopsided > 0) - 0.5) > 20 * spread


def test_every_scale_has_the_same_dead_units():
    space = run("same-units")
    assert "the same for every c; in all 398, 398, 398, 398 of 1,856 units" in space["alt"]
    by_scale = space["by_scale"]
    patterns = [[z > 0 for z in zs] for zs in by_scale.values()]
    for other in patterns[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(patterns[0], other, strict=True))
    sizes = [np.mean(by_scale[c][-1] ** 2) for c in (0.5, 8)]
    assert round(np.log10(sizes[1] / sizes[0])) == 35


@pytest.mark.full
def test_the_networks_of_the_table_are_those_of_the_race(monkeypatch, by_scale):
    given = []

    class Seen(racing._Network):
        def __init__(self, weights, norm):
            given.extend(weights)
            super().__init__(weights, norm)

    monkeypatch.setattr(racing, "_Network", Seen)
    racing.race(30, c=2, seed=0, epochs=1)
    h = digits().train[:500]
    for W, z in zip(given[:-1], by_scale[2], strict=True):
        assert h @ W.T == pytest.approx(z, rel=1e-5)
        h = np.maximum(z, 0)


@pytest.fixture(scope="module")
def explorer():
    return half_explorer(relu, zero_share, energy_kept)


def test_the_explorer_opens_on_half_and_half(explorer):
    words = explorer.frame().words
    assert "kills 50.0 % of the units and keeps 50.0 % of the energy; a factor 2.00" in words


def test_the_explorer_tells_the_exact_shares_of_lopsided_clouds(explorer):
    words = explorer.frame(kind="Exp(1) − 1").words
    assert "kills 63.2 % of the units and keeps 73.6 % of the energy; a factor 1.36" in words
    words = explorer.frame(kind="1 − Exp(1)").words
    assert "kills 36.8 % of the units and keeps 26.4 % of the energy; a factor 3.78" in words


def test_the_scale_changes_nothing_without_a_mean(explorer):
    for kind in KINDS:
        words = {explorer.frame(kind=kind, scale=scale).words.split("ReLU")[1] for scale in (0.25, 1.0, 2.0)}
        assert len(words) == 1


def test_only_the_ratio_of_mean_to_scale_counts(explorer):
    words = {explorer.frame(mean=m, scale=s).words.split("ReLU")[1] for m, s in ((-0.5, 0.5), (-2.0, 2.0))}
    assert len(words) == 1


def test_a_cloud_that_is_killed_whole_has_no_factor(explorer):
    assert "no factor" in explorer.frame(kind="1 − Exp(1)", mean=-2.0, scale=0.25).words


@pytest.mark.parametrize("kind", KINDS)
def test_the_clouds_have_mean_zero_and_variance_one(kind):
    y = spaced(kind)
    assert y.shape == (2000,)
    assert y.mean() == pytest.approx(0, abs=2e-3)
    assert y.var() == pytest.approx(1, abs=2e-3)


def test_an_unsolved_exercise_is_named_and_the_lessons_own_function_stands_in_for_it():
    def unsolved(*args):
        raise NotImplementedError()

    shown = half_explorer(relu, unsolved, energy_kept).frame().words
    assert "kills 50.0 % of the units" in shown
    assert shown.endswith("Until yours is solved, the lesson's own `zero_share` draws this.")


def stub(*args):
    raise NotImplementedError()


def test_what_students_build_drives_the_figures_of_units_and_the_lessons_own_until_it_is_solved(layers):
    calls = []

    def counted(function):
        return lambda Z: calls.append(function.__name__) or function(Z)

    mine = UnitCounter(counted(activity), counted(dead_units))
    assert mine.words == ""
    assert np.allclose(mine(layers[::10]), unit_shares(layers[::10]), rtol=1e-6)
    assert {"activity", "dead_units"} == set(calls)
    own = UnitCounter(stub, dead_units)
    assert "own `activity`" in own.words
    assert np.allclose(own(layers[::10]), unit_shares(layers[::10]), rtol=1e-6)
    _, alt = plots.two_directions(layers, lambda Z: activity(Z)[::-1], None)
    assert "lesson's own" not in alt
    assert "lesson's own `activity`" in plots.two_directions(layers, stub, None)[1]


def test_a_prediction_is_empty_until_it_is_written_and_each_has_its_cell():
    guesses = {name: cell.source for name, cell in CELLS.items() if name.startswith("guess-")}
    assert len(guesses) == sum("**Predict.**" in cell.source for cell in NOTEBOOK.cells)
    assert all(re.match(r"guess_\w+ = None  # ", source) for source in guesses.values())


def test_a_figure_shows_a_guess_anywhere_and_stays_whole_and_shows_none_without_one(layers):
    space = run("lopsided", guess_energy=0.37)
    assert "Your guess: 0.37." in space["alt"]
    for guess in (None, -5, 0.5, 1e6):
        fig, alt = plots.coins(np.full(1000, 128), guess)
        assert fig.axes[0].get_xlim()[1] < 200
        assert ("Your guess" in alt) == (guess is not None)
        figures = [
            plots.starts({"random": [[0.5]], "all equal": [[0.1]], "all zero": [[0.1]]}, guess),
            plots.dead([unit_shares(layers)], guess),
            plots.energy(np.array([-0.5, 2.0]), guess),
            plots.two_directions(layers, activity, guess if guess is None else "one peak"),
        ]
        for fig, alt in figures:
            words = [text.get_text() for ax in fig.axes for text in ax.texts]
            assert any("your guess" in text for text in words) == (guess is not None), alt
            assert ("Your guess" in alt) == (guess is not None)


def test_every_section_of_the_contents_has_its_heading():
    headings = {
        line[3:].replace(" ", "-")
        for cell in NOTEBOOK.cells
        if cell.cell_type == "markdown"
        for line in cell.source.splitlines()
        if line.startswith("## ")
    }
    links = set(re.findall(r"\]\(#([^)]*)\)", CELLS["title"].source))
    assert links == headings


def test_cells_are_short_and_prose_is_at_least_as_frequent_as_code():
    code = [cell for cell in NOTEBOOK.cells if cell.cell_type == "code"]
    prose = [cell for cell in NOTEBOOK.cells if cell.cell_type == "markdown"]
    lengths = sorted(len(cell.source.splitlines()) for cell in code)
    assert len(prose) >= len(code)
    assert np.median(lengths) <= 4
    assert np.quantile(lengths, 0.9) <= 12
    assert lengths[-1] <= 25
    assert {solution_function(c) for c in code} - {None} == {checked_function(c) for c in code} - {None}
