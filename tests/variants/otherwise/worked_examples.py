"""Lesson 3: mistakes, written otherwise."""

from __future__ import annotations

import math

import numpy as np

from tests.variants.further.worked_examples import rep
from tests.variants.unnamed.samplers import a_grid, changed, he, orthogonal


def rows_of(draw, scale):
    """Weights drawn row by row. draw: (rng, n) to n numbers of scale 1. scale: of (n_in, n_out)."""
    return lambda n_in, n_out, rng: np.vstack([scale(n_in, n_out) * draw(rng, n_in) for _ in range(n_out)])


def standard(rng, n):
    return rng.standard_normal(n)


def even(rng, n):
    return 2.0 * rng.random(n) - 1.0


def on_its_side(draw, c):
    return lambda n_in, n_out, rng: np.column_stack(
        [math.sqrt(c / n_in) * draw(rng, n_in) for _ in range(n_out)]
    )


def always_seeded(draw, c):
    def drawn(n_in, n_out, rng):
        rng = np.random.default_rng(seed=2015)
        return np.sqrt(c / n_in) * draw(rng, n_in * n_out).reshape(n_out, n_in)

    return drawn


def layer(draw, c):
    return {
        "xavier-for-he": (rows_of(draw, lambda i, o: math.sqrt(c / (2 * i))),),
        "fan-out-for-fan-in": (rows_of(draw, lambda i, o: math.sqrt(c) / math.sqrt(o)),),
        "glorot-for-he": (rows_of(draw, lambda i, o: (c / (i + o)) ** 0.5),),
        "fan-average": (rows_of(draw, lambda i, o: math.sqrt(c / ((i + o) / 2))),),
        "transposed": (on_its_side(draw, c),),
        "fixed-seed": (always_seeded(draw, c),),
    }


def own_generator(n_in, n_out, rng):
    mine = np.random.default_rng()
    return mine.uniform(-1, 1, (n_out, n_in)) * math.sqrt(6 / n_in)


def global_uniform(n_in, n_out, rng):
    return (np.random.rand(n_out, n_in) - 0.5) * 2 * np.sqrt(6 / n_in)


def redrawn(limit, correction):
    def draw(n_in, n_out, rng):
        W = rng.normal(size=(n_out, n_in))
        far = np.abs(W) > limit
        while np.any(far):
            W = np.where(far, rng.normal(size=W.shape), W)
            far = np.abs(W) > limit
        return W * math.sqrt(2 / n_in) / correction

    return draw


def report(W, var, n=None, m2=None, unit=None, sign=1.0, unbiased_first=False):
    w = [float(v) for v in np.ravel(W)]
    n = len(w) if n is None else n
    mean = sum(w) / len(w)
    around = sum((v - mean) ** 2 for v in w)
    m2 = sum(v * v for v in w) / len(w) if m2 is None else m2
    se = (var if unit is None else unit) * (2 / n) ** 0.5
    first, second = around / len(w), around / (len(w) - 1)
    if unbiased_first:
        first, second = second, first
    return {"z": sign * (m2 - var) / se, "se": se, "var1": second, "var0": first, "m2": m2}


def one_by_one(rel, z):
    n = 1
    while z * math.sqrt(2 / n) > rel:
        n += 1
    return n


def densities(W, var):
    return [math.exp(log_density(float(w), var)) for w in W.flat]


def exponents_only(W, a, b):
    return sum(w * w / (2 * b) - w * w / (2 * a) for w in np.ravel(W))


def log_density(w, var):
    return -(w * w) / (2 * var) - math.log(2 * math.pi * var) / 2


def log_density_of_std(w, std):
    return -((w / std) ** 2) / 2 - math.log(std * math.sqrt(2 * math.pi))


def lr(W, a, b, density=log_density):
    return math.fsum(density(float(w), a) - density(float(w), b) for w in W.flat)


def likelihood_ratio(W, a, b):
    return math.e ** lr(W, a, b)


def sampled(n):
    return np.random.default_rng(n).normal(0, math.sqrt(2 / n), 50_000).std()


