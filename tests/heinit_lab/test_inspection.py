"""`inspect_initializer`: what it says of initializers that are known, and of what is no initializer."""

from __future__ import annotations

import re

import numpy as np
import pytest

from heinit_lab.fingerprint import fingerprint, variance_of_truncated
from heinit_lab.inspection import inspect_initializer
from heinit_lab.networks import LAWS, TRUNCATED_STD
from heinit_solutions.worked_examples import he_normal, he_uniform

SHAPES = (320, 64), (80, 256)  # (n_out, n_in): few weights, so that many initializers can be tried


def by(law, variance):
    """An initializer of this law, whose variance is a function of n_in and n_out."""
    return lambda n_in, n_out, rng: LAWS[law](rng, (n_out, n_in), np.float64) * variance(n_in, n_out) ** 0.5


def normal(shape, rng):
    return rng.normal(0, 0.05, shape)


def glorot_normal(n_in, n_out, rng):
    return rng.normal(0, (2 / (n_in + n_out)) ** 0.5, (n_out, n_in))


def truncated(shape):
    """A new seed at each call, as libraries draw."""
    return LAWS["truncated"](np.random.default_rng(), shape, np.float32) * np.float32((2 / shape[1]) ** 0.5)


def half_twice(n_in, n_out, rng):
    return np.vstack([he_normal(n_in, n_out // 2, rng)] * 2)


def mirrored(n_in, n_out, rng):
    half = he_normal(n_in, n_out // 2, rng)
    return np.vstack([half, -half])


def orthogonal(n_in, n_out, rng):
    q, _ = np.linalg.qr(rng.standard_normal((max(n_in, n_out), min(n_in, n_out))))
    return q if n_out >= n_in else q.T


def rows_of_one_length(n_in, n_out, rng):
    w = rng.standard_normal((n_out, n_in))
    return w / np.linalg.norm(w, axis=1, keepdims=True)


def low_rank(n_in, n_out, rng):
    return rng.standard_normal((n_out, 4)) @ rng.standard_normal((4, n_in))


def sparse(n_in, n_out, rng):
    return he_normal(n_in, n_out, rng) * (rng.random((n_out, n_in)) < 0.5)


def from_the_global_state(n_in, n_out, rng):
    return np.random.standard_normal((n_out, n_in))


def without_its_rng(n_in, n_out, rng):
    return he_normal(n_in, n_out, np.random.default_rng(3))


def in_bfloat16(w):
    return (w.astype(np.float32).view(np.uint32) & 0xFFFF0000).view(np.float32)


def he(n_in, n_out):
    return 2 / n_in


# an initializer, and words of its report: the rule or c, the law, the entries and the seed
KNOWN = [
    (he_normal, "He's rule, 2 / fan_in", "normal", "independent", "another seed others"),
    (he_uniform, "He's rule, 2 / fan_in", "uniform from", "independent", "another seed others"),
    (by("signs", he), "He's rule, 2 / fan_in", "two numbers", "independent", ""),
    (by("truncated", he), "He's rule, 2 / fan_in, the cut not corrected for", "cut off at 2.", "indep", ""),
    (by("corrected", he), "He's rule, 2 / fan_in, the cut corrected for", "cut off at 2.", "indep", ""),
    (truncated, "the cut not corrected for", "cut off", "independent", "two calls give different weights"),
    (by("normal", lambda n_in, n_out: 2 / n_out), "He's rule by fan_out", "normal", "indep", "wrong axis"),
    (by("normal", lambda n_in, n_out: 1 / n_in), "LeCun's rule, 1 / fan_in", "normal", "indep", ""),
    (by("normal", lambda n_in, n_out: 25 / 9 / n_in), "PyTorch's gain for tanh", "normal", "indep", ""),
    (glorot_normal, "Xavier's rule (Glorot and Bengio's), 2 / (fan_in + fan_out)", "normal", "indep", ""),
    (by("uniform", lambda n_in, n_out: 1 / (3 * n_in)), "PyTorch's default", "uniform", "independent", ""),
    (by("uniform", lambda n_in, n_out: 2 / (3 * n_in)), "edge of a uniform law", "uniform", "indep", ""),
    (by("normal", lambda n_in, n_out: 4 / n_in**2), "He's variance was taken for the", "normal", "indep", ""),
    (by("normal", lambda n_in, n_out: (2 / n_in) ** 0.5), "He's standard deviation was", "normal", "in", ""),
    (by("normal", lambda n_in, n_out: 1.7 / n_in), "none by name", "normal", "independent", "c +1.[67]"),
    (by("normal", lambda n_in, n_out: n_in**0.4), "not one c over any number", "normal", "independent", ""),
    (normal, "none: the standard deviation is 0.0[45]", "normal", "independent", "another seed others"),
    (lambda shape: normal(shape, np.random.default_rng(0)), "", "normal", "independent", "seed is fixed"),
    (
        lambda shape, rng: LAWS["truncated"](rng, shape, np.float64) / 50,
        "before the cut",
        "cut off",
        "",
        "",
    ),
    (lambda shape, rng: in_bfloat16(rng.uniform(-1, 1, shape)), "", "uniform from -0.99", "indep", ""),
    (lambda n_in, n_out: normal((n_out, n_in), np.random.default_rng()), "", "normal", "", "different"),
    (orthogonal, "orthogonal with gain 1", "orthogonal", "right angles", "another seed others"),
    (half_twice, "He's rule, 2 / fan_in", "normal", "not independent: rows or columns recur", ""),
    (mirrored, "He's rule, 2 / fan_in", "normal", "recur with another sign", ""),
    (rows_of_one_length, "1 / fan_in", "", "not independent: rows or columns hang together", ""),
    (low_rank, "", "neither normal nor uniform", "rows or columns hang together", ""),
    (sparse, "1 / fan_in", "% are exactly 0, the others normal", "independent", ""),
    (
        lambda n_in, n_out: np.zeros((n_out, n_in)),
        "none: nothing is drawn",
        "everywhere, 0",
        "chance",
        "nothing is dr",
    ),
    (
        lambda shape: np.eye(*shape),
        "c +none: nothing is drawn",
        "identity",
        "nothing is left to chance",
        "nothing is drawn",
    ),
    (lambda n_in, n_out, rng: rng.random((n_out, n_in)), "", "uniform from", "mean +0.5.*not 0", ""),
    (lambda n_in, n_out, rng: rng.exponential(1, (n_out, n_in)) - 1, "", "lopsided", "independent", ""),
    (lambda n_in, n_out, rng: rng.laplace(0, 1, (n_out, n_in)), "", "kurtosis [56]", "independent", ""),
    (lambda shape, rng: np.clip(normal(shape, rng), -0.1, 0.1), "", "clipped: 4", "independent", ""),
    (lambda shape, rng: normal(shape, rng).round(2), "", "rounded to 2 decimals", "independent", ""),
    (lambda n_in, n_out, rng: he_normal(n_in, n_out, rng).astype(np.float16), "He's", "normal", "indep", ""),
    (lambda n_in, n_out, rng: he_normal(n_in, n_out, rng).T, "He's rule, 2 / fan_in", "normal", "", "transp"),
    (from_the_global_state, "", "normal", "independent", "touches NumPy's global random state"),
    (without_its_rng, "He's rule", "normal", "independent", "the same numbers for two different seeds"),
]


def test_a_report_names_the_rule_the_law_and_what_the_entries_share():
    for draw, *expected in KNOWN:
        report = repr(inspect_initializer(draw, shapes=SHAPES))
        for words in expected:
            assert words in report or re.search(words, report), f"{words}: {report}"


def test_a_report_of_the_usual_shapes_gives_every_number_its_standard_error():
    report = inspect_initializer(he_normal)
    assert (report.over, report.laws) == ("fan_in", ("normal", "normal"))
    assert report.c == pytest.approx(2, abs=5 * report.error)
    assert report.error == pytest.approx(2 * (2 / (1024 * 128 + 256 * 768)) ** 0.5, rel=0.02)
    assert "PyTorch's gain for tanh, (5/3)² / fan_in: 15" in repr(report)
    assert repr(report) == repr(inspect_initializer(he_normal))


def test_fans_are_counted_on_the_axes_that_are_named():
    def drawn(count):
        return lambda shape, rng: rng.normal(0, (2 / count(shape)) ** 0.5, shape)

    for in_axis, shapes, count in (
        (1, ((96, 64, 3, 3), (32, 64, 5, 5)), lambda s: s[1] * s[2] * s[3]),
        (-2, ((3, 3, 64, 96), (5, 5, 64, 32)), lambda s: s[0] * s[1] * s[2]),
        (-1, ((3, 3, 4096, 1), (5, 5, 1024, 1)), lambda s: s[0] * s[1]),
        (0, ((96, 64, 3, 3), (32, 64, 5, 5)), lambda s: s[0] * s[2] * s[3]),
    ):
        report = inspect_initializer(drawn(count), in_axis=in_axis, shapes=shapes)
        assert report.rule == "He's rule, 2 / fan_in", report
    channels = inspect_initializer(drawn(lambda s: s[1]), shapes=((96, 64, 3, 3), (32, 64, 5, 5)))
    assert channels.rule == "He's rule without the kernel's size"


def test_a_law_is_read_at_the_same_cut_wherever_that_is():
    for cut in (1.0, 2.0, 3.0):
        rng, w = np.random.default_rng(5), np.full((320, 128), 9.0)
        while np.any(far := np.abs(w) > cut):
            w[far] = rng.standard_normal(int(far.sum()))
        found = fingerprint(w)
        assert (found.law, found.shared) == ("truncated", "")
        assert found.cut == pytest.approx(cut, abs=0.06)
    assert variance_of_truncated(2.0) == pytest.approx(TRUNCATED_STD**2)


@pytest.mark.parametrize(
    ("draw", "more", "words"),
    [
        (np.zeros((3, 4)), {}, "takes a function that draws, and got an ndarray"),
        (lambda a, b, c, d: 0, {}, "needs 4 arguments"),
        (lambda key, shape: 0, {}, "wants key before the shape, as the initializers of JAX do"),
        (lambda tensor: tensor.normal_(), {}, "raises AttributeError.*makes that and returns its weights"),
        (lambda shape: None, {}, "returns nothing; expected an array of shape \\(1024, 128\\)"),
        (lambda shape: "weights", {}, "returns a str, and no array of numbers"),
        (lambda shape: [object()], {}, "returns a list, and no array"),
        (lambda shape: np.zeros(shape, complex), {}, "no array of numbers"),
        (lambda n_in, n_out, rng: np.zeros(n_in), {}, "returns shape \\(128,\\)"),
        (lambda shape: np.full(shape, np.nan), {}, "numbers that are not finite"),
        (he_normal, {"shapes": [(3, 4)]}, "too few weights to read a law from: take 20,480 or more"),
        (he_normal, {"shapes": [(64, 32, 3, 3)]}, "more than two need a function of a shape"),
        (he_normal, {"in_axis": 2}, "in_axis is 2, and can be 1 \\(PyTorch\\), -2"),
    ],
)
def test_what_cannot_be_inspected_is_answered_with_a_sentence(draw, more, words):
    with pytest.raises((TypeError, ValueError), match=words):
        inspect_initializer(draw, **more)
