"""Fixtures for all tests."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import settings

from tests import tools

# How long a test takes says how busy the machine is.
settings.register_profile("heinit", deadline=None)
settings.load_profile("heinit")


@pytest.fixture(scope="session")
def system_tool() -> Callable[[str, str], str]:
    """`system_tool("chromium", "apt install chromium")`: its path, or a skip that says how to get it."""
    return tools.system_tool
