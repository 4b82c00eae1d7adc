"""Messages between judge and solver: what the channel does not take is replaced."""

from __future__ import annotations

import socket

import pytest

from autograder.solver import channel
from autograder.solver.channel import ChannelClosed, ChannelError
from autograder.solver.messages import CellRan, Ready, receive_message, send_or_instead


def why(error: ChannelError) -> Ready:
    return Ready(str(error))


def test_what_is_too_large_to_send_is_replaced_by_what_says_so(monkeypatch):
    monkeypatch.setattr(channel, "MAX_FRAME", 1000)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        for text, kind in (("short", CellRan), ("x" * 2000, Ready)):
            send_or_instead(theirs, CellRan([{"text": text}], 1, 0.0), why)
            answer = receive_message(ours, CellRan, Ready, seconds=60)
            assert type(answer) is kind
        assert "too large to send" in answer.ready
        ours.close()
        with pytest.raises(ChannelClosed):
            send_or_instead(theirs, CellRan([], 1, 0.0), why)
