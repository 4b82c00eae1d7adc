"""The solver: outputs as a kernel would give them, restarts, time limits, and what ends with a test cell."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator

import nbformat
import pytest

from autograder.judge.client import Judge
from autograder.judge.messages import CellOrder, CellResult
from autograder.judge.outputs import clean
from autograder.sandbox.limits import Limits
from autograder.solver.session import MAX_OUTPUT
from heinit_lab.checking.report import VERDICT_MIME
from tests.autograder.hostile_folder import lay_modules
from tests.tools import system_tool

pytestmark = pytest.mark.xdist_group("solver")
Run = Callable[..., list[CellResult]]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """A judge that was started where somebody's modules lie, from a shell that leaves asserts out."""
    system_tool("bwrap")
    judge = Judge(Limits(memory=2**28, cell_seconds=1, check_seconds=1, seconds=20, notebook_seconds=120))
    folder = tmp_path_factory.mktemp("submitted")
    traces = lay_modules(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("PYTHONOPTIMIZE", "1")
        patch.setenv("HEINIT_SEED", "mine")
        patch.setenv("PYTHONPATH", os.pathsep.join(["", *filter(None, sys.path)]))
        judge.start()
    assert not traces.exists()
    yield judge
    judge.close()


@pytest.fixture
def run(judge) -> Run:
    """Run cells, each ("student" or "test", source); the test cells may ask for `f` and `g`."""
    return lambda *cells: judge.run([CellOrder(*cell) for cell in cells], ["f", "g"]).results


def texts(result: CellResult) -> list[str]:
    return [o.get("text") or o.get("ename") or o["data"]["text/plain"] for o in result.outputs]


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("print('a'); print('b')", [("stream", "a\nb\n")]),
        ("1 + 1", [("execute_result", "2")]),
        ("1 + 1;", []),
        ("None", []),
        ("import sys\nprint('a'); print('b', file=sys.stderr)", [("stream", "a\n"), ("stream", "b\n")]),
        ("1 / 0", [("error", "ZeroDivisionError")]),
        ("def f(:", [("error", "SyntaxError")]),
        ("%matplotlib inline\nprint(1)", [("stream", "1\n")]),
        ("!echo hello", [("stream", "hello\n")]),
        ("%%capture\nprint(1)", []),
        ("from IPython.display import display\ndisplay(1)", [("display_data", "1")]),
        ("exit()", []),
        ("import sys\nsys.stdout.close()\nprint(1)", [("stream", "1\n")]),
        ("input('?')", [("error", "RuntimeError")]),
        ("raise KeyboardInterrupt", [("error", "KeyboardInterrupt")]),
        ("await __import__('asyncio').sleep(0, 'done')", [("execute_result", "'done'")]),
        ("print('\\ud800')", [("stream", "?\n")]),
        ("h = display('a', display_id=True); h.update('b')", [("display_data", "'b'")]),
        ("print(1)\nfrom IPython.display import clear_output\nclear_output()\nprint(2)", [("stream", "2\n")]),
    ],
)
def test_a_cell_shows_what_it_shows_in_a_kernel(run, source, shown):
    (result,) = run(("student", source))
    got = [o["output_type"] for o in result.outputs]
    assert [(kind, text.replace("\r", "")) for kind, text in zip(got, texts(result), strict=True)] == shown


def test_files_beside_the_notebook_are_there_for_its_cells_alone_and_again_after_a_restart(judge):
    files = {"own/part.py": b"x = 1", "data.csv": b"1", "numpy.py": b"1 / 0", "json/__init__.py": b"1 / 0"}
    cells = [
        "open('data.csv', 'w').write('2')\nimport own.part, json.decoder, importlib, os\nown.part.x",
        "os._exit(1)",
        "import numpy as np\nopen('data.csv').read(), int(np.ones(2).sum())",
        "%%writefile sol.py\nx = 3",
        "from sol import x\nx",
    ]
    results = judge.run([CellOrder("student", cell) for cell in cells], [], "", files).results
    shown = ["1", "SolverDied", "('2', 2)", "Writing sol.py\n", "3"]
    assert [texts(result)[-1] for result in results] == shown
    (alone,) = judge.run([CellOrder("student", "import os\nos.listdir()")], []).results
    assert texts(alone) == ["[]"]


def test_the_hidden_inputs_of_a_notebook_follow_from_its_seed(judge):
    cell = CellOrder("test", "from autograder.hidden_tests.grade import SEED\nSEED.get()")
    seeds = [texts(judge.run([cell], [], seed).results[0]) for seed in ("of anna", "of ben", "of anna")]
    assert seeds == [["'of anna'"], ["'of ben'"], ["'of anna'"]]


