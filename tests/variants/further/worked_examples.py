"""Lesson 3: further ways to be right and wrong."""

from __future__ import annotations

import math
import statistics
from collections import OrderedDict

import numpy as np


def to_places(d):
    return lambda n: round(math.sqrt(2 / n), d)


def layer(draw, c):
    s = math.sqrt
    return {
        "xavier-for-he": (
            lambda i, o, rng: draw(rng, (o, i)) / np.sqrt(i) * s(c / 2),
            lambda i, o, rng: draw(rng, (i, o)).T * s(c / 2) * i**-0.5,
        ),
        "fan-out-for-fan-in": (
            lambda i, o, rng: draw(rng, (o, i)) * np.sqrt(c / o),
            lambda i, o, rng: np.array([draw(rng, i) * s(c / o) for _ in range(o)]),
        ),
        "glorot-for-he": (lambda i, o, rng: draw(rng, (o, i)) * s(c / (i + o)),),
        "fan-average": (lambda i, o, rng: draw(rng, (o, i)) * s(2 * c / (i + o)),),
        "fan-off-by-one": (
            lambda i, o, rng: draw(rng, (o, i)) * s(c / (i + 1)),
            lambda i, o, rng: draw(rng, (o, i)) * s(c / max(i - 1, 1)),
        ),
        "transposed": (
            lambda i, o, rng: draw(rng, (i, o)) * s(c / i),
            lambda i, o, rng: (draw(rng, (o, i)) * s(c / i)).T,
            lambda i, o, rng: (draw(rng, (o, i)) * s(c / i)).reshape(i, o),
        ),
        "one-row-repeated": (
            lambda i, o, rng: np.repeat(draw(rng, (1, i)) * s(c / i), o, axis=0),
            lambda i, o, rng: np.broadcast_to(draw(rng, i) * s(c / i), (o, i)),
            lambda i, o, rng: [list(draw(rng, i) * s(c / i))] * o,
            lambda i, o, rng: np.outer(draw(rng, o) * s(c / i), np.ones(i)),
            lambda i, o, rng: np.resize(draw(rng, i) * s(c / i), (o, i)),
        ),
        "fresh-rng": (
            lambda i, o, rng: draw(np.random.default_rng(None), (o, i)) * s(c / i),
            lambda i, o, rng: draw(np.random.RandomState(), (o, i)) * s(c / i),
        ),
        "fixed-seed": (
            lambda i, o, rng: draw(np.random.default_rng(i * 1000 + o), (o, i)) * s(c / i),
            lambda i, o, rng: draw(np.random.RandomState(0), (o, i)) * s(c / i),
            lambda i, o, rng: draw(np.random.Generator(np.random.MT19937(3)), (o, i)) * s(c / i),
        ),
    }


def nd(rng, sh):
    return rng.normal(size=sh)


def ud(rng, sh):
    return rng.uniform(-1, 1, sh)


def gseed(i, o, rng):
    np.random.seed(123)
    return np.random.standard_normal((o, i)) * math.sqrt(2 / i)


def seedonly(i, o, rng):
    np.random.seed(0)
    return rng.normal(0, math.sqrt(2 / i), (o, i))


def ugs(i, o, rng):
    return np.random.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i))


def rep(W, var, m2=None, v0=None, v1=None, se=None, z=None):
    n = W.size
    m2 = np.mean(W**2) if m2 is None else m2
    se = var * math.sqrt(2 / n) if se is None else se
    return {
        "m2": m2,
        "var0": np.var(W) if v0 is None else v0,
        "var1": np.var(W, ddof=1) if v1 is None else v1,
        "se": se,
        "z": (m2 - var) / se if z is None else z,
    }


def ll(w, v):
    return -0.5 * np.log(2 * np.pi * v) - w**2 / (2 * v)


def lr(W, a, b):
    return float(np.sum(ll(W, a) - ll(W, b)))


