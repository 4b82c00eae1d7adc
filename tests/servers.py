"""A `heinit` that serves JupyterLab, for the length of a test."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sysconfig
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock

HEINIT = str(Path(sysconfig.get_path("scripts")) / "heinit")


@dataclass
class Server:
    """process: the server's. said: its lines so far. url: where it serves, with its token."""

    process: subprocess.Popen[str]
    said: list[str] = field(default_factory=list)
    url: str = ""

    def hear(self, pattern: str) -> re.Match[str]:
        """Wait until it says this, in a line not heard yet."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if match := re.search(pattern, line):
                return match
        raise AssertionError(f"it ended without saying {pattern!r}:\n{''.join(self.said)}")

    def wait_until_it_listens(self) -> None:
        """Wait until somebody answers at its address, or it has ended."""
        host, port = re.match(r"http://([^:]+):(\d+)", self.url).groups()
        while self.process.poll() is None:
            try:
                socket.create_connection((host, int(port)), timeout=10).close()
                return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(f"it ended:\n{''.join(self.said)}")

    def get(self, path: str = "") -> bytes:
        """What it answers to a request below its root."""
        base, token = re.fullmatch(r"(http://[^/]+)/.*[?]token=(\w+)", self.url).groups()
        request = urllib.request.Request(f"{base}/{path}", headers={"Authorization": f"token {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.read()

    def put(self, path: str, content: bytes) -> None:
        """Save a file, as JupyterLab does."""
        base, token = re.fullmatch(r"(http://[^/]+)/.*[?]token=(\w+)", self.url).groups()
        request = urllib.request.Request(
            f"{base}/api/contents/{path}",
            data=content,
            method="PUT",
            headers={"Authorization": f"token {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60):
            pass

    def end(self) -> str:
        """Stop it, and give all that it said."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        rest, _ = self.process.communicate(timeout=120)
        self.said.append(rest or "")
        return "".join(self.said)


@contextlib.contextmanager
def serving(
    *arguments: str, home: Path | None, cwd: Path, heinit: str = HEINIT, **extra: str
) -> Iterator[Server]:
    """Run `heinit ARGUMENTS --no-browser` until it serves.

    home: None for no HOME at all. heinit: the command's path. extra: environment variables.
    """
    environment = {k: v for k, v in os.environ.items() if k != "HOME" and not k.startswith("JUPYTER")}
    if home is not None:
        environment["HOME"] = str(home)
    starting = FileLock(Path(tempfile.gettempdir(), "heinit-tests-start.lock"))
    starting.acquire()  # of two that start at once, both may find the same port free
    process = subprocess.Popen(
        [heinit, *arguments, "--no-browser"],
        cwd=cwd,
        env={**environment, "PYTHONUNBUFFERED": "1", **extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )
    server = Server(process)
    try:
        server.url = server.hear(r"http://127\.0\.0\.1\S+").group()
        server.wait_until_it_listens()  # Jupyter tells its address a moment before
        starting.release()
        yield server
    finally:
        starting.release()
        server.end()


@contextlib.contextmanager
def busy_port() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]
