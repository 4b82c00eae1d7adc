"""Lesson 5: a deep ReLU network, what it carries forward and back, and how to set its scale."""

from collections.abc import Sequence

import numpy as np


def conv_fan_in(shape: Sequence[int]) -> int:
    """Number of inputs that one unit of a convolution sums over.

    shape: (C_out, C_in, k_h, k_w), the shape of the weights: output channels, input channels,
        height and width of the kernel.
    Returns an int: C_in k_h k_w (He et al. 2015, section 2.2, where it is k^2 c).
    """
    _, c_in, k_h, k_w = shape
    return c_in * k_h * k_w


def init_network(sizes: Sequence[int], c: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Weights of a fully connected network, drawn from N(0, c / n_in), layer by layer.

    sizes: units of each layer, the input's first: n_0, ..., n_L.
    c: the weights' variance times fan_in; 2 is He's rule, 1 Xavier's in its fan-in form.
    rng: where the draws come from.
    Returns a list of L matrices of shape (n_out, n_in).
    """
    Ws = []
    for l in range(1, len(sizes)):
        n_in, n_out = sizes[l - 1], sizes[l]
        Ws.append(rng.normal(0, np.sqrt(c / n_in), (n_out, n_in)))
    return Ws


def forward_moments(x: np.ndarray, Ws: Sequence[np.ndarray]) -> np.ndarray:
    """Second moment of every layer's activations, the input's first.

    With h_0 = x and h_l = relu(h_(l-1) W_l^T), entry l is the mean of h_l^2 over examples and units.

    x: a batch, shape (examples, n_0).
    Ws: L matrices of shape (n_out, n_in).
    Returns an array of shape (L + 1,).
    """
    h = x
    moments = [np.mean(h**2)]
    for W in Ws:
        h = np.maximum(h @ W.T, 0)
        moments.append(np.mean(h**2))
    return np.array(moments)


def backward(x: np.ndarray, Ws: Sequence[np.ndarray], g: np.ndarray) -> np.ndarray:
    """Gradient of <g, h_L> with respect to x, by the chain rule from the last layer to the first.

    Through one layer, z = W h and h' = relu(z): the gradient g' with respect to h' becomes
    W^T (g' * [z > 0]) with respect to h.

    x: one input, shape (n_0,).
    Ws: L matrices of shape (n_out, n_in).
    g: the cotangent, shape (n_L,).
    Returns an array of shape (n_0,).
    """
    h, gates = x, []
    for W in Ws:
        z = W @ h
        gates.append(z > 0)
        h = np.maximum(z, 0)
    for W, gate in zip(reversed(Ws), reversed(gates), strict=True):
        g = W.T @ (g * gate)
    return g


def calibrate(x: np.ndarray, Ws: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The same matrices, each scaled so that every layer's activations have second moment 1.

    Layer by layer: pass the batch through, measure, rescale, go on with the rescaled output. It is
    the scaling half of LSUV (Mishkin and Matas 2015), with the second moment in place of the
    variance of a layer's output.

    x: a batch, shape (examples, n_0).
    Ws: L matrices of shape (n_out, n_in); left as they are.
    Returns a list of L new matrices s_l W_l with s_l > 0.
    """
    h, scaled = x, []
    for W in Ws:
        h = np.maximum(h @ W.T, 0)
        s = 1 / np.sqrt(np.mean(h**2))
        h = s * h
        scaled.append(s * W)
    return scaled
