"""Are two values the same, and how do they differ."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from heinit_lab.checking.compare import describe, gap, same, short

FLOATS = st.just(0.0) | st.floats(1e-6, 1e6) | st.floats(-1e6, -1e-6)


@given(arrays(float, array_shapes(max_dims=3, max_side=4), elements=FLOATS))
def test_a_value_is_the_same_as_itself_in_any_dress(array):
    assert same(array, array)
    assert same(array.tolist(), array)
    assert same(array.astype(np.float32), array)


@given(arrays(float, (3,), elements=FLOATS), st.integers(0, 2))
def test_one_entry_off_is_not_the_same(array, i):
    other = array.copy()
    other[i] += 1 + abs(other[i])
    assert not same(other, array)


@given(st.floats(), st.floats(0, 3e-5), st.sampled_from((float, np.float64)))
def test_two_numbers_are_the_same_where_numpy_finds_them_close(want, off, kind):
    for got in (want, want * (1 + off), want + off, -want, float("inf"), float("nan")):
        with np.errstate(all="ignore"):
            close = bool(np.allclose(got, want, rtol=1e-5, atol=0 if want else 1e-8, equal_nan=True))
        assert same(kind(got), kind(want)) == close


@pytest.mark.parametrize(
    ("got", "want"),
    [
        (np.ones((2, 1)), np.ones(2)),
        (True, 1.0),
        (1.0, True),
        (np.array([1, 0]), np.array([True, False])),
        (float("nan"), 1.0),
        (None, 0.0),
        ("1", 1.0),
        ({"a": 1}, {"a": 1, "b": 2}),
        ((1, 2, 3), (1, 2)),
        ([[1], [2, 3]], np.ones(2)),
        (1j, 1.0),
        (1 + 0j, 1.0),
        (np.array([0.5, 1], dtype=object), np.array([0.5, 1])),
    ],
)
def test_these_are_not_the_same(got, want):
    assert not same(got, want)


@pytest.mark.parametrize(
    ("got", "want", "said"),
    [
        (0.5, 0.7071, "29 % less"),
        (3.0, 1.0, "3 times it"),
        (np.ones((2, 3)), np.ones((3, 2)), "it has shape (2, 3), not (3, 2)"),
        (None, 1.0, "it is None, not a number"),
        (np.ones(2), np.array([True, True]), "it holds float64, not bool"),
        (np.array([1.0, 2, 4]), np.array([1.0, 2, 3]), "1 of 3 entries differ"),
        ({"a": 1.0, "b": 1.0}, {"a": 1.0, "b": 2.0}, "wrong under: b"),
        ((1.0, 2.0), (1.0, 3.0), "part 1 differs"),
        (1.0, (1.0, 2.0), "it is a number, not 2 values"),
        ([1.0], (1.0, 2.0), "it has 1 part, not 2"),
        (1 + 0j, 1.0, "it holds complex128, not float64"),
        (
            np.array([0.5], dtype=object),
            np.ones(1),
            "it is an array of dtype object, not an array of numbers",
        ),
        ("dead", np.array([True]), "it is a str, not an array of booleans"),
    ],
)
def test_a_difference_is_put_in_words(got, want, said):
    assert gap(got, want) == said


def test_values_are_short_on_one_line():
    assert short(0.70710678) == "0.7071"
    assert short(np.array([1.0, 2.5])) == "[1, 2.5]"
    assert short(np.zeros((64, 128))).startswith("an array of shape (64, 128), float64")
    assert short(np.array([18, -0.0])) == "[18, 0]"
    assert short([np.eye(2)]) == "[[[1, 0], [0, 1]]]"
    assert short((np.ones(1), np.ones(2))) == "([1], [1, 1])"
    assert short({"m2": 0.31577}) == "{m2: 0.3158}"
    assert "\n" not in short(np.ones((3, 4)))
    assert describe(np.ones(3)) == "shape (3,), float64, root mean square 1"


def test_an_array_of_one_number_is_a_number_and_small_numbers_are_not_near_enough_to_each_other():
    assert same(np.array([[0.5]]), 0.5)
    assert not same(np.array([0.5]), np.array([0.5, 0.5]))
    assert not same(np.array([1.0]), True)
    assert not same(2e-9, 1e-9)
    assert not same(np.array([0.0, 2e-9]), np.array([0.0, 1e-9]))
    assert same(np.array([1e-12, 1.0]), np.array([0.0, 1.0]))
    assert gap(np.array([2e-9]), np.array([1e-9])) == "1 of 1 entries differ"


def test_words_do_not_depend_on_how_long_an_integer_is():
    whole = [np.array([0, 1], dtype=kind) for kind in (np.int32, np.int64, np.int_)]
    assert {gap(each, np.array([True, False])) for each in whole} == {"it holds int, not bool"}
    assert {describe(each) for each in whole} == {"shape (2,), int, root mean square 0.707"}
