"""Numbers are written to be read, in one way everywhere."""

from __future__ import annotations

import pytest

from heinit_lab.figures.numbers import guessed, number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (float("inf"), "inf"),
        (float("nan"), "nan"),
        (1.0, "1"),
        (0.042, "0.042"),
        (0.00996, "0.01"),
        (0.000996, "1.0 × 10⁻³"),
        (1.8e-4, "1.8 × 10⁻⁴"),
        (9.96, "10"),
        (99.7, "100"),
        (994, "994"),
        (2400, "2,400"),
        (-2400, "-2,400"),
        (99_999.6, "1.0 × 10⁵"),
        (6.6e8, "6.6 × 10⁸"),
    ],
)
def test_numbers_are_written_to_be_read(value, text):
    assert number(value) == text


def test_shares_are_written_in_per_cent():
    assert percent(0.6321) == "63.2 %"
    assert percent(0.37, 0) == "37 %"


@pytest.mark.parametrize(
    ("guess", "text"),
    [(0.5, "0.5"), (32_768, "32,768"), (1e30, "1e+30"), ("B", "B"), (True, "True"), ([1, 2], "[1, 2]")],
)
def test_a_guess_is_repeated_as_it_was_made_whatever_it_is(guess, text):
    assert guessed(guess) == f" Your guess: {text}."
    assert guessed(None) == ""
