"""Lesson 5: hidden checks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import ALL_FROM_RNG, Behaviour
from heinit_lab.checking.asks import Ask
from heinit_lab.checking.draws import Draws, plan
from heinit_lab.checking.laws import FALSE_FAIL
from heinit_lab.checking.observe import Function
from heinit_lab.checking.trials import Case, Trials, trials
from heinit_solutions.very_deep_networks import backward, calibrate, conv_fan_in, forward_moments

Rng = np.random.Generator
Matrices = list[np.ndarray]


def _shapes(rng: Rng, count: int) -> list[tuple[int, int, int, int]]:
    """Shapes of convolutions, plain integers, none of a public case."""
    return [tuple(shape) for shape in rng.integers(9, 60, size=(count, 4)).tolist()]


def _fan_values(answer: Function, rng: Rng) -> Trials:
    return trials(
        "conv_fan_in", answer, [Case(shape, want=conv_fan_in(shape)) for shape in _shapes(rng, 15)], rtol=1e-9
    )


def _fan_edges(answer: Function, rng: Rng) -> Trials:
    """Kernels of one pixel, one channel in or out, a kernel that is a line, and a list for a tuple."""
    (a, b, c, d), (e, f, g, h) = _shapes(rng, 2)
    asked: list[Any] = [(a, b, 1, 1), (1, b, c, c), (a, 1, d, d), (e, f, 1, g), (e, f, h, 1), [e, f, g, h]]
    return trials("conv_fan_in", answer, [Case(shape, want=conv_fan_in(shape)) for shape in asked], rtol=1e-9)


def _network(sizes: Any, c: float) -> Ask:
    """One call of init_network, and what it is to give."""
    sizes = [int(n) for n in sizes]
    pairs = list(itertools.pairwise(sizes))
    return Ask(sizes, c, shape=[(b, a) for a, b in pairs], variance=[c / a for a, _ in pairs])


def _draws(rng: Rng, **asked: Any) -> Callable[[Function], Draws]:
    return plan("init_network", seed=int(rng.integers(2**31)), **asked)


def _network_law(answer: Function, rng: Rng) -> Draws:
    """Two networks of layers wide enough to be weighed, with another c each, one of constant width."""
    n, (a, b, c) = int(rng.integers(300, 380)), rng.integers(380, 520, size=3)
    laws = [_network([n, n, n], 2.0), _network([a, b, c], float(rng.uniform(0.3, 1.7)))]
    return _draws(rng, laws=laws)(answer)


def _network_shapes(answer: Function, rng: Rng) -> Draws:
    networks = [_network(2 * rng.integers(1, 20, size=k) + np.arange(k) % 2, 2.0) for k in (2, 3, 5, 8, 30)]
    return _draws(rng, shapes=networks)(answer)


def _network_randomness(answer: Function, rng: Rng) -> Draws:
    return _draws(rng, random=_network(rng.integers(5, 12, size=4), 2.0))(answer)


def _network_edges(answer: Function, rng: Rng) -> Draws:
    """Sizes of one unit, and layers of very few inputs, where a fan that is off by one shows."""
    laws = [_network([2, 60_000, 2], 1.0), _network([5, 30_000], 3.0)]
    return _draws(rng, shapes=[_network([1, 1], 2.0), _network([1, 7, 1], 2.0)], laws=laws)(answer)


def _deep(rng: Rng, sizes: list[int]) -> tuple[np.ndarray, Matrices]:
    """A batch and matrices near He's scale, of any scale around it, by which no unit is silent."""
    x = rng.normal(rng.uniform(-0.5, 0.5), 1, size=(int(rng.integers(20, 40)), sizes[0]))
    scale = np.sqrt(rng.uniform(1, 4, size=len(sizes)))
    pairs = zip(sizes, sizes[1:], scale, strict=False)
    return x, [s * rng.standard_normal((b, a)) / np.sqrt(a) for a, b, s in pairs]


