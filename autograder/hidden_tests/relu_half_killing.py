"""Lesson 1: hidden checks."""

from __future__ import annotations

import numpy as np

from autograder.hidden_tests.behaviour import Behaviour
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case, Trials, trials
from heinit_solutions.relu_half_killing import activity, dead_units, energy_kept, relu, zero_share

Rng = np.random.Generator

# A unit that is mostly on and negative on average, and one that is mostly off and positive on average.
LEANING = np.array([[0.5, 9.0], [1.0, -1.0], [0.5, -0.5], [1.0, 0.0], [0.5, -1.0], [-9.0, 0.0]])


def _array(rng: Rng, axes: int) -> np.ndarray:
    """Numbers of both signs, none of them 0, of a random shape with no two equal sides."""
    shape = rng.choice(np.arange(3, 10), size=axes, replace=False)
    return rng.normal(rng.uniform(-0.5, 0.5), rng.uniform(0.3, 3), size=tuple(shape))


def _arrays(rng: Rng) -> list[np.ndarray]:
    return [_array(rng, axes) for axes in (1, 1, 2, 2, 2, 3, 3)]


def _relu_values(answer: Function, rng: Rng) -> Trials:
    stored = [Case(x, want=relu(x)) for x in _arrays(rng)]
    return trials("relu", answer, stored, looks_at=("values",))


def _relu_edges(answer: Function, rng: Rng) -> Trials:
    x = _array(rng, 2)
    stored = [x[:1, :1], -np.abs(x), 1 + np.abs(x), np.zeros((2, 3)), x.astype(np.float32), x.T]
    return trials("relu", answer, [Case(y, want=relu(y)) for y in stored], looks_at=("values",))


def _relu_purity(answer: Function, rng: Rng) -> Trials:
    return trials(
        "relu", answer, [Case(x, want=relu(x)) for x in _arrays(rng)], new=True, looks_at=("purity",)
    )


def _outputs(rng: Rng) -> list[np.ndarray]:
    """Outputs of layers, some with most of the units off, some with few."""
    return [np.maximum(x + rng.uniform(-1, 1), 0) for x in _arrays(rng)]


def _zero_share_values(answer: Function, rng: Rng) -> Trials:
    stored = [Case(H, want=zero_share(H)) for H in _outputs(rng)]
    return trials("zero_share", answer, stored, looks_at=("values",))


def _zero_share_edges(answer: Function, rng: Rng) -> Trials:
    H = np.abs(_array(rng, 2)) + 0.1
    signed = _array(rng, 2)
    signed[0] = 0
    tiny = np.where(rng.random(24) < 0.5, 10.0 ** rng.uniform(-14, -6, 24), 0.0)
    stored = [H, 0 * H, H[:1, :1], 0 * H[:1, :1], -0.0 * H, signed, tiny]
    return trials("zero_share", answer, [Case(x, want=zero_share(x)) for x in stored], looks_at=("values",))


def _zero_share_purity(answer: Function, rng: Rng) -> Trials:
    return trials(
        "zero_share", answer, [Case(H, want=zero_share(H)) for H in _outputs(rng)], looks_at=("purity",)
    )


def _layers(rng: Rng) -> list[np.ndarray]:
    """Pre-activations of eight layers, (examples, neurons), a square one among them; some neurons lean."""
    sizes = [*rng.integers(2, 12, size=(7, 2)), np.array([5, 5])]
    return [rng.normal(rng.uniform(-1.5, 1.5, size=n), 1, size=(m, n)) for m, n in sizes]


def _activity_values(answer: Function, rng: Rng) -> Trials:
    stored = [Case(Z, want=activity(Z)) for Z in _layers(rng)]
    return trials("activity", answer, stored, looks_at=("values",))


def _layers_at_the_edge(rng: Rng) -> list[np.ndarray]:
    """Units at exactly 0, units with a misleading average, one example, one neuron, all off, all on."""
    Z = rng.normal(size=(4, 7))
    gaps = np.where(rng.random((6, 5)) < 0.5, 0.0, rng.normal(size=(6, 5)))
    gaps[:, 0], gaps[:, 1] = 0.0, -np.arange(6.0)
    gaps[:, 2:4] = rng.permutation(LEANING)
    return [gaps, Z[:1], Z[:, :1], Z[:1, :1], -np.abs(Z), np.abs(Z), np.zeros((3, 2))]


def _activity_edges(answer: Function, rng: Rng) -> Trials:
    stored = [Case(Z, want=activity(Z)) for Z in _layers_at_the_edge(rng)]
    return trials("activity", answer, stored, looks_at=("values",))


