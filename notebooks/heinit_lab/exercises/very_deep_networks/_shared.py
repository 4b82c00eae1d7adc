"""What several of these exercises share."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from heinit_lab.networks import relu

Matrices = Sequence[np.ndarray]

A, B = np.array([[1.0, 2.0], [-3.0, 4.0]]), np.array([[2.0, -1.0], [1.0, 3.0]])
P = np.array([[1.0, -1.0, 2.0], [0.0, 2.0, 1.0], [3.0, 1.0, -2.0]])
Q = np.array([[-1.0, 2.0, 1.0], [2.0, 1.0, 0.0], [1.0, -1.0, 3.0]])
R = np.array([[1.0, 0.0, -2.0], [-1.0, 3.0, 1.0]])
S = np.array([[2.0, 1.0], [-1.0, 1.0], [1.0, -2.0], [3.0, 0.5]])
_X2 = np.array([[1.0, 2.0], [3.0, -1.0]])
_X3 = np.array([[1.0, -2.0, 0.5], [2.0, 0.0, -1.0], [-1.0, 1.0, 3.0], [0.5, 1.0, 1.0]])

# batches, and the matrices that they pass through
NETWORKS = [
    (np.array([[3.0], [-1.0]]), [np.array([[2.0]])]),
    (_X2, [A]),
    (_X2, [A, B]),
    (_X3, [P, Q]),
    (_X3[:1], [P, Q, P.copy()]),
    (_X3, [R, S]),
]
KINDS = [
    "one unit",
    "a single layer",
    "two layers of one width",
    "two layers of one width",
    "one example",
    "layers of different widths",
]


def passed(x: np.ndarray, Ws: Matrices, f: Callable[[np.ndarray], Any] = relu) -> list[np.ndarray]:
    """Input and activations of all layers."""
    layers = [x]
    for W in Ws:
        layers.append(f(layers[-1] @ W.T))
    return layers


def last_linear(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    """Input and activations of all layers, the last layer's without ReLU."""
    return [*passed(x, Ws)[:-1], before_relu(x, Ws)[-1]]


def before_relu(x: np.ndarray, Ws: Matrices) -> list[np.ndarray]:
    """Input and pre-activations of all layers."""
    return [x, *(h @ W.T for h, W in zip(passed(x, Ws), Ws, strict=False))]
