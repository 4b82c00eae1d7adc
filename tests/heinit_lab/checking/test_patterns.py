"""A mistake without a name gets a sentence that is true on every case."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from heinit_lab.checking import Case, Cases, DrawCase, DrawPlan, Exercise
from heinit_lab.checking.check import report_on

SIZES = [Case(n, want=(2 / n) ** 0.5) for n in (4, 1, 37, 128)]  # right values on both sides of 1
PAIRS = [Case(n, m, want=(2 / (n + m)) ** 0.5) for n, m in ((4, 3), (1, 1), (128, 64), (5, 300), (7, 7))]
SLOPES = [Case(4, want=0.5), Case(6, want=1 / 3), Case(4, a=0.5, want=0.4), Case(4, a=-2.0, want=0.1)]
ROWS = [Case(np.array(x), want=np.array(x) ** 3) for x in ([1.0, -2], [3.0, 1, 2], [0.5, 4, -1, 2], [2.0, 5])]
TABLES = [Case([n, n + 1], want=np.array([[n, n**2, n**3] for n in (n, n + 1)])) for n in (2.0, 3.0, 5.0)]
TRUTHS = [Case(np.array(x), want=np.array(x) > 0) for x in ([1.0, -2], [-1.0, 0, 3])]
MEANS = [Case(np.array(x), want=float(np.mean(x))) for x in ([1.0, 1], [2.0, 4, 9], [3.0, 0, 5, 2], [7.0])]
PARTS = [Case(s, want=(0.4 * s, 0.3 * s**2, s**2 / 2)) for s in (1.0, 2.0, 3.5)]
KEYS = [Case(s, want={"m2": s, "se": s / 3, "z": s - 1}) for s in (1.0, 2.0, 3.5)]
LISTS = [Case([np.eye(2) * n] * k, want=[np.eye(2) * n + 1] * k) for n, k in ((1, 1), (2, 2), (3, 3))]
KINDS = [
    Case(n, want=n**2, kind=kind)
    for n, kind in ((2, ""), (4, ""), (3, "an odd number"), (5, "an odd number"))
]
NAMES = ("mean", "variance", "second moment")

SAID = [
    (SIZES, lambda n: 2 * (2 / n) ** 0.5, "Every value is twice the right one."),
    (SIZES, lambda n: -((2 / n) ** 0.5), "Every value has the right size and the wrong sign."),
    (SIZES, lambda n: 3 * (2 / n) ** 0.5, "Every value is 3 times the right one."),
    (SIZES, lambda n: 2 / n, "Every value is the square of the right one."),
    (SIZES, lambda n: (n / 2) ** 0.5, "Every value is 1 over the right one."),
    (SIZES, lambda n: 5 / n, "Every value is the square of the right one, up to one factor, which is 2.5."),
    (SIZES, lambda n: (2 / n) ** 0.5 + 1, "Every value is 1 too large."),
    (SIZES, lambda n: 0.7, "The value is the same in every case, whatever the input."),
    (
        SIZES,
        lambda n: (2 / (n + 1)) ** 0.5,
        "The ratio of the value to the right one rises as the first argument",
    ),
    (SIZES, lambda n: (2 / n) ** 0.5 if n % 2 else 0.1, "in the cases where the first argument is odd"),
    (SIZES, lambda n: (2 / n) ** 0.5 * (1.001 if n > 1 else 0.998), "within 1 % of the right one"),
    (SIZES, lambda n: "no number", "another form than the right one in 4 of 4 cases"),
    (SIZES, lambda n: np.array([n, n]), "Every value is an array; asked is one number."),
    (SIZES, lambda n: (n**0.5 - 6) / n, "Some values are negative, and no right one is."),
    (SIZES, lambda n: {4: 0.9, 37: 0.1, 128: 0.9}[n], "It fails in 1 of 4 cases, and is right in none."),
    (
        PAIRS,
        lambda n, m: (1 / max(n, m)) ** 0.5,
        "where both numbers are the same, and is wrong in all others",
    ),
    (SLOPES, lambda n, a=0.0: 2 / n, "in the cases where the second argument is left out"),
    (SLOPES, lambda n, a=0.0: 3 / n, "Two inputs that differ in `a` alone get the same value"),
    (ROWS, lambda x: x[::-1] ** 3, "Every value is right in reverse order."),
    (ROWS, lambda x: np.sort(x**3), "Every value has the right entries, in another order."),
    (ROWS, lambda x: (x**3)[:-1], "Only the last entry is missing."),
    (ROWS, lambda x: np.append(x**3, 1), "There is one entry too many at the end."),
    (ROWS, lambda x: (x**3)[:, None], "The numbers are right; their shape is not."),
    (ROWS, lambda x: np.append(x[:-1] ** 3, 0), "Only the last entry is wrong."),
    (ROWS, lambda x: np.where(x < 0, 1, x**3), "Wrong wherever the entry of the input is below 0"),
    (ROWS, lambda x: x**3 * x.size, "Every value is too large by a factor, which is the number of entries."),
    (ROWS, lambda x: [x, x**3], "The last entry is the right value; asked is that entry alone."),
    (
        TABLES,
        lambda ns: np.array([[n, n**2, 0] for n in ns]),
        "Right everywhere in columns 1 and 2, and not in column 3.",
    ),
    (
        TABLES,
        lambda ns: [[n, n**2, -1] for n in ns],
        "Right everywhere in columns 1 and 2, and not in column 3.",
    ),
    (TRUTHS, lambda x: (x > 0) * 1, "The entries are right, as numbers; asked are True and False."),
    (
        TRUTHS,
        lambda x: x != 3,
        "Of 5 entries, 1 right, 3 True and should be False and 1 False and should be True.",
    ),
    (MEANS, lambda x: x[0], "in the cases where all entries are alike"),
    (
        PARTS,
        lambda s: (0.4 * s, 0.6 * s**2, s**2 / 2),
        "the variance is not. In the variance: every value is twice the right one.",
    ),
    (
        PARTS,
        lambda s: (0.3 * s**2, 0.4 * s, s**2 / 2),
        "The second moment is right everywhere, the mean and the variance",
    ),
    (PARTS, lambda s: (s**2 / 2, 0.4 * s, 0.3 * s**2), "The parts are there, in another order."),
    (PARTS, lambda s: 0.3 * s**2, "Only the variance is there; asked are 3 parts."),
    (
        KEYS,
        lambda s: {"m2": s, "se": s / 6, "z": s},
        "`m2` is right everywhere, `se` and `z` are not. In `se`: every value is half",
    ),
    (KEYS, lambda s: (s, s / 3, s - 1), "Every value is a tuple; asked is a dict."),
    (LISTS, lambda Ws: [W + 1 if i else W for i, W in enumerate(Ws)], "Only the first matrix is wrong."),
    (KINDS, lambda n: n**2 // 2 * 2, "Wrong for an odd number; right in every other case."),
]


@pytest.mark.parametrize(("cases", "answer", "said"), SAID)
def test_a_pattern_that_holds_on_every_case_is_said(cases, answer, said):
    parts = NAMES if cases is PARTS else ()
    exercise = Exercise("answer", Cases(*cases), (), 1, parts=parts)
    assert said in report_on(exercise, exercise.probe(answer)).lines[-1]


def test_no_rule_is_made_of_less_than_three_cases():
    exercise = Exercise("answer", Cases(*SIZES[:2]), (), 1)
    assert report_on(exercise, exercise.probe(lambda n: 3 * (2 / n) ** 0.5)).lines == (
        "Of 2 values, none right, 2 too large.",
    )


NETS = DrawPlan(
    shapes=[DrawCase([4, 3, 5], shape=[(3, 4), (5, 3)], variance=[0.5, 2 / 3])],
    laws=[DrawCase([60, 240, 240], shape=[(240, 60), (240, 240)], variance=[1 / 30, 1 / 120])],
)


def nets(std):
    return lambda sizes, rng: [rng.normal(0, std(a, b), (b, a)) for a, b in pairwise(sizes)]


HE = nets(lambda a, b: (2 / a) ** 0.5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda sizes, rng: HE(sizes, rng)[:1], "Only the first layer's matrix is there."),
        (lambda sizes, rng: HE(sizes, rng)[::-1], "The list runs backwards"),
        (lambda sizes, rng: [W.T for W in HE(sizes, rng)], "so each output has a row"),
        (
            lambda sizes, rng: [W.ravel() for W in HE(sizes, rng)],
            "as many numbers as are asked for, in one row",
        ),
        (nets(lambda a, b: (4 / a) ** 0.5), "In every layer the second moment is twice what is asked for."),
        (
            nets(lambda a, b: (4 / (a + b)) ** 0.5),
            "where there are as many inputs as outputs and the matrix is not the first of its list; wrong",
        ),
        (nets(lambda a, b: 2**0.5 / a), "too small by a factor: the number of inputs"),
        (lambda sizes, rng: [W.round(3) for W in HE(sizes, rng)], "printed may be rounded, a weight not"),
        (lambda sizes, rng: [W + 0.3 for W in HE(sizes, rng)], "the mean is not 0"),
    ],
)
def test_a_pattern_of_all_layers_is_said(answer, said):
    exercise = Exercise("nets", NETS, (), 1)
    assert said in report_on(exercise, exercise.probe(answer)).lines[-1]
