"""Which earlier functions an answer calls, and what the check says where these are wrong."""

from __future__ import annotations

import functools

import numpy as np

from heinit_lab.checking.calls import mentions
from heinit_lab.checking.check import examine

FOUND = {  # what an answer's cell may look like, and the names among `relu` and `std` that it uses
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
}


def test_the_names_that_a_function_looks_up_are_found_and_no_others():
    for cell, names in FOUND.items():
        notebook = {"np": np, "functools": functools}
        exec("def relu(x): return x\ndef std(n): return relu(n)\n" + cell, notebook)
        assert mentions(notebook["f"], ["relu", "std"]) == names, cell
    notebook = {}
    exec("def f(x): return relu(x)", notebook)
    assert mentions(notebook["f"], ["relu", "std"]) == ["relu"]  # which does not exist


def test_an_answer_that_calls_a_wrong_function_is_told_to_mend_that_one_first():
    answer = "def energy_kept(y): return np.sum(relu(y) ** 2) / np.sum(y**2)\n"
    for relu, said in {
        "def relu(x):\n    x[x < 0] = 0\n    return x": "right yet: check relu first.",
        "relu = np.abs": "right yet: check relu first.",
        "def relu(x): raise NotImplementedError": "solved yet: solve relu first.",
        "": "solved yet: solve relu first.",
    }.items():
        notebook = {"np": np}
        exec(answer + relu, notebook)
        report = examine("energy_kept", notebook["energy_kept"])
        assert (report.mark, report.lines) == ("✗", (f"energy_kept calls relu, which is not {said}",)), relu
    notebook = {"np": np}
    exec("def relu(x): return np.maximum(x, 0)\n" + answer.replace("y**2", "abs(y)"), notebook)
    assert "calls" not in examine("energy_kept", notebook["energy_kept"]).plain
    exec("relu = np.abs\n" + answer.replace("relu(y)", "np.maximum(y, 0)"), notebook)
    assert examine("energy_kept", notebook["energy_kept"]).mark == "✓"
