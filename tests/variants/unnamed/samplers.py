"""Samplers that are wrong in their law, in the independence of their draws, or in what they remember."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

import numpy as np

ROOT3 = math.sqrt(3)
quantiles = np.vectorize(NormalDist().inv_cdf)


def cut(limit):
    """Normal draws without those beyond the limit, of variance 1."""
    left = 1 - 2 * limit * math.exp(-(limit**2) / 2) / math.sqrt(2 * math.pi) / math.erf(limit / math.sqrt(2))

    def draw(rng, shape):
        z = rng.normal(size=shape)
        while np.any(far := np.abs(z) > limit):
            z[far] = rng.normal(size=int(far.sum()))
        return z / math.sqrt(left)

    return draw


def mixture(rng, shape):
    return rng.normal(size=shape) * np.where(rng.random(shape) < 0.1, 2.0, math.sqrt(2 / 3))


def triple_with_jitter(rng, shape):
    return ROOT3 * rng.choice([-1, 0, 0, 0, 0, 1], shape) + 1e-3 * rng.normal(size=shape)


# laws of mean 0 and variance 1, or nearly
LAWS = (
    lambda rng, shape: np.where(rng.random(shape) < 1 / 3, math.sqrt(2), -math.sqrt(0.5)),
    triple_with_jitter,
    mixture,
    cut(3),
    cut(4),
    lambda rng, shape: rng.standard_t(60, shape) * math.sqrt(58 / 60),
    lambda rng, shape: (rng.gamma(400, size=shape) - 400) / 20,
    lambda rng, shape: rng.triangular(-1, 0, 1, shape) * math.sqrt(6),
    lambda rng, shape: np.round(rng.normal(size=shape), 1),
    lambda rng, shape: rng.normal(0, 1.008, shape),
    lambda rng, shape: rng.normal(0, 0.992, shape),
    lambda rng, shape: rng.normal(0.015, 1, shape),
)


def orthogonal(W, rng):
    wide, narrow = max(W.shape), min(W.shape)
    Q = math.sqrt(wide) * np.linalg.qr(rng.normal(size=(wide, narrow)))[0]
    return Q if W.shape == Q.shape else Q.T


def stratified(W, rng):
    return quantiles((rng.permutation(W.size) + rng.random(W.size)) / W.size).reshape(W.shape)


def antithetic(W, rng):
    half, rest = np.split(W.ravel()[: W.size - W.size % 2], 2)
    return np.concatenate((half, 0.6 * rest - 0.8 * half, W.ravel()[W.size - W.size % 2 :])).reshape(W.shape)


def autoregressive(W, rng):
    Z = W.copy()
    for before, after in pairwise(Z.T):
        after[:] = 0.1 * before + math.sqrt(0.99) * after
    return Z


def symmetric(W, rng):
    n, Z = min(W.shape), W.copy()
    Z[:n, :n] = np.tril(Z[:n, :n]) + np.tril(Z[:n, :n], -1).T
    return Z


def when(condition, change):
    return lambda W, rng: change(W, rng) if condition(*W.shape) else W


def even(W, rng):
    return rng.uniform(-ROOT3, ROOT3, W.shape)


def fixed(W, rng):
    return np.random.default_rng(W.shape).normal(size=W.shape)


# what becomes of a matrix of independent draws; those at OF_THE_SAMPLE are named mistakes of a layer
OF_THE_SAMPLE = (0, 7, 8, 9, 10)
CHANGES = (
    orthogonal,
    stratified,
    antithetic,
    autoregressive,
    symmetric,
    lambda W, rng: rng.permutation(np.resize(W, W.size // 2 + 1).repeat(2)[: W.size]).reshape(W.shape),
    lambda W, rng: np.resize(W.ravel()[: W.size // 7 + 1], W.shape),
    lambda W, rng: W / np.sqrt(np.square(W).mean(axis=1, keepdims=True)),
    lambda W, rng: W - W.mean(axis=0),
    lambda W, rng: W / (W.std() or 1),
    lambda W, rng: W - W.mean(),
    lambda W, rng: np.concatenate((0 * W[:1], W[1:])),
    when(lambda n_out, n_in: n_out * n_in < 50_000, even),
    when(lambda n_out, n_in: n_out < n_in, even),
    when(lambda n_out, n_in: n_out == n_in, even),
    when(lambda n_out, n_in: n_out * n_in > 50_000, fixed),
    lambda W, rng: np.where(np.arange(W.size).reshape(W.shape) % 2, fixed(W, rng), W),
)


def he(draw):
    return lambda n_in, n_out, rng: math.sqrt(2 / n_in) * draw(rng, (n_out, n_in))


def normal(n_in, n_out, rng):
    return rng.normal(0, math.sqrt(2 / n_in), (n_out, n_in))


def changed(change, draw=lambda rng, shape: rng.normal(size=shape)):
    return lambda n_in, n_out, rng: math.sqrt(2 / n_in) * change(draw(rng, (n_out, n_in)), rng)


def remembering(key, most=8):
    """Gives what it gave before for the same sizes and the same key of the Generator, if not long ago."""
    given = {}

    def draw(n_in, n_out, rng):
        known = (n_in, n_out, key(rng))
        if known not in given:
            given[known] = normal(n_in, n_out, rng)
        if len(given) > most:
            del given[next(iter(given))]
        return given[known]

    return draw


def even_every_other_time():
    calls = []

    def draw(rng, shape):
        calls.append(shape)
        return spread_evenly(rng, shape) if len(calls) % 2 else rng.normal(size=shape)

    return he(draw)


def spread_evenly(rng, shape):
    return ROOT3 * rng.uniform(-1, 1, shape)


def a_grid(rng, shape):
    """All shares of the interval, in random order."""
    n = math.prod(shape)
    return ROOT3 * (2 * rng.permutation(np.arange(n) + 0.5).reshape(shape) / n - 1)


def network(change):
    """A network's matrices: what `change` makes of normal ones of variance 1, rightly scaled."""

    def draw(sizes, c, rng):
        Ws = change([rng.normal(size=(b, a)) for a, b in pairwise(sizes)], rng)
        return [math.sqrt(c / W.shape[1]) * W for W in Ws]

    return draw


