"""What the tests need from the system, and servers that end with their test."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

FULL = os.environ.get("HEINIT_FULL") == "1"  # `heinit bench suite`: whatever is tried in part, tried whole
NO_SKIP = "HEINIT_NO_SKIP"  # environment variable: 1 where a missing tool is a failure


def system_tool(name: str, install: str) -> str:
    """The path of a program of the system. Without it the test is skipped, with the line that installs it.

    Under HEINIT_NO_SKIP=1 the test fails instead.
    """
    found = shutil.which(name)
    if found is None:
        missing(f"{name} is not installed: {install}")
    return found


def missing(sentence: str) -> NoReturn:
    """Skip the test for want of what the sentence names; under HEINIT_NO_SKIP=1 it fails instead."""
    if os.environ.get(NO_SKIP) == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
