"""Whatever an answer returns, its check ends in a verdict of readable length."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from autograder.hidden_tests.grade import assess
from autograder.solver.channel import Opaque
from heinit_lab.checking.check import report_on
from heinit_lab.exercises import EXERCISES
from tests.tools import FULL

DEEP: Any = 1.0
for _ in range(30):
    DEEP = [DEEP]
KEYS = ("m2", "var0", "var1", "se", "z")
ODD: dict[str, Any] = {
    "none": None,
    "true": True,
    "text": "x" * 100_000,
    "bytes": b"abc",
    "not a number": float("nan"),
    "infinite": float("inf"),
    "minus infinite": -float("inf"),
    "denormal": 5e-324,
    "an integer of many digits": 10**3000,
    "an integer too long to be written": 10**5000,
    "complex": complex(1e300, 1e300),
    "complex, not a number": complex("nan"),
    "half precision": np.float16(65504),
    "the least integer": np.int64(-(2**63)),
    "the largest integer": np.uint64(2**64 - 1),
    "an array without an axis": np.array(5.0),
    "an array without an axis, no number": np.array(np.nan),
    "one truth": np.array(True),
    "nothing": np.zeros(0),
    "no rows": np.zeros((0, 3)),
    "no columns": np.zeros((3, 0)),
    "many rows without columns": np.zeros((10**5, 0)),
    "squares that overflow": np.full((4, 4), 1e200),
    "squares that underflow": np.full((4, 4), 1e-200),
    "numbers that overflow": np.full(4, 1e308),
    "all at once": np.array([1e308, -1e308, np.nan, np.inf]),
    "thirty-two axes": np.zeros((1,) * 32),
    "an empty list": [],
    "an empty dict": {},
    "a ragged list": [[1, 2], [3]],
    "arrays of different shapes": [np.zeros(2), np.zeros((2, 2))],
    "a deep list": DEEP,
    "words": ["a", "b", "c"],
    "what could not cross": [Opaque("module")] * 3,
    "a generator": np.random.default_rng(0),
    "three infinities": (np.inf,) * 3,
    "three huge integers": (10**3000,) * 3,
    "three arrays without an axis": [np.array(1.0)] * 3,
    "other keys": {1: 2, (1, 2): 3, None: 4, b"x": 1},
    "a key that is no number": {float("nan"): 1},
    "a long key": {"m" * 2_000_000: 1.0},
    "many keys": dict.fromkeys(map(str, range(10_000)), 1.0),
    **{
        f"a report of {name}": dict.fromkeys(KEYS, value)
        for name, value in {
            "infinities": np.inf,
            "nothing": None,
            "arrays": np.zeros((2, 2)),
            "arrays without an axis": np.array(1.0),
            "words": "x",
            "huge integers": 10**3000,
            "ragged lists": [[1, 2], [3]],
            "truths": True,
        }.items()
    },
}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_value_of_any_kind_gets_a_verdict_of_readable_length(name):
    exercise, first = EXERCISES[name], list(EXERCISES).index(name)
    kinds = list(ODD.items())
    for kind, value in kinds if FULL else kinds[first % 3 :: 3]:  # three exercises in a row try every kind
        report = report_on(exercise, exercise.probe(lambda *args, value=value, **kwargs: value))
        assert report.mark == "✗", kind
        assert len(report.plain) < 2500, kind


@pytest.mark.parametrize("name", EXERCISES)
def test_values_of_all_kinds_in_turn_earn_nothing_and_end_no_hidden_check(name):
    for shift in range(3 if FULL else 1):
        values = itertools.islice(itertools.cycle(ODD.values()), 7 * shift, None)
        assert assess(name, lambda *args, values=values, **kwargs: next(values)).score == 0


@pytest.mark.parametrize("name", ["he_normal", "he_uniform"])
@pytest.mark.parametrize("scale", [1e-320, 1e-200, 1e160, 1e308])
def test_draws_of_any_scale_are_measured_without_a_stumble(name, scale):
    def drawn(n_in, n_out, rng):
        return rng.uniform(0.5, 1, size=(n_out, n_in)) * scale

    outcome = assess(name, drawn)
    assert outcome.points["values"] == 0
    assert outcome.points["shape"] > 0


@pytest.mark.parametrize("name", ["he_normal", "he_uniform"])
def test_a_matrix_of_no_numbers_has_no_shape_worth_a_point(name):
    assert assess(name, lambda n_in, n_out, rng: np.full((n_out, n_in), np.nan)).score == 0
