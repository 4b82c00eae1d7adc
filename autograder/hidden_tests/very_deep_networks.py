"""Lesson 5: hidden checks."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import (
    Rng,
    behaviours,
    drawn,
    edges,
    plan_seed,
    purity,
    reproducible,
    values,
)
from heinit_lab.checking.draw_cases import DrawCase
from heinit_lab.checking.draws import DrawPlan
from heinit_lab.checking.trials import Case
from heinit_solutions.very_deep_networks import (
    backward,
    calibrate,
    conv_fan_in,
    forward_moments,
    init_network,
)

MANY = 2000  # examples
TINY = "very small or very large weights"


def _shapes(rng: Rng, count: int) -> list[tuple[int, int, int, int]]:
    """Shapes of convolutions, plain integers, none of a public case."""
    return [tuple(shape) for shape in rng.integers(9, 60, size=(count, 4)).tolist()]


def _one_pixel_one_line_one_channel(rng: Rng) -> list[Case]:
    (a, b, c, d), (e, f, g, h) = _shapes(rng, 2)
    line = "a kernel that is a line"
    return [
        Case((a, b, 1, 1), kind="a kernel of one pixel"),
        Case((1, b, c, c), kind="one output channel"),
        Case((a, 1, d, d), kind="one input channel"),
        *(Case(shape, kind=line) for shape in ((e, f, 1, g), (e, f, h, 1))),
    ]


def _network(sizes: Any, c: float) -> DrawCase:
    """One call of init_network, and what it should draw."""
    sizes = [int(n) for n in sizes]
    pairs = list(pairwise(sizes))
    return DrawCase(sizes, c, shape=[(b, a) for a, b in pairs], variance=[c / a for a, _ in pairs])


def _wide_networks(rng: Rng) -> DrawPlan:
    """Two networks of layers wide enough to read their law, with another c each, one of constant width."""
    n, sizes = int(rng.integers(400, 430)), rng.permutation(np.add([410, 520, 640], rng.integers(0, 20, 3)))
    laws = [_network([n, n, n], 2.0), _network(sizes, float(rng.uniform(0.3, 1.7)))]
    return DrawPlan(laws=laws, seed=plan_seed(rng))


def _networks_of_any_depth(rng: Rng) -> DrawPlan:
    shapes = [_network(2 * rng.integers(1, 20, size=k) + np.arange(k) % 2, 2.0) for k in (2, 3, 5, 8, 30)]
    return DrawPlan(shapes, seed=plan_seed(rng))


def _small_and_large_network(rng: Rng) -> DrawPlan:
    random = [_network(rng.integers(5, 12, size=4), 2.0), _network([150, 200, 160], 2.0)]
    return DrawPlan(random=random, seed=plan_seed(rng))


def _few_inputs_and_many_networks(rng: Rng) -> DrawPlan:
    """Layers of very few inputs, where a fan that is off by one shows; many small networks; one unit."""
    laws = [_network([2, 4000, 2], 1.0), _network([5, 4000], 3.0)]
    small = [_network(sizes, float(rng.uniform(0.5, 2.5))) for sizes in rng.integers(1, 25, size=(24, 3))]
    small += [_network([n, n, n], 2.0) for n in rng.integers(2, 25, size=8)]
    return DrawPlan([_network([1, 1], 2.0), _network([1, 7, 1], 2.0)], laws, small, seed=plan_seed(rng))


def _deep(rng: Rng, sizes: list[int], kind: str = "") -> Case:
    """A batch and matrices near He's scale, of any scale around it, by which no unit is silent."""
    x = rng.normal(rng.uniform(-0.5, 0.5), 1, size=(int(rng.integers(20, 40)), sizes[0]))
    scale = np.sqrt(rng.uniform(1, 4, size=len(sizes)))
    pairs = zip(sizes, sizes[1:], scale, strict=False)
    return Case(x, [s * rng.standard_normal((b, a)) / np.sqrt(a) for a, b, s in pairs], kind=kind)


def _networks(rng: Rng) -> list[Case]:
    """Square, widening and narrowing networks of one to six layers."""
    return [_deep(rng, sizes) for sizes in _sizes(rng)]


def _sizes(rng: Rng) -> list[list[int]]:
    n = int(rng.integers(9, 16))
    random = [rng.integers(8, 24, size=k).tolist() for k in (2, 4, 5, 7)]
    return [[n, n], [n, n, n], [n, n + 5, n + 2], *random]


def _one_example_one_unit_silent_empty(rng: Rng) -> list[Case]:
    x, Ws = _deep(rng, [9, 12, 7]).args
    silent, scaled = [-np.abs(Ws[0]), Ws[1]], [1e-4 * Ws[0], 1e4 * Ws[1]]
    many = rng.normal(0.5, 1, size=(MANY, 3))
    return [
        Case(x[:1], Ws, kind="one example"),
        Case(x, [Ws[0][:1]], kind="one unit"),
        Case(np.abs(x), silent, kind="a layer without a unit that is on"),
        Case(x, [], kind="a network without a layer"),
        Case(x, scaled, kind=TINY),
        Case(many, [Ws[0][:4, :3]], kind="many examples"),
    ]


def _small_large_calibrated_deep(rng: Rng) -> list[Case]:
    (x, Ws), deep = _deep(rng, [9, 12, 14]).args, _deep(rng, [16] * 31, "thirty layers")
    calibrated = Case(x, calibrate(x, Ws), kind="matrices that are calibrated already")
    return [Case(x, [1e-4 * Ws[0], 1e4 * Ws[1]], kind=TINY), calibrated, deep]


def _network_and_calibrated(rng: Rng) -> list[Case]:
    x, Ws = _deep(rng, [9, 12, 14]).args
    return [Case(x, Ws), Case(x, calibrate(x, Ws))]