def test_an_answer_gets_one_generator_in_all_calls_that_the_judge_makes_with_one(run):
    remember = "import functools\nf = functools.cache(lambda rng: rng.random())"
    ask = """
import numpy as np
from heinit_lab.checking.observe import observe_each
rng, equal = np.random.default_rng(1), np.random.default_rng(1)
a, b, c = (call.value for call in observe_each(f, [((each,), {}) for each in (rng, rng, equal)]))
a == b, a == c"""
    assert texts(run(("student", remember), ("test", ask))[1]) == ["(True, True)"]
    assert texts(run(("student", "f = lambda rng: rng.random()"), ("test", ask))[1]) == ["(False, True)"]


def test_a_figure_is_shown_as_a_picture(run):
    (result,) = run(("student", "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"))
    (picture,) = [o for o in result.outputs if "image/png" in o.get("data", {})]
    assert len(picture["data"]["image/png"]) > 1000


def test_the_outputs_of_a_notebook_are_valid_in_its_format(run):
    cells = ["print(1)", "1 / 0", "2", "display(3)", "import matplotlib.pyplot as plt\nplt.plot([1])"]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in cells])
    for cell, result in zip(notebook.cells, run(*(("student", s) for s in cells)), strict=True):
        cell.outputs = [nbformat.from_dict(output) for output in result.outputs]
        cell.execution_count = result.number
    nbformat.validate(notebook)
    assert [cell.execution_count for cell in notebook.cells] == [1, 2, 3, 4, 5]


UNHELD = "'a\\ud800\\0\\udfff'"
PLACES = (
    f"def f(): print({UNHELD}); raise ValueError({UNHELD})",
    f"def f(): return {{{UNHELD}: [{UNHELD}]}}",
    f"def f(): return type('K', (), {{'__repr__': lambda self: {UNHELD}}})()",
    f"def f(): raise type('E', (KeyError,), {{'__str__': lambda self: {UNHELD}}})({UNHELD})",
    f"def f(): raise UnicodeDecodeError('x', b'', 0, 1, {UNHELD})",
    f"def f(): __import__('warnings').warn({UNHELD}); return 1",
    f"f = lambda: 1\nf.__name__ = f.__qualname__ = {UNHELD.replace('a', '').replace('0', 'x01')}",
    f"import numpy as np\ndef f(): return np.array([{UNHELD}])",
    f"f = {UNHELD}",
)


