"""What a student reads: one message, in colour and in words, and never our own frames."""

from __future__ import annotations

import numpy as np
import pytest
from IPython.utils.capture import capture_output

from heinit_lab import check
from heinit_lab.checking.check import CheckFailed, examine
from heinit_lab.checking.compare import NO_RETURN
from heinit_lab.checking.report import Report
from heinit_lab.exercises import EXERCISES


def run(shell, *cells):
    with capture_output() as captured:
        for cell in cells:
            result = shell.run_cell(cell)
    return result, captured


def test_a_right_answer_is_told_how_many_checks_are_left(shell):
    result, captured = run(
        shell, "from heinit_lab import check", "he_std = lambda n: (2 / n) ** 0.5", 'check("he_std")'
    )
    assert result.success
    assert result.result is None
    data = captured.outputs[0].data
    assert data["text/plain"].startswith("✓ he_std: ")
    assert "more run when it is graded" in data["text/plain"]
    assert 'role="status"' in data["text/html"]


def test_a_wrong_answer_raises_and_shows_the_mistake_by_name_without_a_traceback(shell):
    result, captured = run(
        shell, "from heinit_lab import check", "he_std = lambda n: 2 / n", 'check("he_std")'
    )
    assert isinstance(result.error_in_exec, CheckFailed)
    assert "✗ he_std(4) is 0.5; expected 0.7071" in captured.stdout
    assert "variance" in captured.stdout
    assert "Traceback" not in captured.stdout
    assert "heinit_lab/" not in captured.stdout


def test_an_answer_that_raises_shows_the_students_line(shell):
    cell = "def he_std(n):\n    return missing / n"
    _, captured = run(shell, "from heinit_lab import check", cell, 'check("he_std")')
    assert "raises NameError" in captured.stdout
    assert "return missing / n" in captured.stdout
    assert "heinit_lab/" not in captured.stdout


def test_a_forgotten_return_is_told_as_one_and_as_nothing_else():
    def relu(x):
        x[x < 0] = 0

    said = examine("relu", relu).plain
    assert "is None; expected [0, 2.5] (it is None, not an array of numbers)" in said
    assert "without `return`" in said
    assert "value is right" not in said
    finding = EXERCISES["he_normal"].probe(lambda n_in, n_out, rng: None).finding
    assert finding.lines == (NO_RETURN,)


def test_two_numbers_that_look_alike_are_written_with_the_digits_that_tell_them_apart():
    said = examine("he_std", lambda n: 0.232491 if n == 37 else (2 / n) ** 0.5).plain
    assert "he_std(37) is 0.232491; expected 0.232495" in said


def test_while_grading_it_reports_and_does_not_raise(shell, monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    result, captured = run(
        shell, "from heinit_lab import check", "he_std = lambda n: 2 / n", 'check("he_std")'
    )
    assert result.success
    assert "✗ he_std(4)" in captured.outputs[0].data["text/plain"]


def test_while_validating_it_raises(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "validate")
    with pytest.raises(CheckFailed):
        check("he_std", lambda n: 2 / n)


def test_a_misspelt_name_a_missing_answer_and_a_number_each_get_a_sentence():
    assert "Did you mean `he_std`?" in examine("he_sdt", None).plain
    assert "is not defined yet" in examine("he_std", None).plain
    assert "is not a function" in examine("he_std", 0.5).plain


def test_a_slow_right_answer_is_told_so_and_passes(monkeypatch):
    monkeypatch.setattr("heinit_lab.checking.exercise.SLOW", -1.0)
    report = examine("he_std", lambda n: (2 / n) ** 0.5)
    assert report.mark == "✓"
    assert "slow" in report.plain


def test_a_report_says_the_same_in_every_form():
    report = Report("✗", "`f(1)` is 2.", ("This is the *variance*, 2 * 3 <b>.",))
    assert report.plain == "✗ `f(1)` is 2.\nThis is the variance, 2 * 3 <b>."
    assert "<em>variance</em>, 2 * 3 &lt;b&gt;." in report.html
    assert "<code>f(1)</code>" in report.html
    assert report.ansi[0].startswith("\x1b[1;31m✗")


def test_stars_of_a_formula_are_no_emphasis():
    report = Report("✗", "It raises ValueError.", ("10**6 * 2 (line 3: `a * b**2 * c`), *then* this",))
    assert report.plain.splitlines()[1] == "10**6 * 2 (line 3: `a * b**2 * c`), then this"
    assert "<em>then</em>" in report.html
    assert report.html.count("<em>") == 1


def test_a_check_that_is_graded_announces_no_further_ones(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert examine("he_std", lambda n: (2 / n) ** 0.5).plain == "✓ he_std: 5 public checks pass."


def test_what_is_no_number_is_called_by_its_kind_with_what_it_comes_from():
    def yields(x):
        yield from x

    said = examine("relu", yields).plain
    assert "is a generator; expected" in said
    assert "`yield`" in said and "function (yields)" not in said
    assert "is a map; expected" in examine("relu", lambda x: map(abs, x)).plain
    assert "is a function (abs); expected" in examine("relu", lambda x: abs).plain
    assert "holds no matrices; expected 1." in examine("init_network", lambda sizes, c, rng: []).plain
    assert "`yield`" in examine("init_network", lambda sizes, c, rng: (W for W in sizes)).plain


def test_an_error_that_comes_out_of_the_generator_shows_the_students_line(shell):
    cell = "def he_normal(n_in, n_out, rng):\n    W = rng.normal(0, -1, (n_out, n_in))\n    return W"
    _, captured = run(shell, "from heinit_lab import check", cell, 'check("he_normal")')
    assert "(line 2: W = rng.normal(0, -1, (n_out, n_in)))" in captured.stdout


def test_an_answer_that_changes_what_it_was_given_is_told_where_to_look():
    def in_place(y):
        y[y < 0] = 0
        return np.sum(y**2) / np.sum(y**2)

    assert "`relu`" in examine("energy_kept", in_place).plain
