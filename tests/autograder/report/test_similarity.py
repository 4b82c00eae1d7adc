"""Alike: copies are found however they are dressed, and a class that thinks alike is left alone."""

from __future__ import annotations

import random

import pytest

from autograder.report.similarity import SimilarGroup, groups, structure

LESSON = "3-worked-examples"
COMMON = {
    "he_std": ("return np.sqrt(2 / n_in)", "return (2 / n_in) ** 0.5", "return math.sqrt(2 / n_in)"),
    "he_normal": (
        "return rng.normal(0, np.sqrt(2 / n_in), size=(n_out, n_in))",
        "return rng.normal(0, he_std(n_in), (n_out, n_in))",
        "sigma = np.sqrt(2 / n_in)\n    return sigma * rng.standard_normal((n_out, n_in))",
    ),
    "draws_needed": ("return math.ceil(2 * (z / rel) ** 2)", "return int(np.ceil(2 * z**2 / rel**2))"),
    "relu": ("return np.maximum(x, 0)", "return np.where(x > 0, x, 0)", "return x * (x > 0)"),
    "zero_share": ("return np.mean(x == 0)", "return (x == 0).mean()", "return np.sum(x == 0) / x.size"),
}
OWN = {
    "he_std": "half = n_in / 2\n    inverse = 1.0 / half\n    return float(np.exp(np.log(inverse) / 2))",
    "he_normal": (
        "rows = []\n    for row in range(n_out):\n        drawn = [rng.normal() for column in range(n_in)]\n"
        "        rows.append([he_std(n_in) * number for number in drawn])\n    return np.array(rows)"
    ),
    "draws_needed": (
        "n = 1\n    while z * (2 / n) ** 0.5 > rel:\n        n = n + 1\n    return n  # the first of them"
    ),
    "relu": "half = (x + np.sqrt(x * x)) / 2\n    half[half == -0.0] = 0.0\n    return half",
    "zero_share": "row = list(np.ravel(x))\n    return row.count(0) / max(1, len(row))",
}
ARGUMENTS = {"he_std": "n_in", "he_normal": "n_in, n_out, rng", "draws_needed": "rel, z=1.96"}


def answer(name: str, body: str) -> str:
    return f'def {name}({ARGUMENTS.get(name, "x")}):\n    """What the stub says."""\n    {body}\n'


def honest(n: int, seed: int = 0) -> dict[str, dict[str, str]]:
    """A class in which everybody writes one of a few usual answers."""
    rng = random.Random(seed)
    return {
        f"s{k:03}": {name: answer(name, rng.choice(bodies)) for name, bodies in COMMON.items()}
        for k in range(n)
    }


def dressed(source: str) -> str:
    """The same program with other names, comments, quotes and layout."""
    for old, new in {"rows": "result", "row": "i", "drawn": "line", "number": "v", "half": "h"}.items():
        source = source.replace(old, new)
    source = source.replace("inverse", "one_over").replace("n = n + 1", "n = n+1   # next")
    return source.replace('"""What the stub says."""', '"""My own words."""').replace(" = ", "  =  ")


def alike(written: dict[str, dict[str, str]]) -> list[SimilarGroup]:
    return groups(
        LESSON, {student: {n: structure(text) for n, text in a.items()} for student, a in written.items()}
    )


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [2, 12, 120])
def test_a_class_that_writes_the_usual_answers_is_left_alone(n, seed):
    assert alike(honest(n, seed)) == []


def test_an_unusual_solution_that_two_have_is_found_though_names_and_layout_differ():
    written = honest(40)
    own = {name: answer(name, body) for name, body in OWN.items()}
    written["s007"], written["s021"] = own, {name: dressed(text) for name, text in own.items()}
    (group,) = alike(written)
    assert group.students == ("s007", "s021")
    assert group.exercises == dict.fromkeys(sorted(OWN), 2)
    assert group.of == 40


def test_a_ring_is_one_group():
    written = honest(60)
    for student in ("s003", "s030", "s059"):
        written[student] = {name: dressed(answer(name, body)) for name, body in OWN.items()}
    (group,) = alike(written)
    assert group.students == ("s003", "s030", "s059")


def test_one_rare_short_answer_alone_is_no_evidence():
    written = honest(40)
    for student in ("s001", "s002"):
        written[student]["he_std"] = answer("he_std", "return np.power(2 / n_in, 1 / 2)")
    assert alike(written) == []


def test_blank_hand_ins_are_not_alike():
    assert alike({f"s{k}": {} for k in range(30)}) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def f(value):\n    # add\n    return value+1"),
        ('def f(x):\n    """A."""\n    return x', 'def f(x):\n    """Another."""\n    return x'),
        ("def f(x):\n  y = g(a=x)\n  return y", "def f(q):\n    out = g(a=q)\n    return out"),
        ("def f(", "def  f("),
        ("f = lambda x: x", "f = lambda y: y"),
        ("class A:\n    def b(self): return self", "class C:\n    def d(me): return me"),
    ],
)
def test_names_comments_and_layout_do_not_count(one, other):
    assert structure(one) == structure(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("def f(x):\n    return x + 1", "def f(x):\n    return x + 2"),
        ("def f(x):\n    return np.sum(x)", "def f(x):\n    return np.mean(x)"),
        ("def f(x, y):\n    return x - y", "def f(x, y):\n    return y - x"),
    ],
)
def test_what_a_program_does_counts(one, other):
    assert structure(one) != structure(other)


@pytest.mark.parametrize(
    "source", ["", "\x00", "(" * 500, "def f():\n" + " " * 4 + "-" * 5000 + "1", "é = 'ü'"]
)
def test_any_text_has_a_structure(source):
    assert isinstance(structure(source), str)


def test_an_answer_that_is_nested_too_deeply_to_be_written_again_stops_no_report():
    deep = answer("he_std", "return 1" + " + 1" * 900)
    assert structure(deep) == "".join(deep.split())