def trunc(lim, corr):
    def f(i, o, rng):
        nd_ = statistics.NormalDist()
        lo, hi = nd_.cdf(-lim), nd_.cdf(lim)
        u = rng.uniform(lo, hi, (o, i))
        g = np.linspace(-lim, lim, 20001)
        F = np.array([nd_.cdf(v) for v in g])
        return np.interp(u, F, g) * math.sqrt(2 / i) / corr

    return f


MISTAKES = {
    "he_std": {
        "variance-for-std": (lambda n: 2 / n, lambda n: np.sqrt(2 / n) ** 2),
        "root-of-two-over-n": (lambda n: math.sqrt(2) / n, lambda n: np.sqrt(2) * (1 / n)),
        "xavier-for-he": (
            lambda n: np.sqrt(1 / n),
            lambda n: 1 / n**0.5,
            lambda n: math.sqrt(2 / n) / math.sqrt(2),
        ),
        "integer-division": (
            lambda n: np.sqrt(2 // n),
            lambda n: 2 // n,
            lambda n: float(int(2 / n)) if n > 1 else math.sqrt(2),
        ),
        "rounded": (
            to_places(2),
            to_places(4),
            to_places(3),
            to_places(1),
            lambda n: float(f"{math.sqrt(2 / n):.4f}"),
            lambda n: np.round(np.sqrt(2 / n), 2),
        ),
    },
    "he_normal": {
        **layer(nd, 2),
        "global-state": (gseed, seedonly, lambda i, o, rng: np.random.randn(o, i) * math.sqrt(2 / i)),
        "variance-for-std": (
            lambda i, o, rng: rng.normal(0, 2 / i, (o, i)),
            lambda i, o, rng: rng.normal(0, math.sqrt(2 / i) ** 2, size=(o, i)),
        ),
        "root-of-two-over-n": (lambda i, o, rng: rng.normal(0, math.sqrt(2) / i, (o, i)),),
        "not-scaled": (
            lambda i, o, rng: rng.normal(0, 1, (o, i)),
            lambda i, o, rng: rng.standard_normal((o, i), dtype=np.float32),
        ),
        "one-sided": (
            lambda i, o, rng: rng.random((o, i)) * math.sqrt(2 / i),
            lambda i, o, rng: rng.random((o, i)),
            lambda i, o, rng: rng.random((o, i)) * 2 / i,
            lambda i, o, rng: rng.uniform(0, math.sqrt(6 / i), (o, i)),
            lambda i, o, rng: rng.random((o, i)) * math.sqrt(1 / i),
        ),
        "sigma-for-bound": (lambda i, o, rng: (2 * rng.random((o, i)) - 1) * math.sqrt(2 / i),),
        "uniform-for-normal": (
            lambda i, o, rng: rng.uniform(-1, 1, (o, i)) * math.sqrt(6 / i),
            lambda i, o, rng: (rng.random((o, i)) - 0.5) * math.sqrt(12) * math.sqrt(2 / i),
        ),
        "truncation-not-corrected": (trunc(2, 1),),
        "truncated-for-normal": (trunc(2, 0.87962566),),
        "framework-default": (lambda i, o, rng: rng.uniform(-1, 1, (o, i)) / math.sqrt(i),),
    },
    "he_uniform": {
        **layer(ud, 6),
        "global-state": (ugs,),
        "sigma-for-bound": (lambda i, o, rng: rng.uniform(-math.sqrt(2 / i), math.sqrt(2 / i), (o, i)),),
        "one-sided": (
            lambda i, o, rng: rng.random((o, i)) * math.sqrt(6 / i),
            lambda i, o, rng: rng.uniform(0, 1, (o, i)),
            lambda i, o, rng: rng.random((o, i)) * 6 / i,
            lambda i, o, rng: rng.uniform(high=math.sqrt(3 / i), size=(o, i)),
        ),
        "normal-for-uniform": (lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)),),
        "variance-for-std": (lambda i, o, rng: rng.uniform(-6 / i, 6 / i, (o, i)),),
        "not-scaled": (lambda i, o, rng: rng.uniform(-1, 1, (o, i)),),
        "framework-default": (lambda i, o, rng: rng.uniform(-1 / math.sqrt(i), 1 / math.sqrt(i), (o, i)),),
    },
    "sample_report": {
        "ddof-swapped": (
            lambda W, v: rep(W, v, v0=np.var(W, ddof=1), v1=np.var(W)),
            lambda W, v: rep(
                W, v, v0=statistics.variance(W.ravel().tolist()), v1=statistics.pvariance(W.ravel().tolist())
            ),
        ),
        "two-missing": (
            lambda W, v: rep(W, v, se=v / math.sqrt(W.size)),
            lambda W, v: rep(W, v, se=math.sqrt(v * v / W.size)),
        ),
        "rows-for-entries": (
            lambda W, v: rep(W, v, se=v * math.sqrt(2 / W.shape[0])),
            lambda W, v: rep(W, v, se=v * math.sqrt(2 / len(W[0]))),
        ),
        "se-not-scaled": (lambda W, v: rep(W, v, se=math.sqrt(2 / W.size)),),
        "variance-for-second-moment": (
            lambda W, v: rep(W, v, m2=W.var()),
            lambda W, v: rep(W, v, m2=np.var(W, ddof=1)),
            lambda W, v: rep(W, v, m2=np.std(W) ** 2),
        ),
        "sign-reversed": (lambda W, v: rep(W, v, z=(v - np.mean(W**2)) / (v * math.sqrt(2 / W.size))),),
    },
    "draws_needed": {
        "two-missing": (
            lambda rel, z=1.96: math.ceil((z / rel) ** 2),
            lambda rel, z=1.96: math.ceil(z * z / rel**2),
            lambda rel, z=1.96: (z / rel) ** 2,
        ),
        "rounded-down": (
            lambda rel, z=1.96: int(2 * (z / rel) ** 2),
            lambda rel, z=1.96: np.floor(2 * z * z / rel**2),
        ),
        "fraction-of-a-draw": (
            lambda rel, z=1.96: 2 * z**2 / rel**2,
            lambda rel, z=1.96: np.float64(2) * (z / rel) ** 2,
        ),
        "square-missing": (
            lambda rel, z=1.96: math.ceil(2 * z / rel),
            lambda rel, z=1.96: 2 * z / rel,
            lambda rel, z=1.96: math.ceil(math.sqrt(2) * z / rel),
            lambda rel, z=1.96: round(2 * z / rel),
            lambda rel, z=1.96: math.ceil(2 * (z / rel)),
            lambda rel, z=1.96: math.sqrt(2) * z / rel,
        ),
        "z-ignored": (
            lambda rel, z=1.96: math.ceil(2 * (1.96 / rel) ** 2),
            lambda rel, z=1.96: int(np.ceil(7.6832 * rel**-2)),
        ),
    },
    "log_lr": {
        "log-determinant-missing": (lambda W, a, b: float(np.sum(W**2) / 2 * (1 / b - 1 / a)),),
        "sign-reversed": (lambda W, a, b: -lr(W, a, b), lambda W, a, b: lr(W, b, a)),
        "variance-taken-for-std": (lambda W, a, b: lr(W, a * a, b * b),),
        "mean-for-sum": (lambda W, a, b: lr(W, a, b) / W.size,),
        "ratio-for-log": (
            lambda W, a, b: np.exp(lr(W, a, b)),
            lambda W, a, b: np.prod(np.exp(ll(W, a) - ll(W, b))),
            lambda W, a, b: np.prod(np.exp(ll(W, a))) / np.prod(np.exp(ll(W, b))),
        ),
        "log-to-base-ten": (
            lambda W, a, b: float(np.sum(np.log10(np.exp(ll(W, a))) - np.log10(np.exp(ll(W, b))))),
        ),
        "half-missing": (lambda W, a, b: 2 * lr(W, a, b),),
    },
}


