"""Fixtures of the grader's tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.course import make_course


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course directory, as made: copy it before you grade in it."""
    root = tmp_path_factory.mktemp("courses") / "he101"
    make_course(root)
    return root