def _sizes(rng: Rng) -> list[list[int]]:
    """Square, widening and narrowing networks of one to six layers."""
    n = int(rng.integers(9, 16))
    return [
        [n, n],
        [n, n, n],
        [n, n + 5, n + 2],
        *(rng.integers(8, 24, size=k).tolist() for k in (2, 4, 5, 7)),
    ]


def _moment_values(answer: Function, rng: Rng) -> Trials:
    given = [_deep(rng, sizes) for sizes in _sizes(rng)]
    stored = [Case(x, Ws, want=forward_moments(x, Ws)) for x, Ws in given]
    return trials("forward_moments", answer, stored, rtol=1e-4, looks_at=("values",))


def _moment_edges(answer: Function, rng: Rng) -> Trials:
    """One example, one unit, a layer that is silent, no layer at all, a tuple of matrices."""
    x, Ws = _deep(rng, [9, 12, 7])
    silent = [-np.abs(Ws[0]), Ws[1]]
    asked: list[tuple[np.ndarray, Any]] = [
        (x[:1], Ws),
        (x, [Ws[0][:1]]),
        (np.abs(x), silent),
        (x, []),
        (x, tuple(Ws)),
    ]
    stored = [Case(a, b, want=forward_moments(a, b)) for a, b in asked]
    return trials("forward_moments", answer, stored, rtol=1e-4, looks_at=("values",))


def _moment_purity(answer: Function, rng: Rng) -> Trials:
    given = [_deep(rng, sizes) for sizes in _sizes(rng)[:4]]
    stored = [Case(x, Ws, want=forward_moments(x, Ws)) for x, Ws in given]
    return trials("forward_moments", answer, stored, rtol=1e-4, looks_at=("purity",))


def _whole(rng: Rng, sizes: list[int]) -> tuple[np.ndarray, Matrices, np.ndarray]:
    """A network of small whole numbers and a g of sixty-fourths: exact in float32, in any order of adding."""
    x = rng.choice([-1, 1], size=sizes[0]) * rng.integers(1, 4, size=sizes[0])
    pairs = itertools.pairwise(sizes)
    Ws = [rng.integers(-2, 3, size=(b, a)).astype(float) for a, b in pairs]
    return x.astype(float), Ws, rng.integers(-190, 191, size=sizes[-1]) / 64


def _back(x: np.ndarray, Ws: Any, g: np.ndarray) -> Case:
    return Case(x, Ws, g, want=backward(x, list(Ws), g))


def _backward_values(answer: Function, rng: Rng) -> Trials:
    some = [[8, 8], [9, 9, 9], [8, 8, 8, 8], [6, 9, 7], [9, 6, 8, 7]]
    some += [rng.integers(5, 10, size=k).tolist() for k in (2, 3, 3, 4, 4, 4, 4)]
    stored = [_back(*_whole(rng, sizes)) for sizes in some]
    return trials("backward", answer, stored, looks_at=("values",))


def _backward_edges(answer: Function, rng: Rng) -> Trials:
    """A silent network, units at exactly 0, layers of one unit, a tuple of matrices, twenty layers."""
    x, Ws, g = _whole(rng, [7, 7, 7])
    zero = Ws[0].copy()
    zero[0] = 0
    above = np.abs(Ws[1])
    above[0] *= -1  # one unit of the last layer is off: its gate is not what no gate would be
    path = [np.eye(6)[rng.permutation(6)] * 2.0 for _ in range(20)]
    stored = [
        _back(np.abs(x), [-np.abs(Ws[0]), Ws[1]], g),
        _back(x, [zero, above], g + 5),
        _back(np.abs(x), tuple(map(np.abs, Ws)), g),
        _back(*_whole(rng, [1, 6, 1])),
        _back(np.abs(x[:6]), path, g[:6] + 4),
    ]
    return trials("backward", answer, stored, looks_at=("values",))


