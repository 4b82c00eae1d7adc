"""`init_network`: the weights of all layers."""

from collections.abc import Callable, Sequence
from itertools import pairwise, product
from math import sqrt

import numpy as np

from heinit_lab.checking import DrawCase, DrawPlan
from heinit_lab.checking.draws import DrawTrials
from heinit_lab.exercises._shared import (
    ends_after_a_few_decimals,
    exercise,
    generator_mistakes,
    in_every_matrix,
    is_centred,
    is_scaled_to_itself,
)

Rng = np.random.Generator


def _drawn(std: Callable[[int, int, float], float]) -> Callable[..., list[np.ndarray]]:
    """An answer: normal matrices of standard deviation `std(n_in, n_out, c)`."""

    def answer(sizes: Sequence[int], c: float, rng: Rng) -> list[np.ndarray]:
        return [std(a, b, c) * rng.standard_normal((b, a)) for a, b in pairwise(sizes)]

    return answer


_right = _drawn(lambda a, b, c: sqrt(c / a))
_by_out = _drawn(lambda a, b, c: sqrt(c / b))
_unscaled = _drawn(lambda a, b, c: 1.0)


def _transposed(sizes: Sequence[int], c: float, rng: Rng) -> list[np.ndarray]:
    return [W.T for W in _right(sizes, c, rng)]


def _has_right_shapes(draws: DrawTrials) -> bool:
    return draws.shapes == [case.shapes for case in draws.plan.shapes]


def _one_by_shape(sizes: Sequence[int], c: float, rng: Rng) -> list[np.ndarray]:
    drawn: dict[tuple[int, ...], np.ndarray] = {}
    return [drawn.setdefault(W.shape, W) for W in _right(sizes, c, rng)]


def _of_sample(change: Callable[[np.ndarray], np.ndarray]) -> Callable[..., list[np.ndarray]]:
    """Draws that are changed by a measure of themselves, and then scaled."""
    return lambda sizes, c, rng: [sqrt(c / W.shape[1]) * change(W) for W in _unscaled(sizes, c, rng)]


def _ragged(draws: DrawTrials) -> bool:
    return any("inhomogeneous" in str(call.error) for call in draws.shape_calls)


