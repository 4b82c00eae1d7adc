"""What a call behind the wall may take, and what becomes of the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.walled import WalledProcess, WallError


def test_a_call_that_takes_too_much_ends_its_process_and_no_other_call():
    wall = WalledProcess(memory=2**29, cpu_seconds=1)
    bombs: list[tuple[Callable[..., Any], Any]] = [
        (bytearray, 2**30),
        (sum, range(10**12)),
        (os._exit, 0),
    ]
    for function, argument in bombs:
        with pytest.raises(WallError, match=r"more than 0\.5 GiB of memory or 1 s of processor time"):
            wall.call(function, argument)
        assert wall.call(len, "abc") == 3
    with pytest.raises(ZeroDivisionError):
        wall.call(divmod, 1, 0)
    assert wall.call(int, "7") == 7
    wall.close()
    with pytest.raises(WallError):
        WalledProcess(seconds=0.2).call(time.sleep, 60)
