"""What students believed is told apart, nothing false is said to them, and nothing given away."""

from __future__ import annotations

import pytest

from benchmarks.hints import counted, hints_that_give_away
from heinit_lab.checking import DrawPlan
from heinit_lab.exercises import EXERCISES
from tests.tools import FULL
from tests.wrong_answers import FILES, WrongAnswer, gives_away, read, signs


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_wrong_answer_is_told_what_was_decided_on_and_none_passes(path):
    faults = {
        f"{answer.exercise}: {answer.believes}": answer.fault
        for i, answer in enumerate(read(path))
        if FULL
        or i % 10 == 0
        or not isinstance(EXERCISES[answer.exercise].check, DrawPlan)  # a plan takes longer
    }
    assert {answer: fault for answer, fault in faults.items() if fault} == {}


def test_no_hint_of_any_depth_gives_an_answer_away():
    assert hints_that_give_away() == []


@pytest.mark.parametrize(
    ("exercise", "hint", "given"),
    [
        ("he_uniform", "The bound is 6/n_in, its own square.", "sqrt(6 / n_in)"),
        ("he_std", "This is √(1/n), Xavier's rule.", "sqrt(2 / n_in)"),
        ("he_std", "Here `np.sqrt(2) / fan_in` is taken.", "sqrt(2 / n_in)"),
        ("glorot_std", "This is 2/(n_in + n_out), the variance.", "sqrt(2 / (n_in + n_out))"),
        ("he_std", "Glorot's variance is 2/(n_in + n_out).", ""),
        ("he_std", "This is 2/sqrt(n_in), the root of twice the variance.", ""),
        ("init_network", "The variance c/n_in went in for the standard deviation.", ""),
        ("init_network", "Here sqrt(c/n_in) is squared.", "sqrt(c / n_in)"),
        ("second_moment", "Square every entry first, then average.", ""),
        ("conv_fan_in", "A unit sees a patch of k_h by k_w pixels.", ""),
    ],
)
def test_a_formula_is_seen_in_a_hint_but_for_one_sign(exercise, hint, given):
    assert gives_away(exercise, hint) == given
    assert signs("√(2/n)") == signs("np.sqrt(2 / fan_in)") == ["sqrt", "2", "/", "n_in"]


def test_a_bench_counts_what_is_named_has_a_pattern_passes_and_is_false():
    def answer(code: str, says: str = "") -> WrongAnswer:
        return WrongAnswer("he_std", "?", f"def he_std(n_in): return {code}", says)

    counts = counted(
        (
            answer("2 / n_in", "two-twice"),
            answer("3 * np.sqrt(2 / n_in)"),
            answer("np.sqrt(2 / n_in)", "right"),
        )
    )
    assert counts == {"answers": 3, "named": 1, "pattern": 1, "passed": 1, "false": 2, "given away": 0}
