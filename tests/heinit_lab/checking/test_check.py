"""What a student reads: one message, in colour and in words, and never our own frames."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from heinit_lab import check
from heinit_lab.checking import Case, Cases, Exercise, Misconception
from heinit_lab.checking.check import CheckFailed, examine
from heinit_lab.checking.compare import NO_RETURN
from heinit_lab.checking.report import Report
from heinit_lab.exercises import BY_LESSON, EXERCISES


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


def test_a_verdict_that_holds_no_longer_is_taken_back_where_it_stands(shell, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(shell, "kernel", None, raising=False)  # as in a notebook
    right, checked = "def he_std(n):\n    return (2 / n) ** 0.5", 'check("he_std")'
    run(shell, "from heinit_lab import check")
    for cell, why in (
        ("def he_std(n)\n    return 1 / n", "has failed since (SyntaxError)"),
        ("Def he_std(n):\n    return 1 / n", "has failed since (SyntaxError)"),
        ("he_std = missing", "has failed since (NameError)"),
        ("@missing\ndef he_std(n):\n    return 1", "has failed since (NameError)"),
        ("def he_std(n):\n    return 1 / n", "The function has changed since"),
        ("def he_std(n, a=1):\n    return (2 / n) ** 0.5", "The function has changed since"),
        ("del he_std", "The function has changed since"),
        ("he_std = 3", "The function has changed since"),
        (right, ""),
        ("print(he_std(2)) + 1", ""),
        ("def relu(x)", ""),
    ):
        (shown,) = run(shell, right, checked)[1].outputs
        assert shown.data["text/plain"].startswith("✓")
        updates = run(shell, cell)[1].outputs
        assert len(updates) == bool(why), cell
        for update in updates:
            assert update.update
            assert update.transient == shown.transient
            assert update.data["text/plain"].startswith("○ he_std: this verdict is out of date.")
            assert why in update.data["text/plain"]
        progress = json.loads((tmp_path / ".heinit-progress.json").read_text())
        assert progress["he_std"] == ("○" if why else "✓"), cell


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


def test_right_numbers_in_a_list_pass_and_the_student_hears_that_an_array_was_asked_for():
    def rows(ns):
        return [[n, n**-0.5, (2 / n) ** 0.5, 2**0.5] for n in ns]

    report = examine("compare_table", rows)
    assert report.mark == "✓"
    assert "it is a list. The question asks for an array" in report.plain
    assert "a list" not in examine("compare_table", lambda ns: np.array(rows(ns))).plain


def test_a_report_says_the_same_in_every_form():
    report = Report("✗", "`f(1)` is 2.", ("This is the *variance*, 2 * 3 <b>.",))
    assert report.plain == "✗ `f(1)` is 2.\nThis is the variance, 2 * 3 <b>."
    assert "<em>variance</em>, 2 * 3 &lt;b&gt;." in report.html
    assert "<code>f(1)</code>" in report.html
    assert report.ansi == ["\x1b[1m✗ `f(1)` is 2.\x1b[0m", "This is the variance, 2 * 3 <b>."]


def rgba(colour: str) -> tuple[float, ...]:
    """Red, green, blue and opacity of a colour as JupyterLab's themes write it, from 0 to 1."""
    colour = {"white": "#fff"}.get(colour, re.sub(r"var\([^,]+, *(.+)\)", r"\1", colour))
    if numbers := re.findall(r"[\d.]+", colour) if colour.startswith("rgba") else []:
        return (*(float(number) / 255 for number in numbers[:3]), float(numbers[3]))
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    return (*(int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)), 1.0)


def over(colour: tuple[float, ...], below: tuple[float, ...]) -> tuple[float, ...]:
    """What is seen where a colour lies over an opaque one."""
    return (*(colour[3] * c + (1 - colour[3]) * b for c, b in zip(colour[:3], below[:3], strict=True)), 1.0)


def contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """The contrast of two opaque colours, from 1 to 21 (WCAG 2.2)."""

    def luminance(colour: tuple[float, ...]) -> float:
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour[:3])
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_a_verdict_can_be_read_in_every_theme_of_jupyterlab():
    themes = sorted(Path(sys.prefix, "share/jupyter/lab/themes/@jupyterlab").glob("*/index.css"))
    assert len(themes) >= 3
    for theme in themes:
        colours = dict(re.findall(r"--jp-([\w-]+):\s*([^;}]+)", theme.read_text(encoding="utf-8")))
        text, page = (rgba(colours[name]) for name in ("content-font-color1", "layout-color1"))
        for mark in "✓✗○":
            report = Report(mark, "A headline.", ("A line.",))
            assert set(re.findall(r"\x1b\[([\d;]*)m", "".join(report.ansi))) == {"1", "0"}  # bold, no colour
            behind = over(rgba(colours["rendermime-error-background"]), page)  # of ✗ and ○
            assert contrast(over(text, behind), behind) >= 4.5, theme.parent.name
            assert contrast(over(text, page), page) >= 4.5, theme.parent.name
            (line,) = re.findall(r"#[0-9A-F]{6}", report.html)
            assert "color:" not in report.html
            assert contrast(rgba(line), page) >= 3, (theme.parent.name, mark)


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


def test_the_same_mistake_again_gets_a_deeper_hint_in_the_students_kernel_and_not_while_grading(monkeypatch):
    misconceptions = tuple(
        Misconception(name, f"{name} once", (wrong,), deeper=(f"{name} twice", f"{name} again"))
        for name, wrong in (("doubled", lambda n: 2 * n), ("halved", lambda n: n / 2))
    )
    cases = Cases(Case(1, want=1), Case(3, want=3))
    exercise = Exercise("relu", cases, misconceptions, 1)
    monkeypatch.setitem(EXERCISES, "relu", exercise)
    monkeypatch.setitem(BY_LESSON, "relu_half_killing", (exercise,))
    answers = {"d": lambda n: 2 * n, "h": lambda n: n / 2, "x": lambda n: 7, "right": lambda n: n}

    reports = []
    monkeypatch.setattr(
        sys.modules["heinit_lab.checking.check"], "deliver", lambda report, _: reports.append(report)
    )

    def last_line(answer):
        check("relu", answers[answer])
        return reports[-1].plain.splitlines()[-1]

    tries = ("d", "d", "d", "d", "h", "d", "d", "x", "d", "right", "d", "d")
    said = ["once", "twice", "again", "again", "once", "once", "twice", "", "once", "", "once", "twice"]
    for answer, words in zip(tries, said, strict=True):
        assert last_line(answer).endswith(words), answer
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    assert last_line("d") == last_line("d") == "doubled once"
    assert examine("relu", answers["d"]).lines == ("doubled once",)


def test_in_a_script_a_passed_check_is_a_line_on_whatever_console_there_is(monkeypatch):
    InteractiveShell.clear_instance()
    for encoding, mark in (("utf-8", "✓"), ("cp1252", "?"), ("ascii", "?")):
        console = io.TextIOWrapper(io.BytesIO(), encoding)
        monkeypatch.setattr(sys, "stdout", console)
        check("relu", lambda z: np.maximum(z, 0))
        console.flush()
        assert console.buffer.getvalue().decode(encoding).startswith(f"{mark} relu"), encoding
