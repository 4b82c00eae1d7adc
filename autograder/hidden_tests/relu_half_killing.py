"""Lesson 1: hidden checks."""

import numpy as np

from autograder.hidden_tests.behaviour import Rng, behaviours, edges, purity, values
from heinit_solutions.relu_half_killing import activity, dead_units, energy_kept, relu, zero_share

# A unit that is mostly on and negative on average, and one that is mostly off and positive on average.
LEANING = np.array([[0.5, 9.0], [1.0, -1.0], [0.5, -0.5], [1.0, 0.0], [0.5, -1.0], [-9.0, 0.0]])


def _array(rng: Rng, axes: int) -> np.ndarray:
    """Numbers of both signs, none of them 0, of a random shape with no two equal sides."""
    shape = rng.choice(np.arange(3, 10), size=axes, replace=False)
    return rng.normal(rng.uniform(-0.5, 0.5), rng.uniform(0.3, 3), size=tuple(shape))


def _arrays(rng: Rng) -> list[np.ndarray]:
    return [_array(rng, axes) for axes in (1, 1, 2, 2, 2, 3, 3)]


def _signs_and_types(rng: Rng) -> list[np.ndarray]:
    x = _array(rng, 2)
    return [x[:1, :1], -np.abs(x), 1 + np.abs(x), np.zeros((2, 3)), x.astype(np.float32), x.T]


def _outputs(rng: Rng) -> list[np.ndarray]:
    """Outputs of layers, some with most of the units off, some with few."""
    return [np.maximum(x + rng.uniform(-1, 1), 0) for x in _arrays(rng)]


def _few_and_many_zeros(rng: Rng) -> list[np.ndarray]:
    H = np.abs(_array(rng, 2)) + 0.1
    signed = _array(rng, 2)
    signed[0] = 0
    tiny = np.where(rng.random(24) < 0.5, 10.0 ** rng.uniform(-14, -6, 24), 0.0)
    return [H, 0 * H, H[:1, :1], 0 * H[:1, :1], -0.0 * H, signed, tiny]


def _layers(rng: Rng) -> list[np.ndarray]:
    """Pre-activations of eight layers, (examples, neurons), a square one among them; some neurons lean."""
    sizes = [*rng.integers(2, 12, size=(7, 2)), np.array([5, 5])]
    return [rng.normal(rng.uniform(-1.5, 1.5, size=n), 1, size=(m, n)) for m, n in sizes]


def _layers_at_the_edge(rng: Rng) -> list[np.ndarray]:
    """Units at exactly 0, units with a misleading average, one example, one neuron, all off, all on."""
    Z = rng.normal(size=(4, 7))
    gaps = np.where(rng.random((6, 5)) < 0.5, 0.0, rng.normal(size=(6, 5)))
    gaps[:, 0], gaps[:, 1] = 0.0, -np.arange(6.0)
    gaps[:, 2:4] = rng.permutation(LEANING)
    return [gaps, Z[:1], Z[:, :1], Z[:1, :1], -np.abs(Z), np.abs(Z), np.zeros((3, 2))]


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


def _symmetric_and_lopsided(rng: Rng) -> list[np.ndarray]:
    return [*_arrays(rng), rng.exponential(size=50) - 1, 1 - rng.exponential(size=50)]


def _signs_and_scales(rng: Rng) -> list[np.ndarray]:
    y, small = _array(rng, 2), np.array([0.0, 2.0])
    return [np.abs(y), -np.abs(y), y[:1, :1], 1e6 * y, 1e-3 * y, np.concatenate([y, -y]), small]


UNCHANGED = "whether the array stays as it was"
UNITS = "units at exactly 0, one example, one unit, all on, all off"
SIGNS = "one entry, all of one sign, very large and very small numbers, a balanced array"

HIDDEN = {
    "relu": behaviours(
        relu,
        values(1, "arrays with one to three axes", _arrays),
        edges(0.5, "one entry, all of one sign, single precision, transposed", _signs_and_types),
        purity(0.5, "a new array, and the old one left as it was", _arrays, new=True),
    ),
    "zero_share": behaviours(
        zero_share,
        values(1, "outputs of layers with one to three axes", _outputs),
        edges(0.5, "no zero, zeros only, one entry, tiny and negative entries", _few_and_many_zeros),
        purity(0.5, UNCHANGED, _outputs),
    ),
    "activity": behaviours(
        activity,
        values(2.5, "eight layers, one of them square", _layers),
        edges(1, UNITS, _layers_at_the_edge),
        purity(0.5, UNCHANGED, _layers),
    ),
    "dead_units": behaviours(
        dead_units,
        values(1.5, "layers in which a third of the units are dead", _layers_with_dead_units),
        edges(1, UNITS, _layers_at_the_edge),
        purity(0.5, UNCHANGED, _layers_with_dead_units),
    ),
    "energy_kept": behaviours(
        energy_kept,
        values(2.5, "arrays with one to three axes, symmetric and lopsided", _symmetric_and_lopsided),
        edges(1, SIGNS, _signs_and_scales),
        purity(0.5, UNCHANGED, _arrays),
    ),
}