def test_text_that_no_file_can_hold_is_mended_wherever_an_answer_puts_it(run):
    cells = [
        cell for source in PLACES for cell in (("student", source), ("test", "f() if callable(f) else f"))
    ]
    shown = ("student", f"{UNHELD}")
    for result in run(*cells, ("student", f"print({UNHELD}); 1 / {UNHELD}"), shown):
        text = json.dumps(result.outputs, ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()


def test_a_cell_that_ends_the_session_costs_itself_and_not_the_others(run):
    results = run(
        ("student", "f = 1"),
        ("student", "import os\nos._exit(0)"),
        ("student", "g = f + 1"),
        ("test", "f, g"),
    )
    assert [texts(r) for r in results] == [[], ["SolverDied"], [], ["(1, 2)"]]


def test_a_session_that_ends_too_often_is_given_up(run):
    results = run(*[("student", "import os\nos._exit(0)")] * 5, ("test", "1"))
    assert [texts(r) for r in results[:5]] == [["SolverDied"]] * 5
    assert texts(results[5]) == ["NotJudged"]


def test_a_cell_that_takes_all_memory_costs_itself(run):
    results = run(
        ("student", "kept = [b'x' * 2**20 for _ in range(2000)]"), ("student", "f = 1"), ("test", "f")
    )
    assert texts(results[0]) in (["SolverDied"], ["MemoryError"])
    assert texts(results[2]) == ["1"]


def test_a_cell_that_uses_too_much_processor_time_is_interrupted(run):
    results = run(("student", "f = 1\nwhile True: pass"), ("test", "f"))
    assert [texts(r) for r in results] == [["CellTimeoutError"], ["1"]]


def test_a_call_that_uses_too_much_processor_time_costs_its_test_cell(run):
    source = "def f():\n  while True:\n    try:\n      while True: pass\n    except BaseException: pass"
    results = run(("student", source), ("test", "f()"), ("student", "g = 2"), ("test", "g"))
    assert texts(results[1]) == ["NoAnswerError"]
    assert results[1].outputs[0]["evalue"] == "it took too long"
    assert texts(results[3]) == ["2"]


def test_the_calls_of_a_test_cell_have_their_own_processor_time_whatever_the_cells_used(run):
    burn = "import time\nt = time.process_time()\nwhile time.process_time() < t + 0.6: pass"
    left = """
import resource, time
def f():
    return resource.getrlimit(resource.RLIMIT_CPU)[1] - time.process_time()
"""
    *_, first, last = run(
        ("student", burn), ("student", burn), ("student", left), ("test", "f()"), ("test", "f()")
    )
    assert all(0.5 < float(texts(result)[0]) <= 2 for result in (first, last))


def test_a_test_cell_teaches_the_session_nothing(run):
    results = run(
        ("student", "SEEN = []\ndef f(x):\n    SEEN.append(x)\n    return len(SEEN)"),
        ("test", "f(1), f(2)"),
        ("test", "f(3)"),
        ("student", "SEEN"),
    )
    assert [texts(r) for r in results[1:]] == [["(1, 2)"], ["1"], ["[]"]]


def test_a_judged_call_that_ends_the_session_costs_its_own_exercise(run):
    results = run(
        ("student", "import os\ndef f(): os.kill(os.getppid(), 9)\ndef g(): return 2"),
        ("test", "f()"),
        ("test", "g()"),
    )
    assert texts(results[2]) == ["2"]


def test_only_declared_names_reach_a_test_cell(run):
    results = run(("student", "f = 1\nlen = check = 7"), ("test", "f, len('ab'), 'check' in globals()"))
    assert texts(results[1]) == ["(1, 2, False)"]


@pytest.mark.parametrize("tail", ["1.0", ""])
def test_a_test_cell_whose_output_was_cut_is_an_error_whatever_it_says_last(run, tail):
    results = run(("student", "f = 1"), ("test", f"print('x' * {2 * MAX_OUTPUT})\n{tail}"))
    assert texts(results[1]) == ["NotJudged"]


def test_a_test_cell_that_says_nothing_and_ends_well_is_not_an_error(run):
    results = run(("student", "f = 1"), ("test", "assert f == 1"), ("test", "assert f == 2"))
    assert [texts(r) for r in results[1:]] == [[], ["AssertionError"]]


def test_an_error_in_a_test_cell_shows_nothing_of_the_check(run):
    source = "def check(secret):\n    raise ValueError('no')  # hidden\ncheck(17)"
    results = run(("student", "f = 1"), ("test", source))
    (error,) = results[1].outputs
    assert error["traceback"] == ["\x1b[31mValueError\x1b[0m: no"]


HIDDEN = """
### BEGIN HIDDEN TESTS
{}
### END HIDDEN TESTS"""


def test_of_hidden_tests_nothing_is_shown_but_the_verdict_and_the_score(run):
    answers = """
import warnings
from IPython.display import display
def f(x):
    if x == 17:
        print("seen", x); display(f"seen {x}"); warnings.warn(f"seen {x}")
        raise type(f"seen{x}", (ValueError,), {})(f"seen {x}")
    return x
def g(x):
    return f"seen {x}"
"""
    ends = {
        "f(17)": ["HiddenTestFailed"],
        "raise ValueError(g(17))": ["HiddenTestFailed"],
        "assert g(17) == 17, g(17)": ["HiddenTestFailed"],
        "print(g(17))\n0.5": ["0.5"],
        "g(17)": [],
        "display(g(17))\nimport warnings\nwarnings.warn(g(17))\n1.0": ["1.0"],
        "f(1)\n    2": ["SyntaxError"],
        f"print('x' * {2 * MAX_OUTPUT})\n1.0": ["NotJudged"],
        f"display({{{VERDICT_MIME!r}: 'right'}}, raw=True)\n1.0": ["right", "1.0"],
    }
    tests = [("test", f"print('public', f(1))\nf(2)\n{HIDDEN.format(end)}") for end in ends]
    results = run(("student", answers), *tests)[1:]
    for end, result in zip(ends.values(), results, strict=True):
        shown = [o.get("text") or o.get("ename") or next(iter(o["data"].values())) for o in result.outputs]
        assert "seen" not in str(result.outputs)
        assert shown == ["public 1\n", *end] or end == ["SyntaxError"]


def test_all_that_students_see_is_asked_before_the_first_hidden_input(run):
    answers = """
import os
def f(x):
    with open("seen", "a") as file: print(x, file=file)
    return x
def g(x):
    return open("seen").read().split() + os.listdir()
"""
    results = run(
        ("student", answers),
        ("test", "n = 3\nf(1)" + HIDDEN.format("float(f(17) == 17 and n == 3)")),
        ("test", "print(g(2))" + HIDDEN.format("float('17' in g(3))")),
        ("test", "g(4)"),
    )
    assert texts(results[1]) == ["1.0"]  # names of the part that is seen are there in the other
    assert texts(results[2]) == ["['1', 'seen']\n", "1.0"]
    assert texts(results[3]) == ["['1', 'seen']"]


def test_answers_that_end_every_process_cost_themselves_in_both_parts(run):
    kill = "import os\ndef f(x):\n    os.kill(-1, 9)\ndef g(x):\n    return x"
    tests = [("test", f"{name}(1) == 1{HIDDEN.format(f'float({name}(2) == 2)')}") for name in "fgfg"]
    results = run(("student", kill), *tests)
    assert [texts(r)[-1] for r in results[2::2]] == ["1.0", "1.0"]
    assert all(texts(r)[-1] != "1.0" for r in results[1::2])


def test_a_check_that_never_ends_is_ended(run):
    results = run(("student", "f = 1"), ("test", "while True: pass"), ("test", "f"))
    assert [texts(r) for r in results[1:]] == [["CellTimeoutError"], ["1"]]


def test_a_test_cell_starts_as_an_error(run):
    cells = [("student", "f = 1"), ("test", "f +"), ("test", "raise SystemExit"), ("test", "f")]
    results = run(*cells)
    assert [r.outputs[0]["output_type"] for r in results[1:3]] == ["error", "error"]


def test_outputs_that_are_none_are_left_out():
    good = {"output_type": "stream", "name": "stdout", "text": "1"}
    raw = [
        good,
        17,
        {"output_type": "stream", "name": "stdin", "text": "1"},
        {"output_type": "error", "ename": 1, "evalue": "", "traceback": []},
        {"output_type": "display_data", "data": 1},
        {"output_type": "comm"},
    ]
    assert clean(raw)[0] == [good]
    assert clean("nonsense") == clean(None) == ([], 0)


def test_a_display_is_cleaned_and_holds_no_verdict():
    data = {
        "text/plain": "1",
        VERDICT_MIME: {"score": 15},
        "application/json": {"x": float("nan")},
        "application/vnd.x+json": {"x": [1, None, "a"]},
        "image/png": b"1",
        "no kind": "1",
        7: "1",
    }
    ((output,), _) = clean([{"output_type": "execute_result", "data": data, "execution_count": 10**400}])
    assert output == {
        "output_type": "execute_result",
        "data": {"text/plain": "1", "application/vnd.x+json": {"x": [1, None, "a"]}},
        "metadata": {},
        "execution_count": None,
    }


def test_outputs_are_cut_by_the_judge_too():
    raw = [{"output_type": "stream", "name": "stdout", "text": "x" * MAX_OUTPUT}] * 5
    kept, size = clean(raw)
    assert sum(len(output["text"]) for output in kept) < size + 200 < 3 * MAX_OUTPUT
    assert "cut off" in kept[-1]["text"]


def test_all_cells_of_a_notebook_share_what_it_may_show():
    raw = [{"output_type": "stream", "name": "stdout", "text": "x" * 1000}]
    kept, size = clean(raw, most=500)
    assert size == 500
    assert [output["text"] for output in kept] == [kept[0]["text"]]
    assert "cut off" in kept[0]["text"]


def test_a_session_cuts_what_a_cell_shows(session):
    outputs = session.run("for _ in range(3000): print('x' * 999)")
    assert len(outputs[0]["text"]) <= MAX_OUTPUT
    assert "cut off" in outputs[-1]["text"]


def test_what_a_judged_call_raised_is_told_in_the_students_words(run):
    student = """
import os
class TooSmallError(Exception): pass
def f(x):
    raise TooSmallError("x is 1")
def g(x):
    os._exit(1)
"""
    asked = (
        "from heinit_lab.checking import Case, Cases\nprint(Cases(Case(1, want=1))('{0}', {0}).finding.plain)"
    )
    results = run(("student", student), ("test", asked.format("f")), ("test", asked.format("g")))
    raised, ended = (texts(result)[0] for result in results[1:])
    assert "f(1) raises TooSmallError." in raised and ": raise TooSmallError(" in raised
    assert "g(1) gives no answer: it ended its own process" in ended and "Error" not in ended
