"""A shell, as in a notebook, for tests of what is displayed."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from IPython.core.interactiveshell import InteractiveShell


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch) -> Iterator[InteractiveShell]:
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])  # a shell puts its own there
    InteractiveShell.clear_instance()  # a test of the grader's sessions may have left one of its own
    shell = InteractiveShell.instance()
    shell.reset(new_session=False)
    yield shell
    InteractiveShell.clear_instance()