def polar(i, o, rng):
    out = []
    n = i * o
    while sum(map(len, out)) < n:
        u = rng.uniform(-1, 1, (2, n))
        s = (u**2).sum(0)
        k = (s > 0) & (s < 1)
        out.append(u[0][k] * np.sqrt(-2 * np.log(s[k]) / s[k]))
    return np.concatenate(out)[:n].reshape(o, i) * math.sqrt(2 / i)


def ziggurat_blocks(i, o, rng):
    W = np.empty(i * o)
    k = 0
    while k < W.size:
        m = min(777, W.size - k)
        W[k : k + m] = rng.normal(0, math.sqrt(2 / i), m)
        k += m
    return W.reshape((o, i), order="F")


def fill(i, o, rng):
    W = np.empty((o, i))
    rng.standard_normal(out=W)
    W *= np.sqrt(2 / i)
    return W


def by_inverse(i, o, rng):
    """Acklam's approximation of the normal quantile, good to 1e-9."""
    p = 1 - rng.random((o, i))
    q = np.minimum(p, 1 - p)
    r = np.square(p - 0.5)
    a = (-39.69683028665376, 220.9460984245205, -275.9285104469687, 138.3577518672690)
    b = (-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1)
    c = (-0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734)
    d = (0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1)
    middle = (p - 0.5) * np.polyval((*a, -30.66479806614716, 2.506628277459239), r) / np.polyval(b, r)
    t = np.sqrt(-2 * np.log(np.maximum(q, 1e-300)))
    tail = np.polyval((*c, 4.374664141464968, 2.938163982698783), t) / np.polyval(d, t)
    return math.sqrt(2 / i) * np.where(q > 0.02425, middle, np.where(p < 0.5, tail, -tail))


