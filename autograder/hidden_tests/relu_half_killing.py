"""Lesson 1: hidden checks."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import Rng, behaviours, edges, purity, values
from heinit_lab.checking import Case
from heinit_solutions.relu_half_killing import activity, dead_units, energy_kept, relu, zero_share

# A unit that is mostly on and negative on average, and one that is mostly off and positive on average.
LEANING = np.array([[0.5, 9.0], [1.0, -1.0], [0.5, -0.5], [1.0, 0.0], [0.5, -1.0], [-9.0, 0.0]])
TINY = 10.0 ** -np.arange(6, 31, 2)  # small and not 0, in single precision too
DECADES = 10.0 ** np.arange(-6, 7)
MANY = 2000  # examples: an array in which one entry is less than a thousandth

AXES = ("", "a row of numbers", "a table", "an array with three axes")
VERY_MANY = "very many entries"
ONE_ENTRY = "an array of one entry"
BELOW, ABOVE = "entries that are all below 0", "entries that are all above 0"
AT_ZERO = "units at 0 or very near it"
MANY_EXAMPLES = "very many examples, of which a single one switches some units on"


def _of(kind: str, *inputs: np.ndarray) -> list[Case]:
    return [Case(x, kind=kind) for x in inputs]


def _by_axes(inputs: Iterable[np.ndarray]) -> list[Case]:
    return [Case(x, kind=AXES[x.ndim]) for x in inputs]


def _signed(rng: Rng, *shape: int, on: Any = 0.5) -> np.ndarray:
    """Numbers from 0.05 to 3 on either side of 0; the first is -3, and the last 3.

    on: the probability of a number above 0, one for all or one for each column.
    """
    x = np.where(rng.random(shape) < on, 1, -1) * rng.uniform(0.05, 3, size=shape)
    np.put(x, [0, -1], [-3.0, 3.0])
    return x


def _shape(rng: Rng, axes: int) -> tuple[int, ...]:
    """A shape with no two equal sides."""
    return tuple(rng.choice(np.arange(3, 10), size=axes, replace=False).tolist())


def _arrays(rng: Rng) -> list[np.ndarray]:
    return [_signed(rng, *_shape(rng, axes)) for axes in (1, 1, 2, 2, 2, 3, 3)]


def _arrays_of_every_size(rng: Rng) -> list[Case]:
    """The arrays, one with two numbers of either sign in each decade from 1e-6 to 1e6, and a long one."""
    sizes = np.tile(DECADES, 4) * rng.uniform(1, 9, size=52) * np.repeat([1, 1, -1, -1], 13)
    every_size = _of("very large and very small entries", rng.permutation(sizes).reshape(4, 13))
    return [*_by_axes(_arrays(rng)), *every_size, *_of(VERY_MANY, _signed(rng, MANY))]


def _signs_and_types(rng: Rng) -> list[Case]:
    x = _signed(rng, *_shape(rng, 2))
    return [
        *_of(ONE_ENTRY, x[:1, :1]),
        *_of(BELOW, -np.abs(x)),
        *_of(ABOVE, 1 + np.abs(x)),
        *_of("entries that are 0", np.zeros((2, 3)), np.array([0.0, -0.0, 1.5, -2.5])),
        *_of("single precision", x.astype(np.float32)),
        *_of("a transposed table", x.T),
    ]


def _outputs(rng: Rng) -> list[Case]:
    """Outputs of layers, some with most of the units off, some with few."""
    shares = (0.2, 0.8, 0.2, 0.5, 0.8, 0.2, 0.8)
    shapes = (_shape(rng, axes) for axes in (1, 1, 2, 2, 2, 3, 3))
    return _by_axes(
        np.maximum(_signed(rng, *shape, on=on), 0) for shape, on in zip(shapes, shares, strict=True)
    )


def _few_and_many_zeros(rng: Rng) -> list[Case]:
    H = np.abs(_signed(rng, *_shape(rng, 2)))
    signed, few = _signed(rng, *_shape(rng, 2)), _signed(rng, MANY)
    signed[0], few[rng.integers(MANY)] = 0, 0
    tiny = rng.permutation(np.concatenate([TINY, -TINY, np.zeros(5)]))
    return [
        *_of("an array without zeros", H),
        *_of("an array of zeros alone", 0 * H, -0.0 * H),
        *_of(ONE_ENTRY, H[:1, :1], 0 * H[:1, :1]),
        *_of("entries below 0", signed),
        *_of("entries that are tiny", tiny),
        *_of(VERY_MANY, few),
    ]


def _layers(rng: Rng) -> list[np.ndarray]:
    """Pre-activations of eight layers, (examples, units), a square one among them; some units lean."""
    shapes = [*(_shape(rng, 2) for _ in range(7)), (5, 5)]
    return [_signed(rng, m, n, on=rng.uniform(0.1, 0.9, size=n)) for m, n in shapes]


def _layers_at_the_edge(rng: Rng) -> list[Case]:
    """Units at exactly 0 or very near it, units with a misleading average, one example, one unit, all off,
    all on, and many examples of which a single one switches some units on."""
    Z = _signed(rng, 4, 7)
    gaps = np.where(rng.random((6, 5)) < 0.5, 0.0, rng.normal(size=(6, 5)))
    gaps[:, 0], gaps[:, 1], gaps[0, 4] = 0.0, -np.arange(6.0), -0.0
    gaps[:, 2:4] = rng.permutation(LEANING)
    near = np.tile([-1.0, -1.0, -1e-12], (3, 1))
    near[rng.integers(3), :2] = 1e-6, 1e-14
    many = -np.abs(_signed(rng, MANY, 4))
    many[rng.integers(MANY), 1:3] = 0.5, 1e-6
    return [
        *_of(AT_ZERO, gaps, near, np.zeros((3, 2))),
        *_of("one example", Z[:1], Z[:1, :1], Z[-1:, -1:]),
        *_of("one unit", Z[:, :1], Z[:, -1:]),
        *_of("a layer whose units are all off", -np.abs(Z)),
        *_of("a layer whose units are all on", np.abs(Z)),
        *_of(MANY_EXAMPLES, many),
    ]


def _layers_with_dead_units(rng: Rng) -> list[np.ndarray]:
    """Layers in which about a third of the units are off throughout, and some mislead by their average."""
    layers = _layers(rng)
    for Z in layers:
        dead = np.append(np.insert(rng.random(Z.shape[1] - 2) < 1 / 3, 1, True), False)
        Z[:, dead] = -np.abs(Z[:, dead])
        Z[:, 0] = -2 - np.abs(Z[:, 0])
        Z[rng.integers(len(Z)), 0] = 0.5
    rare = -np.abs(_signed(rng, 60, 4))
    rare[rng.integers(60, size=2), [0, 2]] = 0.5
    return [*layers, np.hstack([rng.permutation(LEANING), -np.abs(_signed(rng, 6, 2))]), rare]


def _symmetric_and_lopsided(rng: Rng) -> list[Case]:
    lopsided = _of("numbers that are lopsided", _signed(rng, 50, on=0.15), _signed(rng, 50, on=0.85))
    return [*_by_axes(_arrays(rng)), *lopsided]


def _signs_and_scales(rng: Rng) -> list[Case]:
    y = _signed(rng, *_shape(rng, 2))
    return [
        *_of(ABOVE, np.abs(y)),
        *_of(BELOW, -np.abs(y)),
        *_of(ONE_ENTRY, y[:1, :1]),
        *_of("numbers that are very large", 1e6 * y, 1e3 * y),
        *_of("numbers that are very small", 1e-3 * y, 1e-6 * y),
        *_of("numbers that are balanced around 0", np.concatenate([y, -y])),
        *_of("an entry that is 0", np.array([0.0, 2.0])),
        *_of(VERY_MANY, _signed(rng, MANY)),
    ]


UNCHANGED = "whether the array stays as it was"
UNITS = "units at 0 or very near it, one example, one unit, all on, all off, thousands of examples"
SIGNS = "one entry, all of one sign, very large and very small numbers, a balanced array, a long one"

HIDDEN = {
    "relu": behaviours(
        relu,
        values(1, "arrays with one to three axes, numbers from 1e-6 to 1e6", _arrays_of_every_size),
        edges(0.5, "one entry, zeros, all of one sign, single precision, transposed", _signs_and_types),
        purity(0.5, "a new array, and the old one left as it was", _arrays, new=True),
    ),
    "zero_share": behaviours(
        zero_share,
        values(1, "outputs of layers with one to three axes", _outputs),
        edges(
            0.5,
            "no zero, zeros only, one entry, tiny and negative entries, one zero among thousands",
            _few_and_many_zeros,
        ),
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
