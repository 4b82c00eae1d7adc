"""Serve a built site on this machine, with the headers that a careful web host sends."""

import contextlib
import functools
import http.server
from pathlib import Path
from typing import Any

import click

from autograder.errors import UsageError

# Scripts, styles and pictures from beside the pages alone; WebAssembly may be compiled, text may not be run.
POLICY = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; style-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Pages(http.server.SimpleHTTPRequestHandler):
    """Gives the files of a site."""

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Cache-Control", "no-cache")  # a page built again is seen at once
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing about each file."""


def server(directory: Path, port: int | None) -> http.server.ThreadingHTTPServer:
    """A server of the directory on loopback. port: None for the first that is free, from 8888 on.

    Raises UsageError where the port is taken.
    """
    pages = functools.partial(Pages, directory=str(directory))
    ports = range(8888, 8988) if port is None else range(port, port + 1)
    for each in ports:
        with contextlib.suppress(OSError):
            return http.server.ThreadingHTTPServer(("127.0.0.1", each), pages)
    raise UsageError(f"port {ports[-1]} cannot be used. Name another with --port.")


def serve(directory: Path, port: int | None) -> None:
    """Serve until Ctrl+C."""
    with server(directory, port) as pages:
        click.echo(f"Serving {directory} at http://127.0.0.1:{pages.server_port}/ until you press Ctrl+C.")
        try:
            pages.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
