"""The folder of a sandbox that has no root of its own: the course's code for the solver, and the boxes.

A judge that is killed leaves its folder. So each folder holds a file that is locked until its process ends,
and whoever makes a folder removes those whose file is not.
"""

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # on Windows, where nothing is swept
    fcntl = None  # type: ignore[assignment]

PREFIX, LOCK = "heinit-sandbox-", ".lock"


class SandboxFolder:
    """A new folder, where the system keeps what is temporary, until `remove`."""

    def __init__(self) -> None:
        if fcntl:
            sweep()
        self.path = Path(tempfile.mkdtemp(prefix=PREFIX))
        self._lock = os.open(self.path / "new", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        if fcntl:
            fcntl.flock(self._lock, fcntl.LOCK_EX)
        (self.path / "new").rename(self.path / LOCK)  # so that others see it locked only

    def remove(self) -> None:
        os.close(self._lock)
        shutil.rmtree(self.path, ignore_errors=True)


def sweep() -> None:
    """Remove the folders of sandboxes whose judge was killed."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*/{LOCK}"):
        with contextlib.suppress(OSError), path.open("r+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent, ignore_errors=True)
