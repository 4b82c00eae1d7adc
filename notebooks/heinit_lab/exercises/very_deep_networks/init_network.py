"""`init_network`: the weights of all layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import sqrt

import numpy as np

from heinit_lab.checking import DrawCase, Plan
from heinit_lab.exercises._shared import exercise, generator_mistakes

Rng = np.random.Generator


def _network(
    sizes: Sequence[int], rng: Rng, std: Callable[[int, int], float], turn: bool = False
) -> list[np.ndarray]:
    """Normal matrices of standard deviation `std(n_in, n_out)`, lying on their side if `turn`."""
    shapes = [(a, b) if turn else (b, a) for a, b in pairwise(sizes)]
    return [
        std(a, b) * rng.standard_normal(shape) for (a, b), shape in zip(pairwise(sizes), shapes, strict=True)
    ]


def _by_in(c: float) -> Callable[[int, int], float]:
    return lambda n_in, n_out: sqrt(c / n_in)


def _one_by_shape(sizes: Sequence[int], c: float, rng: Rng) -> list[np.ndarray]:
    drawn: dict[tuple[int, ...], np.ndarray] = {}
    return [drawn.setdefault(W.shape, W) for W in _network(sizes, rng, _by_in(c))]


EXERCISE = exercise(
    "init_network",
    Plan(
        shapes=[
            DrawCase([2, 3], 2.0, shape=[(3, 2)], variance=[1.0]),
            DrawCase([4, 3, 5], 2.0, shape=[(3, 4), (5, 3)], variance=[0.5, 2 / 3]),
            DrawCase([6, 9, 7, 2], 1.0, shape=[(9, 6), (7, 9), (2, 7)], variance=[1 / 6, 1 / 9, 1 / 7]),
        ],
        laws=[
            DrawCase([240, 240, 240], 2.0, shape=[(240, 240), (240, 240)], variance=[1 / 120, 1 / 120]),
            DrawCase([3, 4096, 4], 1.0, shape=[(4096, 3), (4, 4096)], variance=[1 / 3, 1 / 4096]),
        ],
        small=[
            DrawCase([a, b, a], 2.0, shape=[(b, a), (a, b)], variance=[2 / a, 2 / b])
            for a, b in product((2, 5, 8, 13), repeat=2)
        ],
        random=[DrawCase([4, 3, 2], 2.0, shape=[(3, 4), (2, 3)], variance=[0.5, 2 / 3])],
    ),
    mistakes={
        "one-matrix-reused": (
            lambda sizes, c, rng: _network(sizes[:2], rng, _by_in(c)) * (len(sizes) - 1),
            _one_by_shape,
        ),
        "last-layer-missing": lambda sizes, c, rng: _network(sizes[:-1], rng, _by_in(c)),
        "transposed": lambda sizes, c, rng: _network(sizes, rng, _by_in(c), turn=True),
        "fan-out-for-fan-in": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(c / b)),
        "first-fan-for-all": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(c / sizes[0])),
        "fan-off-by-one": (
            lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(c / (a + 1))),
            lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(c / (a - 1))),
        ),
        "variance-for-std": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: c / a),
        "two-twice": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(2 * c / a)),
        "c-outside-the-root": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: c / sqrt(a)),
        "std-for-mean": (
            lambda sizes, c, rng: [rng.normal(sqrt(c / a), 1.0, (b, a)) for a, b in pairwise(sizes)],
            lambda sizes, c, rng: [rng.normal(sqrt(c / a), (b, a)) for a, b in pairwise(sizes)],
        ),
        "root-of-two-over-n": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: sqrt(c) / a),
        "ignores-c": (
            lambda sizes, c, rng: _network(sizes, rng, _by_in(2)),
            lambda sizes, c, rng: _network(sizes, rng, _by_in(1)),
        ),
        "not-scaled": lambda sizes, c, rng: _network(sizes, rng, lambda a, b: 1.0),
        "uniform-for-normal": lambda sizes, c, rng: [
            sqrt(3 * c / a) * (2 * rng.random((b, a)) - 1) for a, b in pairwise(sizes)
        ],
        **generator_mistakes(lambda sizes, c, rng: _network(sizes, rng, _by_in(c))),
    },
    hidden=4,
)
