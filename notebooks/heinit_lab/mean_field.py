"""What is expected of a wide network before it is drawn: its signal, its gradient and its scores.

In a wide layer, z is normal, so that the second moment of the activations is an integral over one normal
number Z (Poole et al. 2016; for ReLU, He et al. 2015, equation 7):

    v_l = n_in s_l^2 q_{l-1},   q_l = E[f(sqrt(v_l) Z)^2]

and the gradient's is multiplied by n_out s_l^2 E[f'(sqrt(v_l) Z)^2] on its way back through layer l
(Schoenholz et al. 2017). Shapes: numbers only. s_l is a standard deviation of weights, v_l, q_l variances.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np

from heinit_lab.activations import ACTIVATIONS

_Z = np.linspace(-8, 8, 2001)
_DENSITY = np.exp(-(_Z**2) / 2) / np.exp(-(_Z**2) / 2).sum()


class Expected(NamedTuple):
    """Of one network: what is left of signal and gradient, and how loud the scores are.

    forward: q of each hidden layer, over that of the input. backward: of the gradient, from the last hidden
    layer back to each. scores: their variance, for an input of second moment 1.
    """

    forward: tuple[float, ...]
    backward: tuple[float, ...]
    scores: float


@cache
def kept(activation: str, a: float = 0.0, variance: float = 1.0) -> float:
    """E[f(z)^2] for a normal z of mean 0: half the variance for ReLU."""
    f = ACTIVATIONS[activation](np.sqrt(variance) * _Z, a)
    return float(np.sum(f**2 * _DENSITY))


@cache
def passed_back(activation: str, a: float = 0.0, variance: float = 1.0) -> float:
    """E[f'(z)^2] for a normal z of mean 0: one half for ReLU."""
    z = np.sqrt(variance) * _Z
    slope = np.diff(ACTIVATIONS[activation](z, a)) / np.diff(z)
    return float(np.sum(slope**2 * (_DENSITY[:-1] + _DENSITY[1:]) / 2))


def expected(sizes: Sequence[int], stds: Sequence[float], activation: str, a: float = 0.0) -> Expected:
    """sizes: units of each layer, the input's first. stds: of each matrix's weights, the last one's too."""
    q, forward, factors = 1.0, [], []
    layers = zip(sizes[:-2], sizes[1:-1], stds[:-1], strict=True)
    for n_in, n_out, std in layers:
        variance = n_in * std**2 * q
        q = kept(activation, a, variance)
        forward.append(q)
        factors.append(n_out * std**2 * (passed_back(activation, a, variance) if variance else 0.0))
    backward = np.cumprod([1.0, *factors[:0:-1]])[::-1]
    return Expected(tuple(forward), tuple(backward.tolist()), sizes[-2] * stds[-1] ** 2 * q)
