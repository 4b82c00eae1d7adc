"""Lesson 3: He weights for a layer, and what a sample of them can tell."""

import numpy as np


def he_std(n_in: int) -> float:
    """Standard deviation of the He weights of a layer with `n_in` inputs.

    Each weight has variance 2 / n_in (He et al. 2015, equation 10), so that ReLU's halving
    of the second moment is undone.

    n_in: the number of inputs of one unit, fan_in, at least 1.
    Returns a float, in the units of the weights.
    """
    return np.sqrt(2 / n_in)


def he_normal(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """He weights of a layer, from a normal distribution: N(0, 2 / n_in).

    The second argument of N is a variance; NumPy's `scale` is its root (He et al. 2015,
    equation 10).

    n_in, n_out: inputs and outputs of the layer, at least 1.
    rng: where all the randomness comes from; it moves on.
    Returns an array (n_out, n_in): a row holds the weights into one unit.
    """
    return rng.normal(0, he_std(n_in), size=(n_out, n_in))


def he_uniform(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
    """He weights of a layer, from a uniform distribution: U(-b, b), b = sqrt(6 / n_in).

    A uniform number between -b and b has variance b^2 / 3, so this b gives 2 / n_in again.

    n_in, n_out: inputs and outputs of the layer, at least 1.
    rng: where all the randomness comes from; it moves on.
    Returns an array (n_out, n_in).
    """
    b = np.sqrt(6 / n_in)
    return rng.uniform(-b, b, size=(n_out, n_in))


def sample_report(W: np.ndarray, var: float) -> dict[str, float]:
    """What the entries of W say about the claim that they were drawn from N(0, var).

    W: an array of n numbers, n at least 2. var: the variance claimed, positive.
    Returns a dict:
        m2: mean of the squares, in squared units of W
        var0, var1: variance, dividing by n and by n - 1
        se: standard error of m2 under the claim, var sqrt(2 / n), since a squared normal
            number of variance var has standard deviation var sqrt(2)
        z: how many standard errors m2 is above var
    """
    m2 = np.mean(W**2)
    se = var * np.sqrt(2 / W.size)
    return {"m2": m2, "var0": np.var(W), "var1": np.var(W, ddof=1), "se": se, "z": (m2 - var) / se}


def draws_needed(rel: float, z: float = 1.96) -> int:
    """Least number n of normal draws with z standard errors of their mean square within `rel`.

    The standard error, relative to the variance, is sqrt(2 / n); so z sqrt(2 / n) <= rel.

    rel: relative precision, 0.05 for 5 %, positive. z: standard errors; 1.96 covers 95 %.
    Returns an int, at least 1.
    """
    return int(np.ceil(2 * (z / rel) ** 2))


def log_lr(W: np.ndarray, var_a: float, var_b: float) -> float:
    """Log-likelihood ratio of the entries of W: N(0, var_a) against N(0, var_b).

    The density of N(0, v) at w is exp(-w^2 / (2 v)) / sqrt(2 pi v); independent entries
    multiply, so their logarithms add. Above 0 the entries favour var_a.

    W: an array of numbers. var_a, var_b: variances, positive, in squared units of W.
    Returns a float, in natural logarithms (nats).
    """
    return np.sum(0.5 * np.log(var_b / var_a) - W**2 / 2 * (1 / var_a - 1 / var_b))
