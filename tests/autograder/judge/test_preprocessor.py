"""The names of a submission that its test cells may use."""

from __future__ import annotations

from autograder.judge.preprocessor import defined


def test_only_names_bound_at_the_top_of_a_cell_may_be_used():
    source = "import os\nx, (y, z) = 1, (2, 3)\ndef f():\n    inner = 1\nclass C:\n    pass\nw: int = 4"
    assert defined(source) == ["x", "y", "z", "f", "C", "w"]
    assert defined("def (") == []
