"""What is measured of a network that will not learn: one batch forward, its gradient back, one step's size.

A network has dense layers, h_l = relu(W_l h_{l-1} + b), or residual blocks of two matrices each,
h_l = h_{l-1} + s V_l relu(W_l h_{l-1}); one more matrix makes the scores of k classes of the last h. With
batch normalisation, each unit's z over a batch is shifted and divided until it has mean 0 and variance 1.

    report = measure(PATIENTS["factor-forgotten"])
    report["forward"][-1] / report["forward"][0]        # what is left of the signal

Shapes: a matrix is (n_out, n_in), a batch (examples, units). No number of a report has a unit. The twenty
networks are data, in `heinit_lab.patients`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from heinit_lab.digits import CLASSES, digits
from heinit_lab.networks import Array, draw, moments, relu

ILLNESSES = {
    "vanishing": "the signal is lost on its way",
    "exploding": "the signal bursts on its way",
    "dead": "units of the first layer are silent for every image",
    "loud": "the scores begin too large",
    "rate": "one step changes the weights too much",
}
"""What a report can show, and what each means."""

IMAGES = 64
"""Training images on which a network is measured."""

Backward = Callable[[Array], tuple[Array, list[Array]]]
"""From the gradient behind a layer to that before it, and to those of the layer's matrices."""


@dataclass(frozen=True)
class Patient:
    """A network as somebody set it up, all weights normal.

    name: words joined by hyphens. story: what was done. illnesses: of `ILLNESSES`; none of a healthy network.
    sizes: units of each layer, the input's first; of a residual network, those of each block.
    c: variance times n_in, for all matrices before the last or for each. last: that of the last matrix.
    bias: of every hidden unit. shift: the mean of the pixels, in their standard deviations. shared: one
    matrix in all hidden layers.
    branch: the factor s of a residual network, whose W has c = 2 and whose V has c = 1; else 0.
    normalised: whether batch normalisation stands before every ReLU. rate: of the first step.
    dtype: of all numbers. seed: of the draw.
    """

    name: str
    story: str
    illnesses: tuple[str, ...] = ()
    sizes: tuple[int, ...] = (64,) * 12 + (CLASSES,)
    c: float | tuple[float, ...] = 2.0
    last: float = 0.05
    bias: float = 0.0
    shift: float = 0.0
    shared: bool = False
    branch: float = 0.0
    normalised: bool = False
    rate: float = 0.002
    dtype: str = "float32"
    seed: int = 0


def measure(patient: Patient) -> dict[str, Any]:
    """The report of one network: of a batch of images, and of the first step of plain SGD.

    forward: second moments of the input and of each layer's activations, an array (L,).
    backward: at the same places, those of the gradient of each image's own loss, an array (L,).
    dead: of each hidden layer, the share of units that are 0 for every image, an array (L - 1,).
    loss: the mean cross-entropy before the step. classes: how many there are, k.
    update: of each matrix, the root mean square of its change in the step, over that of the matrix.
    """
    labels, x = digits().train_labels[:IMAGES], digits().train[:IMAGES] + patient.shift
    x /= _rms(x)
    Ws = [W.astype(patient.dtype) for W in weights(patient, np.random.default_rng(patient.seed))]
    with np.errstate(all="ignore"):
        hs, pulls = [x.astype(patient.dtype)], []
        for h, pull in _layers(patient, hs[0], Ws[:-1]):
            hs.append(h)
            pulls.append(pull)
        loss, g = _cross_entropy(hs[-1] @ Ws[-1].T, labels)
        gs, gradients = [g @ Ws[-1]], [g.T @ hs[-1]]
        for pull in reversed(pulls):
            before, own = pull(gs[-1])
            gs.append(before)
            gradients += own[::-1]
        changes = zip(reversed(gradients), Ws, strict=True)
        update = [patient.rate * _rms(dW / IMAGES) / _rms(W) for dW, W in changes]
        return {
            "forward": moments(hs),
            "backward": moments(reversed(gs)),
            "dead": np.array([np.mean(np.all(h == 0, axis=0)) for h in hs[1:]]),
            "loss": loss,
            "classes": patient.sizes[-1],
            "update": np.array(update),
        }


def weights(patient: Patient, rng: np.random.Generator) -> list[Array]:
    """The matrices of a network; of a residual network, two for each block, and the last."""
    *hidden, k = patient.sizes
    if patient.branch:
        blocks = len(hidden) - 1
        return list(draw([*hidden[:1] * (2 * blocks + 1), k], [2.0, 1.0] * blocks + [patient.last], rng))
    c = [*np.broadcast_to(patient.c, len(hidden) - 1), patient.last]
    Ws = list(draw(patient.sizes, c, rng))
    return Ws[:1] * (len(Ws) - 1) + Ws[-1:] if patient.shared else Ws


def _layers(patient: Patient, h: Array, Ws: Sequence[Array]) -> Iterator[tuple[Array, Backward]]:
    """Each layer's activations, and its `Backward`."""
    number = h.dtype.type
    if patient.branch:
        for W, V in zip(Ws[::2], Ws[1::2], strict=True):
            h, pull = _block(h, W, V, number(patient.branch))
            yield h, pull
        return
    for W in Ws:
        h, pull = _dense(h, W, number(patient.bias), patient.normalised)
        yield h, pull


def _dense(h: Array, W: Array, bias: Array, normalised: bool) -> tuple[Array, Backward]:
    z = h @ W.T + bias
    spread = z.std(axis=0) + h.dtype.type(1e-5) if normalised else h.dtype.type(1)
    unit = (z - z.mean(axis=0)) / spread if normalised else z

    def pull(g: Array) -> tuple[Array, list[Array]]:
        g = g * (unit > 0)
        if normalised:  # Ioffe and Szegedy 2015, section 3
            g = (g - g.mean(axis=0) - unit * (g * unit).mean(axis=0)) / spread
        return g @ W, [g.T @ h]

    return relu(unit), pull


def _block(h: Array, W: Array, V: Array, s: Array) -> tuple[Array, Backward]:
    z = h @ W.T

    def pull(g: Array) -> tuple[Array, list[Array]]:
        inner = s * (g @ V) * (z > 0)
        return g + inner @ W, [inner.T @ h, s * g.T @ relu(z)]

    return h + s * relu(z) @ V.T, pull


def _cross_entropy(scores: Array, labels: np.ndarray) -> tuple[float, Array]:
    """The mean cross-entropy of a batch, and the gradient of each image's own with respect to its scores."""
    rows = np.arange(len(scores))
    scores = scores - scores.max(axis=1, keepdims=True)
    shares = np.exp(scores)
    shares = shares / shares.sum(axis=1, keepdims=True)
    loss = -np.mean(np.log(shares[rows, labels], dtype=float))
    shares[rows, labels] -= 1
    return float(loss), shares


def _rms(a: Array) -> Array:
    return np.sqrt(np.mean(np.square(a, dtype=float)))