def _backward_purity(answer: Function, rng: Rng) -> Trials:
    stored = [_back(*_whole(rng, sizes)) for sizes in ([3, 3], [7, 7, 7], [4, 9, 6, 5])]
    return trials("backward", answer, stored, new=True, looks_at=("purity",))


def _calibrated(answer: Function, rng: Rng) -> Trials:
    given = [_deep(rng, sizes) for sizes in _sizes(rng)]
    stored = [Case(x, Ws, want=calibrate(x, Ws)) for x, Ws in given]
    return trials("calibrate", answer, stored, rtol=1e-4, looks_at=("values",))


def _calibrated_edges(answer: Function, rng: Rng) -> Trials:
    """Very small and very large weights, a tuple of matrices, what is calibrated already, thirty layers."""
    x, Ws = _deep(rng, [9, 12, 14])
    deep = _deep(rng, [16] * 31)
    asked: list[tuple[np.ndarray, Any]] = [
        (x, [1e-4 * Ws[0], 1e4 * Ws[1]]),
        (x, tuple(Ws)),
        (x, calibrate(x, Ws)),
        deep,
    ]
    stored = [Case(a, b, want=calibrate(a, b)) for a, b in asked]
    return trials("calibrate", answer, stored, rtol=1e-3, looks_at=("values",))


def _calibrated_purity(answer: Function, rng: Rng) -> Trials:
    x, Ws = _deep(rng, [9, 12, 14])
    again = calibrate(x, Ws)
    stored = [Case(x, Ws, want=again), Case(x, again, want=again)]
    return trials("calibrate", answer, stored, rtol=1e-4, new=True, looks_at=("purity",))


HIDDEN = {
    "conv_fan_in": (
        Behaviour("values", 1.5, "fan-in of 15 convolutions", _fan_values),
        Behaviour(
            "edge cases",
            0.5,
            "kernels of one pixel or one line, one channel, a list for a tuple",
            _fan_edges,
            needs=("values",),
        ),
    ),
    "init_network": (
        Behaviour(
            "values",
            1.5,
            "scale and distribution of every matrix of two networks",
            _network_law,
            false_fail=4 * FALSE_FAIL,
        ),
        Behaviour("shape", 0.5, "number and shapes of the matrices of five networks", _network_shapes),
        Behaviour(
            "randomness",
            0.5,
            ALL_FROM_RNG,
            _network_randomness,
            needs=("values",),
        ),
        Behaviour(
            "edge cases",
            0.5,
            "layers of very few inputs or one unit",
            _network_edges,
            needs=("values",),
            false_fail=3 * FALSE_FAIL,
        ),
    ),
    "forward_moments": (
        Behaviour("values", 2, "moments of seven networks, square, widening, narrowing", _moment_values),
        Behaviour(
            "edge cases",
            0.5,
            "one example, one unit, a silent layer, no layer, a tuple of matrices",
            _moment_edges,
            needs=("values",),
        ),
        Behaviour("purity", 0.5, "batch and matrices stay as they are", _moment_purity, needs=("values",)),
    ),
    "backward": (
        Behaviour("values", 2, "gradients through twelve networks of one to three layers", _backward_values),
        Behaviour(
            "edge cases",
            0.5,
            "a silent layer, units at exactly 0, one unit, a tuple of matrices, twenty layers",
            _backward_edges,
            needs=("values",),
        ),
        Behaviour(
            "purity",
            0.5,
            "input, matrices and cotangent stay as they are",
            _backward_purity,
            needs=("values",),
        ),
    ),
    "calibrate": (
        Behaviour("values", 2.5, "scales of seven networks, measured layer by layer", _calibrated),
        Behaviour(
            "edge cases",
            0.5,
            "very small and very large weights, a tuple of matrices, a calibrated network, thirty layers",
            _calibrated_edges,
            needs=("values",),
        ),
        Behaviour(
            "purity",
            1,
            "new matrices: those passed in stay as they are, and share no memory",
            _calibrated_purity,
            needs=("values",),
        ),
    ),
}
