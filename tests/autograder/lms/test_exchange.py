"""Whose a hand-in in nbgrader's exchange is."""

from __future__ import annotations

import os
import pwd
from types import SimpleNamespace

from autograder.lms.exchange import handed_in_by_another

ACCOUNTS = {0: "root", 1: "grader", 2: "ada", 3: "a+b", 4: "jovyan"}
STAMP = "3-worked-examples+2026-03-01 15:00:00 UTC"


def test_a_hand_in_is_the_students_whose_account_made_it(monkeypatch):
    monkeypatch.setattr(os, "getuid", lambda: 1)
    monkeypatch.setattr(pwd, "getpwuid", lambda number: SimpleNamespace(pw_name=ACCOUNTS[number]))
    for name, owner, own in (
        (f"ada+{STAMP}+random", 2, True),
        (f"a+b+{STAMP}+random", 3, True),
        (f"ben+{STAMP}+random", 2, False),
        (f"a+b+{STAMP}+random", 2, False),
        (f"ben+{STAMP}+random", 0, True),  # for him
        (f"ben+{STAMP}+random", 1, True),
        (f"ben+{STAMP}+random", 4, True),  # in a container, where an account has no name of its own
        (f"ben+{STAMP}+random", 5, True),
    ):
        folder = SimpleNamespace(name=name, stat=lambda owner=owner: SimpleNamespace(st_uid=owner))
        reason = handed_in_by_another(folder)
        assert (reason == "") is own, (name, owner)
        assert own or f"{ACCOUNTS[owner]} handed it in" in reason
