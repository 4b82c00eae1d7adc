"""`heinit site DIR`."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("directory", type=click.Path(path_type=Path))
@click.option(
    "--cache",
    type=click.Path(path_type=Path),
    help="Where the lessons' runs are kept.  [default: build/lessons in the course]",
)
@click.option(
    "--lite", is_flag=True, help="Add the lessons as notebooks that run in a browser (JupyterLite)."
)
def site(directory: Path, cache: Path | None, lite: bool) -> None:
    """Write the course to DIRECTORY as pages that need neither a server nor a network.

    The solved lessons are run, and run again only when something that they depend on has changed.
    Open index.html, or put the folder on any web host.

    With --lite each lesson opens as a notebook as well, on a web host: Python runs in the page, and is
    fetched from the network when a lesson is opened. All else needs none.
    """
    from autograder.lessons import NOTEBOOKS
    from autograder.site.build import build_site

    def progress(name: str, ran: bool) -> None:
        click.echo(f"{name}: {'run' if ran else 'unchanged'}", err=True)

    built = build_site(directory, cache or NOTEBOOKS.parent / "build" / "lessons", progress, in_browser=lite)
    click.echo(
        f"{len(built.pages)} pages in {directory}, {built.size / 1e6:.1f} MB, "
        f"{len(built.written)} files written. Open {directory / 'index.html'} in a browser."
    )
