"""Which earlier functions an answer calls, and what the check says where these are wrong."""

from __future__ import annotations

import functools

import numpy as np

from heinit_lab.checking.calls import mentions
from heinit_lab.checking.check import examine

USED = {  # what an answer's cell may look like, and the names among `relu` and `std` that it uses
    "def f(x): return relu(x)": ["relu"],
    "def f(x): return [relu(y) + std(1) for y in x]": ["relu", "std"],
    "g = std\ndef f(x): return g(x)": ["std"],
    "def g(x): return f(x) if x else relu(x)\ndef f(x): return g(x)": ["relu"],
    "def f(x, act=relu): return act(x)": ["relu"],
    "f = lambda x: missing(relu(x))": ["relu"],
    "@functools.cache\ndef f(x): return std(x)": ["std"],
    "g = np.vectorize(std)\ndef f(x): return g(x)": ["std"],
    "table = {'a': [abs, relu]}\ndef f(x): return table['a'][0](x)": ["relu"],
    "g = functools.partial(std, 2)\nf = lambda: g()": ["std"],
    "def make(g):\n    def f(x): return g(x)\n    return f\nf = make(relu)": ["relu"],
    "def f(x): return y\ny = list(range(10**6))": [],
    "def f(x): relu = 3; return relu": [],
    "def f(x): return x.relu('std')": [],
    "def f(x): return np.std(x)": [],
    "f = functools.partial(max, 1)": [],
    "relu = None\ndef f(x, axis=None): return x": [],
}


def test_the_names_that_a_function_looks_up_are_found_and_no_others():
    for cell, names in USED.items():
        notebook = {"np": np, "functools": functools}
        exec("def relu(x): return x\ndef std(n): return relu(n)\n" + cell, notebook)
        assert mentions(notebook["f"], ["relu", "std"]) == names, cell
    notebook = {}
    exec("def f(x): return relu(x)", notebook)
    assert mentions(notebook["f"], ["relu", "std"]) == ["relu"]  # which does not exist


def lines(exercise: str, *cells: str) -> tuple[str, ...]:
    """The lines of the check on the answer that cells define."""
    notebook = {"np": np}
    for cell in cells:
        exec(cell, notebook)
    before = dict(notebook)
    report = examine(exercise, notebook[exercise])
    assert {name: value for name, value in notebook.items() if name != "__warningregistry__"} == before
    return report.headline, *report.lines


def test_an_answer_that_calls_a_wrong_function_is_told_to_mend_that_one_first():
    kept = "def energy_kept(y): return np.sum(relu(y) ** 2) / np.sum(y**2)"
    right = "energy_kept is right; the relu it calls is not."
    for relu, first in {
        "def relu(x):\n    x[x < 0] = 0\n    return x": "Check relu first.",
        "relu = np.abs": "Check relu first.",
        "def relu(x): raise NotImplementedError": "Solve relu first.",
        "": "Solve relu first.",
    }.items():
        assert lines("energy_kept", kept, relu) == (right, first), relu
    both = lines("energy_kept", kept.replace("y**2", "abs(y)"), "relu = np.abs")
    assert both[0].startswith("energy_kept(")
    assert both[1:] == ("energy_kept calls relu, which is not right yet. Check relu first.",)
    ratio = "def he_over_glorot(n_in, n_out): return 2**0.5 * xavier_std(n_in) / (2 / (n_in + n_out)) ** 0.5"
    assert lines("he_over_glorot", "xavier_std = lambda n: 1 / n", ratio)[1:] == (
        "he_over_glorot calls xavier_std, which is not right yet. Check xavier_std first.",
    )


def test_nothing_is_said_of_a_right_function_nor_to_a_right_answer():
    right = "def relu(x): return np.maximum(x, 0)"
    wrong = lines("energy_kept", right, "def energy_kept(y): return np.sum(relu(y) ** 2) / np.sum(abs(y))")
    assert "relu" not in " ".join(wrong)
    alone = "def energy_kept(y): return np.sum(np.maximum(y, 0) ** 2) / np.sum(y**2)"
    assert lines("energy_kept", "relu = np.abs", alone)[0].startswith("energy_kept: ")
