"""Pipes with limits of time: what the judge reads of a student's process comes out of a pipe.

A socket carries more than bytes. Whoever holds one end can send a descriptor through it, which the kernel
closes in the receiver's name, and to close a TCP socket that lingers takes as long as the sender likes.
A pipe carries bytes alone. So the judge reads from pipes only; it writes to pipes, or to a socket whose
other end can send nothing (`Sandbox.box`).
"""

from __future__ import annotations

import os
import select
import time
from contextlib import suppress


class PipeEnd:
    """One end of a pipe, with the methods of a socket that the channel uses.

    life: another pipe's end to read from. Where that pipe is closed at its other end, this one is taken
    to be closed as well, once it is empty.
    """

    def __init__(self, fd: int, life: PipeEnd | None = None) -> None:
        self._fd, self._life = fd, life
        self._seconds: float | None = None
        self._blocks = True

    def fileno(self) -> int:
        """The descriptor, or -1 after `close`."""
        return self._fd

    def settimeout(self, seconds: float | None) -> None:
        """Wall time for each call of the methods below; None waits for ever."""
        self._seconds = seconds
        if seconds is not None and self._blocks:
            os.set_blocking(self._fd, False)  # whoever holds the other end may have emptied the pipe again
            self._blocks = False

    def recv(self, size: int) -> bytes:
        """At most so many bytes; none where the pipe is closed. Raises TimeoutError, OSError."""
        until = self._until()
        while self._ready(select.POLLIN, until):
            with suppress(BlockingIOError):
                return os.read(self._fd, size)
        return b""

    def sendall(self, data: bytes) -> None:
        """Write all of the bytes. Raises TimeoutError, OSError."""
        until, rest = self._until(), memoryview(data)
        while rest and self._ready(select.POLLOUT, until):
            with suppress(BlockingIOError):
                rest = rest[os.write(self._fd, rest) :]

    def close(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def __enter__(self) -> PipeEnd:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _until(self) -> float | None:
        return None if self._seconds is None else time.monotonic() + self._seconds

    def _ready(self, event: int, until: float | None) -> bool:
        """Wait until this end is ready; False where it is not and will not be, since `life` is closed."""
        if self._blocks and self._life is None:
            return True
        awaited = select.poll()
        awaited.register(self._fd, event)
        if self._life is not None:
            awaited.register(self._life.fileno(), 0)  # which still tells of a hang-up
        ready = awaited.poll(None if until is None else 1000 * max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        return any(fd == self._fd for fd, _ in ready)


def pipe(life: PipeEnd | None = None) -> tuple[PipeEnd, PipeEnd]:
    """A new pipe: the end to read from, with this `life`, and the end to write to."""
    reads, writes = os.pipe()
    return PipeEnd(reads, life), PipeEnd(writes)
