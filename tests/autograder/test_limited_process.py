"""What a call in a limited process may take, and what becomes of the others."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

import pytest

from autograder.limited_process import LimitedProcess, OverLimitError


def test_a_call_that_takes_too_much_ends_its_process_and_no_other_call():
    process = LimitedProcess(memory=2**29, cpu_seconds=1)
    bombs: list[tuple[Callable[..., Any], Any]] = [
        (eval, "len(bytes(2**30))"),  # which takes no time
        (sum, range(10**12)),
        (os._exit, 0),
    ]
    for function, argument in bombs:
        with pytest.raises(OverLimitError, match=r"more than 0\.5 GiB of memory or 1 s of processor time"):
            process.call(function, argument)
        assert process.call(len, "abc") == 3
    with pytest.raises(ZeroDivisionError):
        process.call(divmod, 1, 0)
    assert process.call(int, "7") == 7
    process.close()
    with pytest.raises(OverLimitError):
        LimitedProcess(seconds=0.2).call(time.sleep, 60)
