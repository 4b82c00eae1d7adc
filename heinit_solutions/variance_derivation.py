"""Lesson 2: the variance derivation, from one unit to the 2, and from the 2 to any activation."""

import numpy as np

from heinit_lab.activations import ACTIVATIONS


def second_moment(x: np.ndarray, axis: int | None = None) -> float | np.ndarray:
    """Mean of the squares: what a layer's output is followed by, forward and backward.

    x: an array of numbers, of any shape.
    axis: the axis to average over; by default, all entries.
    Returns a number, or an array without that axis, in the units of x squared.
    """
    return np.mean(np.square(x), axis=axis)


def relu_moments(sigma: float) -> tuple[float, float, float]:
    """Mean, variance and second moment of relu(Z) for Z normal, of mean 0 and standard deviation `sigma`.

    Half of Z^2 survives, since Z is symmetric; the mean is the integral of z times the density
    over z > 0; the variance is what remains of the second moment (He et al. 2015, section 2.2,
    keep the second moment for this reason).

    sigma: a standard deviation, above 0.
    Returns three floats: in the units of sigma, and twice in those of sigma squared.
    """
    mean = sigma / np.sqrt(2 * np.pi)
    second = sigma**2 / 2
    return mean, second - mean**2, second


def preact_variance(x: np.ndarray, var_w: float) -> float:
    """Variance of a pre-activation w . x over the draw of the weights, for one fixed input.

    The weights are independent, of mean 0 and variance `var_w`, so the variances of the n
    products add up (He et al. 2015, equation 7, for one input).

    x: the input, shape (n,). var_w: the variance of one weight.
    Returns a float, in the units of x squared times those of var_w.
    """
    return len(x) * var_w * np.mean(np.square(x))


def weight_variance(fan: int, slope: float = 0.0) -> float:
    """Variance of the weights that keeps the second moment through a leaky ReLU layer.

    A fraction (1 + slope^2) / 2 of the second moment passes the activation (He et al. 2015,
    equation 15; equation 10 is slope 0).

    fan: the number of terms in a unit's sum: fan_in forward, fan_out backward; at least 1.
    slope: the activation's slope for negative numbers; 0 is ReLU, 1 is the identity.
    Returns a float, in the units of a weight squared.
    """
    return 2 / ((1 + slope**2) * fan)


def gain(name: str, a: float = 0.0) -> float:
    """The c for which weights of variance c / fan_in keep a unit second moment of the pre-activations.

    c E[f(Z)^2] = 1 for Z standard normal and f(z) = ACTIVATIONS[name](z, a); the expectation is
    a sum over a fine grid, each point weighted by the normal density.

    name: a key of ACTIVATIONS. a: the activation's parameter, if it has one.
    Returns a float, without a unit, to better than 0.1 %.
    Raises KeyError where there is no activation of that name.
    """
    z = np.linspace(-10, 10, 10_001)
    weight = np.exp(-(z**2) / 2)
    kept = np.sum(weight * ACTIVATIONS[name](z, a) ** 2) / np.sum(weight)
    return 1 / kept
