"""Lesson 1: every number in its text is recomputed here."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from math import e, sqrt

import nbformat
import numpy as np
import pytest

from autograder.hidden_tests import assess
from autograder.lessons import lesson as find
from autograder.lessons.compose import asked, checked
from heinit_lab import race as racing
from heinit_lab.digits import digits
from heinit_lab.experiments.relu_half_killing import UnitCounter
from heinit_lab.explorers.relu_half_killing import KINDS, half_explorer, spaced
from heinit_lab.networks import unit_shares
from heinit_lab.plots import relu_half_killing as plots
from heinit_lab.source import PRINTED
from heinit_solutions.relu_half_killing import activity, dead_units, energy_kept, relu, zero_share

NOTEBOOK = nbformat.read(find("1-relu-half-killing").path, 4)
CELLS = {cell.id: cell for cell in NOTEBOOK.cells}


def says(cell: str, *texts: str) -> None:
    source = " ".join(CELLS[cell].source.split())
    for text in texts:
        assert re.search(rf"(?<![\d.]){re.escape(text)}(?!\d|\.\d)", source), (cell, text)


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
def counts():
    return run("dead")["counts"]


@pytest.fixture(scope="module")
def layers():
    return run("two-directions")["zs"]


@pytest.fixture(scope="module")
def by_scale():
    return run("same-units")["by_scale"]


def test_the_second_network_learns_and_the_first_does_not():
    space = run("race")
    tests = len(digits().test)
    assert space["first"].share < 2 / 10
    assert space["second"].share > 9 / 10
    assert f"{round(tests * space['second'].share)}" in space["alt"]
    says("read-race", "nine images in ten", "two in ten", "1.41")
    says("hook", "30 layers", "360 new images")
    assert tests == 360
    assert round(sqrt(2), 2) == 1.41


def test_calling_every_image_a_three_names_about_a_tenth():
    assert 0.05 < np.mean(digits().test_labels == 3) < 0.15


def test_ten_seeds_of_the_race_go_the_same_way():
    stored = json.loads((files("heinit_lab") / "data" / "replication.json").read_text())
    assert len(stored["he 30"]["share"]) == len(stored["xavier 30"]["share"]) == 10
    assert min(stored["he 30"]["share"]) > 0.9
    assert max(stored["xavier 30"]["share"]) < racing.CHANCE
    says("read-race", "ten times out of ten")


def test_zeros_and_equal_weights_stay_at_guessing():
    shares = {k: np.array(v) for k, v in run("starts")["shares"].items()}
    assert all(v.shape == (3, 8) for v in shares.values())
    assert shares["random"][:, -1].mean() == pytest.approx(0.9, abs=0.03)
    for start in ("all zero", "all equal"):
        assert shares[start].mean(0) == pytest.approx(0.1, abs=0.03)
        assert shares[start].max() < shares["random"].min()
    says("read-starts", "about 0.9", "near 0.1")


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


def test_worked_values_of_the_exercises():
    assert np.array_equal(relu(PRINTED[0]), [0.423, 0, 0.156, 0.734])
    assert zero_share(relu(PRINTED[0])) == 0.25
    per_input, per_neuron = activity(PRINTED)
    assert np.array_equal(per_input, [0.75, 0.5, 0.5])
    assert np.array_equal(per_neuron.round(3), [0.667, 0.333, 0.667, 0.667])
    assert dead_units(np.array([[-1.0, 2.0, 0.0], [-3.0, -1.0, -2.0]])).tolist() == [True, False, True]
    assert energy_kept(np.array([1.0, -2.0])) == 0.2
    says("ex-relu", "[0.423, -0.891, 0.156, 0.734]", "[0.423, 0, 0.156, 0.734]")
    says("ex-zero_share", "0.25")
    says("ex-activity", "[0.75, 0.5, 0.5]", "[0.667, 0.333, 0.667, 0.667]")
    says("ex-dead_units", "[True, False, True]")
    says("ex-energy_kept", "0.2")


def test_each_half_of_activity_has_half_the_points_and_so_have_both_in_each_others_place():
    def first_twice(Z):
        return activity(Z)[0], activity(Z)[0]

    def second_as_counts(Z):
        return activity(Z)[0], np.sum(Z > 0, axis=0)

    for wrong in (first_twice, second_as_counts, lambda Z: activity(Z)[::-1]):
        assert assess("activity", wrong).score == 2
    assert assess("activity", lambda Z: activity(Z)[0]).score == 0


def test_zeros_of_a_layer_are_coins():
    zeros = np.array(run("coin-layers")["zeros"])
    assert zeros[0] == 116
    assert round(zeros.mean()) == 128
    assert round(zeros.std()) == 8
    assert round(100 * np.mean(np.abs(zeros - 128) <= 16)) == 96
    assert len(zeros) == 1 + 999
    says("read-coins", "116", "128", "8", "96 %", r"128 \pm 16")


def test_the_spread_of_the_active_share_is_one_over_two_root_n():
    spreads = run("spreads")["spreads"]
    theory = 0.5 / np.sqrt(list(spreads))
    assert list(spreads.values()) == pytest.approx(theory, rel=4 / sqrt(2 * 400))
    assert round(100 / sqrt(2 * 400)) == 4
    says("read-spreads", "0.25 for 4", "one layer in eight", f"{theory[3]:.3f} for 256")
    says("read-spreads", f"{theory[4]:.3f} for 1,024", "about 4 %", "400")
    assert 2 * 0.5**4 == 1 / 8


def test_half_needs_symmetric_weights_and_no_bias_and_not_normal_ones():
    rng = np.random.default_rng(0)
    x = digits().train[0].astype(float)
    spread = 0.5 / sqrt(100_000)
    uniform = rng.uniform(-1, 1, (100_000, 64)) @ x
    assert abs(np.mean(uniform > 0) - 0.5) < 5 * spread
    assert abs(np.mean(uniform + 2 > 0) - 0.5) > 50 * spread
    lopsided = (rng.exponential(size=(100_000, 4)) - 1) @ np.ones(4)
    assert abs(np.mean(lopsided > 0) - 0.5) > 20 * spread


def test_units_take_sides_with_depth_and_images_do_not(layers):
    first = (layers[0] > 0).mean(axis=0)
    assert 100 * first.min() == pytest.approx(41, abs=0.6)
    assert 100 * first.max() == pytest.approx(59, abs=0.6)
    says("read-directions", "41 to 59 %")
    dead, always, _ = unit_shares(layers)
    assert dead[29] + always[29] > 0.5
    spread = 0.5 / sqrt(256)
    for z in (layers[0], layers[9], layers[29]):
        assert np.all(np.abs((z > 0).mean(axis=1) - 0.5) < 3 * spread)


def test_a_third_of_the_units_of_a_deep_layer_is_dead(counts):
    dead, always, mean = np.mean(counts, axis=0)
    assert len(counts) == 8
    assert dead[0] == 0
    assert dead[9] == pytest.approx(0.12, abs=0.01)
    assert dead[29] == pytest.approx(0.30, abs=0.01)
    assert always[29] == pytest.approx(dead[29], abs=0.05)
    assert np.std(counts, axis=0)[0, 29] == pytest.approx(0.04, abs=0.006)
    assert mean == pytest.approx(0.5, abs=0.03)
    says("read-dead", "None in layer 1", "0.12 in layer 10", "0.30 in layer 30", "0.04")


def test_every_scale_has_the_same_dead_units():
    space = run("same-units")
    assert "the same for every c; in all 398, 398, 398, 398 of 1,856 units" in space["alt"]
    by_scale = space["by_scale"]
    assert all(round(64 * unit_shares(zs)[0][-1]) == 23 for zs in by_scale.values())
    says("read-same", "398 of 1,856", "23 of its last 64", "35 powers of ten")
    patterns = [[z > 0 for z in zs] for zs in by_scale.values()]
    for other in patterns[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(patterns[0], other, strict=True))
    sizes = [np.mean(by_scale[c][-1] ** 2) for c in (0.5, 8)]
    assert round(np.log10(sizes[1] / sizes[0])) == 35


def test_no_whole_layer_goes_silent(counts, by_scale):
    assert np.max(np.array(counts)[:, 0]) < 0.6
    assert np.max(unit_shares(by_scale[2])[0]) < 0.6


def test_the_networks_of_the_table_are_those_of_the_race(monkeypatch, by_scale):
    given = []

    class Seen(racing._Network):
        def __init__(self, weights, normalised):
            given.extend(weights)
            super().__init__(weights, normalised)

    monkeypatch.setattr(racing, "_Network", Seen)
    racing.race(30, c=2, seed=0, epochs=1)
    h = digits().train[:500]
    for W, z in zip(given[:-1], by_scale[2], strict=True):
        assert h @ W.T == pytest.approx(z, rel=1e-5)
        h = np.maximum(z, 0)


def test_lopsided_numbers_lose_most_units_and_keep_most_energy():
    rng = np.random.default_rng(0)
    killed, kept = [], []
    for _ in range(100):
        y = rng.exponential(size=100_000) - 1
        killed.append(np.mean(y < 0))
        kept.append(np.sum(y[y > 0] ** 2) / np.sum(y**2))
    assert np.mean(killed) == pytest.approx(1 - 1 / e, abs=0.001)
    assert np.mean(kept) == pytest.approx(2 / e, abs=0.001)
    assert round(np.std(killed), 3) == 0.001
    assert round(np.std(kept), 3) == 0.003
    says("read-lopsided", "0.001", "0.003", "100,000")
    says("derive-lopsided", f"{1 - 1 / e:.3f}", f"{2 / e:.3f}", f"{e / 2:.2f}", "1/0.37 = 2.7")
    assert f"{1 / 0.37:.1f}" == f"{e:.1f}" == "2.7"
    assert e * 2 / e == 2
    says("predict-energy", "63 %")
    shown = run("lopsided")["y"]
    assert np.mean(shown < 0) == pytest.approx(1 - 1 / e, abs=0.006)
    assert energy_kept(shown) == pytest.approx(2 / e, abs=0.012)


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


def test_the_text_after_the_explorer_tells_what_it_shows(explorer):
    one, two = (explorer.frame(mean=-1.0, scale=scale).words for scale in (1.0, 2.0))
    assert "84.2 %" in one
    assert "3.8 %" in one
    assert "69.2 %" in two
    assert "16.8 %" in two
    says("read-explorer", "84 %", "4 %", "69 %", "17 %")


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
    assert {asked(c) for c in code} - {None} == {checked(c) for c in code} - {None}
