"""JupyterLab as the course needs it: a folder and a lesson go in, a running server comes out.

The server opens at the lesson, shows only the panels of nbgrader that concern the reader, and asks
nothing of other hosts. student/, author/ and server/ hold settings that Jupyter reads.
"""

import errno
import os
import socket
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from urllib.parse import quote

import click

from autograder.errors import HeinitError

FIRST_PORT = 8888
SETTINGS = Path(__file__).parent  # which of nbgrader's panels concern which reader
QUIET = (  # JupyterLab's news, its check for updates and its extension manager ask other hosts
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--ServerApp.log_level=ERROR",  # the address is printed at every level
    "--LabApp.log_level=ERROR",
    "--NbGrader.log_level=ERROR",
    # other users of the machine cannot listen to a kernel, and the kernel does not warn that they could
    "--KernelManager.transport_encryption=auto",
)


def serve(
    root: Path,
    opens: str,
    *,
    browser: bool,
    port: int | None,
    reader: Literal["student", "author"],
    saved: Callable[[Path], None] | None = None,
) -> None:
    """Run JupyterLab until it is stopped.

    root: the folder to show. opens: the file in `root` to open, with forward slashes.
    port: None for the first free port. reader: whose panels of nbgrader to show.
    saved: called with the path of each file that is saved.
    Raises HeinitError where the port is in use.
    """
    claim(port)
    retries = 0 if port else 50  # another server may take the free port before ours does
    port = port or next_free_port()
    usable_home()
    settings = (str(SETTINGS / reader), str(SETTINGS / "server"), os.environ.get("JUPYTER_CONFIG_PATH"))
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, settings))
    arguments = [
        *QUIET,
        f"--ServerApp.root_dir={root.resolve()}",
        f"--ServerApp.port={port}",
        f"--ServerApp.port_retries={retries}",
        f"--ServerApp.open_browser={browser}",
        f"--LabApp.default_url=/lab/tree/{quote(opens)}",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--allow-root")  # as in a container; Jupyter refuses otherwise

    from jupyterlab.labapp import LabApp

    server = LabApp.initialize_server(argv=arguments)
    if saved is not None:
        server.contents_manager.register_post_save_hook(lambda os_path, **_: saved(Path(os_path)))
    server.start()


def next_free_port() -> int:
    """The first free port from 8888 on, as Jupyter chooses; a port other than 8888 is announced."""
    for port in range(FIRST_PORT, FIRST_PORT + 50):
        try:
            claim(port)
        except HeinitError:
            continue
        if port != FIRST_PORT:
            click.echo(f"Port {FIRST_PORT} is in use, so this is port {port}.", err=True)
        return port
    raise HeinitError(f"ports {FIRST_PORT} to {FIRST_PORT + 49} are all in use. Name a free one with --port.")


def claim(port: int | None) -> None:
    """Check that a server can listen on this port, where there is one. Raises HeinitError where it cannot."""
    if port is None:
        return
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as probe:
                if os.name != "nt":
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                probe.bind((host, port))
        except PermissionError:
            raise HeinitError(f"port {port} is not yours. Choose one above 1023 with --port.") from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise HeinitError(
                    f"port {port} is in use. Choose another with --port, or leave --port out for a free one."
                ) from None
            # the machine has no such address family


def usable_home() -> None:
    """Use a temporary home folder where there is none to write in, as in some containers."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  Path.home() fails where HOME is empty
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError:
        os.environ["HOME"] = tempfile.mkdtemp(prefix="heinit-home-")