EXERCISE = exercise(
    "init_network",
    DrawPlan(
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
            for a, b in product((2, 5, 8, 13, 21), repeat=2)
        ],
        random=[DrawCase([4, 3, 2], 2.0, shape=[(3, 4), (2, 3)], variance=[0.5, 2 / 3])],
    ),
    mistakes={
        "one-matrix-reused": (
            lambda sizes, c, rng: _right(sizes[:2], c, rng) * (len(sizes) - 1),
            _one_by_shape,
        ),
        "last-layer-missing": lambda sizes, c, rng: _right(sizes, c, rng)[:-1],
        "first-layer-missing": lambda sizes, c, rng: _right(sizes, c, rng)[1:],
        "returned-in-the-loop": (
            lambda sizes, c, rng: _right(sizes, c, rng)[:1],
            lambda sizes, c, rng: _right(sizes, c, rng)[0],
        ),
        "list-overwritten": (
            lambda sizes, c, rng: _right(sizes, c, rng)[-1:],
            lambda sizes, c, rng: _right(sizes, c, rng)[-1],
        ),
        "last-layer-first": lambda sizes, c, rng: _right(sizes, c, rng)[::-1],
        "ragged-array": lambda sizes, c, rng: np.array(_right(sizes, c, rng)),
        "transposed": _transposed,
        "fan-out-for-fan-in": _by_out,
        "in-and-out-swapped": lambda sizes, c, rng: [W.T for W in _by_out(sizes, c, rng)],
        "first-fan-for-all": lambda sizes, c, rng: [
            sqrt(c / sizes[0]) * rng.standard_normal((b, a)) for a, b in pairwise(sizes)
        ],
        "both-fans-counted": (
            _drawn(lambda a, b, c: sqrt(2 * c / (a + b))),
            _drawn(lambda a, b, c: sqrt(c / (a + b))),
            _drawn(lambda a, b, c: sqrt(2 / (a + b))),
            lambda sizes, c, rng: [
                sqrt(6 / (a + b)) * (2 * rng.random((b, a)) - 1) for a, b in pairwise(sizes)
            ],
        ),
        "fan-off-by-one": (
            _drawn(lambda a, b, c: sqrt(c / (a + 1))),
            _drawn(lambda a, b, c: sqrt(c / (a - 1))),
        ),
        "variance-for-std": _drawn(lambda a, b, c: c / a),
        "two-twice": _drawn(lambda a, b, c: sqrt(2 * c / a)),
        "half-taken-twice": _drawn(lambda a, b, c: sqrt(c / 2 / a)),
        "fan-product": _drawn(lambda a, b, c: sqrt(c / a / b)),
        "fraction-upside-down": _drawn(lambda a, b, c: sqrt(a / c)),
        "integer-division": _drawn(lambda a, b, c: sqrt(c // a)),
        "flat-for-matrix": lambda sizes, c, rng: [W.ravel() for W in _right(sizes, c, rng)],
        "one-draw": (
            lambda sizes, c, rng: [W[0, 0] for W in _right(sizes, c, rng)],
            lambda sizes, c, rng: [np.full_like(W, W[0, 0]) for W in _right(sizes, c, rng)],
        ),
        "one-row-repeated": lambda sizes, c, rng: [np.tile(W[0], (len(W), 1)) for W in _right(sizes, c, rng)],
        "sign-lost": lambda sizes, c, rng: [np.abs(W) for W in _right(sizes, c, rng)],
        "c-outside-the-root": _drawn(lambda a, b, c: c / sqrt(a)),
        "std-for-mean": (
            lambda sizes, c, rng: [rng.normal(sqrt(c / a), 1.0, (b, a)) for a, b in pairwise(sizes)],
            lambda sizes, c, rng: [rng.normal(sqrt(c / a), (b, a)) for a, b in pairwise(sizes)],
        ),
        "root-of-two-over-n": _drawn(lambda a, b, c: sqrt(c) / a),
        "ignores-c": (_drawn(lambda a, b, c: sqrt(2 / a)), _drawn(lambda a, b, c: sqrt(1 / a))),
        "not-scaled": _unscaled,
        "uniform-for-normal": lambda sizes, c, rng: [
            sqrt(3 * c / a) * (2 * rng.random((b, a)) - 1) for a, b in pairwise(sizes)
        ],
        "sigma-for-bound": lambda sizes, c, rng: [
            sqrt(c / a) * (2 * rng.random((b, a)) - 1) for a, b in pairwise(sizes)
        ],
        "one-sided": (
            lambda sizes, c, rng: [sqrt(c / a) * rng.random((b, a)) for a, b in pairwise(sizes)],
            lambda sizes, c, rng: [sqrt(3 * c / a) * rng.random((b, a)) for a, b in pairwise(sizes)],
        ),
        "centred": _of_sample(lambda u: u - u.mean()),
        "scaled-to-itself": _of_sample(lambda u: u / u.std()),
        "rounded": lambda sizes, c, rng: [W.round(3) for W in _right(sizes, c, rng)],
        **generator_mistakes(_right),
    },
    shown_by={
        "ragged-array": _ragged,
        "transposed": lambda draws: draws.behaves_like(_transposed) and not draws.behaves_like(_by_out),
        "fan-out-for-fan-in": lambda draws: draws.behaves_like(_by_out) and _has_right_shapes(draws),
        "integer-division": in_every_matrix(lambda W, variance: bool(np.any(W)) == (variance >= 1)),
        "one-draw": in_every_matrix(
            lambda W, variance: bool(W.size and np.all(W.flat[0] == W) and W.flat[0] % 0.5), shaped=False
        ),
        "centred": in_every_matrix(is_centred),
        "scaled-to-itself": in_every_matrix(is_scaled_to_itself),
        "rounded": in_every_matrix(
            lambda W, variance: ends_after_a_few_decimals(W, variance) and not np.array_equal(W, W.round())
        ),
    },
    hidden=4,
)
