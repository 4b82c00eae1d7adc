"""`heinit lab`."""

from __future__ import annotations

from pathlib import Path

import click

PORT = click.IntRange(1, 65535)


@click.command()
@click.option(
    "--dir",
    "directory",
    type=click.Path(path_type=Path),
    help="Your workspace.  [default: workspace/ in the checkout, or else here]",
)
@click.option("--solved", is_flag=True, help="Open solved copies, to read without solving.")
@click.option("--no-browser", is_flag=True, help="Only serve, and print the address.")
@click.option("--port", type=PORT, help="The port to serve on.  [default: the first free from 8888]")
def lab(directory: Path | None, solved: bool, no_browser: bool, port: int | None) -> None:
    """Copy the lessons to your workspace and open the first in JupyterLab.

    What is in the workspace already is yours, and is kept as it is.
    """
    from autograder.jupyterlab import claim, serve
    from autograder.lessons import CHECKOUT
    from autograder.lessons.workspace import fill

    if port is not None:
        claim(port)
    directory = (CHECKOUT or Path.cwd()) / "workspace" if directory is None else directory
    filled = fill(directory, solved)
    if filled.copied:
        click.echo(f"Copied to {directory}: {', '.join(filled.copied)}.", err=True)
    if filled.kept:
        click.echo(f"Kept as you left it: {', '.join(filled.kept)}.", err=True)
    serve(directory, filled.opens, browser=not no_browser, port=port, reader="student")
