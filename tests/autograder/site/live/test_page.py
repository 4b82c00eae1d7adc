"""The interpreter's part in Python: answers run, are checked, and draw; what does not run is told."""

from __future__ import annotations

import base64
import json
import struct

import pytest

from autograder.site.live import page

SETUP = "import numpy as np\nfrom heinit_lab.explorers.relu_half_killing import half_explorer"
RELU = "def relu(x):\n    return np.maximum(x, 0)\n"


def check(*answers: tuple[str, str]) -> dict[str, object]:
    listed = [{"name": name, "source": source} for name, source in answers]
    return json.loads(page.check(json.dumps({"setup": SETUP, "answers": listed})))


def test_a_right_answer_passes_and_may_call_an_earlier_one():
    energy = "def energy_kept(y):\n    return np.sum(relu(y) ** 2) / np.sum(y**2)\n"
    report = check(("relu", RELU), ("energy_kept", energy))
    assert (report["mark"], report["lines"], report["printed"]) == ("✓", [], "")
    assert check(("energy_kept", energy))["mark"] == "✗"  # each order has names of its own


def test_a_wrong_answer_is_told_its_mistake_as_html_and_what_it_printed():
    report = check(("he_std", "print('<b>')\ndef he_std(n_in):\n    return 2 / n_in\n"))
    assert report["mark"] == "✗"
    assert "<em>variance</em>" in report["lines"][0]
    assert report["printed"] == "<b>\n"


def test_an_answer_that_is_not_there_yet_is_told_what_a_page_can_do():
    stub = "def he_std(n_in):\n    raise NotImplementedError()\n"
    for source, said in ((stub, "is not solved yet."), ("", "is not defined yet.")):
        report = check(("he_std", source))
        assert (report["mark"], report["headline"]) == ("○", f"he_std {said}")
        assert report["lines"] == ["Write the function above, and check again."]
    assert "cell" not in str(check(("he_std", "he_std = 3\n"))["lines"])


DOES_NOT_RUN = {
    "def he_std(n_in)\n    return 1\n": ("SyntaxError", "Line 1: "),
    "x = 1\nraise ValueError('<i>no')\n": ("ValueError", "Line 2: &lt;i&gt;no"),
    "import sys\nsys.exit(3)\n": ("SystemExit", "Line 2: 3"),
    "x = '\0'\n": ("", "null bytes"),  # a ValueError or a SyntaxError, as Python's version has it
    "import nowhere\n": ("ModuleNotFoundError", "nowhere"),
    "def f():\n    f()\nf()\n": ("RecursionError", "Line 2: "),
}


@pytest.mark.parametrize("source", DOES_NOT_RUN)
def test_an_answer_that_does_not_run_is_told_at_its_line(source):
    kind, said = DOES_NOT_RUN[source]
    report = check(("he_std", source))
    assert report["mark"] == "✗"
    assert report["headline"].startswith(f"he_std does not run: {kind}")
    assert said in report["lines"][0]


def test_what_is_printed_without_end_is_cut_off():
    report = check(("relu", RELU + "for _ in range(10**5):\n    print('again and again')\n"))
    assert report["mark"] == "✓"
    assert len(report["printed"]) < page.MOST + 10
    assert report["printed"].endswith("[…]")


def test_an_answer_that_redefines_check_is_checked_all_the_same():
    report = check(("relu", "def check(*args):\n    pass\nexamine = check\ndef relu(x):\n    return x\n"))
    assert report["mark"] == "✗"


def draw(relu: str, *stops: str) -> dict[str, str]:
    return json.loads(page.draw(json.dumps(order_to_draw(relu, *stops))))


def order_to_draw(relu: str, *stops: str) -> dict[str, object]:
    answers = {
        "relu": relu,
        "zero_share": "def zero_share(H):\n    return np.mean(H == 0)\n",
        "energy_kept": "def energy_kept(y):\n    return np.sum(relu(y) ** 2) / np.sum(y**2)\n",
    }
    return {
        "setup": SETUP,
        "answers": [{"name": name, "source": source} for name, source in answers.items()],
        "source": "half_explorer(relu, zero_share, energy_kept)",
        "stops": stops,
        "narrow": False,
    }


def test_an_explorer_is_drawn_with_the_readers_functions_where_the_sliders_stand():
    frame, moved = draw(RELU, "normal", "+0.00", "1.00"), draw(RELU, "normal", "+2.00", "1.00")
    assert base64.b64decode(frame["picture"]).startswith(b"\x89PNG")
    assert "mean 0," in frame["words"]
    assert "mean 2," in moved["words"]
    assert frame["picture"] != moved["picture"]
    narrow = json.loads(
        page.draw(json.dumps(order_to_draw(RELU, "normal", "+0.00", "1.00") | {"narrow": True}))
    )
    assert narrow["words"] == frame["words"]
    wide, high = struct.unpack(">II", base64.b64decode(narrow["picture"])[16:24])
    assert wide < high, "the panels stand under each other on a telephone"
    other = draw("def relu(x):\n    return np.where(x > 1, x, 0)\n", "normal", "+0.00", "1.00")
    assert other["words"] != frame["words"]


def test_functions_that_cannot_draw_are_told_in_place_of_a_picture():
    unsolved = draw("def relu(x):\n    raise NotImplementedError()\n", "normal", "+0.00", "1.00")
    assert "Until yours is solved, the lesson's own `relu`" in unsolved["words"]
    late = RELU.replace("return", "if x.size > 9:\n        raise ValueError('too many')\n    return")
    assert draw(late, "normal", "+0.00", "1.00")["picture"] == ""
    assert "your `relu` raised ValueError" in draw(late, "normal", "+0.00", "1.00")["words"]
    broken = order_to_draw(RELU, "normal", "+0.00", "1.00") | {"source": "half_explorer(relu, nothing)"}
    assert "cannot be drawn: NameError" in json.loads(page.draw(json.dumps(broken)))["words"]
    assert "does not run: SyntaxError" in draw("def relu(x)\n", "normal", "+0.00", "1.00")["words"]
