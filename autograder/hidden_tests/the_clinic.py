"""Lesson 6: hidden checks."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from autograder.hidden_tests.behaviour import (
    Rng,
    behaviours,
    edges,
    layer_widths,
    of_every_size,
    outcomes,
    plan_seed,
    purity,
    values,
)
from heinit_lab.checking.trials import Case
from heinit_lab.digits import CLASSES
from heinit_lab.exercises.the_clinic import diagnose as reports
from heinit_lab.exercises.the_clinic import fan_in_out as fans
from heinit_lab.exercises.the_clinic import first_loss as scores
from heinit_lab.exercises.the_clinic import prescribe as cures
from heinit_lab.exercises.the_clinic import residual_scale as blocks
from heinit_lab.networks import draw
from heinit_lab.patients import truth, unseen
from heinit_lab.race import race
from heinit_solutions.the_clinic import diagnose, fan_in_out, first_loss, prescribe, residual_scale

SICK, HEALTHY, ODD = 36, 20, 20  # networks, and reports made up
MOST = 0.9, 0.97  # the shares of them on which a diagnosis must be right
LEARNS, EPOCHS = 0.3, 6  # the share of the test images that a race must end with, and its length
FALSE_FAIL = 5e-7
"""Of either behaviour of `diagnose`. Of 9,000 sick networks the reference answer missed an illness of five:
that four of 36 fail is a matter of 1e-8. Of 9,000 healthy ones it called none sick. The healthy kind nearest
to a threshold lies four standard deviations away, on a scale of logarithms: two of twenty fail less often
than once in two million."""
RACE_FAILS = 1e-7
"""Forty races with the slowest right cure, a last matrix of 0, end at 0.81 with a standard deviation of 0.04,
and the worst at 0.73: LEARNS is twelve of these below."""


def _classes(rng: Rng) -> list[Case]:
    """Numbers of classes, with a variance of the scores of every size."""
    pairs = zip(layer_widths(rng, 10), of_every_size(rng, 0.01, 3, 10), strict=True)
    return [Case(k, float(var), kind=scores.SPREAD) for k, var in pairs]


def _few_classes_and_scores_at_zero(rng: Rng) -> list[Case]:
    ks = [int(k) for k in rng.integers(11, 5000, size=3)]
    return [
        *(Case(k, kind=scores.AT_ZERO) for k in ks),
        *(Case(k, float(rng.uniform(0.5, 2)), kind="few classes") for k in (2, 3, 4)),
        Case(10**6, 0.0, kind=scores.AT_ZERO),
    ]


def _sick_networks(rng: Rng) -> Iterator[Case]:
    for report, patient in unseen(plan_seed(rng), SICK, healthy=False):
        yield Case(report, want=truth(patient), kind=patient.name)


def _healthy_networks_and_odd_reports(rng: Rng) -> Iterator[Case]:
    """Healthy networks; and two reports of each odd kind, where a single number tells two answers apart."""
    for report, patient in unseen(plan_seed(rng), HEALTHY, healthy=True):
        yield Case(report, want=truth(patient), kind=reports.HEALTHY)
    for again in range(2):
        size, loss = float(rng.uniform(200, 900)), float(rng.uniform(0.2, 0.6))
        level = np.array(reports.LEVEL) * rng.uniform(0.9, 1.1, size=4)
        update = np.roll([rng.uniform(0.2, 0.35), 0.01, 0.01, 0.01], again)
        many, few = int(rng.integers(300, 2000)), 2 + again
        yield from (
            reports.case(
                "numbers that overflowed",
                "exploding",
                forward=(1.0, np.inf, np.nan, np.nan),
                **reports.NO_NUMBERS,
            ),
            reports.case("many classes", classes=many, loss=float(np.log(many)) + loss),
            reports.case("few classes", "loud", classes=few, loss=float(np.log(few)) + 1 + loss / 2),
            reports.case("loud scores and a large step", "loud", loss=4 + loss / 4, update=30 * update),
            reports.case("a large input", forward=size * level),
            reports.case("a first layer that bursts", "exploding", forward=size * level / [size, 1, 1, 1]),
            reports.case("a last layer that loses", "vanishing", forward=level / [1, 1, 1, size]),
            reports.case("a step too large in one matrix", "rate", update=update),
            reports.case("dead units, not in the first layer", dead=(0.1, 0.4 + loss / 10, 0.5)),
            reports.case(reports.HEALTHY, backward=level * size ** np.linspace(1 - 2 * again, 0, 4)),
        )


def _networks(rng: Rng) -> list[Case]:
    """Deep ReLU networks, level and of changing widths, and linear, leaky and other ones."""
    n, k = int(rng.integers(120, 200)), int(rng.integers(3, 9))
    steps = [int(n * 2.0**e) for e in rng.permutation([0, 1, 1, 2, 0, 2, 0, 1])]
    return [
        Case([n] * 12 + [k], "relu", kind="ReLU"),
        Case([2 * n, *steps, k], "relu", kind="layers of different widths"),
        Case([n, *steps, k], "identity", kind="layers of different widths"),
        Case([n] * 15 + [k], "identity", kind="a linear network"),
        Case([n] * 15 + [k], "abs", kind="another activation"),
        Case([n] * 26 + [k], "leaky", float(rng.uniform(0.4, 0.8)), kind="leaky ReLU"),
        Case([n] * 14 + [k], "leaky", kind="leaky ReLU of slope 0"),
        *(Case([n] * 6 + [k], name, kind="another activation") for name in ("tanh", "gelu", "silu")),
    ]


def _raced(case: Case, value: Any) -> str:
    """What the public check says; where that is nothing, whether a network learns the digits."""
    (sizes, *_), wrong = case.args, cures.outcome(case, value)
    if wrong or case.kind != "a race":
        return wrong
    c = np.square(np.asarray(value, dtype=float)) * sizes[:-1]
    weights = list(draw(sizes, c, np.random.default_rng(sizes[1])))
    share = race(len(weights), weights=weights, epochs=EPOCHS).share
    return "" if share >= LEARNS else f"After {EPOCHS} epochs it names {share:.2f} of the test images."


def _one_layer_slopes_and_a_race(rng: Rng) -> list[Case]:
    n, width = int(rng.integers(120, 200)), int(rng.integers(56, 72))
    return [
        Case([64, *(width,) * 4, CLASSES], "relu", kind="a race"),
        Case([n, 3 * n, 7], "relu", kind="one hidden layer"),
        Case([n, 5], "relu", kind="no hidden layer"),
        Case([n] * 61 + [5], "leaky", float(rng.uniform(0.25, 0.3)), kind="leaky ReLU"),
    ]


def _convolutions(rng: Rng) -> list[Case]:
    cases = []
    for axes in (2, 2, 1, 3):
        kernel = [int(k) for k in rng.integers(2, 8, size=axes)]
        groups, into, out = (int(n) for n in rng.integers([2, 11, 22], [9, 18, 29]))
        plain, grouped = (groups * into, out, *kernel), (groups * out, into, *kernel)
        cases += [
            Case(plain, kind=fans.PLAIN),
            Case(grouped, groups, kind=fans.GROUPED),
            Case(plain, transposed=True, kind=fans.TRANSPOSED),
            Case(grouped, groups, True, kind=fans.TRANSPOSED),
        ]
    return cases


def _dense_and_depthwise(rng: Rng) -> list[Case]:
    a, b, k = (int(n) for n in rng.integers(11, 300, size=3))
    return [
        Case((a, b), kind=fans.DENSE),
        Case((4099, a), kind=fans.DENSE),  # 11 bits do not hold 4099
        Case((b, 1, 3, 5), b, kind="a depthwise convolution"),
        Case((b, 1, 5, 2), groups=b, transposed=True, kind="a depthwise convolution"),
        Case((2 * k, 1, 3, 3), k, kind="two filters a channel"),
        Case((a, b, 1, 1), kind="a kernel of one pixel"),
    ]


def _depths(rng: Rng) -> list[Case]:
    pairs = zip(of_every_size(rng, 5, 2000, 12), of_every_size(rng, 1.1, 30, 12), strict=True)
    return [Case(int(L), float(growth), kind=blocks.OTHER) for L, growth in pairs]


def _few_blocks_and_doubling(rng: Rng) -> list[Case]:
    return [
        *(Case(int(L), kind=blocks.DOUBLED) for L in rng.integers(13, 300, size=3)),
        *(Case(L, float(rng.uniform(3, 9)), kind="few blocks") for L in (1, 2, 3)),
    ]


HIDDEN = {
    "first_loss": behaviours(
        first_loss,
        values(2, "losses of 10 numbers of classes, with a variance of the scores", _classes),
        edges(1, "scores at 0, few classes, a million", _few_classes_and_scores_at_zero),
    ),
    "diagnose": behaviours(
        diagnose,
        values(
            1.5,
            f"{SICK} sick networks that nobody has seen, nine in ten right",
            _sick_networks,
            least=MOST[0],
            false_fail=FALSE_FAIL,
        ),
        edges(
            1,
            f"{HEALTHY} healthy networks and {ODD} odd reports, at most one of them wrong",
            _healthy_networks_and_odd_reports,
            least=MOST[1],
            false_fail=FALSE_FAIL,
        ),
        purity(
            0.5,
            "the reports stay as they are",
            lambda rng: (reports.report(), reports.report(loss=9.0)),
            new=True,
        ),
    ),
    "prescribe": behaviours(
        prescribe,
        outcomes(2, "signal, gradient and first loss of ten networks", _networks, cures.outcome, cures.alike),
        outcomes(
            1,
            "one hidden layer, none, sixty; and five matrices that learn the digits",
            _one_layer_slopes_and_a_race,
            _raced,
            cures.alike,
            name="edge cases",
            false_fail=RACE_FAILS,
        ),
    ),
    "fan_in_out": behaviours(
        fan_in_out,
        values(2, "fans of 16 convolutions, plain, grouped and transposed", _convolutions),
        edges(1, "dense layers, depthwise convolutions, two filters a channel", _dense_and_depthwise),
    ),
    "residual_scale": behaviours(
        residual_scale,
        values(2, "factors for 12 numbers of blocks", _depths),
        edges(1, "one to three blocks, and no growth given", _few_blocks_and_doubling),
    ),
}
