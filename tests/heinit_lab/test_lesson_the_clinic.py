"""Lesson 6: what its pictures claim; the numbers of its text are held by tests/autograder/claims."""

from __future__ import annotations

import itertools

import nbformat
import numpy as np
import pytest

from autograder.lessons import lesson as find
from heinit_lab.experiments import the_clinic as experiments
from heinit_lab.explorers.the_clinic import residual_explorer, ward_explorer
from heinit_lab.patients import PATIENTS, truth
from heinit_lab.plots import the_clinic as plots
from heinit_lab.race import Race
from heinit_solutions import the_clinic as answers

CELLS = {cell.id: cell for cell in nbformat.read(find("6-the-clinic").path, 4).cells}


def unsolved(*args, **kwargs):
    raise NotImplementedError()


def test_every_state_of_the_explorers_has_its_words_and_keeps_its_axes():
    for explorer in (ward_explorer(), residual_explorer(answers.residual_scale)):
        limits = [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes]
        states = [
            dict(zip(explorer.start, values, strict=True))
            for values in itertools.product(*(slider.values for slider in explorer.sliders))
        ]
        words = {explorer.update(**state) for state in states[:: 1 if len(states) < 30 else 4]}
        assert len(words) >= min(len(states), 9)
        assert [(ax.get_xlim(), ax.get_ylim()) for ax in explorer.fig.axes] == limits
        assert explorer.frame().png.startswith(b"\x89PNG")


def test_at_a_large_rate_its_last_digit_decides_which_networks_learn():
    rates = [np.float32(0.05)]
    while len(rates) < 4:
        rates.append(np.nextafter(rates[-1], np.float32(1)))
    shares = np.array([shares for _, shares in experiments.rates(rates).values()])
    learned, guessing = shares > 0.4, shares < 0.2
    assert np.any(learned.any(axis=0) & guessing.any(axis=0))


def test_a_report_does_not_tell_what_was_done_to_the_network():
    said = ward_explorer().update(number_=2)
    patient = PATIENTS["factor-forgotten"]
    assert patient.story not in said
    assert patient.name not in said
    assert not any(illness in said for illness in patient.illnesses)


def test_scaled_branches_grow_by_what_was_asked_for_and_others_double_in_every_block():
    for L, growth in ((1, 4.0), (12, 2.0), (48, 1.5)):
        measured = experiments.residual_moments(L, answers.residual_scale(L, growth))[:, -1]
        assert measured.mean() == pytest.approx(growth, rel=0.1)
    assert experiments.residual_moments(8, 1.0)[:, -1].mean() == pytest.approx(2**8, rel=0.35)


def test_two_scaled_branches_a_block_end_at_2_at_any_depth_and_others_add_2_a_block():
    plain, scaled = experiments.two_branches((4, 12))
    assert plain[:, -1].mean() == pytest.approx(1 + 2 * 12, rel=0.3)
    for N in (4, 12):
        assert scaled[N].shape == (10, 2 * N + 1)
        assert scaled[N][:, -1].mean() == pytest.approx(2, rel=0.2)
    assert "4 blocks, 1/√8: " in plots.branches(plain, scaled)[1]


def test_a_depthwise_stack_is_level_by_nine_inputs_and_loses_a_sixteenth_by_all_channels():
    right, wrong = (experiments.depthwise_moments(fan, layers=1, networks=200)[:, 1] for fan in (9, 144))
    assert right.mean() == pytest.approx(1, abs=0.15)
    assert wrong.mean() == pytest.approx(1 / 16, abs=0.01)


def test_what_students_build_draws_and_until_it_is_solved_the_lesson_s_own_does(monkeypatch):
    own = "Until yours is solved, the lesson's own"
    drivers = experiments.diagnose_driver, experiments.prescribe_driver
    for make, answer in zip(drivers, (answers.diagnose, answers.prescribe), strict=True):
        assert make(answer).solved and make(answer).function is answer
        assert not make(unsolved).solved
        assert not make(lambda *args: "text").solved
    assert own not in plots.loss_by_variance(answers.first_loss)[1]
    assert own in plots.loss_by_variance(unsolved)[1]
    assert own in residual_explorer(unsolved).frame(L=2).words
    assert own in experiments.depthwise(unsolved)[1]
    monkeypatch.setattr(experiments, "SICK", 9)
    monkeypatch.setattr(experiments, "HEALTHY", 5)
    rounds = experiments.rounds(unsolved)
    assert own in rounds.maker
    assert set(rounds.diagnoses["he"]) == set(truth(PATIENTS["he"]))


def test_a_figure_of_diagnoses_tells_what_was_missed_and_what_is_a_false_alarm():
    said = {name: truth(patient) for name, patient in PATIENTS.items()}
    said["xavier"] = dict.fromkeys(said["xavier"], False)
    said["he"] = said["he"] | {"dead": True}
    alt = plots.diagnoses(experiments.Rounds(said, 0.95, 0.02, ""), "80, 5")[1]
    assert "Missed in: xavier; false alarms in: he. On 95 % of the sick" in alt
    assert alt.endswith("Your guess: 80, 5.")


def test_every_figure_says_in_words_what_was_guessed():
    run = Race((2.3, 2.0), (0.1, 0.2))
    races = dict.fromkeys(("a", "b", "c", "d"), (run, run))
    for plot in (
        plots.three_losses({"A": run, "B": run, "C": run}, "B"),
        plots.before_and_after(races, "B"),
        plots.rates({0.1: ([0.1], [0.5])}, "B"),
    ):
        assert "Your guess: B." in plot[1]
    assert "Your guess: 3." in plots.loss_by_variance(answers.first_loss, 3)[1]


def test_gelu_and_silu_leave_the_point_that_relu_and_tanh_keep():
    paths = experiments.fixed_points((0.8, 1.25))
    assert np.allclose(paths["relu"][:, -1], (0.8, 1.25))
    assert np.allclose(paths["tanh"][:, -1], 1, atol=0.01)
    for name in ("gelu", "silu"):
        assert paths[name][0, -1] < 0.01 and paths[name][1, -1] > 20
    assert plots.fixed_points(paths)[1].startswith("Variance of the pre-activations from starts 0.8, 1.25")


def test_the_lesson_names_where_its_rules_come_from():
    text = " ".join(cell.source for cell in CELLS.values())
    for source in (
        "Radford and others 2019",
        "Zhang, Dauphin and Ma 2019",
        "Poole and others (2016)",
        "Micikevicius",
    ):
        assert source in text
