"""The training race: one deep ReLU network learns the digits, and reports after every epoch.

The network has `depth` weight matrices, the output layer's included; every hidden layer has `width` units.
Weights are normal of variance c / n_in; biases are trained too, mostly from zero. The loss is softmax
cross-entropy on batches of 64 (the last, partial batch of an epoch is dropped). All in float32.

The trainer has layer loops of its own, and not those of `heinit_lab.networks`: for speed it works in place,
in one long vector of values, and it can normalise. The test images go through in batches of 64 too:
products of 64 x 64 matrices are small enough that OpenBLAS does not spread them over threads, which on a
busy machine would take ten times as long.

    for epoch in train(depth=30, c=2, seed=0):
        print(epoch.number, epoch.loss, epoch.share)

`train` is a generator: whoever stops asking stops the training. `race` runs it to its end.
"""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import files
from itertools import count
from typing import Any, Literal, NamedTuple

import numpy as np

from heinit_lab.digits import CLASSES, digits
from heinit_lab.networks import draw

__all__ = ["STUCK", "Epoch", "Norm", "Optimiser", "Race", "race", "sizes", "stored", "train"]

Optimiser = Literal["sgd", "adam"]
Norm = Literal["batch", "layer"]
Arrays = list[np.ndarray]

STUCK = 0.2
"""A network whose test share is below this is stuck: naming one digit every time has 0.08 to 0.13."""

_BATCH = 64
_RATE: dict[Optimiser, float] = {"sgd": 0.002, "adam": 0.001}
_TINY = 1e-5


class Epoch(NamedTuple):
    """What one pass over the training images came to."""

    number: int
    """Counted from 1."""
    loss: float
    """Mean cross-entropy over the epoch's batches, each before its own step; ln 10 = 2.30 is guessing."""
    share: float
    """Share of the 360 test images named correctly after the epoch."""


class Race(NamedTuple):
    """One finished race: a number for each epoch."""

    losses: tuple[float, ...]
    shares: tuple[float, ...]

    @property
    def share(self) -> float:
        """The test share after the last epoch."""
        return self.shares[-1]

    def first_below(self, loss: float) -> int | None:
        """The first epoch with a mean loss below `loss`, or None."""
        return next((n for n, value in enumerate(self.losses, 1) if value < loss), None)


def sizes(depth: int, width: int = 64) -> list[int]:
    """The numbers of units of a network of `depth` weight matrices, the input's and the output's included."""
    return [digits().train.shape[1], *[width] * (depth - 1), CLASSES]


@cache
def stored() -> dict[str, dict[str, Any]]:
    """What 600 races came to, ten seeds a setting, as `heinit bench replication` wrote them down.

    Keys are settings such as "he 30" and "xavier 30, Adam"; values hold `share` (of the test images),
    `loss` (of the last epoch; None where it overflowed) and `below_1` (the first epoch with a loss below 1),
    an entry a seed.
    """
    text = (files("heinit_lab") / "data" / "replication.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def race(
    depth: int, c: float | Sequence[float] = 2.0, seed: int = 0, epochs: int = 30, **options: Any
) -> Race:
    """`train` to the end, with its options."""
    run = list(train(depth, c, seed, epochs, **options))
    return Race(tuple(epoch.loss for epoch in run), tuple(epoch.share for epoch in run))


def train(
    depth: int,
    c: float | Sequence[float] = 2.0,
    seed: int = 0,
    epochs: int = 30,
    *,
    width: int = 64,
    optimiser: Optimiser = "sgd",
    rate: float | None = None,
    weights: Sequence[np.ndarray] | None = None,
    bias: float = 0.0,
    norm: Norm | None = None,
) -> Iterator[Epoch]:
    """Train one network and yield an `Epoch` after each pass over the training images.

    `c` is one number, or one for each matrix. `seed` settles the weights and the order of the batches.
    `weights` are initial matrices (n_out, n_in) to start from instead of normal draws (then `depth`, `c` and
    `width` are read off them or not used).
    `bias` is that of every hidden unit in the beginning. `norm` stands before every ReLU: "batch" gives each
    unit mean 0 and variance 1 over the batch, "layer" each image over the units. The rates are 0.002 for SGD
    (momentum 0.9) and 0.001 for Adam.
    """
    rng = np.random.default_rng(seed)
    drawn = list(draw(sizes(depth, width), c, rng))
    network = _Network(drawn if weights is None else [np.asarray(W, np.float32) for W in weights], norm)
    for b in network.b[:-1]:
        b[:] = bias
    steps = _steps(network, optimiser, np.float32(_RATE[optimiser] if rate is None else rate))
    data = digits()
    whole = len(data.train) // _BATCH * _BATCH
    for number in range(1, epochs + 1):
        order = rng.permutation(len(data.train))[:whole].reshape(-1, _BATCH)
        with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
            losses = []
            for rows in order:
                losses.append(network.learn(data.train[rows], data.train_labels[rows]))
                next(steps)
            right = [
                network.scores(data.test[i : i + _BATCH]).argmax(axis=1) == data.test_labels[i : i + _BATCH]
                for i in range(0, len(data.test), _BATCH)
            ]
        yield Epoch(number, float(np.mean(losses)), float(np.concatenate(right).mean()))


