"""The appendix *In your own project*: what it shows was printed, its numbers hold, and nobody grades it.

Its cells run where PyTorch is installed, by `heinit bench frameworks`; here its stored outputs are read.
"""

from __future__ import annotations

import ast
import math
import re
import subprocess
import sysconfig
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.lessons import APPENDIX, SHARE, lessons
from benchmarks._framework_lines import FRAMEWORKS, LAWS, SIZES, differences, made, names, shown
from benchmarks.frameworks import NUMBER, agrees, printed, with_outputs
from heinit_lab.networks import TRUNCATED_STD, draw
from heinit_lab.race import race

PAGE = nbformat.read(APPENDIX, as_version=4)
CODE = {cell.id: cell for cell in PAGE.cells if cell.cell_type == "code"}
EXACT = {"0.003": 1 / (5 * 64), "0.00174": 1 / 576, "0.774": TRUNCATED_STD**2}  # what the text computes


def rows(cell: str) -> list[list[str]]:
    """The words of each line that a cell printed, without its heading."""
    return [re.split(r" {2,}", line.strip()) for line in printed(CODE[cell]).splitlines()[1:]]


def test_it_is_kept_in_canonical_form_with_the_outputs_of_every_cell_that_does_something():
    assert APPENDIX.read_text(encoding="utf-8") == with_outputs(PAGE)
    for name, cell in CODE.items():
        runs = any(isinstance(node, (ast.For, ast.Expr)) for node in ast.parse(cell.source).body)
        assert bool(printed(cell)) is runs, name


def test_nothing_in_it_is_graded():
    assert APPENDIX.stem not in [lesson.name for lesson in lessons()]
    assert not [cell.id for cell in PAGE.cells if "nbgrader" in cell.metadata]


