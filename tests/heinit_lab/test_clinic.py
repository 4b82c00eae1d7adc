"""What is measured of a sick network: gradients are those of the loss; and what the twenty networks have."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from heinit_lab import clinic
from heinit_lab.clinic import ILLNESSES, Patient, measure
from heinit_lab.patients import PATIENTS, truth, unseen
from heinit_solutions.the_clinic import diagnose

RNG = np.random.default_rng(6)
X, LABELS = RNG.standard_normal((7, 5)), np.array([0, 1, 2, 0, 1, 2, 0])
W, V, LAST = (RNG.standard_normal((5, 5)) for _ in range(3))
LAYERS = {
    "dense": lambda h, W, V: clinic._dense(h, W, np.float64(0.1), False),
    "normalised": lambda h, W, V: clinic._dense(h, W, np.float64(0.1), True),
    "block": lambda h, W, V: clinic._block(h, W, V, np.float64(0.7)),
}


@pytest.mark.parametrize("kind", LAYERS)
def test_a_gradient_is_the_slope_of_the_loss(kind):
    def loss(x, W, V):
        """Of all images together, since normalisation ties them to each other."""
        scores = LAYERS[kind](x, W, V)[0] @ LAST[:3].T
        return clinic._cross_entropy(scores, LABELS)[0] * len(LABELS)

    h, pull = LAYERS[kind](X, W, V)
    g = clinic._cross_entropy(h @ LAST[:3].T, LABELS)[1] @ LAST[:3]
    before, matrices = pull(g)
    for place, gradient in enumerate((before, *matrices)):
        step = 1e-6 * RNG.standard_normal(gradient.shape)
        ahead, behind = [X, W, V], [X, W, V]
        ahead[place], behind[place] = ahead[place] + step, behind[place] - step
        slope = (loss(*ahead) - loss(*behind)) / 2
        np.testing.assert_allclose(np.sum(gradient * step), slope, rtol=1e-4)


def test_a_report_has_a_number_for_each_layer_and_each_matrix():
    for patient, layers, matrices in ((PATIENTS["he"], 12, 12), (PATIENTS["residual"], 12, 23)):
        report = measure(patient)
        assert [len(report[name]) for name in ("forward", "backward", "dead")] == [layers, layers, layers - 1]
        assert len(report["update"]) == matrices
        assert report["forward"][0] == pytest.approx(1, abs=1e-3)


def test_a_larger_rate_makes_a_larger_step_and_changes_nothing_else():
    slow, fast = (measure(replace(PATIENTS["he"], rate=rate)) for rate in (0.01, 0.03))
    np.testing.assert_allclose(fast.pop("update"), 3 * slow.pop("update"), rtol=1e-6)
    for name, value in slow.items():
        np.testing.assert_array_equal(value, fast[name])


def test_a_last_matrix_of_zero_begins_at_the_logarithm_of_the_classes_and_sends_nothing_back():
    report = measure(Patient("", "", last=0.0))
    assert report["loss"] == pytest.approx(np.log(10))
    assert not np.any(report["backward"])
    assert np.isinf(report["update"][-1])  # its own change is not 0


def test_a_shared_matrix_is_one_array():
    Ws = clinic.weights(PATIENTS["shared-matrix"], np.random.default_rng(0))
    assert len({id(each) for each in Ws[:-1]}) == 1
    assert len(Ws) == 41


def test_twenty_networks_are_told_and_diagnosed_as_they_are():
    assert len(PATIENTS) == 20
    assert {illness for patient in PATIENTS.values() for illness in patient.illnesses} == set(ILLNESSES)
    assert max(len(patient.illnesses) for patient in PATIENTS.values()) == 2
    assert sum(not patient.illnesses for patient in PATIENTS.values()) >= 4
    for name, patient in PATIENTS.items():
        assert (name, diagnose(measure(patient))) == (name, truth(patient))


def test_unseen_networks_are_other_draws_with_the_illnesses_of_their_kind():
    seen = unseen(3, 18, healthy=False)
    assert seen == unseen(3, 18, healthy=False)
    assert len({patient.seed for _, patient in seen}) == 18
    assert all(patient.illnesses == PATIENTS[patient.name].illnesses for _, patient in seen)
    assert not any(patient.illnesses for _, patient in unseen(3, 5, healthy=True))