class _Network:
    """Weights, biases and their gradients, all views into two long vectors, so that one step moves all."""

    def __init__(self, weights: Arrays, norm: Norm | None = None) -> None:
        self.values, self.W, self.b, self.scale = _views(weights, norm is not None)
        self.gradients, self.dW, self.db, self.dscale = _views(weights, norm is not None)
        for mine, given in zip(self.W, weights, strict=True):
            mine[:] = given
        for scale in self.scale:
            scale[:] = 1
        self.norm, self.axis = norm, 0 if norm == "batch" else 1
        self.means = [np.zeros_like(b) for b in self.b[:-1]]
        self.variances = [np.ones_like(b) for b in self.b[:-1]]

    def learn(self, x: np.ndarray, labels: np.ndarray) -> float:
        """The mean loss of a batch; `gradients` then holds its gradients."""
        inputs, gates, standard, spreads = [x], [], [], []
        for layer in range(len(self.W) - 1):
            z = inputs[-1] @ self.W[layer].T
            if self.norm:
                mean, variance = z.mean(self.axis, keepdims=True), z.var(self.axis, keepdims=True)
                if self.norm == "batch":
                    self.means[layer] += np.float32(0.1) * (mean[0] - self.means[layer])
                    self.variances[layer] += np.float32(0.1) * (variance[0] - self.variances[layer])
                spread = np.sqrt(variance + np.float32(_TINY))
                z -= mean
                z /= spread
                standard.append(z)
                spreads.append(spread)
                z = z * self.scale[layer]
            z += self.b[layer]
            gates.append(z > 0)
            inputs.append(np.maximum(z, 0, out=z))
        g, loss = _cross_entropy(inputs[-1] @ self.W[-1].T + self.b[-1], labels)
        for layer in reversed(range(len(self.W))):
            hidden = layer < len(self.W) - 1
            if hidden:
                g *= gates[layer]
            g.sum(axis=0, out=self.db[layer])
            if hidden and self.norm:
                unit = standard[layer]
                np.sum(g * unit, axis=0, out=self.dscale[layer])
                g *= self.scale[layer]
                g_mean, share = (a.mean(self.axis, keepdims=True) for a in (g, g * unit))
                g = (g - g_mean - unit * share) / spreads[layer]
            np.matmul(g.T, inputs[layer], out=self.dW[layer])
            if layer:
                g = g @ self.W[layer]
        return loss

    def scores(self, x: np.ndarray) -> np.ndarray:
        """The ten scores of each image; batch normalisation, where there is any, by its running means."""
        for layer in range(len(self.W) - 1):
            x = x @ self.W[layer].T
            if self.norm:
                mean, variance = self.means[layer], self.variances[layer]
                if self.norm == "layer":
                    mean, variance = x.mean(axis=1, keepdims=True), x.var(axis=1, keepdims=True)
                x = (x - mean) / np.sqrt(variance + np.float32(_TINY)) * self.scale[layer]
            x = np.maximum(x + self.b[layer], 0)
        return np.asarray(x @ self.W[-1].T + self.b[-1])


def _steps(network: _Network, optimiser: Optimiser, rate: np.float32) -> Iterator[None]:
    """Each `next` moves a network's values down its gradients, by momentum or by Adam."""
    values, gradients = network.values, network.gradients
    speed, square = np.zeros_like(values), np.zeros_like(values)
    for step in count(1):
        if optimiser == "sgd":
            speed *= np.float32(0.9)
            speed += gradients
            values -= rate * speed
        else:
            speed += np.float32(0.1) * (gradients - speed)
            square += np.float32(0.001) * (gradients**2 - square)
            size = np.sqrt(square / np.float32(1 - 0.999**step)) + np.float32(1e-8)
            values -= rate / np.float32(1 - 0.9**step) * speed / size
        yield


def _views(weights: Arrays, normalised: bool) -> tuple[np.ndarray, Arrays, Arrays, Arrays]:
    """A vector of zeros, and views into it: as the weights are, the biases, and the scales, if normalised."""
    depth, units = len(weights), [(len(W),) for W in weights]
    shapes = [*(W.shape for W in weights), *units, *(units[:-1] if normalised else ())]
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    long = np.zeros(ends[-1], np.float32)
    views = [part.reshape(shape) for part, shape in zip(np.split(long, ends[:-1]), shapes, strict=True)]
    return long, views[:depth], views[depth : 2 * depth], views[2 * depth :]


def _cross_entropy(scores: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, float]:
    """The gradient of the batch's mean cross-entropy with respect to the scores, and that mean."""
    rows = np.arange(len(scores))
    scores = scores - scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    total = shares.sum(axis=1, keepdims=True)
    loss = float(np.mean(np.log(total[:, 0]) - scores[rows, labels]))
    shares /= total
    shares[rows, labels] -= 1
    shares /= np.float32(len(scores))
    return shares, loss