def test_every_name_in_its_cells_is_defined_above():
    """The house's own check leaves names in notebooks alone: a lesson's come from its stubs."""
    command = [Path(sysconfig.get_path("scripts")) / "ruff", "check", "--isolated", "--select=F", "-"]
    source = "\n\n".join(cell.source for cell in CODE.values())
    done = subprocess.run(command, input=source, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_every_number_in_its_text_was_printed_by_a_cell_or_follows_exactly():
    shown = {number for cell in CODE.values() for number in NUMBER.findall(printed(cell))}
    prose = "\n".join(cell.source for cell in PAGE.cells if cell.cell_type == "markdown")
    prose = re.sub(r"```.*?```|\d+\.\d+\.\d+", "", prose, flags=re.DOTALL)
    numbers = set(re.findall(r"(?<![\w.])\d+\.\d+(?:e[-+]\d+)?", prose))
    assert len(numbers) > 10
    assert numbers - shown - EXACT.keys() == set()
    for number, value in EXACT.items():
        assert agrees(number, f"{value:.5f}", 0.5)


def test_the_fans_are_those_that_were_counted_and_pytorchs_are_not():
    wrong = set()
    for name, *numbers in rows("counts"):
        counted, ours, theirs = (tuple(map(float, numbers[i : i + 2])) for i in (0, 2, 4))
        assert counted == ours, name
        wrong |= {name} if theirs != ours else set()
    assert wrong == {"in 4 groups", "depthwise", "stride 2", "transposed"}


def test_every_layer_was_drawn_by_the_rule():
    fans = {"0": 27, "2": 16 * 9, "5": 9, "7.first": 576, "7.second": 576, "9": 64 * 16 / 4}
    drawn = {name: (float(rule), float(second), float(off)) for name, _, rule, second, off in rows("model")}
    assert len(drawn) == 9
    for name, (rule, second, off) in drawn.items():
        c = {"7.second": 1 / 2, "8.second": 1 / 2}.get(name, 2)
        if name in fans:
            assert rule == pytest.approx(c / fans[name], abs=1e-5), name
        assert second == pytest.approx(rule, rel=0.15)
        assert abs(off) < 4


def test_a_rule_that_draws_as_the_course_does_runs_the_courses_race():
    cells = {}
    for name in ("race-setup", "race-rules"):
        exec(CODE[name].source, cells)
    rules = {"he": lambda n_in, n_out, rng: next(draw([n_in, n_out], 2, rng))}
    shares = cells["race_rules"](rules, depth=3, seeds=2, epochs=1)
    expected = [race(3, seed=seed, epochs=1).shares for seed in range(2)]
    np.testing.assert_array_equal(shares["he"], expected)


def test_the_page_shows_the_table_of_lines_and_its_outputs_are_of_the_pytorch_that_the_table_names():
    cells = {cell.id: cell.source for cell in PAGE.cells}
    assert cells["lines-table"] == shown()
    assert f"PyTorch {FRAMEWORKS[0]['packages'][0].partition('==')[2]}" in cells["title"]


def test_the_cheat_sheets_lines_are_lines_of_the_table():
    sheet = (SHARE / "autograder" / "site" / "text" / "cheat-sheet.md").read_text(encoding="utf-8")
    for framework in FRAMEWORKS:
        (row,) = re.findall(rf"(?m)^\| {framework['name']} \| `(.+)` \|$", sheet)
        assert set(row.split("; ")) <= {line["line"] for line in framework["lines"]}


def test_every_framework_has_a_line_for_every_need_and_the_table_states_the_rules_by_their_formulas():
    """What a line draws, `heinit bench frameworks` tries; here it is held to the rule's formula."""
    rules = {"He": "2 / fan_in", "LeCun": "1 / fan_in", "Xavier": "2 / (fan_in + fan_out)"}
    rules |= {"end of a residual branch": "1 / (30 * fan_in)", "cut off": "(1 - 4 * density / share) * s**2"}
    share, density = math.erf(math.sqrt(2)), math.exp(-2) / math.sqrt(2 * math.pi)
    needs = {"He, normal", "He, uniform", "Xavier", "LeCun", "He, convolution", "He, depthwise", "bias 0"}
    for framework in FRAMEWORKS:
        lines = framework["lines"]
        assert needs | {"end of a residual branch", "default"} <= {line["what"] for line in lines}
        assert [line["kind"] for line in lines if line["what"] == "default"] == [*SIZES]
        for line in lines:
            ast.parse(line["line"])
            assert line["law"] in LAWS
            rule = next((r for name, r in rules.items() if line["what"].startswith(name)), "")
            for sizes in SIZES[line["kind"]]:
                known = names(line["kind"], *sizes)
                v = eval(line["variance"], dict(known))
                if rule and "by name" not in line["what"]:
                    assert v == pytest.approx(eval(rule, known | {"share": share, "density": density})), line
                biases = eval(line.get("bias_variance", framework["bias_variance"]), dict(known))
                assert biases == 0 if line["what"] == "bias 0" else 0 <= biases < 1


def test_a_line_that_draws_something_else_than_the_table_says_is_found(monkeypatch):
    monkeypatch.setitem(SIZES, "dense", ((64, 320, 1), (384, 96, 1)))  # few weights
    framework = {
        "dense": "layer = {line}",
        "weight": "layer[0]",
        "bias": "layer[1]",
        "in_axis": {"dense": 1},
        "bias_variance": "0",
    }
    line = {"what": "He", "kind": "dense", "law": "normal", "variance": "2 / fan_in"}
    normal, zeros = "rng.normal(0, math.sqrt(2 / n_in), (n_out, n_in))", "np.zeros(n_out)"
    uniform, drawn = "rng.uniform(-0.1, 0.1, (n_out, n_in))", "rng.uniform(-0.1, 0.1, n_out)"
    for weights, biases, stated, complaint in (
        (normal, zeros, {}, ""),
        (normal, zeros, {"law": "uniform"}, "another law"),
        (normal, zeros, {"variance": "2.2 / fan_in"}, "another variance: 0.0"),
        (normal, "np.full(n_out, 0.01)", {}, "biases up to 0.01"),
        (uniform, drawn, {"law": "uniform", "variance": "0.01 / 3", "bias_variance": "0.01 / 3"}, ""),
        (uniform, drawn, {"law": "uniform", "variance": "0.0101 / 3"}, "another edge: 0.09"),
        (f"{normal} + 0.01", zeros, {}, "another variance"),
    ):
        this = line | stated | {"line": f"({weights}, {biases})"}
        around = {"np": np, "math": math, "rng": np.random.default_rng(0)}
        measured, *wrong = differences(framework, this, made(framework, this, around))
        assert "variance" in measured
        assert (complaint in "; ".join(wrong)) if complaint else wrong == [], (this, wrong)


@pytest.mark.parametrize(
    ("page", "now", "units", "same"),
    [
        ("loss 2.30, gradient 2.5e-24", "loss 2.31, gradient 2.6e-24", 1.5, True),
        ("loss 2.30", "loss 2.32", 1.5, False),
        ("loss 2.30", "loss nan", 1.5, False),
        ("loss 2.30", "lass 2.30", 1.5, False),
        ("loss 2.30", "loss 2.30, 1", 1.5, False),
        ("gradient 2.5e-24", "gradient 2.5e-23", 1.5, False),
        ("gradient 2.5e-24", "gradient 0", 1.5, False),
        ("off by +0.0", "off by -0.1", 1.5, True),
        ("share 0.94", "share 1.03", 10, True),
        ("share 0.94", "share 1.05", 10, False),
    ],
)
def test_an_output_agrees_up_to_its_last_digit(page, now, units, same):
    assert agrees(page, now, units) is same