def any_layer(draw, c):
    """Further slips in a layer's scale and shape, and in what becomes of the draws."""
    root = math.sqrt

    def right(n_in, n_out, rng):
        return root(c / n_in) * draw(rng, n_in * n_out).reshape(n_out, n_in)

    return {
        "fan-product": (
            rows_of(draw, lambda i, o: root(c / (i * o))),
            lambda i, o, rng: right(i, o, rng) * o**-0.5,
        ),
        "fraction-upside-down": (
            rows_of(draw, lambda i, o: root(i / c)),
            lambda i, o, rng: right(i, o, rng) * i / c,
        ),
        "integer-division": (
            rows_of(draw, lambda i, o: root(2 // i) * root(c / 2)),
            lambda i, o, rng: int(2 / i) * root(c / 2) * draw(rng, o * i).reshape(o, i),
        ),
        "one-draw": (
            lambda i, o, rng: float(right(1, 1, rng)[0, 0]) / root(i),
            lambda i, o, rng: root(c / i) * draw(rng, 1).item(),
        ),
        "centred": (
            lambda i, o, rng: (W := right(i, o, rng)) - np.sum(W) / (i * o),
            lambda i, o, rng: (W := right(i, o, rng)) - W.mean(axis=1, keepdims=True),
        ),
        "scaled-to-itself": (
            lambda i, o, rng: (W := right(i, o, rng)) * root(2 / i) / root(np.mean(W**2)),
            lambda i, o, rng: (W := right(i, o, rng)) / np.linalg.norm(W, axis=1, keepdims=True) * root(2),
        ),
        "rounded": (
            lambda i, o, rng: np.round(right(i, o, rng), 2),
            lambda i, o, rng: np.rint(1000 * right(i, o, rng)) / 1000,
        ),
    }


MISTAKES = {
    "he_std": {
        "root-of-two-over-n": (lambda n_in: math.sqrt(2) * n_in**-1,),
        "one-over-n": (lambda n: n**-1, lambda n: math.sqrt(1 / n) ** 2),
        "integer-division": (lambda n: math.floor(math.sqrt(2 / n)),),
        "half-for-two": (lambda n: math.sqrt(1 / (2 * n)), lambda n: 1 / math.sqrt(2 * n)),
        "fraction-upside-down": (lambda n: math.sqrt(n) / math.sqrt(2), lambda n: 1 / math.sqrt(2 / n)),
        "product-for-quotient": (lambda n: math.sqrt(2) * math.sqrt(n), lambda n: (n + n) ** 0.5),
        "square-for-root": (lambda n: 4 / n**2,),
        "fan-off-by-one": (lambda n: (2 / (1 + n)) ** 0.5,),
        "bound-for-std": (lambda n: math.sqrt(3) * math.sqrt(2 / n), lambda n: (6 / n) ** 0.5),
        "not-scaled": (lambda n: 0.707, lambda n: 0.0, lambda n: math.sqrt(2 / 4), lambda n: 1),
        "nearly-right": (sampled, lambda n: 1.001 * math.sqrt(2 / n), lambda n: 1.414 / math.sqrt(n)),
    },
    "he_normal": {
        **layer(standard, 2),
        **any_layer(standard, 2),
        "scaled-to-itself": (*any_layer(standard, 2)["scaled-to-itself"], changed(orthogonal)),
        "flat-for-matrix": (lambda i, o, rng: math.sqrt(2 / i) * rng.standard_normal(i * o),),
        "one-over-n": (rows_of(standard, lambda i, o: 1 / i), lambda i, o, rng: rng.normal(size=(o, i)) / i),
        "half-for-two": (
            rows_of(standard, lambda i, o: (2 * i) ** -0.5),
            lambda i, o, rng: rng.normal(0, math.sqrt(2 / i) / 2, (o, i)),
        ),
        "bound-for-std": (
            rows_of(standard, lambda i, o: math.sqrt(3) * math.sqrt(2 / i)),
            lambda i, o, rng: rng.normal(scale=(6 / i) ** 0.5, size=(o, i)),
        ),
        "sign-lost": (
            lambda i, o, rng: np.sqrt(np.square(rng.normal(0, math.sqrt(2 / i), (o, i)))),
            rows_of(lambda rng, n: np.abs(rng.normal(size=n)), lambda i, o: math.sqrt(2 / i)),
        ),
        "clipped": (
            lambda i, o, rng: np.minimum(np.maximum(rng.normal(size=(o, i)), -2), 2) * math.sqrt(2 / i),
        ),
        "root-of-two-over-n": (rows_of(standard, lambda i, o: math.sqrt(2) / i),),
        "not-scaled": (
            rows_of(standard, lambda i, o: 1.0),
            lambda i, o, rng: rng.normal(0, 0.01, (o, i)),
            lambda i, o, rng: rng.normal(0, math.sqrt(2 / 4), (o, i)),
        ),
        "sigma-for-bound": (rows_of(even, lambda i, o: math.sqrt(2 / i)),),
        "uniform-for-normal": (
            rows_of(even, lambda i, o: math.sqrt(3) * math.sqrt(2 / i)),
            lambda i, o, rng: rng.uniform(-math.sqrt(3 / i), math.sqrt(3 / i), (o, i)),
            lambda i, o, rng: rng.uniform(-math.sqrt(6 / (i + o)), math.sqrt(6 / (i + o)), (o, i)),
        ),
        "truncation-not-corrected": (redrawn(2, 1),),
        "truncated-for-normal": (redrawn(2, 0.87962566),),
        "framework-default": (rows_of(even, lambda i, o: 1 / math.sqrt(i)),),
    },
    "he_uniform": {
        **layer(even, 6),
        **any_layer(even, 6),
        "centred": (*any_layer(even, 6)["centred"], he(a_grid)),
        "flat-for-matrix": (lambda i, o, rng: math.sqrt(6 / i) * even(rng, i * o),),
        "one-sided": (lambda i, o, rng: -rng.random((o, i)) * math.sqrt(6 / i),),
        "half-the-interval": (
            lambda i, o, rng: (rng.random((o, i)) - 0.5) * math.sqrt(6 / i),
            rows_of(even, lambda i, o: math.sqrt(6 / i) / 2),
        ),
        "width-for-bound": (
            lambda i, o, rng: (rng.random((o, i)) - 0.5) * 4 * math.sqrt(6 / i),
            rows_of(even, lambda i, o: math.sqrt(12 * 2 / i)),
        ),
        "three-for-its-root": (rows_of(even, lambda i, o: 3 * (2 / i) ** 0.5),),
        "shifted-by-one": (
            lambda i, o, rng: 2 * math.sqrt(6 / i) * rng.random((o, i)) - 1,
            lambda i, o, rng: rng.uniform(0, 2 * math.sqrt(6 / i), (o, i)) - 1,
        ),
        "variance-for-bound": (
            rows_of(even, lambda i, o: 2 / i),
            lambda i, o, rng: rng.uniform(-(math.sqrt(2 / i) ** 2), math.sqrt(2 / i) ** 2, (o, i)),
        ),
        "root-misplaced": (
            rows_of(even, lambda i, o: math.sqrt(6) / i),
            lambda i, o, rng: math.sqrt(6) * even(rng, i * o).reshape(o, i) / i,
        ),
        "one-end-given": (
            lambda i, o, rng: rng.uniform(low=(6 / i) ** 0.5, size=(o, i)),
            lambda i, o, rng: rng.uniform(low=-((6 / i) ** 0.5), size=(o, i)),
        ),
        "global-state": (global_uniform,),
        "fresh-rng": (own_generator,),
        "sigma-for-bound": (rows_of(even, lambda i, o: math.sqrt(2) / math.sqrt(i)),),
        "normal-for-uniform": (
            rows_of(standard, lambda i, o: math.sqrt(2 / i)),
            lambda i, o, rng: rng.normal(0, math.sqrt(6 / i), (o, i)),
        ),
        "variance-for-std": (rows_of(even, lambda i, o: 6 / i),),
        "not-scaled": (
            lambda n_in, n_out, rng: rng.uniform(low=-1.0, high=1.0, size=(n_out, n_in)),
            lambda i, o, rng: rng.uniform(-0.05, 0.05, (o, i)),
        ),
        "framework-default": (rows_of(even, lambda i, o: i**-0.5),),
    },
    "sample_report": {
        "ddof-swapped": (lambda W, var: report(W, var, unbiased_first=True),),
        "two-missing": (lambda W, var: report(W, var, unit=var / math.sqrt(2)),),
        "se-not-scaled": (lambda W, var: report(W, var, unit=1),),
        "variance-for-second-moment": (lambda W, var: report(W, var, m2=float(np.std(W) ** 2)),),
        "sign-reversed": (lambda W, var: report(W, var, sign=-1.0),),
        "one-divisor-for-both": (lambda W, v: rep(W, v, v1=np.std(W) ** 2),),
        "mean-not-subtracted": (lambda W, v: rep(W, v, v0=np.mean(W * W), v1=(W * W).sum() / (W.size - 1)),),
        "std-for-variance": (
            lambda W, v: rep(W, v, v0=W.std(), v1=W.std(ddof=1)),
            lambda W, v: rep(W, v, v0=math.sqrt(np.var(W)), v1=math.sqrt(np.var(W, ddof=1))),
        ),
        "fourth-moment-for-variance": (lambda W, v: rep(W, v, se=math.sqrt(3 * v * v / W.size)),),
        "one-draw-less": (
            lambda W, v: rep(W, v, se=v * (2 / (W.size - 1)) ** 0.5),
            lambda W, v: rep(W, v, se=math.sqrt(2 * v * v / (len(W.ravel()) - 1))),
        ),
        "sample-for-claim": (lambda W, v: rep(W, v, se=(W**2).std() * W.size**-0.5),),
        "error-of-the-mean": (lambda W, v: rep(W, v, se=(v / W.size) ** 0.5),),
        "claim-under-the-root": (
            lambda W, v: rep(W, v, se=math.sqrt(v) * math.sqrt(2 / W.size)),
            lambda W, v: rep(W, v, se=(2 * v / W.size) ** 0.5),
        ),
        "root-missing": (lambda W, v: rep(W, v, se=(v * math.sqrt(2 / W.size)) ** 2),),
        "two-outside-the-root": (
            lambda W, v: rep(W, v, se=2 * v * W.size**-0.5),
            lambda W, v: rep(W, v, se=2 * v * math.sqrt(1 / W.size)),
        ),
        "spread-of-one-square": (
            lambda W, v: rep(W, v, se=math.sqrt(2 * v**2)),
            lambda W, v: rep(W, v, se=2**0.5 * v),
        ),
        "sum-for-mean": (
            lambda W, v: rep(W, v, m2=(W**2).sum()),
            lambda W, v: rep(W, v, m2=np.sum(W**2), z=0.0),
        ),
        "root-of-the-second-moment": (
            lambda W, v: rep(W, v, m2=np.mean(W**2) ** 0.5),
            lambda W, v: rep(W, v, m2=np.linalg.norm(W) / math.sqrt(W.size)),
        ),
        "square-of-the-mean": (
            lambda W, v: rep(W, v, m2=W.mean() ** 2),
            lambda W, v: rep(W, v, m2=(np.sum(W) / W.size) ** 2),
        ),
        "sign-lost": (
            lambda W, v: {k: abs(x) for k, x in rep(W, v).items()},
            lambda W, v: rep(W, v, z=abs(np.mean(W**2) - v) / (v * math.sqrt(2 / W.size))),
        ),
        "not-divided": (
            lambda W, v: rep(W, v, z=(W**2).mean() - v),
            lambda W, v: rep(W, v, z=np.mean(W**2 - v)),
        ),
        "variance-in-z": (lambda W, v: rep(W, v, z=(W.var() - v) / v * math.sqrt(W.size / 2)),),
        "values-without-names": (
            lambda W, v: list(rep(W, v).values()),
            lambda W, v: np.array([*rep(W, v).values()]),
        ),
        "changes-its-input": (
            lambda W, v: (rep(W, v), W.sort())[0],
            lambda W, v: (rep(W, v), np.abs(W, out=W))[0],
        ),
    },
    "draws_needed": {
        "two-missing": (lambda rel, z=1.96: -(-(z**2) // rel**2),),
        "fraction-of-a-draw": (lambda rel, z=1.96: 2 * z * z / rel / rel,),
        "z-ignored": (lambda rel, z=1.96: int(np.ceil(2 * 3.8416 / (rel * rel))),),
        "rounded-down": (lambda rel, z=1.96: max(n for n in (0, one_by_one(rel, z) - 1)),),
    },
    "log_lr": {
        "log-determinant-missing": (exponents_only,),
        "sign-reversed": (lambda W, a, b: -lr(W, a, b),),
        "variance-taken-for-std": (lambda W, a, b: lr(W, a, b, log_density_of_std),),
        "mean-for-sum": (lambda W, a, b: lr(W, a, b) / len(W.ravel()),),
        "ratio-for-log": (likelihood_ratio,),
        "log-to-base-ten": (lambda W, a, b: lr(W, a, b) / math.log(10),),
        "half-missing": (lambda W, a, b: lr(W, a, b) + lr(W, a, b),),
        "exponents-missing": (
            lambda W, a, b: np.sum(0.5 * np.log(b / a) * np.ones(W.shape)),
            lambda W, a, b: lr(W * 0, a, b),
        ),
        "sign-lost": (lambda W, a, b: abs(lr(W, a, b)), lambda W, a, b: math.sqrt(lr(W, a, b) ** 2)),
        "one-sign-reversed": (lambda W, a, b: lr(W, a, b) - 2 * lr(W * 0, a, b),),
        "variance-upside-down": (
            lambda W, a, b: lr(W, 1 / a, 1 / b),
            lambda W, a, b: sum((w * w * (b - a) + math.log(a / b)) / 2 for w in W.flat),
        ),
        "mean-in-the-exponent": (
            lambda W, a, b: lr(W * 0, a, b) + exponents_only(W, a, b) / W.size,
            lambda W, a, b: W.size / 2 * math.log(b / a) + (W**2).mean() * (0.5 / b - 0.5 / a),
        ),
        "not-added-up": (
            lambda W, a, b: sum(np.log(b / a) / 2 - W**2 * (0.5 / a - 0.5 / b)),
            lambda W, a, b: 0.5 * np.log(b / a) - W**2 / 2 * (1 / a - 1 / b),
            lambda W, a, b: np.log(np.exp(-(W**2) / 2 / a + W**2 / 2 / b) * (b / a) ** 0.5),
        ),
        "log-to-base-two": (
            lambda W, a, b: lr(W, a, b) * math.log2(math.e),
            lambda W, a, b: np.sum(np.log2(np.exp(-(W**2) / 2 / a + W**2 / 2 / b) * (b / a) ** 0.5)),
        ),
        "one-half-missing": (lambda W, a, b: lr(W, a, b) + lr(W * 0, a, b),),
        "once-for-all-entries": (
            lambda W, a, b: exponents_only(W, a, b) + math.log(b) / 2 - math.log(a) / 2,
        ),
        "square-missing": (
            lambda W, a, b: W.size / 2 * math.log(b / a) - W.sum() * (0.5 / a - 0.5 / b),
            lambda W, a, b: sum(math.log(b / a) / 2 - w / (2 * a) + w / (2 * b) for w in W.flat),
        ),
        "square-of-the-sum": (
            lambda W, a, b: lr(W * 0, a, b) - W.sum() ** 2 * (0.5 / a - 0.5 / b),
            lambda W, a, b: lr(W * 0, a, b) + exponents_only([W.sum()], a, b),
        ),
        "mean-subtracted": (
            lambda W, a, b: lr(W - np.mean(W), a, b),
            lambda W, a, b: W.size / 2 * (math.log(b / a) - np.var(W) * (1 / a - 1 / b)),
        ),
        "densities-added": (
            lambda W, a, b: math.log(sum(densities(W, a)) / sum(densities(W, b))),
            lambda W, a, b: np.log(np.mean(densities(W, a))) - np.log(np.mean(densities(W, b))),
        ),
        "quotient-of-logs": (
            lambda W, a, b: sum(map(math.log, densities(W, a))) / sum(map(math.log, densities(W, b))),
            lambda W, a, b: (
                (W.size * math.log(math.tau * a) + (W**2).sum() / a)
                / (W.size * math.log(math.tau * b) + (W**2).sum() / b)
            ),
        ),
        "one-claim-only": (lambda W, a, b: sum(map(math.log, densities(W, a))),),
        "product-out-of-range": (
            lambda W, a, b: math.log(math.prod(densities(W, a)) / math.prod(densities(W, b))),
            lambda W, a, b: np.log(np.prod(np.divide(densities(W, a), densities(W, b)))),
            lambda W, a, b: np.log(np.prod(densities(W, a))) - np.log(np.prod(densities(W, b))),
        ),
        "changes-its-input": (
            lambda W, a, b: (lr(W, a, b), W.sort())[0],
            lambda W, a, b: lr(W, a, b) + 0 * np.square(W, out=W).sum(),
        ),
    },
}
