"""What one submission may use."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one submission may use.

    memory, disk: bytes over all its processes. processes: how many at once.
    cell_seconds: processor time of a cell, or of a test cell's calls. check_seconds: that of the
    checks of a test cell, in the judge; they use below 3. seconds: a cell's wall time, the backstop.
    notebook_seconds: wall time of all cells together.
    """

    memory: int = 2 * 2**30
    disk: int = 64 * 2**20
    processes: int = 64
    cell_seconds: float = 60.0
    check_seconds: float = 60.0
    seconds: float = 120.0
    notebook_seconds: float = 900.0
