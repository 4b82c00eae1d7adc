"""What a call behind the wall may take, and what becomes of the others."""

from __future__ import annotations

import pytest

from autograder.walled import WalledProcess, WallError


@pytest.mark.parametrize(("function", "argument"), [(eval, "len(bytes(2**31))"), (sum, range(10**12))])
def test_a_call_that_takes_too_much_memory_or_time_ends_alone_and_the_next_one_has_its_answer(
    function, argument
):
    wall = WalledProcess(memory=2**29, cpu_seconds=1)
    with pytest.raises(WallError, match=r"more than 0\.5 GiB of memory or 1 s of processor time"):
        wall.call(function, argument)
    assert wall.call(len, "abc") == 3
    with pytest.raises(ZeroDivisionError):
        wall.call(divmod, 1, 0)
    assert wall.call(len, "four") == 4
    wall.close()
