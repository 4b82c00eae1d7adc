"""Lesson 6: first losses, sick networks raced and cured, depthwise stacks and residual blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from heinit_lab.clinic import ILLNESSES, measure
from heinit_lab.digits import CLASSES
from heinit_lab.drivers import Answer, Driver, driver, fallbacks
from heinit_lab.layer_norm import flow
from heinit_lab.mean_field import kept
from heinit_lab.networks import draw, moments, relu
from heinit_lab.patients import PATIENTS, truth, unseen
from heinit_lab.race import Race, race

SICK, HEALTHY = 90, 100  # networks that nobody has seen
DEPTH, EPOCHS = 12, 10
SIZES = [64] * DEPTH + [CLASSES]
CHANNELS = 16  # of a depthwise convolution


def first_losses(variances: Sequence[float]) -> np.ndarray:
    """The mean cross-entropy of random scores for 20,000 images, for each variance of the scores."""
    scores = np.random.default_rng(61).standard_normal((20_000, CLASSES))
    spread = np.sqrt(np.asarray(variances))[:, None, None] * scores
    return np.asarray(np.mean(np.log(np.exp(spread).sum(axis=-1)) - spread[..., 0], axis=-1))


def three_races() -> dict[str, Race]:
    """Twelve matrices by He's rule with a small last one; the 2 forgotten; the last one too loud."""
    return {"A": _raced(2.0, 0.1), "B": _raced(1.0, 1.0), "C": _raced(2.0, 64.0)}


def _raced(c: float, last: float, seed: int = 0, **options: Any) -> Race:
    """A race of twelve matrices, the last of them with a c of its own."""
    return race(DEPTH, [c] * (DEPTH - 1) + [last], seed, EPOCHS, **options)


class Rounds(NamedTuple):
    """What a `diagnose` says of networks. diagnoses: of the twenty, by name. Shares: of the unseen ones."""

    diagnoses: Mapping[str, Mapping[str, bool]]
    right: float
    false_alarms: float
    maker: str


def rounds(diagnose: Answer) -> Rounds:
    """The twenty networks and the unseen ones, diagnosed by the student's function."""
    own = diagnose_driver(diagnose)
    diagnoses = {name: dict(own.function(measure(patient))) for name, patient in PATIENTS.items()}
    sick = [(patient, own.function(report)) for report, patient in unseen(62, SICK, healthy=False)]
    alarms = [any(own.function(report).values()) for report, _ in unseen(62, HEALTHY, healthy=True)]
    right = [all(got.get(k) == v for k, v in truth(patient).items()) for patient, got in sick]
    return Rounds(diagnoses, float(np.mean(right)), float(np.mean(alarms)), fallbacks(own))


def cured(prescribe: Answer) -> tuple[dict[str, tuple[Race, Race]], str]:
    """Four networks raced as they came, and with the student's standard deviations on the same draws."""
    own = prescribe_driver(prescribe)
    c = (np.square(own.function(SIZES, "relu")) * SIZES[:-1]).tolist()
    healthy = race(DEPTH, c, epochs=EPOCHS)
    races = {}
    for name in ("factor-forgotten", "groups-forgotten", "channels-counted", "loud-scores"):
        sick = PATIENTS[name]
        races[name] = _raced(float(sick.c), sick.last), healthy  # type: ignore[arg-type]
    return races, fallbacks(own)


def depthwise_moments(fan: float, layers: int = 10, networks: int = 20) -> np.ndarray:
    """q / q_0 through depthwise 3 x 3 convolutions with variance 2/fan, (networks, layers + 1); 8 x 8 pixels.

    Circular padding, so that every unit adds up nine numbers.
    """
    rng = np.random.default_rng(63)
    h = rng.standard_normal((networks, CHANNELS, 8, 8))
    q = [np.mean(h**2, axis=(1, 2, 3))]
    for _ in range(layers):
        W = np.sqrt(2 / fan) * rng.standard_normal((networks, CHANNELS, 3, 3, 1, 1))
        h = relu(sum(W[:, :, i, j] * np.roll(h, (i - 1, j - 1), (2, 3)) for i in range(3) for j in range(3)))
        q.append(np.mean(h**2, axis=(1, 2, 3)))
    return np.asarray(np.divide(q, q[0])).T


