"""Lesson 6: what a network shows before it has learned anything, and what is done about it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from heinit_lab.mean_field import kept


def first_loss(k: int, var: float = 0.0) -> float:
    """Expected cross-entropy before training, to first order in the variance of the scores.

    With independent scores s_i of mean 0 and variance var, log(sum_i e^(s_i) / k) is about the mean of the
    scores plus half their variance within one image, whose expectation is (1 - 1/k) var.

    k: number of classes.
    var: variance of the scores; 0 where the last matrix is 0.
    Returns ln k + (1 - 1/k) var / 2.
    """
    return np.log(k) + (1 - 1 / k) * var / 2


def diagnose(report: Mapping[str, Any]) -> dict[str, bool]:
    """Which of five illnesses a report shows.

    report: as `heinit_lab.clinic.measure` makes it.
    Returns a dict of booleans. What explodes or is loud makes the loss or the step large by itself, so that
    the first cause alone is named.
    """
    left = report["forward"][-1] / report["forward"][0]
    vanishing = left < 0.01
    exploding = not left < 100
    dead = report["dead"][0] > 0.25
    loud = not exploding and report["loss"] > np.log(report["classes"]) + 1
    rate = not exploding and not loud and max(report["update"]) > 0.1
    return {"vanishing": vanishing, "exploding": exploding, "dead": dead, "loud": loud, "rate": rate}


def prescribe(sizes: Sequence[int], activation: str, a: float = 0.0) -> list[float]:
    """A standard deviation for each matrix of a network, by which it starts healthy.

    Hidden layers: c / n_in with c E[f(Z)^2] = 1 (He et al. 2015, equation 10, for ReLU). The last matrix
    is small, so that the scores of all classes begin alike.

    sizes: units of each layer, the input's first. activation, a: of every hidden layer; see `ACTIVATIONS`.
    """
    c = 1 / kept(activation, a)
    stds = [np.sqrt(c / n_in) for n_in in sizes[:-1]]
    stds[-1] = np.sqrt(0.1 / sizes[-2])
    return stds


def fan_in_out(shape: Sequence[int], groups: int = 1, transposed: bool = False) -> tuple[int, int]:
    """How many numbers a unit adds up, and how many units a number reaches.

    shape: of the weights, (C_out, C_in / groups, k, ...), or (C_in, C_out / groups, k, ...) of a transposed
        convolution; a dense layer has no k. Stride 1, and away from the border.
    Returns (fan_in, fan_out), two ints.
    """
    kernel = int(np.prod(shape[2:]))
    across, each = shape[0] // groups * kernel, shape[1] * kernel
    return (across, each) if transposed else (each, across)


def residual_scale(L: int, growth: float = 2.0) -> float:
    """The factor of every branch, by which L residual blocks multiply the second moment by `growth`.

    A branch that keeps the second moment adds s^2 of it in each block, so (1 + s^2)^L = growth.
    """
    return np.sqrt(growth ** (1 / L) - 1)
