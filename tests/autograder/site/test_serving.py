"""The server of a site, and what its documentation tells other hosts to send."""

from __future__ import annotations

from autograder.lessons import SHARE
from autograder.site.serving import POLICY


def test_the_policy_that_one_can_copy_is_the_policy_that_pages_are_tested_with():
    text = (SHARE / "docs" / "reading.md").read_text(encoding="utf-8")
    documented = text.partition("Content-Security-Policy:")[2].partition("```")[0]
    assert " ".join(documented.split()) == POLICY