def depthwise(fan_in_out: Answer) -> tuple[dict[str, np.ndarray], str]:
    """Depthwise stacks drawn by the student's two fans, and by the fan out that forgets the groups."""
    shape = (CHANNELS, 1, 3, 3)
    own = driver("fan_in_out", fan_in_out, lambda shape, groups: (9, 9), shape, CHANNELS)
    fan_in, fan_out = own.function(shape, CHANNELS)
    fans = {
        f"your fan in, {fan_in:g}": float(fan_in),
        f"your fan out, {fan_out:g}": float(fan_out),
        f"groups left out, {9 * CHANNELS}": 9.0 * CHANNELS,
    }
    return {name: depthwise_moments(fan) for name, fan in fans.items()}, fallbacks(own)


def residual_moments(blocks: int, scale: float) -> np.ndarray:
    """q / q_0 along residual blocks h + scale V relu(W h) of width 64, (10 networks, blocks + 1)."""
    rng = np.random.default_rng(64)
    hs = [rng.standard_normal((10, 8, 64))]
    for _ in range(blocks):
        W, V = draw([64, 64, 64], [2, 1], rng, networks=10)
        hs.append(hs[-1] + scale * relu(hs[-1] @ W.swapaxes(-1, -2)) @ V.swapaxes(-1, -2))
    q = moments(hs)
    return np.asarray(q / q[:, :1])


def two_branches(blocks: Sequence[int]) -> tuple[np.ndarray, dict[int, np.ndarray]]:
    """q / q_0 along blocks of two branches h + s f(norm(h)), shape (networks, branches + 1).

    First with s = 1, and then, for each number N of blocks, with s = 1 / sqrt(2 N).
    """
    scaled = {N: flow("pre", 2.0, 2 * N, (2 * N) ** -0.5)[0] for N in blocks}
    return flow("pre", 2.0, 2 * max(blocks))[0], scaled


def rates(values: Sequence[float]) -> dict[float, tuple[list[float], list[float]]]:
    """By learning rate, of He networks with a small last matrix: first steps, and test shares in the end.

    The first step is the greatest update of a matrix over the matrix, of one network for each of five seeds.
    """
    results = {}
    for rate in values:
        steps, shares = [], []
        for seed in range(5):
            steps.append(float(max(measure(replace(PATIENTS["he"], rate=rate, seed=seed))["update"])))
            shares.append(_raced(2.0, 0.1, seed, rate=rate).share)
        results[rate] = steps, shares
    return results


def fixed_points(starts: Sequence[float]) -> dict[str, np.ndarray]:
    """The variance of z through thirty wide layers with c E[f(Z)^2] = 1, by activation: (starts, 31)."""
    paths = {}
    for activation in ("relu", "tanh", "gelu", "silu"):
        c, rows = 1 / kept(activation), []
        for start in starts:
            row = [start]
            for _ in range(30):
                row.append(c * kept(activation, 0.0, row[-1]))
            rows.append(row)
        paths[activation] = np.array(rows)
    return paths


def diagnose_driver(diagnose: Answer) -> Driver:
    """A report to a dict of the five illnesses."""
    report = measure(PATIENTS["he"])

    def in_order(report: Any) -> list[bool]:
        got = diagnose(report)
        return [bool(got[name]) for name in ILLNESSES]

    solved = driver("diagnose", in_order, lambda report: list(_own_diagnosis(report).values()), report)
    return Driver("diagnose", diagnose if solved.solved else _own_diagnosis, solved.solved)


def _own_diagnosis(report: Mapping[str, Any]) -> dict[str, bool]:
    """What is seen at a glance: whether the signal is lost or bursts."""
    left = report["forward"][-1] / report["forward"][0]
    return dict.fromkeys(ILLNESSES, False) | {"vanishing": left < 0.01, "exploding": not left < 100}


def prescribe_driver(prescribe: Answer) -> Driver:
    """(sizes, activation) to a standard deviation for each matrix."""

    def own(sizes: Sequence[int], activation: str) -> list[float]:
        return [*np.sqrt(2 / np.array(sizes[:-2])), (0.1 / sizes[-2]) ** 0.5]

    return driver("prescribe", prescribe, own, SIZES, "relu")