def _whole(rng: Rng, sizes: list[int]) -> Case:
    """A network of small whole numbers and a g of sixty-fourths: exact in float32, in any order of adding.

    In each layer the first unit is on, the second off, and none at exactly 0.
    """
    x = rng.choice([-1.0, 1.0], size=sizes[0]) * rng.integers(1, 4, size=sizes[0])
    h, Ws = x, []
    for a, b in pairwise(sizes):
        W = rng.integers(-2, 3, size=(b, a)).astype(float)
        W[W @ h == 0, np.argmax(np.abs(h))] += 1
        W[:2] *= np.sign(W[:2] @ h)[:, None] * np.array([[1.0], [-1.0]])[:b]
        Ws.append(W)
        h = np.maximum(W @ h, 0)
    return Case(x, Ws, rng.choice([-1, 1], size=sizes[-1]) * rng.integers(1, 191, size=sizes[-1]) / 64)


def _off_and_far_below(rng: Rng) -> Case:
    """Two layers: if a hundredth of what lies below 0 came through, the last unit but one would be shut."""
    x = rng.integers(1, 4, size=4).astype(float)
    on = rng.integers(1, 3, size=(3, 4))
    return Case(
        x, [np.vstack([on, -1000.0 * on]), np.array([[1.0, 1, 1, 2, 2, 2], [-1, 0, 0, 1, 1, 1]])], x[:2]
    )


def _twelve_networks(rng: Rng) -> Iterator[Case]:
    """Networks with very small, very large and other inputs, since the gates do not depend on their scale."""
    sizes = [[8, 8], [9, 9, 9], [8, 8, 8, 8], [6, 9, 7], [9, 6, 8, 7]]
    sizes += [rng.integers(5, 10, size=k).tolist() for k in (2, 3, 3, 4, 4, 4)]
    for each, power in zip(sizes, (0, -12, 0, 12) * 3, strict=False):
        x, Ws, g = _whole(rng, each).args
        yield Case(x * 2.0**power, Ws, g + 32 * np.sign(g) if len(Ws) == 1 else g)
    yield _off_and_far_below(rng)


def _silent_at_zero_narrow_deep(rng: Rng) -> list[Case]:
    x, Ws, g = _whole(rng, [7, 7, 7]).args
    zero, near = Ws[0].copy(), Ws[0].copy()
    zero[0] = near[0] = [x[1], -x[0], 0, 0, 0, 0, 0]
    near[0, 2] = x[2] * 2.0**-18
    above = np.abs(Ws[1]) + 1
    above[0] *= -1  # one unit of the last layer is off: without any gate, the gradient would be another
    path = [np.eye(6)[rng.permutation(6)] * 2.0 for _ in range(20)]
    narrow = _whole(rng, [1, 6, 1])
    narrow.kind = "a layer of one unit"
    return [
        Case(np.abs(x), [-np.abs(Ws[0]), Ws[1]], g, kind="a layer without a unit that is on"),
        Case(x, [zero, above], np.abs(g), kind="a unit at 0 exactly"),
        Case(x, [near], g, kind="a unit just above 0"),
        Case(np.abs(x), [np.abs(W) + 1 for W in Ws], g, kind="units that are all on"),
        narrow,
        Case(np.abs(x[:6]), path, g[:6], kind="twenty layers"),
    ]


HIDDEN = {
    "conv_fan_in": behaviours(
        conv_fan_in,
        values(0.5, "fan-in of 15 convolutions", lambda rng: _shapes(rng, 15), rtol=1e-9),
        edges(
            0.5, "kernels of one pixel or one line, one channel", _one_pixel_one_line_one_channel, rtol=1e-9
        ),
    ),
    "init_network": behaviours(
        init_network,
        drawn("values", 1.5, "scale and distribution of every matrix of two networks", _wide_networks),
        drawn("shape", 0.5, "number and shapes of the matrices of five networks", _networks_of_any_depth),
        reproducible(0.5, _small_and_large_network, needs=("values",)),
        drawn(
            "edge cases",
            0.5,
            "layers of very few inputs or one unit, and many small ones",
            _few_inputs_and_many_networks,
            needs=("values",),
        ),
    ),
    "forward_moments": behaviours(
        forward_moments,
        values(2, "moments of seven networks, square, widening, narrowing", _networks, rtol=1e-4),
        edges(
            0.5,
            "one example, one unit, a silent layer, no layer, small and large weights, many examples",
            _one_example_one_unit_silent_empty,
            rtol=1e-4,
        ),
        purity(
            0.5,
            "batch and matrices stay as they are",
            lambda rng: (_deep(rng, sizes) for sizes in _sizes(rng)[:4]),
            rtol=1e-4,
        ),
    ),
    "backward": behaviours(
        backward,
        values(2.5, "gradients through twelve networks of one to three layers", _twelve_networks),
        edges(
            1,
            "a silent layer, units at 0 or near it, one unit, all on, twenty layers",
            _silent_at_zero_narrow_deep,
        ),
        purity(
            0.5,
            "input, matrices and cotangent stay as they are",
            lambda rng: (_whole(rng, sizes) for sizes in ([3, 3], [7, 7, 7], [4, 9, 6, 5])),
            new=True,
        ),
    ),
    "calibrate": behaviours(
        calibrate,
        values(2.5, "scales of seven networks, measured layer by layer", _networks, rtol=1e-4),
        edges(
            0.5,
            "very small and very large weights, a calibrated network, thirty layers",
            _small_large_calibrated_deep,
            rtol=1e-3,
        ),
        purity(
            1,
            "new matrices: those passed in stay as they are, and share no memory",
            _network_and_calibrated,
            rtol=1e-4,
            new=True,
        ),
    ),
}
