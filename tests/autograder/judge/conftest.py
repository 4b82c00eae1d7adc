"""What the tests of the judge share."""

from __future__ import annotations

import pytest

from autograder.solver.session import Session


@pytest.fixture(scope="session")
def session() -> Session:
    """The session of this process: IPython names the cells of one session alone by their numbers."""
    return Session()