def mix(i, o, rng):
    a = rng.normal(size=(o, i))
    b = rng.normal(size=(o, i))
    return (a + b) / math.sqrt(2) * math.sqrt(2 / i)


RIGHT = {
    "he_std": (
        lambda n: math.sqrt(2 / n),
        lambda n: np.linalg.norm([1, 1]) / n**0.5,
        lambda n: float(np.power(2 / n, 0.5)),
        lambda n: np.float32(2 / n) ** np.float32(0.5),
        lambda n: round(math.sqrt(2 / n), 12),
        lambda n: math.sqrt(2 * n) / n,
        lambda n: np.array([2 / n])[0] ** 0.5,
        lambda n: np.sqrt(np.array(2 / n)),
        lambda n: 2**0.5 * n**-0.5,
        lambda n: math.exp((math.log(2) - math.log(n)) / 2),
        lambda n: math.hypot(n**-0.5, n**-0.5),
    ),
    "he_normal": (
        polar,
        ziggurat_blocks,
        fill,
        mix,
        by_inverse,
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)).astype(np.float16),
        lambda i, o, rng: rng.normal(size=(o, i)).astype(np.float16) * np.float16(math.sqrt(2 / i)),
        lambda i, o, rng: rng.normal(size=(o, i)).astype(np.float16) * np.sqrt(2 / i),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)).astype(np.float16).tolist(),
        lambda i, o, rng: np.round(rng.normal(0, math.sqrt(2 / i), (o, i)), 12),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)).astype(np.float32),
        lambda i, o, rng: rng.normal(0, math.sqrt(2 / i), (o, i)).tolist(),
        lambda i, o, rng: np.random.RandomState(int(rng.integers(2**32, dtype=np.uint64))).normal(
            0, math.sqrt(2 / i), (o, i)
        ),
        lambda i, o, rng: np.einsum("ij,->ij", rng.normal(size=(o, i)), math.sqrt(2 / i)),
        lambda i, o, rng: rng.permuted(rng.normal(0, math.sqrt(2 / i), (o, i)), axis=1),
        lambda i, o, rng: np.random.Generator(rng.bit_generator).normal(0, math.sqrt(2 / i), (o, i)),
        lambda i, o, rng: -rng.normal(0, math.sqrt(2 / i), (i, o))[::-1].T,
        lambda i, o, rng: rng.normal(0, np.full((o, i), math.sqrt(2 / i))),
        lambda i, o, rng: (
            np.reshape([rng.standard_normal() for _ in range(i * o)], (o, i)) * math.sqrt(2 / i)
        ),
        lambda i, o, rng: (
            np.diag(np.full(o, math.sqrt(2 / i))) @ rng.normal(size=(o, i))
            if o < 2000
            else math.sqrt(2 / i) * rng.normal(size=(o, i))
        ),
        lambda i, o, rng: np.random.default_rng(rng.bit_generator.random_raw()).normal(
            0, math.sqrt(2 / i), (o, i)
        ),
    ),
    "he_uniform": (
        lambda i, o, rng: np.round(rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i)), 12),
        lambda i, o, rng: rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i)).astype(np.float32),
        lambda i, o, rng: (rng.random((o, i)) - 0.5) * 2 * math.sqrt(6 / i),
        lambda i, o, rng: rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (o, i)).astype(np.float16),
        lambda i, o, rng: (2 * rng.random((o, i)).astype(np.float16) - 1) * np.float16(math.sqrt(6 / i)),
        lambda i, o, rng: (2 * rng.random((o, i)).astype(np.float16) - 1) * np.sqrt(6 / i),
        lambda i, o, rng: np.stack(
            [rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), o) for _ in range(i)], axis=1
        ),
        lambda i, o, rng: math.sqrt(6 / i) * (1 - 2 * rng.random((o, i))),
        lambda i, o, rng: np.where(rng.random((o, i)) < 0.5, -1, 1) * rng.random((o, i)) * math.sqrt(6 / i),
        lambda i, o, rng: rng.uniform(-math.sqrt(6 / i), math.sqrt(6 / i), (i * o,)).reshape(o, i).tolist(),
        lambda i, o, rng: math.sqrt(6 / i) * (rng.integers(0, 2**53, (o, i)) / 2**52 - 1),
    ),
    "sample_report": (
        lambda W, v: OrderedDict(rep(W, v)),
        lambda W, v: rep(W.astype(np.float32), v),
        lambda W, v: {k: round(float(x), 12) for k, x in rep(W, v).items()},
        lambda W, v: rep(W, v, v1=np.var(W) * W.size / (W.size - 1)),
        lambda W, v: rep(W, v, v0=np.cov(W.ravel(), ddof=0).item(), v1=np.cov(W.ravel()).item()),
        lambda W, v: dict(
            zip(("m2", "var0", "var1", "se", "z"), map(np.array, rep(W, v).values()), strict=True)
        ),
        lambda W, v: rep(W, v, m2=np.einsum("ij,ij->", W, W) / W.size),
    ),
    "draws_needed": (
        lambda rel, z=1.96: int(np.ceil(2 * (z / rel) ** 2)),
        lambda rel, z=1.96: np.int32(-(-2 * z * z // (rel * rel))),
        lambda rel, z=1.96: next(
            n for n in range(int(2 * (z / rel) ** 2), 10**9) if n and z * math.sqrt(2 / n) <= rel
        ),
        lambda rel, z=1.96: np.ceil(2 * np.square(z) / np.square(rel)).astype(int),
        lambda rel, z=1.96: math.ceil(round(2 * (z / rel) ** 2, 9)),
        lambda rel, z=1.96: np.array(math.ceil(2 * (z / rel) ** 2)),
    ),
    "log_lr": (
        lambda W, a, b: math.fsum(
            statistics.NormalDist(0, math.sqrt(a)).pdf(0) and (ll(w, a) - ll(w, b))
            for w in W.ravel().tolist()
        ),
        lambda W, a, b: np.einsum("ij->", ll(W, a) - ll(W, b)),
        lambda W, a, b: np.float32(lr(W, a, b)),
        lambda W, a, b: round(lr(W, a, b), 10),
        lambda W, a, b: -0.5 * W.size * math.log(a / b) - 0.5 * np.linalg.norm(W) ** 2 * (1 / a - 1 / b),
        lambda W, a, b: np.array(lr(W, a, b)),
        lambda W, a, b: sum(sum(ll(w, a) - ll(w, b) for w in row) for row in W),
    ),
}
