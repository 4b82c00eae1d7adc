"""Every number of the lessons' prose has a row that recomputes it, and no other seed refutes a sentence."""

from __future__ import annotations

import math
import sys

import pytest

from autograder.claims import table
from autograder.claims.measure import holds, kept, measured, numbers_after, verdict_on
from autograder.claims.numerals import numeral, numerals
from autograder.claims.table import Claim, ClaimError, claims, prose, uncovered
from autograder.lessons import Lesson, lesson, lessons
from benchmarks import claims as bench
from tests.tools import FULL

NAMES = [each.name for each in lessons()]


def claim(kind: str, text: str, value: str = "q", test: str = "") -> Claim:
    return Claim("lesson", "cell", kind, text, tuple(numerals(text)), (), value, test)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_the_prose_is_in_a_row_or_of_a_kind_that_needs_none(name):
    assert list(uncovered(lesson(name))) == []


@pytest.mark.parametrize(
    "added",
    [
        "It is 0.4711.",
        "Of 4,711 pupils",
        "$x = 0.47$ here",
        "47 %",
        "$10^{47}$",
        "at 471 layers",
        "47 of them",
    ],
)
def test_a_number_without_a_row_is_found(added, monkeypatch):
    each, cells = lesson("3"), prose(lesson("3"))
    altered = {**cells, "know": f"{cells['know']} {added}"}
    monkeypatch.setattr(table, "prose", lambda lesson: altered)
    assert [cell for cell, _ in uncovered(each)] == ["know"]


@pytest.mark.parametrize("name", NAMES if FULL else NAMES[2:4])
def test_numbers_that_are_exact_or_the_lessons_own_come_out_again(name):
    each = lesson(name)
    rows = [row for row in claims(each) if row.kind != "range"]
    values = measured(each, rows, 0)
    assert [(row.cell, row.text, values[row.key]) for row in rows if not holds(row, values[row.key])] == []


@pytest.mark.parametrize("name", NAMES)
def test_other_seeds_bear_out_every_sentence(name):
    each, texts, values = lesson(name), prose(lesson(name)), kept()
    red = []
    for row in claims(each):
        own, *others = values[row.key]
        verdict = verdict_on(row, own, others, texts[row.cell])
        if not verdict.holds:
            red.append((row.cell, row.text, verdict.complaint, own, others))
    assert red == []


def test_what_is_kept_of_other_seeds_is_what_they_give():
    each, values = lesson("3"), kept()
    rows = [row for row in claims(each) if row.kind != "exact"]
    assert len(rows) > 5
    for row, found in zip(rows, measured(each, rows, 7).values(), strict=True):
        assert found == pytest.approx(values[row.key][7], rel=1e-4), row.text


@pytest.mark.parametrize("name", NAMES)
def test_a_last_digit_that_is_altered_is_noticed(name):
    """Where no row says how the number bounds what is measured."""
    for row in claims(lesson(name)):
        own = kept()[row.key][0]
        if not row.test and len(row.numbers) == len(own):
            for number in row.numbers:
                other = table.Numeral(number.start, number.end, number.value + number.unit, number.unit)
                numbers = tuple(other if each is number else each for each in row.numbers)
                altered = Claim(**{**vars(row), "numbers": numbers})
                assert not holds(altered, own), (row.text, number)


def test_a_row_whose_words_are_not_in_its_cell_once_is_an_error(monkeypatch):
    monkeypatch.setattr(table, "_table", lambda each: {"know": {"exact": [["no such words «3»", "3"]]}})
    claims.cache_clear()
    with pytest.raises(ClaimError, match="does not say once: no such words 3"):
        claims(Lesson("3-worked-examples"))
    claims.cache_clear()


def test_a_claim_holds_by_its_kind():
    wide, close = [(0.3 + k / 100,) for k in range(20)], [(0.31,)] * 18
    here, ranged, exact = (claim(kind, "it is 0.31") for kind in ("here", "range", "exact"))
    assert verdict_on(here, (0.312,), wide, "Here it is 0.31.").holds
    assert not verdict_on(here, (0.312,), wide, "It is, it is 0.31.\n\nAnd here is another paragraph.").holds
    assert not verdict_on(here, (0.32,), wide, "Here it is 0.31.").holds
    for others, enough in (
        (wide, False),
        ([*close, (0.5,), (0.5,)], False),
        ([*close, (0.31,), (0.5,)], True),
    ):
        assert verdict_on(ranged, (0.31,), others, "it is 0.31").holds == enough
    assert not verdict_on(exact, (0.31,), [*close, (0.31,), (0.5,)], "it is 0.31").holds
    assert verdict_on(exact, (0.31,), [*close, (0.31,), (0.31,)], "it is 0.31").holds
    assert not verdict_on(ranged, (0.31,), [(math.nan,)] * 20, "it is 0.31").holds


def test_two_numbers_bound_a_value_unless_the_row_says_otherwise():
    between = claim("range", "from 0.1 to 0.3")
    assert [holds(between, (v,)) for v in (0.04, 0.06, 0.2, 0.34, 0.36)] == [False, True, True, True, False]
    assert holds(between, (0.1, 0.3))
    assert not holds(between, (0.2, 0.3))
    around = claim("range", "it is 128 ± 8", test="abs(v - a) <= 2 * b")
    assert [holds(around, (v,)) for v in (111, 112, 144, 145)] == [False, True, True, False]


def test_numbers_are_read_as_they_are_printed():
    for text, value, unit in (
        ("1,437 images", 1437, 1),
        ("0.30", 0.3, 0.01),
        (r"$2 \times 10^7$", 2e7, 1e7),
        (r"$2.6 \times 10^{-10}$", 2.6e-10, 1e-11),
        ("$10^{-24}$", 1e-24, 1e-24),
        ("is -0.369", -0.369, 0.001),
        ("a mean of −1", -1, 1),
        ("1.41x", 1.41, 0.01),
    ):
        (number,) = numerals(text)
        assert (number.value, number.unit) == pytest.approx((value, unit)), text
    assert [n.value for n in numerals("x_1, A4 and W_{12}, of 3 to 5")] == [3, 5]
    assert (
        numeral("nine").value,
        numeral("Twelve").value,
        numeral("0.5").value,
    ) == (9, 12, 0.5)
    assert numbers_after("It is 6.2 × 10⁻⁴ to 1,200. Then 3", "is") == (6.2e-4, 1200)


def test_the_bench_prints_every_claim_and_ends_with_1_where_a_line_is_red(monkeypatch, capsys):
    rows, lines = claims(lesson("4")), kept()
    monkeypatch.setattr(bench, "recomputed", lambda each, console: found)
    monkeypatch.setattr(sys, "argv", ["heinit bench claims", "4"])
    found = {row.key: [lines[row.key][0]] * 21 for row in rows}
    bench.main()
    printed = capsys.readouterr().out
    assert "0 red" in printed
    assert all(row.cell in printed for row in rows)
    found = {
        row.key: [(3.0,)] * 21 if row.cell == "end" else values
        for row, values in zip(rows, found.values(), strict=True)
    }
    with pytest.raises(SystemExit, match="1"):
        bench.main()
    assert "1 red" in capsys.readouterr().out