def of_square(change):
    """Makes each matrix of the one before, where their shapes allow it."""

    def draw(Ws, rng):
        for i, (before, W) in enumerate(pairwise(Ws), 1):
            new = change(before, W)
            Ws[i] = new if new.shape == W.shape else W
        return Ws

    return draw


UNNAMED = {
    "he_normal": (
        *map(he, LAWS),
        *(changed(change) for i, change in enumerate(CHANGES) if i not in OF_THE_SAMPLE),
        *(lru_cache(maxsize=size)(normal) for size in (1, 8)),
        remembering(id),
        remembering(lambda rng: str(rng.bit_generator.state)),
        remembering(lambda rng: str(rng.bit_generator.state), most=1),
        remembering(lambda rng: 0),
        even_every_other_time(),
        lambda n_in, n_out, rng: changed(stratified)(n_in, n_out, rng).astype(np.float16),
        lambda n_in, n_out, rng: he(cut(3))(n_in, n_out, rng).astype(np.float16),
    ),
    "he_uniform": (
        he(lambda rng, shape: np.where(rng.random(shape) < 0.033, 1.1, 0.996) * spread_evenly(rng, shape)),
        he(lambda rng, shape: 1.001 * spread_evenly(rng, shape)),
        he(lambda rng, shape: 0.99 * spread_evenly(rng, shape)),
        he(lambda rng, shape: rng.choice([-1, 1], shape) * np.sqrt(2 * rng.random(shape))),
        *(changed(CHANGES[i], spread_evenly) for i in (5, 11)),
    ),
    "init_network": (
        network(of_square(lambda before, W: -before)),
        network(of_square(lambda before, W: before.T)),
        network(
            of_square(lambda before, W: 0.5 * before + math.sqrt(0.75) * W if before.shape == W.shape else W)
        ),
        network(
            of_square(
                lambda before, W: np.random.default_rng(0).permutation(before.ravel()).reshape(before.shape)
            )
        ),
        *(network(lambda Ws, rng, change=CHANGES[i]: [change(W, rng) for W in Ws]) for i in (1, 3, 12)),
        network(lambda Ws, rng: [1.008 * W for W in Ws]),
        network(
            lambda Ws, rng: [
                W / math.sqrt(sum(np.square(V).sum() for V in Ws) / sum(V.size for V in Ws)) for W in Ws
            ]
        ),
    ),
}
