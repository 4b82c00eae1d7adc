"""Lesson 4: two rules for the weights of a layer, their ratio, and the gradient they scale."""

from collections.abc import Sequence

import numpy as np


def xavier_std(n_in: int) -> float:
    """Standard deviation of the Xavier weights, in the fan-in form, of a layer with `n_in` inputs.

    Each weight has variance 1 / n_in, so that a linear layer keeps the second moment of its
    input. (The source's table; Glorot and Bengio 2010 for the forward pass alone.)

    n_in: the number of inputs of one unit, fan_in, at least 1.
    Returns a float, in the units of the weights.
    """
    return np.sqrt(1 / n_in)


def glorot_std(n_in: int, n_out: int) -> float:
    """Standard deviation of the weights of Glorot and Bengio 2010, for an (n_out, n_in) matrix.

    Each weight has variance 2 / (n_in + n_out): one over the mean of fan_in, which the forward
    pass asks for, and fan_out, which the backward pass asks for.

    n_in, n_out: the numbers of inputs and of outputs, at least 1.
    Returns a float, in the units of the weights.
    """
    return np.sqrt(2 / (n_in + n_out))


def he_over_glorot(n_in: int, n_out: int) -> float:
    """How many times larger He's standard deviation is than Glorot's, for one layer.

    The root of (2 / n_in) / (2 / (n_in + n_out)). It is the root of 2 for a square layer only.

    n_in, n_out: the numbers of inputs and of outputs, at least 1.
    Returns a float, a pure number.
    """
    return np.sqrt((n_in + n_out) / n_in)


def compare_table(ns: Sequence[int]) -> np.ndarray:
    """The source's comparison of Xavier and He, a row for each layer size in `ns`.

    ns: a sequence of k numbers of inputs.
    Returns an array of shape (k, 4): n_in, Xavier's standard deviation sqrt(1 / n_in), He's
    sqrt(2 / n_in), and the second over the first.
    """
    n = np.asarray(ns, dtype=float)
    xavier, he = np.sqrt(1 / n), np.sqrt(2 / n)
    return np.column_stack([n, xavier, he, he / xavier])


def layer_backward(W: np.ndarray, z: np.ndarray, g: np.ndarray) -> np.ndarray:
    """The gradient of <g, relu(z)> with respect to h, where z = W h: one layer, backwards.

    A unit that is off (z <= 0) passes nothing back; the others send their share of g through
    their own row of W. (He et al. 2015, equation 11.)

    W: weights, shape (n_out, n_in). z: pre-activations, shape (n_out,).
    g: the gradient with respect to the layer's output, shape (n_out,).
    Returns a new array of shape (n_in,).
    """
    return W.T @ (g * (z > 0))
