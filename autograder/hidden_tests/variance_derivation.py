"""Lesson 2: hidden checks."""

import numpy as np

from autograder.hidden_tests.behaviour import (
    Rng,
    behaviours,
    edges,
    layer_widths,
    of_every_size,
    purity,
    values,
)
from heinit_lab.activations import ACTIVATIONS
from heinit_lab.checking.trials import Case
from heinit_solutions.variance_derivation import (
    gain,
    preact_variance,
    relu_moments,
    second_moment,
    weight_variance,
)


def _array(rng: Rng, axes: int, scale: float) -> np.ndarray:
    """Numbers that are not centred, of a random shape with no two equal sides."""
    shape = rng.choice(np.arange(2, 9), size=axes, replace=False)
    return scale * rng.normal(
        rng.choice([-1, 1]) * rng.uniform(0.5, 2), rng.uniform(0.2, 3), size=tuple(shape)
    )


def _arrays(rng: Rng) -> list[np.ndarray]:
    """Arrays of one, two and three axes, of small and large numbers, and one of whole numbers."""
    axes_and_scales = ((1, 1e3), (1, 1.0), (2, 1e-3), (2, 1.0), (3, 1.0))
    return [*(_array(rng, *each) for each in axes_and_scales), rng.integers(1, 9, size=(3, 4))]


def _arrays_along_each_axis(rng: Rng) -> list[Case]:
    kinds = ("", "a vector", "a matrix", "an array of three axes")
    along = [
        Case(x, axis=axis, kind=f"{kinds[x.ndim]}, {'over all entries' if axis is None else 'along an axis'}")
        for x in _arrays(rng)
        for axis in (None, *range(x.ndim), -1)
    ]
    whole = [Case(x, kind=kinds[x.ndim]) for x in _arrays(rng)]
    long = np.vstack([rng.normal(1, 2, size=(1999, 2)), [1e3, -1e3]])
    many = "very many entries"
    return [*along, *whole, Case(long, kind=many), Case(long, axis=0, kind=many), Case(long[:1, :1])]


def _sigmas(rng: Rng) -> list[float]:
    return [float(sigma) for sigma in of_every_size(rng, 0.05, 20, 20)]


def _small_and_large_sigmas(_: Rng) -> list[Case]:
    small, large = "a very small sigma", "a large sigma"
    return [
        Case(1e-3, kind=small),
        Case(3, kind="a whole number"),
        *(Case(s, kind=large) for s in (100, 1e5)),
    ]


def _inputs_and_variances(rng: Rng) -> list[Case]:
    sizes, scales = rng.integers(2, 60, size=20).tolist(), (1e-3, 1.0, 1.0, 1.0, 1e3) * 4
    return [
        Case(
            scale * rng.normal(rng.uniform(0.5, 2), rng.uniform(0.2, 3), size=n), float(rng.uniform(0.01, 2))
        )
        for n, scale in zip(sizes, scales, strict=True)
    ]


def _one_input_zeros_integers_constant(rng: Rng) -> list[Case]:
    x = rng.uniform(1, 5)
    whole, last = rng.integers(-5, 6, size=9), np.zeros(2000)
    whole[:2], last[-1] = (-5, 3), x
    return [
        Case(np.array([x]), 0.5, kind="a single input"),
        Case(np.zeros(6), 0.5, kind="an input of zeros"),
        Case(whole, 0.25, kind="whole numbers"),
        Case(np.full(2000, x), 1e-3, kind="very many equal inputs"),
        Case(last, 0.5, kind="an input of zeros and one number"),
    ]


def _fans_and_slopes(rng: Rng) -> list[Case]:
    """Fans of all sizes, with a slope in each tenth from -1 to 1 that is not near 0, and without any."""
    fans = layer_widths(rng)
    slopes = (rng.choice([-1, 1], size=20) * (np.arange(1, 21) - rng.uniform(0, 0.5, size=20)) / 20).tolist()
    sloped = [
        Case(n, slope=a, kind=f"a slope {'above' if a > 0 else 'below'} 0")
        for n, a in zip(fans, slopes, strict=True)
    ]
    return [*sloped, *(Case(n, kind="slope 0") for n in fans[::4])]


def _steep_slopes(_: Rng) -> list[Case]:
    inputs = {
        "one term": [(1, 0.0), (1, 2)],
        "slope 1 or -1": [(3, 1.0), (3, -1.0)],
        "a slope far beyond 1": [(2, 8.0), (7, 1e3)],
        "very many terms": [(50_000, 0.25)],
        "a slope near 0": [(7, 0.01), (7, -0.01)],
    }
    return [Case(*each, kind=kind) for kind, group in inputs.items() for each in group]


def _activations(rng: Rng) -> list[str]:
    """All but SELU, whose kink makes a correct sum of 20 Gauss-Hermite nodes miss by 0.2 %."""
    return [name for name in ACTIVATIONS if name != "selu"]


def _activations_with_a_parameter(rng: Rng) -> list[Case]:
    """Activations with a parameter, inside its range and at the ends; 20 Gauss-Hermite nodes are enough."""
    slopes = [*rng.uniform(-1.5, 1.5, size=4).tolist(), 1.5, -1.5, 1.0, -1.0]
    parameters = (rng.choice([-1, 1], size=4) * rng.uniform(0.1, 0.8, size=4)).tolist()
    return [
        *(Case("leaky", a, kind="a leaky ReLU with a slope") for a in slopes),
        *(Case("elu", a, kind="an ELU with a parameter") for a in (*parameters, 0.8, -0.8, 0.0)),
        *(
            Case(*f, kind="a parameter that the activation does not use")
            for f in (("tanh", 0.7), ("relu", 0.5))
        ),
    ]


HIDDEN = {
    "second_moment": behaviours(
        second_moment,
        values(0.5, "means of squares of arrays with one to three axes, along each", _arrays_along_each_axis),
        purity(0.5, "whether the array stays as it was", _arrays),
    ),
    "relu_moments": behaviours(
        relu_moments,
        values(4.5, "the three moments at 20 scales", _sigmas),
        edges(1.5, "very small, whole and very large sigma", _small_and_large_sigmas),
    ),
    "preact_variance": behaviours(
        preact_variance,
        values(1, "20 inputs that are not centred", _inputs_and_variances),
        edges(0.5, "one input, zeros, whole numbers, a constant", _one_input_zeros_integers_constant),
        purity(0.5, "whether the input stays as it was", lambda rng: [Case(rng.normal(1, 1, size=17), 0.3)]),
    ),
    "weight_variance": behaviours(
        weight_variance,
        values(1.5, "25 fans, with and without a slope of either sign", _fans_and_slopes),
        edges(0.5, "slopes of 1, -1 and beyond, fans of 1 and of 50,000", _steep_slopes),
    ),
    "gain": behaviours(
        gain,
        values(2.5, "every activation of the table but selu, to 0.1 %", _activations, rtol=1e-3),
        edges(1.5, "the parameter a, of either sign, to 0.1 %", _activations_with_a_parameter, rtol=1e-3),
    ),
}
