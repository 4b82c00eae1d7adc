"""What the tests need from the system."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

FULL = os.environ.get("HEINIT_FULL") == "1"  # `heinit bench suite`: whatever is tried in part, tried whole
NO_SKIP = "HEINIT_NO_SKIP"  # environment variable: 1 where a missing tool is a failure
PACKAGES = {  # of Debian, by program
    "bwrap": "bubblewrap",
    # Chromium without windows takes half of the processor time of a whole one
    "chromium-headless-shell": "chromium-headless-shell",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "runuser": "util-linux",
    "useradd": "passwd",
}


def system_tool(*names: str) -> str:
    """The path of the first of these programs that there is. Without any, the test is skipped.

    The skip tells the line that installs the first one. Under HEINIT_NO_SKIP=1 the test fails instead.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        missing(f"{names[0]} is not installed: apt install {PACKAGES[names[0]]}")
    return found


def chromium() -> str:
    """The path of a browser for Playwright."""
    return system_tool("chromium-headless-shell", "chromium")


def missing(sentence: str) -> NoReturn:
    """Skip the test for want of what the sentence names; under HEINIT_NO_SKIP=1 it fails instead."""
    if os.environ.get(NO_SKIP) == "1":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
