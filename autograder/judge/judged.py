"""What the judge gives back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Judged:
    """What came of a notebook.

    results: for each cell, its `outputs` and `count`, its number. work: seconds of processor time
    that the student's `cells` took, the `answers` to the checks' calls (each observed, as it would
    be in a kernel), and the `checks`, without the forks and the channel that part them.
    entropy: whether an answer drew from the operating system's, so that a regrade may differ.
    """

    results: list[dict[str, Any]] = field(default_factory=list)
    work: dict[str, float] = field(default_factory=lambda: {"cells": 0.0, "answers": 0.0, "checks": 0.0})
    entropy: bool = False
