"""Lesson 3: the functions that draw and weigh its samples, the student's own once they are solved."""

from math import ceil, sqrt

import numpy as np

from heinit_lab.drivers import Answer, Driver, driver
from heinit_lab.mean_squares import log_ratio
from heinit_lab.source import PRINTED


def standard_deviation(he_std: Answer) -> Driver:
    """n_in to a standard deviation."""
    return driver("he_std", he_std, lambda n_in: sqrt(2 / n_in), 4)


def layers(he_normal: Answer) -> Driver:
    """(n_in, n_out, rng) to a matrix (n_out, n_in)."""

    def own(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
        return rng.normal(0, sqrt(2 / n_in), (n_out, n_in))

    return driver("he_normal", he_normal, own, 4, 3, np.random.default_rng(0))


def uniform_layers(he_uniform: Answer) -> Driver:
    """(n_in, n_out, rng) to a matrix (n_out, n_in)."""

    def own(n_in: int, n_out: int, rng: np.random.Generator) -> np.ndarray:
        return rng.uniform(-sqrt(6 / n_in), sqrt(6 / n_in), (n_out, n_in))

    return driver("he_uniform", he_uniform, own, 4, 3, np.random.default_rng(0))


def moment_and_score(sample_report: Answer) -> Driver:
    """(W, var) to m2, se and z of the report."""

    def own(W: np.ndarray, var: float) -> list[float]:
        m2, se = float(np.mean(W**2)), var * sqrt(2 / W.size)
        return [m2, se, (m2 - var) / se]

    def reported(W: np.ndarray, var: float) -> list[float]:
        report = sample_report(W, var)
        return [float(report[key]) for key in ("m2", "se", "z")]

    return driver("sample_report", reported, own, PRINTED, 0.5)


def needed_draws(draws_needed: Answer) -> Driver:
    """A relative precision to a number of draws, at 95 %."""
    return driver("draws_needed", draws_needed, lambda rel: ceil(2 * (1.96 / rel) ** 2), 0.05)


def ratio_of_claims(log_lr: Answer) -> Driver:
    """(W, var_a, var_b) to a log-likelihood ratio."""

    def own(W: np.ndarray, var_a: float, var_b: float) -> float:
        return float(log_ratio(np.mean(W**2), var_a, var_b, n=W.size))

    return driver("log_lr", log_lr, own, PRINTED, 0.5, 0.25)