def _activity_purity(answer: Function, rng: Rng) -> Trials:
    return trials("activity", answer, [Case(Z, want=activity(Z)) for Z in _layers(rng)], looks_at=("purity",))


def _layers_with_dead_units(rng: Rng) -> list[np.ndarray]:
    """Layers in which about a third of the neurons are off throughout, and some mislead by their average."""
    layers = [Z for Z in _layers(rng) if len(Z) > 2]
    for Z in layers:
        dead = rng.random(Z.shape[1]) < 1 / 3
        Z[:, dead] = -np.abs(Z[:, dead])
        Z[:, 0] = -2 - np.abs(Z[:, 0])
        Z[rng.integers(len(Z)), 0] = 0.5
    rare = -np.abs(rng.normal(size=(60, 4)))
    rare[rng.integers(60, size=2), [0, 2]] = 0.5
    return [*layers, np.hstack([rng.permutation(LEANING), -np.abs(rng.normal(size=(6, 2)))]), rare]


def _dead_units_values(answer: Function, rng: Rng) -> Trials:
    stored = [Case(Z, want=dead_units(Z)) for Z in _layers_with_dead_units(rng)]
    return trials("dead_units", answer, stored, looks_at=("values",))


def _dead_units_edges(answer: Function, rng: Rng) -> Trials:
    stored = [Case(Z, want=dead_units(Z)) for Z in _layers_at_the_edge(rng)]
    return trials("dead_units", answer, stored, looks_at=("values",))


def _dead_units_purity(answer: Function, rng: Rng) -> Trials:
    return trials(
        "dead_units",
        answer,
        [Case(Z, want=dead_units(Z)) for Z in _layers_with_dead_units(rng)],
        looks_at=("purity",),
    )


def _energy_values(answer: Function, rng: Rng) -> Trials:
    stored = [*_arrays(rng), rng.exponential(size=50) - 1, 1 - rng.exponential(size=50)]
    return trials("energy_kept", answer, [Case(y, want=energy_kept(y)) for y in stored], looks_at=("values",))


def _energy_edges(answer: Function, rng: Rng) -> Trials:
    y = _array(rng, 2)
    stored = [
        np.abs(y),
        -np.abs(y),
        y[:1, :1],
        1e6 * y,
        1e-3 * y,
        np.concatenate([y, -y]),
        np.array([0.0, 2.0]),
    ]
    return trials("energy_kept", answer, [Case(v, want=energy_kept(v)) for v in stored], looks_at=("values",))


def _energy_purity(answer: Function, rng: Rng) -> Trials:
    return trials(
        "energy_kept", answer, [Case(y, want=energy_kept(y)) for y in _arrays(rng)], looks_at=("purity",)
    )


HIDDEN = {
    "relu": (
        Behaviour("values", 1.0, "arrays with one to three axes", _relu_values),
        Behaviour(
            "edge cases",
            0.5,
            "one entry, all of one sign, single precision, transposed",
            _relu_edges,
            needs=("values",),
        ),
        Behaviour(
            "purity", 0.5, "a new array, and the old one left as it was", _relu_purity, needs=("values",)
        ),
    ),
    "zero_share": (
        Behaviour("values", 1.0, "outputs of layers with one to three axes", _zero_share_values),
        Behaviour(
            "edge cases",
            0.5,
            "no zero, zeros only, one entry, tiny and negative entries",
            _zero_share_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "whether the array stays as it was", _zero_share_purity, needs=("values",)),
    ),
    "activity": (
        Behaviour("values", 2.5, "eight layers, one of them square", _activity_values),
        Behaviour(
            "edge cases",
            1.0,
            "units at exactly 0, one example, one neuron, all on, all off",
            _activity_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "whether the array stays as it was", _activity_purity, needs=("values",)),
    ),
    "dead_units": (
        Behaviour("values", 1.5, "layers in which a third of the neurons are dead", _dead_units_values),
        Behaviour(
            "edge cases",
            1.0,
            "units at exactly 0, one example, one neuron, all on, all off",
            _dead_units_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "whether the array stays as it was", _dead_units_purity, needs=("values",)),
    ),
    "energy_kept": (
        Behaviour("values", 2.5, "arrays with one to three axes, symmetric and lopsided", _energy_values),
        Behaviour(
            "edge cases",
            1.0,
            "one entry, all of one sign, very large and very small numbers, a balanced array",
            _energy_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "whether the array stays as it was", _energy_purity, needs=("values",)),
    ),
}
